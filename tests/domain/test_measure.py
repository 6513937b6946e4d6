"""How far a wallet stands above a bar, and the straight lines under and over that (ML-1, PRO-5, PRO-7)."""

import pytest
from test_orders import placed
from worlds import D, ruled, wallet, world

from margincli.domain.journal import Change, Entry
from margincli.domain.measure import bounds
from margincli.domain.order import Order
from margincli.domain.risk import exposure, spare
from margincli.domain.schemes import scheme_of

CROSS = wallet()
BENT = ruled({"pro.net_equity": "collateral", **{f"collateral.ranks.rows.{coin}": "9" for coin in ("ETH", "BTC")}, "collateral.ladders.9.tiers": [["3000", "0.9"], ["9000", "0.5"], ["", "0"]]})
HELD = {"BTC": "1.5", "ETH": "3+-2/0.5", "USDT": "900+-12000/30"}
PRICES = [{"BTC": D(btc), "ETH": D(eth), "USDT": D(1)} for btc in (1, 2000, 9000, 20000) for eth in (1, 1000, 5000)]
BARS = [D(1), D("1.1"), D(2)]


def bounds_of(found, bar):
    return bounds(found, CROSS, scheme_of(found, CROSS).measure, found.state.holdings(CROSS), bar)


@pytest.mark.parametrize("bar", BARS)
def test_ML_1_with_one_rate_throughout_the_bound_is_how_far_the_wallet_stands(bar):
    found = world(cross=HELD)
    (only,) = bounds_of(found, bar)
    assert [only.at(prices) for prices in PRICES] == [spare(found.pinned(prices), CROSS, bar) for prices in PRICES]
    assert only.at({"BTC": D(20000)}) == only.shares["BTC"] * 20000, "a coin without a price counts as nothing"


@pytest.mark.parametrize("bar", BARS)
@pytest.mark.parametrize("orders", [(), ({"price": "15000"}, {"side": "SELL", "price": "30000"})])
def test_PRO_7_where_tiers_bend_it_the_bounds_lie_on_either_side(bar, orders):
    found = world(rules=BENT, leverage="10", cross={"BTC": "1.5", "ETH": "3", "USDT": "9000+-1200/30"} if orders else HELD)
    for order in orders:
        found, _ = placed(found, qty="0.2", **order)
    floor, ceiling = bounds_of(found, bar)
    for prices in PRICES:
        assert floor.at(prices) <= spare(found.pinned(prices), CROSS, bar) <= ceiling.at(prices)
    assert any(floor.at(prices) < ceiling.at(prices) for prices in PRICES)


def test_PRO_7_an_order_for_a_coin_that_is_not_held_lowers_the_floor_by_all_it_gives():
    found = world(rules=BENT, leverage="10", cross={"BTC": "1"})
    wanted = Order(1, "ETHUSDT", "SELL", "LIMIT", D(3), D(1000))
    floor, ceiling = bounds_of(found.after([Entry(found.now, "order", CROSS, "", D(0), (), (Change(CROSS, wanted.key, wanted.written()),), {})]), D(1))
    assert (floor.shares["ETH"], ceiling.shares.get("ETH")) == (-3, None)


@pytest.mark.parametrize("bar", BARS)
def test_PRO_7_the_bounds_are_by_the_lowest_and_the_highest_rate(bar):
    """What is held counts for 0 to 0.9; a debt weighs 1 and, times the bar, from its first to its last bracket."""
    rules = ruled({"pro.brackets.rows.ETH": [["500", "10", "0.05"], ["", "8", "0.07"]]}, BENT.document)
    floor, ceiling = bounds_of(world(rules=rules, leverage="10", cross={"ETH": "3+-2/0.5"}), bar)
    assert (floor.per_held["ETH"], ceiling.per_held["ETH"]) == (0, D("0.9"))
    assert (floor.per_debt["ETH"], ceiling.per_debt["ETH"]) == (1 + bar * D("0.07"), 1 + bar * D("0.05"))
    assert (floor.shares["ETH"], ceiling.shares["ETH"]) == (-floor.per_debt["ETH"] * D("2.5"), D("0.9") * 3 - ceiling.per_debt["ETH"] * D("2.5"))


@pytest.mark.parametrize("bar", BARS)
def test_INT_3_TOP_4_a_bound_follows_what_is_owed_more_and_what_is_paid(bar):
    """5 more USDT are owed; then 7 are paid, out of what is held: as in a wallet that was so from the start."""
    (bound,) = bounds_of(world(cross={"BTC": "1", "USDT": "900+-12000/30"}), bar)
    bound.owe("USDT", D(5))
    assert bound.shares == bounds_of(world(cross={"BTC": "1", "USDT": "900+-12000/35"}), bar)[0].shares
    bound.pay("USDT", D(7))
    assert bound.shares == bounds_of(world(cross={"BTC": "1", "USDT": "893+-12000/28"}), bar)[0].shares


def test_PRO_5_the_available_margin_is_never_under_nothing_and_unknown_without_an_initial_margin():
    plain, pro = exposure(world(cross=HELD), CROSS), exposure(world(leverage="10", cross=HELD), CROSS)
    assert plain.available_margin is None and pro.available_margin == pro.collateral - pro.total_liability - pro.initial_margin > 0
    assert exposure(world(leverage="10", cross={"BTC": "0.1", "USDT": "-9000"}), CROSS).available_margin == 0
