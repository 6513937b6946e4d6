"""Liquidation: how much is set off, sold, repaid and taken as a fee, by LIQ-6: y = (s L - A) / (s - 1 - f).

At 3x s = 1.5 and f = 0.02, so y = (1.5 L - A) / 0.48. What is sold and ended is rounded up, lest rounding leave the
wallet under its stop: `near` allows half a cent more, and nothing less.
"""

import pytest
from margincli.domain.journal import EXCHANGE, INSURANCE
from margincli.domain.liquidation import liquidate
from margincli.domain.risk import exposure, level
from margincli.domain.schemes import scheme_of
from worlds import D, booked, lines, ruled, wallet, world

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")
STOP = D("1.5")


def ended(stop=STOP, name=CROSS, reason="level", **told):
    return liquidate(world(**told), name, stop, reason)


def near(amount, expected: str, price: int = 1) -> bool:
    return 0 <= (D(amount) - D(expected)) * price < D("0.005")


def kinds(entries) -> list[str]:
    return [entry.kind for entry in entries]


def test_LIQ_2_the_snapshot_comes_first_and_ends_a_standing_call():
    found = world(cross={"BTC": "1", "ETH": "0.5", "USDT": "-19000/900"})
    found.state.settings[CROSS, "called_at"] = "7"
    after, entries = liquidate(found, CROSS, STOP, "level")
    assert (entries[0].kind, entries[0].at, entries[0].postings) == ("liquidation", found.now, ())
    assert entries[0].facts == {
        "reason": "level",
        "level": "1.03015075",  # 20500 / 19900
        "bar": "1.1",
        "stop_above": "1.5",
        "prices": {"BTC": "20000", "ETH": "1000", "USDT": "1"},
        "total_asset_usdt": "20500",
        "total_liability_usdt": "19900",
    }
    assert [change.key for change in entries[0].changes] == ["called_at"] and after.state.setting(CROSS, "called_at") == ""


def test_LIQ_3_LIQ_6_LIQ_7_part_of_it_is_sold_until_the_stop():
    """A 21600, L 20000: y = (30000 - 21600) / 0.48 = 17500; fee 350; 3750 and a debt of 2500 are left: 1.5."""
    after, entries = ended(cross={"USDC": "21600", "USDT": "-20000"})
    assert kinds(entries) == ["liquidation", "liquidation_sell", "liquidation_repay", "liquidation_fee"]
    assert near(entries[1].amount, "17500") and entries[1].asset == "USDC"
    assert near(entries[2].amount, "17500") and entries[2].asset == "USDT"
    assert near(entries[3].amount, "350") and entries[3].asset == "USDC"
    assert 0 <= level(after, CROSS) - STOP < D("0.0000001")
    assert entries[1].amount == D("17500.00000005")  # and a smallest unit of either coin, 0.00000002 / 0.48, up
    assert near(-after.state.holding(CROSS, "USDC").free, "-3750") and near(-after.state.holding(CROSS, "USDT").debt, "-2500")


@pytest.mark.parametrize("coins, kind", [({"USDC": "30000", "USDT": "-20000"}, "liquidation_sell"), ({"USDC": "25000", "USDT": "5000+-20000"}, "liquidation_repay")])
@pytest.mark.parametrize("less", ["0", "0.5"])
def test_LIQ_3_at_the_stop_level_or_a_hair_under_it_it_goes_on_until_it_is_passed(coins, kind, less):
    after, entries = ended(cross={**coins, "USDC": str(D(coins["USDC"]) - D(less))})
    assert kinds(entries)[1] == kind and 0 < level(after, CROSS) - STOP < D("0.0000001")


@pytest.mark.parametrize(
    "price, debt",
    [("22000", "20000"), ("21600", "20000"), ("20900", "19700"), ("6", "5.5"), ("64123.45", "60000")],
)
def test_LIQ_3_it_stops_above_the_stop_level_however_coarse_the_coin_sold(price, debt):
    """It ends "as soon as the level is above": a hundred-millionth of a BTC is worth more than the USDT it is rounded for."""
    after, _ = ended(prices={"BTCUSDT": price}, cross={"BTC": "1", "USDT": f"-{debt}"})
    assert after.state.owes(CROSS) and level(after, CROSS) >= STOP


