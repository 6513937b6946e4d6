"""Which columns of a table hold what: by their names, or by the order Binance publishes."""

import csv
import re
from itertools import islice
from typing import NamedTuple

from .fault import FeedError, RowRefused

_LOOK_AT = 20  # lines; a banner is one line, a licence text a few

# First name wins: an epoch is exact where a date beside it may be written for people ("07-AM").
_NAMES = {
    "time": ("opentime", "opentimems", "openat", "unix", "unixtimestamp", "unixtime", "timestamp", "opentimestamp",
             "time", "ts", "epoch", "date", "datetime"),
    "open": ("open", "openprice"),
    "high": ("high", "highprice"),
    "low": ("low", "lowprice"),
    "close": ("close", "closeprice"),
    "volume": ("volume", "basevolume", "volumebase", "vol"),
    "close_time": ("closetime", "closetimems", "closeat", "closetimestamp"),
    "symbol": ("symbol", "pair"),
}
_NEEDED = ("time", "open", "high", "low", "close")
_TIME = re.compile(r"[0-9]{9,20}(?:\.[0-9]*)?").fullmatch
_LOST = re.compile(r"[0-9](?:\.[0-9]*)?[eE]\+?[0-9]{1,2}").fullmatch
_PRICE = re.compile(r"[0-9.]+(?:e-[0-9]+)?").fullmatch


class Columns(NamedTuple):
    """Where each thing stands in a row; None for what the file does not carry."""

    layout: str
    delimiter: str
    width: int
    time: int = 0
    open: int = 1
    high: int = 2
    low: int = 3
    close: int = 4
    volume: int | None = 5
    close_time: int | None = None
    symbol: int | None = None


def plain_name(name):
    """Open Time, open_time and openTime are one name."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def split_fields(line, delimiter):
    if '"' not in line:
        return [field.strip() for field in line.split(delimiter)]
    try:
        return [field.strip() for field in next(csv.reader([line], delimiter=delimiter))]
    except csv.Error as fault:
        raise RowRefused(f"its quoting is broken ({fault})") from None


def recognise(source, lines):
    """(columns, lines not yet read as rows). What stands before a header is a banner; before a row, a bad row."""
    head = list(islice(lines, _LOOK_AT))
    if not head:
        raise FeedError("empty_file", f"{source.shown}: the file holds only blank lines.", file=source.shown)
    for place, (number, line) in enumerate(head):
        for delimiter in ",;\t":
            try:
                fields = split_fields(line, delimiter)
            except RowRefused:
                continue
            if columns := _by_names(source, number, fields, delimiter):
                return columns, head[place + 1:]
            if columns := _by_order(source, number, fields, delimiter):
                return columns, head
    raise FeedError("unknown_layout", f"{source.shown}: no header with time, open, high, low and close, and no "
                    "rows in the order of Binance's public files; give such a CSV, or freqtrade JSON.",
                    file=source.shown)


def _by_names(source, number, fields, delimiter):
    names = [plain_name(field) for field in fields]
    places = {role: _place(role, names) for role in _NAMES}
    known = [role for role in _NEEDED if places[role] is not None]
    if len(known) < 3:
        return None
    missing = [role for role in _NEEDED if places[role] is None]
    if missing:
        raise FeedError("unknown_layout", f"{source.shown}: the header at line {number} names no column for "
                        f"{' and '.join(missing)}; name it so.", file=source.shown, missing=missing)
    return Columns(_layout_name(names), delimiter, len(fields), **places)


def _place(role, names):
    for name in _NAMES[role]:
        if name in names:
            return names.index(name)
    if role == "volume":  # CryptoDataDownload: "Volume BTC" comes before "Volume USDT"
        return next((place for place, name in enumerate(names) if name.startswith("volume")), None)
    return None


def _layout_name(names):
    if names[0] in ("unix", "unixtimestamp"):
        return "cryptodatadownload"
    if names[0] == "opentime" and len(names) == 12 and names[-1] == "ignore":
        return "binance_klines_header"
    return "named_columns"


def _by_order(source, number, fields, delimiter):
    while fields and not fields[-1]:
        fields = fields[:-1]
    if len(fields) < 6 or not all(map(_PRICE, fields[1:5])):
        return None
    if _LOST(fields[0]):
        raise lost_digits(source, number, fields[0])
    if not _TIME(fields[0]):
        return None
    full = len(fields) >= 11
    return Columns("binance_klines" if full else "plain_ohlcv", delimiter, len(fields),
                   close_time=6 if full else None)


def lost_digits(source, number, text):
    return FeedError("times_lost_digits", f"{source.shown}: the time at line {number} is written {text}, so its last "
                     "digits are lost (a spreadsheet saved it); nothing was taken. Use the file as it was downloaded.",
                     file=source.shown, line=number, text=text)


def has_lost_digits(text):
    return _LOST(text) is not None
