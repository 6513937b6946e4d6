"""settings: refusals in their order, then what they change."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.settings import SETTINGS, Setting, value_of
from margincli.domain.operations.trade import Trade
from margincli.domain.refusals import Refused
from worlds import D, ladder, lines, refuses, wallet, world

REFUSED = ladder(
    Setting("vipp", "10"),
    {},
    ("unknown_setting: vipp is not a setting; there are vip", {}, {"name": "vip"}),
    ("bad_setting: vip cannot be 10; it can be 0, 1, 2, 3, 4, 5, 6, 7, 8 or 9", {}, {"value": "9"}),
)
MORE = [("bad_setting", value, world(), Setting("vip", value)) for value in ("", "-1", "00", "1.0", "³", "x")]
REFUSED += MORE


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_FEE_1(code, words, found, asked):
    refuses(code, words, found, asked)


def test_a_setting_that_there_is_not_has_no_value():
    with pytest.raises(Refused, match="unknown_setting"):
        value_of(world(), "nope")


def test_a_setting_belongs_to_the_account_and_moves_nothing():
    after, entries = decide(world(), Setting("vip", "3"))
    assert lines(entries) == [("setting", "", "0")] and entries[0].wallet == wallet("spot") and not entries[0].postings
    assert entries[0].facts == {"name": "vip", "value": "3", "before": "0"}
    assert (value_of(world(), "vip"), value_of(after, "vip")) == (SETTINGS["vip"].default, "3")


@pytest.mark.parametrize("level, fee", [("0", "20"), ("2", "20"), ("3", "12"), ("9", "4.8")])
def test_FEE_1_the_level_sets_the_fee_of_a_trade(level, fee):
    """1 BTC at 20,000: 0.1 %, 0.1 %, 0.06 %, 0.024 % as taker."""
    after, _ = decide(world(cross={"BTC": "1"}, isolated_BTCUSDT={"BTC": "1"}), Setting("vip", level))
    for name in ("cross", "isolated:BTCUSDT"):
        _, entries = decide(after, Trade(wallet(name), "SELL", "BTCUSDT", D(1), None))
        assert entries[0].facts["fee"] == fee
