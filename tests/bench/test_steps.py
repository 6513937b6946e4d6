"""Cost against size without a clock: how many steps SQLite takes for one command, on a ledger and on one ten times as large."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from big import BEGIN, build

from margincli import desk, records, sweeping
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


RULES = '[cross]\nleverage_change_every_seconds = ["{}", "seed", "MODE-6", ""]\n'


@pytest.mark.parametrize("hours", [range(-8, 0), range(8), range(12, 20)], ids=["before", "meanwhile", "to come"])
def test_however_many_rule_books_there_are_a_command_looks_at_no_other_account(ledgers, steps_of, tmp_path, hours):
    """INT-8: whether accounts share a pool is asked with every command."""
    found = []
    for ledger in ledgers:
        path = shutil.copy(ledger, tmp_path)
        for hour in hours:
            records.rules_import(desk.Call(Path(path), "main", BEGIN + hour * HOUR), "mine", RULES.format(100 + hour))
        call = desk.Call(Path(path), "a0000050", BEGIN + 10 * HOUR)
        found.append(steps_of(lambda: desk.perform(call, Borrow(Wallet("a0000050", "cross"), "USDT", Decimal(10)))))
    small, large = found
    assert 0 < large <= small + 1


def test_a_sweep_takes_as_many_more_steps_as_there_are_more_accounts(ledgers, steps_of, monkeypatch):
    monkeypatch.setattr(sweeping, "MANY", 1)
    small, large = (steps_of(lambda: sweeping.sweep(desk.Call(path, None, BEGIN + HOUR), "accrue")) for path in ledgers)
    assert large <= small * SIZES[1] / SIZES[0]
