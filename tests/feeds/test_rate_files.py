"""Daily interest rates: Binance's history as JSON, and tables with named columns."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from margincli.feeds.candles import FeedError
from margincli.feeds.moments import parse_time
from margincli.feeds.rates import Rate, read_rates

T0, HOUR = 1694736000000, 3_600_000  # 2023-09-15T00:00Z
HEADER = "asset,timestamp,dailyInterestRate,vipLevel\n"


def code_of(path, **asked):
    with pytest.raises(FeedError) as fault:
        read_rates(path, **asked)
    assert str(fault.value).isprintable()
    return fault.value.code


def test_the_recorded_history(data):
    got = read_rates(data / "margin/interest_rate_history_2023-09-15_16_vip1.csv")
    assert len(got.rates) == 4979
    assert (got.duplicates, got.conflicting, got.refused) == (0, 0, [])
    assert len({rate.asset for rate in got.rates}) == 248
    assert got.rates == sorted(got.rates)
    assert got.rates[0] == Rate("1INCH", T0, "0.00031881", 1)
    at = parse_time("2023-09-16T14:00")
    squeeze = [rate.rate_daily for rate in got.rates if (rate.asset, rate.effective_at) == ("TRB", at)]
    assert [rate[:6] for rate in squeeze] == ["0.0906"]
    assert all(rate.effective_at % HOUR == 0 for rate in got.rates)


def test_one_asset_out_of_many(data):
    path = data / "margin/interest_rate_history_2023-09-15_16_vip1.csv"
    got = read_rates(path, asset="usdt")
    assert {rate.asset for rate in got.rates} == {"USDT"}
    assert got.rates == [rate for rate in read_rates(path).rates if rate.asset == "USDT"]
    assert code_of(path, asset="NOSUCH") == "no_rates"


def test_rates_printed_by_users(data):
    got = read_rates(data / "margin/interest_rate_points.csv")
    assert len(got.rates) == 16 and got.refused == []
    assert Rate("BTC", parse_time("2024-04-19"), "0.00003424", 0) in got.rates
    assert Rate("ETH", parse_time("2021-12-02T04:00Z"), "0.0002", None) in got.rates


def test_the_screen_is_hourly_and_turned_away(data):
    assert code_of(data / "margin/interest_rate_screen.csv") == "hourly_rates"


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"total": 2, "rows": rows}])
@pytest.mark.parametrize("number", [str, float])
def test_the_answer_of_the_exchange(write, wrap, number):
    rows = [{"asset": "BTC", "dailyInterestRate": number("0.00025000"), "timestamp": T0 + HOUR, "vipLevel": 1},
            {"asset": "BTC", "dailyInterestRate": number("0.00002"), "timestamp": T0, "vipLevel": 1}]
    got = read_rates(write("rates.json", json.dumps(wrap(rows))))
    assert got.rates == [Rate("BTC", T0, "0.00002", 1), Rate("BTC", T0 + HOUR, "0.00025", 1)]
    assert got.layout == "interest_rate_history_json"


@pytest.mark.parametrize("text", [
    "asset,timestamp,dailyInterestRate\nUSDT,1694736000000,0.0002\n",
    "coin,time,rate_daily\nusdt,1694736000,0.00020\n",
    "symbol,effective_at,daily_rate\nUSDT,2023-09-15,.0002\n",
    "daily_rate,at,asset\n0.0002,2023-09-15T02:00:00+02:00,USDT\n",
    "rate,time_utc,asset,note\n0.0002,2023-09-15T00:00Z,USDT,x\n",
    "asset,accrued_utc,principal,rate\nUSDT,2023-09-15 00:00,5,2e-04\n",
    "\ufeffasset;timestamp;rate\r\nUSDT;1694736000000000;0.0002\r\n",
    '"asset","timestamp","rate"\n"USDT","1694736000000","0.0002"\n\n',
    "asset,timestamp,rate\nUSDT,1694736000000,0.0002,,\n",
])
def test_one_rate_in_many_clothes(write, text):
    assert read_rates(write("rates.csv", text)).rates == [Rate("USDT", T0, "0.0002", None)]


def test_a_table_of_one_asset_needs_its_name(write):
    path = write("rates.csv", f"time,rate\n{T0},0.0002\n")
    assert code_of(path) == "unknown_layout"
    assert read_rates(path, asset="usdt").rates == [Rate("USDT", T0, "0.0002", None)]
    assert code_of(path, asset="US DT") == "bad_asset"


@pytest.mark.parametrize("row, reason", [
    (f"USDT,{T0},1,1", "rate 1 a day looks like percent"),
    (f"USDT,{T0},3.9,1", "looks like percent"),
    (f"USDT,{T0},0.02%,1", "write 0.02% a day as 0.0002"),
    (f"USDT,{T0},-0.1,1", "rate -0.1 is negative"),
    (f"USDT,{T0},nan,1", "rate 'nan' is not a plain decimal"),
    (f"USDT,{T0},2E-04,1", "last digits may be lost"),
    (f"USDT,{T0},,1", "rate is empty"),
    (f",{T0},0.1,1", "asset '' is not a name"),
    (f"US DT,{T0},0.1,1", "is not a name"),
    ("USDT,yesterday,0.1,1", "time 'yesterday' is neither"),
    ("USDT,5,0.1,1", "within 2009 to 2100"),
    (f"USDT,{T0},0.1,gold", "VIP level 'gold'"),
    (f"USDT,{T0},0.1,1,2", "has 5 fields where 4 belong"),
    (f"USDT,{T0}", "has 2 fields where 4 belong"),
    (f"USDT,{T0},0.\0,1", "holds NUL bytes"),
])
def test_a_bad_row_is_refused_with_its_line(write, row, reason):
    good = "".join(f"BTC,{T0 + hour * HOUR},0.0001,\n" for hour in range(3))
    got = read_rates(write("rates.csv", HEADER + good + row + "\n"))
    assert len(got.rates) == 3
    assert [line for line, _ in got.refused] == [5] and reason in got.refused[0][1]


def test_mostly_bad_rows_refuse_the_file(write):
    path = write("rates.csv", HEADER + f"A,{T0},2,\nB,{T0},3,\nC,{T0},0.1,\n")
    with pytest.raises(FeedError, match="2 of 3 rows.*line 2: rate 2 a day looks like percent") as fault:
        read_rates(path)
    assert fault.value.code == "not_a_rate_file"


def test_zero_is_a_rate_and_twenty_digits_stay(write):
    got = read_rates(write("rates.csv", HEADER + f"A,{T0},0.00,0\nB,{T0},0.10000000000000000001,9\n"))
    assert [(rate.rate_daily, rate.vip) for rate in got.rates] == [("0", 0), ("0.10000000000000000001", 9)]


def test_duplicates_are_counted_and_the_first_stays(write):
    rows = f"A,{T0},0.1,1\nA,{T0},0.10,1\nA,{T0},0.2,1\nA,{T0},0.3,2\nA,{T0},0.4,\n"
    got = read_rates(write("rates.csv", HEADER + rows))
    assert [(rate.rate_daily, rate.vip) for rate in got.rates] == [("0.4", None), ("0.1", 1), ("0.3", 2)]
    assert (got.duplicates, got.conflicting) == (2, 1)


@pytest.mark.parametrize("name", ["hourlyInterestRate", "rate_hourly", "nextHourlyInterestRate", "Hourly rate"])
def test_hourly_rates_are_turned_away(write, name):
    assert code_of(write("rates.csv", f"asset,timestamp,{name}\nA,{T0},0.1\n")) == "hourly_rates"
    assert code_of(write("rates.csv", f"asset,timestamp,rate,{name}\nA,{T0},0.1,0.1\n")) == "hourly_rates"
    assert code_of(write("rates.json", json.dumps([{"asset": "A", "timestamp": T0, name: "0.1"}]))) == "hourly_rates"


def test_a_daily_column_beside_an_hourly_one_is_clear(write):
    got = read_rates(write("rates.csv", f"asset,timestamp,rate_hourly,rate_daily\nA,{T0},0.01,0.24\n"))
    assert got.rates[0].rate_daily == "0.24"


@pytest.mark.parametrize("text, code", [
    ("", "empty_file"), ("\n\n", "unknown_layout"), ("asset\n", "unknown_layout"), (HEADER, "no_rates"),
    ("[]", "no_rates"), ("[1]", "unknown_layout"), ("{}", "unknown_layout"), ("[{}]", "unknown_layout"),
    ('{"asset": "BTC"}', "unknown_layout"), ("[{", "unreadable_file"), ("\0" * 99, "binary_file"),
    ('[{"asset": 1, "timestamp": null, "rate": {}}]', "not_a_rate_file"),
    ('[{"asset": "A", "timestamp": null, "rate": {}}, 5]', "not_a_rate_file"),
])
def test_what_is_no_rate_file_says_so(write, text, code):
    assert code_of(write("rates.csv", text)) == code


@settings(database=None, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=200).map(lambda rest: HEADER.encode() + rest),
    st.lists(st.dictionaries(st.sampled_from(["asset", "timestamp", "rate", "vip"]),
                             st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.just(T0), st.just("A"))))
    .map(lambda rows: json.dumps(rows).encode()),
))
def test_any_bytes_are_read_or_refused(write, content):
    try:
        assert read_rates(write("rates.csv", content)).rates
    except FeedError as fault:
        assert fault.code and str(fault).isprintable()
