"""The watch over a wallet: what it must never miss, and that it looks no closer than it has to.

1 BTC against 20,000 USDT at 3x is called at 26,000 (1.3) and liquidated at 22,000; the rate is 0 where nothing else is said.
"""

from collections import Counter

import pytest
from test_orders import kinds, placed
from worlds import FREE, D, at, at_rates, candles, quotes, ruled, time, wallet, walked, world

from margincli.domain import judgement, walk
from margincli.domain.interest import HOUR
from margincli.domain.operations import decide
from margincli.domain.operations.alert import Alert
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.top_up import TopUp
from margincli.domain.operations.trade import Trade
from margincli.domain.walk import settle
from margincli.domain.world import World, moment

CROSS = wallet()
LONG = {"BTC": "1", "USDT": "-20000"}
CALLED = {"BTCUSDT": quotes((time("12:00"), "30000"), (time("12:30"), "25000"))}


def told(entries) -> list[tuple[str, str]]:
    """(kind, time) of all but interest, on the first day."""
    return [(entry.kind, moment(entry.at)[11:-1]) for entry in entries if entry.kind != "interest"]


def on(found: World, until: str, prices: dict, rules=None, rates: dict = FREE):
    """An account as it stands now, brought up to `until` in another market."""
    return settle(World(at(time(until)), "main", found.state, world(prices=prices, rates=rates).market, rules or found.rules), found.now)


def steps(*points: tuple[str, str], before: str = "30000") -> dict:
    """BTC at `before`, then at each price from its time on."""
    return {"BTCUSDT": quotes(("2000-01-01", before), *((time(clock), price) for clock, price in points))}


# --- what it must never miss ---


@pytest.mark.parametrize(
    "price, rules, kinds_then",
    [  # a call stands; the margin call bar itself still calls, unless the rules say otherwise (THR-5)
        ("26000", {}, []),
        ("26000.00000001", {}, ["margin_call_over"]),
        ("26000", {"cross.bands.3.call_at_bar": "no"}, ["margin_call_over"]),
        ("25999.99999999", {"cross.bands.3.call_at_bar": "no"}, []),
    ],
)
def test_CALL_2_THR_5_a_call_is_over_a_hair_above_its_bar(price, rules, kinds_then):
    _, entries = walked("15:10", prices=steps(("12:30", "25000"), ("13:10", price)), rules=ruled(rules), cross=LONG)
    assert told(entries)[1:] == [(kind, "13:10:00") for kind in kinds_then]


def test_CALL_2_PRO_5_a_call_is_over_when_the_level_is_above_though_it_might_be_under_at_other_prices():
    """ETH counts in full up to 100 USDT, for half beyond. Equity of 19,220 + 150 - 18,000 is above 1.5 x 900; with ETH at half throughout it would not be."""
    told_to = {"pro.brackets.rows.USDT": [["", "10", "0.05"]], "pro.net_equity": "collateral"}
    rules = ruled({**told_to, "collateral.ranks.rows.ETH": "9", "collateral.ladders.9.tiers": [["100", "1"], ["", "0.5"]]})
    path = steps(("12:30", "19100"), ("13:10", "19220"), before="20000")
    _, entries = walked("13:50", prices=path, rules=rules, leverage="10", cross={"BTC": "1", "USDT": "-18000", "ETH": "0.2"})
    assert told(entries) == [("margin_call", "12:30:00"), ("margin_call_over", "13:10:00")]


def test_BNB_5_a_call_is_over_when_interest_is_paid_out_of_BNB_that_is_there():
    """(26,050 + 1,000) / 21,000 = 1.288; the 2 BNB paid at the full hour, 26,050 / 20,000 = 1.3025."""
    found = world(time("12:20"), prices={"BTCUSDT": "26050"}, rates=FREE, cross={**LONG, "BNB": "2+-0/2"})
    called, _ = settle(decide(found, Setting("bnb_interest", "on"))[0], found.now)
    _, entries = on(called, "14:20", {"BTCUSDT": "26050"})
    assert told(entries) == [("repay", "13:00:00"), ("margin_call_over", "13:00:00")]


