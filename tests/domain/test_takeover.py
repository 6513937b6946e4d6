"""The takeover of a large wallet: what the house takes, sells, repays, keeps and returns (LIQ-4, LIQ-8)."""

import pytest
from worlds import D, booked, lines, ruled, time, wallet, walked, world

from margincli.domain.journal import EXCHANGE, INSURANCE, LOANS, POOL
from margincli.domain.liquidation import liquidate
from margincli.domain.takeover import DESK

CROSS = wallet()
RULES = ruled({"liquidation.takeover_above_usdt": "10000"})
STOP = D("1.5")


def taken(name=CROSS, rules=RULES, stop=STOP, **told):
    return liquidate(world(rules=rules, **told), name, stop, "level")


def desk(after) -> dict:
    return {asset: amount for (account, asset), amount in after.state.balances.items() if account == DESK and amount}


def test_LIQ_4_LIQ_7_LIQ_8_all_is_taken_sold_and_repaid_the_fee_is_on_all_of_it_and_the_rest_comes_back_in_USDT():
    """21,000 of assets, 19,900 of debts, 19,500 of it in USDT; the fee is 420, so 680 come back."""
    after, entries = taken(cross={"BTC": "1", "USDT": "1000+-19500", "ETH": "-0.3/0.1"})
    assert lines(entries) == [
        ("liquidation", "", "0"),
        ("liquidation_takeover", "", "0"),
        ("liquidation_repay", "USDT", "1000"),
        ("liquidation_sell", "BTC", "1"),
        ("liquidation_repay", "USDT", "18500"),
        ("liquidation_sell", "USDT", "400"),
        ("liquidation_repay", "ETH", "0.4"),
        ("liquidation_fee", "USDT", "420"),
        ("liquidation_return", "USDT", "680"),
    ]
    assert entries[1].facts == {"assets": "1 BTC, 1000 USDT", "debts": "0.4 ETH, 19500 USDT"}
    assert after.state.holdings(CROSS).keys() == {"USDT"} and after.state.holding(CROSS, "USDT").free == 680
    assert desk(after) == {} and not after.state.owes(CROSS)


def test_LIQ_4_the_books_of_the_house():
    """The interest was earned when it was charged: the pool gets the principal, and nothing is paid twice."""
    after, entries = taken(cross={"BTC": "1", "USDT": "-19000/500"})
    assert booked(entries[1]) == {"cross:free BTC": "-1", "house:takeover BTC": "1"}
    assert entries[3].facts == {"interest": "500", "principal": "19000"}
    found = {account: after.state.balance(account, "USDT") for account in (POOL, LOANS, INSURANCE, EXCHANGE)}
    assert found == {POOL: 19000, LOANS: -19000, INSURANCE: 400, EXCHANGE: -20000}
    assert after.state.holding(CROSS, "USDT").free == 100  # 20,000 - 19,500 - 400


def test_LIQ_4_the_same_coin_held_and_owed_is_not_sold_and_bought_back():
    _, entries = taken(rules=ruled({"liquidation.takeover_above_usdt": "10000", "liquidation.slippage": "0.1"}), cross={"BTC": "1+-0.95"})
    assert lines(entries)[2:4] == [("liquidation_repay", "BTC", "0.95"), ("liquidation_sell", "BTC", "0.05")]
    assert entries[3].facts["got"] == "900"  # 1,000 less the slippage


@pytest.mark.parametrize("bar, kind", [("20000", "liquidation_repay"), ("19999", "liquidation_takeover"), ("", "liquidation_repay")])
def test_LIQ_4_only_above_the_bar_and_never_without_one(bar, kind):
    _, entries = taken(rules=ruled({"liquidation.takeover_above_usdt": bar}), cross={"USDT": "20000+-19000"})
    assert entries[1].kind == kind


def test_LIQ_11_who_asks_is_not_taken_over():
    _, entries = taken(stop=None, cross={"USDT": "20000+-19000"})
    assert "liquidation_takeover" not in [entry.kind for entry in entries]


def test_LIQ_8_the_fee_never_makes_the_user_owe():
    after, entries = taken(cross={"BTC": "1", "USDT": "-19900"})
    assert lines(entries)[-1] == ("liquidation_fee", "USDT", "100") and after.state.holdings(CROSS) == {}


