"""Prices and rates into the file, many at once, and what of them is in force.

What is there stays: prices and rates of before may have been settled on. Only a single quote or rate set by hand
replaces the one of the very same moment, so that a slip can be put right.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from ..domain.market import Market, Share
from ..domain.money import ZERO, plain, ratio, round_half_up
from ..domain.world import moment
from .faults import LedgerFault
from .market import sources
from .names import Names

CandleRow = tuple[int, int, str, str, str, str, str]  # open_at, close_at, open, high, low, close, volume
RateRow = tuple[str, str, int, str, str]  # mode, asset, since, rate_daily, source
Row = dict[str, Any]
_CANDLE = ("symbol_id", "source", "open_at", "close_at", "open", "high", "low", "close", "volume")
_RATE = ("mode", "asset", "since", "rate_daily", "source")
_LAST_PRICE = ("symbol", "source", "at", "price", "volume", "kind", "rows", "first_at", "last_at")


class Loaded(NamedTuple):
    added: int
    already_there: int
    kept_different: int  # there already, and not the same: what was there is kept


def add_candles(db: sqlite3.Connection, names: Names, symbol: str, source: str, interval_ms: int, candles: Iterable[CandleRow]) -> Loaded:
    """Raises LedgerFault interval_clash where a candle would overlap one of another interval or grid."""
    rows = sorted(candles, key=itemgetter(0))
    if not rows:
        return Loaded(0, 0, 0)
    symbol_id = names.symbol(symbol)
    _require_one_grid(db, symbol_id, symbol, source, interval_ms, rows)
    there = "SELECT open_at, close_at, open, high, low, close, volume FROM candles WHERE symbol_id = ? AND source = ? AND open_at BETWEEN ? AND ?"
    known = {row[0]: row for row in db.execute(there, (symbol_id, source, rows[0][0], rows[-1][0]))}
    new, loaded = _sorted_out(((row[0], tuple(row), row) for row in rows), known)
    _insert(db, "candles", _CANDLE, ((symbol_id, source, *row) for row in new))
    return loaded


def add_rates(db: sqlite3.Connection, rates: Iterable[RateRow]) -> Loaded:
    """The same rate from another source is the same rate."""
    known = {row[:3]: row[3] for row in db.execute("SELECT mode, asset, since, rate_daily FROM rates")}
    new, loaded = _sorted_out(((tuple(row[:3]), row[3], row) for row in rates), known)
    _insert(db, "rates", _RATE, new)
    return loaded


def _sorted_out(rows: Iterable[tuple], known: dict) -> tuple[list[tuple], Loaded]:
    """Of (key, content, row) the rows whose key is new, and how many were known; of two with one key the first counts."""
    new, same, different = [], 0, 0
    for key, content, row in rows:
        if key not in known:
            known[key] = content
            new.append(row)
        elif known[key] == content:
            same += 1
        else:
            different += 1
    return new, Loaded(len(new), same, different)


def _insert(db: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple]) -> None:
    from sqlite_utils import Database

    def listed():
        yield list(columns)
        yield from rows

    Database(db, execute_plugins=False)[table].insert_all(listed(), batch_size=10_000)


def _require_one_grid(db: sqlite3.Connection, symbol_id: int, symbol: str, source: str, interval_ms: int, rows: list[CandleRow]) -> None:
    """Where candles of two kinds overlapped, the same hour would be lived through twice."""
    suspects = db.execute(
        "SELECT open_at, close_at FROM candles WHERE symbol_id = ? AND source = ? AND open_at <= ? AND close_at >= ? "
        "AND (close_at - open_at NOT IN (?, ?) OR (open_at - ?) % ? <> 0)",
        (symbol_id, source, rows[-1][1], rows[0][0], interval_ms - 1, interval_ms, rows[0][0], interval_ms),
    )
    opens = [row[0] for row in rows]
    for open_at, close_at in suspects:
        last = bisect_left(opens, close_at) - 1  # the last of ours to open before theirs closes
        if last >= 0 and rows[last][1] > open_at:
            clash = {"symbol": symbol, "source": source, "at": moment(open_at), "theirs": _minutes(close_at - open_at + 1), "ours": _minutes(interval_ms)}
            raise LedgerFault("interval_clash", **clash)


def _minutes(millis: int) -> str:
    return f"{millis // 60_000} min" if millis % 60_000 == 0 else f"{millis} ms"


def last_prices(db: sqlite3.Connection, symbol: str | None, at: int) -> list[Row]:
    """A row for each series, by symbol, source and kind: its newest price known at `at`, and its extent in the file.

    at, price and volume are None where the series only begins later.
    """
    found = []
    for number, name in db.execute("SELECT id, name FROM symbols WHERE ?1 IS NULL OR name = ?1 ORDER BY name", (symbol,)).fetchall():
        found += [_last_quote(db, number, name, source, at) for source in sources(db, "quotes", number)]
        found += [_last_candle(db, number, name, source, at) for source in sources(db, "candles", number)]
    return sorted(found, key=itemgetter("symbol", "source", "kind"))


def _last_quote(db: sqlite3.Connection, number: int, symbol: str, source: str, at: int) -> Row:
    series = "FROM quotes WHERE symbol_id = ? AND source = ?"
    known = db.execute(f"SELECT at, price, volume {series} AND at <= ? ORDER BY at DESC LIMIT 1", (number, source, at)).fetchone()
    extent = db.execute(f"SELECT count(*), min(at), max(at) {series}", (number, source)).fetchone()
    return dict(zip(_LAST_PRICE, (symbol, source, *(known or (None, None, None)), "quote", *extent)))


def _last_candle(db: sqlite3.Connection, number: int, symbol: str, source: str, at: int) -> Row:
    series = "FROM candles WHERE symbol_id = ? AND source = ?"
    known = db.execute(
        "SELECT iif(close_at <= ?1, close_at, open_at), iif(close_at <= ?1, close, open), iif(close_at <= ?1, volume, NULL) "
        "FROM candles WHERE symbol_id = ?2 AND source = ?3 AND open_at <= ?1 ORDER BY open_at DESC LIMIT 1",
        (at, number, source),
    ).fetchone()
    extent = db.execute(f"SELECT count(*), min(open_at), max(close_at) {series}", (number, source)).fetchone()
    return dict(zip(_LAST_PRICE, (symbol, source, *(known or (None, None, None)), "candle", *extent)))


def with_shares(rows: list[Row], market: Market, at: int) -> list[Row]:
    """Of each source the newest of its rows, with what it brings to the index price of its symbol at `at`, and why."""
    found = []
    for symbol, of_symbol in groupby(rows, key=itemgetter("symbol")):
        ticker = market.tickers.get(symbol)
        price = ticker.price(at) if ticker else None
        shares = ticker.shares(at) if ticker else []
        total = sum((share.weight for share in shares), ZERO)
        told = {share.source: _told(share, total, at) for share in shares}
        for source, of_source in groupby(of_symbol, key=itemgetter("source")):
            newest = max(of_source, key=lambda row: (-1 if row["at"] is None else row["at"], row["kind"]))  # at one moment a quote
            found.append({**newest, **(told.get(source) or _NOT_YET), "index_price": None if price is None else plain(price)})
    return found


_NOT_YET = {"age_seconds": None, "weight": "0", "price_used": None, "state": "not_yet"}


def _told(share: Share, total: Decimal, at: int) -> Row:
    return {
        "age_seconds": (at - share.point.at) // 1000,
        "weight": plain(round_half_up(ratio(share.weight, total))),
        "price_used": None if share.used is None else plain(share.used),
        "state": share.state,
    }


def rates_in_force(db: sqlite3.Connection, asset: str | None, at: int) -> list[Row]:
    rows = db.execute(
        "SELECT mode, asset, max(since), rate_daily, source FROM rates WHERE since <= ?1 AND (?2 IS NULL OR asset = ?2) "
        "GROUP BY mode, asset ORDER BY asset, mode",
        (at, asset),
    )
    return [dict(zip(_RATE, row)) for row in rows]
