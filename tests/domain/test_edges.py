"""The very edges: equality with a bar, a unit more or less, the smaller of two. Each row was once a change that no test noticed."""

import pytest
from test_orders import order, placed, walked
from worlds import NOON, RULES, D, ruled, refuses, wallet, world

from margincli.domain.interest import HOUR, charge_hour_up, promise
from margincli.domain.judgement import stops
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import minimum_loan
from margincli.domain.operations.top_up import TopUp
from margincli.domain.operations.trade import Trade
from margincli.domain.order import Order, Touch, fill_price, lock_of
from margincli.domain.orders import open_orders, told
from margincli.domain.refusals import Refused
from margincli.domain.quiet import Due, growth_up, units_charge_up
from margincli.domain.risk import band_of
from margincli.domain.schemes import scheme_of
from margincli.domain.topup import just_past

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")


# --- interest ---


@pytest.mark.parametrize("principal, rate, hours, charge", [(1, "0.0024", 1, 1), (10000, "0.0024", 3, 3), (10001, "0.0024", 3, 6), (10000, "0", 9, 0)])
def test_INT_4_in_whole_units_an_hour_is_rounded_up_and_then_taken_as_often(principal, rate, hours, charge):
    assert units_charge_up(Due("cross", "USDT", NOON, hours, D(rate)))(principal) == charge
    assert charge_hour_up(D(principal), D(rate), 0) * hours == charge


def test_INT_2_a_debt_has_grown_by_its_hours():
    hours = [Due("cross", "USDT", NOON, 2, D("0.0024")), Due("cross", "USDT", NOON + 2 * HOUR, 1, D("0.0048"))]
    assert growth_up(hours) == D("1.0004") and growth_up([]) == 1


@pytest.mark.parametrize("hours, until", [("0", None), ("1", None), ("2", NOON + HOUR), ("3", NOON + 2 * HOUR)])
def test_INT_9_a_first_hour_alone_needs_no_promise(hours, until):
    made = promise(world(rules=ruled({"interest.waived_hours.rows.USDT": hours})), CROSS, "USDT")
    assert [change.value for change in made] == ([] if until is None else [str(until)])


# --- levels, loans ---


def test_THR_6_THR_7_at_each_bar_the_worse_band_counts():
    found = world(isolated_BTCUSDT={"BTC": "1", "USDT": "-15000"})
    bands = scheme_of(found, BTC).bands(found, BTC)._replace(liquidation_at=D("1.05"), pre_liquidation_at=D("1.07"), margin_call_at=D("1.1"), excessive_above=D(2))
    unit = D("0.00000001")
    bars = [(bands.liquidation_at, "FORCE_LIQUIDATION", "PRE_LIQUIDATION"), (bands.pre_liquidation_at, "PRE_LIQUIDATION", "MARGIN_CALL"), (bands.excessive_above, "NORMAL", "EXCESSIVE")]
    for bar, at_it, above in bars:
        assert (band_of(bar, bands), band_of(bar + unit, bands)) == (at_it, above)


def test_BOR_5_the_least_loan_is_rounded_up():
    assert minimum_loan(world(prices={"BTCUSDT": "30000"}), "BTC") == D("0.00033334")


# --- orders ---


@pytest.mark.parametrize(
    "resting, touch, price",
    [
        (order("STOP_LOSS", "SELL", stop="100"), Touch(D(100)), "100"),
        (order("STOP_LOSS", "SELL", stop="100"), Touch(D("100.01")), None),
        (order("STOP_LOSS", "BUY", stop="100"), Touch(D(100)), "100"),
        (order("STOP_LOSS", "BUY", stop="100"), Touch(D("99.99")), None),
        (order("STOP_LOSS", "SELL", stop="100"), Touch(D(103), D("100.01"), D(104)), None),
        (order("STOP_LOSS", "BUY", stop="100"), Touch(D(97), D(96), D("99.99")), None),
        (order("STOP_LOSS_LIMIT", "SELL", "97", "100"), Touch(D(97)), "97"),
        (order("STOP_LOSS_LIMIT", "SELL", "97", "100"), Touch(D("96.99")), None),
        (order("STOP_LOSS_LIMIT", "BUY", "103", "100"), Touch(D(103)), "103"),
        (order("STOP_LOSS_LIMIT", "BUY", "103", "100"), Touch(D("103.01")), None),
    ],
)
def test_ORD_3_at_the_stop_and_at_the_limit_it_counts(resting, touch, price):
    assert fill_price(resting, touch) == (price and D(price))


def test_ORD_7_what_a_buy_locks_is_rounded_up_what_a_sell_locks_is_what_it_is():
    buy = Order(1, "BTCUSDT", "BUY", "LIMIT", D("0.00003"), D("0.3"), None)
    assert lock_of(buy, 5) == D("0.00001") and lock_of(buy._replace(side="SELL"), 5) == D("0.00003")
    assert lock_of(buy._replace(type="STOP_LOSS", price=None, stop=D("0.7")), 5) == D("0.00003")