def test_TOP_2_TOP_5_a_coin_that_reaches_spot_while_a_call_stands_moves_in_at_the_next_moment():
    """Of two coins it may take, one is still not there: 100 are too little, and the call stands on."""
    called, _ = walked("12:40", prices=CALLED, cross=LONG, spot={"USDT": "100"})
    switched, _ = decide(called, TopUp(CROSS, "on", ("ETH", "USDT")))
    _, entries = on(switched, "15:10", CALLED)
    assert told(entries) == [("top_up", "13:00:00")]


def test_INT_6_a_rate_that_rises_from_nothing_is_charged_from_its_hour_on():
    _, entries = walked("15:10", rates=at_rates(("2000-01-01", "0"), ("13:30", "0.0024")), prices=steps(), cross=LONG)
    assert [(moment(entry.at)[11:16], entry.amount) for entry in entries] == [("13:00", 0), ("15:00", 4)]


def test_CALL_2_a_reminder_that_new_rules_make_overdue_comes_at_once_and_not_in_the_past():
    """PROF-1: called at 12:30 and settled to 20:00; then every 4 hours instead of 24."""
    called, _ = walked("20:00", prices=CALLED, cross=LONG)
    _, entries = on(called, "2 00:30", CALLED, ruled({"call.remind_every_hours": "4"}))
    assert told(entries) == [("margin_call", "20:00:00.001"), ("margin_call", "00:00:00.001")]


@pytest.mark.parametrize("stop", ["16:29:59.999", "16:30", "16:30:00.001", "17:00"])
def test_CALL_2_reminders_come_at_their_own_moment_wherever_one_settles_before(stop):
    rules = ruled({"call.remind_every_hours": "4"})
    first, early = walked(stop, prices=CALLED, rules=rules, cross=LONG)
    _, late = on(first, "20:30", CALLED, rules)
    assert told(early + late) == [("margin_call", clock) for clock in ("12:30:00", "16:30:00", "20:30:00")]


@pytest.mark.parametrize("ends, until, since, happens", [("14:00", "14:00", "12:00", "14:00:00"), ("14:00", "15:10", "14:00", "15:00:00"), ("14:00", "13:59:59.999", "12:00", None)])
def test_DEL_2_what_leaves_goes_at_its_time_or_where_that_is_settled_already_at_the_next_moment(ends, until, since, happens):
    """A wallet without debts and orders, at the very end of what is settled; and rules that came after it."""
    _, entries = walked(until, since=since, rules=ruled({"delistings.rows": {"ETH": time(ends)}}), cross={"ETH": "1"})
    assert told(entries) == ([(kind, happens) for kind in ("delisting", "transfer")] if happens else [])


def test_DEL_2_of_several_wallets_the_one_that_holds_it_is_taken_out():
    """And nothing else of it: BNB has two days left."""
    rules = ruled({"delistings.rows": {"ETH": time("14:00"), "BNB": time("3 14:00")}})
    _, entries = walked("15:00", rules=rules, cross={"ETH": "1", "BNB": "1"}, isolated_BTCUSDT=LONG, prices=steps())
    assert told(entries) == [("delisting", "14:00:00"), ("transfer", "14:00:00")]


def test_FUND_2_CALL_3_a_wallet_with_nothing_left_is_alerted_no_more():
    """10,000 for 20,000 owed: what is left is in review. It fell in one step, so all was heard at once."""
    found, _ = decide(world(rates=FREE, prices=steps(), cross=LONG), Alert(CROSS, D("1.4"), 1))
    _, entries = on(found, "20:00", steps(("13:30", "10000")))
    assert kinds(entries)[:2] == ["margin_alert", "margin_call"] and kinds(entries)[-1] == "deficit_review"
    assert {clock for _, clock in told(entries)} == {"13:30:00"}


# --- orders ---


def resting(**more) -> World:
    return placed(world(rates=FREE, prices=steps(), **more), price="26000")[0]


def bars(*rows) -> dict:
    return {"BTCUSDT": candles(*((time(clock), *row) for clock, *row in rows))}


def test_ORD_14_of_several_wallets_with_orders_the_one_that_is_met_fills():
    found = resting(cross={"USDT": "9000"}, isolated_BTCUSDT={"USDT": "9000"})
    found, _ = decide(found, Trade(wallet("isolated:BTCUSDT"), "BUY", "BTCUSDT", D("0.1"), None, "LIMIT", D(20000)))
    _, entries = on(found, "15:00", steps(("13:10", "25000")))
    assert [entry.wallet for entry in entries if entry.kind == "trade"] == [CROSS]


