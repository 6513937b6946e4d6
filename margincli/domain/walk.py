"""Bringing an account up to date: one walk through all that fell due since it was last touched (law 3 of the house).

Moments come in time order: full hours, quotes, candle opens and closes, reminders, and now. Inside a moment THR-8 rules:
prices, interest, level, margin call, liquidation. At a candle's close two scenarios are tried, every coin at its low and
every coin at its high; the worse one counts, and what it triggers happens at the price that triggers it.
"""

from decimal import Decimal
from heapq import merge
from typing import Iterator

from .interest import HOUR, Run, charge_hour_up, interest_entry, next_hour
from .journal import Change, Entry, Wallet
from .liquidation import deficit_of, liquidate
from .market import Prices
from .money import ZERO, charge_up_quotient, plain
from .risk import exposure, health, level, require_priced_debts, shown
from .schemes import scheme_of
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
        owing = [wallet for wallet in self.world.state.wallets(self.world.owner) if self.world.state.owes(wallet)]
        self.watches = [Watch(self.world, wallet) for wallet in owing]

    def moments(self) -> Iterator[int]:
        """Every moment at which anything may happen, ascending, the last one being now. None without debt."""
        last = None
        if self.watches:
            self.price_moments = {at for ticker in self.world.market.tickers.values() for at in ticker.moments(self.since, self.until)}
        hours = range(next_hour(self.since), self.until + 1, HOUR)
        for at in merge(sorted(self.price_moments), hours, [self.until]):
            if not self.watches:
                return
            while due := min((w.reminder_due for w in self.watches if (last or 0) < w.reminder_due < at), default=0):
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

    def look(self) -> None:
        """The slow road: judge each wallet on its full health, with the interest of the open hours counted in."""
        pending = [entry for watch in self.watches for entry in watch.peek_runs()]
        probe = self.world.after(pending)
        found: list[Entry] = []
        for watch in self.watches:
            probe, entries = judge(probe, watch)
            found += entries
        if found:
            self.book_interest()
            self.emit(found)
            self.renew()
            for watch in self.watches:
                watch.see(self.world)


class Watch:
    """One wallet that owes, with what can be known ahead of it.

    Its level stands above a bar exactly while sum((balance - bar x debt) x price) > 0: a linear form, kept up to date by the
    hour, so that a price is compared and nothing is evaluated while nothing can happen.
    """

    def __init__(self, world: World, wallet: Wallet):
        self.wallet = wallet
        self.bands = scheme_of(wallet).bands(world, wallet)
        holdings = world.state.holdings(wallet)
        self.assets = tuple(holdings)
        self.owed = {asset for asset, h in holdings.items() if h.debt}
        self.principal = {asset: h.borrowed for asset, h in holdings.items() if h.borrowed}
        self.call = {asset: h.balance - self.bands.margin_call_at * h.debt for asset, h in holdings.items()}
        self.liquidation = {asset: h.balance - self.bands.liquidation_at * h.debt for asset, h in holdings.items()}
        self.runs: dict[str, Run] = {}
        called_at = world.state.setting(wallet, "called_at")
        every = int(world.rules.leaf("call.remind_every_hours")) * HOUR
        self.reminder_due = int(called_at) + every if called_at else 0
        self.now: Prices = {}
        self.before: Prices = {}
        self.corners: tuple[Prices, ...] = ()

    def see(self, world: World) -> None:
        """Take in the prices of this moment: the last ones before it, the ones now, and the extremes of closing candles."""
        market, at = world.market, world.now
        self.before = self.now or self._prices(market, at - 1)
        self.now = self._prices(market, at)
        self.corners = market.corners(self.assets, at) or ()
        if not self.owed <= self.now.keys():
            require_priced_debts(world, self.wallet)

    def stay(self) -> None:
        """A moment without news from the market."""
        self.before, self.corners = self.now, ()

    def _prices(self, market, at: int) -> Prices:
        priced = ((asset, market.value(asset, at)) for asset in self.assets)
        return {asset: price for asset, price in priced if price is not None}

    def quiet(self, at: int) -> bool:
        """Whether no band is crossed at this moment, in any scenario, and no reminder is due."""
        if self.reminder_due:
            safe = all(_sum(self.liquidation, prices) > 0 for prices in (self.now, *self.corners))
            return safe and _sum(self.call, self.now) <= 0 and at < self.reminder_due
        return all(_sum(self.call, prices) > 0 for prices in (self.now, *self.corners))

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
            self.call[asset] -= self.bands.margin_call_at * run.charge
            self.liquidation[asset] -= self.bands.liquidation_at * run.charge
        return ended

    def peek_runs(self) -> list[Entry]:
        return [interest_entry(self.wallet, asset, run) for asset, run in self.runs.items()]

    def take_runs(self) -> list[Entry]:
        entries, self.runs = self.peek_runs(), {}
        return entries


