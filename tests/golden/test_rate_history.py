"""Loans charged across the real rate changes of 2023-09-15 and 16, the sum worked out here with whole numbers alone."""

import csv
import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal as D

import pytest
from worlds import at

from margincli import account, desk, quotes, records, sweeping
from margincli.domain.journal import Wallet
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.repay import Repay
from margincli.domain.operations.transfer import Transfer

HOUR = 3_600_000
BEGIN, END = at("2023-09-15T00:20:00Z"), at("2023-09-16T14:45:00Z")
LOANS = {"USDT": "12345.67891234", "TRB": "3.33333333", "BTC": "0.00100007", "ZIL": "98765.4321", "ETH": "0.01"}
PRICES = {"BTCUSDT": "26500", "ETHUSDT": "1630", "TRBUSDT": "30", "ZILUSDT": "0.016"}


@pytest.fixture(scope="module")
def history(shared):
    (path,) = (shared / "data" / "margin").glob("interest_rate_history_2023-09-15_16_vip1.csv")
    return path


def units(text: str, places: int) -> int:
    whole, _, fraction = text.partition(".")
    return int(whole + fraction.ljust(places, "0"))


def charges(history, asset: str, principal: str) -> list[tuple[int, int]]:
    """(moment, charge in 0.00000001) of each hour: the last rate at or before it, principal x rate / 24 rounded up (INT-4, INT-6)."""
    with open(history, newline="") as lines:
        rates = sorted((int(row["timestamp"]), units(row["dailyInterestRate"], 8)) for row in csv.DictReader(lines) if row["asset"] == asset)
    moments = [BEGIN, *range((BEGIN // HOUR + 1) * HOUR, END + 1, HOUR)]
    in_force = [[rate for since, rate in rates if since <= moment][-1] for moment in moments]
    return [(moment, -(-units(principal, 8) * rate // (24 * 10**8))) for moment, rate in zip(moments, in_force)]


def test_the_reckoning_on_a_line_of_the_file(history):
    """By hand: 3.33333333 TRB at 9.06165% a day on 2023-09-16 14:00 are 0.3020549997 / 24 = 0.01258562..., up 0.01258563."""
    assert charges(history, "TRB", "3.33333333")[-1] == (at("2023-09-16T14:00:00Z"), 1258563)


@pytest.fixture(scope="module")
def ledger(history, tmp_path_factory):
    """The rates imported by the command line, then a loan of each coin."""
    path = tmp_path_factory.mktemp("rates") / "ledger.db"
    call = desk.Call(path, "main", BEGIN)
    for symbol, price in PRICES.items():
        quotes.price_set(call, symbol, D(price), None, None)
    quotes.rate_import(call, history)
    desk.perform(call, Deposit("USDT", D(100000)))
    desk.perform(call, Activate(Wallet("main", "cross"), "3", "DE", "accepted", records.quiz_key(), records.quiz_key()))
    desk.perform(call, Transfer("USDT", D(100000), Wallet("main", "spot"), Wallet("main", "cross")))
    for asset, amount in LOANS.items():
        desk.perform(call, Borrow(Wallet("main", "cross"), asset, D(amount)))
    sweeping.sweep(call._replace(account=None, at=END), "accrue")
    return call._replace(at=END)


def test_all_of_the_file_is_taken(history, tmp_path, margincli):
    """4,979 rows of 248 coins, by the command line, twice; each is laid down for cross and for isolated (INT-10)."""
    ledger = str(tmp_path / "ledger.db")
    for added, already_there in ((9958, 0), (0, 9958)):
        (row,) = margincli("rate", "import", str(history), "--at", "2023-09-15T00:00:00Z", "--ledger", ledger)["rows"]
        assert (row["rows"], row["assets"], row["added"], row["already_there"], row["refused"]) == (4979, 248, added, already_there, [])
    with closing(sqlite3.connect(ledger)) as db:
        assert db.execute("SELECT mode, count(*) FROM rates GROUP BY mode ORDER BY mode").fetchall() == [("cross", 4979), ("isolated", 4979)]


@pytest.mark.parametrize("asset", LOANS)
def test_every_hour_costs_what_the_rate_of_its_hour_says(asset, history, ledger):
    rows = records.interest(ledger, asset, None, False)["rows"]
    expected = charges(history, asset, LOANS[asset])
    assert [(at(row["at"]), units(row["interest"], 8)) for row in rows] == expected
    assert [row["type"] for row in rows] == ["ON_BORROW"] + ["PERIODIC"] * (len(expected) - 1)
    assert {row["principal"] for row in rows} == {str(D(LOANS[asset]).normalize())}
    assert len({row["rate_daily"] for row in rows}) > 3  # real changes lie between


@pytest.mark.parametrize("asset", LOANS)
def test_the_sum_and_what_is_owed(asset, history, ledger):
    total = sum(charge for _, charge in charges(history, asset, LOANS[asset]))
    (line,) = records.interest(ledger, asset, None, True)["rows"]
    assert (line["hours"], units(line["interest"], 8)) == (39, total)  # 00:20, and 38 full hours to 14:00 a day later
    (cross,) = [row for row in account.status(ledger)["wallets"] if row["wallet"] == "cross"]
    (held,) = [row for row in cross["balances"] if row["asset"] == asset]
    assert units(held["interest"], 8) == total


def test_a_repayment_takes_interest_first_and_then_costs_less(history, ledger, tmp_path):
    """REP-1, REP-2: in the hour after, the charge is on the principal left. On a copy, since time only runs forward."""
    ledger = ledger._replace(ledger=shutil.copy(ledger.ledger, tmp_path / "copy.db"))
    owed = sum(charge for _, charge in charges(history, "USDT", LOANS["USDT"]))
    receipt = desk.perform(ledger, Repay(Wallet("main", "cross"), "USDT", D(5000)))
    (repaid,) = [entry for entry in receipt["entries"] if entry["kind"] == "repay"]
    assert units(repaid["facts"]["interest"], 8) == owed
    left = units(LOANS["USDT"], 8) - (5000 * 10**8 - owed)
    after = sweeping.sweep(ledger._replace(account=None, at=END + HOUR), "accrue")
    (row,) = [entry for entry in after["entries"] if entry["kind"] == "interest" and entry["asset"] == "USDT"]
    assert units(row["facts"]["principal"], 8) == left
    assert units(row["amount"], 8) == -(-left * units("0.00010811", 8) // (24 * 10**8))
