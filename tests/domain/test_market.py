"""Index prices: routes, sources, candles read as two events, and no look-ahead."""

import pytest
from margincli.domain.chart import Point, Series
from margincli.domain.market import GIVEN, Market, Ticker, index_price, routes
from worlds import D, at, candles, market, quotes

NOON = at("2024-09-01T12:00:00Z")


@pytest.mark.parametrize(
    "asset, symbols, ways",
    [
        ("USDT", [], [""]),
        ("BTC", ["BTCUSDT"], ["BTCUSDT"]),
        ("EUR", ["USDTEUR"], ["-USDTEUR"]),
        ("BTC", ["USDTBTC", "BTCUSDT"], ["BTCUSDT", "-USDTBTC"]),
        # over a bridge: stablecoins, then BTC, ETH and BNB; a leg may be inverse on either side
        ("CFX", ["CFXBTC", "BTCUSDT", "CFXUSDC", "USDCUSDT"], ["CFXUSDC USDCUSDT", "CFXBTC BTCUSDT"]),
        ("CFX", ["CFXBTC", "BTCUSDT", "CFXUSDT"], ["CFXUSDT", "CFXBTC BTCUSDT"]),
        ("DAI", ["BTCDAI", "BTCUSDT"], ["-BTCDAI BTCUSDT"]),
        ("CFX", ["CFXBUSD", "USDTBUSD"], ["CFXBUSD -USDTBUSD"]),
        ("BTC", ["BTCBTC", "ETHUSDT", "BTCETH"], ["BTCETH ETHUSDT"]),
        ("CFX", ["CFXSOL", "SOLUSDT", "BTCUSDT"], []),  # SOL is no bridge
        ("CFX", ["CFXBTC"], []),
    ],
)
def test_routes_to_usdt_best_first(asset, symbols, ways):
    found = routes(asset, set(symbols))
    assert [" ".join("-" * leg.inverse + leg.symbol for leg in way) for way in found] == ways


@pytest.mark.parametrize(
    "prices, asset, value",
    [
        ({}, "USDT", "1"),
        ({"BTCUSDT": "20000"}, "BTC", "20000"),
        ({"USDTEUR": "0.8"}, "EUR", "1.25"),  # 1 / 0.8
        ({"USDTEUR": "3"}, "EUR", "0.333333333333333333"),  # 18 places
        ({"CFXBTC": "0.00001", "BTCUSDT": "20000"}, "CFX", "0.2"),
        ({"BTCDAI": "16000", "BTCUSDT": "20000"}, "DAI", "1.25"),  # 1 / 16000 * 20000
        ({"CFXUSDT": "0.3", "CFXBTC": "0.00001", "BTCUSDT": "20000"}, "CFX", "0.3"),
        ({"BTCUSDT": "20000"}, "CFX", None),
    ],
)
def test_value_along_the_first_priced_route(prices, asset, value):
    assert market(prices).value(asset, NOON) == (value and D(value))


def test_a_route_whose_leg_has_no_price_yet_is_passed_over():
    found = market({"CFXUSDT": quotes(("2024-09-01T13:00:00Z", "0.3")), "CFXBTC": "0.00001", "BTCUSDT": "20000"})
    assert found.value("CFX", NOON) == D("0.2")
    assert found.value("CFX", at("2024-09-01T13:00:00Z")) == D("0.3")


def points(*pairs):
    return [Point(NOON, D(price), volume=volume and D(volume)) for price, volume in pairs]


@pytest.mark.parametrize(
    "sources, index",
    [
        ([], None),
        ([("20000", None)], "20000"),
        ([("20000", "0")], "20000"),
        ([("20000", "3"), ("20400", "1")], "20100"),  # (60000 + 20400) / 4
        ([("20000", "1"), ("20400", "0")], "20000"),  # who traded nothing weighs nothing
        ([("20000", "0"), ("20400", "0")], "20200"),  # nobody traded: equal weights
        ([("20000", "3"), ("20400", None)], "20200"),  # a volume unknown: equal weights
        ([("1", "1"), ("1", "1"), ("1.01", "1")], "1.00333333"),
        ([("1", "1"), ("1.01", "1"), ("1.01", "1")], "1.00666667"),
    ],
)
def test_IDX_2_IDX_7_weighted_by_volume(sources, index):
    assert index_price(points(*sources)) == (index and D(index))


def test_IDX_8_a_given_series_is_the_index_whatever_the_sources_say():
    a, b = Series(points(("19000", "9"))), Series(points(("19400", "1")))
    assert Ticker("BTCUSDT", {"okx": a, "bybit": b}).price(NOON) == D(19040)  # (9 * 19000 + 19400) / 10
    given = Series([Point(NOON - 1000, D(20000)), Point(NOON + 1, D(5))])
    assert Ticker("BTCUSDT", {"okx": a, "bybit": b, GIVEN: given}).price(NOON) == D(20000)
    late = Ticker("BTCUSDT", {"okx": a, GIVEN: Series([Point(NOON + 1, D(5))])})
    assert (late.price(NOON), late.price(NOON + 1)) == (D(19000), D(5))  # from its first point on: before that nobody knew of it


HOURLY = candles(
    ("2024-09-01T12:00:00Z", "100", "130", "90", "110"),
    ("2024-09-01T13:00:00Z", "105", "106", "104", "105.5"),
)
CLOSE = at("2024-09-01T13:00:00Z") - 1


