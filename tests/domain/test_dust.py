"""dust: refusals in their order, then what is turned into BNB (DUST-1)."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.dust import Dust, small_balances
from margincli.domain.operations.trade import Trade
from margincli.domain.risk import health
from worlds import D, booked, ladder, lines, outcome, refuses, ruled, wallet, world

SPOT, CROSS = wallet("spot"), wallet()
FEW = {"ETH": "0.02", "USDT": "5000"}  # 20 USDT and more; the bar is 0.0012 BTC at 20,000 = 24 USDT

REFUSED = ladder(
    Dust(wallet("margin"), ("NOPE",)),
    {"cross": {"BTC": "1", "USDT": "-20000", "ETH": "0.02+-0.001"}, "prices": {"BNBUSDT": None}},
    ("bad_wallet", {}, {"wallet": wallet("isolated:ETHUSDT")}),
    ("not_active: isolated:ETHUSDT", {"isolated_ETHUSDT": {"ETH": "0.02"}}, {}),
    ("not_admitted: isolated:ETHUSDT does not take BNB", {}, {"wallet": CROSS}),
    ("unknown_asset: NOPE", {}, {"assets": ("ETH", "BTC")}),
    ("in_liquidation", {"cross": {"BTC": "2", "USDT": "-20000", "ETH": "0.02"}}, {}),
    ("no_price: BNBUSDT", {"prices": {}, "cross": {"BTC": "2", "USDT": "-20000", "ETH": "0.02+-0.001"}}, {}),
    ("not_dust: ETH is not a small balance of cross: free, not owed, and worth up to 24 USDT", {"cross": {"BTC": "2", "USDT": "-20000", "ETH": "0.02"}}, {}),
    ("not_dust: BTC is not a small", {}, {"assets": ()}),
)
REFUSED += [("no_price", "BTCUSDT", world(prices={"BTCUSDT": None, "BTCUSDC": None}, cross={"USDT": "5"}), Dust(CROSS))]
REFUSED += [("no_dust", "cross holds nothing small: no free coin that is not owed is worth up to 24 USDT", world(cross={"USDT": "5000", "BNB": "0.001"}), Dust(CROSS))]
# 13,015 against 10,011.4 is above 1.3; the fee of 0.3 takes it under
REFUSED += [("unhealthy_result", "a margin call would stand", world(prices={"BTCUSDT": "13000"}, cross={"BTC": "1", "ETH": "0.015", "USDC": "-10011.4"}), Dust(CROSS))]


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_DUST_1(code, words, found, asked):
    refuses(code, words, found, asked)


def test_DUST_1_at_the_index_price_less_the_fee():
    """0.02 ETH are 20 USDT, 0.04 BNB; 2 % of that is kept."""
    after, (entry,) = decide(world(cross=FEW), Dust(CROSS))
    assert lines([entry]) == [("small_balance_convert", "ETH", "0.02")]
    assert booked(entry) == {"cross:free ETH": "-0.02", "world:market ETH": "0.02", "world:market BNB": "-0.04", "cross:free BNB": "-0.0008", "house:fees BNB": "0.0008"}
    assert after.state.holding(CROSS, "BNB").free == D("0.0392")


@pytest.mark.parametrize("free, small", [("0.0012", True), ("0.00120001", False)])
def test_DUST_1_up_to_the_bar(free, small):
    assert bool(small_balances(world(spot={"BTC": free}), SPOT)) is small


def test_DUST_1_only_what_is_free_named_and_worth_a_unit_of_BNB():
    found = world(prices={"CFXUSDT": "0.000001"}, rules=ruled({"dust.fee": "0"}), spot={"ETH": "0.02", "USDC": "20", "BNB": "0.01", "CFX": "4.9", "USDT": "20"})
    assert [asset for asset, *_ in small_balances(found, SPOT)] == ["ETH", "USDC", "USDT"]
    found, _ = decide(found, Trade(SPOT, "SELL", "ETHUSDT", D("0.015"), None, "LIMIT", D(2000)))
    after, (entry,) = decide(found, Dust(SPOT, ("ETH",)))
    assert (entry.amount, entry.facts["got"], entry.facts["fee"]) == (D("0.005"), "0.01", "0")
    assert after.state.holding(SPOT, "ETH").locked == D("0.015")


def test_NUM_3_what_is_got_is_cut_down():
    _, (entry,) = decide(world(prices={"BNBUSDT": "300"}, cross={"ETH": "0.001"}), Dust(CROSS))
    assert entry.facts["got"] == "0.00333333"


def test_DUST_1_a_debt_that_is_safe_does_not_stand_in_its_way():
    found = world(cross={"BTC": "1", "USDT": "-5000", "ETH": "0.02"})
    after, _ = decide(found, Dust(CROSS, ("ETH",)))
    assert health(after, CROSS).level < health(found, CROSS).level and outcome(found, Dust(CROSS)) == "done"
