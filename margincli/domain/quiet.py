"""The accounts for which an hour is only an hour, and what can be said of all of them at once.

An account without orders, alarms or other business of its own is quiet over a span of time when every wallet of it stays above
the bar at which it would be called, even with each coin it holds at its lowest, each it owes at its highest, and all interest
of the span owed from the start. Nothing but interest falls due for it then. The test errs to one side only: an account
that fails it is walked through like any other, and comes to the same end.
"""

from decimal import Decimal
from typing import Callable, Iterable, NamedTuple

from .interest import HOUR, charge_hour_up, next_hour
from .journal import Wallet
from .market import Market
from .money import ONE, ZERO
from .schemes import SCHEMES
from .world import World

# Settings to which time does nothing. An account with any other is walked through; the ledger keeps an index of those.
AT_REST = ("opened_at", "region", "quiz_passed_at", "orders", "leverage_changed_at", "cooling_off_until", "auto_transfer", "top_up", "top_up_to")
RateAt = Callable[[int], Decimal | None]


class Due(NamedTuple):
    """Hours of one rate that a debt of one coin has to pay: `hours` of them, the first at `first`."""

    mode: str
    asset: str
    first: int
    hours: int
    rate_daily: Decimal

    @property
    def last(self) -> int:
        return self.first + (self.hours - 1) * HOUR


def dues(world: World, mode: str, asset: str, settled_to: int) -> list[Due]:
    """The hours after `settled_to` until now, those of one rate together (INT-2, INT-6)."""
    found: list[Due] = []
    for at in range(next_hour(settled_to), world.now + 1, HOUR):
        rate = world.at(at).rate_daily(mode, asset) or ZERO
        if found and found[-1].rate_daily == rate:
            found[-1] = found[-1]._replace(hours=found[-1].hours + 1)
        else:
            found.append(Due(mode, asset, at, 1, rate))
    return found


def growth_up(hours: Iterable[Due]) -> Decimal:
    """What a debt has grown to at the end, for each unit of it at the start: no less than the charges come to, whatever they round."""
    return ONE + sum((charge_hour_up(ONE, due.rate_daily, 18) * due.hours for due in hours), ZERO)


def worst_prices(market: Market, assets: Iterable[str], since: int, until: int) -> dict[str, tuple[Decimal, Decimal]]:
    """Lowest and highest index price of each coin from `since` to `until`, inside candles too. Coins without one at some moment are left out."""
    assets = list(assets)
    moments = sorted({since, *(at for ticker in market.tickers.values() for at in ticker.moments(since, until))})
    range_of: dict[str, list[Decimal | None]] = {asset: [] for asset in assets}
    for at in moments:
        corners = market.corners(assets, at) if at > since else None
        for asset, seen in range_of.items():
            seen.append(market.value(asset, at))
            seen += [corner[asset] for corner in corners or () if asset in corner]
    return {asset: (min(seen), max(seen)) for asset, seen in range_of.items() if None not in seen}


def call_bar(world: World, wallet_name: str) -> Decimal | None:
    """The highest level at which a wallet of that name can be called, whatever its leverage and tier; None where none is lent."""
    wallet = Wallet.named(world.owner, wallet_name)
    bars = SCHEMES[wallet.mode].call_bars(world.rules, wallet.symbol)
    return max(bars, default=None)


def units_charge_up(due: Due) -> Callable[[int], int]:
    """The charge of all hours of `due` on a principal in smallest units, in them: charge_hour_up on whole numbers (INT-4)."""
    numerator, denominator = due.rate_daily.as_integer_ratio()
    denominator *= 24
    return lambda principal: -(-principal * numerator // denominator) * due.hours
