"""Law 3 of the house: the book depends on the market and the user's requests, never on when cron ran.

Random accounts in random markets are settled in one go and in many steps; the quick road (a watch that compares prices)
and the slow one (a full look at every moment) must find the same things. Hypothesis prints the failing case.
"""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import RULES, D, at, market, state

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
from margincli.domain.world import World

START = at("2024-09-01T12:00:00Z")
SPAN = 60 * HOUR
DEAR = {("cross", asset): [("2024-09-01", "0.05")] for asset in ("USDT", "BTC", "BNB")}  # where interest alone calls and liquidates

prices = st.integers(300, 3000).map(lambda n: D(n) * 10)
offsets = st.integers(1, SPAN)


@st.composite
def charts(draw) -> Series:
    """Candles of one to four hours with gaps between, and single quotes thrown in, some of them on the full hour."""
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
    """A long or a short, in cross and maybe in an isolated wallet, from comfortable to nearly liquidated."""
    def position():
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
    rates = draw(st.sampled_from([None, {("cross", "USDT"): [("2024-09-01", "0.0001"), ("2024-09-02T03:00", "0.0007"), ("2024-09-02T09:30", "0")]}, DEAR]))
    listed = {"BTCUSDT": draw(charts()), "ETHUSDT": draw(charts())}
    switches, listed_bnb = draw(paying_in_bnb(wallets))
    listed |= listed_bnb
    drawn = World(START, "main", state(leverage=draw(st.sampled_from(["3", "5"])), **wallets), market(listed, rates), RULES)
    begun, _ = walk.settle(drawn, START)  # one that starts beyond a bar is judged before the clock runs
    guards = [TopUp(Wallet.named("main", "cross"), "on", ("USDT", "BTC"), draw(st.none() | st.just(D("1.6")))), TopUp(Wallet.named("main", "isolated:BTCUSDT"), "on")]
    guards += [Alert(Wallet.named("main", "cross"), D("1.7"), draw(st.integers(1, 24)))]
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
    return Trade(Wallet.named("main", name), side, "BTCUSDT", qty, None, kind, price, effect, stop=stop, then_stop=then)


def expanded(entries) -> list:
    """Entries with interest told hour by hour: how many hours are booked together is the only freedom there is."""
    told = []
    for entry in entries:
        if entry.kind == "interest":
            hours = entry.facts["hours"]
            same = {name: value for name, value in entry.facts.items() if name not in ("first", "hours")}
            told += [(entry.at - hour * HOUR, "interest", entry.wallet, entry.asset, str(same)) for hour in range(hours)]
        else:
            told.append((entry.at, entry.kind, entry.wallet, entry.asset, entry.amount, entry.postings, entry.changes, str(entry.facts)))
    return sorted(told, key=lambda row: (row[0], row[1] != "interest", row[2], row[3:] if row[1] == "interest" else ""))


def balances(world: World) -> dict:
    return {key: amount for key, amount in world.state.balances.items() if amount}


many = settings(max_examples=100, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@many
@given(accounts(), st.lists(offsets, max_size=6))
def test_many_small_settlements_equal_one(world, stops):
    whole, entries = walk.settle(world, START)
    step, pieces, since = world, [], START
    for until in [*sorted(START + offset for offset in set(stops)), START + SPAN]:
        step, found = walk.settle(World(until, "main", step.state, world.market, RULES), since)
        pieces, since = pieces + found, until
    assert expanded(pieces) == expanded(entries)
    assert balances(step) == balances(whole)


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
@given(accounts())
def test_settling_twice_is_settling_once(world):
    once, _ = walk.settle(world, START)
    again, entries = walk.settle(World(world.now, "main", once.state, world.market, RULES), world.now)
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
