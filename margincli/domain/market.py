"""The market as it is known at a moment: index prices (IDX-*) and the rates of interest in force.

A coin is valued in USDT along a route of pairs: its own USDT pair, the inverse, or one bridge between. A coin with
no priced route is worth nothing to the user, and whoever needs its price is told which pair is missing.

The index price of a pair at a moment depends on the last point of each source known then, and on nothing else: so it is
the same whichever span of time was loaded, and nothing that comes later changes it.
"""

from decimal import Decimal
from itertools import zip_longest
from typing import Callable, Container, Iterable, Iterator, NamedTuple

from .chart import Point, Rates, Series
from .money import ONE, ZERO, price_quotient, ratio, round_half_up

VALUED_IN = "USDT"
BRIDGES = ("USDC", "FDUSD", "BUSD", "BTC", "ETH", "BNB")
Prices = dict[str, Decimal]  # coin -> USDT
HALF = Decimal("0.5")
VALUES_MOST = 1000  # of coins at moments, to be remembered
GIVEN = "index"  # the source of a price series that is taken as the index itself (IDX-8)


class Leg(NamedTuple):
    symbol: str
    inverse: bool


Route = tuple[Leg, ...]


def routes(asset: str, known: Container[str]) -> tuple[Route, ...]:
    """The ways from `asset` to USDT through the `known` symbols, best first: direct, inverse, then over each bridge."""
    if asset == VALUED_IN:
        return ((),)
    found = list(_legs(asset, VALUED_IN, known))
    for bridge in BRIDGES:
        if bridge != asset:
            found += [first + last for first in _legs(asset, bridge, known) for last in _legs(bridge, VALUED_IN, known)]
    return tuple(found)


def _legs(asset: str, into: str, known: Container[str]) -> Iterable[Route]:
    if asset + into in known:
        yield (Leg(asset + into, False),)
    if into + asset in known:
        yield (Leg(into + asset, True),)


class IndexRules(NamedTuple):
    """How far a source may stand off the median, and what becomes of one that stands farther (IDX-3); how old its last price may be (IDX-4; None: any age)."""

    cap: Decimal = Decimal("0.05")
    stale_ms: int | None = None
    outlier: str = "capped"

    @classmethod
    def of(cls, rules) -> "IndexRules":
        """As the rule book has them; a book of before knew of no stale source."""
        return rules.once("index rules", lambda: cls._read(rules)) if "index" in rules.document else cls()

    @classmethod
    def _read(cls, rules) -> "IndexRules":
        seconds = rules.leaf("index.stale_seconds")
        return cls(rules.number("index.cap"), int(Decimal(seconds) * 1000) if seconds else None, rules.leaf("index.outlier", "capped"))


class Share(NamedTuple):
    """What one source brings to the index price: its last point, the price it counts at, its weight, and why."""

    source: str
    point: Point
    used: Decimal | None  # None where it does not count
    weight: Decimal
    state: str  # ok, capped, dropped, median, protected, stale; given and passed_over where the index itself is given


Counted = tuple[Decimal | None, Decimal]  # the price a source counts at, None where it does not, and its weight


