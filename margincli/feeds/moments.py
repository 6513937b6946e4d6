"""Times: RFC 3339 or an epoch number in, whole milliseconds since 1970 (UTC) out. No floats."""

import re

EARLIEST = 1_230_768_000_000  # 2009-01-01, the year of the first bitcoin
LATEST = 4_102_444_800_000  # 2100-01-01

_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))?)?"
).fullmatch
_EPOCH = re.compile(r"([0-9]{1,20})(?:\.([0-9]{0,20}))?").fullmatch


def parse_time(text):
    """The moment an RFC 3339 text names, in ms; UTC without a zone. Digits below the ms are dropped."""
    text = text.strip()
    found = _RFC3339(text)
    if not found:
        raise ValueError(f"{text[:40]!r} is not a time; write 2020-03-10T12:00:00Z or 2020-03-10")
    year, month, day, hour, minute, second, fraction, sign, off_hours, off_minutes = found.groups()
    from datetime import datetime

    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError as fault:
        raise ValueError(f"{text!r} is not a time: {fault}") from None
    since = moment - datetime(1970, 1, 1)
    seconds = since.days * 86_400 + since.seconds - _offset_seconds(text, sign, off_hours, off_minutes)
    return seconds * 1000 + int(((fraction or "") + "000")[:3])


def _offset_seconds(text, sign, hours, minutes):
    if not sign:
        return 0
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError(f"{text!r} is not a time: its offset must be within 23:59")
    seconds = int(hours) * 3600 + int(minutes) * 60
    return -seconds if sign == "-" else seconds


def format_time(ms):
    """RFC 3339 in UTC, with milliseconds only where there are any."""
    from datetime import datetime, timedelta

    seconds, rest = divmod(ms, 1000)
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
    except OverflowError:
        raise ValueError(f"{ms} ms lies outside the years 1 to 9999") from None
    return f"{moment.isoformat()}{f'.{rest:03d}' if rest else ''}Z"


def read_moment(text):
    """A time as files write it -> (ms, exact, coarse): digits are an epoch, the rest RFC 3339.

    The unit of an epoch follows from its size: within 2009..2100 seconds, ms, us and ns never overlap.
    `exact` is false where digits below the ms were dropped; `coarse` is true where the file counts seconds.
    """
    found = _EPOCH(text)
    if not found:
        return parse_time(text), True, False
    whole, fraction = int(found[1]), (found[2] or "").rstrip("0")
    if whole < 10**11:
        return whole * 1000 + int((fraction + "000")[:3]), len(fraction) <= 3, True
    unit = 1 if whole < 10**14 else 10**3 if whole < 10**17 else 10**6
    return whole // unit, not fraction and whole % unit == 0, False


def within_years(ms):
    return EARLIEST <= ms < LATEST
