"""Orders that rest: what they lock, when they fill and at what price, and what becomes of their lists (ORD-*, BOR-9 to BOR-12)."""

import pytest
from worlds import NOON, D, at, candles, lines, quotes, wallet, world

from margincli.domain.interest import HOUR
from margincli.domain.operations import decide
from margincli.domain.operations.trade import Trade
from margincli.domain.order import Order, Touch, fill_price
from margincli.domain.orders import open_orders
from margincli.domain.walk import settle
from margincli.domain.world import World

CROSS = wallet()


def order(kind, side, price=None, stop=None) -> Order:
    return Order(1, "BTCUSDT", side, kind, D(1), price and D(price), stop and D(stop))


def placed(found: World, kind="LIMIT", side="BUY", qty="0.1", price=None, stop=None, **more):
    told = {name: D(value) if name in ("stop_limit", "then_price", "then_stop") else value for name, value in more.items()}
    return decide(found, Trade(CROSS, side, "BTCUSDT", D(qty), None, kind, price and D(price), stop=stop and D(stop), **told))


def later(found: World, prices: dict, hours: int = 10) -> World:
    """The same account, some hours on, in a market that has moved."""
    return World(NOON + hours * HOUR, found.owner, found.state, world(prices=prices).market, found.rules)


def walked(found: World, *points: tuple[str, str], series=None):
    """The account after prices at times of that day; the market stood at 20,000 before."""
    moved = series or quotes(("2000-01-01", "20000"), *((f"2024-09-01T{time}", price) for time, price in points))
    return settle(later(found, {"BTCUSDT": moved, "BTCUSDC": None}), NOON)


def kinds(entries) -> list[str]:
    return [entry.kind for entry in entries if entry.kind != "interest"]


# (order, touch, price at which it fills); Touch(price, low, high): a candle closes where it has extremes
FILLS = [
    (order("LIMIT", "BUY", "100"), Touch(D(101)), None),
    (order("LIMIT", "BUY", "100"), Touch(D(100)), "100"),
    (order("LIMIT", "BUY", "100"), Touch(D(99)), "99"),  # better where the price jumped it
    (order("LIMIT", "BUY", "100"), Touch(D(105), D(100), D(106)), None),  # touched, not traded through
    (order("LIMIT", "BUY", "100"), Touch(D(105), D("99.99"), D(106)), "100"),
    (order("LIMIT", "BUY", "100"), Touch(D(99), D(98), D(106)), "100"),
    (order("LIMIT", "SELL", "100"), Touch(D(99), D(98), D(100)), None),
    (order("LIMIT", "SELL", "100"), Touch(D(99), D(98), D("100.01")), "100"),
    (order("LIMIT", "SELL", "100"), Touch(D(104)), "104"),
    (order("LIMIT_MAKER", "SELL", "100"), Touch(D(104)), "104"),
    (order("STOP_LOSS", "SELL", stop="100"), Touch(D(101)), None),
    (order("STOP_LOSS", "SELL", stop="100"), Touch(D(97)), "97"),  # a gap fills where the market is
    (order("STOP_LOSS", "SELL", stop="100"), Touch(D(103), D(100), D(104)), "100"),  # the extreme sets it off
    (order("STOP_LOSS", "BUY", stop="100"), Touch(D(97), D(96), D(100)), "100"),
    (order("STOP_LOSS", "BUY", stop="100"), Touch(D(97)), None),
    (order("TAKE_PROFIT", "SELL", stop="100"), Touch(D(99), D(98), D(101)), "100"),
    (order("TAKE_PROFIT", "BUY", stop="100"), Touch(D(101), D(99), D(102)), "100"),
    (order("STOP_LOSS_LIMIT", "SELL", "98", "100"), Touch(D(103), D(95), D(104)), "100"),
    (order("STOP_LOSS_LIMIT", "SELL", "98", "100"), Touch(D(97)), None),  # set off under its limit: it rests on
    (order("LIMIT", "BUY", "100")._replace(status="PENDING_NEW"), Touch(D(50)), None),
]


@pytest.mark.parametrize("resting, touch, price", FILLS)
def test_ORD_14_ORD_3_where_an_order_fills(resting, touch, price):
    assert fill_price(resting, touch) == (price and D(price))


def test_ORD_1_ORD_11_an_order_of_any_kind_and_status_reads_back_as_it_was_written():
    full = Order(7, "BTCUSDT", "SELL", "STOP_LOSS_LIMIT", D("0.5"), D("98.5"), D(100), "AUTO_REPAY", "PENDING_NEW", D(3), D("0.5"), 12, 6, 5, "KEEP")
    assert Order.read(full.written()) == full


