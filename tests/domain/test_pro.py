"""Cross Margin Pro: brackets, the two levels, bars, room, liquidation price and liquidation (PRO-*, THR-5).

ETH's brackets make the sums easy: to 30,000 USDT 5 % maintenance and 11.12 % initial margin, above 7 % and 14.29 %.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import DOCUMENT, NOON, RULES, D, outcome, refuses, wallet, world

from margincli import rules
from margincli.domain import pro
from margincli.domain.journal import Change, Entry
from margincli.domain.judgement import crossing
from margincli.domain.liquidation import liquidate
from margincli.domain.money import ZERO, unit
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.close import Close
from margincli.domain.operations.repay import Repay, RepaySelling
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.domain.order import Order
from margincli.domain.risk import exposure, health, max_borrow, max_transfer_out, spare
from margincli.domain.pro import brackets_of
from margincli.domain.rulebook import Rulebook
from margincli.domain.schemes import SCHEMES, scheme_at
from margincli.domain.tiers import lines, weighed
from margincli.domain.world import World

NEW = Rulebook(rules.load("2025"))
CROSS = wallet()


def held(rules=RULES, prices=None, **coins) -> World:
    """A Pro wallet with these coins; ETH at 1,000 and BTC at 20,000."""
    return world(leverage="10", rules=rules, prices=prices, cross=coins)


def resting(found: World, *orders: Order) -> World:
    return found.after([Entry(NOON, "order", CROSS, "", ZERO, (), tuple(Change(CROSS, order.key, order.written()) for order in orders), {})])


# --- which wallet is Pro ---


@pytest.mark.parametrize("name, leverage, row", [("cross", "3", "cross"), ("cross", "5", "cross"), ("cross", "10", "pro"), ("isolated:BTCUSDT", "10", "isolated"), ("spot", "", "spot"), ("cross", "77", "cross")])
def test_MODE_3_the_leverage_of_a_cross_wallet_chooses_its_row(name, leverage, row):
    assert scheme_at(RULES, wallet(name), leverage) is SCHEMES[row]
    assert (SCHEMES["cross"].account_type, SCHEMES["pro"].account_type) == ("MARGIN_1", "MARGIN_2")


def test_an_older_rule_book_knows_no_pro_and_goes_on_as_before():
    document = {**RULES.document, "cross": {**RULES.document["cross"], "bands": {name: RULES.document["cross"]["bands"][name] for name in ("3", "5")}}}
    del (old := dict(document))["pro"]
    found = world(leverage="5", rules=Rulebook(old), cross={"BTC": "1", "USDT": "-10000"})
    assert (health(found, CROSS).level, health(found, CROSS).account_type) == (2, "MARGIN_1")


# --- brackets (PRO-1 to PRO-4) ---


@pytest.mark.parametrize("leverage, rate", [("10", "0.1112"), ("8", "0.1429"), ("6", "0.2"), ("5", "0.25"), ("3", "0.5")])
def test_PRO_2_initial_margin_rates(leverage, rate):
    assert pro.initial_rate_up(D(leverage)) == D(rate)


@pytest.mark.parametrize("asset, amounts", [("BTC", [0, 10000, 30000, 60000]), ("USDC", [0, 10000, 30000, 60000]), ("ETH", [0, 600]), ("SOL", [0, 600])])
def test_PRO_3_the_short_form_has_the_published_amounts(asset, amounts):
    """D x MMR - amount; SOL has no table of its own and takes the default's."""
    assert [-line.offset for line in lines(pro.maintenance_tiers(RULES, asset))] == amounts


@given(st.sampled_from(["BTC", "USDC", "ETH", "SOL"]), st.integers(0, 5 * 10**14).map(lambda n: D(n).scaleb(-8)))
def test_PRO_3_the_short_form_is_the_sum_over_slices(asset, debt):
    tiers, low, summed = pro.maintenance_tiers(RULES, asset), ZERO, ZERO
    for end, rate in tiers:
        summed += rate * max(ZERO, (debt if end is None else min(debt, end)) - low)
        low = end
    assert weighed(tiers, debt) == summed


