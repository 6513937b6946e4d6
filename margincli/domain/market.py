"""The market as it is known at a moment: index prices (IDX-*) and the rates of interest in force.

A coin is valued in USDT along a route of pairs: its own USDT pair, the inverse, or one bridge between. A coin with
no priced route is worth nothing to the user, and whoever needs its price is told which pair is missing.
"""

from bisect import bisect_right
from decimal import Decimal
from typing import Callable, Iterable, NamedTuple

from .chart import Point, Series
from .money import ONE, ZERO, price_quotient, ratio, round_half_up

VALUED_IN = "USDT"
BRIDGES = ("USDC", "FDUSD", "BUSD", "BTC", "ETH", "BNB")
Prices = dict[str, Decimal]  # coin -> USDT
GIVEN = "index"  # the source of a price series that is taken as the index itself (IDX-8)


class Leg(NamedTuple):
    symbol: str
    inverse: bool


Route = tuple[Leg, ...]


def routes(asset: str, symbols: Iterable[str]) -> tuple[Route, ...]:
    """The ways from `asset` to USDT through `symbols`, best first: direct, inverse, then over each bridge."""
    known = symbols if isinstance(symbols, (set, frozenset, dict)) else frozenset(symbols)
    if asset == VALUED_IN:
        return ((),)
    found = list(_legs(asset, VALUED_IN, known))
    for bridge in BRIDGES:
        if bridge != asset:
            found += [first + last for first in _legs(asset, bridge, known) for last in _legs(bridge, VALUED_IN, known)]
    return tuple(found)


def _legs(asset: str, into: str, known) -> Iterable[Route]:
    if asset + into in known:
        yield (Leg(asset + into, False),)
    if into + asset in known:
        yield (Leg(into + asset, True),)


class Ticker(NamedTuple):
    """All that is known of one symbol: a series per source."""

    symbol: str
    sources: dict[str, Series]

    def price(self, at: int) -> Decimal | None:
        """The index price at `at`: the given series if there is one (IDX-8), else the sources by volume (IDX-2, IDX-7)."""
        if GIVEN in self.sources:
            point = self.sources[GIVEN].last(at)
            return point.price if point else None
        return index_price([point for series in self.sources.values() if (point := series.last(at))])

    def moments(self, after: int, until: int) -> set[int]:
        return {point.at for series in self.sources.values() for point in series.between(after, until)}

    def extremes(self, at: int) -> tuple[Decimal, Decimal] | None:
        """Lowest and highest index price inside the candles that close exactly at `at`; None when none does."""
        points = [point for name, series in self.sources.items() if self._counts(name) and (point := series.last(at))]
        if not any(point.at == at and point.low is not None for point in points):
            return None
        corners = ([p._replace(price=_corner(p, at, side)) for p in points] for side in ("low", "high"))
        low, high = (index_price(corner) for corner in corners)
        return low, high

    def _counts(self, source: str) -> bool:
        return source == GIVEN or GIVEN not in self.sources


def _corner(point: Point, at: int, side: str) -> Decimal:
    corner = getattr(point, side) if point.at == at else None
    return point.price if corner is None else corner


def index_price(points: list[Point]) -> Decimal | None:
    """IDX-2: the mean of the sources weighted by volume; equal weights when a volume is unknown or none traded."""
    if not points:
        return None
    if len(points) == 1:
        return points[0].price
    volumes = [point.volume for point in points]
    weights = volumes if all(v is not None for v in volumes) and any(volumes) else [ONE] * len(points)
    weighted = sum((w * p.price for w, p in zip(weights, points)), ZERO)
    return round_half_up(ratio(weighted, sum(weights, ZERO)), 8)


class Rates(NamedTuple):
    """Daily rates of one coin in one mode: since when, and how much a day, as a fraction of the principal."""

    since: tuple[int, ...]
    rate_daily: tuple[Decimal, ...]

    def at(self, moment: int) -> Decimal | None:
        index = bisect_right(self.since, moment)
        return self.rate_daily[index - 1] if index else None


class Market:
    """Tickers by symbol and rates by (mode, asset). `pinned` holds coins at a price, to look at a candle's extreme."""

    __slots__ = ("tickers", "rates", "pinned", "_routes")

    def __init__(self, tickers: dict[str, Ticker], rates: dict[tuple[str, str], Rates], pinned: Prices | None = None):
        self.tickers, self.rates, self.pinned = tickers, rates, pinned or {}
        self._routes: dict[str, tuple[Route, ...]] = {}

    def pin(self, prices: Prices) -> "Market":
        market = Market(self.tickers, self.rates, prices)
        market._routes = self._routes
        return market

    def last(self, symbol: str, at: int) -> Decimal | None:
        ticker = self.tickers.get(symbol)
        return ticker.price(at) if ticker else None

    def value(self, asset: str, at: int) -> Decimal | None:
        """The index price of one coin in USDT at `at`, None without a priced route."""
        if asset in self.pinned:
            return self.pinned[asset]
        return self._along(asset, lambda leg: self.last(leg.symbol, at))

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
