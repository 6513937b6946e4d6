"""Candle files made by hand: whose they are, the clothes they come in, and those that are none."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from made_klines import HOUR, NAME, T0, fault_of, good, kline, lines

from margincli.feeds.candles import FeedError, read_candles


@pytest.mark.parametrize("name, asked, symbol", [
    ("BTCUSDT-1h-2020-03.csv", None, "BTCUSDT"),
    ("freqtrade_XMR_USDT-1h_head.csv", None, "XMRUSDT"),
    ("BNB_USDT-1h.csv", None, "BNBUSDT"),
    ("BTC_USDT_USDT-1h-futures.csv", None, "BTCUSDT"),
    ("Binance_ETHBTC_1h.csv", None, "ETHBTC"),
    ("1000SATSUSDT-1h.csv", None, "1000SATSUSDT"),
    ("dogeusdt_1h.csv", None, "DOGEUSDT"),
    ("BTCUSDT-1h.csv", "eth/usdt", "ETHUSDT"),
    ("prices.csv", "eth-usdt", "ETHUSDT"),
    ("prices.csv", "eth_btc", "ETHBTC"),
])
def test_the_symbol_is_asked_for_or_in_the_name(write, name, asked, symbol):
    assert read_candles(write(name, lines(*good(0, 1))), symbol=asked).symbol == symbol


@pytest.mark.parametrize("name", ["prices.csv", "2020-03.csv", "data_1h.csv", "BTC-2020.csv", "USDT-1h.csv"])
def test_without_a_symbol_the_user_is_asked(write, name):
    fault = fault_of(write(name, lines(*good(0, 1))))
    assert fault.code == "no_symbol" and "--symbol" in str(fault)


@pytest.mark.parametrize("asked", ["", "B", "BTC USDT", "../x", "BTC\nUSDT", "A" * 50])
def test_a_symbol_that_is_none_is_refused(write, asked):
    assert fault_of(write(NAME, lines(*good(0, 1))), symbol=asked).code == "bad_symbol"


def named(*rows):
    return lines("time,symbol,open,high,low,close,volume", *rows)


def test_the_symbol_column_beats_the_name_and_the_argument_beats_both(write):
    path = write(NAME, named(*(f"{T0 + hour * HOUR},ADA/USDT,10,12,8,11,5" for hour in range(3))))
    assert read_candles(path).symbol == "ADAUSDT"
    assert read_candles(path, symbol="SOLUSDT").symbol == "SOLUSDT"


def test_one_symbol_may_be_written_in_two_ways(write):
    path = write("x.csv", named(f"{T0},ADA/USDT,10,12,8,11,5", f"{T0 + HOUR},adausdt,10,12,8,11,5"))
    assert read_candles(path).symbol == "ADAUSDT"


def test_two_symbols_are_refused_whole(write):
    path = write("x.csv", named(f"{T0},ADAUSDT,10,12,8,11,5", f"{T0 + HOUR},SOLUSDT,10,12,8,11,5"))
    for asked in (None, "ADAUSDT"):
        fault = fault_of(path, symbol=asked)
        assert (fault.code, fault.facts["line"]) == ("two_symbols", 3)


@pytest.mark.parametrize("text", [
    "\ufeff" + lines(*good(0, 1, 2)),
    "\ufeff" + lines("Open time,Open,High,Low,Close,Volume", *(f"{T0 + h * HOUR},10,12,8,11,5" for h in range(3))),
    lines(*good(0, 1, 2)).replace("\n", "\r\n"),
    lines(*good(0, 1, 2)).replace("\n", "\r"),
    "\n\n" + lines(*good(0, 1, 2)).replace("\n", "\n\n  \n"),
    lines(*good(0, 1, 2)).replace("\n", ",\n"),
    lines(*good(0), *(row + "," for row in good(1, 2))),
    lines(*('"' + row.replace(",", '","') + '"' for row in good(0, 1, 2))),
    lines(*good(0, 1, 2)).replace(",", ";"),
    lines(*good(0, 1, 2)).replace(",", "\t"),
    lines(*good(0, 1, 2)).replace(",", " , "),
    lines(*good(0, 1, 2)).rstrip("\n"),
    lines("Get more at https://example.com", "Timestamp,Open,High,Low,Close,Volume",
          *(f"{T0 + h * HOUR},10,12,8,11,5" for h in range(3))),
    lines("close,volume,low,high,open,note,timestamp", *(f"11,5,8,12,10,x,{T0 + h * HOUR}" for h in range(3))),
    lines(",date,open,high,low,close,volume", *(f"{h},2020-03-01 0{h}:00:00+00:00,10,12,8,11,5" for h in range(3))),
    json.dumps([[T0 + h * HOUR, 10, 12, 8, 11, 5] for h in range(3)]),
    json.dumps([[T0 + h * HOUR, "10.0", "12", "8", "11", "5", T0 + h * HOUR + HOUR - 1, "0", 0, "0", "0", "0"]
                for h in range(3)], indent=1),
], ids=range(17))
def test_the_same_three_candles_in_many_clothes(write, text):
    got = read_candles(write("BTCUSDT-1h.csv", text))
    assert [candle[2:] for candle in got.candles] == [("10", "12", "8", "11", "5")] * 3
    assert [candle.open_at for candle in got.candles] == [T0, T0 + HOUR, T0 + 2 * HOUR]
    assert (got.refused, got.gaps, got.interval_ms) == ([], [], HOUR)


def test_a_file_without_volume_has_none(write):
    rows = (f"{T0 + hour * HOUR},10,12,8,11" for hour in range(3))
    path = write("BTCUSDT-1h.csv", lines("time,open,high,low,close", *rows))
    assert [candle.volume for candle in read_candles(path).candles] == ["0", "0", "0"]


@pytest.mark.parametrize("text, code", [
    ("hello\n", "unknown_layout"),
    ("<html><body>404</body></html>", "unknown_layout"),
    ("a,b,c,d,e,f\n1,2,3,4,5,6\n", "unknown_layout"),
    ("time,open,high,volume\n", "unknown_layout"),
    ("time,open,high,low,close,volume\n", "no_candles"),
    ("[]", "no_candles"),
    ("{}", "unknown_layout"),
    ('{"rows": 3}', "unknown_layout"),
    ("[1, 2", "unreadable_file"),
    ("[" * 100_000, "unreadable_file"),
    ("[1, 2, 3]", "not_a_candle_file"),
    ('[{"open": 1}]', "not_a_candle_file"),
    (f"[[{T0}, NaN, 12, 8, 11, 5]]", "not_a_candle_file"),
    (f"[[{T0}, null, 12, 8, 11, 5]]", "not_a_candle_file"),
    (f"[[{T0}, 10, 12, 8, true, 5]]", "not_a_candle_file"),
    (f"[[{T0}, 10, 12, 8, 11, [5]]]", "not_a_candle_file"),
    (lines(*good(0, 1, 2)).replace(str(T0), "1.58302E+12"), "times_lost_digits"),
    (lines(*good(0, 1), kline(2, at="1.58302E+12")), "times_lost_digits"),
    ("  \n \n", "empty_file"),
    ("x" * (1 << 21), "unknown_layout"),
])
def test_what_is_no_candle_file_says_so(write, text, code):
    fault = fault_of(write(NAME, text))
    assert fault.code == code
    assert NAME in str(fault)


def test_json_numbers_stay_the_text_they_were(write):
    path = write("BTC_USDT-1h.json", f"[[{T0}, 0.10000000000000000001, 4.1e-1, 4e-05, 0.1, 12345678901234567890]]")
    (candle,) = read_candles(path).candles
    assert candle[2:] == ("0.10000000000000000001", "0.41", "0.00004", "0.1", "12345678901234567890")


def test_reasons_are_safe_to_print(write):
    got = read_candles(write(NAME, lines(*good(0, 1), kline(2, opened="\x1b[31mred" + "x" * 500))))
    assert got.refused[0][1].isprintable() and len(got.refused[0][1]) < 100


@settings(database=None, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(
    st.binary(max_size=400),
    st.builds(lambda magic, rest: magic + rest,
              st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\x00", b"ARROW1", b"[[", b"\xef\xbb\xbf",
                               b"time,open,high,low,close,volume,symbol\n"]), st.binary(max_size=200)),
    st.lists(st.lists(st.sampled_from([str(T0), str(T0 + HOUR), "10", "1e-5", "nan", "", '"', "0", "-1", "9" * 99, "é",
                                       "\0", "BTCUSDT", "2020-03-01"]), min_size=4, max_size=13).map(",".join),
             max_size=8).map(lambda rows: "\n".join(rows).encode()),
    st.lists(st.lists(st.one_of(st.integers(), st.floats(), st.text(), st.none(), st.just(T0)), max_size=8),
             max_size=5).map(lambda rows: json.dumps(rows).encode()),
))
@example(b"PK\x05\x06" + b"\0" * 18)
def test_any_bytes_are_read_or_refused(write, content):
    try:
        got = read_candles(write(NAME, content))
    except FeedError as fault:
        assert fault.code and str(fault).isprintable()
    else:
        assert got.candles
        assert [candle.open_at for candle in got.candles] == sorted({candle.open_at for candle in got.candles})
