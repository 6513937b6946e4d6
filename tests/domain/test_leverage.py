"""leverage: refusals in their order, then the bars that move (MODE-6)."""

import pytest
from worlds import NOON, D, ladder, lines, refuses, wallet, world

from margincli.domain.operations import decide
from margincli.domain.operations.leverage import Leverage
from margincli.domain.risk import health

CROSS = wallet()
AT_THE_BAR = {"BTC": "1.2", "USDT": "-16000"}  # 24000 / 16000 = 1.5, the initial ratio of 3x

REFUSED = ladder(
    Leverage(wallet("margin"), "10"),
    {"leverage": "5"},
    ("bad_wallet", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": CROSS}),
    ("not_active: cross", {"cross": AT_THE_BAR}, {}),
    ("bad_leverage: 10x is not offered for cross; it can be 3 or 5", {}, {"leverage": "5"}),
    ("already_active: cross is active already, at 5x", {}, {"leverage": "3"}),
    ("level_too_low_for_leverage: 3x needs a level above 1.5; cross stands at 1.5", {"cross": {"BTC": "1.3", "USDT": "-16000"}}, {}),
)

LATELY = world(leverage="3", cross={"USDT": "1"})
REFUSED += [("leverage_changed_lately", "once in 60 seconds", decide(LATELY, Leverage(CROSS, "5"))[0].at(NOON + 59_999), Leverage(CROSS, "3"))]


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
