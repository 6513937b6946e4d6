"""A lull: a span of time in which nothing can have happened to an account, seen at a glance and without a walk.

Between two commands there is mostly neither a full hour nor anything else that time brings by itself: only prices. While every
wallet stands above its highest bar at each of them, no bar was crossed.
"""

from decimal import Decimal
from typing import NamedTuple

from .alarms import has_heard
from .bnb import INTEREST, chosen
from .delisting import scheduled
from .interest import next_hour
from .journal import Wallet
from .measure import PLAIN
from .money import ZERO
from .order import open_orders
from .schemes import scheme_of
from .world import World


class Outlook(NamedTuple):
    """What time can do to a wallet as long as nothing is booked: at `ends` a coin of it leaves margin; the level is above every
    bar while the sum of its coins' prices by these `shares` is positive. None is owed where there are none.
    """

    ends: int | None
    shares: dict[str, Decimal]
    owed: tuple[str, ...]


def is_lull(world: World, settled_to: int) -> bool:
    """Whether nothing falls due with settled_to <= moment <= world.now. No means that a walk will tell."""
    owing = []
    for wallet in world.state.wallets(world.owner):
        outlook = outlook_of(world, wallet)
        if outlook is None or (outlook.ends is not None and outlook.ends <= world.now):
            return False
        if outlook.shares:
            owing.append(outlook)
    if not owing:
        return True
    if next_hour(settled_to) <= world.now or chosen(world.state, world.owner, INTEREST):
        return False
    moments = {settled_to, world.now}
    if settled_to < world.now:
        for ticker in world.market.tickers.values():
            if ticker.closes(settled_to, world.now):
                return False
            moments |= ticker.moments(settled_to, world.now)
    return all(_is_above(world, outlook, moments) for outlook in owing)


def _is_above(world: World, outlook: Outlook, moments: set[int]) -> bool:
    value = world.market.value
    for at in moments:
        spare = ZERO
        for asset, share in outlook.shares.items():
            price = value(asset, at)
            if price is not None:
                spare += share * price
            elif asset in outlook.owed:
                return False
        if spare <= 0:
            return False
    return True


def outlook_of(world: World, wallet: Wallet) -> Outlook | None:
    """None where a wallet has to be watched more closely: with orders resting, under a bar that it heard, or measured by more than assets over debts."""
    return world.state.once(wallet, ("outlook", world.rules), lambda wallet: _outlook(world, wallet))


def _outlook(world: World, wallet: Wallet) -> Outlook | None:
    scheme, state = scheme_of(world, wallet), world.state
    if open_orders(state, wallet) or has_heard(state, wallet):
        return None
    ends = min((at for _, at in scheduled(world, wallet)), default=None)
    if not state.owes(wallet):
        return Outlook(ends, {}, ())
    if scheme.measure is not PLAIN:
        return None
    bands, holdings = scheme.bands(world, wallet), state.holdings(wallet)
    highest = max(bands.margin_call_at, bands.ceiling, Decimal(state.setting(wallet, "alert_at") or 0))  # pre-liquidation lies under the call
    shares = {asset: held.balance - highest * held.debt for asset, held in holdings.items()}
    return Outlook(ends, shares, tuple(asset for asset, held in holdings.items() if held.debt))
