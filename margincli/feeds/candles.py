"""Candle files as people have them on disk, read without being told which kind they are."""

import json
from functools import partial
from itertools import chain
from typing import NamedTuple

from .fault import FeedError, RowRefused, require_mostly_sound
from .gather import Gathered
from .layouts import Columns, has_lost_digits, lost_digits, recognise
from .opening import json_rows, open_source
from .rows import row_of_fields, row_of_line
from .series import find_gaps, find_interval, interval_name, off_grid
from .symbols import asked_symbol, choose_symbol

__all__ = ["Candle", "CandleFile", "FeedError", "read_candles"]


class Candle(NamedTuple):
    """One candle: times in ms (UTC), prices and volume as plain decimal text."""

    open_at: int
    close_at: int
    open: str
    high: str
    low: str
    close: str
    volume: str


class CandleFile(NamedTuple):
    symbol: str
    interval_ms: int
    candles: list  # of Candle, by open time, each time once
    layout: str
    gaps: list  # of (first missing ms, last missing ms, how many)
    duplicates: int
    conflicting: int  # the duplicates whose prices differ from the row that was kept
    refused: list  # of (line number, reason)


def read_candles(path, symbol=None, progress=None):
    """Read one file of candles of one pair. `progress(rows, bytes_read, bytes_in_all)` is called now and then."""
    asked = asked_symbol(symbol) if symbol is not None else None
    with open_source(path) as source:
        gathered = Gathered(source)
        layout = (_take_json if source.is_json else _take_csv)(source, gathered, progress)
        return _candle_file(gathered, layout, asked)


def _take_csv(source, gathered, progress):
    lines = source.lines()
    columns, head = recognise(source, lines)
    gathered.take(chain(head, lines), partial(_row_of_line, source, columns), progress)
    return columns.layout


def _row_of_line(source, columns, number, line):
    """A row, or a refusal; but one time that lost its digits means that the whole column did."""
    try:
        return row_of_line(line, columns)
    except RowRefused:
        fields = line.split(columns.delimiter)
        time = fields[columns.time].strip(' "\r\n') if columns.time < len(fields) else ""
        if has_lost_digits(time):
            raise lost_digits(source, number, time) from None
        raise


def _take_json(source, gathered, progress):
    rows = json_rows(source)
    layout, close_time = "freqtrade_json", None
    if rows and isinstance(rows[0], list) and len(rows[0]) >= 11:  # the answer of Binance's own klines route
        layout, close_time = "binance_json", 6
    columns = Columns(layout, ",", 6, close_time=close_time)
    gathered.take(enumerate(rows, 1), lambda _, row: _row_of_list(row, columns), progress)
    return layout


def _row_of_list(row, columns):
    least = 6 if columns.close_time is None else 7
    if not isinstance(row, list) or len(row) < least:
        raise RowRefused(f"is not a list of at least {least} numbers")
    for field in row[:least]:
        if not isinstance(field, str):
            raise RowRefused(f"holds {json.dumps(field)[:40]} where a number belongs")
    return row_of_fields(row, columns)


def _candle_file(gathered, layout, asked):
    source, rows = gathered.source, gathered.rows
    require_mostly_sound(source.shown, len(rows) + gathered.duplicates, gathered.refused, "candle")
    if not rows:
        raise FeedError("no_candles", f"{source.shown}: holds no candles; download it again.", file=source.shown)
    symbol = choose_symbol(asked, gathered.symbol, source)
    interval = find_interval(sorted(rows), gathered.lasts, source)
    gathered.drop(off_grid(sorted(rows), interval), f"not on the {interval_name(interval)} grid")
    require_mostly_sound(source.shown, len(rows) + gathered.duplicates, gathered.refused, "candle")
    times = sorted(rows)
    candles = [_candle(rows[time][1], interval) for time in times]
    return CandleFile(symbol, interval, candles, layout, find_gaps(times, interval),
                      gathered.duplicates, gathered.conflicting, gathered.refused)


def _candle(row, interval):
    return Candle(row.open_at, row.open_at + interval - 1, *row.prices, row.volume)