@pytest.mark.parametrize(
    "time, price",
    [
        (NOON - 1, None),
        (NOON, "100"),
        (NOON + 1_800_000, "100"),  # within the candle only its open is known
        (CLOSE - 1, "100"),
        (CLOSE, "110"),
        (CLOSE + 1, "105"),
    ],
)
def test_no_look_ahead_a_candle_tells_its_close_and_extremes_only_at_its_end(time, price):
    ticker = Ticker("BTCUSDT", {GIVEN: HOURLY})
    assert ticker.price(time) == (price and D(price))
    assert ticker.extremes(time) == ((D(90), D(130)) if time == CLOSE else None)


def test_series_between_leaves_its_start_out_and_takes_its_end_in():
    assert [point.at for point in HOURLY.between(NOON, CLOSE)] == [CLOSE]
    assert [point.at for point in HOURLY.between(NOON - 1, CLOSE - 1)] == [NOON]
    assert Ticker("X", {"a": HOURLY, "b": quotes(("2024-09-01T12:30:00Z", "1"))}).moments(NOON, CLOSE) == {NOON + 1_800_000, CLOSE}


@pytest.mark.parametrize("at", [5, 15, 25, 35])
def test_a_series_that_is_told_a_point_is_the_one_with_it(at):
    series = Series([Point(10, D(1)), Point(20, D(2)), Point(30, D(3))])
    told, whole = series.told(Point(at, D(9))), Series(sorted([*series.points, Point(at, D(9))]))
    assert (told.points, told.times) == (whole.points, whole.times) and series.times == [10, 20, 30]


@pytest.mark.parametrize("at", [10, 20, 30])
def test_a_series_has_one_point_of_a_moment(at):
    assert Series([Point(10, D(1)), Point(20, D(2)), Point(30, D(3))]).told(Point(at, D(9))) is None


def hour(opened, high, low, close):
    return candles(("2024-09-01T12:00:00Z", opened, high, low, close))


def test_corners_every_coin_at_its_low_and_every_coin_at_its_high():
    found = market({"BTCUSDT": hour("100", "130", "90", "110"), "ETHUSDT": hour("10", "12", "7", "11"), "BNBUSDT": "5"})
    low, high = found.corners(("BTC", "ETH", "BNB", "USDT"), CLOSE)
    assert low == {"BTC": D(90), "ETH": D(7), "BNB": D(5), "USDT": D(1)}
    assert high == {"BTC": D(130), "ETH": D(12), "BNB": D(5), "USDT": D(1)}
    assert found.corners(("BTC",), CLOSE - 1) is None and found.corners(("BTC",), NOON) is None


def test_corners_of_an_inverse_pair_are_turned_round():
    low, high = market({"USDTEUR": hour("1", "1.25", "0.8", "1")}).corners(("EUR",), CLOSE)
    assert (low, high) == ({"EUR": D("0.8")}, {"EUR": D("1.25")})  # 1 / 1.25 and 1 / 0.8


def test_corners_over_a_bridge_multiply_the_extremes():
    low, high = market({"CFXBTC": hour("1", "3", "0.5", "1"), "BTCUSDT": hour("100", "130", "90", "110")}).corners(("CFX",), CLOSE)
    assert (low, high) == ({"CFX": D(45)}, {"CFX": D(390)})


def test_corners_of_several_sources_are_weighed_like_prices_IDX_2():
    """One source closes a candle (low 98, high 104, volume 3), the other stands at 100 (volume 1)."""
    one = Series([Point(CLOSE, D(102), D(98), D(104), D(3))])
    other = Series([Point(NOON, D(100), None, None, D(1))])
    assert Ticker("BTCUSDT", {"a": one, "b": other}).extremes(CLOSE) == (D("98.5"), D(103))  # (294 + 100) / 4, (312 + 100) / 4
    wild = Series([Point(CLOSE, D(102), D(90), D(130), D(3))])  # a spike of one source counts as far as the cap (IDX-3)
    # medians 95 and 115: (3 x 90.25 + 99.75) / 4, (3 x 120.75 + 109.25) / 4
    assert Ticker("BTCUSDT", {"a": wild, "b": other}).extremes(CLOSE) == (D("92.625"), D("117.875"))
    assert Ticker("BTCUSDT", {"a": one, GIVEN: other}).extremes(CLOSE) is None  # IDX-8


def test_pinned_coins_stand_at_their_price_and_the_rest_as_before():
    found = market({"BTCUSDT": "100", "ETHUSDT": "10"})
    pinned = found.pin({"BTC": D(7)})
    assert (pinned.value("BTC", NOON), pinned.value("ETH", NOON), found.value("BTC", NOON)) == (D(7), D(10), D(100))


@pytest.mark.parametrize("time, rate", [("2024-08-31", None), ("2024-09-01", "0.0002"), ("2024-09-01T23:59:59.999Z", "0.0002"), ("2024-09-02", "0.0004")])
def test_INT_6_INT_10_a_rate_counts_from_its_moment_on_and_in_its_mode(time, rate):
    found = market({}, {("cross", "BTC"): [("2024-09-01", "0.0002"), ("2024-09-02", "0.0004")]})
    assert found.rate_daily("cross", "BTC", at(time)) == (rate and D(rate))
    assert found.rate_daily("isolated", "BTC", at(time)) is None


def test_an_empty_market_values_usdt_alone():
    assert Market({}, {}).value("USDT", 0) == 1 and Market({}, {}).last("BTCUSDT", 0) is None
