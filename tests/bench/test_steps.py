"""Cost against size without a clock: how many steps SQLite takes for one command, on a ledger and on one ten times as large."""

from decimal import Decimal

import pytest
from big import BEGIN, build

from margincli import desk, sweeping
from margincli.domain.interest import HOUR
from margincli.domain.journal import Wallet
from margincli.domain.operations.borrow import Borrow
from margincli.ledger import opening

SIZES = 150, 1500


@pytest.fixture
def steps_of(monkeypatch):
    """Counts the steps of all statements that some work runs, in hundreds."""

    def count(work) -> int:
        taken, connect = [], opening.connect

        def counted(*words):
            connection = connect(*words)
            connection.set_progress_handler(lambda: taken.append(1), 100)
            return connection

        monkeypatch.setattr(opening, "connect", counted)
        work()
        monkeypatch.setattr(opening, "connect", connect)
        return len(taken)

    return count


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory):
    paths = [tmp_path_factory.mktemp("sizes") / f"{accounts}.db" for accounts in SIZES]
    for path, accounts in zip(paths, SIZES):
        build(path, accounts)
    return paths


def test_a_command_takes_no_more_steps_in_a_larger_ledger(ledgers, steps_of):
    wallet = Wallet("a0000050", "cross")
    small, large = (steps_of(lambda: desk.perform(desk.Call(path, "a0000050", BEGIN + HOUR // 2), Borrow(wallet, "USDT", Decimal(10)))) for path in ledgers)
    assert 0 < large <= small + 1


def test_a_sweep_takes_as_many_more_steps_as_there_are_more_accounts(ledgers, steps_of, monkeypatch):
    monkeypatch.setattr(sweeping, "MANY", 1)
    small, large = (steps_of(lambda: sweeping.sweep(desk.Call(path, None, BEGIN + HOUR), "accrue")) for path in ledgers)
    assert large <= small * SIZES[1] / SIZES[0]