def test_BOR_11_nothing_was_lent_for_an_order_unless_it_says_so():
    assert (Order(1, "BTCUSDT", "BUY", "LIMIT", D(1)).lent, Order.read('{"number": 1, "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "qty": "1"}').lent) == (0, 0)


def test_an_order_is_told_with_its_prices_and_its_list():
    whole = {"number": "1", "symbol": "BTCUSDT", "side": "SELL", "qty": "1", "status": "NEW"}
    assert told(order("STOP_LOSS_LIMIT", "SELL", "98", "100")) == {**whole, "type": "STOP_LOSS_LIMIT", "price": "98", "stop": "100"}
    assert told(order("LIMIT", "SELL", "98")._replace(group=7)) == {**whole, "type": "LIMIT", "price": "98", "list": "7"}


def sell(kind, price=None, stop=None, symbol="BTCUSDT", qty="0.01") -> Trade:
    return Trade(CROSS, "SELL", symbol, D(qty), None, kind, price and D(price), stop=stop and D(stop))


@pytest.mark.parametrize(
    "code, words, asked",
    [
        ("would_trigger", "20000", sell("STOP_LOSS", stop="20000")),
        ("done", "", sell("STOP_LOSS", stop="19999.99")),
        ("would_trigger", "20000", sell("TAKE_PROFIT", stop="20000")),
        ("done", "", sell("TAKE_PROFIT", stop="20000.01")),
        ("bad_oco", "", sell("OCO", "20000", "19000")),
        ("done", "", sell("OCO", "20000.01", "19000")),
        ("bad_oco", "", sell("OCO", "20000", "21000")._replace(side="BUY")),
        ("done", "", sell("OCO", "19999.99", "21000")._replace(side="BUY")),
    ],
)
def test_ORD_3_ORD_5_at_the_market_itself_a_stop_would_trigger_and_an_OCO_has_no_room(code, words, asked):
    refuses(code, words, world(cross={"BTC": "1", "USDT": "9000"}), asked)


@pytest.mark.parametrize("kind, stop, side", [("STOP_LOSS", "20000", "below"), ("TAKE_PROFIT", "19000", "above")])
def test_ORD_3_the_refusal_of_a_stop_says_on_which_side_it_waits(kind, stop, side):
    with pytest.raises(Refused) as caught:
        decide(world(cross={"BTC": "1"}), sell(kind, stop=stop))
    assert caught.value.facts["side"] == side


@pytest.mark.parametrize("effect, waiting", [("AUTO_BORROW_REPAY", "AUTO_REPAY"), ("MARGIN_BUY", "NO_SIDE_EFFECT"), ("NO_SIDE_EFFECT", "NO_SIDE_EFFECT")])
def test_ORD_6_BOR_12_a_leg_that_waits_repays_where_its_order_was_to_repay(effect, waiting):
    found, _ = placed(world(cross={"USDT": "9000"}), price="18000", then_price="21000", side_effect=effect)
    assert [order.side_effect for order in open_orders(found.state, CROSS)] == [effect, waiting]


def test_ORD_7_an_OCO_that_buys_locks_the_larger_need_of_its_legs():
    found, entries = placed(world(cross={"USDT": "9000"}), "OCO", price="19000", stop="21000")
    assert [entry.amount for entry in entries] == [2100, 0]


def test_ORD_14_a_limit_at_the_market_itself_fills_at_once():
    for asked in (sell("LIMIT", "20000"), sell("LIMIT", "20000")._replace(side="BUY")):
        assert [entry.kind for entry in decide(world(cross={"BTC": "1", "USDT": "9000"}), asked)[1]] == ["trade"]


def test_ORD_8_as_many_orders_as_a_pair_may_have_and_not_one_more():
    found = world(rules=ruled({"order.max_orders": "2", "order.max_stops": "1"}), cross={"BTC": "1", "ETH": "5"})
    found, _ = placed(found, side="SELL", price="30000")
    refuses("done", "", found, sell("STOP_LOSS", stop="19000"))
    found, _ = placed(found, "STOP_LOSS", "SELL", stop="19000")
    refuses("too_many_orders", "2", found, sell("LIMIT", "31000"))
    refuses("too_many_orders", "", found, sell("STOP_LOSS", stop="18000"))
    refuses("done", "", found, sell("LIMIT", "1100", symbol="ETHUSDT", qty="1"))
    refuses("done", "", found, sell("STOP_LOSS", stop="900", symbol="ETHUSDT", qty="1"))
    assert len(open_orders(found.state, CROSS)) == 2


