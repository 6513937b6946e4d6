"""What an hour costs, and which hours are charged."""

import pytest
from margincli.domain.interest import HOUR, charge_hour_up, hours_charged, next_hour, rate_yearly
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.repay import Repay
from margincli.domain.operations.settings import Setting
from margincli.domain.walk import settle
from margincli.domain.world import moment
from worlds import D, at, at_rates, lines, ruled, time, walked, wallet, world

CROSS = wallet()
DAY = "2024-09-01T"


@pytest.mark.parametrize(
    "principal, rate_daily, places, charge",
    [
        ("1000", "0.0002", 8, "0.00833334"),  # 0.2 / 24 = 0.008333..., up
        ("45.3313", "0.00013233", 8, "0.00024995"),  # live row
        ("0.00729232", "0.0002", 8, "0.00000007"),  # live row: 0.0000000607..., half-up would be 6
        ("5.73824", "0.0002", 8, "0.00004782"),  # live row
        ("24", "0.01", 8, "0.01"),  # exact: nothing to round
        ("24", "0.010000001", 8, "0.01000001"),  # 0.010000001, up
        ("0.00000001", "0.0002", 8, "0.00000001"),  # a dust debt pays a unit
        ("0.00000001", "0", 8, "0"),  # unless its rate is 0
        ("1000", "0.0002", 2, "0.01"),
    ],
)
def test_INT_1_INT_4_one_hour_rounds_up_once_at_the_end(principal, rate_daily, places, charge):
    assert charge_hour_up(D(principal), D(rate_daily), places) == D(charge)


def test_INT_4_the_hourly_rate_is_not_rounded_first():
    """0.0001 / 24 = 0.00000416666...; on 24,000,000 that is 100, with the rate rounded to 8 places it would be 101.04 or 96."""
    assert charge_hour_up(D(24_000_000), D("0.0001"), 8) == D(100)


@pytest.mark.parametrize(
    "borrowed, repaid, hours",
    [
        ("13:20:00", "14:15:00", 2),  # the rule book's examples
        ("13:55:00", "14:30:00", 2),
        ("09:20:00", "10:15:00", 2),
        ("13:00:00", "13:59:59.999", 1),  # at the full hour: once, the next an hour later
        ("13:00:00", "14:00:00", 2),  # repaid at the full hour: its charge comes first
        ("12:59:59.999", "13:00:00", 2),
        ("13:20:00", "13:20:00", 1),
    ],
)
def test_INT_2_hours_charged_by_the_formula_and_by_the_ledger(borrowed, repaid, hours):
    """1,000 USDT at 0.02% a day cost 0.00833334 an hour: the walk charges as many as the formula says."""
    assert hours_charged(at(f"{DAY}{borrowed}Z"), at(f"{DAY}{repaid}Z")) == hours
    start = world(f"{DAY}{borrowed}Z", rates={("cross", "USDT"): [("2000-01-01", "0.0002")]}, cross={"USDT": "9000"})
    after, _ = decide(start, Borrow(CROSS, "USDT", D(1000)))
    settled, _ = settle(after.at(at(f"{DAY}{repaid}Z")), start.now)
    assert settled.state.holding(CROSS, "USDT").interest == hours * D("0.00833334")


@pytest.mark.parametrize("after, hour", [("12:00:00", "13:00:00"), ("12:00:00.001", "13:00:00"), ("12:59:59.999", "13:00:00")])
def test_NUM_4_the_next_full_clock_hour(after, hour):
    assert next_hour(at(f"{DAY}{after}Z")) == at(f"{DAY}{hour}Z")


@pytest.mark.parametrize("daily, yearly", [("0.00026125", "0.0953"), ("0.0002", "0.073"), ("0.000273", "0.0996"), ("0", "0")])
def test_INT_7_yearly_is_daily_by_365_cut_to_four_places(daily, yearly):
    assert rate_yearly(D(daily)) == D(yearly)  # 0.09535625; 0.073; 0.099645


def test_INT_5_interest_bears_no_interest():
    """However much is unpaid, the hour costs what the principal costs."""
    rates = {("cross", "USDT"): [("2000-01-01", "0.0024")]}
    for debt in ("-1000", "-1000/500"):
        start = world(rates=rates, cross={"BTC": "5", "USDT": debt})
        _, entries = settle(start.at(start.now + 10 * HOUR), start.now)
        assert lines(entries) == [("interest", "USDT", "1")]  # 10 * 1000 * 0.0024 / 24
        assert (entries[0].facts["principal"], entries[0].facts["charge"]) == ("1000", "0.1")


