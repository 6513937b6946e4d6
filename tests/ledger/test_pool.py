"""The rates of the lending pool in the file: kept once, in time order, and proved from the journal (INT-8)."""

import sqlite3
from decimal import Decimal as D

import pytest
from ledgers import by_hand, deposit
from worlds import at

from margincli import desk, quotes, records, sweeping
from margincli.domain.flaws import flaw_of
from margincli.domain.interest import HOUR
from margincli.domain.journal import Wallet
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.transfer import Transfer
from margincli.domain.pool import PoolRate
from margincli.domain.refusals import Refused
from margincli.ledger import reading, writing
from margincli.ledger.faults import BrokenBooks
from margincli.ledger.proof import prove

NOON = at("2024-09-01T12:00:00Z")
SUPPLY = '[pool.supply]\nbasis = "seed"\nrule = "BOR-4"\n[pool.supply.rows]\nUSDT = "1000"\n'


def row(asset, hour, rate="0.1", supply="5"):
    return PoolRate(asset, hour * HOUR, rate and D(rate), D(1), supply and D(supply))


@pytest.fixture
def shared(path):
    """A ledger in which main has borrowed 900 of 1000 USDT at noon, and five hours have passed."""
    def call(hours=0):
        return desk.Call(path, "main", NOON + hours * HOUR)

    quotes.price_set(call(), "BTCUSDT", D(20000), None, None)
    desk.perform(call(), Deposit("USDT", D(1000)))
    desk.perform(call(), Activate(Wallet("main", "cross"), "3", "DE", "accepted", records.quiz_key(), records.quiz_key()))
    desk.perform(call(), Transfer("USDT", D(1000), Wallet("main", "spot"), Wallet("main", "cross")))
    records.rules_import(call(), "mine", SUPPLY)
    desk.perform(call(), Borrow(Wallet("main", "cross"), "USDT", D(900)))
    sweeping.sweep(call(5), "accrue")
    return path


def findings(path):
    with reading(path) as session:
        return prove(session)