def test_LIQ_5_LIQ_6_the_coin_owed_is_set_off_first_and_only_the_rest_sold():
    """A 16600 + 5000 = 21600, y 17500: 5000 USDT set off, 12500 by 0.625 BTC; fee 350 = 0.0175 BTC."""
    _, entries = ended(cross={"BTC": "0.83", "USDT": "5000+-19990/10"})
    assert kinds(entries)[1:] == ["liquidation_repay", "liquidation_sell", "liquidation_repay", "liquidation_fee"]
    assert entries[1].amount == 5000 and entries[1].facts == {"interest": "10", "principal": "4990"}  # REP-1
    assert near(entries[2].amount, "0.625", 20000) and entries[2].asset == "BTC"
    assert near(entries[3].amount, "12500")
    assert near(entries[4].amount, "0.0175", 20000) and entries[4].asset == "BTC"


def test_LIQ_5_nothing_is_sold_where_setting_off_is_enough():
    """18000 USDT and 3600 USDC against 20000 USDT: 17500 set off, fee 350 from the larger rest, USDC."""
    after, entries = ended(cross={"USDT": "18000+-20000", "USDC": "3600"})
    assert kinds(entries)[1:] == ["liquidation_repay", "liquidation_fee"]
    assert near(entries[1].amount, "17500") and near(entries[2].amount, "350") and entries[2].asset == "USDC"
    assert level(after, CROSS) >= STOP


def test_LIQ_5_the_most_valuable_coin_for_the_largest_debt_then_the_next():
    """BTC 8000, ETH 5000; owed 7000 USDT, 5000 in BNB. y = (18000 - 13000) / 0.48 = 10416.67:
    0.35 BTC for 7000 USDT; then of ETH 5000 and BTC 1000 the ETH for 3416.67 of BNB."""
    _, entries = ended(cross={"BTC": "0.4", "ETH": "5", "USDT": "-7000", "BNB": "-10"})
    sold = [(entry.facts["sold"], entry.facts["for"]) for entry in entries if entry.kind == "liquidation_sell"]
    assert sold == [("BTC", "USDT"), ("ETH", "BNB")]
    assert lines(entries)[1:3] == [("liquidation_sell", "BTC", "0.35"), ("liquidation_repay", "USDT", "7000")]
    assert near(entries[3].amount, "3.41666666", 1000)
    assert near(entries[4].amount, "6.83333333", 500)  # 3416.67 / 500
    assert near(entries[5].amount, "0.20833333", 1000)  # fee 208.33 from ETH, 1583 being more than BTC's 1000


def test_LIQ_5_of_equals_the_first_by_name():
    """1,000 each in USDC and BTC, 1,000 each owed in USDT and ETH."""
    _, entries = ended(None, cross={"USDC": "1000", "BTC": "0.05", "USDT": "-1000", "ETH": "-1"})
    assert [(entry.facts["sold"], entry.facts["for"]) for entry in entries if entry.kind == "liquidation_sell"] == [("BTC", "ETH"), ("USDC", "USDT")]


def test_LIQ_5_coins_go_by_falling_collateral_value():
    """CFX worth 700,000 count 250,000, BTC worth 300,000 count 300,000: BTC is sold first. y = (1425000 - 1000000) / 0.48 = 885416.67."""
    _, entries = ended(prices={"CFXUSDT": "1"}, cross={"CFX": "700000", "BTC": "15", "USDT": "-950000"})
    sold = [(entry.facts["sold"], entry.facts["qty"][:6]) for entry in entries if entry.kind == "liquidation_sell"]
    assert sold == [("BTC", "15"), ("CFX", "585416")]


def test_LIQ_6_isolated_stops_at_the_ratio_of_its_tier():
    """10x, tier 1: s 1.111. A 20800, L 20000: (22220 - 20800) / 0.091 = 15604.4 USDT = 0.750211327 BTC."""
    found = world(prices={"BTCUSDT": "20800"}, isolated_BTCUSDT={"BTC": "1", "USDT": "-20000"})
    _, entries = liquidate(found, BTC, scheme_of(found, BTC).bands(found, BTC).stop_above, "level")
    assert entries[0].facts["stop_above"] == "1.111" and near(entries[1].amount, "0.75021132", 20800)


