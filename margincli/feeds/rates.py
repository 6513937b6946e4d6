"""Daily interest rates in: Binance's interestRateHistory as JSON, or a CSV with named columns."""

from decimal import Decimal
from typing import NamedTuple

from .decimals import canonical
from .fault import FeedError, RowRefused, require_mostly_sound, shown
from .gather import require_few
from .layouts import plain_name, split_fields
from .moments import read_moment, within_years
from .opening import json_rows, open_source

_NAMES = {
    "asset": ("asset", "coin", "symbol"),
    "time": ("timestamp", "time", "effectiveat", "effectiveutc", "at", "timeutc", "accruedutc"),
    "rate": ("dailyinterestrate", "ratedaily", "dailyrate", "rate"),
    "vip": ("viplevel", "vip"),
}
_EXAMPLES = {"asset": "asset", "time": "timestamp", "rate": "dailyInterestRate"}


class Rate(NamedTuple):
    """From `effective_at` (ms, UTC) on, owing `asset` costs `rate_daily` a day: a fraction, not percent."""

    asset: str
    effective_at: int
    rate_daily: str
    vip: int | None


class RateFile(NamedTuple):
    rates: list  # of Rate, by asset, time and VIP level, each once
    duplicates: int
    refused: list  # of (line number, reason)
    layout: str
    conflicting: int  # the duplicates whose rate differs from the row that was kept


def read_rates(path, asset=None):
    """Read one file of rates. `asset` picks one out of many, or names the one where no column does."""
    with open_source(path) as source:
        items, layout = (_json_items if source.is_json else _csv_items)(source, asset)
        found, refused, duplicates, conflicting, seen = _collect(source, items, asset)
        require_mostly_sound(source.shown, seen, refused, "rate")
        if not found:
            of = f" of {asset}" if asset else ""
            raise FeedError("no_rates", f"{source.shown}: holds no rates{of}.", file=source.shown, asset=asset)
    rates = sorted(found.values(), key=lambda rate: (rate[:2], -1 if rate.vip is None else rate.vip))
    return RateFile(rates, duplicates, refused, layout, conflicting)


def _collect(source, items, asset):
    wanted = _asked_asset(asset) if asset else None
    found, refused, duplicates, conflicting, seen = {}, [], 0, 0, 0
    for number, cells in items:
        try:
            rate = _rate(cells, wanted)
        except RowRefused as refusal:
            refused.append((number, str(refusal)))
            require_few(source, refused)
            continue
        seen += 1
        if wanted and rate.asset != wanted:
            continue
        kept = found.setdefault((rate.asset, rate.effective_at, rate.vip), rate)
        duplicates += kept is not rate
        conflicting += kept.rate_daily != rate.rate_daily
    return found, refused, duplicates, conflicting, seen


def _rate(cells, wanted):
    """`cells` answers the text of a role, or refuses; a plain string is a refusal known before."""
    if isinstance(cells, str):
        raise RowRefused(cells)
    asset = _asset(cells["asset"]) if "asset" in cells else wanted
    return Rate(asset, _effective_at(cells["time"]), _rate_daily(cells["rate"]), _vip(cells.get("vip")))


def _asked_asset(text):
    try:
        return _asset(text)
    except RowRefused as refusal:
        raise FeedError("bad_asset", f"{refusal}.", asset=text) from None


def _asset(text):
    name = text.strip().upper() if isinstance(text, str) else ""
    if not name.isalnum() or len(name) > 20:
        raise RowRefused(f"asset {shown(text)} is not a name such as USDT")
    return name


def _effective_at(text):
    try:
        at, exact, _ = read_moment(_text("time", text))
    except RowRefused:
        raise
    except ValueError:
        raise RowRefused(f"time {shown(text)} is neither an epoch number nor RFC 3339") from None
    if not (within_years(at) and exact):
        raise RowRefused(f"time {shown(text)} is not a whole millisecond within 2009 to 2100")
    return at


def _rate_daily(text):
    text = _text("rate", text)
    if text.endswith("%"):
        raise RowRefused(f"rate {shown(text)} is percent; write 0.02% a day as 0.0002")
    try:
        rate = canonical(text)
    except ValueError as fault:
        raise RowRefused(f"rate {fault}") from None
    if Decimal(rate) >= 1:
        raise RowRefused(f"rate {rate} a day looks like percent; write 0.02% a day as 0.0002")
    return rate


def _vip(text):
    if text is None or text == "":
        return None
    if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 2):
        raise RowRefused(f"VIP level {shown(text)} is not a number from 0 to 99")
    return int(text)


def _text(role, value):
    if not isinstance(value, str):
        raise RowRefused(f"{role} is missing" if value is None else f"{role} {shown(value)} is not a number")
    return value.strip()


def _json_items(source, asset):
    rows = json_rows(source)
    first = next((row for row in rows if isinstance(row, dict)), None)
    if first is None:
        raise FeedError("no_rates" if not rows else "unknown_layout", f"{source.shown}: holds no objects with asset, "
                        "timestamp and dailyInterestRate.", file=source.shown)
    roles = _roles(source, list(first), asset)
    return ((number, {role: row.get(key) for role, key in roles.items()} if isinstance(row, dict) else
             "is not an object") for number, row in enumerate(rows, 1)), "interest_rate_history_json"


def _csv_items(source, asset):
    lines = source.lines()
    number, header = next(lines, (0, ""))
    delimiter = max(",;\t", key=header.count)
    try:
        names = split_fields(header, delimiter)
    except RowRefused as refusal:
        raise FeedError("unknown_layout", f"{source.shown}: line {number}: {refusal}.", file=source.shown) from None
    places = {role: names.index(name) for role, name in _roles(source, names, asset).items()}
    return ((at, _cells(line, delimiter, places, len(names))) for at, line in lines), "named_columns"


def _cells(line, delimiter, places, width):
    if "\0" in line:
        return "holds NUL bytes (a write was cut short?)"
    try:
        fields = split_fields(line, delimiter)
    except RowRefused as refusal:
        return str(refusal)
    while len(fields) > width and not fields[-1]:
        fields.pop()
    if len(fields) > width or len(fields) <= max(places.values()):
        return f"has {len(fields)} fields where {width} belong"
    return {role: fields[place] for role, place in places.items()}


def _roles(source, names, asset):
    """Which of the file's own names holds what. Rates by the hour or the year are turned away, not converted."""
    plain = {}
    for name in names:
        plain.setdefault(plain_name(name), name)
    roles = {role: plain[known] for role, all_known in _NAMES.items()
             if (known := next((name for name in all_known if name in plain), None))}
    hourly = next((name for key, name in plain.items() if "hourly" in key), None)
    if hourly is not None and plain_name(roles.get("rate", "rate")) == "rate":
        raise FeedError("hourly_rates", f"{source.shown}: the column {shown(hourly)} is a rate by the hour; rates here "
                        "are daily: multiply by 24 and name the column rate_daily.", file=source.shown, column=hourly)
    missing = [role for role in ("asset", "time", "rate") if role not in roles and not (role == "asset" and asset)]
    if missing:
        wanted = " and ".join(_EXAMPLES[role] for role in missing)
        raise FeedError("unknown_layout", f"{source.shown}: no column {wanted}; name the columns in the first line.",
                        file=source.shown, missing=missing)
    return roles
