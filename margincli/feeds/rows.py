"""One row of a candle file: checked, and brought to one form."""

from decimal import Decimal
from typing import NamedTuple

from .decimals import canonical
from .fault import RowRefused, shown
from .layouts import split_fields
from .moments import read_moment, within_years


class Row(NamedTuple):
    open_at: int
    coarse: bool  # the file counted in seconds here; where two rows tell one hour, the finer is the original
    prices: tuple  # open, high, low, close
    volume: str
    lasts: int | None  # close time less open time, where the file tells it
    symbol: str | None


def row_of_line(line, columns):
    if "\0" in line:
        raise RowRefused("holds NUL bytes (a write was cut short?)")
    fields = split_fields(line, columns.delimiter)
    if len(fields) != columns.width:
        fields = _fit(fields, columns)
    return row_of_fields(fields, columns)


def _fit(fields, columns):
    while fields and not fields[-1]:
        fields.pop()
    if len(fields) > columns.width:
        raise RowRefused(f"has {len(fields)} fields where {columns.width} belong (decimal commas?)")
    needed = 1 + max(place for place in columns[3:] if place is not None)
    if len(fields) < needed:
        raise RowRefused(f"has {len(fields)} fields, at least {needed} belong")
    return fields


def row_of_fields(fields, columns):
    open_at, coarse = _open_time(fields[columns.time])
    prices = (
        _price("open", fields[columns.open]),
        _price("high", fields[columns.high]),
        _price("low", fields[columns.low]),
        _price("close", fields[columns.close]),
    )
    _require_order(*prices)
    volume = "0" if columns.volume is None else _number("volume", fields[columns.volume])
    lasts = None if columns.close_time is None else _lasts(open_at, fields[columns.close_time])
    symbol = None if columns.symbol is None else fields[columns.symbol]
    return Row(open_at, coarse, prices, volume, lasts, symbol)


def _open_time(text):
    try:
        open_at, exact, coarse = read_moment(text)
    except ValueError:
        raise RowRefused(f"time {shown(text)} is neither an epoch number nor RFC 3339") from None
    if not within_years(open_at):
        raise RowRefused(f"time {shown(text)} lies outside 2009 to 2100")
    if not exact:
        raise RowRefused(f"time {shown(text)} is not a whole millisecond")
    return open_at, coarse


def _lasts(open_at, text):
    # A close time only helps to tell the interval: one that makes no sense is passed over, not a reason to refuse.
    try:
        return read_moment(text)[0] - open_at
    except ValueError:
        return None


def _number(name, text):
    try:
        return canonical(text)
    except ValueError as fault:
        raise RowRefused(f"{name} {fault}") from None


def _price(name, text):
    price = _number(name, text)
    if price == "0":
        raise RowRefused(f"{name} is 0; a price is above zero")
    return price


def _require_order(opened, high, low, closed):
    top, bottom = Decimal(high), Decimal(low)
    if top < bottom:
        raise RowRefused(f"high {high} is below low {low} (swapped columns?)")
    for name, text in (("open", opened), ("close", closed)):
        price = Decimal(text)
        if price < bottom:
            raise RowRefused(f"{name} {text} is below low {low} (swapped columns?)")
        if price > top:
            raise RowRefused(f"{name} {text} is above high {high} (swapped columns?)")