def test_THR_8_a_candle_that_fills_an_order_calls_the_wallet_at_its_low():
    found = resting(cross={"BTC": "1", "USDT": "-20000+2600"})
    _, entries = on(found, "13:30", bars(("12:00", "30000", "30000", "22500", "29000")))
    assert [kind for kind, _ in told(entries)][-2:] == ["margin_call", "margin_call_over"] and "trade" in kinds(entries)


def test_THR_8_the_inside_of_a_candle_counts_at_its_close_and_not_in_the_hour_that_begins():
    """At a low of 26,001 the level is 1.30005; with the 2 USDT that 13:00 charges it would be 1.29992."""
    _, entries = walked("13:30", rates=at_rates(("2000-01-01", "0.0024")), prices=bars(("12:00", "30000", "30000", "26001", "29000")), cross=LONG)
    assert told(entries) == []


def test_ORD_14_what_was_inside_a_candle_that_closed_by_then_fills_no_order():
    found = resting(cross={"USDT": "9000"})
    path = bars(("11:00", "30000", "30000", "25000", "30000"), ("12:00", "30000", "30000", "29000", "30000"))
    closing = at(time("12:00")) - 1
    again = World(closing, "main", found.state, world(prices=path).market, found.rules)
    assert kinds(settle(again, closing)[1]) == [] and "trade" in kinds(settle(again, closing - 1)[1])


def test_INT_2_the_hour_until_which_all_is_settled_is_not_charged_again():
    found = placed(world(prices=steps(), cross={"BTC": "1", "USDT": "-20000+2600"}), price="26000")[0]
    assert found.now % HOUR == 0 and settle(found, found.now)[1] == [] and [entry.kind for entry in settle(found, found.now - 1)[1]] == ["interest"]


def test_ORD_14_what_was_inside_a_candle_that_closed_by_then_calls_nobody():
    found = resting(cross={"BTC": "1", "USDT": "-20000+2600"})
    path = bars(("11:00", "30000", "30000", "22500", "30000"), ("12:00", "30000", "30000", "29000", "30000"))
    closing = at(time("12:00")) - 1
    again = World(closing, "main", found.state, world(prices=path).market, found.rules)
    assert "margin_call" not in kinds(settle(again, closing)[1]) and "margin_call" in kinds(settle(again, closing - 1)[1])


def test_ORD_14_an_order_rests_while_its_pair_has_no_prices_at_all():
    assert kinds(on(resting(cross={"USDT": "9000"}), "15:00", {"BTCUSDT": None})[1]) == []


# --- that it looks no closer than it has to ---


def work(monkeypatch, until: str, **wallets) -> Counter:
    """How often the walk judges a wallet, and reckons an hour."""
    done = Counter()
    for room, name in ((judgement, "judge"), (walk, "hour_of")):
        honest = getattr(room, name)
        monkeypatch.setattr(room, name, lambda *told, name=name, honest=honest: done.update([name]) or honest(*told))
    walked(until, **wallets)
    return done


@pytest.mark.parametrize(
    "path, wallets, judged, reckoned",
    [
        ([], {"cross": LONG}, 0, 1),
        ([("13:10", "31000"), ("17:10", "26000.01")], {"cross": LONG}, 0, 1),
        ([("13:10", "25999")], {"cross": LONG}, 4, 5),  # the call and its reminders; the hours after each are reckoned anew
        ([], {"isolated_BTCUSDT": LONG}, 0, 1),
        ([], {"cross": {"BTC": "1", "DAI": "-9"}}, 0, 1),  # a coin without a rate
    ],
)
def test_a_wallet_far_from_its_bars_is_not_judged_nor_an_equal_hour_reckoned_twice(path, wallets, judged, reckoned, monkeypatch):
    done = work(monkeypatch, "5 12:00", rates=FREE, prices={"DAIUSDT": "1", **steps(*path)}, **wallets)
    assert (done["judge"], done["hour_of"]) == (judged, reckoned)
