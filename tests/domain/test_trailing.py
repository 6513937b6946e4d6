"""Trailing stops (ORD-12): the exchange's own scenarios, what a candle does to them, and that they follow whoever looks.

Self-trade prevention, the other half of ORD-12, has nothing to prevent: there is no order book here.
"""

import pytest
from test_orders import kinds, later, placed, walked
from worlds import NOON, D, candles, lines, outcome, quotes, ruled, time, wallet, world

from margincli.domain.interest import HOUR
from margincli.domain.operations.trade import Trade
from margincli.domain.order import Order, Touch, fill_price
from margincli.domain.orders import open_orders
from margincli.domain.walk import settle

CROSS = wallet()
COINS = {"BTC": "1", "USDT": "50000"}


def trailing(kind, side, delta, price=None, stop=None, best=None) -> Order:
    return Order(1, "BTCUSDT", side, kind, D(1), price and D(price), stop and D(stop), delta=delta, best=best and D(best))


def after(order: Order, *touches) -> tuple[Order, str | None]:
    """The order once it has met these prices, or candles (close, low, high), one a moment; and the price at which it is set off."""
    for moment, told in enumerate(touches, 1):
        close, *extremes = told if isinstance(told, tuple) else (told,)
        touch = Touch(D(close), *(D(extreme) for extreme in extremes), *((None, None) if not extremes else ()), at=moment)
        _, price = order.trail.followed(touch)
        if price is not None:
            return order, str(price.normalize().__format__("f"))
        order = order.followed(touch)
    return order, None


