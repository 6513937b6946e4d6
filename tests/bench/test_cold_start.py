"""Performance is a feature: ratios against a floor of the same run, never an absolute time.

Of each command the cheapest run counts: what else a busy machine does can only add to it. While a ratio is missed, more
rounds are taken, up to five times as many.
"""

import pytest
from cold_start import measure

pytestmark = pytest.mark.bench


def test_a_cold_durable_command_costs_little_more_than_typer_itself():
    least: dict[str, float] = {}
    for _ in range(5):
        for name, runs in measure(rounds=10).items():
            least[name] = min([run.cpu for run in runs] + ([least[name]] if name in least else []))
        if least["margincli borrow"] <= 1.4 * least["bare typer"]:
            break
    assert least["margincli borrow"] <= 1.4 * least["bare typer"]
    assert least["margincli borrow"] < least["sqlite-utils insert"]
    assert least["margincli --help"] <= 1.5 * least["bare typer"]
