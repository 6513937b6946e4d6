"""Bringing an account up to date: what falls due, when, and in which order.

Where interest would blur the figures the rate is 0 (`FREE`). 1 BTC against 20,000 USDT at 3x is called at 26,000 (1.3) and
liquidated at 22,000 (1.1).
"""

import pytest
from margincli.domain.refusals import Refused
from margincli.domain.walk import settle
from margincli.domain.world import World, moment
from worlds import D, at, at_rates, candles, quotes, ruled, time, walked, wallet, world

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")
DAY = "2024-09-01T"
LONG = {"BTC": "1", "USDT": "-20000"}


def prices(*points):
    return {"BTCUSDT": quotes(*((time(clock), price) for clock, price in points))}


def bars(*rows):
    return candles(*((time(clock), *row) for clock, *row in rows))


def events(entries) -> list[tuple[str, str]]:
    """(kind, moment) of all but interest; the day is left out where it is the first."""
    return [(entry.kind, moment(entry.at).removeprefix(DAY).removesuffix("Z")) for entry in entries if entry.kind != "interest"]


def opening(entries) -> list[dict]:
    return [entry.facts["prices"] for entry in entries if entry.kind == "liquidation"]


def test_where_nothing_is_owed_nothing_falls_due_and_no_price_is_looked_at():
    found = world(spot={"BTC": "1"}, cross={"BTC": "1"}, isolated_BTCUSDT={"USDT": "5"})
    blind = World(found.now, "main", found.state, None, found.rules)
    after, entries = settle(blind, 0)
    assert entries == [] and after.state is found.state


# --- the settled moment ---


def test_news_of_the_settled_moment_counts_when_it_is_looked_at_again_but_not_the_inside_of_a_candle():
    """Law 3: a price that was set at the very moment up to which an account is settled, after it was; ORD-14: a candle counts once."""
    assert events(walked("12:00", since="12:00", prices=prices(("12:00", "21000")), cross=LONG)[1])[0] == ("margin_call", "12:00:00")
    path = {"BTCUSDT": bars(("11:00", "30000", "30000", "21000", "30000"))}
    closing = "11:59:59.999"
    assert events(walked("12:30", since="11:30", prices=path, cross=LONG)[1])[0] == ("margin_call", closing)
    assert events(walked(closing, since=closing, prices=path, cross=LONG)[1]) == []


# --- calls ---


def test_CALL_1_CALL_2_called_reminded_every_24_hours_recovered_and_called_again():
    path = prices(("12:00", "30000"), ("13:30", "25000"), ("4 09:00", "27000"), ("4 09:15", "25500"), ("5 09:00", "28000"))
    _, entries = walked("6 12:00", prices=path, cross=LONG)
    assert events(entries) == [
        ("margin_call", "13:30:00"),
        ("margin_call", "2024-09-02T13:30:00"),
        ("margin_call", "2024-09-03T13:30:00"),
        ("margin_call_over", "2024-09-04T09:00:00"),
        ("margin_call", "2024-09-04T09:15:00"),  # a new one, at once
        ("margin_call_over", "2024-09-05T09:00:00"),
    ]
    assert {entry.amount for entry in entries if entry.kind != "interest"} == {0}
    told = [(entry.facts["level"], entry.facts.get("reminder")) for entry in entries if entry.kind != "interest"]
    assert told == [("1.25", "no"), ("1.25", "yes"), ("1.25", "yes"), ("1.35", None), ("1.275", "no"), ("1.4", None)]


def test_CALL_2_the_frequency_is_a_setting():
    _, entries = walked("2 01:00", rules=ruled({"call.remind_every_hours": "6"}), prices=prices(("12:00", "25000")), cross=LONG)
    assert events(entries) == [("margin_call", clock) for clock in ("13:00:00", "19:00:00", "2024-09-02T01:00:00")]


@pytest.mark.parametrize(
    "leverage, price, kinds",
    [
        ("3", "26000.001", []),
        ("3", "26000", ["margin_call"]),  # 1.3
        ("3", "22000.001", ["margin_call"]),
        ("5", "23200.001", []),
        ("5", "23200", ["margin_call"]),  # 1.16
        ("5", "22000.001", ["margin_call"]),
    ],
)
def test_THR_1_THR_6_at_the_bar_itself_it_is_called(leverage, price, kinds):
    _, entries = walked("13:45", leverage=leverage, prices=prices(("12:00", "30000"), ("13:30", price)), cross=LONG)
    assert events(entries) == [(kind, "13:30:00") for kind in kinds]


