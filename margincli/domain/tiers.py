"""Tables whose rate depends on how much there is: each slice of a value takes the rate of its own tier (COL-1, PRO-1)."""

from decimal import Decimal
from functools import lru_cache
from typing import Iterator, NamedTuple

from .money import ONE, ZERO

Tiers = tuple[tuple[Decimal | None, Decimal], ...]  # (upper end in USD or None, rate), ascending
WHOLE: Tiers = ((None, ONE),)


class Line(NamedTuple):
    """One tier as the straight line it is: from `low` to `high` the sum is rate x value + offset (the short form of PRO-3)."""

    low: Decimal
    high: Decimal | None
    rate: Decimal
    offset: Decimal


def flat(rate: Decimal) -> Tiers:
    """One rate whatever the value."""
    return ((None, rate),)


@lru_cache(maxsize=256)
def lines(tiers: Tiers) -> tuple[Line, ...]:
    """The tiers in order; the last has no end, and past a table's end the rate is 0 (COL-4)."""
    found, low, summed = [], ZERO, ZERO
    for high, rate in (*tiers, (None, ZERO)):  # pragma: no branch: one without an end comes last
        found.append(Line(low, high, rate, summed - rate * low))
        if high is None:
            return tuple(found)
        low, summed = high, summed + rate * (high - low)


def slices(tiers: Tiers, above: Decimal) -> Iterator[tuple[Decimal | None, Decimal]]:
    """The tiers from `above` upwards as (width, rate); the last has no end."""
    for low, high, rate, _ in lines(tiers):
        if high is None or high > above:
            yield None if high is None else high - max(low, above), rate


def weighed(tiers: Tiers, value: Decimal) -> Decimal:
    """The sum over the slices of `value`, each at the rate of its own tier."""
    line = _top(tiers, value)
    return line.rate * value + line.offset


def top_rate(tiers: Tiers, value: Decimal) -> Decimal:
    """The rate of the slice that goes first when `value` shrinks."""
    return _top(tiers, value).rate


def _top(tiers: Tiers, value: Decimal) -> Line:
    for line in lines(tiers):  # pragma: no branch: the last has no end
        if line.high is None or line.high >= value:
            return line


def side_by_side(first: Iterator, second: Iterator) -> Iterator[tuple[Decimal | None, Decimal, Decimal]]:
    """Two rows of slices cut at each other's edges: (width, rate of the first, rate of the second)."""
    left, right = next(first), next(second)
    while True:
        width = min((width for width, _ in (left, right) if width is not None), default=None)
        yield width, left[1], right[1]
        if width is None:
            return
        left, right = _rest(left, width, first), _rest(right, width, second)


def _rest(slice_: tuple, width: Decimal, following: Iterator) -> tuple:
    if slice_[0] is None:
        return slice_
    return (slice_[0] - width, slice_[1]) if slice_[0] > width else next(following)
