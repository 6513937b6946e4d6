"""The one place that reads the machine's clock, and turns the words for a time into milliseconds since 1970 (UTC)."""

import time

from .faults import REFUSED, WordFault

MOST_AHEAD_MS = 366 * 86_400_000


def now() -> int:
    return time.time_ns() // 1_000_000


def read_moment(text: str) -> int:
    """``now``, or a time as RFC 3339 writes it."""
    if text.strip().lower() == "now":
        return now()
    from margincli.feeds.moments import parse_time

    try:
        return parse_time(text)
    except ValueError as fault:
        hint = "Write it as 2024-09-01T12:00:00Z, with a zone or in UTC; or now."
        raise WordFault("bad_time", f"{fault}.", hint, time=text) from None


def read_as_of(text: str) -> int:
    """The time a command is to happen at."""
    moment = read_moment(text)
    if moment > now() + MOST_AHEAD_MS:
        why = "time runs forward in an account, so a moment years ahead would lock it there"
        raise WordFault("time_ahead", f"{text} is more than 366 days ahead: {why}.", "Use a nearer --at.", REFUSED, at=text)
    return moment
