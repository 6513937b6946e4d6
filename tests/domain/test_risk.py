"""How safe a wallet is: levels, bars, collateral and liquidation prices, all worked by hand."""

import pytest
from margincli.domain.journal import POOL, Account
from margincli.domain.money import NO_DEBT
from margincli.domain.risk import exposure, health, level, liquidation_prices, max_borrow, max_transfer_out, removable, shown
from margincli.domain.refusals import Refused
from margincli.domain.schemes import scheme_of
from worlds import D, NOON, RULES, ruled, wallet, world

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")
ALL, BORROW, TRADE, NONE = ("trade", "borrow", "transfer_out"), ("trade", "borrow"), ("trade",), ()


@pytest.mark.parametrize(
    "holds, margin_level",
    [
        ({"USDT": "50000000", "USDC": "-20000000"}, "2.5"),  # 50 M / 20 M
        ({"BTC": "1", "USDT": "500+-10000"}, "2.05"),  # (20000 + 500) / 10000
        ({"BTC": "1", "USDT": "-10000/6000"}, "1.25"),  # 20000 / (10000 + 6000): unpaid interest is owed too
        ({"BTC": "1", "ETH": "-10/2.5"}, "1.6"),  # 20000 / 12500
        ({"CFX": "2000000", "USDC": "-500000"}, "2"),  # no haircut in it: 1,000,000 / 500,000
    ],
)
def test_ML_1_ML_6_assets_over_debts_with_interest(holds, margin_level):
    assert level(world(prices={"CFXUSDT": "0.5"}, cross=holds), CROSS) == D(margin_level)


def test_ML_2_ML_3_the_level_with_haircuts_stands_beside_it_in_cross_only():
    # CFX 1,000,000 count 100000 + 0.8*50000 + 0.6*50000 + 0.3*200000 + 0.1*200000 = 250000
    cross = health(world(prices={"CFXUSDT": "0.5"}, cross={"CFX": "2000000", "USDC": "-500000"}), CROSS)
    assert (cross.level, cross.collateral_level) == (D(2), D("0.5"))
    assert health(world(isolated_BTCUSDT={"BTC": "1", "USDT": "-5000"}), BTC).collateral_level is None
    assert health(world(cross={"BTC": "1", "USDC": "-5000"}), CROSS).collateral_level == D(4)  # without haircut the same


def test_ML_4_ML_8_net_assets():
    found = world(cross={"BTC": "1.5+-2/0.25", "USDT": "100000"})
    assert found.state.holding(CROSS, "BTC").net_asset == D("-0.75")
    assert exposure(found, CROSS).net_asset == D(85000)  # 30000 + 100000 - 45000


def test_ML_5_without_debt_there_is_no_level_and_no_liquidation_price():
    for found, name in ((world(cross={"BTC": "1"}), CROSS), (world(isolated_BTCUSDT={}), BTC), (world(spot={"BTC": "1"}), wallet("spot"))):
        told = health(found, name)
        assert (told.level, shown(told.level), told.band, told.liquidation_prices) == (NO_DEBT, "999", "EXCESSIVE", {})
    assert shown(D("2748.02909813")) == "2748.02909813"  # 999 is no cap


def test_NUM_3_a_shown_level_is_cut():
    assert shown(D("1.999999999")) == "1.99999999"


def test_ML_7_a_coin_without_price_counts_as_nothing_and_is_named():
    told = exposure(world(cross={"BTC": "1", "CFX": "1000000", "USDT": "-5000"}), CROSS)
    assert (told.total_asset, told.total_liability, told.collateral, told.unpriced) == (D(20000), D(5000), D(20000), ("CFX",))