def _sum(form: dict[str, Decimal], prices: Prices) -> Decimal:
    return sum((share * prices[asset] for asset, share in form.items() if asset in prices), ZERO)


# --- the judgement ---


def judge(world: World, watch: Watch) -> tuple[World, list[Entry]]:
    """Calls and liquidations of one wallet at one moment: first on the way to the worse extreme, then at the price now."""
    wallet, entries = watch.wallet, []
    path = [worse_corner(world, wallet, watch.corners)] if watch.corners else []
    start = watch.before or watch.now
    for target in (*path, watch.now):
        world, found = travel(world, wallet, start if target is not watch.now else target, target)
        entries += found
    return world, entries


def worse_corner(world: World, wallet: Wallet, corners: tuple[Prices, ...]) -> Prices:
    """Of the scenarios the one with the lower level; coins move together, so a hedge is not torn apart."""
    return min(corners, key=lambda prices: level(world.pinned(prices), wallet))


def travel(world: World, wallet: Wallet, start: Prices, target: Prices) -> tuple[World, list[Entry]]:
    """Move prices from `start` to `target`; call at the call level, liquidate at the liquidation level, as often as it takes."""
    entries: list[Entry] = []
    bands = scheme_of(wallet).bands(world, wallet)
    while world.state.owes(wallet) and not deficit_of(world.pinned(target), wallet):
        there = level(world.pinned(target), wallet)
        if there > bands.margin_call_at:
            found = _call_over(world.pinned(target), wallet)
        else:
            found = _call(world.pinned(crossing(world, wallet, start, target, bands.margin_call_at)), wallet)
        world, entries = world.after(found), entries + found
        if there > bands.liquidation_at:
            break
        start = crossing(world, wallet, start, target, bands.liquidation_at)
        _, found = liquidate(world.pinned(start), wallet, bands.stop_above, "level")
        if not any(entry.postings for entry in found):  # nothing that can be sold
            break
        world, entries = world.after(found), entries + found
        bands = scheme_of(wallet).bands(world, wallet)
    return world, entries


def crossing(world: World, wallet: Wallet, start: Prices, target: Prices, bar: Decimal) -> Prices:
    """Where on the straight way from `start` to `target` the level first stands at `bar`, rounded towards `target`."""
    from_bar, to_bar = (_above(world.pinned(prices), wallet, bar) for prices in (start, target))
    if from_bar <= 0 or start is target:
        return start
    prices = {}
    for asset, end in target.items():
        begin = start.get(asset, end)
        way = charge_up_quotient(abs(end - begin) * from_bar, from_bar - to_bar)
        prices[asset] = max(end, begin - way) if end < begin else min(end, begin + way)
    return prices


def _above(world: World, wallet: Wallet, bar: Decimal) -> Decimal:
    total = exposure(world, wallet)
    return total.total_asset - bar * total.total_liability


def _call(world: World, wallet: Wallet) -> list[Entry]:
    """CALL-1, CALL-2: a call when the level falls to the bar, and again every 24 hours while it stays there."""
    called_at = world.state.setting(wallet, "called_at")
    every = int(world.rules.leaf("call.remind_every_hours")) * HOUR
    if called_at and world.now < int(called_at) + every:
        return []
    current = health(world, wallet)
    facts = {
        "level": shown(current.level),
        "bar": plain(current.bands.margin_call_at),
        "liquidation_at": plain(current.bands.liquidation_at),
        "reminder": "yes" if called_at else "no",
    }
    return [Entry(world.now, "margin_call", wallet, "", ZERO, (), (Change(wallet, "called_at", str(world.now)),), facts)]


def _call_over(world: World, wallet: Wallet) -> list[Entry]:
    """CALL-2: a recovery above the bar ends the call; the next fall is a new one at once."""
    if not world.state.setting(wallet, "called_at"):
        return []
    facts = {"level": shown(health(world, wallet).level)}
    return [Entry(world.now, "margin_call_over", wallet, "", ZERO, (), (Change(wallet, "called_at", ""),), facts)]