# The scenarios of the exchange's guide (see ORD-1, ORD-2): order, prices before, the last price that does not set it off, the one that does
SCENARIOS = {
    "A stop-loss buy": (trailing("STOP_LOSS_LIMIT", "BUY", 500, "45000", "44000"), ["40000", "37000", "44000", "46000", "42000"], "44099.99", "44100"),
    "B stop-loss sell": (trailing("STOP_LOSS_LIMIT", "SELL", 1000, "38000", "39000"), ["40000", "41500", "39000", "37000", "41000"], "36900.01", "36900"),
    "C take-profit buy": (trailing("TAKE_PROFIT_LIMIT", "BUY", 850, "38500", "38000"), ["40000", "42000", "38000", "37000", "39000", "38000"], "40144.99", "40145"),
    "D take-profit sell": (trailing("TAKE_PROFIT_LIMIT", "SELL", 750, "41000", "42000"), ["40000", "41500", "39000", "42000", "45000", "44000", "46500"], "43012.51", "43012.5"),
    "E without a stop": (trailing("STOP_LOSS_LIMIT", "SELL", 700, "39000", None, "40000"), ["42000", "39500", "45500"], "42315.01", "42315"),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_ORD_12_the_scenarios_of_the_exchanges_guide(name):
    order, before, not_yet, trigger = SCENARIOS[name]
    assert after(order, *before, not_yet)[1] is None
    assert after(order, *before, trigger)[1] == trigger


SELL, BUY = trailing("STOP_LOSS", "SELL", 1000, best="100"), trailing("STOP_LOSS", "BUY", 1000, best="100")
CANDLES = [
    (SELL, ["89"], "89"),  # a price that jumped it fills where the market is
    (SELL, [("95", "90", "96")], "90"),  # inside a candle at the stop
    (SELL, [("95", "90.01", "96")], None),
    (SELL, [("115", "89", "120")], "90"),  # as it stood before the candle, though the high may have come first
    (SELL, [("115", "91", "120")], None),
    (SELL, [("108", "91", "120")], "108"),  # the close came after the high: on the way down from 120 it passed 108
    (SELL, [("104", "91", "120")], "108"),
    (SELL, [("115", "91", "120"), "108.01"], None),
    (SELL, [("115", "91", "120"), "107"], "107"),
    (BUY, [("105", "99", "110")], "110"),
    (BUY, [("88", "80", "109")], "88"),  # the lowest is 80: set off at 88
    (BUY, [("87", "80", "109"), ("87", "86", "88")], "88"),
    (BUY, [("87", "80", "109"), "87.99"], None),
    # with a stop: a candle that meets it on the way to the extreme that hurts goes on from there
    (trailing("STOP_LOSS", "SELL", 1000, stop="100"), [("110", "100.01", "120")], None),
    (trailing("STOP_LOSS", "SELL", 1000, stop="100"), [("95", "90", "120")], "90"),
    (trailing("STOP_LOSS", "SELL", 1000, stop="100"), [("95", "91", "120"), "90.01"], None),  # its high may have been before
    (trailing("STOP_LOSS", "SELL", 1000, stop="100"), [("105", "91", "120"), "94.5"], "94.5"),  # its close was not: 105 less 10 %
    (trailing("STOP_LOSS", "BUY", 1000, stop="100"), [("105", "80", "110")], "110"),
    # and one that meets it on the way to the other extreme has reached that after it
    (trailing("TAKE_PROFIT", "SELL", 1000, stop="100"), [("115", "50", "120")], None),
    (trailing("TAKE_PROFIT", "SELL", 1000, stop="100"), [("105", "50", "120")], "108"),
    (trailing("TAKE_PROFIT", "BUY", 1000, stop="100"), [("85", "80", "150")], None),
    (trailing("TAKE_PROFIT", "BUY", 1000, stop="100"), [("85", "80", "150"), "88"], "88"),
    (trailing("STOP_LOSS", "SELL", 1000, stop="100"), ["100", "90"], "90"),  # at its stop itself it begins to follow
    (trailing("TAKE_PROFIT", "SELL", 1000, stop="100"), ["100", "90"], "90"),
    (trailing("TAKE_PROFIT", "SELL", 1000, stop="100"), ["99", "130", "117.01"], None),  # a price that jumped it is the first extreme
    (trailing("TAKE_PROFIT", "SELL", 1000, stop="100"), ["99", "130", "117"], "117"),
]


@pytest.mark.parametrize("order, touches, price", CANDLES)
def test_ORD_12_ORD_14_what_candles_do_to_a_trailing_stop(order, touches, price):
    assert after(order, *touches)[1] == price


def test_ORD_12_the_stop_is_rounded_against_whom_it_fills():
    assert trailing("STOP_LOSS", "SELL", 15, best="0.00000333").trail.level() == D("0.00000332")
    assert trailing("STOP_LOSS", "BUY", 15, best="0.00000333").trail.level() == D("0.00000334")


def test_ORD_12_a_moment_that_was_seen_changes_nothing_more():
    order = trailing("TAKE_PROFIT", "SELL", 1000, stop="100")
    touch = Touch(D(115), D(50), D(120), at=7)
    begun = order.followed(touch)
    assert (begun.best, begun.best_at) == (D(120), 7)
    assert begun.followed(touch) == begun and fill_price(begun, touch) is None


# --- in an account ---


def test_ORD_12_it_follows_up_fills_on_the_way_down_and_pays_the_taker_fee():
    """20,000, up to 24,000, set off at 24,000 less 5 % = 22,800; the market is at 22,500 by then."""
    found, entries = placed(world(cross=COINS), "STOP_LOSS", "SELL", trailing=500)
    assert entries[0].facts["trailing_delta"] == "500" and lines(entries) == [("order", "BTC", "0.1")]
    found, entries = walked(found, ("13:00", "24000"), ("14:00", "23000"), ("15:00", "22500"))
    assert kinds(entries) == ["order_trail", "order_end", "trade"] and lines(entries)[0] == ("order_trail", "", "0")
    assert (entries[-1].facts["price"], entries[-1].facts["quote_qty"], entries[-1].facts["fee"]) == ("22500", "2250", "2.25")


def test_ORD_12_inside_a_candle_it_fills_at_its_stop():
    found, _ = placed(world(cross=COINS), "STOP_LOSS", "SELL", trailing=500)
    series = candles(("2024-09-01T13:00", "20000", "24000", "19500", "23900"), ("2024-09-01T14:00", "23900", "23900", "21000", "23000"))
    _, entries = walked(found, series=series)
    assert entries[-1].facts["price"] == "22800"


def test_ORD_12_a_limit_form_rests_on_where_its_limit_does_not_allow_the_price():
    found, _ = placed(world(cross=COINS), "STOP_LOSS_LIMIT", "SELL", price="19000", trailing=500)
    found, entries = walked(found, ("13:00", "18900"))
    (rests,) = open_orders(found.state, CROSS)
    assert kinds(entries) == ["order_set_off"] and (rests.type, rests.delta, rests.best, rests.price) == ("LIMIT", 0, None, D(19000))


@pytest.mark.parametrize("more, locked", [({}, "2100"), ({"stop": "22000"}, "2310"), ({"price": "21500"}, "2150")])
def test_ORD_7_a_trailing_buy_locks_what_it_costs_where_it_begins(more, locked):
    kind = "STOP_LOSS_LIMIT" if "price" in more else "STOP_LOSS"
    _, entries = placed(world(cross=COINS), kind, "BUY", trailing=500, **more)
    assert lines(entries) == [("order", "USDT", locked)]


def test_ORD_12_how_often_one_looks_changes_neither_fill_nor_extreme():
    """Only how often the extreme is written down differs: at each settlement that saw it move."""
    start, _ = placed(world(cross=COINS), "STOP_LOSS", "SELL", trailing=500)
    moved = quotes(("2000-01-01", "20000"), *((time(f"{hour}:30"), price) for hour, price in ((12, "21000"), (13, "20500"), (14, "23000"), (15, "22000"))))
    once, whole = settle(later(start, {"BTCUSDT": moved}), NOON)
    step, since, pieces = start, NOON, []
    for hour in range(1, 11):
        step, found = settle(later(step, {"BTCUSDT": moved}, hour), since)
        pieces, since = pieces + found, NOON + hour * HOUR
    (one,), (many,) = open_orders(once.state, CROSS), open_orders(step.state, CROSS)
    assert one == many and (one.best, one.best_at) == (D(23000), NOON + 2 * HOUR + HOUR // 2)
    assert [entry.facts["extreme"] for entry in whole] == ["23000"] and [entry.facts["extreme"] for entry in pieces] == ["21000", "23000"]


@pytest.mark.parametrize(
    "code, asked, told",
    [
        ("done", {"trailing": 10}, {}),
        ("done", {"trailing": 2000}, {}),
        ("filter", {"trailing": 9}, {}),
        ("filter", {"trailing": 0}, {}),
        ("filter", {"trailing": 2001}, {}),
        ("trailing_denied", {"trailing": 100}, {"rules": ruled({"order.trailing_wallets": ["spot"]})}),
        ("order_words", {"trailing": 100, "type": "MARKET"}, {}),
        ("order_words", {"trailing": 100, "type": "OCO", "price": D(21000), "stop": D(19000)}, {}),
        ("order_words", {"type": "STOP_LOSS"}, {}),
        ("would_trigger", {"trailing": 100, "stop": D(20000)}, {}),
    ],
)
def test_ORD_8_ORD_12_when_it_is_refused(code, asked, told):
    assert outcome(world(cross=COINS, **told), Trade(CROSS, "SELL", "BTCUSDT", D("0.1"), None, **{"type": "STOP_LOSS", **asked})) == code
