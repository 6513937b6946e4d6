"""Many accounts cost what their number says and no more: ratios against floors of the same run, never an absolute time."""

import pytest
from cold_start import cost_of
from scale import AGAINST, built, find, measure, ours, ratio, reads_during

pytestmark = [pytest.mark.bench, pytest.mark.slow]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("scale")


@pytest.fixture(scope="module")
def costs(home):
    return measure(20_000, 2, home)


def test_a_sweep_of_many_accounts(costs):
    against = {name: ratio(costs, name, floor) for name, floor in AGAINST.items()}
    assert against["accrue, 1 hour"] <= 14  # starting the interpreter is half of so small a floor
    assert against["accrue, 720 hours"] <= 1.4
    assert against["borrow, this ledger"] <= 1.3
    assert max(run.peak_mib for run in costs["accrue, 720 hours"]) <= 42


def test_finding_who_is_due_is_no_slower_than_a_plain_scan_of_integers(home, costs):
    """And finds the same accounts, which `find` asserts."""
    mine, plain, due = min((find(home / "big.db") for _ in range(2)), key=lambda found: found[0] / found[1])
    assert due == 202 and mine <= 1.3 * plain


def test_no_read_is_refused_while_an_hour_is_accrued(home, costs):
    answered, refused = reads_during(home)
    assert answered and not refused


def test_a_receipt_of_thousands_of_liquidations_is_told_as_it_is_read(tmp_path):
    """Two thousand more cost next to no memory, though each is told in 5,000 characters."""
    peak = {}
    for accounts in (1000, 3000):
        built(tmp_path / f"{accounts}.db", accounts)
        for symbol, price in (("BTCUSDT", "1500"), ("ETHUSDT", "100")):
            cost_of(ours("price", "set", symbol, price, "--at", "2024-09-01T00:30", "--ledger", f"{accounts}.db"), str(tmp_path))
        peak[accounts] = cost_of(ours("liquidate", "--json", "--at", "2024-09-01T00:31", "--ledger", f"{accounts}.db"), str(tmp_path)).peak_mib
    assert peak[3000] - peak[1000] <= 8