@pytest.mark.parametrize(
    "leverage, assets, band, allows",
    [
        ("3", "200.000001", "EXCESSIVE", ALL),
        ("3", "200", "NORMAL", BORROW),
        ("3", "150.000001", "NORMAL", BORROW),
        ("3", "150", "NORMAL", TRADE),
        ("3", "130.000001", "NORMAL", TRADE),
        ("3", "130", "MARGIN_CALL", TRADE),
        ("3", "110.000001", "MARGIN_CALL", TRADE),
        ("3", "110", "FORCE_LIQUIDATION", NONE),
        ("5", "200.000001", "EXCESSIVE", ALL),
        ("5", "200", "NORMAL", BORROW),
        ("5", "125.000001", "NORMAL", BORROW),
        ("5", "125", "NORMAL", TRADE),
        ("5", "116.000001", "NORMAL", TRADE),
        ("5", "116", "MARGIN_CALL", TRADE),
        ("5", "110.000001", "MARGIN_CALL", TRADE),
        ("5", "110", "FORCE_LIQUIDATION", NONE),
    ],
)
def test_THR_1_THR_3_THR_6_THR_7_cross_bars_and_what_stands_at_them(leverage, assets, band, allows):
    told = health(world(leverage=leverage, cross={"USDT": assets, "USDC": "-100"}), CROSS)
    assert (told.band, told.allows) == (band, allows)


def test_THR_2_a_haircut_stops_borrowing_and_moving_out_but_never_calls():
    """CFX worth 1,000,000 count 250,000: against 240,000 the level is 4.16, with haircuts 1.04."""
    told = health(world(prices={"CFXUSDT": "0.5"}, cross={"CFX": "2000000", "USDC": "-240000"}), CROSS)
    assert (told.band, told.allows) == ("EXCESSIVE", TRADE)


def test_TRF_8_THR_1_in_a_call_neither_loan_nor_transfer_whatever_the_other_bars():
    told = health(world(rules=ruled({"cross.bands.3.margin_call_at": "2.5"}), cross={"USDT": "250", "USDC": "-100"}), CROSS)
    assert (told.band, told.allows) == ("MARGIN_CALL", TRADE)


@pytest.mark.parametrize(
    "assets, band, allows",
    [
        ("20000.000001", "EXCESSIVE", ALL),
        ("20000", "NORMAL", BORROW),
        ("11110.000001", "NORMAL", BORROW),
        ("11110", "NORMAL", TRADE),  # IRR of tier 1: 1.111
        ("11000.000001", "NORMAL", TRADE),
        ("11000", "MARGIN_CALL", TRADE),
        ("10500.000001", "MARGIN_CALL", TRADE),
        ("10500", "FORCE_LIQUIDATION", NONE),
    ],
)
def test_THR_4_isolated_bars_of_the_10x_family(assets, band, allows):
    told = health(world(isolated_BTCUSDT={"USDT": assets, "BTC": "-0.5"}), BTC)
    assert (told.band, told.allows) == (band, allows)


def test_COL_2_haircut_coin_by_coin_then_the_sum_and_locked_coins_count():
    found = world(prices={"CFXUSDT": "1", "XPLUSDT": "1"}, cross={"CFX": "100000", "XPL": "120000", "USDC": "-1"})
    found.state.balances[Account(CROSS, "locked"), "CFX"] = D(20000)
    # 116000 each, not cv(240000) = 182000
    assert exposure(found, CROSS).collateral == D(232000)
    assert exposure(found, CROSS).total_asset == D(240000)


def test_COL_8_collateral_that_cannot_be_borrowed():
    found = world(prices={"BUSDUSDT": "1"}, cross={"BUSD": "100"})
    assert (exposure(found, CROSS).collateral, found.rate_daily("cross", "BUSD")) == (D(100), None)


