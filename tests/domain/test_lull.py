"""A lull is seen at a glance: nothing fell due, and a walk would say the same. The law that the two agree is in tests/laws."""

import pytest
from worlds import RULES, D, candles, quotes, ruled, settle, state, wallet, walked, world

from margincli.domain import market
from margincli.domain.journal import FEES, OUTSIDE, POOL, Account, Change, Entry, move
from margincli.domain.lull import is_lull
from margincli.domain.money import ZERO
from margincli.domain.operations import decide
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.trade import Trade
from margincli.domain.risk import exposure
from margincli.domain.world import World

NOON_TO, LONG = "2024-09-01T12:{}:00Z", {"BTC": "1", "USDT": "-15000"}  # level 2 at 30000, called under 20000
DIP = quotes(("2024-09-01T11:00:00Z", "30000"), ("2024-09-01T12:10:00Z", "19000"), ("2024-09-01T12:20:00Z", "30000"))
WAVE = quotes(("2024-09-01T11:00:00Z", "30000"), ("2024-09-01T12:10:00Z", "28000"), ("2024-09-01T12:20:00Z", "31000"))


def until(minute: str = "30", **told) -> World:
    return world(**{"now": NOON_TO.format(minute), "prices": {"BTCUSDT": "30000"}, "cross": LONG, **told})


def noted(found: World, key: str, value: str) -> World:
    return found.after([Entry(found.now, "note", wallet(), "", ZERO, (), (Change(wallet(), key, value),))])


def resting(found: World) -> World:
    return decide(found, Trade(wallet(), "SELL", "BTCUSDT", D("0.1"), None, "LIMIT", D(90000)))[0]


CASES = {
    "no hour, no price": (until(), True),
    "a price that stays above every bar": (until(prices={"BTCUSDT": WAVE}), True),
    "a price that did not": (until(prices={"BTCUSDT": DIP}), False),
    "a candle, whose inside has to be judged": (until(prices={"BTCUSDT": candles(("2024-09-01T12:00:00Z", "30000", "31000", "29000", "30000"), minutes=10)}), False),
    "at its bar now": (until(prices={"BTCUSDT": "19500"}), False),
    "one wallet under its bar, another far above": (until(isolated_BTCUSDT={"BTC": "1", "USDT": "-27500"}), False),
    "one coin that has left margin, another that leaves later": (
        until(cross={"BTC": "1", "ETH": "1"}, prices={"BTCUSDT": "30000", "ETHUSDT": "2000"}, rules=ruled({"delistings.rows": {"BTC": NOON_TO.format("20"), "ETH": NOON_TO.format("40")}})),
        False,
    ),
    "under its bar now": (until(prices={"BTCUSDT": "19000"}), False),
    "a full hour": (world("2024-09-01T13:00:00Z", {"BTCUSDT": "30000"}, cross=LONG), False),
    "a full hour that costs nothing": (world("2024-09-01T13:00:00Z", {"BTCUSDT": "30000"}, cross={"BTC": "1"}), True),
    "nothing at all": (world("2024-09-02T13:00:00Z"), True),
    "what is owed has no price": (until(prices={"ETHUSDT": None}, cross={"BTC": "1", "ETH": "-0.1"}), False),
    "what is held has no price": (until(prices={"ETHUSDT": None}, cross={**LONG, "ETH": "1"}), True),
    "an order that rests": (resting(until()), False),
    "a call that was heard": (noted(until(), "called_at", "1"), False),
    "an alert above the level": (noted(until(), "alert_at", "2.1"), False),
    "an alert below it": (noted(until(), "alert_at", "1.9"), True),
    "interest in BNB": (decide(until(), Setting("bnb_interest", "on"))[0], False),
    "Pro, which is measured otherwise": (until(leverage="10"), False),
    "a coin that has left margin": (until(rules=ruled({"delistings.rows": {"BTC": NOON_TO.format("20")}})), False),
    "one that leaves later": (until(rules=ruled({"delistings.rows": {"BTC": NOON_TO.format("40")}})), True),
}