def test_PRO_1_PRO_4_margins_of_several_debts_interest_included():
    """BTC 1.5 M: 1 M x 0.02 + 0.5 M x 0.03; ETH 40,000 with 1,000 of it interest: 30,000 x 0.05 + 10,000 x 0.07."""
    total = exposure(held(USDT="2000000", BTC="-75", ETH="-39/1"), CROSS)
    assert total.weight == 20000 + 15000 + 1500 + 700
    assert total.initial_margin == 1_000_000 * D("0.1112") + 500_000 * D("0.1429") + 30_000 * D("0.1112") + 10_000 * D("0.1429")


# --- levels and bars (PRO-5, PRO-7, THR-5) ---


@pytest.mark.parametrize(
    "usdt, level, band, allows",
    [
        ("33000.01", "2.00000666", "EXCESSIVE", ("trade",)),
        ("33000", "2", "NORMAL", ("trade",)),
        ("32250", "1.5", "NORMAL", ("trade",)),  # at the bar it trades, and is not called
        ("32249.99999999", "1.49999999", "MARGIN_CALL", ()),
        ("31500.00000001", "1", "MARGIN_CALL", ()),
        ("31500", "1", "FORCE_LIQUIDATION", ()),
        ("33336", "2.224", "EXCESSIVE", ("trade",)),  # the initial margin is 3,336: nothing is available
        ("33336.00000001", "2.224", "EXCESSIVE", ("trade", "borrow")),
        ("60000", "20", "EXCESSIVE", ("trade", "borrow")),  # the collateral level is 2
        ("60000.00000001", "20", "EXCESSIVE", ("trade", "borrow", "transfer_out")),
    ],
)
def test_THR_5_PRO_5_PRO_10_bars_of_pro(usdt, level, band, allows):
    """30 ETH owed: 30,000 USDT, maintenance margin 1,500."""
    found = health(held(USDT=usdt, ETH="-30"), CROSS)
    assert (D(level) <= found.level < D(level) + unit(), found.band, found.allows) == (True, band, allows)
    assert (found.bands.liquidation_at, found.bands.margin_call_at, found.bands.stop_above) == (D(1), D("1.5"), D(2))


CFX = {"CFX": "200000", "ETH": "-30"}  # at 1 USDT: 200,000 counts 170,000 (rank 9)


@pytest.mark.parametrize("rules, worth", [(RULES, "170000"), (NEW, "140000")])
def test_PRO_5_PRO_7_haircuts_count_in_the_new_level_only(rules, worth):
    found = health(held(rules, {"CFXUSDT": "1"}, **CFX), CROSS)
    assert (found.exposure.worth, found.exposure.weight) == (D(worth), 1500)
    assert found.exposure.available_margin == 170000 - 30000 - 3336  # PRO-5: of the collateral value in both


ORDERS = [
    ("a sell at the market loses nothing", [Order(1, "BTCUSDT", "SELL", "LIMIT", D(1), D(20000))], "0"),
    ("above it gains, which does not count", [Order(1, "BTCUSDT", "SELL", "LIMIT", D(1), D(25000))], "0"),
    ("a stop far below", [Order(1, "BTCUSDT", "SELL", "STOP_LOSS", D(1), None, D(15000))], "5000"),
    ("a buy above the market", [Order(1, "BTCUSDT", "BUY", "STOP_LOSS_LIMIT", D("0.5"), D(22000), D(21000))], "1000"),
    ("losses add up, gains do not take off", [Order(1, "BTCUSDT", "SELL", "STOP_LOSS", D(1), None, D(15000)), Order(2, "BTCUSDT", "SELL", "LIMIT", D(1), D(30000)), Order(3, "BTCUSDT", "BUY", "LIMIT", D(1), D(20100))], "5100"),
    ("of an OCO one leg can fill", [Order(1, "BTCUSDT", "SELL", "LIMIT", D(1), D(19000), group=1), Order(2, "BTCUSDT", "SELL", "STOP_LOSS", D(1), None, D(15000), group=1)], "5000"),
    ("a leg that waits is no open order", [Order(1, "BTCUSDT", "SELL", "STOP_LOSS", D(1), None, D(15000), status="PENDING_NEW", waits_for=9)], "0"),
    ("of a coin without a price nothing counts", [Order(1, "ARBUSDT", "BUY", "LIMIT", D(1000), D(1))], "1000"),
    ("what would be left is never under nothing", [Order(1, "BTCUSDT", "SELL", "STOP_LOSS", D(9), None, D(1000))], "51000"),
    ("what comes in counts by its own tiers", [Order(1, "CFXUSDT", "BUY", "LIMIT", D(200000), D(1))], "30000"),
]