@pytest.mark.parametrize("owed, kind", [("-20000/100", "deficit"), ("-25000/100", "deficit_review")])
def test_FUND_1_FUND_2_what_is_not_covered_stays_the_wallets_debt_and_goes_the_usual_way(owed, kind):
    """Interest is paid first; 100 USDT are within 0.1 BTC, 5,100 are not."""
    after, entries = taken(cross={"BTC": "1", "USDT": owed})
    assert [entry.kind for entry in entries][-2:] == ["liquidation_repay", kind]
    left = after.state.holding(CROSS, "USDT")
    assert (left.borrowed, left.interest) == ((0, 0) if kind == "deficit" else (5100, 0)) and desk(after) == {}


def test_FUND_1_where_even_the_interest_is_not_covered():
    after, entries = taken(cross={"BTC": "1", "ETH": "-1/25"})
    left = after.state.holding(CROSS, "ETH")
    assert (left.borrowed, left.interest, desk(after)) == (1, 5, {}) and lines(entries)[2:5] == [("liquidation_sell", "BTC", "1"), ("liquidation_sell", "USDT", "20000"), ("liquidation_repay", "ETH", "20")]


def test_LIQ_4_several_debts_are_paid_the_largest_first():
    after, entries = taken(cross={"BTC": "1", "ETH": "-12", "BNB": "-18"})
    assert [(e.facts["for"], e.facts["got"]) for e in entries if e.kind == "liquidation_sell"][1:] == [("ETH", "12"), ("BNB", "16")]
    assert after.state.holding(CROSS, "BNB").debt == 0 and entries[-1].kind == "deficit"  # 2 BNB are 1,000 USDT, within 0.1 BTC


def test_LIQ_4_a_pair_without_USDT_returns_its_quote_coin_and_what_has_no_price_stays():
    pair = wallet("isolated:ETHBTC")
    after, entries = taken(name=pair, isolated_ETHBTC={"ETH": "20", "BTC": "-0.95"})
    assert lines(entries)[-1] == ("liquidation_return", "BTC", "0.03") and after.state.holding(pair, "BTC").free == D("0.03")  # 1 - 0.95 - 0.02
    after, _ = taken(cross={"BTC": "1", "CFX": "5", "USDT": "-19000"})
    assert after.state.holding(CROSS, "CFX").free == 5


def test_NUM_2_NUM_3_what_a_sale_brings_is_cut_down_and_what_a_debt_costs_is_rounded_up():
    """0.12345678 BTC at 99,999.99; then 1.00000001 ETH at 3,000.1234 cost 3,000.123430001234."""
    _, entries = taken(prices={"BTCUSDT": "99999.99", "ETHUSDT": "3000.1234"}, cross={"BTC": "0.12345678", "ETH": "-1.00000001"})
    assert [(e.facts["qty"], e.facts["got"]) for e in entries if e.kind == "liquidation_sell"] == [("0.12345678", "12345.67676543"), ("3000.12343001", "1.00000001")]
    _, entries = taken(prices={"ETHUSDT": "3000"}, cross={"BTC": "1", "ETH": "-7"})
    assert lines(entries)[3:5] == [("liquidation_sell", "USDT", "19999.99998"), ("liquidation_repay", "ETH", "6.66666666")]


def test_LIQ_8_NUM_2_the_fee_is_rounded_up_and_told_with_its_worth():
    """400 USDT at 30,000.01 are 0.013333328888..., worth 400.0000333333 with the unit it is rounded up by."""
    _, entries = taken(name=wallet("isolated:ETHBTC"), prices={"BTCUSDT": "30000.01", "BTCUSDC": None}, isolated_ETHBTC={"ETH": "20", "BTC": "-0.6"})
    (fee,) = [entry for entry in entries if entry.kind == "liquidation_fee"]
    assert (fee.amount, fee.facts["value_usdt"]) == (D("0.01333333"), "400.00003334")


def test_LIQ_4_in_the_walk_at_the_price_that_meets_the_level():
    """1 BTC against 15,000 USDT: at 16,500 the level is 1.1; the fee is 330, so 1,170 are left, whatever the low was."""
    from worlds import candles, quotes

    free = {("cross", "USDT"): [("2000-01-01", "0")]}
    series = candles((time("13:00"), "20000", "20000", "15500", "19000"))
    series = type(series)((*quotes(("2000-01-01", "20000")).points, *series.points))
    after, entries = walked("15:00", rates=free, prices={"BTCUSDT": series, "BTCUSDC": None}, rules=RULES, cross={"BTC": "1", "USDT": "-15000"})
    assert [entry.kind for entry in entries if entry.kind != "interest"][1:3] == ["liquidation", "liquidation_takeover"]
    assert after.state.holding(CROSS, "USDT").free == 1170