@pytest.mark.parametrize("found, told", CASES.values(), ids=CASES)
def test_what_is_a_lull(found, told):
    since = world(NOON_TO.format("00")).now
    assert is_lull(found, since) is told
    if told:
        assert settle(found, since) == (found, [])


def test_a_price_of_the_moment_until_which_all_is_settled_counts():
    """It may have been set after that moment was settled."""
    dip = quotes(("2024-09-01T12:00:00Z", "19000"), ("2024-09-01T12:20:00Z", "30000"))
    assert not is_lull(until(prices={"BTCUSDT": dip}), until("00").now)


def test_what_was_seen_of_a_wallet_stands_until_an_entry_touches_it():
    before = until()
    assert is_lull(before, before.now) and before.state.once(wallet(), ("outlook", before.rules), lambda _: None) is not None
    after, _ = walked("12:30", prices={"BTCUSDT": "30000"}, cross=LONG)
    sold, _ = decide(after, Trade(wallet(), "SELL", "BTCUSDT", D("0.1"), None, "MARKET"))
    assert sold.state.once(wallet(), ("outlook", sold.rules), lambda _: None) is None


def test_what_was_heard_and_is_no_longer_owed_is_walked_through_to_nothing():
    found = noted(until(cross={"BTC": "1"}), "called_at", "1")
    assert not is_lull(found, until("00").now) and settle(found, until("00").now)[1] == []


# --- what is remembered on the way ---


def test_an_account_beside_the_house_as_it_stands_by_now():
    alone, free = state(cross=LONG), (Account(wallet(), "free"), "BTC")
    holdings = alone.holdings(wallet())
    first = alone.beside({(POOL, "BTC"): D(-1), (FEES, "BTC"): D(2)})
    second = first.beside({(POOL, "BTC"): D(-3), (FEES, "BTC"): D(2)})
    assert (second.balance(POOL, "BTC"), second.balance(FEES, "BTC"), second.balance(*free)) == (-3, 2, 1)
    assert second.holdings(wallet()) is holdings and second.settings == alone.settings and first.balance(POOL, "BTC") == -1


def test_a_market_remembers_no_more_values_than_it_may(monkeypatch):
    monkeypatch.setattr(market, "VALUES_MOST", 3)
    found = until(prices={"BTCUSDT": WAVE}).market
    values = [found.value("BTC", until(minute).now) for _ in range(2) for minute in ("05", "10", "15", "20", "30")]
    assert values == [30000, 28000, 28000, 31000, 31000] * 2


def test_a_rule_that_the_book_lacks():
    with pytest.raises(KeyError, match="cross.bands.3.nothing"):
        RULES.leaf("cross.bands.3.nothing")
    assert RULES.leaf("cross.bands.3.nothing", "7") == "7"


def test_what_is_known_of_a_wallet_outlives_entries_that_do_not_touch_it():
    """Its exposure, until an entry touches it, or a setting of the account changes; and the list of wallets, until one is opened."""
    before, spot = until(spot={"USDT": "5"}), wallet("spot")
    known, listed = exposure(before, wallet()), before.state.wallets("main")
    paid = before.after([Entry(before.now, "deposit", spot, "USDT", D(5), move("USDT", D(5), OUTSIDE, Account(spot, "free")))])
    assert exposure(paid, wallet()) is known and paid.state.wallets("main") is listed
    assert exposure(before.after([Entry(before.now, "deposit", wallet(), "USDT", D(5), move("USDT", D(5), OUTSIDE, Account(wallet(), "free")))]), wallet()) != known
    set_by_spot = before.after([Entry(before.now, "note", spot, "", ZERO, (), (Change(spot, "vip", "3"),))])
    assert exposure(set_by_spot, wallet()) is not known and set_by_spot.state.wallets("main") is listed
    opened = wallet("isolated:BTCUSDT")
    more = before.after([Entry(before.now, "activate", opened, "", ZERO, (), (Change(opened, "opened_at", "1"),))])
    assert more.state.wallets("main") == [*listed, opened]
