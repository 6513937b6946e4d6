"""Candle files of every layout and wrapping, spoilt: read, or refused in one line, and never half taken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from living import read
from mangling import spoilt, tries, wrapped

from margincli.feeds.candles import read_candles

T0, HOUR = 1725148800000, 3_600_000  # 2024-09-01


def rows(count, line):
    return "".join(line(T0 + hour * HOUR, hour) for hour in range(count)).encode()


KLINES = rows(8, lambda at, hour: f"{at},{60000 + hour},60100,59900,60000.{hour},12.5,{at + HOUR - 1},750000,100,6,375000,0\n")
MICROS = rows(8, lambda at, hour: f"{at}000,60000,60100,59900,60000,12.5,{at + HOUR - 1}999,750000,100,6,375000,0\n")
HEADED = b"open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n" + KLINES
NAMED = b"timestamp;open;high;low;close;volume;symbol\n" + rows(8, lambda at, hour: f"2024-09-01T0{hour}:00:00Z;60000;60100;59900;60000;1.5;BTC/USDT\n")
BANNER = b"https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USDT\n" + rows(
    8, lambda at, hour: f'{at}.0,2024-09-01 0{hour}:00:00,"BTC/USDT",60000,60100,59900,60000,1.5,90000\n'
)
TABS = b"Date\tOpen\tHigh\tLow\tClose\tVolume\n" + rows(8, lambda at, hour: f"{at // 1000}\t4e-05\t5e-05\t4e-05\t0.00004\t1\n")
PLAIN = rows(8, lambda at, hour: f"{at},60000,60100,59900,60000,12.5\n")
FREQTRADE = json.dumps([[T0 + hour * HOUR, 60000.5, 60100, 59900, 6e4, 4e-05] for hour in range(8)]).encode()
BINANCE = json.dumps([[T0 + hour * HOUR, "60000", "60100", "59900", "60000", "12", T0 + (hour + 1) * HOUR - 1, "7", 1, "6", "3", "0"] for hour in range(8)]).encode()
IN_ROWS = b'{"rows": ' + FREQTRADE + b"}"
SAMPLES = (KLINES, MICROS, HEADED, NAMED, BANNER, TABS, PLAIN, FREQTRADE, BINANCE, IN_ROWS)
NAMES = ("BTCUSDT-1h-2024-09.csv", "BTCUSDT-1h.json", "candles.csv.gz", "x.zip", "ETHUSDT_1m.feather", "nameless")
files = wrapped(spoilt(SAMPLES))


@pytest.mark.parametrize("raw", SAMPLES)
def test_the_samples_are_good(room, raw):
    """What is spoilt below can be read as it is, or the fuzzing would knock on closed doors."""
    found = read_candles(room.write("BTCUSDT-1h-2024-09.csv", raw))
    assert (found.symbol, found.interval_ms, len(found.candles), found.refused) == ("BTCUSDT", HOUR, 8, [])
    said = room.writes_whole_or_not("price", "import", room.directory / "BTCUSDT-1h-2024-09.csv", at="2024-09-03")
    assert said.code == 0, said.err


@pytest.mark.slow
@tries(700)
@given(files, st.sampled_from(NAMES), st.sampled_from([None, "BTCUSDT", "btc/usdt", "\u202e", ""]))
def test_candles_are_read_or_refused(room, raw, name, symbol):
    found = read(read_candles, room.write(name, raw), symbol)
    if found is None:
        return
    times = [candle.open_at for candle in found.candles]
    assert times == sorted(set(times)) and found.interval_ms > 0 and found.candles
    for candle in found.candles:
        assert all(text.isascii() and text.replace(".", "", 1).isdigit() for text in candle[2:]), candle
        assert candle.close_at == candle.open_at + found.interval_ms - 1


@pytest.mark.slow
@tries(50)
@given(st.lists(files, min_size=1, max_size=2), st.sampled_from(NAMES))
def test_an_import_of_candles_is_whole_or_leaves_no_trace(room, raws, name):
    paths = [room.write(f"{number}{name}", raw) for number, raw in enumerate(raws)]
    room.writes_whole_or_not("price", "import", *paths, "--symbol", "BTCUSDT", then=[("price", "show")], at="2024-09-03")
