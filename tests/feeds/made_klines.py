"""Hourly klines made by hand, and the fault a file of them gives, for the tests of this folder."""

import pytest

from margincli.feeds.candles import FeedError, read_candles

T0, HOUR = 1583020800000, 3_600_000
NAME = "BTCUSDT-1h-2020-03.csv"


def kline(hour, opened="10", high="12", low="8", close="11", volume="5", at=None):
    at = T0 + hour * HOUR if at is None else at
    return f"{at},{opened},{high},{low},{close},{volume},{T0 + (hour + 1) * HOUR - 1},0,0,0,0,0"


def good(*hours):
    return [kline(hour) for hour in hours]


def lines(*rows):
    return "\n".join(rows) + "\n"


def fault_of(path, **asked):
    with pytest.raises(FeedError) as fault:
        read_candles(path, **asked)
    assert "\n" not in str(fault.value)
    return fault.value
