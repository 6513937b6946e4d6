"""leverage: refusals in their order, then the bars that move (MODE-6), and the adjustment of an isolated wallet (ISO-6, ISO-7)."""

import pytest
from worlds import NOON, D, ladder, lines, outcome, refuses, ruled, wallet, world

from margincli.domain.operations import decide
from margincli.domain.operations.leverage import Leverage
from margincli.domain.operations.borrow import Borrow
from margincli.domain.risk import health, max_borrow

CROSS, PAIR = wallet(), wallet("isolated:BTCUSDT")
AT_THE_BAR = {"BTC": "1.2", "USDT": "-16000"}  # 24000 / 16000 = 1.5, the initial ratio of 3x

REFUSED = ladder(
    Leverage(wallet("margin"), "20"),
    {"leverage": "5"},
    ("bad_wallet", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": CROSS}),
    ("not_active: cross", {"cross": AT_THE_BAR}, {}),
    ("bad_leverage: 20x is not offered for cross; it can be 3, 5 or 10", {}, {"leverage": "5"}),
    ("already_active: cross is active already, at 5x", {}, {"leverage": "3"}),
    ("level_too_low_for_leverage: 3x needs a level above 1.5; cross stands at 1.5", {"cross": {"BTC": "1.3", "USDT": "-16000"}}, {}),
)

LATELY = world(leverage="3", cross={"USDT": "1"})
REFUSED += [("leverage_changed_lately", "once in 60 seconds", decide(LATELY, Leverage(CROSS, "5"))[0].at(NOON + 59_999), Leverage(CROSS, "3"))]
REFUSED += ladder(
    Leverage(PAIR, "10.01"),
    {"isolated_BTCUSDT": {"BTC": "1", "USDT": "-17000"}},  # 20,000 / 17,000 = 1.176...
    ("bad_leverage: 10.01x is not offered for isolated:BTCUSDT; it can be 1.5 to 10, in steps of 0.01", {}, {"leverage": "8.505"}),
    ("bad_leverage", {}, {"leverage": "1.49"}),
    ("bad_leverage", {}, {"leverage": "off"}),
    ("not_adjusted: The leverage of isolated:BTCUSDT is not adjusted", {}, {"leverage": "6"}),
    ("level_too_low_for_leverage: 6x needs a level above 1.2; isolated:BTCUSDT stands at 1.17647058", {}, {"leverage": "8.5"}),
)
REFUSED += [("no_price", "CFXUSDT", world(leverage="3", cross={"USDT": "100", "CFX": "-1"}), Leverage(CROSS, "5"))]
REFUSED += [("isolated_only", "cross is not an isolated wallet", LATELY, Leverage(CROSS, "off"))]

KEY = {"level": "a", "pro-level": "c"}
TO_PRO = ladder(
    Leverage(CROSS, "10", None, KEY),
    {"rules": ruled({"pro.regions": []}), "leverage": "5", "cross": {"BTC": "1", "USDT": "-16000"}},  # 20000 / 16000 = 1.25
    ("leverage_not_here: 10x is not offered in DE", {"rules": None}, {}),
    ("questionnaire_missing: pro-level", {}, {"answers": {"pro-level": "d"}}),
    ("quiz_failed: pro-level", {}, {"answers": {"pro-level": "c"}}),
    ("level_too_low_for_leverage: 10x needs a level above 1.25; cross stands at 1.25", {"cross": {"BTC": "1.00000001", "USDT": "-16000"}}, {}),
)
TO_CLASSIC = ladder(
    Leverage(CROSS, "3"),
    {"leverage": "10", "cross": AT_THE_BAR},
    ("level_too_low_for_leverage: 3x needs a level above 1.5; cross stands at 1.5", {}, {"leverage": "5"}),
)
REFUSED += TO_PRO + TO_CLASSIC


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_MODE_6(code, words, found, asked):
    refuses(code, words, found, asked)


def test_MODE_6_once_a_minute():
    after, entries = decide(LATELY, Leverage(CROSS, "5"))
    assert lines(entries) == [("leverage", "", "0")]
    refuses("done", "", after.at(NOON + 60_000), Leverage(CROSS, "3"))


def test_MODE_5_MODE_6_the_bars_move_with_it():
    """24,000 against 16,500 = 1.4545...: at 3x no more may be borrowed, at 5x it may."""
    before = world(leverage="3", cross={"BTC": "1.2", "USDT": "-16500"})
    after, _ = decide(before, Leverage(CROSS, "5"))
    assert ("borrow" in health(before, CROSS).allows, "borrow" in health(after, CROSS).allows) == (False, True)
    assert (health(after, CROSS).bands.margin_call_at, health(after, CROSS).bands.leverage) == (D("1.16"), D(5))


def test_MODE_7_from_classic_to_pro_and_back_the_measure_changes_with_it():
    """22,000 against 16,000: 1.375 at 5x; in Pro 6,000 over 16,000 x 0.03 = 12.5. The questions are asked once."""
    before = world(leverage="5", cross={"BTC": "1.1", "USDT": "-16000"})
    after, entries = decide(before, Leverage(CROSS, "10", {"pro-level": "c"}, KEY))
    found = health(after, CROSS)
    assert (health(before, CROSS).level, found.level, found.collateral_level) == (D("1.375"), D("12.5"), D("1.375"))
    assert (health(before, CROSS).account_type, found.account_type, found.bands.leverage) == ("MARGIN_1", "MARGIN_2", D(10))
    assert lines(entries) == [("leverage", "", "0")]
    back, _ = decide(after.at(NOON + 60_000), Leverage(CROSS, "5"))
    assert health(back, CROSS).level == D("1.375")
    again, _ = decide(back.at(NOON + 120_000), Leverage(CROSS, "10", None, KEY))
    assert health(again, CROSS).account_type == "MARGIN_2" and again.state.setting(wallet("spot"), "pro_quiz_passed_at") == str(NOON)


# --- isolated ---


def adjusted(leverage: str, coins: dict, **told):
    return decide(world(isolated_BTCUSDT=coins, **told), Leverage(PAIR, leverage))[0].at(NOON + 60_000)


@pytest.mark.parametrize("leverage, tier", [("10", 1), ("9.99", 1), ("8.92", 1), ("8.91", 2), ("8.5", 2), ("8.06", 2), ("8.05", 3), ("5", 10), ("1.5", 10)])
def test_ISO_6_the_limits_are_those_of_the_last_tier_that_reaches_the_leverage(leverage, tier):
    found = adjusted(leverage, {"USDT": "99999999"})
    bands = health(found, PAIR).bands
    assert (bands.tier, bands.leverage, bands.chosen) == (tier, D(leverage), D(leverage))
    assert dict(max_borrow(found, PAIR, "BTC").bounds)[f"tier {tier}"] == D("7.2") * tier


def test_ISO_6_a_leverage_that_no_tier_of_the_book_reaches_goes_by_the_first():
    rules = ruled({"isolated.bands.10.leverage": ["9", *["5"] * 9]})
    assert dict(max_borrow(adjusted("10", {"USDT": "1000"}, rules=rules), PAIR, "BTC").bounds)["tier 1"] == D("7.2")


def test_ISO_6_the_room_is_equity_times_leverage_less_one_less_the_debt():
    """1,000 USDT at 8.5x: 7,500; owing 2,000 of it, 5,500 to the last unit, while the tiers alone would lend 1,000 / 0.111."""
    assert max_borrow(world(isolated_BTCUSDT={"USDT": "1000"}), PAIR, "USDT").amount == D("9009.00900900")
    assert max_borrow(adjusted("8.5", {"USDT": "1000"}), PAIR, "USDT").amount == D("7500")
    assert max_borrow(adjusted("8.5", {"USDT": "3000+-2000"}), PAIR, "USDT").amount == D("5500")
    assert outcome(adjusted("8.5", {"USDT": "3000+-2000"}), Borrow(PAIR, "USDT", D("5500.00000001"))) == "above_max_borrow"


def test_ISO_6_a_debt_beyond_the_tier_goes_by_its_own_tier():
    """200,000 USDT are of tier 3, whatever was chosen: its 8.05x and 1.1418 hold, and nothing more is lent."""
    found = adjusted("10", {"USDT": "1000000+-200000"})
    bands = health(found, PAIR).bands
    assert (bands.tier, bands.leverage, bands.borrow_above, bands.chosen) == (3, D("8.05"), D("1.1418"), D(10))
    assert max_borrow(found, PAIR, "USDT").amount == 0


def test_ISO_6_off_is_how_it_was_and_only_the_wallet_itself_is_adjusted():
    found = adjusted("3", {"USDT": "1000"}, cross={"USDT": "1"})
    assert health(found, PAIR).bands.stop_above == D("1.5") and health(found, CROSS).bands.leverage == 3
    back, (entry,) = decide(found, Leverage(PAIR, "off"))
    assert (entry.facts["before"], health(back, PAIR).bands) == ("3", health(world(isolated_BTCUSDT={"USDT": "1000"}), PAIR).bands)


@pytest.mark.parametrize("owed, code", [("17646", "done"), ("17648", "level_too_low_for_leverage")])
def test_ISO_7_a_raise_needs_a_level_above_the_new_initial_ratio(owed, code):
    """8.5x has 1.1333...: 20,000 BTC worth against 17,647.05 would stand at it."""
    tight = ruled({"isolated.bands.10.initial_risk_ratio": ["1.111"] * 10})
    coins = {"BTC": "1", "USDT": f"-{owed}"}
    assert outcome(adjusted_by_hand("3", coins, tight), Leverage(PAIR, "8.5")) == code


def adjusted_by_hand(leverage: str, coins: dict, rules):
    """A wallet whose level fell after its leverage was chosen."""
    found = decide(world(rules=rules, isolated_BTCUSDT={"USDT": "1"}), Leverage(PAIR, leverage))[0]
    fallen = world(rules=rules, isolated_BTCUSDT=coins)
    fallen.state.settings.update({key: value for key, value in found.state.settings.items() if key[0] == PAIR})
    return fallen.at(NOON + 60_000)
