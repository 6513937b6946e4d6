"""The lending pool: what it can lend of a coin in all, and the rate that its use leads to (INT-6, INT-8, BOR-4).

The exchange does not publish its curve. Here the target of a coin is a multiple of its rate in the rule book, by the
share of the supply that is lent; from hour to hour the rate goes towards it, by a bounded step. Rates change on the full
hour only, by what was lent and by the rule book that was in force just before it.
"""

from decimal import Decimal
from typing import Iterable, Mapping, NamedTuple

from .interest import HOUR, next_hour
from .journal import POOL, Entry
from .market import Rates
from .money import ZERO, ratio, round_half_up, unit
from .rulebook import Rulebook
from .standing import State


class PoolRate(NamedTuple):
    """A rate of the pool before VIP factors, in force from the full hour `since` until the next; None: the supply has ended.

    `lent` is what was lent of the coin just before that hour.
    """

    asset: str
    since: int
    rate_daily: Decimal | None
    lent: Decimal
    supply: Decimal | None


Standing = Mapping[str, PoolRate]  # by coin, the last one each


def target_daily(rules: Rulebook, asset: str, lent: Decimal, supply: Decimal) -> Decimal:
    """Where the rate is drawn to: the coin's rate in the rule book times the curve at lent / supply, half up at 8 places."""
    return round_half_up(rules.default_rate_daily(asset) * multiple(rules.curve, lent, supply))


def multiple(curve: tuple[tuple[Decimal, Decimal], ...], lent: Decimal, supply: Decimal) -> Decimal:
    """The curve at lent / supply: straight between its points, level before the first and after the last."""
    below, height = curve[0]
    for use, above in curve:
        if lent < use * supply:
            width = (use - below) * supply
            return height + (above - height) * (ratio(lent - below * supply, width) if width else ZERO)
        below, height = use, above
    return height


def next_daily(previous: Decimal, target: Decimal, most_change: Decimal) -> Decimal:
    """INT-8: one hour's step to the target, at most `most_change` of the previous rate.

    The bound is rounded half up at 8 places, as recorded rates have it, and is one unit at least, so that the target is met.
    """
    reach = max(round_half_up(previous * most_change), unit())
    return min(max(target, previous - reach), previous + reach)


def path(rules: Rulebook, standing: Standing, lent: Mapping[str, Decimal], after: int, until: int) -> list[PoolRate]:
    """The rates that change at a full hour with after < hour <= until, while neither the rule book nor `lent` changes.

    A coin begins at its rate in the rule book; once at its target it stands, so the hours to come cost nothing.
    """
    found: list[PoolRate] = []
    first, most_change = next_hour(after), rules.most_change_hourly
    if first > until:
        return found
    for asset in sorted(rules.supplies.keys() | standing.keys()):
        last = standing.get(asset)
        rate, supply, out = last and last.rate_daily, rules.supplies.get(asset), lent.get(asset, ZERO)
        if supply is None:
            found += [PoolRate(asset, first, None, out, None)] if rate is not None else []
            continue
        target = target_daily(rules, asset, out, supply)
        for hour in range(first, until + 1, HOUR):
            new = next_daily(rules.default_rate_daily(asset) if rate is None else rate, target, most_change)
            if new == rate:
                break
            found.append(PoolRate(asset, hour, new, out, supply))
            rate = new
    return found


def in_force(rows: Iterable[PoolRate]) -> dict[str, Rates]:
    """Rows in time order as a series by coin, for the market."""
    series: dict[str, list[PoolRate]] = {}
    for row in rows:
        series.setdefault(row.asset, []).append(row)
    return {asset: Rates(tuple(row.since for row in of), tuple(row.rate_daily for row in of)) for asset, of in series.items()}


def lent_of(state: State) -> dict[str, Decimal]:
    """What the pool has lent of each coin."""
    return {asset: -amount for (account, asset), amount in state.balances.items() if account == POOL}


def moved(entries: Iterable[Entry], coins: Iterable[str]) -> int | None:
    """When the first of the entries changes what the pool has lent of the coins; None when none does."""
    coins = frozenset(coins)
    return min((entry.at for entry in entries if any(p.account == POOL and p.asset in coins for p in entry.postings)), default=None)