@pytest.mark.parametrize("leverage", ["3", "5"])
def test_LIQ_1_THR_6_at_the_bar_itself_it_is_liquidated_after_the_call_of_the_same_moment(leverage):
    _, entries = walked("13:45", leverage=leverage, prices=prices(("12:00", "30000"), ("13:30", "22000")), cross=LONG)
    assert [kind for kind, clock in events(entries) if clock == "13:30:00"] == ["margin_call", "liquidation", "liquidation_sell", "liquidation_repay", "liquidation_fee"]
    assert len(events(entries)) == 5


@pytest.mark.parametrize(
    "path",  # a call stands since 12:30: a quote at the bar, and a candle that dips under it and closes in the call
    [prices(("12:00", "30000"), ("12:30", "25000"), ("13:30", "22000")), {"BTCUSDT": bars(("12:30", "25000", "25000", "21000", "25000"))}],
)
def test_LIQ_1_from_a_standing_call(path):
    _, entries = walked("14:00", prices=path, cross=LONG)
    assert [kind for kind, _ in events(entries)][:2] == ["margin_call", "liquidation"]
    assert opening(entries)[0]["BTC"] == "22000"


def test_CALL_2_every_wallet_is_reminded_at_its_own_time_and_no_sooner():
    """Cross falls at 13:30, isolated ETH at 13:40, isolated BNB at 15:40; nobody's fall reminds another."""
    path = prices(("12:00", "30000"), ("13:30", "25000"))
    path |= {f"{coin}USDT": quotes((time("12:00"), "3000"), (time(clock), "2150")) for coin, clock in (("ETH", "13:40"), ("BNB", "15:40"))}
    told = {"isolated_ETHUSDT": {"ETH": "1", "USDT": "-2000"}, "isolated_BNBUSDT": {"BNB": "1", "USDT": "-1850"}}
    _, entries = walked("2 14:00", prices=path, cross=LONG, **told)
    calls = [("13:30:00", "cross"), ("13:40:00", "isolated:ETHUSDT"), ("15:40:00", "isolated:BNBUSDT")]
    again = [("2024-09-02T13:30:00", "cross"), ("2024-09-02T13:40:00", "isolated:ETHUSDT")]
    assert [(clock, entry.wallet.name) for (_, clock), entry in zip(events(entries), (e for e in entries if e.kind != "interest"))] == calls + again


def test_a_quote_far_beyond_liquidates_at_the_quote_not_on_the_way_to_it():
    _, entries = walked("13:45", prices=prices(("12:00", "30000"), ("13:30", "21000")), cross=LONG)
    assert opening(entries) == [{"BTC": "21000", "USDT": "1"}]


def test_THR_8_interest_comes_before_the_level_of_its_hour():
    """At 26000.1 the level is 1.300005; the hour's 20000 * 0.0024 / 24 = 2 of interest make it 26000.1 / 20002 = 1.299875."""
    path = prices(("12:00", "30000"), ("13:00", "26000.1"))
    _, entries = walked("13:30", rates=at_rates(("2000-01-01", "0.0024")), prices=path, cross=LONG)
    assert [(entry.kind, moment(entry.at)[11:]) for entry in entries] == [("interest", "13:00:00Z"), ("margin_call", "13:00:00Z")]
    assert entries[1].facts["level"] == "1.29987501"


# --- candles ---


@pytest.mark.parametrize(
    "low, close, kinds",
    [
        ("26000.01", "27000", []),
        ("25000", "27000", ["margin_call", "margin_call_over"]),
        ("25000", "25500", ["margin_call"]),
    ],
)
def test_a_call_inside_a_candle_counts_at_its_close(low, close, kinds):
    _, entries = walked("13:30", prices={"BTCUSDT": bars(("12:00", "30000", "31000", low, close))}, cross=LONG)
    assert events(entries) == [(kind, "12:59:59.999") for kind in kinds]
    assert [entry.facts["level"] for entry in entries if entry.kind == "margin_call"] == ["1.3"] * ("margin_call" in kinds)  # where it was crossed