@pytest.mark.parametrize("fee", ["0.15", "0.111"])
def test_LIQ_6_where_the_fee_eats_what_a_sale_frees_all_debt_ends(fee):
    """s - 1 - f = 1.111 - 1 - 0.15 < 0: no part is enough. 20000 repaid, and of 800 left the fee of 2220 or more takes all."""
    rules = ruled({"liquidation.fee_isolated": fee})
    after, _ = ended(D("1.111"), BTC, rules=rules, prices={"BTCUSDT": "20800"}, isolated_BTCUSDT={"BTC": "1", "USDT": "-20000"})
    assert after.state.holdings(BTC) == {}


def test_LIQ_8_the_fee_is_two_percent_of_what_was_ended_out_of_what_is_left():
    """20000 set off; fee 400: all ETH (300), then 100 USDC and no BNB. By the setting of the wallet's own mode."""
    _, entries = ended(None, cross={"USDT": "20000+-20000", "ETH": "0.3", "USDC": "200", "BNB": "0.1"})
    assert lines(entries)[1:] == [("liquidation_repay", "USDT", "20000"), ("liquidation_fee", "ETH", "0.3"), ("liquidation_fee", "USDC", "100")]
    assert booked(entries[2]) == {"cross:free ETH": "-0.3", "house:insurance ETH": "0.3"}
    assert entries[2].facts == {"rate": "0.02", "base_usdt": "20000", "value_usdt": "300"}
    isolated = {"BTC": "1", "USDT": "10000+-10000"}
    _, entries = ended(None, BTC, rules=ruled({"liquidation.fee_isolated": "0.04"}), isolated_BTCUSDT=isolated)
    assert lines(entries)[2] == ("liquidation_fee", "BTC", "0.02")  # 400 / 20000


def test_LIQ_8_the_fee_never_makes_the_user_owe():
    """A 20100, L 20000: y 20625 is more than is owed; all of it ends, and of a fee of 400 the 100 left are taken."""
    after, entries = ended(cross={"USDC": "20100", "USDT": "-20000"})
    assert lines(entries)[1:] == [("liquidation_sell", "USDC", "20000"), ("liquidation_repay", "USDT", "20000"), ("liquidation_fee", "USDC", "100")]
    assert after.state.holdings(CROSS) == {}


def test_LIQ_5_slippage_takes_its_share_of_the_price():
    """9900 USDT by BTC at 19800 (1% under 20000): 0.5 BTC."""
    rules = ruled({"liquidation.slippage": "0.01"})
    _, entries = ended(None, rules=rules, cross={"BTC": "1", "USDT": "-9900"})
    assert lines(entries)[1:3] == [("liquidation_sell", "BTC", "0.5"), ("liquidation_repay", "USDT", "9900")]
    after, entries = ended(rules=rules, cross={"BTC": "1", "USDT": "-18200"})  # in part: 20000 / 18200 = 1.0989
    assert all(D(e.facts["got"]) <= e.amount * 19800 for e in entries if e.kind == "liquidation_sell")
    assert level(after, CROSS) >= STOP and after.state.owes(CROSS)


def test_LIQ_8_the_fee_is_on_the_value_of_what_was_sold_by_the_snapshot():
    """With 1% slippage 0.5 BTC are sold, worth 10000 by the snapshot: fee 200 = 0.01 BTC."""
    _, entries = ended(None, rules=ruled({"liquidation.slippage": "0.01"}), cross={"BTC": "1", "USDT": "-9900"})
    assert lines(entries)[3] == ("liquidation_fee", "BTC", "0.01")


