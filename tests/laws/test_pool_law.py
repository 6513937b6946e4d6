"""Law 3 where accounts share a lending pool: the books depend on the market and on what users asked, never on when cron ran
or on which account was looked at first (INT-6, INT-8).

Random accounts ask random things of one ledger file. Its twin is asked the same, and between that cron runs, over one
account or all of them; in the end both say the same, to the last unit, and prove themselves.
"""

import json
import sqlite3
import tempfile
from decimal import Decimal as D
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import at

from margincli import account, desk, quotes, records, sweeping
from margincli.domain.interest import HOUR
from margincli.domain.journal import Wallet
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.repay import Repay
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.domain.refusals import Refused

START = at("2024-09-01T12:00:00Z")
OWNERS = ("ann", "ben", "cy")
SUPPLY = """
[pool.supply]
basis = "seed"
rule = "BOR-4"
[pool.supply.rows]
USDT = "{usdt}"
BTC = "{btc}"
[coins.vip_rates]
basis = "seed"
rule = "INT-13"
[coins.vip_rates.rows]
USDT = ["1", "0.95", "0.93"]
"""


# ann is long and ben is short, near enough to be liquidated; ben has an order resting that would repay the pool
POSITIONS = (
    ("ann", lambda wallet: Trade(wallet, "BUY", "BTCUSDT", D("0.6"), None, "MARKET", None, "MARGIN_BUY")),
    ("ben", lambda wallet: Trade(wallet, "SELL", "BTCUSDT", D("0.4"), None, "MARKET", None, "MARGIN_BUY")),
    ("ben", lambda wallet: Trade(wallet, "BUY", "BTCUSDT", D("0.1"), None, "LIMIT", D(18000), "AUTO_REPAY")),
)


class Ledger:
    """One ledger file and the ways to ask it; a refusal is an answer like any other."""

    def __init__(self, folder: str, name: str):
        self.path = Path(folder) / f"{name}.db"
        self.path.write_bytes(_begun())

    def call(self, owner: str | None, when: int) -> desk.Call:
        return desk.Call(self.path, owner, when)

    def ask(self, owner: str, when: int, request) -> str:
        try:
            desk.perform(self.call(owner, when), request)
        except Refused as refusal:
            return refusal.code
        return "done"

    def begin(self) -> None:
        key = records.quiz_key()
        for symbol, price in (("BTCUSDT", "20000"), ("ETHUSDT", "1000")):
            quotes.price_set(self.call("ann", START), symbol, D(price), None, None)
        for owner in OWNERS:
            self.ask(owner, START, Deposit("USDT", D(6000)))
            self.ask(owner, START, Activate(Wallet(owner, "cross"), "3", "DE", "accepted", key, key))
            self.ask(owner, START, Transfer("USDT", D(5000), Wallet(owner, "spot"), Wallet(owner, "cross")))
        self.do(START, ("rules", "10000", "0.6"))
        for owner, request in POSITIONS:
            assert self.ask(owner, START, request(Wallet(owner, "cross"))) == "done"

    def do(self, when: int, step: tuple) -> str:
        kind, *words = step
        if kind == "price":
            quotes.price_set(self.call("ann", when), "BTCUSDT", words[0], None, None)
        elif kind == "rules":
            records.rules_import(self.call("ann", when), "mine", SUPPLY.format(usdt=words[0], btc=words[1]))
        elif kind == "rate":
            quotes.rate_set(self.call("ann", when), "BTC", words[0], None)
        else:
            owner, request = words
            return self.ask(owner, when, request(Wallet(owner, "cross")))
        return "done"

    def told(self) -> dict:
        """Everything that must not depend on when anybody looked: each account's journal with its interest by the hour, and the rest."""
        with sqlite3.connect(self.path) as db:
            rows = db.execute("SELECT o.name, e.at, e.kind, e.wallet, e.asset, e.amount, e.facts FROM entries e JOIN owners o ON o.id = e.owner_id ORDER BY e.id").fetchall()
            told = {"pool": db.execute("SELECT * FROM pool_rates ORDER BY since, asset").fetchall()}
            told["balances"] = db.execute("SELECT * FROM balances_by_wallet WHERE amount <> '0'").fetchall()
        for owner in OWNERS:
            told[owner] = sorted((row for name, *entry in rows if name == owner for row in _hours(*entry)), key=_order)
        return told


@cache
def _begun() -> bytes:
    """A ledger with all accounts in it, made once."""
    with tempfile.TemporaryDirectory() as folder:
        made = object.__new__(Ledger)
        made.path = Path(folder) / "begun.db"
        made.begin()
        return made.path.read_bytes()


def _order(row):
    return row[0], row[1] != "interest", row[2:4] if row[1] == "interest" else ()