def test_a_candle_liquidates_at_the_price_that_triggers_it():
    """Low 21,000, but sold at 22,000: y = (30000 - 22000) / 0.48 = 16666.67 = 0.7575758 BTC, fee 0.0151515."""
    after, entries = walked("13:30", prices={"BTCUSDT": bars(("12:00", "30000", "31000", "21000", "29000"))}, cross=LONG)
    assert opening(entries) == [{"BTC": "22000", "USDT": "1"}]
    assert [kind for kind, _ in events(entries)] == ["margin_call", "liquidation", "liquidation_sell", "liquidation_repay", "liquidation_fee"]
    assert {clock for _, clock in events(entries)} == {"12:59:59.999"}
    assert abs(after.state.holding(CROSS, "BTC").free - D("0.22727272")) < D("0.000001")  # 1 - 0.75757576 - 0.01515152
    assert abs(after.state.holding(CROSS, "USDT").debt - D("3333.33328")) < D("0.001")


@pytest.mark.parametrize("until, count", [("12:59:59.998", 0), ("12:59:59.999", 1)])
def test_nobody_knows_a_low_before_the_candle_closes(until, count):
    _, entries = walked(until, prices={"BTCUSDT": bars(("12:00", "30000", "31000", "21000", "29000"))}, cross=LONG)
    assert len(opening(entries)) == count


def test_a_candle_that_opens_beyond_liquidates_at_its_open():
    path = {"BTCUSDT": bars(("12:00", "30000", "30000", "29000", "29500"), ("13:00", "21000", "29000", "20500", "28000"))}
    _, entries = walked("13:30", prices=path, cross=LONG)
    assert opening(entries) == [{"BTC": "21000", "USDT": "1"}]
    assert {clock for _, clock in events(entries)} == {"13:00:00"}


def test_a_short_is_hurt_by_the_high():
    """30000 USDT against 1 BTC: 30000 / 1.1 = 27272.7272..., towards the high."""
    path = {"BTCUSDT": bars(("12:00", "20000", "29000", "19000", "21000"))}
    _, entries = walked("13:30", prices=path, cross={"USDT": "30000", "BTC": "-1"})
    assert opening(entries) == [{"BTC": "27272.72727273", "USDT": "1"}]


def test_two_liquidations_in_one_candle():
    """The first, at 22,000, leaves 0.22727 BTC and 3333.33: liquidated again at 1.1 * 3333.33 / 0.2272727 = 16133.33, on the way to 15,000."""
    path = {"BTCUSDT": bars(("12:00", "30000", "31000", "15000", "29000"))}
    _, entries = walked("13:30", prices=path, cross=LONG)
    first, second = (D(snapshot["BTC"]) for snapshot in opening(entries))
    assert first == 22000 and abs(second - D("16133.33")) < D("0.1")
    assert [kind for kind, _ in events(entries)].count("margin_call") == 2  # the second fall from 1.5 is a new call
    assert {clock for _, clock in events(entries)} == {"12:59:59.999"}


def hedge(btc, eth):
    """1 BTC at 20,000 against 10 ETH at 1,000, with the lows and highs of one candle."""
    return {"BTCUSDT": bars(("12:00", "20000", btc[1], btc[0], "20000")), "ETHUSDT": bars(("12:00", "1000", eth[1], eth[0], "1000"))}


@pytest.mark.parametrize(
    "btc, eth, snapshots",
    [
        # highs together: 20000 / (10 * 1900); liquidated where ETH stands at 20000 / 1.1 / 10
        (("20000", "20000"), ("500", "1900"), [{"BTC": "20000", "ETH": "1818.18181819"}]),
        # lows together: 9000 / (10 * 900); the way from (20000, 1000) to (9000, 900): 20000 - 11000 t = 1.1 * (10000 - 1000 t), t = 9000 / 9900
        # at 10000 and 909.09090909 the level is still a hair above: ETH goes one unit further, BTC the eleven that go with it
        (("9000", "20000"), ("900", "1000"), [{"BTC": "9999.99999988", "ETH": "909.09090908"}]),
        # together 22000 / 15000 and 18000 / 8000 are well; BTC at its low with ETH at its high, 1.2, is no scenario
        (("18000", "22000"), ("800", "1500"), []),
    ],
)
def test_the_worse_of_all_lows_and_all_highs_counts_and_a_hedge_is_not_torn_apart(btc, eth, snapshots):
    _, entries = walked("13:30", prices=hedge(btc, eth), cross={"BTC": "1", "ETH": "-10"})
    assert opening(entries) == snapshots
    assert bool(events(entries)) == bool(snapshots)