@pytest.mark.parametrize("kinds, told", [({}, set()), ({"tax": ["0", "0.001", "0", "0"]}, {"fee_standard", "fee_tax", "fee_special"})])
def test_FEE_3_the_kinds_of_a_fee_are_told_where_there_are_several(kinds, told):
    """One more than the standard kind is enough; alone it is the fee, and told as that."""
    found = world(rules=ruled({f"fees.parts.rows.{kind}": row for kind, row in kinds.items()}), cross={"USDT": "9000"})
    _, (entry,) = decide(found, Trade(CROSS, "BUY", "BTCUSDT", D("0.01"), None))
    assert {fact for fact in entry.facts if fact.startswith("fee_")} - {"fee_asset"} == told


@pytest.mark.parametrize("kind, told, price, fee", [("LIMIT", {"price": "18000"}, "18000", "0.0001"), ("STOP_LOSS", {"stop": "21000"}, "21000", "0.0002")])
def test_FEE_1_what_rested_makes_and_a_stop_takes(kind, told, price, fee):
    found = world(rules=ruled({"fees.trade": [["0.001", "0.002"]]}), cross={"USDT": "9000"})
    found, _ = placed(found, kind, **told)
    _, entries = walked(found, ("13:00", price))
    assert [entry.facts["fee"] for entry in entries if entry.kind == "trade"] == [fee]


def test_ORD_3_a_stop_that_is_set_off_past_its_limit_rests_on_with_what_it_had_locked():
    found, _ = placed(world(cross={"USDT": "9000"}), "STOP_LOSS_LIMIT", price="21000", stop="20500")
    after, entries = walked(found, ("13:00", "21500"))
    (entry,) = [entry for entry in entries if entry.kind == "order_set_off"]
    (rests,) = open_orders(after.state, CROSS)
    assert (entry.asset, entry.amount, entry.postings) == ("", 0, ()) and entry.facts["status"] == "TRIGGERED"
    assert (rests.type, rests.stop, rests.locked, rests.best_at) == ("LIMIT", None, 2100, 0)


# --- top-ups ---


@pytest.mark.parametrize("need, price, amount", [("1", "3", "0.33333334"), ("3", "3", "1.00000001")])
def test_TOP_4_a_top_up_goes_just_past_and_no_further(need, price, amount):
    assert just_past(D(need), D(price), 8) == D(amount)


def test_TOP_2_TOP_3_three_coins_and_the_lowest_target_are_allowed():
    found = world(cross={"BTC": "1", "USDT": "-12000"})
    refuses("done", "", found, TopUp(CROSS, "on", ("USDT", "BTC", "ETH"), D("1.3")))
    refuses("bad_top_up_coins", "", found, TopUp(CROSS, "on", ("USDT", "BTC", "ETH", "BNB"), D("1.3")))
    refuses("bad_top_up_target", "", found, TopUp(CROSS, "on", ("USDT",), D("1.29999999")))


# --- where an order's loss bends ---


def test_PRO_7_the_way_stops_too_where_what_an_order_would_leave_bends():
    """2 BTC of which 1 is to be sold: the end of the tier of 30,000 is met at 15,000 and, by what would be left, at 30,000."""
    rules = ruled({"pro.net_equity": "collateral", "collateral.ranks.rows.BTC": "9", "collateral.ladders.9.tiers": [["30000", "1"], ["", "0.5"]]}, RULES.document)
    found, _ = placed(world(rules=rules, leverage="10", cross={"BTC": "2", "USDT": "9000"}), side="SELL", price="25000", qty="1")
    ways = ({"BTC": D(price), "USDT": D(1)} for price in (10000, 40000))
    assert [prices["BTC"] for prices in stops(found, CROSS, *ways)] == [15000, 30000]


@pytest.mark.parametrize("target, met", [("9000", ["15000"]), ("15000", []), ("14999.99999999", ["15000"]), ("16000", [])])
def test_PRO_7_the_way_stops_where_the_loss_of_an_order_bends(target, met):
    """2 BTC meet the end of a tier of 30,000 USDT at 15,000; at its very end the way is over."""
    rules = ruled({"pro.net_equity": "collateral", "collateral.ranks.rows.BTC": "9", "collateral.ladders.9.tiers": [["30000", "1"], ["", "0.5"]]}, RULES.document)
    found = world(rules=rules, leverage="10", cross={"BTC": "2", "USDT": "9000"})
    found, _ = placed(found, side="SELL", price="25000", qty="2")
    way = stops(found, CROSS, {"BTC": D(20000), "USDT": D(1)}, {"BTC": D(target), "USDT": D(1)})
    assert [str(prices["BTC"].normalize().to_integral_value().__format__("f")) for prices in way] == met
    assert stops(found, CROSS, {"USDT": D(1)}, {"BTC": D(9000)}) == stops(found, CROSS, {"BTC": D(9000)}, {"USDT": D(1)}) == []
