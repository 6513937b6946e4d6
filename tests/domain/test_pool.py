"""The lending pool: its curve, the step of an hour, the path of a rate, and which rate is in force (INT-6, INT-8, INT-13, BOR-4)."""

import pytest
from margincli.domain.flaws import flaw_of
from margincli.domain.interest import HOUR
from margincli.domain.market import IndexRules, Rates
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.settings import Setting
from margincli.domain.pool import PoolRate, in_force, multiple, next_daily, path, target_daily
from margincli.domain.risk import max_borrow, pool_left
from margincli.domain.rulebook import Rulebook
from margincli.domain.walk import settle
from margincli.domain.world import World
from worlds import DOCUMENT, NOON, RULES, D, at, ruled, time, wallet, world

CURVE = ((D("0.2"), D(1)), (D("0.8"), D(4)), (D(1), D(10)))
SUPPLIED = {"pool.supply.rows.USDT": "1000", "coins.rates.rows.USDT": "0.0002"}


@pytest.mark.parametrize(
    "lent, supply, height",
    [("0", "10", "1"), ("2", "10", "1"), ("3.5", "10", "1.75"), ("8", "10", "4"), ("9", "10", "7"), ("10", "10", "10"), ("11", "10", "10"), ("0", "0", "10"), ("5", "0", "10")],
)
def test_INT_6_the_curve_is_straight_between_its_points_and_level_beyond(lent, supply, height):
    assert multiple(CURVE, D(lent), D(supply)) == D(height)


def test_INT_6_of_a_use_that_has_no_end_the_target_has_eight_places():
    rules = ruled({**SUPPLIED, "pool.curve": [["0", "0"], ["1", "1"]]})
    assert target_daily(rules, "USDT", D(1), D(3)) == D("0.00006667")


@pytest.mark.parametrize(
    "previous, target, then",
    [
        ("0.0002", "0.0003", "0.00025"),  # a quarter up
        ("0.0002", "0.0001", "0.00015"),  # a quarter down
        ("0.0002", "0.00021", "0.00021"),
        ("0.0002", "0.0002", "0.0002"),
        ("0.00000006", "1", "0.00000008"),  # 1.5 units: half up, "1e-8 rounding aside"
        ("0.00000001", "1", "0.00000002"),  # a unit at least, or it would stand for ever
        ("0.00000001", "0", "0"),
        ("0", "0.5", "0.00000001"),
    ],
)
def test_INT_8_within_an_hour_a_rate_moves_by_a_quarter_at_most(previous, target, then):
    assert next_daily(D(previous), D(target), D("0.25")) == D(then)


