"""alert: refusals in their order, then what is heard and when (CALL-3)."""

import pytest
from test_orders import kinds, later, walked
from worlds import NOON, D, at, ladder, lines, quotes, refuses, wallet, world

from margincli.domain.operations import decide
from margincli.domain.operations.alert import Alert
from margincli.domain.operations.leverage import Leverage
from margincli.domain.risk import health
from margincli.domain.walk import settle

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")

REFUSED = ladder(
    Alert(wallet("margin"), D("1.1"), 0),
    {},
    ("bad_wallet", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": BTC}),
    ("not_active: isolated:BTCUSDT", {"isolated_BTCUSDT": {"USDT": "1"}}, {}),
    ("bad_alert_level: above the margin call at 1.1, up to 2; not at 1.1", {}, {"level": D("2.01")}),
    ("bad_alert_level: not at 2.01", {}, {"level": D(2)}),
    ("bad_alert_hours: every 1 to 24 hours, not every 0", {}, {"hours": 25}),
    ("bad_alert_hours: not every 25", {}, {"hours": 24}),
)


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_CALL_3(code, words, found, asked):
    refuses(code, words, found, asked)


def alerted(level="1.5", hours=6, **wallets):
    after, entries = decide(world(**wallets), Alert(CROSS, D(level), hours))
    assert lines(entries) == [("alert", "", "0")]
    return after


def test_CALL_3_an_alert_is_heard_at_its_level_and_again_while_it_stays():
    """1 BTC against 12,000: level 1.5 at 18,000. It falls there at 13:00 and stays: heard at 13, 19, 01 and 07; over at 10:00."""
    series = quotes(("2000-01-01", "20000"), ("2024-09-01T13:00", "18000"), ("2024-09-02T10:00", "19000"))
    found = later(alerted(cross={"BTC": "1", "USDT": "-12000"}), {"BTCUSDT": series}, 24)
    _, entries = settle(found, NOON)
    heard = [(entry.kind, entry.at) for entry in entries if entry.kind.startswith("margin_alert")]
    assert heard == [
        ("margin_alert", at("2024-09-01T13:00")),
        ("margin_alert", at("2024-09-01T19:00")),
        ("margin_alert", at("2024-09-02T01:00")),
        ("margin_alert", at("2024-09-02T07:00")),
        ("margin_alert_over", at("2024-09-02T10:00")),
    ]


def test_CALL_3_the_alert_comes_before_the_margin_call_on_the_same_way_down():
    _, entries = walked(alerted(cross={"BTC": "1", "USDT": "-12000"}), ("13:00", "15000"))
    assert kinds(entries) == ["margin_alert", "margin_call", "margin_alert"]  # again six hours on


def test_CALL_3_an_alert_that_the_call_has_caught_up_with_is_silent():
    """Set at 1.3 while 5x is called at 1.16; at 3x that is where the call is."""
    found, _ = decide(world(leverage="5", cross={"BTC": "1", "USDT": "-12000"}), Alert(CROSS, D("1.3"), 6))
    found, _ = decide(found, Leverage(CROSS, "3"))
    assert kinds(walked(found, ("13:00", "15000"))[1]) == ["margin_call"]


def test_CALL_3_it_changes_no_permission():
    before = world(cross={"BTC": "1", "USDT": "-12000"})
    after, _ = decide(before, Alert(CROSS, D("1.9"), 24))
    assert health(after, CROSS).allows == health(before, CROSS).allows


def test_CALL_3_what_is_told_of_it():
    told = [decide(world(cross={"BTC": "1"}), Alert(CROSS, level, 6))[1][0].facts for level in (D("1.50"), None)]
    assert told == [{"level": "1.5", "hours": "6"}, {"level": "off", "hours": ""}]


def test_CALL_3_off():
    after, _ = decide(alerted(cross={"BTC": "1"}), Alert(CROSS, None, 24))
    assert not after.state.setting(CROSS, "alert_at")
