"""Law 3 of the house: the book depends on the market and the user's requests, never on when cron ran.

Random accounts in random markets are settled in one go and in many steps; the quick road (a watch that compares prices)
and the slow one (a full look at every moment) must find the same things. Hypothesis prints the failing case.
"""

from decimal import Decimal
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import RULES, D, at, market, ruled, state

from margincli.domain import walk
from margincli.domain.chart import Point, Series
from margincli.domain.interest import HOUR
from margincli.domain.journal import Wallet
from margincli.domain.operations import decide
from margincli.domain.operations.alert import Alert
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.top_up import TopUp
from margincli.domain.operations.trade import Trade
from margincli.domain.refusals import Refused
from margincli.domain.rulebook import Rulebook
from margincli.domain.world import World, moment
from margincli.rules import load

STEEP = {  # brackets small enough for the charts to run through all of them, and ETH with a ladder of haircuts
    "pro.brackets.rows.BTC": [["4000", "10", "0.02"], ["9000", "8", "0.04"], ["", "5", "0.08"]],
    "pro.brackets.rows.USDT": [["6000", "10", "0.05"], ["", "3", "0.09"]],
    "collateral.ranks.rows.ETH": "9",
    "collateral.ladders.9.tiers": [["5000", "1"], ["9000", "0.6"], ["", "0.1"]],
}
START = at("2024-09-01T12:00:00Z")
SPAN = 60 * HOUR
# The profiles; that of 2019 with small tiers too, so that interest lifts a wallet to higher bars, and with tiers told in USDT,
# so that a price does (ISO-4).
OLD = load("2019")
BOOKS = [
    RULES,
    Rulebook(OLD),
    ruled({"isolated.tier_step.rows.BTCUSDT": ["0.1", "3100"]}, OLD),
    ruled({"isolated.tier_step.rows": {}, "isolated.default_step_usdt": "2500"}, OLD),
    Rulebook(load("2026")),
    ruled(STEEP),
    ruled(STEEP, load("2025")),
]
DEAR = {("cross", asset): [("2024-09-01", "0.05")] for asset in ("USDT", "BTC", "BNB")}  # where interest alone calls and liquidates

prices = wild = st.integers(300, 3000).map(lambda n: D(n) * 10)
calm = st.integers(1000, 1060).map(lambda n: D(n) * 10)
offsets = st.integers(1, SPAN)


