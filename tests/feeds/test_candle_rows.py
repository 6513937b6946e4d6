"""Rows of candle files made by hand: every way one goes wrong, and how times, intervals and duplicates are told."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_klines import HOUR, NAME, T0, fault_of, good, kline, lines

from margincli.feeds.candles import FeedError, read_candles


@pytest.mark.parametrize("bad, reason", [
    (kline(3, high="8", low="12"), "high 8 is below low 12 (swapped columns?)"),
    (kline(3, opened="7"), "open 7 is below low 8 (swapped columns?)"),
    (kline(3, opened="12.01"), "open 12.01 is above high 12 (swapped columns?)"),
    (kline(3, close="7.999"), "close 7.999 is below low 8 (swapped columns?)"),
    (kline(3, close="13"), "close 13 is above high 12 (swapped columns?)"),
    (kline(3, opened="nan"), "open 'nan' is not a plain decimal"),
    (kline(3, high="inf"), "high 'inf' is not a plain decimal"),
    (kline(3, high="Infinity"), "high 'Infinity' is not a plain decimal"),
    (kline(3, low="0"), "low is 0; a price is above zero"),
    (kline(3, low="-8"), "low -8 is negative"),
    (kline(3, close=""), "close is empty"),
    (kline(3, close="1.1E+01"), "close is written '1.1E+01': its last digits may be lost"),
    (kline(3, close="1e1"), "close '1e1' is not a plain decimal"),
    (kline(3, close="1_1"), "close '1_1' is not a plain decimal"),
    (kline(3, close="0x0b"), "close '0x0b' is not a plain decimal"),
    (kline(3, close="١١"), "is not a plain decimal"),
    (kline(3, close="11.0.0"), "close '11.0.0' is not a plain decimal"),
    (kline(3, high="9" * 101), "high is 101 characters long"),
    (kline(3, volume="-1"), "volume -1 is negative"),
    (kline(3, volume="NaN"), "volume 'NaN' is not a plain decimal"),
    (kline(3, volume="NULL"), "volume 'NULL' is not a plain decimal"),
    (kline(3, at="tomorrow"), "time 'tomorrow' is neither"),
    (kline(3, at=""), "time '' is neither"),
    (kline(3, at=1_000_000_000), "time '1000000000' lies outside 2009 to 2100"),
    (kline(3, at=4_102_444_800_000), "lies outside 2009 to 2100"),
    (kline(3, at="9" * 20), "lies outside 2009 to 2100"),
    (kline(3, at="9" * 200), "is neither an epoch"),
    (kline(3, at=(T0 + 3 * HOUR) * 1000 + 1), "is not a whole millisecond"),
    (kline(3, at=T0 + 3 * HOUR + 1), "not on the 1h grid"),
    (kline(3, at=T0 + 3 * HOUR + HOUR // 2), "not on the 1h grid"),
    (kline(3).replace("12", "1\0002"), "holds NUL bytes"),
    ("\0" * 30, "holds NUL bytes"),
    (f"{T0 + 3 * HOUR},10,12", "has 3 fields, at least 7 belong"),
    (kline(3).replace(",10,", ",10,5,"), "has 13 fields where 12 belong"),
    ("open_time,open,high,low,close,volume,close_time,a,b,c,d,ignore", "time 'open_time' is neither"),
    ("</html>", "has 1 fields"),
    ('"' + kline(3), "has 1 fields"),
])
def test_a_bad_row_is_refused_with_its_line_and_the_rest_is_taken(write, bad, reason):
    got = read_candles(write(NAME, lines(*good(0, 1, 2), bad, *good(4, 5))))
    assert [number for number, _ in got.refused] == [4]
    assert reason in got.refused[0][1]
    assert [candle.open_at for candle in got.candles] == [T0 + hour * HOUR for hour in (0, 1, 2, 4, 5)]
    assert got.gaps == [(T0 + 3 * HOUR, T0 + 3 * HOUR, 1)]


def test_a_bad_first_row_does_not_hide_the_layout(write):
    got = read_candles(write(NAME, lines(kline(0, opened="nan"), *good(1, 2, 3))))
    assert got.refused == [(1, "open 'nan' is not a plain decimal")]
    assert len(got.candles) == 3


def test_mostly_bad_rows_mean_a_file_we_do_not_understand(write):
    swapped = [kline(hour, high="8", low="12") for hour in range(3)]
    fault = fault_of(write(NAME, lines(*swapped, *good(3, 4))))
    assert fault.code == "not_a_candle_file"
    assert "3 of 5 rows" in str(fault) and "line 1: high 8 is below low 12 (swapped columns?)" in str(fault)
    assert fault.facts["line"] == 1
    assert len(read_candles(write(NAME, lines(*swapped, *good(3, 4, 5)))).candles) == 3  # half is not more than half


def test_rows_on_no_common_grid_are_refused_whole(write):
    rows = [kline(0, at=T0 + hour * HOUR + hour * hour * 1000) for hour in range(9)]
    assert fault_of(write(NAME, lines(*rows))).code in ("not_a_candle_file", "unknown_interval")


def test_digits_are_kept_to_the_last(write):
    price = "0.10000000000000000001"
    low, high = "0.1", "0.10000000000000000002"
    row = kline(0, opened=price, high=high, low=low, close=price, volume="12345678901234567890.12345678901234567890")
    (candle,) = read_candles(write(NAME, lines(row))).candles
    assert candle[2:] == (price, high, low, price, "12345678901234567890.1234567890123456789")
    swapped = kline(1, opened=low, high=low, low=price, close=low)  # a float would call these two equal
    refused = read_candles(write(NAME, lines(row, swapped))).refused
    assert refused == [(2, f"high {low} is below low {price} (swapped columns?)")]


@pytest.mark.parametrize("written, plain", [
    ("10.00000000", "10"), ("010.50", "10.5"), ("10.", "10"), (" 10 ", "10"), ("8.0", "8"), ("100", "100"),
])
def test_numbers_come_in_one_form(write, written, plain):
    (candle,) = read_candles(write(NAME, lines(kline(0, opened=written, high="100", close="100")))).candles
    assert candle.open == plain


def test_small_prices_as_python_prints_them(write):
    row = kline(0, opened="4e-05", high=".0001", low="3.9e-05", close="0.00004")
    (candle,) = read_candles(write(NAME, lines(row))).candles
    assert candle[2:6] == ("0.00004", "0.0001", "0.000039", "0.00004")


@pytest.mark.parametrize("unit", ["seconds", "float seconds", "ms", "us", "ns", "text", "zoned text"])
def test_every_unit_of_time(write, unit):
    def at(hour):
        ms = T0 + hour * HOUR
        return {"seconds": ms // 1000, "float seconds": f"{ms // 1000}.0", "ms": ms, "us": ms * 1000, "ns": ms * 10**6,
                "text": f"2020-03-01 0{hour}:00:00", "zoned text": f"2020-03-01T0{hour + 2}:00:00+02:00"}[unit]

    rows = [f"{at(hour)},10,12,8,11,5" for hour in range(4)]
    got = read_candles(write("BTCUSDT.csv", lines("date,open,high,low,close,volume", *rows)))
    assert [candle.open_at for candle in got.candles] == [T0 + hour * HOUR for hour in range(4)]
    assert got.candles[0].close_at == T0 + HOUR - 1


def test_units_may_change_within_a_file(write):
    rows = kline(0), kline(1, at=(T0 + HOUR) * 1000), kline(2, at=(T0 + 2 * HOUR) // 1000)
    got = read_candles(write(NAME, lines(*rows)))
    assert [candle.open_at for candle in got.candles] == [T0, T0 + HOUR, T0 + 2 * HOUR]


@pytest.mark.parametrize("rows, kept, dropped, differing", [
    ([kline(0), kline(0), kline(1)], "10", 1, 0),
    ([kline(0), kline(0, volume="9"), kline(1)], "10", 1, 0),
    ([kline(0, opened="9"), kline(0), kline(1)], "9", 1, 1),
    ([kline(0, opened="9", at=f"{T0 // 1000}.0"), kline(0), kline(1)], "10", 1, 1),
    ([kline(0, opened="9"), kline(0, at=f"{T0 // 1000}.0"), kline(1)], "9", 1, 1),
    ([kline(0, opened="9", at=T0 * 1000), kline(0), kline(1)], "9", 1, 1),
    ([kline(0), kline(0, opened="10.0"), kline(0, opened="9"), kline(1)], "10", 2, 1),
])
def test_duplicates_are_dropped_and_counted(write, rows, kept, dropped, differing):
    got = read_candles(write(NAME, lines(*rows)))
    assert len(got.candles) == 2
    assert (got.candles[0].open, got.duplicates, got.conflicting) == (kept, dropped, differing)


@pytest.mark.parametrize("name, rows, interval", [
    ("BTCUSDT.csv", [f"{T0},10,12,8,11,5,{T0 + HOUR - 1},0,0,0,0,0"], HOUR),
    ("BTCUSDT.csv", [f"{T0},10,12,8,11,5,{T0 + HOUR},0,0,0,0,0"], HOUR),
    ("BTCUSDT.csv", [f"{T0 // 1000},10,12,8,11,5,{T0 // 1000 + 3599},0,0,0,0,0"], HOUR),
    ("BTCUSDT.csv", [f"{T0 * 1000},10,12,8,11,5,{(T0 + 1000) * 1000 - 1},0,0,0,0,0"], 1000),
    ("BTCUSDT-15m.csv", [f"{T0},10,12,8,11,5"], 900_000),
    ("BTCUSDT-1h.csv", [f"{T0},10,12,8,11,5", f"{T0 + 3 * HOUR},10,12,8,11,5"], HOUR),
    ("BTCUSDT.csv", [f"{T0},10,12,8,11,5", f"{T0 + 3 * HOUR},10,12,8,11,5"], 3 * HOUR),
    ("BTCUSDT.csv", [f"{T0 + hour * HOUR},10,12,8,11,5,{T0},0,0,0,0,0" for hour in range(3)], HOUR),
    ("BTCUSDT.csv", [f"{T0 + week * 604_800_000},10,12,8,11,5" for week in range(3)], 604_800_000),
])
def test_how_long_a_candle_lasts(write, name, rows, interval):
    got = read_candles(write(name, lines(*rows)))
    assert got.interval_ms == interval
    assert got.candles[0].close_at == T0 + interval - 1
    assert got.refused == []


def test_one_candle_without_a_hint_is_not_guessed(write):
    assert fault_of(write("BTCUSDT.csv", f"{T0},10,12,8,11,5\n")).code == "unknown_interval"


@settings(database=None, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_spoilt_byte_never_breaks_a_good_file(write, data):
    content = bytearray(lines(*good(*range(6))).encode())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        got = read_candles(write(NAME, bytes(content)))
    except FeedError:
        return
    assert len(got.candles) + got.duplicates + len(got.refused) >= 5