def test_the_last_rates_of_each_coin_that_began_by_a_moment(shared):
    with writing(shared) as session:
        hour = NOON // HOUR
        session.add_pool_rates([row("BTC", 9), row("BTC", 10, None, None), row("ETH", hour + 9)])
        assert [(rate.asset, rate.rate_daily) for rate in session.pool_rates(11 * HOUR)] == [("BTC", None)]
        assert [(rate.asset, rate.since // HOUR) for rate in session.pool_rates(NOON + 3 * HOUR, rows=2)] == [("BTC", 9), ("BTC", 10), ("USDT", hour + 2), ("USDT", hour + 3)]
        assert {rate.asset for rate in session.pool_rates()} == {"BTC", "ETH", "USDT"}


@pytest.mark.parametrize("wrong", [row("USDT", 1), row("BTC", 1, None), row("BTC", 1, "0.1", None), PoolRate("BTC", 5, D(1), D(1), D(1))])
def test_what_is_kept_stays_and_every_row_is_whole(shared, wrong):
    with writing(shared) as session, pytest.raises((sqlite3.IntegrityError, BrokenBooks)):
        session.add_pool_rates([row("USDT", NOON // HOUR), wrong])


@pytest.mark.parametrize("statement", ["UPDATE pool_rates SET rate_daily = '0'", "DELETE FROM pool_rates"])
def test_rates_are_append_only(shared, statement):
    with pytest.raises(sqlite3.IntegrityError, match="append-only"), by_hand(shared, statement):
        pass


def test_INT_8_the_proof_works_the_rates_out_again(shared):
    assert findings(shared) == []
    with reading(shared) as session:
        assert [rate.since // HOUR - NOON // HOUR for rate in session.pool_rates(rows=99)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "statement, count, said",
    [
        ("UPDATE pool_rates SET rate_daily = '0.0001' WHERE since = (SELECT max(since) FROM pool_rates)", 1, "is kept as 0.0001 at 900 lent of 1000; the entries make it 0.00032994"),
        ("UPDATE pool_rates SET lent = 'NaN' WHERE since = (SELECT min(since) FROM pool_rates)", 1, "at NaN lent of 1000"),
        ("DELETE FROM pool_rates WHERE since = (SELECT max(since) FROM pool_rates)", 1, "is kept as missing"),
        ("INSERT INTO pool_rates VALUES ('BTC', 3600000, '1', '1', '1')", 1, "follow from no entry: 1"),
        ("DELETE FROM pool_rates", 5, "is kept as missing"),
        ("UPDATE entries SET at = at + 7200000 WHERE kind = 'borrow'", 5, "the entries make it"),
        ("DELETE FROM rulebooks WHERE since > 0", 1, "follow from no entry: 5"),
    ],
)
def test_tampered_rates_are_found(shared, statement, count, said):
    with by_hand(shared, statement, guards=False):
        pass
    found = [finding["message"] for finding in findings(shared) if finding["code"] == "pool_rate"]
    assert len(found) == count and said in found[0], found


def test_a_ledger_of_before_goes_on_and_can_be_given_a_supply(path):
    """Its book knows neither of pools nor of levels; what a supply needs comes with the first import (BOR-4)."""
    from margincli.rules import load

    old = load()
    del old["pool"], old["coins"]["vip_rates"], old["borrow"]["limits_by_vip"]
    old["borrow"]["pool_supply"] = ["", "placeholder", "BOR-4", ""]
    with writing(path, lambda: old) as session:
        session.append("main", [deposit("5", NOON)], lambda asset: 8)
        session.settle("main", NOON)
        session.commit()
    call = desk.Call(path, "main", NOON)
    desk.perform(call, Deposit("USDT", D(5)))
    assert findings(path) == []
    records.rules_import(call, "mine", SUPPLY)
    with reading(path) as session:
        rules = session.rulebook(NOON)
    assert (rules.supplies, rules.most_change_hourly, flaw_of(rules)) == ({"USDT": D(1000)}, D("0.25"), "")
    assert quotes.rate_show(call._replace(at=NOON + 2 * HOUR), "USDT")["rows"][0]["source"] == "pool"


def test_INT_8_hours_in_which_accounts_shared_a_pool_are_past_for_all(shared):
    """Those after its end are not: each account has its own time again."""

    def deposits(owner, hours):
        return desk.perform(desk.Call(shared, owner, NOON + hours * HOUR), Deposit("USDT", D(5)))

    records.rules_import(desk.Call(shared, "main", NOON + 6 * HOUR), "mine", SUPPLY.replace("1000", ""))
    deposits("main", 9)
    with pytest.raises(Refused, match="time_reversed"):
        deposits("ann", 5)
    assert deposits("ann", 8)["entries"]
    assert findings(shared) == []


def test_INT_8_the_refusal_names_who_is_ahead_and_from_when_on_others_may(shared):
    """Law 3: what is settled stays settled, for whoever shares it. A dry run settles nothing."""
    ahead, far = desk.Call(shared, "ann", NOON + 1000 * HOUR), NOON + 1000 * HOUR + 5
    desk.perform(ahead._replace(at=far, dry_run=True), Deposit("USDT", D(5)))
    assert desk.perform(desk.Call(shared, "ben", NOON + 6 * HOUR), Deposit("USDT", D(5)))["entries"]
    desk.perform(ahead._replace(at=far), Deposit("USDT", D(5)))
    for owner, request in (("main", Borrow(Wallet("main", "cross"), "USDT", D(20))), ("ben", Deposit("USDT", D(5)))):
        with pytest.raises(Refused) as refused:
            desk.perform(desk.Call(shared, owner, ahead.at - 1), request)
        said = refused.value.message, refused.value.hint
        assert said == (
            "2024-10-13T03:59:59.999Z has passed: account ann is settled until 2024-10-13T04:00:00.005Z.",
            "Accounts that share a lending pool share their time: use --at 2024-10-13T04:00:00.005Z or later, or wait until then. For what has another time, begin another --ledger.",
        )
    assert desk.perform(desk.Call(shared, "ben", ahead.at), Deposit("USDT", D(5)))["entries"]  # within the hour
    assert desk.perform(desk.Call(shared, "main", far), Borrow(Wallet("main", "cross"), "USDT", D(20)))["entries"]
