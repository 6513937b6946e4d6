"""A batch costs what its rules and receipts cost and no more: ratios against floors of the same run, never an absolute time.

A busy machine can only add to a cost, so the cheapest run of each counts; while a ratio is missed, more rounds are taken.
"""

import pytest
from batch import BATCH, RAW, measure

BOUND = 14  # a quiet machine shows about half of it; a crowded one slows Python down more than SQLite
pytestmark = [pytest.mark.bench, pytest.mark.slow]


def test_a_batch_against_its_own_rows_and_against_hledger():
    least: dict[str, float] = {}
    for _ in range(3):
        costs, counts = measure(lines=6000, accounts=100, rounds=2)
        for name, runs in costs.items():
            least[name] = min([run.cpu for run in runs] + ([least[name]] if name in least else []))
        if least[BATCH] <= BOUND * least[RAW]:
            break
    assert counts["entries"] > 6000 and max(run.peak_mib for run in costs[BATCH]) <= 64
    assert least[BATCH] <= BOUND * least[RAW]
    assert least[BATCH] <= 6 * least.get("hledger", least[BATCH])
