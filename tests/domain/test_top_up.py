"""top-up: refusals in their order, then what moves, and when (TOP-1 to TOP-6)."""

import pytest
from test_orders import kinds, later, walked
from worlds import NOON, D, booked, candles, ladder, lines, refuses, wallet, world

from margincli.domain.money import unit
from margincli.domain.operations import decide
from margincli.domain.operations.alert import Alert
from margincli.domain.operations.top_up import TopUp
from margincli.domain.risk import level
from margincli.domain.walk import settle

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")
LONG = {"BTC": "1", "USDT": "-12000"}

REFUSED = ladder(
    TopUp(wallet("margin"), "on", ("NOPE", "USDT", "BTC", "ETH"), D("1.2")),
    {},
    ("bad_wallet", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": CROSS}),
    ("not_active: cross", {"cross": LONG}, {}),
    ("unknown_asset: NOPE", {}, {"coins": ("USDT", "BTC", "ETH", "BNB")}),
    ("bad_top_up_coins: from 1 to 3 different coins", {}, {"coins": ("USDT", "USDT")}),
    ("bad_top_up_coins: from 1 to 3", {}, {"coins": ()}),
    ("bad_top_up_coins: from 1 to 3", {}, {"coins": ("USDT",)}),
    ("bad_top_up_target: from 1.3 to 2, cross only; not 1.2", {}, {"target": D("2.1")}),
    ("bad_top_up_target: not 2.1", {}, {"target": D(2)}),
)
MORE = [
    ("bad_top_up_coins", "its quote coin, then its base coin", world(isolated_BTCUSDT=LONG), TopUp(BTC, "on", ("USDT",))),
    ("bad_top_up_target", "cross only", world(isolated_BTCUSDT=LONG), TopUp(BTC, "on", (), D("1.5"))),
]


@pytest.mark.parametrize("code, words, found, asked", [*REFUSED, *MORE])
def test_refusals_in_their_order_TOP_2_TOP_3(code, words, found, asked):
    refuses(code, words, found, asked)


def switched(wallet=CROSS, coins=("USDT",), target=None, **wallets):
    after, entries = decide(world(**wallets), TopUp(wallet, "on", coins, target and D(target)))
    assert lines(entries) == [("top_up_switch", "", "0")]
    return after


def moved(entries) -> list[tuple[str, str, str]]:
    return [(entry.asset, str(entry.amount), entry.facts["status"]) for entry in entries if entry.kind == "top_up"]


def test_TOP_1_off_by_default():
    _, entries = walked(world(cross=LONG, spot={"USDT": "9000"}), ("13:00", "15000"))
    assert kinds(entries) == ["margin_call"]


def test_TOP_2_TOP_4_back_to_the_call_level_and_no_call_comes():
    """At 15,000: 1.3 x 12,000.054055 (an hour of interest) - 15,000 = 600.0702715, and a unit past it; then 1.3 times each hour's interest."""
    after, entries = walked(switched(cross=LONG, spot={"USDT": "9000"}), ("13:00", "15000"))
    assert moved(entries)[0] == ("USDT", "600.07027151", "DONE") and set(kinds(entries)) == {"top_up"}
    entry = next(entry for entry in entries if entry.kind == "top_up")
    assert booked(entry) == {"spot:free USDT": "-600.07027151", "cross:free USDT": "600.07027151"}


def test_TOP_2_to_the_users_own_target():
    """1.5 x 12,000.054055 - 15,000 = 3,000.0810825."""
    _, entries = walked(switched(cross=LONG, target="1.5", spot={"USDT": "9000"}), ("13:00", "15000"))
    assert moved(entries) == [("USDT", "3000.08108251", "DONE")]


def test_TOP_2_coin_by_coin_in_the_users_order():
    """600.0702715 USDT are needed: 0.02 BTC at 15,000 give 300, the rest comes in USDT."""
    _, entries = walked(switched(cross=LONG, coins=("BTC", "USDT"), spot={"BTC": "0.02", "USDT": "9000"}), ("13:00", "15000"))
    assert moved(entries)[:2] == [("BTC", "0.02", "DONE"), ("USDT", "300.07027151", "DONE")]


def test_TOP_3_isolated_the_quote_coin_first_back_to_the_initial_ratio():
    """10x: called at 1.10. 1.111 x 12,000.054055 - 13,100 = 232.060055105..."""
    after, entries = walked(switched(BTC, (), isolated_BTCUSDT=LONG, spot={"USDT": "100", "BTC": "1"}), ("13:00", "13100"))
    assert [row[0] for row in moved(entries)] == ["USDT", "BTC"] and moved(entries)[0][1] == "100"
    # 132.060055105 / 13100 = 0.01008092...
    assert moved(entries)[1][1].startswith("0.0100809") and kinds(entries) == ["top_up", "top_up"]


def test_TOP_5_too_little_moves_and_is_marked_and_the_call_comes():
    after, entries = walked(switched(cross=LONG, spot={"USDT": "100"}), ("13:00", "15000"), ("14:00", "14900"))
    assert moved(entries) == [("USDT", "100", "PARTIAL")] and kinds(entries) == ["top_up", "margin_call"]


@pytest.mark.parametrize("eth, status", [("0.4", "PARTIAL"), ("0.50007027", "PARTIAL"), ("0.51", "DONE")])
def test_TOP_5_of_several_coins_what_they_are_worth_together_counts(eth, status):
    """100 USDT and 400 of ETH are not 600.0702715; CFX without a price moves nothing."""
    _, entries = walked(switched(cross=LONG, coins=("CFX", "USDT", "ETH"), spot={"CFX": "9", "USDT": "100", "ETH": eth}), ("13:00", "15000"))
    first = [row for row, entry in zip(moved(entries), (e for e in entries if e.kind == "top_up")) if entry.at == NOON + 3_600_000]
    assert [(coin, told) for coin, _, told in first] == [("USDT", status), ("ETH", status)]


def test_TOP_4_just_the_need_is_enough_for_its_mark_though_the_call_comes_at_the_bar():
    _, entries = walked(switched(cross=LONG, spot={"USDT": "600.0702715"}), ("13:00", "15000"))
    assert moved(entries)[0] == ("USDT", "600.0702715", "DONE") and kinds(entries)[:2] == ["top_up", "margin_call"]


def test_TOP_6_a_gap_to_the_liquidation_level_is_too_quick():
    _, entries = walked(switched(cross=LONG, spot={"USDT": "9000"}), ("13:00", "13000"))
    assert moved(entries) == [] and kinds(entries)[:2] == ["margin_call", "liquidation"]


@pytest.mark.parametrize("price, first", [("13200.0594605", "margin_call"), ("13200.0594606", "top_up")])
def test_TOP_6_at_the_liquidation_level_itself_it_is_too_late(price, first):
    _, entries = walked(switched(cross=LONG, spot={"USDT": "9000"}), ("13:00", price))
    assert kinds(entries)[0] == first and ("liquidation" in kinds(entries)) == (first == "margin_call")


def test_TOP_2_CALL_3_an_alert_whose_level_the_coins_bring_back_is_over_at_that_very_moment():
    """Law 3: not when somebody looks again."""
    found, _ = decide(switched(cross=LONG, target="1.6", spot={"USDT": "9000"}), Alert(CROSS, D("1.5"), 6))
    _, entries = walked(found, ("13:30", "15000"))
    assert [(entry.kind, entry.at - NOON) for entry in entries if entry.kind != "interest"] == [(kind, 5_400_000) for kind in ("margin_alert", "top_up", "margin_alert_over")]


def test_TOP_4_just_past_the_bar_never_at_it():
    after, _ = walked(switched(cross={"BTC": "1", "USDT": "-10000"}, spot={"USDT": "9000"}), ("13:00", "12500"))
    # whatever the interest, the level an hour on was above 1.3 when the coins had moved
    assert level(after.pinned({"BTC": D(12500), "USDT": D(1)}), CROSS) > D("1.29999") and unit() > 0


def test_off_again():
    after, _ = decide(switched(cross=LONG, spot={"USDT": "9000"}), TopUp(CROSS, "off"))
    _, entries = walked(after, ("13:00", "15000"))
    assert kinds(entries) == ["margin_call"]


def test_TOP_6_inside_a_candle_the_coins_are_in_before_the_liquidation_level_is_met():
    """Low 12,000: 1.3 x 12,000.054055 - 12,000 = 3,600.0702715 move in, and nothing is sold."""
    series = candles(("2024-09-01T11:00", "20000", "20000", "20000", "20000"), ("2024-09-01T12:00", "20000", "20000", "12000", "19000"))
    found = switched(cross=LONG, spot={"USDT": "9000"})
    after, entries = settle(later(found, {"BTCUSDT": series, "BTCUSDC": None}, 1), NOON - 1)
    assert [row for row in moved(entries)][0][2] == "DONE" and set(kinds(entries)) == {"top_up"}
    assert after.state.holding(CROSS, "BTC").free == D(1)


def test_TOP_6_as_far_as_they_go():
    """500 in spot are not enough for a low of 12,000: they move in, the call comes, and then the liquidation."""
    series = candles(("2024-09-01T11:00", "20000", "20000", "20000", "20000"), ("2024-09-01T12:00", "20000", "20000", "12000", "19000"))
    _, entries = settle(later(switched(cross=LONG, spot={"USDT": "500"}), {"BTCUSDT": series, "BTCUSDC": None}, 1), NOON - 1)
    assert moved(entries)[0][1:] == ("500", "PARTIAL") and kinds(entries)[:3] == ["top_up", "margin_call", "liquidation"]