U = "BTCUSDT"
PROOFS = [  # (prices, wallet, leverage's wallet holds, {symbol: price}); LR 1.1 cross, 1.05 isolated 10x
    ({}, CROSS, {"BTC": "1", "USDT": "-20000"}, {U: "22000"}),  # 1.1 * 20000 / 1
    ({}, CROSS, {"BTC": "3", "USDT": "-20000"}, {U: "7333.33333334"}),  # 22000 / 3, up towards the market
    ({}, CROSS, {"BTC": "-1", "USDT": "30000"}, {U: "27272.72727272"}),  # short: 30000 / 1.1, down
    ({}, CROSS, {"BTC": "-1/0.5", "USDT": "33000"}, {U: "20000"}),  # 33000 / (1.1 * 1.5)
    ({}, CROSS, {"BTC": "1", "ETH": "2", "USDT": "-15000"}, {U: "14500"}),  # 16500 - 2000; ETH: 16500 - 20000 < 0, none
    # BTC: (1.1 * 5000 - 1000) / 1 = 4500; ETH: (0 - 21000) / (0 - 5.5) = 3818.18...
    ({}, CROSS, {"BTC": "1", "USDT": "1000", "ETH": "-5"}, {U: "4500", "ETHUSDT": "3818.18181818"}),
    ({}, CROSS, {"BTC": "1.1+-1", "USDT": "5"}, {}),  # b = LR * d: none
    ({}, CROSS, {"USDT": "200", "USDC": "-100"}, {"USDCUSDT": "1.81818181"}),  # 200 / 110
    # isolated: (1.05 * 30100 - 1000) / 2 = 15302.5
    ({}, BTC, {"BTC": "2", "USDT": "1000+-30000/100"}, {U: "15302.5"}),
    ({}, BTC, {"BTC": "0.05+-1", "USDT": "30000"}, {U: "30000"}),  # 30000 / (1.05 - 0.05)
    ({}, BTC, {"BTC": "2", "USDT": "40000+-30000"}, {}),  # 31500 - 40000 < 0: none
    # in the quote coin: USDC at 0.8; 1.05 * 15000 / 1
    ({"USDCUSDT": "0.8"}, wallet("isolated:BTCUSDC"), {"BTC": "1", "USDC": "-15000"}, {"BTCUSDC": "15750"}),
    ({"BTCUSDT": None, "BTCUSDC": None}, wallet("isolated:BTCUSDC"), {"BTC": "1", "USDC": "-15000"}, {}),  # no index to warn of
]


@pytest.mark.parametrize("prices, name, holds, expected", PROOFS)
def test_LIQ_9_liquidation_prices_long_short_none(prices, name, holds, expected):
    found = world(prices=prices, **{name.name.replace(":", "_"): holds})
    prices_found = liquidation_prices(found, name, scheme_of(found, name).bands(found, name))
    assert {symbol: price for symbol, (price, _) in prices_found.items()} == {symbol: D(price) for symbol, price in expected.items()}


@pytest.mark.parametrize("prices, name, holds, symbol", [(p, n, h, s) for p, n, h, e in PROOFS for s in e])
def test_LIQ_9_proof_put_back_the_level_meets_the_bar_from_both_sides(prices, name, holds, symbol):
    """At the price the wallet stands just safe or at the bar, a hundred-millionth further it is at the bar or under."""
    told = {name.name.replace(":", "_"): holds}
    found = world(prices=prices, **told)
    bar, at_price = health(found, name).bands.liquidation_at, health(found, name).liquidation_prices[symbol]
    asset, quote = symbol[:-4], symbol[-4:]
    unit, own = D("0.00000001"), found.state.holding(name, asset)
    further = -unit if own.balance > bar * own.debt else unit  # a long falls into it, a short rises

    def level_at(price):
        return level(world(prices=prices | {asset + "USDT": price * found.value_usdt(quote)}, **told), name)

    assert level_at(at_price) >= bar >= level_at(at_price + further)
    assert level_at(at_price - further) > bar > level_at(at_price + 2 * further)


def test_LIQ_10_distance_from_the_index():
    assert health(world(cross={"BTC": "1", "USDT": "-10000"}), CROSS).distances == {U: D("-0.45")}  # 11000 / 20000 - 1
    # 22000 / 1.1 = 20000 is at the market, 27500 / 1.1 = 25000 lies 25% above
    assert health(world(cross={"BTC": "-1", "USDT": "27500"}), CROSS).distances == {U: D("0.25")}
    usdc = wallet("isolated:BTCUSDC")  # the index stands at 25000 USDC, 15750 is 37% below
    assert health(world(prices={"USDCUSDT": "0.8"}, isolated_BTCUSDC={"BTC": "1", "USDC": "-15000"}), usdc).distances == {"BTCUSDC": D("-0.37")}
    # USDC without any index: 20000 USDT are no price in USDC to measure a distance from
    blind = {"USDCUSDT": None, "BTCUSDC": None}
    assert health(world(prices=blind, isolated_BTCUSDC={"BTC": "1", "USDC": "-15000"}), usdc).distances == {}


