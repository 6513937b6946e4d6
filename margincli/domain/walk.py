"""Bringing an account up to date: one walk through all that fell due since it was last touched (law 3 of the house).

Moments come in time order: full hours, quotes, candle opens and closes, delistings, reminders, and now. Inside a moment THR-8 rules:
prices, interest, order fills, level, top-up, margin call, liquidation; then delistings. At a candle's close two scenarios are tried, every coin at its low and
every coin at its high; the worse one counts, and what it triggers happens at the price that triggers it.
"""

from decimal import Decimal
from heapq import merge
from typing import Iterator

from .alarms import Alarm, alarms
from .bnb import BNB, charges_in_bnb
from .delisting import scheduled, take_off
from .interest import HOUR, PERIODIC, Hour, Run, hour_of, interest_entry, next_hour
from .journal import Account, Entry, Wallet
from .lull import is_lull
from .market import Prices
from .measure import Bound, bounds
from .money import ZERO
from .order import Touch
from .orders import fills_at, open_orders, stirs
from .risk import require_priced_debts
from .schemes import scheme_of
from .standing import Holding
from .steps import pay_bnb_interest
from .topup import coins_of
from .trailing import trail_entry
from .world import World


def settle(world: World, settled_to: int) -> tuple[World, list[Entry]]:
    """Everything that fell due with settled_to < moment <= world.now, as entries that carry their own moments.

    settle(t2) equals settle(t1), then settle(t2), for every t1 between: only hours that are booked together may differ.
    Raises Refused no_price when a debt has no price at all.
    """
    if is_lull(world, settled_to):
        return world, []
    walk = _Walk(world, settled_to)
    for at in walk.moments():
        walk.pass_by(at)
    walk.book_open_runs()
    return walk.world.at(world.now), walk.entries


class _Walk:
    """The account on its way: the world so far, its entries, and a watch over every wallet that owes."""

    def __init__(self, world: World, settled_to: int):
        self.world, self.until, self.since = world.at(settled_to), world.now, settled_to
        self.entries: list[Entry] = []
        self.watches: list[Watch] = []
        self.price_moments: set[int] = set()
        self.renew()

    def renew(self) -> None:
        state = self.world.state
        wallets = state.wallets(self.world.owner)
        leaving = {wallet for wallet in wallets if any(at <= self.until for _, at in scheduled(self.world, wallet))}
        lively = [wallet for wallet in wallets if state.owes(wallet) or wallet in leaving or open_orders(state, wallet)]
        self.watches = [Watch(self.world, wallet, self.since) for wallet in lively]

    def moments(self) -> Iterator[int]:
        """Every moment at which anything may happen, ascending, the last one being now. None without debts and orders."""
        last = self.since - 1
        if self.watches:
            self.price_moments = {at for ticker in self.world.market.tickers.values() for at in ticker.moments(self.since, self.until)}
        hours = range(next_hour(self.since), self.until, HOUR)
        delistings = sorted(at for at in self.world.rules.delistings.values() if self.since < at <= self.until)
        for at in merge(sorted(self.price_moments), hours, delistings, [self.until]):
            if not self.watches:
                return
            while due := min((due for watch in self.watches for due in watch.due.values() if last < due < at), default=0):
                last = due
                yield due
            if at != last:
                last = at
                yield at

    def pass_by(self, at: int) -> None:
        self.world = self.world.at(at)
        if at % HOUR == 0 and at > self.since:
            self.charge(at)
        for watch in self.watches:
            watch.see(self.world) if at in self.price_moments or not watch.now else watch.stay()
        if any(stirs(watch.orders, watch.touches.get) for watch in self.watches):
            self.fill()
        for watch in self.watches:
            watch.follow()
        if not all(watch.quiet(at) for watch in self.watches):
            self.look()
        if any(end <= at for watch in self.watches for end in watch.ends):
            self.take_off()

    def charge(self, at: int) -> None:
        """INT-2, INT-12: every debt pays for the hour that begins, at the rate in force now (INT-6); then BNB that is there pays interest in BNB (BNB-5)."""
        for watch in self.watches:
            self.emit(watch.charge(self.world))
        for watch in self.watches:
            if watch.can_pay_in_bnb(self.world):
                self.emit(watch.take_runs())
                self.emit(watch.pay_in_bnb(self.world))

    def emit(self, entries: list[Entry]) -> None:
        if entries:
            self.world = self.world.after(entries)
            self.entries += entries

    def book_open_runs(self) -> None:
        """What was kept open to be told in one entry: hours of interest, and how far trailing stops have followed."""
        for watch in self.watches:
            self.emit(watch.take_runs())
        for watch in self.watches:
            self.emit(watch.take_trails(self.world.now))

    def fill(self) -> None:
        """ORD-14: the orders that this moment's prices fill or set off, each wallet's in turn, before any level is judged (THR-8)."""
        self.book_open_runs()
        for watch in self.watches:
            _, entries = fills_at(self.world, watch.wallet, watch.touches.get)
            self.emit(entries)
        self.renew()
        for watch in self.watches:
            watch.see(self.world)

    def take_off(self) -> None:
        """DEL-2 to DEL-5: what has left margin goes, once levels were judged: a wallet in liquidation is liquidated."""
        self.decide(lambda world, watch: take_off(world, watch.wallet))

    def look(self) -> None:
        """The slow road: judge each wallet on its full health. Most commands never take it, and do not load it."""
        from .judgement import judge

        self.decide(lambda world, watch: judge(world, watch.wallet, watch.came_from(self.world), watch.corners, watch.now)[1])

    def decide(self, found_in) -> None:
        """What happens to each wallet in turn, with the interest of the open hours counted in."""
        pending = [entry for watch in self.watches for entry in watch.peek_runs()]
        probe = self.world.after(pending)
        found: list[Entry] = []
        for watch in self.watches:
            entries = found_in(probe, watch)
            probe, found = probe.after(entries), found + entries
        if found:
            self.book_open_runs()
            self.emit(found)
            self.renew()


