"""What can be said of many accounts at once: INT-2, INT-4, INT-6, THR-8 and the bars of CALL-1, seen from their safe side."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import RULES, at, at_rates, candles, market, time, world

from margincli.domain.interest import HOUR, charge_hour_up
from margincli.domain.quiet import AT_REST, Due, call_bar, dues, growth_up, units_charge_up, worst_prices
from margincli.ledger.schema import ASTIR

D = Decimal
amounts = st.integers(1, 2**63 - 1)
daily = st.integers(0, 10**8).map(lambda n: D(n).scaleb(-10))


@given(amounts, daily, st.integers(0, 18), st.integers(1, 1000))
def test_int_4_in_whole_units_is_the_same_charge(principal, rate_daily, places, hours):
    due = Due("cross", "USDT", 0, hours, rate_daily)
    assert D(units_charge_up(due)(principal)).scaleb(-places) == charge_hour_up(D(principal).scaleb(-places), rate_daily, places) * hours


@given(amounts, daily, st.integers(1, 1000))
def test_a_debt_never_grows_past_what_is_reckoned_with(principal, rate_daily, hours):
    due = Due("cross", "USDT", 0, hours, rate_daily)
    assert principal + units_charge_up(due)(principal) <= (principal + hours) * growth_up([due])


def test_int_2_int_6_hours_of_one_rate_fall_due_together():
    found = world(time("16:30"), rates=at_rates(("12:00", "0.01"), ("14:30", "0.02")))
    assert dues(found, "cross", "USDT", at(time("12:10"))) == [
        Due("cross", "USDT", at(time("13:00")), 2, D("0.01")),
        Due("cross", "USDT", at(time("15:00")), 2, D("0.02")),
    ]
    assert dues(found, "cross", "USDT", at(time("16:00"))) == []
    assert dues(found, "cross", "USDT", at(time("12:10")))[1].last == at(time("16:00"))


def test_int_2_the_hour_that_begins_now_falls_due_and_a_coin_without_a_rate_costs_nothing():
    found = world(time("16:00"), rates=at_rates(("12:00", "0.01")))
    assert dues(found, "cross", "USDT", at(time("14:00"))) == [Due("cross", "USDT", at(time("15:00")), 2, D("0.01"))]
    assert dues(found, "cross", "DAI", at(time("15:00"))) == [Due("cross", "DAI", at(time("16:00")), 1, D(0))]


def test_a_coin_counts_at_its_worst_inside_candles_too():
    found = market({"BTCUSDT": candles((time("12:00"), "20000", "23000", "17000", "21000")), "ETHUSDT": "1000"})
    assert worst_prices(found, ["BTC", "ETH", "USDT"], at(time("12:00")), at(time("13:00"))) == {
        "BTC": (D(17000), D(23000)),
        "ETH": (D(1000), D(1000)),
        "USDT": (D(1), D(1)),
    }
    closed = worst_prices(found, ["BTC", "CFX"], at(time("13:00")) - 1, at(time("13:30")))
    assert closed == {"BTC": (D(21000), D(21000))}, "a candle that had closed by then is none of it, and CFX has no price"
    assert worst_prices(found, ["BTC", "CFX"], at(time("12:30")), at(time("13:30"))) == {"BTC": (D(17000), D(23000))}
    early = worst_prices(found, ["BTC"], at(time("12:00")), at(time("12:30")))
    assert early == {"BTC": (D(20000), D(20000))}, "nobody knows the extremes of a candle that is open"


def test_a_coin_without_a_price_at_some_moment_is_left_out():
    found = market({"BTCUSDT": candles((time("12:30"), "20000", "23000", "17000", "21000"))})
    assert worst_prices(found, ["BTC"], at(time("12:00")), at(time("13:30"))) == {}


@pytest.mark.parametrize("name, bar", [("cross", "1.3"), ("isolated:BTCUSDT", "1.10"), ("isolated:DOGEUSDT", "1.19"), ("spot", None)])
def test_call_1_the_highest_bar_a_wallet_may_have(name, bar):
    assert call_bar(world(rules=RULES), name) == (None if bar is None else D(bar))


def test_the_file_looks_for_the_settings_that_are_not_at_rest():
    assert all(f"'{key}'" in ASTIR for key in AT_REST)
    assert ASTIR.split("NOT IN (")[1].split(")")[0].count("'") == 2 * len(AT_REST)
    assert HOUR == 3_600_000