@pytest.mark.parametrize("why, orders, loss", ORDERS, ids=[why for why, *_ in ORDERS])
def test_PRO_7_open_order_loss(why, orders, loss):
    coins = {"BTC": "3", "USDT": "250000", "ETH": "-30"}
    found = resting(held(NEW, {"CFXUSDT": "1"}, **coins), *orders)
    total = exposure(found, CROSS)
    assert (total.order_loss, total.worth) == (D(loss), D(280000) - D(loss))
    assert exposure(resting(held(RULES, {"CFXUSDT": "1"}, **coins), *orders), CROSS).order_loss == 0  # the old level knows none


# --- room (PRO-5, PRO-10) ---


@pytest.mark.parametrize(
    "asset, coins, prices, most, bound",
    [
        # (200000 - 1 M x 0.1112) / 0.1429 = 621413.57592722 above the first million, in BTC at 20,000 cut down
        ("BTC", {"USDT": "200000"}, {}, "81.07067879", "available margin"),
        ("USDT", {"BTC": "1"}, {}, "179856.11510791", "available margin"),  # 20000 / 0.1112
        ("ETH", {"USDT": "33336", "ETH": "-30"}, {}, "0", "available margin"),
        ("ETH", {"USDT": "34765", "ETH": "-30"}, {}, "10", "available margin"),  # 1429 / 0.1429: the debt is in its second bracket
        ("BTC", {"USDT": "900000000", "BTC": "-199"}, {}, "0", "limit"),  # 180 BTC
        ("BTC", {"USDT": "900000000"}, {"BTCUSDT": "70000"}, "57.14285714", "limit"),  # 4,000,000 / 70,000, cut
        ("USDC", {"USDT": "900000000", "USDC": "-1"}, {}, "3999999", "limit"),  # the last bracket ends at 4 M
        # CFX counts in full to 100,000 and then 80 %, and that haircut is taken off too (BOR-2): 30,000 at 0.1112, 70,000 at 0.1429
        # leave 4426 of 17765 for slices that take 0.1429 + 0.2
        ("CFX", {"USDT": "17765"}, {"CFXUSDT": "1"}, "112907.55322251", "available margin"),
    ],
)
def test_PRO_5_maximum_borrow_through_brackets_limits_and_pool(asset, coins, prices, most, bound):
    room = max_borrow(held(prices=prices, **coins), CROSS, asset)
    assert (room.tightest, room.amount) == (bound, D(most))


@pytest.mark.parametrize("usdt, most", [("60000", "0"), ("60001.5", "1.5"), ("90000", "30000")])
def test_PRO_10_what_may_leave_keeps_the_collateral_level_at_2(usdt, most):
    assert max_transfer_out(held(USDT=usdt, ETH="-30"), CROSS, "USDT") == D(most)


def test_PRO_5_after_the_largest_loan_nothing_is_available_and_nobody_calls():
    after, _ = decide(held(USDT="10000"), Borrow(CROSS, "ETH", None))
    found = health(after, CROSS)
    assert (found.exposure.available_margin, found.band, found.allows) == (0, "EXCESSIVE", ("trade",))


# --- liquidation price (LIQ-9) ---


