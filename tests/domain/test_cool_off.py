"""cool-off: refusals in their order, then what stops and what goes on."""

import pytest
from margincli.domain.journal import Wallet
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.halts import cooling_off_until
from margincli.domain.operations.cool_off import CoolOff
from margincli.domain.operations.repay import Repay
from margincli.domain.operations.transfer import Transfer
from margincli.domain.risk import health
from margincli.domain.standing import State
from margincli.domain.walk import settle
from margincli.domain.world import World
from worlds import D, at, ladder, lines, outcome, refuses, wallet, world

SPOT, CROSS, BTC = wallet("spot"), wallet(), wallet("isolated:BTCUSDT")
HELD = {"cross": {"USDT": "1000"}, "isolated_BTCUSDT": {"USDT": "1000"}}


def cooling(until: str = "", now: str = "2024-09-01T12:00:00Z", **told) -> World:
    """A world in which a cooling-off ends at `until`."""
    found = world(now, **told)
    settings = {**found.state.settings, (Wallet("main", "spot"), "cooling_off_until"): str(at(until)) if until else ""}
    return World(found.now, found.owner, State(found.state.balances, settings), found.market, found.rules)


REFUSED = ladder(
    CoolOff("25"),
    {"until": "2024-09-04T12:00:00Z"},
    ("bad_cooling_off: 25 hours is not offered; it can be 24, 72 or 168", {}, {"hours": "24"}),
    ("cooling_off_stands: until 2024-09-04T12:00:00Z stands; one until 2024-09-02T12:00:00Z", {}, {"hours": "72"}),
    ("cooling_off_stands", {"until": "2024-09-04T11:59:59Z"}, {}),  # as long is not longer
    make=cooling,
)
BORROWING = [
    ("cooling_off", "until 2024-09-01T12:00:01Z", cooling("2024-09-01T12:00:01Z", **HELD), Borrow(CROSS, "USDT", D(100))),
    ("cooling_off", "", cooling("2024-09-01T12:00:01Z", **HELD), Borrow(CROSS, "USDT", None)),
    ("cooling_off", "", cooling("2024-09-01T12:00:01Z", **HELD), Borrow(CROSS, "USDT", D(100), "AUTO")),
    ("cooling_off", "", cooling("2024-09-01T12:00:01Z", **HELD), Borrow(BTC, "USDT", D(100))),
    # right after the wallet's being active, before what the wallet takes
    ("not_active", "", cooling("2024-09-01T12:00:01Z"), Borrow(BTC, "ETH", D(100))),
    ("cooling_off", "", cooling("2024-09-01T12:00:01Z", **HELD), Borrow(BTC, "ETH", D(100))),
    ("not_admitted", "", cooling("2024-09-01T12:00:00Z", **HELD), Borrow(BTC, "ETH", D(100))),
    ("done", "", cooling("2024-09-01T12:00:00Z", **HELD), Borrow(CROSS, "USDT", D(100))),  # over at its end
]
REFUSED += BORROWING


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_COOL_1_COOL_2(code, words, found, asked):
    refuses(code, words, found, asked)


@pytest.mark.parametrize("hours, end", [("24", "2024-09-02T12:00:00Z"), ("72", "2024-09-04T12:00:00Z"), ("168", "2024-09-08T12:00:00Z")])
def test_COOL_2_it_ends_so_many_hours_later(hours, end):
    after, entries = decide(world(), CoolOff(hours))
    assert lines(entries) == [("cool_off", "", "0")] and entries[0].wallet == SPOT and not entries[0].postings
    assert entries[0].facts == {"hours": hours, "until": end}
    assert cooling_off_until(after) == at(end) and not cooling_off_until(after.at(at(end)))


def test_COOL_2_a_longer_one_replaces_it():
    after, _ = decide(world(), CoolOff("24"))
    after, entries = decide(after, CoolOff("168"))
    assert entries[0].facts["until"] == "2024-09-08T12:00:00Z" and cooling_off_until(after) == at("2024-09-08T12:00:00Z")
    assert outcome(after, CoolOff("72")) == "cooling_off_stands"


def test_COOL_1_a_wallet_allows_all_but_borrowing():
    assert health(cooling("2024-09-08", **HELD), CROSS).allows == ("trade", "transfer_out")
    assert health(cooling(**HELD), CROSS).allows == ("trade", "borrow", "transfer_out")


def test_COOL_1_repaying_and_moving_go_on():
    found = cooling("2024-09-08", cross={"USDT": "1000+-100", "BTC": "1"}, spot={"USDT": "5"})
    assert outcome(found, Repay(CROSS, "USDT", D(50))) == "done"
    assert outcome(found, Transfer("USDT", D(5), SPOT, CROSS)) == "done"
    assert outcome(found, Transfer("USDT", D(5), CROSS, SPOT)) == "done"


def test_COOL_3_interest_runs_on():
    rates = {("cross", "USDT"): [("2000-01-01", "0.00024")]}  # 0.001 an hour on 100
    found = cooling("2024-09-08", now="2024-09-01T14:30:00Z", rates=rates, cross={"USDT": "1000+-100"})
    after, due = settle(found, at("2024-09-01T12:00:00Z"))
    assert lines(due) == [("interest", "USDT", "0.002")] and after.state.holding(CROSS, "USDT").debt == D("100.002")