def rates(rows) -> list:
    return [(row.asset, (row.since - NOON) // HOUR, row.rate_daily) for row in rows]


def test_INT_8_a_coin_begins_at_its_base_rate_and_goes_to_its_target_hour_by_hour():
    """Nine tenths lent: 0.0002 x 4 is where it goes; there it stands, and the rest of the year costs nothing."""
    rules = ruled({**SUPPLIED, "pool.curve": [["0", "1"], ["0.9", "4"], ["1", "4"]]})
    found = path(rules, {}, {"USDT": D(900)}, NOON, NOON + 9000 * HOUR)
    steps = ["0.00025", "0.0003125", "0.00039063", "0.00048829", "0.00061036", "0.00076295", "0.0008"]
    assert rates(found) == [("USDT", hour, D(rate)) for hour, rate in enumerate(steps, 1)]
    assert path(rules, {"USDT": found[-1]}, {"USDT": D(900)}, found[-1].since, NOON + 9000 * HOUR) == []


def test_INT_8_rates_change_on_the_full_hour_only():
    rules = ruled(SUPPLIED)
    assert path(rules, {}, {}, NOON, NOON + HOUR - 1) == []
    assert [row.since for row in path(rules, {}, {}, NOON + 1, NOON + HOUR)] == [NOON + HOUR]


def test_a_path_in_pieces_is_the_path():
    rules = ruled(SUPPLIED)
    whole = path(rules, {}, {"USDT": D(999)}, NOON, NOON + 20 * HOUR)
    for cut in (1, HOUR - 1, HOUR, 5 * HOUR, 5 * HOUR + 7):
        first = path(rules, {}, {"USDT": D(999)}, NOON, NOON + cut)
        assert first + path(rules, {row.asset: row for row in first}, {"USDT": D(999)}, NOON + cut, NOON + 20 * HOUR) == whole


def test_a_supply_that_ends_is_told_once_and_one_that_comes_back_begins_anew():
    standing = {"USDT": PoolRate("USDT", NOON, D("0.5"), D(1), D(1000))}
    ended = path(RULES, standing, {}, NOON + 1, NOON + 9 * HOUR)
    assert rates(ended) == [("USDT", 1, None)]
    standing = {"USDT": ended[0]}
    assert path(RULES, standing, {}, ended[0].since, NOON + 99 * HOUR) == []
    assert rates(path(ruled(SUPPLIED), standing, {}, NOON + HOUR, NOON + 2 * HOUR)) == [("USDT", 2, D("0.00015"))]


# --- the rate in force ---


def shared(rules: Rulebook, now: str = "13:20", rates: dict | None = None, setting: str = "", **wallets) -> World:
    found = world(time(now), rules=rules, rates=rates, **wallets)
    pool = in_force([PoolRate("USDT", at(time("13:00")), D("0.0003"), D(0), D(1000)), PoolRate("USDT", at(time("14:00")), D("0.0004"), D(0), D(1000))])
    found = World(found.now, "main", found.state, found.market.lent_at(pool), rules)
    return decide(found, Setting("vip", setting))[0] if setting else found


def test_INT_6_the_rate_in_force_is_the_users_own_then_the_pools_then_the_rule_files():
    own = {("cross", "USDT"): [("2024-01-01", "0.0009")]}
    assert shared(ruled(SUPPLIED), rates=own).rate_daily("cross", "USDT") == D("0.0009")
    assert shared(ruled(SUPPLIED), rates=own).rate_daily("isolated", "USDT") == D("0.0003")  # INT-10: apart
    assert shared(ruled(SUPPLIED), now="12:59").rate_daily("cross", "USDT") == D("0.0002")  # before the pool's first hour
    assert shared(RULES).rate_daily("cross", "USDT") == RULES.default_rate_daily("USDT")  # no supply: the pool has no say
    assert shared(ruled(SUPPLIED)).rate_daily("cross", "BTC") == RULES.default_rate_daily("BTC")


@pytest.mark.parametrize("now, rate", [("13:00", "0.0003"), ("13:20", "0.0003"), ("13:59", "0.0003"), ("14:00", "0.0004")])
def test_INT_8_the_first_hour_of_a_loan_has_the_rate_of_its_full_hour(now, rate):
    _, entries = decide(shared(ruled(SUPPLIED), now=now, cross={"USDT": "1000"}), Borrow(wallet(), "USDT", D(240)))
    assert entries[1].facts["rate_daily"] == rate and entries[1].amount == D(rate) * 10


def test_INT_6_every_hour_is_charged_at_its_own_rate():
    before = shared(ruled(SUPPLIED), now="12:30", cross={"BTC": "1", "USDT": "-240"})
    _, entries = settle(before.at(at(time("15:30"))), before.now)
    assert [(entry.facts["first"][11:16], entry.facts["hours"], entry.facts["charge"]) for entry in entries] == [("13:00", 1, "0.003"), ("14:00", 2, "0.004")]


def test_INT_6_the_rate_of_the_pool_stands_whatever_the_rules_of_the_index():
    """A change of the profile may change how quotes are judged; what the pool charges is none of its business."""
    market = shared(ruled(SUPPLIED)).market
    assert market.under(IndexRules(outlier="dropped")).pool_daily("USDT", NOON + HOUR) == market.pool_daily("USDT", NOON + HOUR) == D("0.0003")


# --- by VIP level ---

BY_LEVEL = {**SUPPLIED, "coins.vip_rates.rows.USDT": ["1", "0.9", "", "0.333"], "borrow.limits_by_vip.rows.BTC": ["1", "", "3"]}


@pytest.mark.parametrize("level, factor", [("0", "1"), ("1", "0.9"), ("2", "1"), ("3", "0.333"), ("9", "0.333")])
def test_INT_13_a_vip_level_has_its_own_share_of_the_rate_of_the_pool_and_of_the_rule_file(level, factor):
    rules = ruled(BY_LEVEL)
    assert shared(rules, setting=level).rate_daily("cross", "USDT") == D("0.0003") * D(factor)
    assert shared(rules, now="12:30", setting=level).rate_daily("cross", "USDT") == D("0.0002") * D(factor)
    assert shared(rules, setting=level).rate_daily("cross", "BTC") == RULES.default_rate_daily("BTC")
    own = {("cross", "USDT"): [("2024-01-01", "0.0009")]}
    assert shared(rules, setting=level, rates=own).rate_daily("cross", "USDT") == D("0.0009")


def test_INT_13_a_rate_by_level_has_eight_places_half_up():
    rules = ruled({"coins.rates.rows.USDT": "0.00010811", "coins.vip_rates.rows.default": ["0.95"]})
    assert world(rules=rules).rate_daily("cross", "USDT") == D("0.0001027")  # 0.0001027045


def test_INT_13_a_new_level_counts_for_new_loans_at_once_and_for_others_from_the_next_hour():
    rules = ruled({"coins.rates.rows.USDT": "0.0002", "coins.vip_rates.rows.default": ["1", "0.5"]})
    before, _ = decide(world(time("12:30"), rules=rules, cross={"BTC": "1", "USDT": "-240"}), Setting("vip", "1"))
    _, lent = decide(before, Borrow(wallet(), "USDT", D(24)))
    _, charged = settle(before.at(at(time("13:00"))), before.now)
    assert lent[1].facts["rate_daily"] == charged[0].facts["rate_daily"] == "0.0001"


@pytest.mark.parametrize("level, most", [("0", "1"), ("1", "180"), ("2", "3"), ("7", "3")])
def test_BOR_4_the_limit_of_a_coin_goes_by_vip_level(level, most):
    """An empty figure leaves it to the limit of all levels; in isolated the tiers rule (ISO-5)."""
    rich = shared(ruled(BY_LEVEL), setting=level, cross={"USDT": "90000000"})
    assert max_borrow(rich, wallet(), "BTC").amount == D(most)


# --- rule books of before, and wrong ones ---


def test_BOR_4_a_book_of_before_has_one_supply_for_every_coin_and_no_curve():
    before = {**DOCUMENT, "borrow": {**DOCUMENT["borrow"], "pool_supply": ["100", "placeholder", "BOR-4", ""]}}
    before = {name: section for name, section in before.items() if name != "pool"}
    before["coins"] = {name: table for name, table in before["coins"].items() if name != "vip_rates"}
    del before["borrow"]["limits_by_vip"]
    rules = Rulebook(before)
    assert (flaw_of(rules), rules.supplies, rules.supply("BTC"), rules.supply("USDT")) == ("", {}, D(100), D(100))
    found = world(rules=rules, cross={"USDT": "1000"})
    assert (pool_left(found, "BTC"), found.rate_daily("cross", "USDT")) == (D(100), RULES.default_rate_daily("USDT"))
    assert path(rules, {}, {"USDT": D(50)}, NOON, NOON + 9 * HOUR) == []
    assert max_borrow(world(rules=rules, cross={"USDT": "90000000"}), wallet(), "BTC").amount == 100


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"pool.supply.rows.USDTT": "5"}, "pool.supply.USDTT is not a coin that can be borrowed"),
        ({"pool.supply.rows.BUSD": "5"}, "pool.supply.BUSD is not a coin that can be borrowed"),
        ({"pool.supply.rows.USDT": "-5"}, "pool: its figures lie from 0"),
        ({"pool.most_change_hourly": "-0.25"}, "pool: its figures lie from 0"),
        ({"pool.curve": [["0", "1"], ["0", "2"]]}, "pool.curve: its points go by rising use"),
        ({"pool.curve": [["0.5", "1"], ["0", "2"]]}, "pool.curve: its points go by rising use"),
        ({"pool.curve": [["0", "-1"]]}, "pool: its figures lie from 0"),
        ({"pool.curve": [["0", "1", "2"]]}, "pool.curve needs points of two figures"),
        ({"pool.curve": [["0", ""]]}, "pool.curve needs points of two figures"),
        ({"pool.curve": [], "pool.supply.rows.USDT": "5"}, "pool.curve needs points of two figures"),
        ({"coins.vip_rates.rows.NOPE": ["1"]}, "coins.vip_rates.NOPE is not a coin"),
        ({"borrow.limits_by_vip.rows.BTC": ["-1"]}, "borrow.limits_by_vip.BTC: its figures lie from 0"),
        ({"pool.supply.rows.USDT": "1e400"}, "pool: its figures lie from 0"),
        ({"pool.supply.rows.USDT": "0." + "3" * 200}, "pool: its figures lie from 0"),
        ({"coins.vip_rates.rows.default": ["1", "0." + "3" * 200]}, "coins.vip_rates.default: its figures lie from 0"),
        ({"pool.curve": [["0", "1"]], "pool.supply.rows.USDT": "0"}, ""),
    ],
)
def test_a_wrong_pool_is_told(changed, said):
    flaw = flaw_of(ruled(changed))
    assert said in flaw and bool(said) == bool(flaw)


def test_INT_8_a_coin_of_which_nothing_is_lent_yet_begins_where_its_curve_does():
    rules = ruled({"pool.supply.rows.BTC": "100", "pool.curve": [["0", "0.5"], ["1", "4"]]})
    (row,) = path(rules, {}, {}, NOON, NOON + HOUR)
    assert (row.asset, row.lent, row.supply) == ("BTC", 0, 100)


def test_rows_as_a_series():
    rows = [PoolRate("BTC", 0, D(1), D(0), D(1)), PoolRate("USDT", 0, D(2), D(0), D(1)), PoolRate("BTC", 9, None, D(0), None)]
    assert in_force(rows) == {"BTC": Rates((0, 9), (D(1), None)), "USDT": Rates((0,), (D(2),))}
    assert in_force(rows)["BTC"].at(9) is None