@pytest.mark.parametrize(
    "coins, prices, expected",
    [
        # short 30 ETH against 40,000: 40000 - 30 p = 1 x MM; past 30,000 MM is 0.07 D - 600: (40000 + 600) / (30 x 1.07), down
        ({"USDT": "40000", "ETH": "-30"}, {}, {"ETHUSDT": "1264.79750778"}),
        # in the first bracket: 31400 / (30 x 1.05) = 996.82539682
        ({"USDT": "31400", "ETH": "-30"}, {}, {"ETHUSDT": "996.82539682"}),
        # long 1 BTC against 10,000 USDT: p = 10000 x 1.03
        ({"BTC": "1", "USDT": "-10000"}, {}, {"BTCUSDT": "10300"}),
        ({"USDT": "10000"}, {}, {}),
        ({"USDT": "900000", "BTC": "1", "ETH": "-1"}, {}, {"ETHUSDT": "860373.8317757"}),  # of BTC none: its fall to 0 would not do it
        # 0.3 p = 1030, up
        ({"BTC": "0.3", "USDT": "-1000"}, {}, {"BTCUSDT": "3433.33333334"}),
        # 31.8 p - 30 p - MM - 150: 0.3 p - 150 in the first bracket, 450 - 0.3 p in the second. Both 500 and 1,500 would do it; 1,500 is nearer
        ({"ETH": "31.8+-30", "USDT": "-1000", "USDC": "880"}, {"ETHUSDT": "1200"}, {"ETHUSDT": "1500", "USDCUSDT": "0.89772728"}),
        ({"BTC": "3", "USDC": "-1"}, {"USDCUSDT": "1"}, {"BTCUSDT": "0.34333334", "USDCUSDT": "58252.42718446"}),
    ],
)
def test_LIQ_9_PRO_3_liquidation_prices_bracket_by_bracket(coins, prices, expected):
    assert health(held(prices=prices, **coins), CROSS).liquidation_prices == {symbol: D(price) for symbol, price in expected.items()}


def test_LIQ_9_PRO_7_liquidation_prices_where_haircuts_and_orders_count():
    """200,000 CFX against 130,000 USDC: 100,000 + 0.8 (v - 100,000) = 133,900. With an order that loses 1,000: 1 BTC + 2,000 - 1,000 = 10,300."""
    assert health(held(NEW, {"CFXUSDT": "1"}, CFX="200000", USDC="-130000"), CROSS).liquidation_prices["CFXUSDT"] == D("0.711875")
    dear = Order(1, "CFXUSDT", "BUY", "LIMIT", D(1000), D(2))
    found = resting(held(NEW, {"CFXUSDT": "1"}, BTC="1", USDT="2000", USDC="-10000"), dear)
    assert health(found, CROSS).liquidation_prices["BTCUSDT"] == D(9300)


books = st.sampled_from([RULES, NEW])


@st.composite
def wallets(draw) -> World:
    """Coins held and owed in any mixture, CFX with its ladder of haircuts among them."""
    prices = {"BTCUSDT": draw(st.integers(100, 90000)), "ETHUSDT": draw(st.integers(10, 9000)), "CFXUSDT": draw(st.integers(1, 9))}
    coins = {}
    for coin, size in (("BTC", 100), ("ETH", 900), ("CFX", 900000), ("USDT", 3_000_000)):
        parts = [f"{draw(st.integers(1, size * 100)) / 100:.2f}"] if draw(st.booleans()) else []
        parts += [f"-{draw(st.integers(1, size * 100)) / 100:.2f}/0.01"] if draw(st.booleans()) else []
        if parts:
            coins[coin] = "+".join(parts)
    return held(draw(books), {name: str(price) for name, price in prices.items()}, **coins)


@settings(max_examples=50, deadline=None)
@given(wallets())
def test_LIQ_9_at_the_liquidation_price_the_level_is_at_its_bar(found):
    """Rounded towards the market: there the wallet just stands, a unit on it does not, or stood not before."""
    before = spare(found, CROSS, D(1))
    for symbol, price in health(found, CROSS).liquidation_prices.items():
        asset = symbol.removesuffix("USDT")
        at = {near: spare(found.pinned({asset: price + near * unit()}), CROSS, D(1)) for near in (-1, 0, 1)}
        assert min(at.values()) <= 0 <= max(at.values()), (symbol, price, at, before)


# --- on the way to it ---


@st.composite
def ways(draw):
    found = draw(wallets())
    names = [asset for asset in found.state.holdings(CROSS) if asset != "USDT"]
    start, target = ({asset: found.price_usdt(asset) * draw(st.integers(1, 300)) / 100 for asset in names} for _ in range(2))
    orders = []
    if draw(st.booleans()):
        for number in range(1, draw(st.integers(2, 4))):
            symbol, side = draw(st.sampled_from(["BTCUSDT", "CFXUSDT"])), draw(st.sampled_from(["BUY", "SELL"]))
            orders.append(Order(number, symbol, side, "LIMIT", D(draw(st.integers(1, 90000))), D(draw(st.integers(1, 90000)))))
    return resting(found, *orders), start, target