def _hours(moment, kind, wallet, asset, amount, facts):
    told = json.loads(facts)
    if kind != "interest":
        return [(moment, kind, wallet, asset, amount, facts)]
    return [(moment - hour * HOUR, kind, wallet, asset, told["charge"], told["rate_daily"], told["principal"], told["type"]) for hour in range(told["hours"])]


amounts = st.integers(20, 9000).map(D)
limits = st.tuples(st.sampled_from(["BUY", "SELL"]), st.integers(15, 28), st.sampled_from(["NO_SIDE_EFFECT", "MARGIN_BUY", "AUTO_REPAY"]))
requests = st.one_of(
    amounts.map(lambda amount: lambda wallet: Borrow(wallet, "USDT", amount)),
    st.integers(1, 50).map(lambda n: lambda wallet: Borrow(wallet, "BTC", D(n) / 100)),
    st.none().map(lambda _: lambda wallet: Borrow(wallet, "USDT", None)),
    (st.none() | amounts).map(lambda amount: lambda wallet: Repay(wallet, "USDT", amount)),
    st.integers(100, 9000).map(lambda quote: lambda wallet: Trade(wallet, "BUY", "BTCUSDT", None, D(quote), "MARKET", None, "MARGIN_BUY")),
    limits.map(lambda told: lambda wallet: Trade(wallet, told[0], "BTCUSDT", D("0.1"), None, "LIMIT", D(told[1] * 1000), told[2])),
    st.sampled_from("0129").map(lambda level: lambda wallet: Setting("vip", level)),
)
steps = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(OWNERS), requests),
    st.tuples(st.just("ask"), st.sampled_from(OWNERS), requests),
    st.tuples(st.just("price"), st.integers(11, 31).map(lambda n: D(n * 1000))),
    st.tuples(st.just("rules"), st.sampled_from(["", "9000", "20000", "4000"]), st.sampled_from(["", "0.5", "0"])),
    st.tuples(st.just("rate"), st.sampled_from([D("0.0004"), D(0)])),
)
gaps = st.sampled_from([0, 1, 60_000, HOUR // 2, HOUR, 5 * HOUR + 1, 40 * HOUR])
plans = st.lists(st.tuples(gaps, steps, st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from((None, *OWNERS))), max_size=3)), min_size=3, max_size=12)


