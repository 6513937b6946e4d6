"""The market as it is known between two moments: the price points and rates that settling walks over.

Nothing later than `until` ever leaves the file: of a candle that is still open only its open is known.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal
from operator import itemgetter

from ..domain.chart import Point, Series
from ..domain.market import IndexRules, Market, Rates, Ticker, routes

_QUOTES = (
    "SELECT at, price, volume FROM quotes WHERE symbol_id = :symbol AND source = :source AND at <= :until AND at >= "
    "coalesce((SELECT max(at) FROM quotes WHERE symbol_id = :symbol AND source = :source AND at <= :since), :since) ORDER BY at"
)
# Candles of one series do not overlap, so the last one opened by `since` gives the last point known then.
_CANDLES = (
    "SELECT open_at, close_at, open, high, low, close, volume FROM candles "
    "WHERE symbol_id = :symbol AND source = :source AND open_at <= :until AND open_at >= "
    "coalesce((SELECT max(open_at) FROM candles WHERE symbol_id = :symbol AND source = :source AND open_at <= :since), :since) ORDER BY open_at"
)
_QUOTE = "INSERT OR REPLACE INTO quotes (symbol_id, source, at, price, volume) VALUES (?, ?, ?, ?, ?)"
_by_time = itemgetter(0)


def quote(db: sqlite3.Connection, row: tuple[int, str, int, str, str | None]) -> None:
    """Write a quote, or another of the same source and moment."""
    db.execute(_QUOTE, row)


def load(db: sqlite3.Connection, assets: Iterable[str], symbols: Iterable[str], since: int, until: int, index: IndexRules = IndexRules()) -> Market:
    """Tickers on the routes of `assets` and of `symbols`, and rates of `assets` in both modes.

    Of each series: the last point known at `since`, and all with since < at <= until.
    """
    assets = set(assets)
    priced = dict(db.execute("SELECT name, id FROM symbols"))
    wanted = {leg.symbol for asset in assets for route in routes(asset, priced) for leg in route}
    wanted |= priced.keys() & set(symbols)
    tickers = (Ticker(symbol, _sources(db, priced[symbol], since, until), index) for symbol in sorted(wanted))
    return Market({ticker.symbol: ticker for ticker in tickers if ticker.sources}, _rates(db, assets, since, until))


def told(known: Market, symbol: str, source: str, point: Point) -> Market | None:
    """What was loaded, with a quote more; None where it has to be loaded anew, as for the first of a source, which may open a route."""
    ticker = known.tickers.get(symbol)
    series = ticker and source in ticker.sources and ticker.sources[source].told(point)
    if not series:
        return None
    return Market({**known.tickers, symbol: ticker._replace(sources={**ticker.sources, source: series})}, known.rates)


def points(known: Market) -> int:
    """How many it has, of all symbols and sources."""
    return sum(len(series.points) for ticker in known.tickers.values() for series in ticker.sources.values())


def sources(db: sqlite3.Connection, table: str, symbol_id: int) -> Iterator[str]:
    """The sources of a symbol, found by skipping along the key: their rows may be many."""
    ask = f"SELECT source FROM {table} WHERE symbol_id = ? AND source > ? ORDER BY source LIMIT 1"
    source = ""
    while row := db.execute(ask, (symbol_id, source)).fetchone():
        source = row[0]
        yield source


def _sources(db: sqlite3.Connection, symbol_id: int, since: int, until: int) -> dict[str, Series]:
    found = sorted({source for table in ("candles", "quotes") for source in sources(db, table, symbol_id)})
    series = {}
    for source in found:
        span = {"symbol": symbol_id, "source": source, "since": since, "until": until}
        points = _known(_points(db, span, until), since)
        if points:
            series[source] = Series(points)
    return series


def _points(db: sqlite3.Connection, span: dict, until: int) -> list[Point]:
    """Ascending; at one moment an open, then a close, then a quote, since sorting keeps the order of equals."""
    points = []
    for open_at, close_at, opened, high, low, close, volume in db.execute(_CANDLES, span):
        points.append(Point(open_at, Decimal(opened)))
        if close_at <= until:
            points.append(Point(close_at, Decimal(close), Decimal(low), Decimal(high), Decimal(volume)))
    quotes = [Point(at, Decimal(price), volume=volume and Decimal(volume)) for at, price, volume in db.execute(_QUOTES, span)]
    return sorted(points + quotes, key=_by_time) if quotes else points


def _known(points: list[Point], since: int) -> list[Point]:
    """Without those that a later one had replaced by `since`."""
    start = 0
    while start + 1 < len(points) and points[start + 1].at <= since:
        start += 1
    return points[start:]


def _rates(db: sqlite3.Connection, assets: set[str], since: int, until: int) -> dict[tuple[str, str], Rates]:
    found = {}
    for mode in ("cross", "isolated"):
        for asset in sorted(assets):
            rows = db.execute(
                "SELECT since, rate_daily FROM rates WHERE mode = :mode AND asset = :asset AND since <= :until AND since >= "
                "coalesce((SELECT max(since) FROM rates WHERE mode = :mode AND asset = :asset AND since <= :since), :since) ORDER BY since",
                {"mode": mode, "asset": asset, "since": since, "until": until},
            ).fetchall()
            if rows:
                found[mode, asset] = Rates(tuple(row[0] for row in rows), tuple(Decimal(row[1]) for row in rows))
    return found