@pytest.mark.parametrize(
    "holds, prices, left, kind",
    [
        # sold for all it brings, the fund pays the rest: up to 0.1 BTC = 2000 USDT
        ({"USDC": "19900", "USDT": "-20000"}, {}, "100", "deficit"),
        ({"USDC": "18000", "USDT": "-20000"}, {}, "2000", "deficit"),
        ({"USDC": "18000", "USDT": "-20000.00000001"}, {}, "2000.00000001", "deficit_review"),
        ({"USDC": "18000", "USDT": "-20000"}, {"BTCUSDT": "19999", "BTCUSDC": None}, "2000", "deficit_review"),
        ({"USDC": "19900", "USDT": "-20000"}, {"BTCUSDT": None, "BTCUSDC": None}, "100", "deficit_review"),  # not to be told in BTC
    ],
)
def test_FUND_1_FUND_2_FUND_4_a_deficit_is_paid_or_waits_for_review(holds, prices, left, kind):
    after, entries = ended(prices=prices, cross=holds)
    assert kinds(entries) == ["liquidation", "liquidation_sell", "liquidation_repay", kind]  # no fee: nothing is left
    if kind == "deficit":
        assert booked(entries[3]) == {"house:insurance USDT": f"-{left}", "house:pool USDT": left, "house:loans USDT": f"-{left}", "cross:borrowed USDT": left}
        assert after.state.holdings(CROSS) == {} and not after.state.owes(CROSS)
    else:
        assert entries[3].facts == {"deficit_usdt": left, "fund_pays_up_to_btc": "0.1"}
        assert entries[3].amount == 0 and not entries[3].postings
        assert after.state.holding(CROSS, "USDT").debt == D(left)


def test_FUND_1_the_fund_pays_every_coin_owed_and_the_interest_with_it():
    """1000 USDC go to the larger debt, 1500 in USDT; 510 USDT and 0.3 ETH (300) are left: 810 < 2000."""
    after, entries = ended(cross={"USDC": "1000", "USDT": "-1500/10", "ETH": "-0.2/0.1"})
    assert lines(entries)[3:] == [("deficit", "USDT", "510"), ("deficit", "ETH", "0.3")]
    assert entries[4].facts["interest"] == "0.1" and not after.state.owes(CROSS)


def test_a_coin_without_price_is_not_sold():
    after, entries = ended(cross={"USDC": "21600", "CFX": "99999", "USDT": "-20000"})
    assert after.state.holding(CROSS, "CFX").free == 99999 and "CFX" not in {entry.asset for entry in entries}


SCENES = [
    {"cross": {"BTC": "1", "USDT": "-19000"}},
    {"cross": {"BTC": "0.4", "ETH": "5", "USDT": "-7000/12.3456", "BNB": "-10"}},
    {"cross": {"BTC": "0.77", "USDT": "5000+-20000"}},
    {"cross": {"BTC": "1", "BNB": "-50"}, "prices": {"BTCUSDT": "20000.01", "BNBUSDT": "377.77"}},
    {"cross": {"USDC": "20100", "USDT": "-20000"}},
    {"cross": {"USDC": "19900", "USDT": "-20000"}},
    {"cross": {"USDC": "10000", "USDT": "-20000"}},
    {"cross": {"BTC": "1", "USDT": "-19000"}, "rules": ruled({"liquidation.slippage": "0.03"})},
]


@pytest.mark.parametrize("told", SCENES)
def test_LIQ_13_every_change_is_a_line_and_no_value_is_made_or_lost(told):
    """What the user's net worth falls by is what the fund and the market gain; each coin sums to what it was."""
    found = world(**told)
    after, entries = liquidate(found, CROSS, STOP, "level")
    assert set(kinds(entries)) <= {"liquidation", "liquidation_sell", "liquidation_repay", "liquidation_fee", "deficit", "deficit_review"}
    assert found.after(entries).state.balances == after.state.balances
    for coin in ("BTC", "ETH", "BNB", "USDC", "USDT"):
        assert total(after, coin) == total(found, coin)
    gained = {account: sum(after.state.balance(account, coin) * found.price_usdt(coin) for coin in ("BTC", "ETH", "BNB", "USDC", "USDT")) for account in (INSURANCE, EXCHANGE)}
    assert exposure(found, CROSS).net_asset - exposure(after, CROSS).net_asset == gained[INSURANCE] + gained[EXCHANGE]
    if after.state.owes(CROSS) and "deficit_review" not in kinds(entries):
        assert level(after, CROSS) >= STOP  # LIQ-3
    assert gained[EXCHANGE] >= 0  # bought down, sold up: rounding never gives the user what is not there
    assert all(amount >= 0 for (account, _), amount in after.state.balances.items() if account.wallet == CROSS and account.bucket == "free")
    assert all(amount <= 0 for (account, _), amount in after.state.balances.items() if account.wallet == CROSS and account.bucket in ("borrowed", "interest"))


def total(found, coin):
    return sum(amount for (_, asset), amount in found.state.balances.items() if asset == coin)