# --- wallets, limits, and what is settled ---


def test_LIQ_14_MODE_4_wallets_are_judged_one_by_one():
    told, path = {"cross": {"BTC": "100", "USDT": "-20000"}, "isolated_BTCUSDT": LONG}, prices(("12:00", "30000"), ("13:30", "21000"))
    after, entries = walked("13:45", prices=path, **told)
    assert {entry.wallet for entry in entries if entry.kind.startswith("liquidation")} == {BTC}
    assert after.state.holding(CROSS, "BTC").free == 100 and after.state.holding(CROSS, "USDT").debt == 20000
    after, entries = walked("13:45", prices=path, cross=LONG, isolated_BTCUSDT=told["cross"], spot={"USDT": "99999"})
    assert {entry.wallet for entry in entries if entry.kind.startswith("liquidation")} == {CROSS}
    assert after.state.holding(wallet("spot"), "USDT").free == 99999


def test_LIQ_3_isolated_stops_at_the_ratio_of_its_tier():
    """100,000 USDT are tier 2 of BTCUSDT: IRR 1.1264; 5 BTC at 21,000 stand at 1.05."""
    _, entries = walked("13:45", prices=prices(("12:00", "30000"), ("13:30", "21000")), isolated_BTCUSDT={"BTC": "5", "USDT": "-100000"})
    assert [entry.facts["stop_above"] for entry in entries if entry.kind == "liquidation"] == ["1.1264"]


def test_FUND_2_a_deficit_in_review_stands_and_is_not_liquidated_again():
    """10,000 of 20,000 come in; the deficit of 10,000 is more than 0.1 BTC."""
    after, entries = walked("2 20:00", prices=prices(("12:00", "30000"), ("13:30", "10000")), cross=LONG)
    assert [kind for kind, _ in events(entries)] == ["margin_call", "liquidation", "liquidation_sell", "liquidation_repay", "deficit_review"]
    assert after.state.holding(CROSS, "USDT").debt == 10000


@pytest.mark.parametrize("holds", [{"USDT": "100", "CFX": "-1"}, {"USDT": "100", "USDC": "-99", "CFX": "-1"}, {"CFX": "-1"}])
def test_a_debt_without_any_price_is_refused(holds):
    with pytest.raises(Refused) as refusal:
        walked("13:30", cross=holds)
    assert (refusal.value.code, refusal.value.facts["symbol"]) == ("no_price", "CFXUSDT")


def test_prices_that_come_late_change_nothing_that_is_settled():
    crash = prices(("12:00", "30000"), ("13:30", "10000"), ("14:30", "30000"))
    assert events(walked("16:00", since="15:00", prices=crash, cross=LONG)[1]) == []
    assert events(walked("16:00", since="12:00", prices=crash, cross=LONG)[1]) != []


@pytest.mark.parametrize("stop", ["12:00", "12:59:59.998", "12:59:59.999", "13:00", "13:20", "14:00", "14:59:59.999", "15:00", "16:00"])
def test_to_settle_in_two_steps_is_to_settle_in_one(stop):
    path = {"BTCUSDT": bars(("12:00", "30000", "31000", "25000", "27000"), ("13:00", "26500", "27000", "21000", "23000"), ("14:00", "20000", "21000", "14000", "15000"))}
    rates = at_rates(("2000-01-01", "0.0024"), ("13:30", "0.0048"))
    whole, entries = walked("16:00", rates=rates, prices=path, cross=LONG)
    assert len(opening(entries)) >= 2
    first, early = walked(stop, rates=rates, prices=path, cross=LONG)
    both, late = settle(first.at(at(time("16:00"))), at(time(stop)))
    assert both.state.balances == whole.state.balances
    told = [[(e.kind, e.at, e.asset, e.amount, e.facts) for e in found if e.kind != "interest"] for found in (early + late, entries)]
    assert told[0] == told[1]