class Watch:
    """One wallet that owes or has orders resting, with what can be known ahead of it.

    How far its level stands above a bar is bounded by straight lines in the prices, kept up to date by the hour, so that a price
    is compared and nothing is evaluated while nothing can happen. Where a debt has one rate throughout the bounds are exact.
    """

    def __init__(self, world: World, wallet: Wallet, since: int):
        self.wallet, self.since = wallet, since  # of candles that closed by then the inside has been judged
        self.orders = open_orders(world.state, wallet)
        self.touches: dict[str, Touch] = {}
        self.ends = [at for _, at in scheduled(world, wallet)]  # when what it holds or owes leaves margin (DEL-*)
        self.trailed: set[int] = set()  # numbers of the orders that followed the market and are not written down yet
        holdings = world.state.holdings(wallet)
        self.in_bnb = charges_in_bnb(world, wallet)
        if self.in_bnb:
            holdings.setdefault(BNB, Holding(BNB))  # not there yet, but it will be owed
            self.ends += filter(None, [world.rules.delistings.get(BNB)])  # and leave then
        self.unpaid_bnb = world.state.holding(wallet, BNB).interest
        scheme = scheme_of(world, wallet)
        counted = (coin for swap in scheme.measure.swaps(world, wallet) for coin, _ in swap)  # a coin to come is valued too
        self.assets = tuple(dict.fromkeys([*holdings, *counted]))
        self.owed = {asset for asset, h in holdings.items() if h.debt}
        self.principal = {asset: h.borrowed for asset, h in holdings.items() if h.borrowed}
        self.bands = scheme.bands(world, wallet) if self.owed else None
        self.runs: dict[str, Run] = {}
        self.alarms = alarms(world, wallet, self.bands) if self.owed else ()
        bars = {alarm.bar for alarm in self.alarms} | ({self.bands.liquidation_at, self.bands.ceiling} if self.bands else set())
        self.bounds = {bar: bounds(world, wallet, scheme.measure, holdings, bar) for bar in bars}
        spot = Wallet(wallet.owner, "spot")
        self.helped = any(world.state.balance(Account(spot, "free"), coin) for coin in coins_of(world, wallet))  # spot coins would still move in
        # overdue only where the rules have changed: then it is heard at once, not in what is settled
        self.due = {alarm: max(at + alarm.every, since + 1) for alarm in self.alarms if (at := alarm.heard_at(world, wallet))}
        self.now: Prices = {}
        self.before: Prices = {}
        self.corners: tuple[Prices, ...] = ()

    def see(self, world: World) -> None:
        """Take in the prices of this moment: the last ones before it, the ones now, and the extremes of closing candles."""
        market, at = world.market, world.now
        self.before = self.now
        self.now = self._prices(market, at)
        self.corners = (market.corners(self.assets, at) if at > self.since else None) or ()
        self.touches = {order.symbol: touch for order in self.orders if (touch := self._touch(market, order.symbol, at))}
        if self.owed - self.now.keys():
            require_priced_debts(world, self.wallet)

    def came_from(self, world: World) -> Prices:
        """The prices before this moment; a watch that has just begun has to ask the market."""
        return self.before or self._prices(world.market, world.now - 1) or self.now

    def stay(self) -> None:
        """A moment without news from the market."""
        self.before, self.corners, self.touches = self.now, (), {}

    def _prices(self, market, at: int) -> Prices:
        priced = ((asset, market.value(asset, at)) for asset in self.assets)
        return {asset: price for asset, price in priced if price is not None}

    def _touch(self, market, symbol: str, at: int) -> Touch | None:
        price, ticker = market.last(symbol, at), market.tickers.get(symbol)
        extremes = ticker.extremes(at) if ticker and at > self.since else None
        return None if price is None else Touch(price, *(extremes or (None, None)), at)

    def follow(self) -> None:
        """ORD-12: trailing stops that this moment did not set off follow it."""
        moved = [order.followed(self.touches.get(order.symbol)) for order in self.orders]
        self.trailed |= {new.number for new, old in zip(moved, self.orders) if new != old}
        self.orders = moved

    def take_trails(self, at: int) -> list[Entry]:
        moved, self.trailed = self.trailed, set()
        return [trail_entry(at, self.wallet, order) for order in self.orders if order.number in moved]

    def quiet(self, at: int) -> bool:
        """Whether no bar is crossed at this moment, in any scenario, and no alarm is due to be heard again.

        Bars that move with the tier (ISO-4) are known ahead only as long as the level is above the highest.
        """
        if self.bands and self.bands.ceiling and not self._above(self.bands.ceiling):
            return False
        return all(self._silent(alarm, at) for alarm in self.alarms) and (not self.due or self._above(self.bands.liquidation_at))

    def _silent(self, alarm: Alarm, at: int) -> bool:
        if alarm in self.due:  # it has been heard, and stays so until the level is above its bar
            return not self.helped and at < self.due[alarm] and self.bounds[alarm.bar][-1].at(self.now) < 0
        return self._above(alarm.bar)

    def _above(self, bar: Decimal) -> bool:
        return all(self.bounds[bar][0].at(prices) > 0 for prices in (self.now, *self.corners))

    # --- interest ---

    def charge(self, world: World) -> list[Entry]:
        """One hour for every debt; a run of equal hours goes on, one that costs differently ends it and returns its entry."""
        ended = []
        for asset, principal in self.principal.items():
            run = self.runs.get(asset)
            plain = run and self._costs_the_same(world, asset, run.hour)
            hour = run.hour if plain else hour_of(world, self.wallet, asset, principal, PERIODIC, self.unpaid_bnb)
            if run and run.hour == hour:
                run.hours += 1
            else:
                if run:
                    ended.append(interest_entry(self.wallet, run))
                self.runs[asset] = Run(hour, world.now, 1)
            if hour.asset == BNB:
                self.unpaid_bnb += hour.charge
            for bound in self._all_bounds():
                bound.owe(hour.asset, hour.charge)
        return ended

    def _costs_the_same(self, world: World, asset: str, before: Hour) -> bool:
        """Known without reckoning: nothing but the rate changes a plain hour."""
        return not self.in_bnb and not before.terms and before.rate_daily == (world.rate_daily(self.wallet.mode, asset) or ZERO)

    def can_pay_in_bnb(self, world: World) -> bool:
        return bool(self.in_bnb and self.unpaid_bnb and world.state.balance(Account(self.wallet, "free"), BNB))

    def pay_in_bnb(self, world: World) -> list[Entry]:
        """BNB-5, once the open hours are booked: what is paid leaves both what is held and what is owed."""
        entries = pay_bnb_interest(world, self.wallet)
        for entry in entries:
            self.unpaid_bnb -= entry.amount
            for bound in self._all_bounds():
                bound.pay(BNB, entry.amount)
        return entries

    def _all_bounds(self) -> Iterator[Bound]:
        return (bound for found in self.bounds.values() for bound in found)

    def peek_runs(self) -> list[Entry]:
        return [interest_entry(self.wallet, run) for run in self.runs.values()]

    def take_runs(self) -> list[Entry]:
        entries, self.runs = self.peek_runs(), {}
        return entries
