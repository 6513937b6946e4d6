"""trade: refusals in their order, then what is exchanged, borrowed and repaid."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.trade import Trade, with_market_buffer_up
from worlds import D, ladder, lines, refuses, ruled, wallet, world

SPOT, CROSS, BTC = wallet("spot"), wallet(), wallet("isolated:BTCUSDT")
SAFE = {"BTC": "1", "USDT": "-10000"}

REFUSED = ladder(
    Trade(wallet("margin"), "BUY", "NOPE", D("-0.000000001"), None, "LIMIT", D("0.005"), "AUTO_REPAY"),
    {"prices": {"BTCUSDT": None}},
    ("bad_wallet", {}, {"wallet": wallet("isolated:NOPE2")}),
    ("unknown_pair: NOPE2", {}, {"wallet": wallet("isolated:ETHUSDT")}),
    ("unknown_pair: NOPE is", {}, {"symbol": "BTCUSDT"}),
    ("wrong_symbol: isolated:ETHUSDT trades only ETHUSDT, not BTCUSDT", {}, {"wallet": SPOT}),
    ("not_positive", {}, {"qty": D("100000000000.000000001")}),
    ("too_many_places: BTC", {}, {"qty": D("100000000000")}),
    ("amount_too_large: BTC", {}, {"qty": D("0.000001")}),
    ("spot_owes_nothing", {}, {"wallet": BTC}),
    ("not_active: isolated:BTCUSDT", {"isolated_BTCUSDT": {"BTC": "1", "USDT": "-20000"}}, {}),
    ("no_price: BTCUSDT", {"prices": {"BTCUSDT": "21000"}}, {}),
    # 21000 / 20000 = 1.05, the liquidation level of the 10x family
    ("in_liquidation: level 1.05, at or under its liquidation level 1.05", {"prices": None, "isolated_BTCUSDT": SAFE}, {}),
    ("filter: the price 0.005 is not a multiple of the tick 0.01", {}, {"price": D("1000000.01")}),
    ("filter: the price 1000000.01 is outside 0.01 to 1000000", {}, {"price": D(20000)}),
    ("filter: the quantity 0.000001 is not a multiple of the step 0.00001", {}, {"qty": D("0.00024")}),
    ("filter: worth 4.8 USDT, under the least of 5", {}, {"qty": D("0.00025")}),  # 0.00025 * 20000 = 5
    ("balance_too_small: isolated:BTCUSDT has 0 USDT free, 5 are needed", {"isolated_BTCUSDT": SAFE | {"USDT": "5+-10000"}}, {}),
)
# THR-5: a Pro wallet in a margin call, (32100 - 30000) / 1500
CALLED = world(leverage="10", cross={"USDT": "32100", "ETH": "-30"})
REFUSED += [("no_trade_in_call", "cross is at level 1.4 and trades from 1.5 up", CALLED, Trade(CROSS, "BUY", "ETHUSDT", D(1), None))]


def market(side, symbol="BTCUSDT", qty=None, quote_qty=None, wallet=SPOT, effect="NO_SIDE_EFFECT"):
    return Trade(wallet, side, symbol, qty and D(qty), quote_qty and D(quote_qty), "MARKET", None, effect)


def limit(side, price, qty, symbol="BTCUSDT", wallet=SPOT, effect="NO_SIDE_EFFECT"):
    return Trade(wallet, side, symbol, D(qty), None, "LIMIT", D(price), effect)


def order(kind, side, wallet=SPOT, price=None, stop=None, **more):
    return Trade(wallet, side, "BTCUSDT", D(1), None, kind, price, stop=stop, **more)


RICH = {"USDT": "100000000", "BTC": "10000"}
LISTED = ruled({"order.limit_price_pairs": ["BTCUSDT"]})  # a buy limit up to 23,000, a sell limit down to 17,000
MORE = [
    ("done", "", world(spot=RICH), limit("SELL", "20000", "1")),
    # ORD-2: every type has its own fields
    ("order_words", "LIMIT_MAKER needs price", world(spot=RICH), order("LIMIT_MAKER", "SELL")),
    ("order_words", "STOP_LOSS takes no price", world(spot=RICH), order("STOP_LOSS", "SELL", price=D(1), stop=D(1))),
    ("order_words", "TAKE_PROFIT_LIMIT needs stop", world(spot=RICH), order("TAKE_PROFIT_LIMIT", "SELL", price=D(21000))),
    ("order_words", "takes no order that waits", world(spot=RICH), order("STOP_LOSS", "SELL", stop=D(19000), then_price=D(1))),
    ("order_words", "with --repay alone (BOR-12)", world(cross=RICH), order("LIMIT", "BUY", wallet=CROSS, price=D(19000), then_price=D(21000), side_effect="AUTO_REPAY")),
    # ORD-4: a maker never takes
    ("would_take", "the market is at 20000", world(spot=RICH), order("LIMIT_MAKER", "BUY", price=D(20000))),
    # ORD-3: a stop waits on its own side of the market
    ("would_trigger", "at 20000", world(spot=RICH), order("STOP_LOSS", "SELL", stop=D(20000))),
    ("would_trigger", "at 19999", world(spot=RICH), order("STOP_LOSS", "BUY", stop=D(19999))),
    ("would_trigger", "at 19999", world(spot=RICH), order("TAKE_PROFIT", "SELL", stop=D(19999))),
    ("would_trigger", "at 20001", world(spot=RICH), order("TAKE_PROFIT", "BUY", stop=D(20001))),
    # ORD-5: the market lies between the prices of an OCO
    ("bad_oco", "between the limit 19999", world(spot=RICH), order("OCO", "SELL", price=D(19999), stop=D(19000))),
    ("bad_oco", "between the limit 20001", world(spot=RICH), order("OCO", "BUY", price=D(20001), stop=D(21000))),
    # ORD-8: so many orders of a pair and no more
    ("too_many_orders", "its 0 orders", world(rules=ruled({"order.max_orders": "0"}), spot=RICH), order("LIMIT", "SELL", price=D(21000))),
    ("too_many_orders", "its 0 stop orders", world(rules=ruled({"order.max_stops": "0"}), spot=RICH), order("OCO", "SELL", price=D(21000), stop=D(19000))),
    # ORD-8: market orders have a largest quantity of their own, limits the common one
    ("filter", "0.00001 to 95.46320577", world(spot=RICH), market("SELL", qty="95.46321")),
    ("done", "", world(spot=RICH), market("SELL", qty="95.4632")),
    ("done", "", world(spot=RICH), limit("SELL", "20000", "9000")),
    ("filter", "0.00001 to 9000", world(spot=RICH), limit("SELL", "20000", "9000.00001")),
    # a quote amount that pays for less than a step: 0.1 / 20000 = 0.000005
    ("filter", "less than one step", world(spot=RICH), market("BUY", quote_qty="0.1")),
    ("too_many_places", "USDT", world(spot=RICH), market("BUY", quote_qty="0.000000001")),
    ("not_positive", "", world(spot=RICH), Trade(SPOT, "BUY", "BTCUSDT", D(1), None, "LIMIT", D(0))),
    # the bounds themselves are within: 500 * 0.01 = 5; 0.00001 * 500000 = 5
    ("done", "", world(spot=RICH), limit("SELL", "0.01", "500")),
    ("done", "", world(spot=RICH), limit("BUY", "1000000", "1")),
    ("done", "", world(prices={"BTCUSDT": "500000"}, spot=RICH), market("SELL", qty="0.00001")),
    ("filter", "worth 4.99999999 USDT", world(prices={"BTCUSDT": "19999.999966"}, spot=RICH), market("SELL", qty="0.00025")),  # cut: it is not 5
    # what is paid is rounded up: 10.1 * 0.00001235 = 0.000124735
    ("balance_too_small", "0.00012474 are needed", world(prices={"1INCHBTC": "0.00001235"}, spot={"BTC": "0.00012473"}), market("BUY", "1INCHBTC", qty="10.1")),
    # the result stands at the bar itself: 13000 * 0.999 = 1.3 * 9990, 11000 * 0.999 = 1.1 * 9990
    ("unhealthy_result", "level 1.3, at or under 1.3: a margin call", world(prices={"BTCUSDT": "13000"}, cross={"BTC": "1", "USDC": "-9990"}), market("SELL", qty="1", wallet=CROSS)),
    ("unhealthy_result", "level 1.1, at or under 1.1: it would", world(prices={"BTCUSDT": "11000"}, cross={"BTC": "1", "USDC": "-9990"}), market("SELL", qty="1", wallet=CROSS)),
    # at the bar a call stands already
    ("done", "", world(prices={"BTCUSDT": "13000"}, cross={"BTC": "1", "USDC": "-10000"}), market("SELL", qty="1", wallet=CROSS)),
    # the fee takes the level from 1.301 to 1.301 * 0.999 = 1.299699
    ("unhealthy_result", "level 1.299699, at or under 1.3: a margin call", world(cross={"BTC": "1", "USDC": "-15372.79016141"}), market("SELL", qty="1", wallet=CROSS)),
    # 1.101 * 0.999 = 1.099899: to liquidation, though a call stands already
    ("unhealthy_result", "at or under 1.1: it would be liquidated", world(cross={"BTC": "1", "USDC": "-18165.30426884"}), market("SELL", qty="1", wallet=CROSS)),
    # in a call a trade that leaves it a call is allowed (THR-1): 1.2 -> 1.1988
    ("done", "", world(cross={"BTC": "1.2", "USDC": "-20000"}), market("SELL", qty="1.2", wallet=CROSS)),
    # BOR-9: the loan's refusals are the order's: in a call none is lent (BOR-13)
    ("level_too_low_to_borrow", "", world(cross={"BTC": "1.2", "USDC": "-20000"}), market("BUY", qty="0.001", wallet=CROSS, effect="MARGIN_BUY")),
    # 1000 USDT at 3x: 0.151 BTC cost 3020, shortfall 2020 * 1.01 = 2040.2, room 2000
    ("above_max_borrow", "2020 USDT is more than the 2000", world(cross={"USDT": "1000"}), market("BUY", qty="0.151", wallet=CROSS, effect="MARGIN_BUY")),
    ("not_borrowable", "BUSD", world(prices={"BTCBUSD": "20000"}, cross={"USDT": "1000"}), market("BUY", "BTCBUSD", qty="0.01", wallet=CROSS, effect="MARGIN_BUY")),
    ("balance_too_small", "cross has 1000 USDT free, 1002 are needed", world(cross={"USDT": "1000"}), market("BUY", qty="0.0501", wallet=CROSS, effect="AUTO_REPAY")),
]
REFUSED += MORE
REFUSED += [
    # ORD-10: on the list, at the bound, beyond it, the other direction; an OCO's and a waiting limit too, a stop's not
    ("done", "", world(spot=RICH), limit("BUY", "23000.01", "1")),
    ("done", "", world(rules=LISTED, spot=RICH), limit("BUY", "23000", "1")),
    ("limit_price", "A buy limit of BTCUSDT at 23000.01 is too far above the index price 20000.", world(rules=LISTED, spot=RICH), limit("BUY", "23000.01", "1")),
    ("done", "", world(rules=LISTED, spot=RICH), limit("SELL", "17000", "1")),
    ("limit_price", "A sell limit of BTCUSDT at 16999.99 is too far below", world(rules=LISTED, spot=RICH), limit("SELL", "16999.99", "1")),
    ("done", "", world(rules=LISTED, spot=RICH), limit("SELL", "90000", "1")),
    ("done", "", world(rules=LISTED, spot=RICH), limit("BUY", "1", "5")),
    ("limit_price", "", world(rules=LISTED, spot=RICH), order("OCO", "SELL", price=D(16999), stop=D(19000))),
    ("limit_price", "sell limit", world(rules=LISTED, spot=RICH), order("MARKET", "BUY", then_price=D(16999))),
    ("done", "", world(rules=LISTED, spot=RICH), order("STOP_LOSS_LIMIT", "BUY", price=D(30000), stop=D(21000))),
    ("delisted", "ETHUSDT has left margin", world(rules=ruled({"delistings.rows": {"ETH": "2024-09-01T12:00:00Z"}}), cross=RICH), limit("BUY", "900", "1", "ETHUSDT", CROSS)),
    ("trailing_denied", "cross takes no trailing stops", world(rules=ruled({"order.trailing_wallets": ["spot"]}), cross=RICH), order("STOP_LOSS", "SELL", wallet=CROSS, trailing=100)),
    ("filter", "the trailing delta 2001 is outside 10 to 2000 basis points", world(spot=RICH), order("STOP_LOSS", "SELL", trailing=2001)),
    ("limit_price", "", world(rules=LISTED, prices={"ETHUSDT": None}, spot=RICH), limit("BUY", "23000.01", "1")),
    ("done", "", world(rules=LISTED, spot=RICH), limit("BUY", "9000", "1", "ETHUSDT")),
]


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_ORD_8_ORD_10_ORD_13_ORD_14_BOR_9_MODE_4(code, words, found, asked):
    refuses(code, words, found, asked)


@pytest.mark.parametrize(
    "prices, asked, postings",
    [
        # FEE-2: 0.5 BTC for 10000 USDT; the fee is 0.1% of what comes in, 0.0005 BTC
        ({}, market("BUY", qty="0.5"), {"spot:free USDT": "-10000", "world:market USDT": "10000", "spot:free BTC": ["0.5", "-0.0005"], "world:market BTC": "-0.5", "house:fees BTC": "0.0005"}),
        # FEE-2, FEE-3: 65.98253 USDT, fee 0.06598253
        ({"BTCUSDT": "65982.53"}, market("SELL", qty="0.001"), {"spot:free BTC": "-0.001", "world:market BTC": "0.001", "spot:free USDT": ["65.98253", "-0.06598253"], "world:market USDT": "-65.98253", "house:fees USDT": "0.06598253"}),
        # ORD-8: 1000.1 / 20000 = 0.050005, down to steps: 0.05 for 1000; fee 0.00005
        ({}, market("BUY", quote_qty="1000.1"), {"spot:free USDT": "-1000", "world:market USDT": "1000", "spot:free BTC": ["0.05", "-0.00005"], "world:market BTC": "-0.05", "house:fees BTC": "0.00005"}),
        # ORD-14: a better market fills at the market, not at the limit
        ({}, limit("BUY", "20100", "0.1"), {"spot:free USDT": "-2000", "world:market USDT": "2000", "spot:free BTC": ["0.1", "-0.0001"], "world:market BTC": "-0.1", "house:fees BTC": "0.0001"}),
    ],
)
def test_what_is_exchanged_FEE_1_FEE_2_FEE_3_ORD_14(prices, asked, postings):
    _, (entry,) = decide(world(prices=prices, spot={"BTC": "5", "USDT": "50000"}), asked)
    told = {}
    for account, asset, amount in entry.postings:
        told.setdefault(f"{str(account).removeprefix('main:')} {asset}", []).append(amount)
    assert told == {name: [D(a) for a in ([amounts] if isinstance(amounts, str) else amounts)] for name, amounts in postings.items()}
    assert entry.kind == "trade"


@pytest.mark.parametrize("side, paid", [("BUY", "0.00012474"), ("SELL", "0.00012473")])
def test_what_is_paid_rounds_up_and_what_is_got_rounds_down(side, paid):
    """10.1 * 0.00001235 = 0.000124735 BTC."""
    _, (entry,) = decide(world(prices={"1INCHBTC": "0.00001235"}, spot={"BTC": "1", "1INCH": "20"}), market(side, "1INCHBTC", qty="10.1"))
    assert entry.facts["quote_qty"] == paid


def test_ORD_8_a_quote_amount_with_a_limit_buys_what_it_pays_for_at_the_limit():
    """1000 / 25000 = 0.04 BTC, filled at 20000."""
    _, (entry,) = decide(world(spot={"USDT": "1000"}), Trade(SPOT, "BUY", "BTCUSDT", None, D(1000), "LIMIT", D(25000)))
    assert (entry.facts["qty"], entry.facts["quote_qty"]) == ("0.04", "800")


@pytest.mark.parametrize(
    "price, fee",  # 0.00025 BTC sold: price * 0.00025 * 0.001
    [("20002", "0.0050005"), ("20000.02", "0.00500001"), ("20000.01", "0.005")],  # 0.005000005 is half, up; 0.0050000025 is below
)
def test_FEE_3_rounds_half_up(price, fee):
    _, (entry,) = decide(world(prices={"BTCUSDT": price}, spot={"BTC": "1"}), market("SELL", qty="0.00025"))
    assert entry.facts["fee"] == fee


def test_BOR_6_borrows_what_is_lacking_and_no_more():
    """10 USDC free, a limit order of 30 USDC: 20 are borrowed, the fee is not."""
    after, entries = decide(world(cross={"USDC": "10"}), limit("BUY", "20000", "0.0015", "BTCUSDC", CROSS, "MARGIN_BUY"))
    assert [(kind, amount) for kind, _, amount in lines(entries)][0::2] == [("borrow", "20"), ("trade", "0.0015")]
    assert [entry.kind for entry in entries] == ["borrow", "interest", "trade"]
    assert entries[0].facts == {"type": "AUTO"}
    assert after.state.holding(CROSS, "USDC").free == 0


def test_BOR_6_a_sale_borrows_the_base_coin():
    """0.4 BTC free, 1 sold: 0.6 borrowed; 20000 - 20 come in and pay no other debt."""
    after, entries = decide(world(cross={"BTC": "0.4", "USDT": "-100"}), market("SELL", qty="1", wallet=CROSS, effect="MARGIN_BUY"))
    assert lines(entries)[0] == ("borrow", "BTC", "0.6")
    assert after.state.holding(CROSS, "USDT") == ("USDT", D(19980), D(0), D(100), D(0))


@pytest.mark.parametrize(
    "least, free, qty, borrowed",
    [
        ("0", "9.998328", "0.01", "0.00168872"),  # the live case: 0.001672 * 1.01
        ("10", "9.998328", "0.01", "10"),  # under the least loan: the least loan
        ("10", "9900", "10", "101"),  # 100 * 1.01
        ("10", "10000", "10", None),  # nothing is lacking
    ],
)
def test_BOR_8_a_market_order_borrows_a_little_more(least, free, qty, borrowed):
    found = world(rules=ruled({"borrow.minimum_usdt": least}), isolated_ETHUSDT={"USDT": free})
    _, entries = decide(found, market("BUY", "ETHUSDT", qty=qty, wallet=wallet("isolated:ETHUSDT"), effect="MARGIN_BUY"))
    assert [line for line in lines(entries) if line[0] == "borrow"] == ([("borrow", "USDT", borrowed)] if borrowed else [])


def test_BOR_8_the_buffer_rounds_up_and_a_known_cost_has_none():
    assert with_market_buffer_up(D("0.00000001"), D("0.01"), 8) == D("0.00000002")
    _, entries = decide(world(cross={"USDT": "1000"}), market("BUY", quote_qty="1500", wallet=CROSS, effect="MARGIN_BUY"))
    assert lines(entries)[0] == ("borrow", "USDT", "500")


def test_BOR_7_no_side_effect_touches_no_debt():
    """1 BTC sold at 40,000 with 10,000 USDC owed: 40,000 less the fee of 40 stay, and so does the debt."""
    found = world(prices={"BTCUSDC": "40000", "BTCUSDT": "40000"}, cross={"BTC": "1", "USDC": "-10000"})
    after, entries = decide(found, market("SELL", "BTCUSDC", qty="1", wallet=CROSS))
    assert [entry.kind for entry in entries] == ["trade"]
    assert after.state.holding(CROSS, "USDC") == ("USDC", D(39960), D(0), D(10000), D(0))


@pytest.mark.parametrize(
    "owed, paid, told",
    [
        # 0.1 BTC bring 2000 less 2 = 1998
        ("-10000/1.5", "1998", {"interest": "1.5", "principal": "1996.5", "type": "AUTO"}),
        ("-500/1.5", "501.5", {"interest": "1.5", "principal": "500", "type": "AUTO"}),
        ("0", None, None),
    ],
)
def test_REP_5_REP_6_auto_repay_pays_with_what_came_in(owed, paid, told):
    found = world(cross={"BTC": "1", "USDT": f"700+{owed}"} if paid else {"BTC": "1", "USDT": "700", "USDC": "-5"})
    after, entries = decide(found, market("SELL", qty="0.1", wallet=CROSS, effect="AUTO_REPAY"))
    assert [line for line in lines(entries) if line[0] == "repay"] == ([("repay", "USDT", paid)] if paid else [])
    assert after.state.holding(CROSS, "USDT").free == D(700) + D(1998) - D(paid or 0)
    if told:
        assert entries[-1].facts == told and entries[-1].kind == "repay"


def test_BOR_12_auto_borrow_repay_does_both():
    """Sell 1 BTC short at 20000 with 30000 USDT owed: 1 BTC borrowed, 19980 repaid."""
    found = world(cross={"ETH": "100", "USDT": "-30000"})
    _, entries = decide(found, market("SELL", qty="1", wallet=CROSS, effect="AUTO_BORROW_REPAY"))
    assert [line for line in lines(entries) if line[0] != "interest"] == [("borrow", "BTC", "1"), ("trade", "BTC", "1"), ("repay", "USDT", "19980")]


@pytest.mark.parametrize(
    "switch, effect, expected",
    [
        ("off", "MARGIN_BUY", [("borrow", "USDT", "500"), ("interest", "USDT", "0.0022523"), ("trade", "BTC", "0.05")]),
        ("on", "MARGIN_BUY", [("transfer", "USDT", "300"), ("borrow", "USDT", "200"), ("interest", "USDT", "0.00090092"), ("trade", "BTC", "0.05")]),
        ("on", "NO_SIDE_EFFECT", "balance_too_small"),
    ],
)
def test_BOR_15_spot_coins_move_in_before_anything_is_borrowed(switch, effect, expected):
    """An order of 1,000 with 500 in cross and 300 in spot; an hour of 500 at 0.00010811 a day is 0.002252292, of 200 0.000900917."""
    found, _ = decide(world(cross={"USDT": "500"}, spot={"USDT": "300"}), Setting("auto_transfer", switch))
    asked = market("BUY", quote_qty="1000", wallet=CROSS, effect=effect)
    if isinstance(expected, str):
        refuses(expected, "cross has 800 USDT free, 1000 are needed", found, asked)
    else:
        assert lines(decide(found, asked)[1]) == expected


@pytest.mark.parametrize("cross, spot, moved", [("500", "900", ["500"]), ("999.5", "900", ["0.5"]), ("1000", "900", []), ("1200", "900", [])])
def test_BOR_15_no_more_moves_in_than_the_order_lacks(cross, spot, moved):
    found, _ = decide(world(cross={"USDT": cross}, spot={"USDT": spot}), Setting("auto_transfer", "on"))
    _, entries = decide(found, market("BUY", quote_qty="1000", wallet=CROSS))
    assert [line[2] for line in lines(entries) if line[0] == "transfer"] == moved


def test_BOR_8_the_buffer_alone_refuses_nothing():
    """1,000 of one's own at 3x: an order of 0.15 BTC lacks 2,000; 2,020 would be borrowed, 2,000 may be."""
    _, entries = decide(world(cross={"USDT": "1000"}), market("BUY", qty="0.15", wallet=CROSS, effect="MARGIN_BUY"))
    assert lines(entries)[0] == ("borrow", "USDT", "2000")
