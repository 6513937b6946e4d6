"""From rows in any order to one series: the interval, the grid it stands on, and what is missing."""

import re
from collections import Counter

from .fault import FeedError

_UNITS = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000))
_IN_NAME = re.compile(r"[_-]([1-9][0-9]?)([smhdw])(?=[_.-]|$)")


def interval_name(ms):
    for unit, size in _UNITS:
        if ms % size == 0:
            return f"{ms // size}{unit}"
    return f"{ms}ms"


def find_interval(times, lasts, source):
    """How long a candle lasts, from its own close time, else from the step between open times (sorted)."""
    steps = Counter(later - earlier for earlier, later in zip(times, times[1:]))
    step = _most_common(steps)
    told = _told_interval(lasts)
    if told and (step is None or step % told == 0):
        return told
    if len(times) < 3:  # too few to tell a step from a gap: the name may know
        named = _interval_in_name(source)
        if named and (step is None or step % named == 0):
            return named
    if step is None or step % 1000:
        raise FeedError("unknown_interval", f"{source.shown}: the rows do not tell how long a candle lasts; keep the "
                        "close time column, or name the file like BTCUSDT-1h.csv.", file=source.shown)
    return step


def _most_common(counts):
    # Of two equally common the smaller: a gap is a multiple of the interval, never a part of it.
    return min(counts, key=lambda step: (-counts[step], step)) if counts else None


def _told_interval(lasts):
    """Files write the close as the last ms, the last second, or the next open."""
    close = _most_common(lasts)
    if close is None or close <= 0 or 2 * lasts[close] <= lasts.total():
        return None
    for interval in (close, close + 1, close + 1000):
        if interval == 1000 or (interval > 0 and interval % 60_000 == 0):
            return interval
    return None


def _interval_in_name(source):
    for name in source.names:
        if found := _IN_NAME.search(name):
            return int(found[1]) * dict(_UNITS)[found[2]]
    return None


def off_grid(times, interval_ms):
    """The open times that do not stand where most do. Weeks begin on Mondays, so the epoch is no measure."""
    phase = _most_common(Counter(time % interval_ms for time in times))
    return [time for time in times if time % interval_ms != phase]


def find_gaps(times, interval_ms):
    """(first missing, last missing, how many) between neighbours of sorted times on one grid."""
    return [
        (earlier + interval_ms, later - interval_ms, (later - earlier) // interval_ms - 1)
        for earlier, later in zip(times, times[1:])
        if later - earlier != interval_ms
    ]