@settings(max_examples=60, deadline=None)
@given(ways(), st.sampled_from([D(1), D("1.5"), D("1.7")]))
def test_PRO_5_PRO_7_the_level_first_meets_a_bar_at_or_just_past_where_it_is_found(way, bar):
    found, start, target = way

    def above(prices):
        return spare(found.pinned(prices), CROSS, bar)

    if not target or above(target) > 0 or not found.state.owes(CROSS):
        return
    met = crossing(found, CROSS, start, target, bar)
    assert above(met) <= 0
    for step in range(40):  # and nowhere before it, seen from forty points on the way
        seen = {asset: start[asset] + (met[asset] - start[asset]) * step / 40 for asset in met}
        assert met == start or above(seen) > 0 or all(abs(seen[asset] - met[asset]) <= 2 * unit() for asset in met), step


def test_PRO_7_between_two_orders_the_level_may_fall_and_rise_again_and_the_first_fall_counts():
    """100,000 CFX, two stops far below for half of it each, 100 ETH owed. CFX goes from 0.2 to 40 and ETH from 1,000 to 11,000.

    At first all of CFX's rise is the orders' loss and the debt sinks the level; from 1 USDT on the tiers let it rise, at last
    nothing of CFX counts any more and the debt sinks it again.
    """
    stops = [Order(number, "CFXUSDT", "SELL", "STOP_LOSS", D(50000), None, D("0.01")) for number in (1, 2)]
    found = resting(held(NEW, {"CFXUSDT": "1"}, CFX="100000", USDT="116400", ETH="-100"), *stops)
    start, target = {"CFX": D("0.2"), "ETH": D(1000)}, {"CFX": D(40), "ETH": D(11000)}
    above = {share: spare(found.pinned({asset: start[asset] + (target[asset] - start[asset]) * share / 1000 for asset in start}), CROSS, D(1)) > 0 for share in (0, 20, 95, 1000)}
    assert list(above.values()) == [True, False, True, False]
    met = crossing(found, CROSS, start, target, D(1))
    assert met["CFX"] < 1 and met["ETH"] < 1200
    assert spare(found.pinned(met), CROSS, D(1)) <= 0 < spare(found.pinned({asset: price - unit(4) for asset, price in met.items()}), CROSS, D(1))


# --- liquidation (PRO-11, LIQ-3, LIQ-6, LIQ-8) ---


def test_PRO_11_LIQ_6_LIQ_8_a_liquidation_stops_above_2_and_takes_3_percent():
    """30 ETH against 31,500: level 1. To leave at 2, y with 1500 - 0.03 y = 2 x 0.05 (30000 - y): y = 1500 / 0.07 = 21428.57..."""
    found = held(USDT="31500", ETH="-30")
    after, entries = liquidate(found, CROSS, D(2), "level")
    repaid = sum(entry.amount for entry in entries if entry.kind == "liquidation_repay")
    assert D("21.42857142") < repaid <= D("21.4285716")
    assert 2 < health(after, CROSS).level < D("2.000001")
    (fee,) = [entry for entry in entries if entry.kind == "liquidation_fee"]
    assert fee.facts["rate"] == "0.03" and fee.amount == (repaid * 1000 * D("0.03")).quantize(unit())


def test_PRO_11_bracket_by_bracket_the_dear_slices_go_first():
    """50 ETH: MM 2,900. The top 20,000 free 0.14 - 0.03 a USDT, the rest 0.10 - 0.03: 2900 - 2200 = 700, 700 / 0.07 = 10,000 more."""
    after, entries = liquidate(held(USDT="52900", ETH="-50"), CROSS, D(2), "level")
    assert 30 <= sum(entry.amount for entry in entries if entry.kind == "liquidation_repay") <= D("30.0000002")
    assert 2 < health(after, CROSS).level < D("2.000001")