@st.composite
def charts(draw) -> Series:
    """Candles of one to four hours with gaps between, and single quotes thrown in, some of them on the full hour; wild, or calm."""
    prices = draw(st.sampled_from([wild, wild, calm]))
    points, now = [Point(START - HOUR, draw(prices))], START
    while now < START + SPAN:
        width = draw(st.integers(1, 4)) * HOUR
        body = sorted(draw(st.lists(prices, min_size=4, max_size=4)))
        opened, closed = draw(st.permutations([body[1], body[2]]))
        if draw(st.booleans()):
            points += [Point(now, opened), Point(now + width - 1, closed, body[0], body[3])]
        elif draw(st.booleans()):
            points.append(Point(now + draw(st.sampled_from([0, width // 2])), opened))
        now += width
    return Series(points)


@st.composite
def accounts(draw) -> World:
    """A long or a short, in cross (Classic or Pro) and maybe in an isolated wallet, from comfortable to nearly liquidated."""
    leverage = draw(st.sampled_from(["3", "5", "10", "10"]))
    listed = {"BTCUSDT": draw(charts()), "ETHUSDT": draw(charts())}
    begins_at = listed["BTCUSDT"].points[0].price

    def position():
        if draw(st.booleans()):  # near the bars, wherever the chart begins
            long = {"BTC": "1", "USDT": f"-{begins_at * draw(st.integers(30, 97)) / 100}"}
            return long if draw(st.booleans()) else {"USDT": f"{begins_at * draw(st.integers(103, 300)) / 200}", "BTC": "-0.5"}
        if draw(st.booleans()):
            return {"BTC": "1", "USDT": f"-{draw(st.integers(500, 17000))}"}
        return {"USDT": str(draw(st.integers(12000, 60000))), "BTC": "-0.5"}

    wallets = {"cross": position()}
    if draw(st.booleans()):
        wallets["isolated_BTCUSDT"] = position()
    if draw(st.booleans()):
        wallets["cross"]["ETH"] = str(draw(st.integers(1, 5)))
    if draw(st.booleans()):
        wallets["spot"] = {"USDT": str(draw(st.integers(1, 9000))), "BTC": "0.1"}
    moving = {("cross", "USDT"): [("2024-09-01", "0.0001"), ("2024-09-02T03:00", "0.0007"), ("2024-09-02T09:30", "0")], ("isolated", "USDT"): [("2024-09-01", "0.05")]}
    rates = draw(st.sampled_from([None, moving, DEAR]))
    book = draw(st.sampled_from(BOOKS))
    leverage = leverage if leverage in book.document["cross"]["bands"] else "3"
    leaving = {name: moment(START + draw(offsets)) for name in draw(st.sets(st.sampled_from(["ETH", "BTC", "BTCUSDT", "USDT"]), max_size=2))} if draw(st.booleans()) else {}
    listed["BNBUSDT"] = draw(charts())
    switches, listed_bnb = draw(paying_in_bnb(wallets))
    listed |= listed_bnb
    bar = draw(st.sampled_from(["", "", "9000"]))  # above it the house takes over (LIQ-4)
    if leaving or bar:
        book = ruled({"delistings.rows": leaving, "liquidation.takeover_above_usdt": bar}, book.document)
    drawn = World(START, "main", state(leverage=leverage, **wallets), market(listed, rates), book)
    begun, _ = walk.settle(drawn, START)  # one that starts beyond a bar is judged before the clock runs
    guards = [TopUp(Wallet.named("main", "cross"), "on", ("USDT", "BTC"), draw(st.none() | st.just(D("1.6")))), TopUp(Wallet.named("main", "isolated:BTCUSDT"), "on")]
    guards += [Alert(Wallet.named("main", name), D(level), draw(st.integers(1, 24))) for name, level in (("cross", "1.7"), ("isolated:BTCUSDT", "1.15"))]
    for request in switches + draw(st.lists(st.sampled_from(guards), max_size=3, unique=True)) + draw(st.lists(requests(), max_size=3)):
        try:
            begun, _ = walk.settle(decide(begun, request)[0], START)  # as the desk does: what it sets off comes at once
        except Refused:
            pass
    return begun.at(START + SPAN)


@st.composite
def paying_in_bnb(draw, wallets) -> tuple[list[Setting], dict[str, Series]]:
    """Most accounts pay interest, fees or both in BNB: with none of it, a little, or a loan of it; in a market that has a
    price of it from the start, from some hour on, or never (BNB-1 to BNB-7)."""
    on = draw(st.sampled_from(["", "bnb_interest bnb_fees", "bnb_interest", "bnb_interest bnb_interest_requires_balance", "bnb_fees"])).split()
    if not on:
        return [], {}
    wallets["cross"] |= draw(st.sampled_from([{}, {"BNB": "0.02"}, {"BNB": "0.2"}, {"BNB": "2"}, {"BNB": "0.01+-0.3"}]))
    chart = draw(charts())
    points = [point._replace(price=point.price / 10, low=point.low and point.low / 10, high=point.high and point.high / 10) for point in chart.points]
    begin = draw(st.sampled_from([0, 0, START + 90 * 60_000]))
    priced = {} if draw(st.integers(0, 9)) == 0 and "BNB" not in wallets["cross"] else {"BNBUSDT": Series([p for p in points if p.at >= begin])}
    if begin and "BNB" in wallets["cross"]:
        priced = {"BNBUSDT": Series(points)}  # what is owed has a price
    return [Setting(name, "on") for name in on], priced


@st.composite
def requests(draw) -> Trade:
    """Orders of every kind that may rest, at prices the charts may reach."""
    kind, side = draw(st.sampled_from(["LIMIT", "LIMIT", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "OCO"])), draw(st.sampled_from(["BUY", "SELL"]))
    price = draw(prices) if kind in ("LIMIT", "STOP_LOSS_LIMIT", "OCO") else None
    stop = draw(prices) if kind != "LIMIT" else None
    then = draw(st.none() | prices) if kind == "LIMIT" else None
    effect = draw(st.sampled_from(["NO_SIDE_EFFECT", "MARGIN_BUY", "AUTO_REPAY", "AUTO_BORROW_REPAY"]))
    name, qty = draw(st.sampled_from(["cross", "isolated:BTCUSDT"])), D(draw(st.integers(1, 9))) / 10
    trailing = draw(st.none() | st.integers(10, 2000)) if stop and kind != "OCO" else None
    stop = draw(st.sampled_from([stop, None])) if trailing else stop
    return Trade(Wallet.named("main", name), side, "BTCUSDT", qty, None, kind, price, effect, stop=stop, then_stop=then, trailing=trailing)


def expanded(entries) -> list:
    """Entries with interest told hour by hour: how many hours are booked together is the only freedom there is.

    So with how far a trailing stop has followed: how often that is written down is free, what it comes to is not (see `resting`).
    """
    told = []
    for entry in entries:
        if entry.kind == "order_trail":
            continue
        if entry.kind == "interest":
            hours = entry.facts["hours"]
            same = {name: value for name, value in entry.facts.items() if name not in ("first", "hours")}
            told += [(entry.at - hour * HOUR, "interest", entry.wallet, entry.asset, str(same)) for hour in range(hours)]
        else:
            told.append((entry.at, entry.kind, entry.wallet, entry.asset, entry.amount, entry.postings, entry.changes, str(entry.facts)))
    return sorted(told, key=lambda row: (row[0], row[1] != "interest", row[2], row[3:] if row[1] == "interest" else ""))


def balances(world: World) -> dict:
    return {key: amount for key, amount in world.state.balances.items() if amount}


def resting(world: World) -> dict:
    """Every order that rests, with the extreme it has followed to and the moment of that."""
    return {key: text for key, text in world.state.settings.items() if key[1].startswith("order.") and text}


many = settings(max_examples=40, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@many
@given(accounts(), st.lists(offsets, max_size=6))
def test_many_small_settlements_equal_one(world, stops):
    whole, entries = walk.settle(world, START)
    step, pieces, since = world, [], START
    for until in [*sorted(START + offset for offset in set(stops)), START + SPAN]:
        step, found = walk.settle(World(until, "main", step.state, world.market, world.rules), since)
        pieces, since = pieces + found, until
    assert expanded(pieces) == expanded(entries)
    assert balances(step) == balances(whole) and resting(step) == resting(whole)


@many
@given(accounts(), st.sampled_from(BOOKS), offsets, st.lists(offsets, max_size=4))
def test_PROF_1_a_change_of_the_profile_comes_at_its_moment_whoever_settles_when(world, after, offset, stops):
    """As the desk settles: to the last moment under the old rules, then to the first under the new ones."""
    change = START + offset

    def settled(moments):
        step, found, since = world, [], START
        for until in sorted({*moments, change - 1, change, START + SPAN}):
            book = after if until >= change else world.rules
            step, more = walk.settle(World(until, "main", step.state, world.market, book), since)
            found, since = found + more, until
        return expanded(found), balances(step)

    assert settled(START + stop for stop in stops) == settled(())


@many
@given(accounts())
def test_the_quick_road_finds_what_the_slow_one_finds(world):
    _, quick = walk.settle(world, START)
    honest = walk.Watch.quiet
    walk.Watch.quiet = lambda self, moment: False
    try:
        _, slow = walk.settle(world, START)
    finally:
        walk.Watch.quiet = honest
    assert quick == slow


@many
@given(accounts(), offsets, st.lists(st.integers(1, 2 * HOUR), min_size=1, max_size=8))
def test_a_lull_is_where_a_walk_finds_nothing(world, offset, spans):
    """From one command to the next, as the desk settles: the glance that spares the walk never misses anything."""
    here, _ = walk.settle(World(START + offset, "main", world.state, world.market, world.rules), START)
    since = here.now
    for span in spans:
        ahead = World(since + span, "main", here.state, world.market, world.rules)
        with patch.object(walk, "is_lull", lambda *_: False):
            walked, entries = walk.settle(ahead, since)
        if walk.is_lull(ahead, since):
            assert entries == []
        assert walk.settle(ahead, since)[1] == entries
        here, since = walked, ahead.now


@many
@given(accounts())
def test_settling_twice_is_settling_once(world):
    once, _ = walk.settle(world, START)
    again, entries = walk.settle(World(world.now, "main", once.state, world.market, world.rules), world.now)
    assert entries == [] and again.state.balances == once.state.balances


@many
@given(accounts())
def test_entries_balance_come_in_time_order_and_leave_nothing_free_below_zero(world):
    settled, entries = walk.settle(world, START)
    times = [entry.at for entry in entries]
    assert times == sorted(times) and all(START < moment <= world.now for moment in times)
    for (account, asset), amount in settled.state.balances.items():
        assert amount >= 0 if account.bucket in ("free", "locked") else True, (account, asset, amount)
        assert amount <= 0 if account.bucket in ("borrowed", "interest") and isinstance(account.wallet, Wallet) and account.wallet.owner == "main" else True


@many
@given(accounts())
def test_no_wallet_is_left_at_its_liquidation_level_with_anything_to_sell(world):
    from margincli.domain.risk import health

    settled, _ = walk.settle(world, START)
    for wallet in settled.state.wallets("main"):
        if settled.state.owes(wallet):
            found = health(settled, wallet)
            assert found.level > found.bands.liquidation_at or found.exposure.total_asset == Decimal(0)
