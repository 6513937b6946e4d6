"""leverage: refusals in their order, then the bars that move (MODE-6)."""

import pytest
from worlds import NOON, D, ladder, lines, refuses, ruled, wallet, world

from margincli.domain.operations import decide
from margincli.domain.operations.leverage import Leverage
from margincli.domain.risk import health

CROSS = wallet()
AT_THE_BAR = {"BTC": "1.2", "USDT": "-16000"}  # 24000 / 16000 = 1.5, the initial ratio of 3x

REFUSED = ladder(
    Leverage(wallet("margin"), "20"),
    {"leverage": "5"},
    ("bad_wallet", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": CROSS}),
    ("not_active: cross", {"cross": AT_THE_BAR}, {}),
    ("bad_leverage: 20x is not offered for cross; it can be 3 or 5 or 10", {}, {"leverage": "5"}),
    ("already_active: cross is active already, at 5x", {}, {"leverage": "3"}),
    ("level_too_low_for_leverage: 3x needs a level above 1.5; cross stands at 1.5", {"cross": {"BTC": "1.3", "USDT": "-16000"}}, {}),
)

LATELY = world(leverage="3", cross={"USDT": "1"})
REFUSED += [("leverage_changed_lately", "once in 60 seconds", decide(LATELY, Leverage(CROSS, "5"))[0].at(NOON + 59_999), Leverage(CROSS, "3"))]

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
    assert health(again, CROSS).account_type == "MARGIN_2"
