"""The file is pleasant to read in sqlite-utils, a SQLite shell or datasette."""

from decimal import Decimal

import pytest
import sqlite_utils
from ledgers import RATE, RULES, deposit, scale, story

from margincli.domain.interest import HOUR
from margincli.domain.pool import PoolRate
from margincli.domain.quiet import Due
from margincli.ledger import scratch, writing


@pytest.fixture
def db(path):
    with writing(path, lambda: RULES) as session:
        session.append("main", [*story(), deposit("12", 50 * HOUR + 7, "JPY"), deposit("0.5", 51 * HOUR, "SHIB")], scale)
        session.settle("main", 60 * HOUR)
        session.set_quote("BTCUSDT", "me", HOUR, "5")
        session.set_quote("BTCUSDT", "me", 2 * HOUR + 5, "6")
        session.add_candles("BTCUSDT", "binance", HOUR, [(HOUR, 2 * HOUR - 1, "1", "4", "1", "3", "9")])
        session.set_rate("cross", "USDT", 0, "0.0002", "me")
        (loans,) = session.gather(1)
        session.screen([("USDT", Decimal(1), Decimal(1))], lambda wallet: Decimal("1.1"), 2)
        session.charge_quiet({loans: [Due("cross", "USDT", 61 * HOUR, 2, RATE)]}, 62 * HOUR)
        session.add_pool_rates([PoolRate("USDT", HOUR, Decimal("0.0003"), Decimal(900), Decimal(1000)), PoolRate("USDT", 2 * HOUR, None, Decimal(900), None)])
        session.commit()
    return sqlite_utils.Database(path)


def test_every_view_can_be_read(db):
    assert len(db.view_names()) >= 8
    for name in db.view_names():
        assert list(db[name].rows), name


def test_balances(db):
    shown = [(row["owner"], row["wallet"], row["bucket"], row["asset"], row["amount"]) for row in db["balances_by_wallet"].rows]
    assert ("main", "cross", "free", "USDT", "1100") in shown and ("main", "cross", "borrowed", "USDT", "-100") in shown
    assert ("house", "", "pool", "USDT", "-100") in shown and ("world", "", "outside", "JPY", "-12") in shown
    assert ("main", "cross", "free", "SHIB", "0.5") in shown and ("main", "cross", "interest", "USDT", "-0.04250034") in shown
    owing = [(row["bucket"], row["owed"]) for row in db["accounts_owing"].rows]
    assert owing == [("borrowed", "100"), ("interest", "0.04250034")]


def test_journal(db):
    rows = list(db["journal"].rows)
    assert (rows[0]["at"], rows[0]["kind"], rows[0]["owner"]) == ("1970-01-01T01:00:00Z", "deposit", "main")
    assert rows[5]["at"] == "1970-01-03T02:00:00.007Z"
    lines = [(row["account"], row["amount"]) for row in db["journal_postings"].rows if row["entry_id"] == 1]
    assert lines == [("world:outside", "-1000"), ("main:cross:free", "1000")]


def test_interest_hour_by_hour(db):
    rows = list(db.query("SELECT * FROM interest_rows ORDER BY at"))
    assert len(rows) == 49 and [row["type"] for row in rows] == ["ON_BORROW"] + ["PERIODIC"] * 48
    assert [row["at"] for row in rows[:3]] == ["1970-01-01T01:00:00Z", "1970-01-01T02:00:00Z", "1970-01-01T03:00:00Z"]
    assert rows[-1]["at"] == "1970-01-03T01:00:00Z" and {row["interest"] for row in rows} == {"0.00083334"}


def test_prices(db):
    rows = [(row["source"], row["kind"], row["at"], row["price"], row["volume"]) for row in db["prices_last"].rows]
    assert rows == [("binance", "candle", "1970-01-01T01:59:59.999Z", "3", "9"), ("me", "quote", "1970-01-01T02:00:00.005Z", "6", None)]


def test_rates_of_the_pool(db):
    rows = [tuple(row.values()) for row in db["pool_rates_by_asset"].rows]
    assert rows == [("USDT", "1970-01-01T01:00:00Z", "0.0003", "900", "1000"), ("USDT", "1970-01-01T02:00:00Z", None, "900", None)]


@pytest.mark.parametrize(
    ("units", "places", "shown"),
    [(0, 8, "0"), (1, 8, "0.00000001"), (-1, 8, "-0.00000001"), (10**8, 8, "1"), (-(10**8), 8, "-1"), (-(2**63), 8, "-92233720368.54775808"),
     (2**63 - 1, 18, "9.223372036854775807"), (-(2**63), 0, "-9223372036854775808"), (120, 0, "120"), (-5, 18, "-0.000000000000000005"), (1200, 2, "12")],
)  # fmt: skip
def test_amounts_as_text(units, places, shown):
    from margincli.ledger.views import _decimal

    with scratch(lambda: RULES) as session:
        assert session.db.execute(f"SELECT {_decimal('u', 's')} FROM (SELECT ? AS u, ? AS s)", (units, places)).fetchone() == (shown,)
