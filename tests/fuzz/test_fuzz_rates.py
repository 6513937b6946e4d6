"""Rate files, spoilt: read, or refused in one line, and never half taken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from living import read
from mangling import spoilt, tries, wrapped

from margincli.feeds.rates import read_rates

T0, HOUR = 1725148800000, 3_600_000
CSV = b"asset,timestamp,dailyInterestRate,vipLevel\n" + b"".join(b"%s,%d,0.0002%d,1\n" % (asset, T0 + hour * HOUR, hour) for asset in (b"USDT", b"BTC") for hour in range(5))
WORDS = b'coin;time_utc;rate_daily\n"USDT";2024-09-01T00:00:00Z;0.0003\nBTC;2024-09-01;.0004\n'
HISTORY = [{"asset": "USDT", "dailyInterestRate": "0.00025", "timestamp": T0 + hour * HOUR, "vipLevel": 1} for hour in range(6)]
SAMPLES = (CSV, WORDS, json.dumps(HISTORY).encode(), json.dumps({"rows": HISTORY}, indent=1).encode())
files = wrapped(spoilt(SAMPLES))


@pytest.mark.parametrize("raw", SAMPLES)
def test_the_samples_are_good(room, raw):
    assert read_rates(room.write("rates.csv", raw)).refused == []
    said = room.writes_whole_or_not("rate", "import", room.directory / "rates.csv", at="2024-09-03")
    assert said.code == 0, said.err


@pytest.mark.slow
@tries(500)
@given(files, st.sampled_from([None, "USDT", "usdt", "٣", "\0"]))
def test_rates_are_read_or_refused(room, raw, asset):
    found = read(read_rates, room.write("rates.csv", raw), asset)
    for rate in found.rates if found else ():
        assert rate.rate_daily.isascii() and rate.rate_daily.replace(".", "", 1).isdigit() and float(rate.rate_daily) < 1


@pytest.mark.slow
@tries(40)
@given(files)
def test_an_import_of_rates_is_whole_or_leaves_no_trace(room, raw):
    room.writes_whole_or_not("rate", "import", room.write("rates.csv", raw), then=[("rate", "show")], at="2024-09-03")