@pytest.mark.parametrize(
    "side, price, holds, asset, locked",
    [("BUY", "18000", {"USDT": "5000"}, "USDT", "1800"), ("SELL", "25000", {"BTC": "1"}, "BTC", "0.1")],
)
def test_ORD_7_a_buy_locks_quantity_times_limit_a_sell_its_quantity(side, price, holds, asset, locked):
    after, entries = placed(world(cross=holds), side=side, price=price)
    assert lines(entries) == [("order", asset, locked)]
    assert after.state.holding(CROSS, asset).locked == D(locked)


def test_ORD_14_a_resting_buy_fills_at_the_quote_that_reaches_it_and_pays_the_maker_fee():
    """0.1 BTC at 17,900: 1,790 USDT; fee 0.1% of 0.1 BTC; 10 of the 1,800 locked come back."""
    after, _ = placed(world(cross={"USDT": "5000"}), price="18000")
    after, entries = walked(after, ("13:00", "18500"), ("14:00", "17900"))
    assert lines(entries) == [("order_end", "USDT", "1800"), ("trade", "BTC", "0.1")]
    assert [entry.at for entry in entries] == [at("2024-09-01T14:00")] * 2
    assert (after.state.holding(CROSS, "USDT").free, after.state.holding(CROSS, "BTC").free) == (D(3210), D("0.0999"))
    assert not open_orders(after.state, CROSS)


def test_ORD_14_inside_a_candle_it_fills_at_its_limit_at_the_close():
    after, _ = placed(world(cross={"USDT": "5000"}), price="18000")
    series = candles(("2024-09-01T11:00", "20000", "20000", "20000", "20000"), ("2024-09-01T13:00", "19000", "19500", "17000", "19200"))
    _, entries = walked(after, series=series)
    assert [(entry.at, entry.facts["price"]) for entry in entries if entry.kind == "trade"] == [(at("2024-09-01T14:00") - 1, "18000")]


def test_BOR_9_the_loan_is_taken_when_the_order_is_placed_and_BOR_10_costs_from_then_on():
    after, entries = placed(world(cross={"USDT": "1000"}), price="18000", side_effect="MARGIN_BUY")
    assert lines(entries)[0] == ("borrow", "USDT", "800") and kinds(entries) == ["borrow", "order"]
    _, due = walked(after)
    assert [entry.facts["hours"] for entry in due] == [10]  # never filled, and charged for every hour


def test_REP_5_a_resting_sell_repays_after_its_fill_THR_8():
    """0.1 BTC at 25,000 = 2,500, less 2.5 fee: 2,497.5 to the debt."""
    after, _ = placed(world(cross={"BTC": "1", "USDT": "-5000"}), side="SELL", price="25000", side_effect="AUTO_REPAY")
    _, entries = walked(after, ("15:00", "25000"))
    assert kinds(entries) == ["order_end", "trade", "repay"]
    assert [entry.amount for entry in entries if entry.kind == "repay"] == [D("2497.5")]


@pytest.mark.parametrize("tif", ["IOC", "FOK"])
def test_ORD_4_now_or_never_leaves_only_a_record(tif):
    after, entries = placed(world(cross={"USDT": "5000"}), price="18000", tif=tif, side_effect="MARGIN_BUY")
    assert lines(entries) == [("order_end", "", "0")] and entries[0].facts["status"] == "EXPIRED"
    assert not open_orders(after.state, CROSS)


def test_ORD_4_what_crosses_fills_whatever_its_time_in_force():
    _, entries = placed(world(cross={"USDT": "5000"}), price="21000", tif="FOK")
    assert lines(entries) == [("trade", "BTC", "0.1")] and entries[0].facts["price"] == "20000"


def oco(**more):
    return placed(world(cross={"BTC": "1"}), "OCO", "SELL", price="25000", stop="18000", **more)


def test_ORD_5_ORD_7_an_oco_is_two_orders_and_locks_the_larger_need_once():
    after, entries = oco()
    assert lines(entries) == [("order", "BTC", "0.1"), ("order", "", "0")]
    assert [(found.type, found.group) for found in open_orders(after.state, CROSS)] == [("LIMIT", 1), ("STOP_LOSS", 1)]


@pytest.mark.parametrize("price, got", [("25500", "2550"), ("17500", "1750")])
def test_ORD_5_one_leg_filled_ends_the_other(price, got):
    after, _ = oco()
    after, entries = walked(after, ("13:00", price))
    assert kinds(entries) == ["order_end", "order_end", "trade"]
    assert entries[0].facts["status"] == "EXPIRED" and entries[2].facts["quote_qty"] == got
    assert not open_orders(after.state, CROSS) and not after.state.holding(CROSS, "BTC").locked


def test_ORD_5_both_legs_in_one_candle_the_stop_counts():
    after, _ = oco()
    series = candles(("2024-09-01T11:00", "20000", "20000", "20000", "20000"), ("2024-09-01T13:00", "20000", "26000", "17000", "20000"))
    _, entries = walked(after, series=series)
    assert [entry.facts["price"] for entry in entries if entry.kind == "trade"] == ["18000"]


