"""Bringing an account up to date: one walk through all that fell due since it was last touched (law 3 of the house).

Moments come in time order: full hours, quotes, candle opens and closes, reminders, and now. Inside a moment THR-8 rules:
prices, interest, order fills, level, top-up, margin call, liquidation. At a candle's close two scenarios are tried, every coin at its low and
every coin at its high; the worse one counts, and what it triggers happens at the price that triggers it.
"""

from decimal import Decimal
from heapq import merge
from typing import Iterator

from .interest import HOUR, Run, charge_hour_up, interest_entry, next_hour
from .journal import Account, Entry, Wallet
from .judgement import Alarm, alarms, judge
from .market import Prices
from .money import ZERO
from .order import Touch
from .orders import fills_at, open_orders, stirs
from .risk import require_priced_debts
from .schemes import scheme_of
from .topup import coins_of
from .world import World


def settle(world: World, settled_to: int) -> tuple[World, list[Entry]]:
    """Everything that fell due with settled_to < moment <= world.now, as entries that carry their own moments.

    settle(t2) equals settle(t1), then settle(t2), for every t1 between: only hours that are booked together may differ.
    Raises Refused no_price when a debt has no price at all.
    """
    walk = _Walk(world, settled_to)
    for at in walk.moments():
        walk.pass_by(at)
    walk.book_interest()
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
        lively = [wallet for wallet in state.wallets(self.world.owner) if state.owes(wallet) or open_orders(state, wallet)]
        self.watches = [Watch(self.world, wallet) for wallet in lively]

    def moments(self) -> Iterator[int]:
        """Every moment at which anything may happen, ascending, the last one being now. None without debts and orders."""
        last = None
        if self.watches:
            self.price_moments = {at for ticker in self.world.market.tickers.values() for at in ticker.moments(self.since, self.until)}
        hours = range(next_hour(self.since), self.until + 1, HOUR)
        for at in merge(sorted(self.price_moments), hours, [self.until]):
            if not self.watches:
                return
            while due := min((due for watch in self.watches for due in watch.due.values() if (last or 0) < due < at), default=0):
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
        if not all(watch.quiet(at) for watch in self.watches):
            self.look()

    def charge(self, at: int) -> None:
        """INT-2, INT-12: every debt pays for the hour that begins, at the rate in force now (INT-6)."""
        for watch in self.watches:
            for entry in watch.charge(self.world):
                self.emit([entry])

    def emit(self, entries: list[Entry]) -> None:
        self.world = self.world.after(entries)
        self.entries += entries

    def book_interest(self) -> None:
        for watch in self.watches:
            self.emit(watch.take_runs())

    def fill(self) -> None:
        """ORD-14: the orders that this moment's prices fill or set off, each wallet's in turn, before any level is judged (THR-8)."""
        self.book_interest()
        for watch in self.watches:
            _, entries = fills_at(self.world, watch.wallet, watch.touches.get)
            self.emit(entries)
        self.renew()
        for watch in self.watches:
            watch.see(self.world)

    def look(self) -> None:
        """The slow road: judge each wallet on its full health, with the interest of the open hours counted in."""
        pending = [entry for watch in self.watches for entry in watch.peek_runs()]
        probe = self.world.after(pending)
        found: list[Entry] = []
        for watch in self.watches:
            probe, entries = judge(probe, watch.wallet, watch.came_from(self.world), watch.corners, watch.now)
            found += entries
        if found:
            self.book_interest()
            self.emit(found)
            self.renew()
            for watch in self.watches:
                watch.see(self.world)


class Watch:
    """One wallet that owes or has orders resting, with what can be known ahead of it.

    Its level stands above a bar exactly while sum((balance - bar x debt) x price) > 0: a linear form, kept up to date by the
    hour, so that a price is compared and nothing is evaluated while nothing can happen.
    """

    def __init__(self, world: World, wallet: Wallet):
        self.wallet = wallet
        self.orders = [order for order in open_orders(world.state, wallet) if order.status == "NEW"]
        self.touches: dict[str, Touch] = {}
        holdings = world.state.holdings(wallet)
        self.assets = tuple(holdings)
        self.owed = {asset for asset, h in holdings.items() if h.debt}
        self.principal = {asset: h.borrowed for asset, h in holdings.items() if h.borrowed}
        self.bands = scheme_of(wallet).bands(world, wallet) if self.owed else None
        self.runs: dict[str, Run] = {}
        self.alarms = alarms(world, wallet, self.bands) if self.owed else ()
        bars = {alarm.bar for alarm in self.alarms} | ({self.bands.liquidation_at} if self.bands else set())
        self.forms = {bar: {asset: h.balance - bar * h.debt for asset, h in holdings.items()} for bar in bars}
        spot = Wallet(wallet.owner, "spot")
        self.helped = any(world.state.balance(Account(spot, "free"), coin) for coin in coins_of(world, wallet))  # spot coins would still move in
        self.due = {alarm: at + alarm.every for alarm in self.alarms if (at := alarm.heard_at(world, wallet))}
        self.now: Prices = {}
        self.before: Prices = {}
        self.corners: tuple[Prices, ...] = ()

    def see(self, world: World) -> None:
        """Take in the prices of this moment: the last ones before it, the ones now, and the extremes of closing candles."""
        market, at = world.market, world.now
        self.before = self.now
        self.now = self._prices(market, at)
        self.corners = market.corners(self.assets, at) or ()
        self.touches = {order.symbol: touch for order in self.orders if (touch := _touch(market, order.symbol, at))}
        if not self.owed <= self.now.keys():
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

    def quiet(self, at: int) -> bool:
        """Whether no bar is crossed at this moment, in any scenario, and no alarm is due to be heard again."""
        return all(self._silent(alarm, at) for alarm in self.alarms) and (not self.due or self._above(self.bands.liquidation_at))

    def _silent(self, alarm: Alarm, at: int) -> bool:
        if alarm in self.due:  # it has been heard, and stays so until the level is above its bar
            return not self.helped and at < self.due[alarm] and _sum(self.forms[alarm.bar], self.now) <= 0
        return self._above(alarm.bar)

    def _above(self, bar: Decimal) -> bool:
        return all(_sum(self.forms[bar], prices) > 0 for prices in (self.now, *self.corners))

    # --- interest ---

    def charge(self, world: World) -> list[Entry]:
        """One hour for every debt; a run of equal hours goes on, a new rate ends it and returns its entry."""
        ended = []
        for asset, principal in self.principal.items():
            rate, run = world.rate_daily(self.wallet.mode, asset) or ZERO, self.runs.get(asset)
            if run and run.rate_daily == rate:
                run.hours += 1
            else:
                if run:
                    ended.append(interest_entry(self.wallet, asset, run))
                charge = charge_hour_up(principal, rate, world.rules.scale(asset))
                run = self.runs[asset] = Run(principal, rate, world.now, charge)
            for bar, form in self.forms.items():
                form[asset] -= bar * run.charge
        return ended

    def peek_runs(self) -> list[Entry]:
        return [interest_entry(self.wallet, asset, run) for asset, run in self.runs.items()]

    def take_runs(self) -> list[Entry]:
        entries, self.runs = self.peek_runs(), {}
        return entries


def _touch(market, symbol: str, at: int) -> Touch | None:
    price, ticker = market.last(symbol, at), market.tickers.get(symbol)
    return None if price is None else Touch(price, *(ticker.extremes(at) or (None, None)))


def _sum(form: dict[str, Decimal], prices: Prices) -> Decimal:
    return sum((share * prices[asset] for asset, share in form.items() if asset in prices), ZERO)
