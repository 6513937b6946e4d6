"""liquidate: by hand (LIQ-11) and the settling of a deficit (FUND-2): refusals in their order, then the entries."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.liquidate import LiquidateByHand, SettleDeficit
from worlds import D, booked, ladder, lines, outcome, refuses, ruled, wallet, world

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")
NO_BTC = {"BTCUSDT": None, "BTCUSDC": None}
HERE = ruled({"liquidation.manual_isolated_regions": ["DE"]})

COMMON = (
    ("bad_wallet", {}, {"wallet": wallet("isolated:NOPE")}),
    ("unknown_pair", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": BTC}),
    ("not_active: isolated:BTCUSDT", {"isolated_BTCUSDT": {"USDT": "50000"}}, {}),
    ("nothing_to_liquidate: isolated:BTCUSDT has no debt", {"isolated_BTCUSDT": {"USDT": "50000", "BTC": "-1"}}, {}),
    ("no_price: BTC", {"prices": None}, {}),
)
REFUSED = ladder(
    LiquidateByHand(wallet("margin")),
    {"prices": NO_BTC},
    *COMMON,
    ("manual_liquidation_denied: in DE", {"rules": HERE}, {}),
) + ladder(
    SettleDeficit(wallet("margin")),
    {"prices": NO_BTC},
    *COMMON,
    ("nothing_in_review: isolated:BTCUSDT", {"isolated_BTCUSDT": {"BTC": "-1"}}, {}),
)


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_LIQ_11_FUND_2(code, words, found, asked):
    refuses(code, words, found, asked)


@pytest.mark.parametrize("regions, said", [([], "manual_liquidation_denied"), (["FR"], "manual_liquidation_denied"), (["FR", "DE"], "done"), (["*"], "done")])
def test_LIQ_11_isolated_only_where_the_region_asks_for_it(regions, said):
    found = world(rules=ruled({"liquidation.manual_isolated_regions": regions}), isolated_BTCUSDT={"USDT": "50000", "BTC": "-1"})
    assert outcome(found, LiquidateByHand(BTC)) == said


def test_LIQ_11_by_hand_every_debt_ends_and_the_rest_stays_LIQ_7_LIQ_8():
    """1 BTC at 20000 against 8000 USDT: 0.4 BTC sold, fee 2% of 8000 = 160 = 0.008 BTC, 0.592 BTC left."""
    after, entries = decide(world(cross={"BTC": "1", "USDT": "-7990/10"}), LiquidateByHand(CROSS))
    assert lines(entries) == [
        ("liquidation", "", "0"),
        ("liquidation_sell", "BTC", "0.4"),
        ("liquidation_repay", "USDT", "8000"),
        ("liquidation_fee", "BTC", "0.008"),
    ]
    assert entries[0].facts["reason"] == "asked for" and entries[0].facts["level"] == "2.5"  # 20000 / 8000
    assert booked(entries[3]) == {"cross:free BTC": "-0.008", "house:insurance BTC": "0.008"}
    assert after.state.holding(CROSS, "BTC").free == D("0.592")
    assert not after.state.owes(CROSS)


def test_LIQ_11_works_in_a_margin_call_too():
    """1.2 BTC against 20000 USDT at 20000: 1 BTC sold, fee 400 = 0.02 BTC."""
    after, entries = decide(world(cross={"BTC": "1.2", "USDT": "-20000"}), LiquidateByHand(CROSS))
    assert lines(entries)[1] == ("liquidation_sell", "BTC", "1")
    assert after.state.holding(CROSS, "BTC").free == D("0.18")


def test_FUND_2_FUND_4_the_fund_pays_a_reviewed_deficit_and_the_wallet_starts_afresh():
    after, entries = decide(world(cross={"BTC": "-1/0.5", "USDT": "-40000"}), SettleDeficit(CROSS))
    # 40000 USDT are the larger debt, 1.5 BTC are worth 30000
    assert lines(entries) == [("deficit", "USDT", "40000"), ("deficit", "BTC", "1.5")]
    assert booked(entries[0]) == {"house:insurance USDT": "-40000", "house:pool USDT": "40000", "house:loans USDT": "-40000", "cross:borrowed USDT": "40000"}
    assert not after.state.owes(CROSS) and not after.state.holdings(CROSS)
