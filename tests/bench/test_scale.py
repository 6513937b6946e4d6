"""Many accounts cost what their number says and no more: ratios against floors of the same run, never an absolute time."""

import pytest
from scale import find, measure, ratio

pytestmark = [pytest.mark.bench, pytest.mark.slow]


def test_a_sweep_of_many_accounts():
    costs = measure(accounts=20_000, rounds=2)
    assert ratio(costs, "accrue, 1 hour", "floor: UPDATE and a row a loan") <= 40
    assert ratio(costs, "accrue, 720 hours", "accrue, 1 hour") <= 1.5
    assert ratio(costs, "borrow, this ledger", "borrow, small ledger") <= 1.3
    assert max(run.peak_mib for run in costs["accrue, 720 hours"]) <= 64


def test_finding_who_is_due_is_no_slower_than_a_plain_scan_of_integers():
    """And finds the same accounts, which `find` asserts."""
    ours, plain, due = min((find(20_000) for _ in range(2)), key=lambda found: found[0] / found[1])
    assert due == 202 and ours <= 1.5 * plain
