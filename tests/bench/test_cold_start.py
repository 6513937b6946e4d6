"""Performance is a feature: ratios against a floor of the same run, never an absolute time."""

import pytest
from cold_start import measure, ratio

pytestmark = pytest.mark.bench


def test_a_cold_durable_command_costs_little_more_than_typer_itself():
    costs = measure(rounds=9)
    assert ratio(costs, "margincli borrow", "bare typer") <= 1.5
    assert ratio(costs, "margincli borrow", "sqlite-utils insert") < 1
    assert ratio(costs, "margincli --help", "bare typer") <= 1.5