@settings(max_examples=12, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(plans)
def test_INT_8_the_books_do_not_depend_on_when_or_on_whom_cron_ran(plan):
    with tempfile.TemporaryDirectory() as folder:
        plain, busy = Ledger(folder, "plain"), Ledger(folder, "busy")
        now = START
        for gap, step, visits in plan:
            gap = max(gap, step[0] != "ask")  # news of a moment that somebody is settled to already would come too late for him
            for share, owner in sorted(visits, key=lambda visit: visit[0]) if gap else ():
                sweeping.sweep(busy.call(owner, now + int(gap * share)), "accrue")
            now += gap
            assert plain.do(now, step) == busy.do(now, step)
        end = now + 30 * HOUR
        shown = [account.status(busy.call(owner, end))["wallets"] for owner in OWNERS]
        for owner in OWNERS:
            sweeping.sweep(busy.call(owner, end), "accrue")
        sweeping.sweep(plain.call(None, end), "accrue")
        for owner in reversed(OWNERS):
            sweeping.sweep(plain.call(owner, end), "accrue")
        assert shown == [account.status(plain.call(owner, end))["wallets"] for owner in OWNERS]
        assert plain.told() == busy.told()
        for ledger in (plain, busy):
            assert records.check(ledger.call(None, end))["findings"] == []
            before = ledger.told()
            assert sweeping.sweep(ledger.call(None, end), "accrue")["entries"] == [] and ledger.told() == before


# --- and told one by one ---


def dump(ledger: Ledger) -> list[str]:
    with sqlite3.connect(ledger.path) as db:
        return list(db.iterdump())


def lends(amount) -> object:
    return lambda wallet: Borrow(wallet, "USDT", D(amount))


def test_BOR_4_a_loan_that_the_pool_cannot_give_leaves_no_trace_in_any_account(tmp_path):
    """Though bringing all of them up to date came first; a dry run and a look at the account write nothing either."""
    ledger = Ledger(tmp_path, "one")
    assert ledger.do(START, ("ask", "ann", lends(1000))) == "done"
    before, later = dump(ledger), START + 50 * HOUR
    assert ledger.do(later, ("ask", "cy", lends(5000))) == "pool_empty"
    desk.perform(ledger.call("cy", later)._replace(dry_run=True), lends(1000)(Wallet("cy", "cross")))
    account.status(ledger.call("ann", later)), account.limits(ledger.call("ben", later), "USDT"), quotes.rate_show(ledger.call("ben", later), None)
    assert dump(ledger) == before


def test_INT_8_who_borrows_nothing_more_pays_more_when_another_borrows(tmp_path):
    quiet, busy = Ledger(tmp_path, "quiet"), Ledger(tmp_path, "busy")
    assert busy.do(START + HOUR // 2, ("ask", "cy", lends(2800))) == "done"
    owed = []
    for ledger in (quiet, busy):
        sweeping.sweep(ledger.call("ann", START + 10 * HOUR), "accrue")
        owed.append([D(row["interest"]) for row in records.interest(ledger.call("ann", START + 10 * HOUR), None, None, False)["rows"]])
    assert all(less <= more for less, more in zip(*owed, strict=True)) and sum(owed[1]) > sum(owed[0]) and owed[1][-1] > 2 * owed[0][-1]


def test_INT_6_rate_show_says_what_a_loan_is_charged(tmp_path):
    ledger = Ledger(tmp_path, "one")
    ledger.do(START, ("ask", "cy", lambda wallet: Setting("vip", "1")))
    for minutes in (1, 59, 60, 61, 200, 5000):
        call = ledger.call("cy", START + minutes * 60_000)
        (shown, _), loan = quotes.rate_show(call, "USDT")["rows"], desk.perform(call, lends(20)(Wallet("cy", "cross")))
        assert loan["entries"][-1]["facts"]["rate_daily"] == shown["rate_daily"] and shown["vip"] == "1"
        assert quotes.rate_show(call, "USDT")["rows"][0] == shown


def test_INT_8_a_supply_moves_rates_from_its_own_hour_on_whoever_comes_later(tmp_path):
    """Nobody borrows: from 0.00010811 down to half of it, before there is any account and after."""
    call = desk.Call(tmp_path / "new.db", "ann", START)
    records.rules_import(call, "mine", SUPPLY.format(usdt="1000", btc=""))
    later = call._replace(at=START + 5 * HOUR)
    shown = [quotes.rate_show(call._replace(at=START + hour * HOUR), "USDT")["rows"][0] for hour in (0, 1, 2, 5)]
    assert [row["rate_daily"] for row in shown] == ["0.00010811", "0.00008108", "0.00006081", "0.00005406"]
    desk.perform(later, Deposit("USDT", D(5)))
    assert quotes.rate_show(later, "USDT")["rows"][0] == shown[-1] and records.check(later)["findings"] == []


def test_INT_6_what_is_not_asked_for_is_told_in_a_notice(tmp_path):
    ledger = Ledger(tmp_path, "one")
    loan = desk.perform(ledger.call("cy", START + 3 * HOUR), lends(100)(Wallet("cy", "cross")))
    assert {entry["account"] for entry in loan["entries"]} == {"cy"}
    assert [(notice["code"], notice["facts"]) for notice in loan["notices"]] == [("pool_shared", {"accounts": "ann, ben", "entries": "5"})]


def test_INT_8_what_falls_due_on_the_way_moves_the_rates_at_its_own_hour(tmp_path):
    """Ben's order fills two days in, and repays a quarter of what the pool has lent of BTC: nobody looks for ten days, or every hour."""
    rare, often = Ledger(tmp_path, "rare"), Ledger(tmp_path, "often")
    for ledger in (rare, often):
        ledger.do(START + 50 * HOUR + 7, ("price", D(17000)))
    for hour in range(1, 240):
        sweeping.sweep(often.call(OWNERS[hour % 3], START + hour * HOUR + hour), "accrue")
    for ledger in (rare, often):
        sweeping.sweep(ledger.call(None, START + 240 * HOUR), "accrue")
    assert rare.told() == often.told()
    begun = [(since, lent) for asset, since, _, lent, _ in rare.told()["pool"] if asset == "BTC"]
    assert {lent for since, lent in begun if since < START + 51 * HOUR} == {"0.4"} and begun[2] == (START + 51 * HOUR, "0.30015701")


def test_BOR_4_what_others_pay_back_on_the_way_can_be_lent_at_once(tmp_path):
    """0.2 of 0.6 BTC are left until ben's order repays a tenth."""
    ledger, later = Ledger(tmp_path, "one"), START + 5 * HOUR
    ledger.do(START + HOUR, ("price", D(17000)))
    assert ledger.do(later, ("ask", "cy", lambda wallet: Borrow(wallet, "BTC", D("0.31")))) == "pool_empty"
    assert ledger.do(later, ("ask", "cy", lambda wallet: Borrow(wallet, "BTC", D("0.29")))) == "done"


def test_without_a_supply_nobody_is_touched_but_the_account_asked_for(tmp_path):
    ledger = Ledger(tmp_path, "one")
    ledger.do(START, ("rules", "", ""))
    before = ledger.told()
    sweeping.sweep(ledger.call("ann", START + 5 * HOUR), "accrue")
    after = ledger.told()
    assert (after["pool"], after["ben"], len(after["ann"]) - len(before["ann"])) == ([], before["ben"], 5)
    assert ledger.do(START + HOUR, ("ask", "ben", lends(100))) == "done"  # ann is ahead, and ben need not wait