def test_INT_12_it_runs_in_a_margin_call_and_stops_at_full_repayment():
    rates = {("cross", "USDT"): [("2000-01-01", "0.0024")]}
    start = world(rates=rates, cross={"BTC": "1", "USDT": "-16000"})  # level 1.25, under 1.3
    called, entries = settle(start.at(start.now + 2 * HOUR), start.now)
    assert [entry.kind for entry in entries if entry.kind != "interest"] == ["margin_call"]
    assert called.state.holding(CROSS, "USDT").interest == D("3.2")  # 2 * 16000 * 0.0024 / 24
    rich = world(rates=rates, cross={"BTC": "1", "USDT": "2000+-1000"})
    repaid, _ = decide(rich, Repay(CROSS, "USDT", None))
    assert settle(repaid.at(rich.now + 100 * HOUR), rich.now)[1] == []


def test_INT_12_a_rest_of_interest_alone_costs_nothing_more():
    rates = {("cross", "USDT"): [("2000-01-01", "0.0024")]}
    start = world(rates=rates, cross={"BTC": "1", "USDT": "0/5"})
    assert settle(start.at(start.now + 10 * HOUR), start.now)[1] == []


def test_INT_2_full_hours_are_charged_and_booked_as_one_entry():
    _, entries = walked("15:30", since="12:20", rates=at_rates(("2000-01-01", "0.0002")), cross={"BTC": "1", "USDT": "-1000"})
    assert lines(entries) == [("interest", "USDT", "0.02500002")]  # 3 * 0.00833334
    assert entries[0].at == at(time("15:00"))
    told = {"type": "PERIODIC", "principal": "1000", "rate_daily": "0.0002", "first": "2024-09-01T13:00:00Z", "hours": 3, "charge": "0.00833334"}
    assert entries[0].facts == told


@pytest.mark.parametrize("since, until, hours", [("12:00", "12:59:59.999", 0), ("12:00", "13:00", 1), ("11:59:59.999", "12:00", 1), ("12:00", "12:00", 0), ("12:00", "3 12:00", 48)])
def test_INT_2_the_hour_at_the_start_is_paid_already_and_the_one_at_the_end_is_not(since, until, hours):
    after, _ = walked(until, since, at_rates(("2000-01-01", "0.0024")), cross={"BTC": "1", "USDT": "-1000"})
    assert after.state.holding(CROSS, "USDT").interest == hours * D("0.1")
    assert after.now == at(time(until))


def test_INT_6_one_entry_for_each_run_of_hours_at_one_rate():
    """A charge takes the rate of its hour: 13:30 counts from 14:00 on; the same rate given again begins no run."""
    rates = at_rates(("2000-01-01", "0.0024"), ("12:40", "0.0024"), ("13:30", "0.0048"), ("16:00", "0.0024"))
    _, entries = walked("17:10", rates=rates, cross={"BTC": "1", "USDT": "-1000"})
    runs = [(entry.facts["first"][11:16], entry.facts["hours"], entry.facts["rate_daily"], str(entry.amount.normalize())) for entry in entries]
    assert runs == [("13:00", 1, "0.0024", "0.1"), ("14:00", 2, "0.0048", "0.4"), ("16:00", 2, "0.0024", "0.2")]


def test_every_debt_of_every_wallet_pays_at_its_own_rate_INT_10():
    rates = {("cross", "USDT"): [("2000-01-01", "0.0024")], ("cross", "ETH"): [("2000-01-01", "0.024")], ("isolated", "USDT"): [("2000-01-01", "0.0048")]}
    _, entries = walked("14:00", rates=rates, cross={"BTC": "1", "USDT": "-1000", "ETH": "-1"}, isolated_BTCUSDT={"BTC": "1", "USDT": "-1000"})
    assert sorted((entry.wallet.name, entry.asset, str(entry.amount.normalize())) for entry in entries) == [
        ("cross", "ETH", "0.002"),
        ("cross", "USDT", "0.2"),
        ("isolated:BTCUSDT", "USDT", "0.4"),
    ]