def test_PRO_11_COL_1_what_is_sold_counts_by_the_tier_it_is_in_and_one_sale_is_enough():
    """150,000 CFX worth 75,000 count in full. 75,000 - 70,600 over 4,342: 4,284 are missing, 0.14 + 1 - 1.03 a USDT: 38,945.45 within the top bracket."""
    after, entries = liquidate(held(NEW, {"CFXUSDT": "0.5"}, CFX="150000", ETH="-70.6"), CROSS, D(2), "level")
    (sale,) = [entry for entry in entries if entry.kind == "liquidation_sell"]
    assert 0 <= sale.amount / 2 - D("38945.45454545") < D("0.1") and 2 < health(after, CROSS).level < D("2.00001")


def test_PRO_11_everything_goes_where_the_stop_cannot_be_reached():
    """BTC at 2 %: ending a debt of 1 frees 0.04 - 0.03, while 0.02 is missing: more than is owed."""
    after, entries = liquidate(held(USDT="20400", BTC="-1"), CROSS, D(2), "level")
    assert not after.state.owes(CROSS) and after.state.holding(CROSS, "USDT").free < 1


@settings(max_examples=50, deadline=None)
@given(wallets())
def test_PRO_11_LIQ_6_a_liquidation_takes_no_more_than_it_needs(found):
    """Where any debt is left after one that was due, the level is above 2 by no more than roundings; the fee counts in full."""
    if not found.state.owes(CROSS) or health(found, CROSS).level > 1:
        return
    after, entries = liquidate(found, CROSS, D(2), "level")
    left = exposure(after, CROSS)
    if not after.state.owes(CROSS) or not left.total_asset:
        return
    assert left.level > 2
    fees = sum(entry.amount * found.price_usdt(entry.asset) for entry in entries if entry.kind == "liquidation_fee")
    units = sum(unit() * found.price_usdt(asset) for asset in found.state.holdings(CROSS))
    steps = len(entries) * 10
    assert left.spare(D(2)) <= units * steps + (fees if found.rules is NEW else 0)


# --- trading in a call (THR-5) ---


def test_THR_5_in_a_call_debts_are_repaid_and_nothing_is_traded():
    found = world(leverage="10", spot={"USDT": "100"}, cross={"USDT": "31400", "BTC": "0.01", "ETH": "-30+0.5"})
    refuses("no_trade_in_call", "trades from 1.5 up", found, Trade(CROSS, "BUY", "ETHUSDT", D(1), None))
    assert outcome(found, Close(CROSS, "ETHUSDT")) == outcome(found, RepaySelling(CROSS, "ETH", D(1), ("USDT",))) == "no_trade_in_call"
    assert outcome(found, Borrow(CROSS, "USDT", D(100))) == "no_available_margin"
    assert outcome(found, Repay(CROSS, "ETH", D("0.5"))) == "done"
    assert outcome(found, Transfer("USDT", D(100), wallet("spot"), CROSS)) == "done"


def test_PRO_7_an_order_whose_loss_alone_would_call_is_refused_in_the_new_level_only():
    """2 BTC against 35 ETH and their MM of 1,850: 5,000 spare; a stop that gives 1 BTC away for 15,000 would leave none of it."""
    asked = Trade(CROSS, "SELL", "BTCUSDT", D(1), None, "STOP_LOSS", None, stop=D(15000))
    coins = {"BTC": "2", "ETH": "-35"}
    refuses("unhealthy_result", "level 0, at or under 1: it would be liquidated", held(NEW, **coins), asked)
    assert outcome(held(RULES, **coins), asked) == "done"


def test_PRO_7_ORD_12_a_trailing_stop_gives_and_gets_at_where_it_stands_now():
    """It follows 20,000 at 1 % below: selling 0.5 BTC gets 9,900."""
    from margincli.domain.order import Order
    from margincli.domain.pro import swap_of

    order = Order(1, "BTCUSDT", "SELL", "STOP_LOSS", D("0.5"), delta=100, best=D(20000))
    assert swap_of(RULES, order) == (("BTC", D("-0.5")), ("USDT", D(9900)))


def test_PRO_1_a_debt_may_grow_to_the_end_of_its_table():
    found = (brackets_of(Rulebook(DOCUMENT), asset).end_usdt for asset in ("BTC", "ETH"))
    assert list(found) == [D(4_000_000), None], "of ETH there is no end"
