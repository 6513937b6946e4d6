"""close: refusals in their order, then longs and shorts, traded back and repaid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from margincli.domain.operations import decide
from margincli.domain.operations.close import Close
from margincli.domain.operations.trade import Trade
from margincli.domain.orders import open_orders
from worlds import D, ladder, lines, outcome, refuses, wallet, world

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")

REFUSED = ladder(
    Close(wallet("margin"), "NOPE"),
    {"prices": {"BTCUSDT": None, "BTCUSDC": None}},
    ("bad_wallet", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": BTC}),
    ("unknown_pair", {}, {"symbol": "ETHUSDT"}),
    ("wrong_symbol", {}, {"symbol": "BTCUSDT"}),
    ("not_active", {"isolated_BTCUSDT": {"BTC": "1", "USDT": "-19000"}}, {}),
    ("no_price: BTCUSDT", {"prices": {}}, {}),
)
MORE = [
    ("in_liquidation", "level 1.05,", world(isolated_BTCUSDT={"BTC": "1.05", "USDT": "-20000"}), Close(BTC, "BTCUSDT")),
    ("no_position", "it owes neither BTC, nor USDT with BTC to sell", world(cross={"BTC": "1"}), Close(CROSS, "BTCUSDT")),
    ("no_position", "", world(cross={"ETH": "100", "USDT": "-200"}), Close(CROSS, "BTCUSDT")),
    ("no_position", "", world(cross={"ETH": "100", "BTC": "0.00000999", "USDT": "-200"}), Close(CROSS, "BTCUSDT")),  # less than a step
    ("done", "", world(cross={"ETH": "100", "BTC": "0.00001", "USDT": "-200"}), Close(CROSS, "BTCUSDT")),
    # 0.1 / 0.999 in steps: 0.10011 BTC for 2,002.2 USDT
    ("balance_too_small", "cross has 2002.19999999 USDT free, 2002.2 are needed", world(cross={"ETH": "9", "USDT": "2002.19999999", "BTC": "-0.1"}), Close(CROSS, "BTCUSDT")),
    ("done", "", world(cross={"ETH": "9", "USDT": "2002.2", "BTC": "-0.1"}), Close(CROSS, "BTCUSDT")),
]
REFUSED += MORE


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_REP_8(code, words, found, asked):
    refuses(code, words, found, asked)


def test_REP_8_a_long_is_sold_and_its_debt_repaid():
    """1.5 BTC at 20,000 bring 30,000 less 30; the debt of 20,000.5 is paid, interest first."""
    after, entries = decide(world(cross={"BTC": "1.5", "USDT": "-20000/0.5"}), Close(CROSS, "BTCUSDT"))
    assert lines(entries) == [("trade", "BTC", "1.5"), ("repay", "USDT", "20000.5")]
    assert (entries[0].facts["side"], entries[0].facts["fee"], entries[1].facts["interest"]) == ("SELL", "30", "0.5")
    assert after.state.holding(CROSS, "USDT") == ("USDT", D("9969.5"), D(0), D(0), D(0)) and not after.state.owes(CROSS)


def test_REP_8_a_long_that_does_not_cover_its_debt_pays_what_it_brings():
    """Nothing more is taken: other coins of the wallet stay."""
    after, entries = decide(world(cross={"BTC": "0.1", "ETH": "50", "USDT": "100+-20000"}), Close(CROSS, "BTCUSDT"))
    assert lines(entries) == [("trade", "BTC", "0.1"), ("repay", "USDT", "2098")]  # 2,000 less 2, and the 100 there were
    assert after.state.holding(CROSS, "USDT").borrowed == D(17902) and after.state.holding(CROSS, "ETH").free == D(50)


def test_REP_8_a_short_buys_back_its_debt_with_the_fee_on_top():
    """0.1 BTC owed, 0.0001 of interest: 0.1001 / 0.999 = 0.1002002..., in steps of 0.00001: 0.10021."""
    after, entries = decide(world(cross={"USDT": "5000", "BTC": "-0.1/0.0001"}), Close(CROSS, "BTCUSDT"))
    assert lines(entries) == [("trade", "BTC", "0.10021"), ("repay", "BTC", "0.1001")]
    assert (entries[0].facts["side"], entries[0].facts["fee_asset"], entries[0].facts["fee"]) == ("BUY", "BTC", "0.00010021")
    assert after.state.holding(CROSS, "BTC") == ("BTC", D("0.10021") - D("0.00010021") - D("0.1001"), D(0), D(0), D(0))
    assert after.state.holding(CROSS, "USDT").free == 5000 - D("0.10021") * 20000


def test_REP_8_a_short_leaves_the_debt_in_the_quote_coin_alone():
    after, entries = decide(world(cross={"USDT": "5000+-50", "BTC": "-0.1"}), Close(CROSS, "BTCUSDT"))
    assert [entry.asset for entry in entries] == ["BTC", "BTC"] and after.state.holding(CROSS, "USDT").borrowed == D(50)


def test_REP_8_a_long_that_owes_some_of_its_own_coin_pays_that_first():
    after, entries = decide(world(cross={"BTC": "1+-0.25", "USDT": "100+-5000"}), Close(CROSS, "BTCUSDT"))
    assert lines(entries) == [("repay", "BTC", "0.25"), ("trade", "BTC", "0.75"), ("repay", "USDT", "5000")]
    assert not after.state.owes(CROSS)


def test_REP_8_what_is_held_and_owed_alike_pays_itself_and_nothing_is_traded():
    _, entries = decide(world(cross={"BTC": "1+-1", "USDT": "500+-100", "ETH": "30"}), Close(CROSS, "BTCUSDT"))
    assert lines(entries) == [("repay", "BTC", "1")]


def test_REP_8_what_is_held_without_a_debt_is_not_sold():
    after, entries = decide(world(cross={"BTC": "1+-0.25", "USDT": "100"}), Close(CROSS, "BTCUSDT"))
    assert lines(entries) == [("repay", "BTC", "0.25")] and after.state.holding(CROSS, "BTC").free == D("0.75")


def test_REP_8_MODE_4_an_isolated_position_is_closed_from_its_own_wallet():
    found = world(isolated_BTCUSDT={"BTC": "0.2", "USDT": "-3000"}, cross={"BTC": "5", "USDT": "-10"})
    after, _ = decide(found, Close(BTC, "BTCUSDT"))
    assert not after.state.owes(BTC) and after.state.holding(BTC, "USDT").free == D(996)  # 4,000 less 4, less 3,000
    assert after.state.holdings(CROSS) == found.state.holdings(CROSS)


def test_REP_8_orders_of_the_coin_are_cancelled_first():
    """The BTC that a sell has locked are sold with the rest; an order of another coin rests on."""
    found = world(prices={"BTCUSDC": "20000"}, cross={"BTC": "1", "ETH": "1", "USDT": "-10000"})
    for symbol, qty, price in (("BTCUSDT", "0.4", "25000"), ("BTCUSDC", "0.5", "25000"), ("ETHUSDT", "1", "2000")):
        found, _ = decide(found, Trade(CROSS, "SELL", symbol, D(qty), None, "LIMIT", D(price)))
    after, entries = decide(found, Close(CROSS, "BTCUSDT"))
    assert lines(entries) == [("order_end", "BTC", "0.4"), ("order_end", "BTC", "0.5"), ("trade", "BTC", "1"), ("repay", "USDT", "10000")]
    assert [order.symbol for order in open_orders(after.state, CROSS)] == ["ETHUSDT"]


def test_REP_8_a_refusal_cancels_no_order():
    found, _ = decide(world(cross={"BTC": "1"}), Trade(CROSS, "SELL", "BTCUSDT", D(1), None, "LIMIT", D(25000)))
    assert outcome(found, Close(CROSS, "BTCUSDT")) == "no_position" and len(open_orders(found.state, CROSS)) == 1


@given(st.decimals("0.00000001", "2", places=8), st.decimals("0", "0.01", places=8), st.decimals("0.01", "90000", places=2))
def test_REP_8_a_short_ends_without_debt_and_within_a_step(principal, interest, price):
    found = world(prices={"BTCUSDT": f"{price:f}"}, cross={"ETH": "100000", "USDT": "200000", "BTC": f"-{principal:f}/{interest:f}"})
    after, _ = decide(found, Close(CROSS, "BTCUSDT"))
    assert not after.state.owes(CROSS) and after.state.holding(CROSS, "BTC").free < D("0.00001") + D("0.00000004")
