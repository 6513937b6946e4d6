"""The index price from several sources: outliers, sources gone stale, the protected price, and what never changes it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import RULES, D, at, ruled, state

from margincli.domain import walk
from margincli.domain.chart import Point, Series
from margincli.domain.interest import HOUR
from margincli.domain.market import GIVEN, IndexRules, Market, Ticker, index_price
from margincli.domain.money import round_half_up
from margincli.domain.rulebook import Rulebook
from margincli.domain.world import World
from margincli.rules import load

NOON = at("2024-09-01T12:00:00Z")
SECOND = 1000
STALE = IndexRules(stale_ms=10 * SECOND)


def points(*pairs):
    """(price, volume) of sources that all spoke just now."""
    return [Point(NOON, D(price), volume=volume and D(volume)) for price, volume in pairs]


def ticker(rules=STALE, **sources):
    """Each source as (seconds after noon, price) or (seconds, price, volume) tuples."""
    series = {name: Series(Point(NOON + s * SECOND, D(p), volume=D(*v) if v else None) for s, p, *v in told) for name, told in sources.items()}
    return Ticker("BTCUSDT", series, rules)


def after(seconds):
    return NOON + seconds * SECOND


# --- IDX-3 ---


@pytest.mark.parametrize(
    "sources, index",
    [
        ([("20000", None), ("20000", None), ("21400", None)], "20333.33333333"),  # 7 % above the median of 20000: counts at 21000
        ([("20000", None), ("20000", None), ("18600", None)], "19666.66666667"),  # 7 % below: at 19000
        ([("20000", None), ("20000", None), ("21000", None)], "20333.33333333"),  # at the cap itself: as it is
        ([("20000", None), ("20000", None), ("20999.99", None)], "20333.33"),
        ([("20000", "1"), ("20000", "1"), ("99999999", "2")], "20500"),  # however far off, and however much it weighs
        ([("20000", "1"), ("20000", "1"), ("0.00000001", "2")], "19500"),
        ([("20000", "1"), ("20000", "1"), ("20000", "1"), ("40000", "1"), ("1", "1")], "20000"),  # two outliers, one each way
        ([("20000", "1"), ("20000", "1"), ("20000", "1"), ("40000", "1"), ("50000", "1")], "20400"),  # two the same way: (3 x 20000 + 2 x 21000) / 5
        ([("20000", "1"), ("22000", "1")], "21000"),  # of two the median lies between: 21000, both within 5 %
        ([("20000", "1"), ("30000", "3")], "25625"),  # 25000; 23750 and 26250: (23750 + 3 x 26250) / 4
        ([("99", "5")], "99"),  # alone it is its own median
    ],
)
def test_IDX_3_an_outlier_counts_at_the_cap(sources, index):
    assert index_price(points(*sources)) == D(index)


def test_IDX_3_a_source_back_inside_counts_freely_again_and_the_cap_is_a_setting():
    found = ticker(IndexRules(), a=[(0, "20000")], b=[(0, "20000")], c=[(0, "21400"), (60, "20600")])
    assert [round_half_up(found.price(after(s)), 2) for s in (0, 59, 60)] == [D("20333.33"), D("20333.33"), D("20200")]
    assert [share.state for share in found.shares(NOON)] == ["ok", "ok", "capped"]
    assert [share.state for share in found.shares(after(60))] == ["ok", "ok", "ok"]
    assert index_price(points(("100", None), ("100", None), ("200", None)), IndexRules(D("0.03"))) == D(101)


@pytest.mark.parametrize(
    "sources, index, states",
    [
        ([("20000", "1"), ("20100", "3"), ("21400", "9")], "20075", "ok ok dropped"),  # the one off 20100 by more than 5 % weighs nothing: (20000 + 3 x 20100) / 4
        ([("20000", None), ("20000", None), ("18600", None)], "20000", "ok ok dropped"),
        ([("20000", None), ("20000", None), ("21000", None)], "20333.33333333", "ok ok ok"),  # at the bound itself it counts
        ([("20000", "1"), ("20100", "1"), ("40000", "1"), ("50000", "1"), ("20200", "1")], "20200", "median median median median ok"),  # several: the median itself
        ([("20000", "1"), ("30000", "3")], "25000", "median median"),
        ([("20000", "0"), ("20010", "0"), ("30000", "7")], "20005", "ok ok dropped"),  # nobody is left who traded: equal weights
        ([("99", "5")], "99", "ok"),
    ],
)
def test_IDX_3_in_2021_one_outlier_has_no_weight_and_with_several_the_median_is_the_index(sources, index, states):
    rules = IndexRules(outlier="dropped")
    assert index_price(points(*sources), rules) == D(index)
    found = Ticker("BTCUSDT", {str(n): Series([point]) for n, point in enumerate(points(*sources))}, rules)
    assert [share.state for share in found.shares(NOON)] == states.split()
    assert all((share.weight == 0) == (share.used is None) for share in found.shares(NOON) if share.state == "dropped")


def test_IDX_3_the_way_is_a_line_of_the_profile():
    assert [IndexRules.of(Rulebook(load(profile))).outlier for profile in ("2019", "2024", "2026")] == ["dropped", "capped", "capped"]
    sources = {"a": Series(points(("20000", "1"))), "b": Series(points(("20000", "1"))), "c": Series(points(("40000", "2")))}
    market = Market({"BTCUSDT": Ticker("BTCUSDT", sources)}, {})
    assert [market.under(IndexRules(outlier=way)).value("BTC", NOON) for way in ("capped", "dropped")] == [D(20500), D(20000)]
    mixed = Market({**market.tickers, "ETHUSDT": Ticker("ETHUSDT", sources, IndexRules(outlier="dropped"))}, {})
    assert [mixed.under(IndexRules(outlier=way)).value(coin, NOON) for way in ("capped", "dropped") for coin in ("BTC", "ETH")] == [20500, 20500, 20000, 20000]


# --- IDX-4, IDX-5 ---


def test_IDX_4_a_source_older_than_the_limit_weighs_nothing():
    found = ticker(a=[(0, "20000"), (10, "20100")], b=[(5, "20400")])
    assert [found.price(after(s)) for s in (4, 5, 10, 15)] == [D(20000), D(20200), D(20250), D(20250)]
    assert found.price(after(15) + 1) == D(20100)  # b spoke 10.001 s ago
    assert [(share.source, share.state, share.used, share.weight) for share in found.shares(after(16))] == [("a", "ok", D(20100), 1), ("b", "stale", None, 0)]


def test_IDX_4_a_stale_source_no_longer_moves_the_median():
    found = ticker(a=[(0, "10000")], b=[(0, "10000")], c=[(5, "20000")])
    assert found.price(after(5)) == D("10166.66666667") and found.price(after(11)) == D(20000)


def test_IDX_5_with_all_sources_stale_the_last_price_is_carried_on():
    found = ticker(a=[(0, "20000"), (10, "20100")], b=[(5, "20400"), (10, "20300")], c=[(0, "20900")])
    last = found.price(after(20))
    assert last == D(20200)  # a and b, the last to speak
    assert [found.price(after(s)) for s in (21, 60, 10**6)] == [last] * 3
    assert [(share.source, share.state) for share in found.shares(after(60))] == [("a", "protected"), ("b", "protected"), ("c", "stale")]
    assert [(share.source, share.state) for share in found.shares(after(20))] == [("a", "ok"), ("b", "ok"), ("c", "stale")], "as old as they may be"
    assert ticker(a=[(0, "20000")]).price(after(10**6)) == D(20000)


def test_IDX_5_the_protected_price_is_that_of_the_last_moment_with_a_stable_source():
    """However the sources went: the price stays what it was when the last of them turned stale."""
    found = ticker(a=[(0, "20000")], b=[(3, "20400")], c=[(7, "20800")])
    assert [found.price(after(s)) for s in (10, 11, 14, 17, 18, 99)] == [D(20400), D(20600), D(20800), D(20800), D(20800), D(20800)]


def test_a_new_point_ends_the_protection():
    found = ticker(a=[(0, "20000"), (100, "30000")], b=[(0, "20200")])
    assert (found.price(after(99)), found.price(after(100))) == (D(20100), D(30000))
    assert found.shares(after(100))[0].state == "ok"


def test_no_price_before_the_first_point():
    found = ticker(a=[(0, "20000")], b=[(5, "20100")])
    assert found.price(NOON - 1) is None and found.shares(NOON - 1) == [] and [share.source for share in found.shares(NOON)] == ["a"]


def test_IDX_4_moments_tell_when_a_source_turns_stale():
    found = ticker(a=[(0, "20000"), (30, "20100")], b=[(5, "20400")])
    turns = {s * SECOND + 1 for s in (10, 15, 40)}
    assert {moment - NOON for moment in found.moments(NOON - 1, after(60))} == {0, 5 * SECOND, 30 * SECOND} | turns
    assert {moment - NOON for moment in found.moments(after(6), after(15) + 1)} == {10_001, 15_001}
    assert {moment - NOON for moment in found.moments(after(6), after(15))} == {10_001}
    assert found.moments(after(10) + 1, after(15)) == set(), "a moment that is settled is none to come"
    assert found.moments(after(60), after(999)) == set()
    alone = ticker(a=[(0, "20000")], **{GIVEN: [(0, "5")]})  # neither alone nor beside a given index does it matter
    assert alone.moments(NOON, after(99)) == set()


# --- IDX-2, IDX-7, IDX-8 ---


def test_IDX_7_a_missing_volume_makes_all_weights_equal():
    found = ticker(a=[(0, "20000", "9")], b=[(0, "20400")])
    assert found.price(NOON) == D(20200) and [share.weight for share in found.shares(NOON)] == [1, 1]
    again = ticker(a=[(0, "20000", "9")], b=[(0, "20400"), (20, "20400")])
    assert again.price(after(20)) == D(20400)


def test_IDX_8_beside_a_given_index_the_sources_are_passed_over():
    found = ticker(a=[(0, "20000")], b=[(0, "20400")], **{GIVEN: [(5, "7")]})
    assert [found.price(after(s)) for s in (4, 5, 10**6)] == [D(20200), D(7), D(7)]
    assert [(share.source, share.state, share.used) for share in found.shares(after(5))] == [("a", "passed_over", None), ("b", "passed_over", None), (GIVEN, "given", D(7))]


def test_IDX_6_the_index_price_has_eight_places():
    assert index_price(points(("1", "1"), ("1.000000001", "2"))) == D("1") and str(index_price(points(("1", None), ("1", None)))) == "1.00000000"


def test_the_settings_come_from_the_rule_book():
    assert IndexRules.of(RULES) == IndexRules(D("0.05"), 7_200_000)
    assert IndexRules.of(ruled({"index.cap": "0.03", "index.stale_seconds": "300"})) == IndexRules(D("0.03"), 300_000)
    assert IndexRules.of(ruled({"index.stale_seconds": ""})).stale_ms is None
    assert IndexRules.of(Rulebook({"profile": "of before"})) == IndexRules()


def test_hourly_candles_never_go_stale_even_with_one_missing():
    rules = IndexRules.of(RULES)
    opens = [hour * HOUR for hour in (0, 1, 2, 4, 5)]
    hourly = Series(point for o in opens for point in (Point(NOON + o, D(100)), Point(NOON + o + HOUR - 1, D(100), D(99), D(101), D(1))))
    found = Ticker("BTCUSDT", {"a": hourly, "b": Series([Point(NOON + o, D(102)) for o in opens])}, rules)
    minutes = range(NOON, NOON + 6 * HOUR, 60_000)
    assert all({share.state for share in found.shares(moment)} == {"ok"} for moment in minutes)


# --- laws ---

prices = st.integers(1, 10**12).map(lambda n: D(n).scaleb(-6))
volumes = st.none() | st.integers(0, 10**9).map(lambda n: D(n).scaleb(-3))
told = st.lists(st.tuples(st.integers(0, 60), prices, volumes), min_size=1, max_size=6, unique_by=lambda row: row[0])
rules = st.builds(IndexRules, st.sampled_from([D("0.05"), D("0.01"), D("0")]), st.none() | st.integers(0, 30).map(lambda s: s * SECOND), st.sampled_from(["capped", "dropped"]))


def series(rows):
    return Series(Point(NOON + s * SECOND, price, volume=volume) for s, price, volume in sorted(rows, key=lambda row: row[0]))


@st.composite
def tickers(draw):
    return Ticker("BTCUSDT", {name: series(draw(told)) for name in draw(st.sets(st.sampled_from("abcde"), min_size=1))}, draw(rules))


@given(tickers(), st.integers(0, 120))
def test_the_index_lies_within_the_prices_used_and_is_their_mean(found, seconds):
    shares = [share for share in found.shares(after(seconds)) if share.used is not None]
    price = found.price(after(seconds))
    assert (price is None) == (not shares)
    if shares:
        used = [share.used for share in shares]
        assert round_half_up(min(used)) <= round_half_up(price) <= round_half_up(max(used))
        total = sum(share.weight for share in shares)
        assert total > 0
        mean = sum(Fraction(share.weight) * Fraction(share.used) for share in shares) / Fraction(total)
        assert abs(Fraction(price) - mean) <= Fraction(1, 2 * 10**8)


@given(tickers(), st.integers(0, 120))
def test_no_source_counts_further_off_the_median_than_the_cap(found, seconds):
    used = [share.used for share in found.shares(after(seconds)) if share.used is not None]
    if used:
        assert max(used) * (1 - found.rules.cap) <= min(used) * (1 + found.rules.cap)


@given(tickers(), st.integers(0, 60))
def test_points_after_a_moment_never_change_the_index_there(found, seconds):
    moment = after(seconds)
    known = {name: Series(p for p in source.points if p.at <= moment) for name, source in found.sources.items()}
    before = found._replace(sources={name: source for name, source in known.items() if source.points})
    assert before.price(moment) == found.price(moment) and before.shares(moment) == found.shares(moment)


@given(tickers(), st.integers(0, 60), st.integers(0, 60))
def test_what_was_replaced_before_the_span_that_was_loaded_never_changes_it(found, since, more):
    """The ledger loads, of each source, the last point at the beginning of a span and all within it."""
    begin, end = after(since), after(since + more)
    loaded = {name: Series(([last] if (last := s.last(begin)) else []) + list(s.between(begin, end))) for name, s in found.sources.items()}
    part = found._replace(sources={name: source for name, source in loaded.items() if source.points})
    for moment in (begin, end, *found.moments(begin, end)):
        assert part.price(moment) == found.price(moment)


@given(tickers())
def test_between_its_moments_the_index_stands_still(found):
    """What the walk relies on: nothing happens to a price at a moment that `moments` leaves out."""
    moments = found.moments(NOON - 1, after(120))
    for seconds in range(120):
        for moment in (after(seconds), after(seconds) + 1):
            if moment not in moments:
                assert found.price(moment) == found.price(moment - 1)


near = st.integers(100_000, 104_900).map(lambda n: D(n).scaleb(-2))  # so near to each other that none is an outlier


@given(st.lists(st.tuples(near, st.integers(1, 10**6).map(Decimal)), min_size=2, max_size=6), st.integers(1, 10**6).map(Decimal))
def test_a_source_that_stands_at_the_index_leaves_it_where_it_is(others, volume):
    sources = [Point(NOON, price, volume=v) for price, v in others]
    index = index_price(sources)
    assert index_price([*sources, Point(NOON, index, volume=volume)]) == index


@given(tickers(), st.randoms(use_true_random=False))
def test_the_order_of_the_sources_does_not_matter(found, random):
    names = list(found.sources)
    random.shuffle(names)
    turned = found._replace(sources={name: found.sources[name] for name in names})
    assert turned.shares(after(60)) == found.shares(after(60)) and turned.price(after(60)) == found.price(after(60))


# --- in the walk ---


@st.composite
def histories(draw):
    """Two to four sources that speak now and then for two days, some of them silent for long, one of them wild at times."""
    sources = {}
    for name in draw(st.sampled_from(["ab", "abc", "abcd"])):
        hours = sorted(draw(st.sets(st.integers(0, 8 * 40), min_size=1, max_size=12)))  # eighths of an hour
        sources[name] = Series(
            Point(NOON + hour * HOUR // 8, price, low, None if low is None else price * 2, D(volume))
            for hour in hours
            for price in [D(draw(st.integers(900, 2600))) * 10]
            for low in [draw(st.sampled_from([None, None, price / 2]))]
            for volume in [draw(st.integers(1, 9))]
        )
    sources["a"] = Series([Point(NOON - HOUR, D(20000), volume=D(1)), *sources["a"].points])
    return Market({"BTCUSDT": Ticker("BTCUSDT", sources, IndexRules(D("0.05"), draw(st.sampled_from([0, HOUR // 3, HOUR * 2, None]))))}, {})


def expanded(entries):
    """Entries with interest told hour by hour."""
    told = []
    for entry in entries:
        hours = entry.facts["hours"] if entry.kind == "interest" else 1
        facts = {} if entry.kind == "interest" else entry.facts
        amount = entry.facts["charge"] if entry.kind == "interest" else entry.amount
        told += [(entry.at - hour * HOUR, entry.kind, str(amount), str(facts)) for hour in range(hours)]
    return sorted(told)


@given(histories(), st.integers(5000, 18000), st.sets(st.integers(1, 50 * HOUR), max_size=5))
def test_one_settlement_or_many_with_sources_that_come_and_go(market, owed, stops):
    begun, _ = walk.settle(World(NOON, "main", state(cross={"BTC": "1", "USDT": f"-{owed}"}), market, RULES), NOON)
    account, end = begun.state, NOON + 50 * HOUR  # one that starts beyond a bar is judged before the clock runs
    whole, entries = walk.settle(World(end, "main", account, market, RULES), NOON)
    step, pieces, since = account, [], NOON
    for until in [*sorted(NOON + stop for stop in stops), end]:
        world, found = walk.settle(World(until, "main", step, market, RULES), since)
        step, pieces, since = world.state, pieces + found, until
    assert expanded(pieces) == expanded(entries) and step.balances == whole.state.balances


def test_a_source_turning_stale_brings_the_margin_call_at_that_moment():
    """Nobody quotes at 12:10, yet the price falls then: the higher of two sources is ten minutes old."""
    sources = {"a": Series([Point(NOON, D(20000))]), "b": Series([Point(NOON, D(20000)), Point(NOON + 60_000, D(19000))])}
    market = Market({"BTCUSDT": Ticker("BTCUSDT", sources, IndexRules(stale_ms=600_000))}, {})
    world = World(NOON + HOUR // 2, "main", state(cross={"BTC": "1", "USDT": "-14800"}), market, RULES)
    _, entries = walk.settle(world, NOON)
    assert [(entry.kind, entry.at - NOON) for entry in entries] == [("margin_call", 600_001)]  # 19500 / 14800 is 1.317, 19000 / 14800 is 1.283