ONE_USD, WIDE = {"CFXUSDT": "1"}, {"isolated.families.rows.BTCUSDC": "3", "isolated.tier_step.rows.BTCUSDC": ["100", "1000000"]}


@pytest.mark.parametrize(
    "found, name, asset, most, bound",
    [
        (world(cross={"USDT": "1000"}), CROSS, "USDT", "2000", "leverage"),  # BOR-1
        (world(leverage="5", cross={"USDT": "1000", "USDC": "-100"}), CROSS, "BTC", "0.175", "leverage"),  # (4 * 1000 - 5 * 100) / 20000
        (world(cross={"USDT": "150", "USDC": "-100"}), CROSS, "USDT", "0", "leverage"),
        # BOR-2, tier by tier (rank 9): 100000 spare; 100000 at cost 0.5 take 50000, 50000 at 0.7 take 35000, 15000 / 0.9 = 16666.67
        (world(prices=ONE_USD, cross={"USDT": "100000"}), CROSS, "CFX", "166666.66666666", "leverage"),
        # 120000 CFX held count 116000; 30000 at 0.7 take 21000, 50000 at 0.9 take 45000, 50000 / 1.2 = 41666.67
        (world(prices=ONE_USD, cross={"CFX": "120000"}), CROSS, "CFX", "121666.66666666", "leverage"),
        # past the last tier it counts as nothing: 250000 / 1.5
        (world(prices=ONE_USD, cross={"CFX": "700000"}), CROSS, "CFX", "166666.66666666", "leverage"),
        # BOR-4: 180 BTC less 30 owed; then the pool: 1000 less the 400 lent
        (world(cross={"BTC": "400+-29/1"}), CROSS, "BTC", "150", "limit"),
        (world(cross={"BTC": "900+-190"}), CROSS, "BTC", "0", "limit"),
        # BOR-3: 2 BTC at 25000, IRR 1.5: 50000 / 0.5
        (world(prices={"BTCUSDT": "25000"}, rules=ruled(WIDE), isolated_BTCUSDC={"BTC": "2"}), wallet("isolated:BTCUSDC"), "USDC", "100000", "leverage"),
        # 20000: tier 1 lends 90000 at most, tier 2 20000 / 0.1264 = 158227.85, tier 3 20000 / 0.1418 = 141043.72
        (world(isolated_BTCUSDT={"BTC": "1"}), BTC, "USDT", "158227.84810126", "leverage"),
        # 40000: tier 2 180000, tier 3 min(282087.45, 270000), tier 4 40000 / 0.1572 = 254452.93
        (world(isolated_BTCUSDT={"BTC": "2"}), BTC, "USDT", "270000", "tier 3"),
        # ISO-3: 8 BTC owed are past tier 1 (7.2), where (180000 - 177760) / 0.111 could be lent; tier 2: 180000 < 1.1264 * 160000
        (world(isolated_BTCUSDT={"BTC": "9+-8"}), BTC, "USDT", "0", "leverage"),
        (world(isolated_BTCUSDT={"BTC": "8.1+-7.2"}), BTC, "USDT", "18162.16216216", "leverage"),  # 7.2 is in it: (162000 - 159984) / 0.111
    ],
)
def test_BOR_1_BOR_2_BOR_3_BOR_4_maximum_borrow_and_its_bound(found, name, asset, most, bound):
    room = max_borrow(found, name, asset)
    assert (room.amount, room.tightest) == (D(most), bound)