class Ticker(NamedTuple):
    """All that is known of one symbol: a series per source."""

    symbol: str
    sources: dict[str, Series]
    rules: IndexRules = IndexRules()

    def price(self, at: int) -> Decimal | None:
        """The index price at `at`: the given series from its first point on (IDX-8), else the sources together (IDX-2)."""
        given = self.sources.get(GIVEN)
        if given and (point := given.last(at)):
            return point.price
        return index_price(list(self._counting(at).values()), self.rules)

    def moments(self, after: int, until: int) -> set[int]:
        """When the price may change: a point arrives, or one among several turns stale with nothing after it (IDX-4)."""
        found = {point.at for series in self.sources.values() for point in series.between(after, until)}
        others = [series for name, series in self.sources.items() if name != GIVEN]
        if self.rules.stale_ms is None or len(others) < 2:
            return found
        return found.union(*(self._turns(series, after, until) for series in others))

    def closes(self, after: int, until: int) -> bool:
        """Whether a candle closes, whose inside nobody knew before."""
        return any([point.low is not None for series in self.sources.values() for point in series.between(after, until)])

    def _turns(self, series: Series, after: int, until: int) -> Iterator[int]:
        """The moments at which the source falls silent for too long."""
        points = [point for point in (series.last(after), *series.between(after, until)) if point]
        for point, following in zip_longest(points, points[1:]):
            turn = point.at + self.rules.stale_ms + 1
            if after < turn <= until and (following is None or following.at > turn):
                yield turn

    def extremes(self, at: int) -> tuple[Decimal, Decimal] | None:
        """Lowest and highest index price inside the candles that close exactly at `at`; None when none does."""
        points = list(self._counting(at).values())
        if not any(point.at == at and point.low is not None for point in points):
            return None
        corners = ([p._replace(price=_corner(p, at, side)) for p in points] for side in ("low", "high"))
        low, high = (index_price(corner, self.rules) for corner in corners)
        return low, high

    def shares(self, at: int) -> list[Share]:
        """What each source known at `at` brings to the price."""
        counting = self._counting(at)
        counts_at = dict(zip(counting, counted(list(counting.values()), self.rules)))
        return [
            Share(name, point, *counts_at.get(name, (None, ZERO)), self._state(name, point, counts_at, at))
            for name, series in sorted(self.sources.items())
            if (point := series.last(at))
        ]

    def _state(self, name: str, point: Point, counts_at: dict, at: int) -> str:
        if GIVEN in counts_at:
            return "given" if name == GIVEN else "passed_over"
        if name not in counts_at:
            return "stale"
        if self.rules.stale_ms is not None and at - point.at > self.rules.stale_ms:
            return "protected"
        used, _ = counts_at[name]
        if used == point.price:
            return "ok"
        return "dropped" if used is None else _OUT_OF_LINE[self.rules.outlier]

    def _counting(self, at: int) -> dict[str, Point]:
        """The points that count at `at`: the given index alone, else those of sources that are not stale (IDX-4).

        IDX-5: with none left, the price of the last moment that had one is carried on: that of the newest points.
        """
        given = self.sources.get(GIVEN)
        if given and (point := given.last(at)):
            return {GIVEN: point}
        known = {name: point for name, series in self.sources.items() if name != GIVEN and (point := series.last(at))}
        if self.rules.stale_ms is None or len(known) < 2:
            return known
        since = min(at - self.rules.stale_ms, max(point.at for point in known.values()))
        return {name: point for name, point in known.items() if point.at >= since}


def _corner(point: Point, at: int, side: str) -> Decimal:
    corner = getattr(point, side) if point.at == at else None
    return point.price if corner is None else corner


def index_price(points: list[Point], rules: IndexRules = IndexRules()) -> Decimal | None:
    """IDX-2, IDX-6: the weighted mean of the sources to eight places; a single one is the price itself."""
    if len(points) < 2:
        return points[0].price if points else None
    shares = [(price, weight) for price, weight in counted(points, rules) if price is not None]
    weighted = sum((price * weight for price, weight in shares), ZERO)
    return round_half_up(ratio(weighted, sum((weight for _, weight in shares), ZERO)), 8)


def counted(points: list[Point], rules: IndexRules) -> list[Counted]:
    """IDX-3: what each source counts at, and its weight."""
    return OUTLIERS[rules.outlier](points, rules.cap) if points else []


def weights(points: list[Point]) -> list[Decimal]:
    """IDX-7: the volumes; equal weights when one is unknown or nobody traded."""
    volumes = [point.volume for point in points]
    return volumes if all(v is not None for v in volumes) and any(volumes) else [ONE] * len(points)


def capped(points: list[Point], cap: Decimal) -> list[Counted]:
    """IDX-3 since 2024: those off the median of all by more than `cap` are brought to that distance from it."""
    low, high = median(points) * (ONE - cap), median(points) * (ONE + cap)
    return [(min(max(point.price, low), high), weight) for point, weight in zip(points, weights(points))]


def dropped(points: list[Point], cap: Decimal) -> list[Counted]:
    """IDX-3 in 2021: one source off the median by more than `cap` has no weight; with several the median itself is the index."""
    middle = median(points)
    near = [point for point in points if abs(point.price - middle) <= middle * cap]
    if len(points) - len(near) > 1:
        return [(middle, ONE)] * len(points)
    heavy = iter(weights(near))
    return [(point.price, next(heavy)) if point in near else (None, ZERO) for point in points]