def test_ORD_3_a_stop_limit_set_off_beyond_its_limit_rests_as_a_limit():
    after, _ = placed(world(cross={"BTC": "1"}), "STOP_LOSS_LIMIT", "SELL", price="17900", stop="18000")
    after, entries = walked(after, ("13:00", "17000"), ("14:00", "17950"))
    assert kinds(entries) == ["order_set_off", "order_end", "trade"]
    assert [entry.facts["price"] for entry in entries if entry.kind == "trade"] == ["17950"]


def test_ORD_6_the_pending_legs_begin_when_the_working_order_fills():
    """OTOCO: 0.1 BTC bought, 0.0999 after the fee: both exits are for that, and only one of them locks it."""
    after, entries = placed(world(cross={"USDT": "5000"}), price="18000", then_price="22000", then_stop="17000")
    assert [entry.facts["status"] for entry in entries] == ["NEW", "PENDING_NEW", "PENDING_NEW"]
    assert [entry.amount for entry in entries] == [D(1800), 0, 0]
    after, _ = walked(after, ("13:00", "18000"))
    assert [(found.status, found.qty, found.locked) for found in open_orders(after.state, CROSS)] == [("NEW", D("0.0999"), D("0.0999")), ("NEW", D("0.0999"), 0)]
    after, entries = settle(later(after, {"BTCUSDT": quotes(("2000-01-01", "18000"), ("2024-09-02", "22500"))}, 20), after.now)
    assert kinds(entries) == ["order_end", "order_end", "trade"] and not open_orders(after.state, CROSS)


def test_ORD_6_with_a_market_order_the_legs_begin_at_once():
    after, entries = placed(world(cross={"USDT": "5000"}), "MARKET", then_stop="17000")
    assert kinds(entries) == ["trade", "order"]
    assert [(found.type, found.locked) for found in open_orders(after.state, CROSS)] == [("STOP_LOSS", D("0.0999"))]


def test_LIQ_2_liquidation_cancels_orders_and_sells_what_they_locked():
    after, _ = placed(world(cross={"BTC": "1", "USDT": "-12000"}), side="SELL", qty="0.9", price="25000")
    after, entries = walked(after, ("13:00", "13000"))
    assert kinds(entries)[:3] == ["margin_call", "order_end", "liquidation"]
    assert [entry.facts["status"] for entry in entries if entry.kind == "order_end"] == ["EXPIRED"]
    assert not after.state.holding(CROSS, "BTC").locked


def test_THR_8_an_order_fills_before_the_level_is_judged():
    """A stop that sells everything at 15,000 leaves no debt for the fall to 13,000 in the same candle."""
    after, _ = placed(world(cross={"BTC": "1", "USDT": "-12000"}), "STOP_LOSS", "SELL", qty="1", stop="15000", side_effect="AUTO_REPAY")
    series = candles(("2024-09-01T11:00", "20000", "20000", "20000", "20000"), ("2024-09-01T13:00", "19000", "19500", "13000", "13500"))
    after, entries = walked(after, series=series)
    assert kinds(entries) == ["order_end", "trade", "repay"] and not after.state.owes(CROSS)


def test_orders_rest_in_a_wallet_without_debt_and_in_spot():
    resting = Trade(wallet("spot"), "BUY", "BTCUSDT", D("0.1"), None, "LIMIT", D(18000))
    after, _ = decide(world(spot={"USDT": "2000"}), resting)
    after, entries = walked(after, ("13:00", "17000"))
    assert kinds(entries) == ["order_end", "trade"] and after.state.holding(wallet("spot"), "BTC").free == D("0.0999")


def test_a_leg_that_begins_late_never_gives_its_number_away_again():
    """Orders 1 and 2 are an OTO, 3 comes after; when 2 begins, the next order is still number 4."""
    after, _ = placed(world(cross={"USDT": "9000"}), price="18000", then_price="22000")
    after, _ = placed(after, price="17000")
    after, _ = walked(after, ("13:00", "18000"))
    after, entries = placed(after, price="15000")
    assert [entry.facts["number"] for entry in entries] == ["4"]
    assert [found.number for found in open_orders(after.state, CROSS)] == [2, 3, 4]


def test_ORD_5_a_stop_leg_that_is_set_off_ends_the_other_and_takes_over_its_lock():
    """The gap to 17,000 sets the stop at 18,000 off under its limit of 17,900: it rests alone, with the 0.1 BTC."""
    after, _ = oco(stop_limit="17900")
    after, entries = walked(after, ("13:00", "17000"))
    assert [(entry.kind, entry.facts["status"]) for entry in entries] == [("order_end", "EXPIRED"), ("order_set_off", "TRIGGERED")]
    assert [(found.type, found.price, found.locked) for found in open_orders(after.state, CROSS)] == [("LIMIT", D(17900), D("0.1"))]
    assert after.state.holding(CROSS, "BTC").locked == D("0.1")
