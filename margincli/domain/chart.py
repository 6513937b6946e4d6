"""Prices and rates over time as they became known: quotes, and candles read as two events.

A candle gives its open at its open time and its close, low and high at its close time: before that nobody knew
them, so nothing here can look ahead.
"""

from bisect import bisect_left, bisect_right
from decimal import Decimal
from typing import Iterable, NamedTuple


class Point(NamedTuple):
    """A price that became known at `at`; low and high of the time since the point before, where a candle tells them."""

    at: int
    price: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    volume: Decimal | None = None


class Series:
    """The points of one symbol from one source, ascending in time."""

    __slots__ = ("points", "times")

    def __init__(self, points: Iterable[Point]):
        self.points = tuple(points)
        self.times = [point.at for point in self.points]

    def told(self, point: Point) -> "Series | None":
        """The series with a point more; None where it has one of that moment."""
        index = bisect_left(self.times, point.at)
        if self.times[index : index + 1] == [point.at]:
            return None
        series = Series(())
        series.points = (*self.points[:index], point, *self.points[index:])
        series.times = [*self.times[:index], point.at, *self.times[index:]]
        return series

    def last(self, at: int) -> Point | None:
        """The newest point known at `at`, if any."""
        index = bisect_right(self.times, at)
        return self.points[index - 1] if index else None

    def between(self, after: int, until: int) -> tuple[Point, ...]:
        """Points with after < at <= until."""
        return self.points[bisect_right(self.times, after) : bisect_right(self.times, until)]


class Rates(NamedTuple):
    """Daily rates of one coin in one mode: since when, and how much a day, as a fraction of the principal; None: no more."""

    since: tuple[int, ...]
    rate_daily: tuple[Decimal | None, ...]

    def at(self, moment: int) -> Decimal | None:
        index = bisect_right(self.since, moment)
        return self.rate_daily[index - 1] if index else None