def median(points: list[Point]) -> Decimal:
    prices, middle = sorted(point.price for point in points), len(points) // 2
    return prices[middle] if len(prices) % 2 else (prices[middle - 1] + prices[middle]) * HALF


OUTLIERS = {"capped": capped, "dropped": dropped}
_OUT_OF_LINE = {"capped": "capped", "dropped": "median"}  # what is said of a source that counts at another price than its own


class Market:
    """Tickers by symbol, the user's rates by (mode, asset), the lending pool's by asset. `pinned` holds coins at a price, to
    look at a candle's extreme."""

    __slots__ = ("tickers", "rates", "pinned", "pool", "_routes", "_values")

    def __init__(self, tickers: dict[str, Ticker], rates: dict[tuple[str, str], Rates], pinned: Prices | None = None, pool: dict[str, Rates] | None = None):
        self.tickers, self.rates, self.pinned, self.pool = tickers, rates, pinned or {}, pool or {}
        self._routes: dict[str, tuple[Route, ...]] = {}
        self._values: dict[tuple[str, int], Decimal | None] = {}  # of the last moments: a walk asks many times and goes on

    def pin(self, prices: Prices) -> "Market":
        market = Market(self.tickers, self.rates, prices, self.pool)
        market._routes = self._routes
        return market

    def lent_at(self, pool: dict[str, Rates]) -> "Market":
        """The same market at these rates of the pool."""
        market = Market(self.tickers, self.rates, self.pinned, pool)
        market._routes = self._routes
        return market

    def under(self, rules: IndexRules) -> "Market":
        """The same quotes, judged by other rules of the index."""
        if all(ticker.rules == rules for ticker in self.tickers.values()):
            return self
        return Market({symbol: ticker._replace(rules=rules) for symbol, ticker in self.tickers.items()}, self.rates, self.pinned, self.pool)

    def last(self, symbol: str, at: int) -> Decimal | None:
        ticker = self.tickers.get(symbol)
        return ticker.price(at) if ticker else None

    def value(self, asset: str, at: int) -> Decimal | None:
        """The index price of one coin in USDT at `at`, None without a priced route."""
        if asset in self.pinned:
            return self.pinned[asset]
        if asset == VALUED_IN:
            return ONE
        known = self._values
        if (asset, at) not in known:
            if len(known) >= VALUES_MOST:
                known.clear()
            known[asset, at] = self._along(asset, lambda leg: self.last(leg.symbol, at))
        return known[asset, at]

    def corners(self, assets: Iterable[str], at: int) -> tuple[Prices, Prices] | None:
        """The coins at their lowest and at their highest inside the candles that close at `at`; None when none closes.

        An inverse pair is at its highest when its coin is at its lowest.
        """
        extremes = {symbol: found for symbol, ticker in self.tickers.items() if (found := ticker.extremes(at))}
        if not extremes:
            return None

        def corner(side: int) -> Prices:
            def price(leg: Leg) -> Decimal | None:
                found = extremes.get(leg.symbol)
                return found[1 - side if leg.inverse else side] if found else self.last(leg.symbol, at)

            return {asset: found for asset in assets if (found := self._along(asset, price)) is not None}

        return corner(0), corner(1)

    def _along(self, asset: str, price_of: Callable[[Leg], Decimal | None]) -> Decimal | None:
        """Along the first route whose every leg has a price."""
        if asset not in self._routes:
            self._routes[asset] = routes(asset, self.tickers)
        for route in self._routes[asset]:
            price = ONE
            for leg in route:
                step = price_of(leg)
                if step is None:
                    break
                price = price_quotient(price, step) if leg.inverse else price * step
            else:
                return price
        return None

    def rate_daily(self, mode: str, asset: str, at: int) -> Decimal | None:
        """The user's own rate series, None where it says nothing (the rule file then does)."""
        rates = self.rates.get((mode, asset))
        return rates.at(at) if rates else None

    def pool_daily(self, asset: str, at: int) -> Decimal | None:
        """The lending pool's rate: its rows begin on full hours, so it is that of the hour (INT-8). None where it has none."""
        rates = self.pool.get(asset)
        return rates.at(at) if rates else None