@pytest.mark.parametrize(
    "price, expected",  # 200 an hour: at the third 1.3 * 20600 = 26780 and 1.1 * 20600 = 22660, at the second less than either price
    [("26700", [("margin_call", "15:00")]), ("22650", [("margin_call", "13:00"), ("liquidation", "15:00")])],
)
def test_INT_12_interest_alone_calls_and_liquidates_at_the_hour_that_does_it(price, expected):
    _, entries = walked("15:30", rates=at_rates(("2000-01-01", "0.24")), prices={"BTCUSDT": price}, cross={"BTC": "1", "USDT": "-20000"})
    assert [(entry.kind, moment(entry.at)[11:16]) for entry in entries if entry.kind in ("margin_call", "liquidation")] == expected


# --- promotions ---


def charged(entries) -> list[tuple[str, int, str]]:
    """(first hour, hours, charge of each) of the interest among the entries."""
    return [(entry.facts["first"][11:16], entry.facts["hours"], entry.facts["charge"]) for entry in entries if entry.kind == "interest"]


def lent(hours: str, since: str = "12:20", **told):
    rules = ruled({"interest.waived_hours.rows.USDT": hours})
    return world(time(since), rates=at_rates(("2000-01-01", "0.0024")), rules=rules, **{"cross": {"BTC": "1"}, **told})


@pytest.mark.parametrize(
    "hours, first, later",
    [
        ("0", ("12:20", 1, "0.1"), [("13:00", 3, "0.1")]),
        ("1", ("12:20", 1, "0"), [("13:00", 3, "0.1")]),
        ("3", ("12:20", 1, "0"), [("13:00", 2, "0"), ("15:00", 1, "0.1")]),
        ("1.5", ("12:20", 1, "0"), [("13:00", 3, "0.1")]),
        ("-1", ("12:20", 1, "0.1"), [("13:00", 3, "0.1")]),
        ("99", ("12:20", 1, "0"), [("13:00", 3, "0")]),
    ],
)
def test_INT_9_the_first_hours_of_a_debt_are_booked_and_cost_nothing(hours, first, later):
    found, entries = decide(lent(hours), Borrow(CROSS, "USDT", D(1000)))
    assert charged(entries) == [first] and entries[1].facts.get("waived") == (None if first[2] != "0" else "yes")
    due = settle(found.at(at(time("15:30"))), found.now)[1]
    assert charged(due) == later and [entry.facts.get("waived") for entry in due] == ["yes" if charge == "0" else None for *_, charge in later]
    assert not any(posting.amount for entry in due if entry.facts.get("waived") for posting in entry.postings)


def test_INT_9_a_later_loan_has_its_own_first_hour_and_the_debt_keeps_its_promise():
    found, _ = decide(lent("2"), Borrow(CROSS, "USDT", D(1000)))
    found, due = settle(found.at(at(time("14:30"))), found.now)
    found, entries = decide(found, Borrow(CROSS, "USDT", D(500)))
    assert charged(due) == [("13:00", 1, "0"), ("14:00", 1, "0.1")] and charged(entries) == [("14:30", 1, "0")]
    assert charged(settle(found.at(at(time("15:30"))), found.now)[1]) == [("15:00", 1, "0.15")]


def test_INT_9_a_promise_ends_with_its_debt():
    """24 free hours, repaid in the second, borrowed again when the promotion is over."""
    found, _ = decide(lent("24", cross={"BTC": "1", "USDT": "5000"}), Borrow(CROSS, "USDT", D(1000)))
    found, _ = decide(settle(found.at(at(time("13:30"))), found.now)[0], Repay(CROSS, "USDT", None))
    again = lent("0", since="13:30")
    again.state = found.state
    found, entries = decide(again, Borrow(CROSS, "USDT", D(1000)))
    assert charged(entries) == [("13:30", 1, "0.1")]
    assert charged(settle(found.at(at(time("14:00"))), found.now)[1]) == [("14:00", 1, "0.1")]


def test_INT_9_waived_is_waived_in_BNB_too():
    found, entries = decide(decide(lent("1"), Setting("bnb_interest", "on"))[0], Borrow(CROSS, "USDT", D(1000)))
    assert lines(entries) == [("borrow", "USDT", "1000"), ("interest", "USDT", "0")]
