"""A sweep that charges the quiet accounts in one stroke comes to the same books as one that walks through every account."""

import shutil
import sqlite3
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import at

from margincli import desk, quotes, records, sweeping
from margincli.domain.interest import ACCRUAL, HOUR
from margincli.domain.journal import Wallet
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.alert import Alert
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.top_up import TopUp
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.domain.refusals import Refused
from margincli.ledger import reading

D = Decimal
BEGIN = at("2024-09-01T12:00:00Z")
KEY = records.quiz_key()

users = st.fixed_dictionaries(
    {
        "wallet": st.sampled_from(["cross", "cross", "isolated:BTCUSDT"]),
        "leverage": st.sampled_from(["3", "5"]),
        "loan": st.integers(10, 3000),
        "coin": st.sampled_from(["USDT", "USDT", "BTC"]),
        "side": st.sampled_from([None, "BUY", "SELL"]),
        "extra": st.sampled_from([None, None, "alert", "top-up", "order"]),
        "begins": st.integers(0, 3 * HOUR),
    }
)
markets = st.lists(st.tuples(st.integers(1, 40 * HOUR), st.integers(55, 150)), max_size=6)
rates = st.lists(st.tuples(st.integers(1, 40 * HOUR), st.sampled_from(["0", "0.0001", "0.00999"])), max_size=4)
sweeps = st.lists(st.integers(0, 40 * HOUR), min_size=1, max_size=3)


def populate(path: Path, people: list[dict]) -> None:
    """Everybody begins in a market at rest; whoever is refused has less."""
    for symbol, price in (("BTCUSDT", "20000"), ("ETHUSDT", "1000")):
        quotes.price_set(desk.Call(path, "main", BEGIN), symbol, D(price), None, None)
    for number, user in enumerate(people):
        name = f"user{number}"
        call, wallet, spot = desk.Call(path, name, BEGIN + user["begins"]), Wallet.named(name, user["wallet"]), Wallet(name, "spot")
        leverage = user["leverage"] if wallet.mode == "cross" else None
        requests = [Deposit("USDT", D(3000)), Activate(wallet, leverage, "DE", "accepted", KEY, KEY), Transfer("USDT", D(1000), spot, wallet)]
        amount = D(user["loan"]) if user["coin"] == "USDT" else D(user["loan"]) / 20000
        requests.append(Borrow(wallet, user["coin"], amount))
        if user["side"]:
            requests.append(Trade(wallet, user["side"], "BTCUSDT", None, D(user["loan"]), "MARKET", None, "NO_SIDE_EFFECT"))
        requests += {"alert": [Alert(wallet, D("1.7"), 2)], "top-up": [TopUp(wallet, "on", ("USDT",), None)], "order": [Trade(wallet, "BUY", "BTCUSDT", None, D(500), "LIMIT", D(15000), "NO_SIDE_EFFECT")]}.get(user["extra"], [])
        for request in requests:
            try:
                desk.perform(call, request)
            except Refused:
                pass


def move(path: Path, prices, rates_daily) -> None:
    for after, percent in prices:
        quotes.price_set(desk.Call(path, "main", BEGIN + 3 * HOUR + after), "BTCUSDT", D(200 * percent), None, None)
    for after, rate in rates_daily:
        quotes.rate_set(desk.Call(path, "main", BEGIN + 3 * HOUR + after), "USDT", D(rate), "cross")


def books(path: Path) -> dict:
    """All there is to know but the numbers of the entries, which depend on who is written first."""
    with sqlite3.connect(path) as db:
        names = [name for (name,) in db.execute("SELECT name FROM owners ORDER BY name")]
        settled = db.execute("SELECT name, settled_to FROM owners ORDER BY name").fetchall()
        balances = db.execute("SELECT * FROM balances_by_wallet WHERE owner <> '' ORDER BY 1, 2, 3, 4").fetchall()
        chosen = db.execute("SELECT * FROM settings_by_wallet ORDER BY 1, 2, 3").fetchall()
    with reading(path) as session:
        histories = {name: [entry for _, entry in session.history(name)] for name in names if name not in ("house", "world")}
    return {"settled": settled, "balances": balances, "settings": chosen, "history": histories}


def swept(folder: str, name: str, many: int, moments: list[int]) -> dict:
    path = Path(folder, name)
    shutil.copy(Path(folder, "ledger.db"), path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeping, "MANY", many)
        for after in sorted(moments):
            sweeping.sweep(desk.Call(path, None, BEGIN + 3 * HOUR + after), "accrue")
    assert records.check(desk.Call(path, None, BEGIN))["findings"] == []
    return books(path)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(users, min_size=1, max_size=5), markets, rates, sweeps)
def test_one_stroke_is_a_walk_through_each(people, prices, rates_daily, moments):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.db")
        populate(path, people)
        move(path, prices, rates_daily)
        assert swept(folder, "stroke.db", 0, moments) == swept(folder, "walk.db", 10**9, moments)


def test_the_quiet_are_charged_together_and_the_others_walked():
    """A cannot-fail guard for the law above: both roads are taken, and each account knows its part."""
    quiet = {"wallet": "cross", "leverage": "3", "loan": 500, "coin": "USDT", "side": None, "extra": None, "begins": 0}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.db")
        populate(path, [quiet, {**quiet, "loan": 700}, {**quiet, "extra": "alert"}])
        swept(folder, "stroke.db", 0, [0, 5 * HOUR])
        stroke = Path(folder, "stroke.db")
        with sqlite3.connect(stroke) as db:
            kinds = db.execute("SELECT o.name, e.kind, count(*) FROM entries e JOIN owners o ON o.id = e.owner_id WHERE e.kind IN ('accrual', 'interest') AND e.at > ? GROUP BY 1, 2", (BEGIN,)).fetchall()
            lines = db.execute("SELECT owner, hours, interest FROM accrued_interest ORDER BY entry_id, owner").fetchall()
        assert kinds == [("house", ACCRUAL, 2), ("user2", "interest", 2)]
        assert [(owner, hours) for owner, hours, _ in lines] == [("user0", 3), ("user1", 3), ("user0", 5), ("user1", 5)]
        with reading(stroke) as session:
            newest = [(entry.kind, entry.facts["principal"], entry.facts["hours"]) for _, entry in session.history("user1", limit=2)]
            older = session.history("user1", kind="interest", until=BEGIN + 3 * HOUR, asset="USDT")
        assert newest == [("interest", "700", 3), ("interest", "700", 5)]
        assert [entry.facts["type"] for _, entry in older] == ["ON_BORROW", "PERIODIC"]