def test_BOR_2_ML_7_what_has_no_price_stands_in_the_way_where_it_is_owed_and_nowhere_where_it_is_held():
    assert max_borrow(world(cross={"USDT": "1000", "CFX": "9"}), CROSS, "USDT").amount == 2000
    with pytest.raises(Refused, match="no_price"):
        max_borrow(world(cross={"USDT": "1000", "CFX": "-9"}), CROSS, "USDT")


def test_ISO_3_beyond_the_last_tier_nothing_is_lent_of_either_coin():
    """72 BTC are the end of tier 10."""
    found = world(isolated_BTCUSDT={"USDT": "9000000", "BTC": "-73"})
    assert (max_borrow(found, BTC, "USDT").amount, max_borrow(found, BTC, "BTC").amount) == (0, 0)
    assert max_borrow(found, BTC, "BTC").tightest == "tier 1"


@pytest.mark.parametrize("lent, most, bound", [("-400", "600", "pool"), ("-1000", "0", "pool"), ("-1100", "0", "pool"), ("1500", "2000", "leverage")])
def test_BOR_4_the_pool_lends_what_is_left_of_it(lent, most, bound):
    found = world(rules=ruled({"pool.supply.rows.USDT": "1000"}), cross={"USDT": "1000"})
    found.state.balances[POOL, "USDT"] = D(lent)
    room = max_borrow(found, CROSS, "USDT")
    assert (room.amount, room.tightest) == (D(most), bound)


@pytest.mark.parametrize(
    "value, spare, leaves",  # rank 9; 250000 hold slices of 100000, 50000 at 0.8, 50000 at 0.6, 50000 at 0.3
    [("250000", "9000", "30000"), ("250000", "21000", "60000"), ("250000", "15000", "50000"), ("1000000", "1", "400010"), ("90000", "7", "7"), ("90000", "90001", "90000")],
)
def test_TRF_3_the_top_slice_leaves_first_and_a_slice_at_nothing_leaves_freely(value, spare, leaves):
    """9000 / 0.3; 50000 at 15000 and 6000 / 0.6; 400000 above 600000 for nothing and 1 / 0.1."""
    assert removable(RULES.tiers("CFX", NOON), D(value), D(spare)) == D(leaves)


@pytest.mark.parametrize(
    "prices, name, holds, asset, most",
    [
        ({}, CROSS, {"USDT": "300", "USDC": "-100"}, "USDT", "100"),  # TRF-3: 300 - 2 * 100
        ({"BTCUSDT": "30000"}, CROSS, {"BTC": "1", "USDC": "-10000"}, "BTC", "0.33333333"),  # 10000 / 30000, cut
        ({}, CROSS, {"USDT": "5", "BTC": "1", "USDC": "-100"}, "USDT", "5"),  # no more than is free
        ({}, CROSS, {"USDT": "200", "USDC": "-100"}, "USDT", "0"),  # TRF-2: at 2 nothing
        ({}, CROSS, {"USDT": "200", "USDC": "-100", "CFX": "7"}, "CFX", "0"),  # and of nothing
        ({}, CROSS, {"USDT": "200.5", "USDC": "-100"}, "USDT", "0.5"),
        ({}, CROSS, {"USDT": "300"}, "USDT", "300"),  # without debt all of it
        ({}, CROSS, {"BTC": "1", "CFX": "7", "USDC": "-100"}, "CFX", "7"),  # without price it backs nothing
        # 250000 USDT of CFX count 185000; (185000 - 2 * 88000) / 0.3 = 30000 USDT
        ({"CFXUSDT": "0.5"}, CROSS, {"CFX": "500000", "USDC": "-88000"}, "CFX", "60000"),
        ({}, BTC, {"BTC": "1", "USDT": "-8000"}, "BTC", "0.2"),  # TRF-4: (20000 - 16000) / 20000
        ({}, wallet("spot"), {"USDT": "300"}, "USDT", "300"),
    ],
)
def test_TRF_2_TRF_3_TRF_4_the_most_that_may_leave(prices, name, holds, asset, most):
    assert max_transfer_out(world(prices=prices, **{name.name.replace(":", "_"): holds}), name, asset) == D(most)
