"""Every recorded layout, against what its source is known to hold (the README of the data)."""

import csv
import gzip

import pytest

from margincli.feeds.candles import Candle, FeedError, read_candles
from margincli.feeds.moments import format_time, parse_time

HOUR = 3_600_000

KLINES = [  # file, rows, first, last, missing hours, lowest price
    ("2020-03/BTCUSDT-1h-2020-03.csv", 743, "2020-03-01T00:00", "2020-03-31T23:00", 1, "3782.13"),
    ("2020-03/ETHUSDT-1h-2020-03.csv", 743, "2020-03-01T00:00", "2020-03-31T23:00", 1, "86"),
    ("2020-03/BNBUSDT-1h-2020-03.csv", 743, "2020-03-01T00:00", "2020-03-31T23:00", 1, "6.38"),
    ("2020-03/XRPUSDT-1h-2020-03.csv", 743, "2020-03-01T00:00", "2020-03-31T23:00", 1, "0.10129"),
    ("2021-05/BTCUSDT-1h-2021-05.csv", 744, "2021-05-01T00:00", "2021-05-31T23:00", 0, "30000"),
    ("2021-05/ETHUSDT-1h-2021-05.csv", 744, "2021-05-01T00:00", "2021-05-31T23:00", 0, "1728.74"),
    ("2021-05/BNBUSDT-1h-2021-05.csv", 744, "2021-05-01T00:00", "2021-05-31T23:00", 0, "211.7"),
    ("2021-05/DOGEUSDT-1h-2021-05.csv", 744, "2021-05-01T00:00", "2021-05-31T23:00", 0, "0.21111"),
    ("2022-05/BTCUSDT-1h-2022-05.csv", 744, "2022-05-01T00:00", "2022-05-31T23:00", 0, "26700"),
    ("2022-05/ETHUSDT-1h-2022-05.csv", 744, "2022-05-01T00:00", "2022-05-31T23:00", 0, "1703"),
    ("2022-05/LUNAUSDT-1h-2022-05.csv", 307, "2022-05-01T00:00", "2022-05-31T23:00", 437, "0.00004"),
    ("2022-05/USTUSDT-1h-2022-05.csv", 289, "2022-05-01T00:00", "2022-05-13T00:00", 0, "0.225"),
    ("long/BTCUSDT-1h-2019-01_2022-10.csv.gz", 33541, "2019-01-01T00:00", "2022-10-31T23:00", 59, "3349.92"),
    ("long/ETHUSDT-1h-2019-01_2022-10.csv.gz", 33541, "2019-01-01T00:00", "2022-10-31T23:00", 59, "86"),
    ("long/LTCUSDT-1h-2018-01_2026-05.csv.gz", 73246, "2018-01-01T00:00", "2026-05-15T23:00", 122, "22.32"),
]


@pytest.mark.parametrize("name, rows, first, last, missing, lowest", KLINES, ids=[row[0] for row in KLINES])
def test_klines_agree_with_the_table_of_the_data(data, name, rows, first, last, missing, lowest):
    from decimal import Decimal

    got = read_candles(data / "klines" / name)
    assert (got.symbol, got.interval_ms, got.layout) == (name.split("/")[1].split("-")[0], HOUR, "binance_klines")
    assert len(got.candles) == rows
    assert (got.candles[0].open_at, got.candles[-1].open_at) == (parse_time(first), parse_time(last))
    assert sum(count for _, _, count in got.gaps) == missing
    assert min((candle.low for candle in got.candles), key=Decimal) == lowest
    assert (got.duplicates, got.conflicting, got.refused) == (0, 0, [])
    assert all(candle.close_at == candle.open_at + HOUR - 1 for candle in got.candles)


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT", "LTCUSDT"])
def test_gaps_are_the_recorded_halts(data, symbol):
    with open(data / "klines/long/gaps.csv", newline="") as table:
        known = [(parse_time(row["first_missing_hour_utc"]), parse_time(row["last_missing_hour_utc"]),
                  int(row["missing_hours"])) for row in csv.DictReader(table) if row["symbol"] == symbol]
    assert read_candles(next((data / "klines/long").glob(f"{symbol}*"))).gaps == known


def test_one_hour_is_missing_in_march_2020(data):
    (gap,) = read_candles(data / "klines/2020-03/BTCUSDT-1h-2020-03.csv").gaps
    assert gap == (parse_time("2020-03-04T10:00"), parse_time("2020-03-04T10:00"), 1)


def test_a_candle_is_told_exactly(data):
    first = read_candles(data / "klines/2020-03/BTCUSDT-1h-2020-03.csv").candles[0]
    assert first == Candle(1583020800000, 1583024399999, "8523.61", "8613.57", "8511.11", "8547.25", "1952.74052")


def test_two_coins_under_one_symbol_are_far_apart(data):
    (gap,) = read_candles(data / "klines/2022-05/LUNAUSDT-1h-2022-05.csv").gaps
    assert [format_time(at) for at in gap[:2]] == ["2022-05-13T01:00:00Z", "2022-05-31T05:00:00Z"]


@pytest.mark.parametrize("name, symbol, interval, rows, first, last, layout", [
    ("BTCUSDT-1h-2024-12.csv", "BTCUSDT", HOUR, 744, "2024-12-01T00:00", "2024-12-31T23:00", "binance_klines"),
    ("BTCUSDT-1h-2025-01.csv", "BTCUSDT", HOUR, 744, "2025-01-01T00:00", "2025-01-31T23:00", "binance_klines"),
    ("BTCUSDT-1h-2025-01.zip", "BTCUSDT", HOUR, 744, "2025-01-01T00:00", "2025-01-31T23:00", "binance_klines"),
    ("ETHUSDT-1h-2025-02.csv", "ETHUSDT", HOUR, 672, "2025-02-01T00:00", "2025-02-28T23:00", "binance_klines"),
    ("DOTUSDT-1m-futures-2026-02-05_06.csv", "DOTUSDT", 60_000, 2880, "2026-02-05T00:00", "2026-02-06T23:59",
     "binance_klines_header"),
])
def test_the_public_files_as_they_are(data, name, symbol, interval, rows, first, last, layout):
    got = read_candles(data / "native" / name)
    assert (got.symbol, got.interval_ms, len(got.candles), got.layout) == (symbol, interval, rows, layout)
    assert (got.candles[0].open_at, got.candles[-1].open_at) == (parse_time(first), parse_time(last))
    assert (got.gaps, got.duplicates, got.refused) == ([], 0, [])


def test_a_zip_and_its_member_are_the_same(data):
    assert read_candles(data / "native/BTCUSDT-1h-2025-01.zip") == read_candles(data / "native/BTCUSDT-1h-2025-01.csv")


@pytest.mark.parametrize("name, symbol, rows, first, last, layout", [
    ("cdd_2020_banner_float_seconds.csv", "BTCUSDT", 200, "2020-09-11T00:00", "2020-09-19T07:00", "cryptodatadownload"),
    ("cdd_2021_clean_ADA_2021-05.csv", "ADAUSDT", 744, "2021-05-01T00:00", "2021-05-31T23:00", "cryptodatadownload"),
    ("python_script_named_columns.csv", "BTCUSDT", 199, "2025-05-19T03:00", "2025-05-27T09:00", "named_columns"),
])
def test_what_users_have_on_disk(data, name, symbol, rows, first, last, layout):
    got = read_candles(data / "formats" / name)
    assert (got.symbol, len(got.candles), got.layout) == (symbol, rows, layout)
    assert (got.candles[0].open_at, got.candles[-1].open_at) == (parse_time(first), parse_time(last))
    assert (got.interval_ms, got.gaps, got.duplicates, got.refused) == (HOUR, [], 0, [])


def test_base_volume_is_taken_not_quote_volume(data):
    last = read_candles(data / "formats/cdd_2020_banner_float_seconds.csv").candles[-1]
    assert last[2:] == ("10944.82", "10949.99", "10939.46", "10940", "87.6")


def test_of_two_rows_for_an_hour_the_millisecond_one_stays(data):
    path = data / "formats/cdd_2021_mixed_units_duplicates.csv"
    got = read_candles(path)
    with open(path, newline="") as table:
        rows = list(csv.DictReader(table))
    fine = {int(row["unix"]): row for row in rows if "." not in row["unix"]}
    hours = {int(row["unix"].removesuffix(".0")) * (1000 if "." in row["unix"] else 1) for row in rows}
    assert [candle.open_at for candle in got.candles] == sorted(hours)
    assert got.duplicates == len(rows) - len(hours) == 85
    assert got.conflicting == 55
    for candle in got.candles:
        if candle.open_at in fine:
            assert candle.volume == fine[candle.open_at]["Volume BTC"].rstrip("0").rstrip(".")
    assert (got.symbol, got.interval_ms, got.refused) == ("BTCUSDT", HOUR, [])
    assert got.candles[0].open == "16199.91"


def test_freqtrade_json(data):
    got = read_candles(data / "formats/freqtrade_XMR_USDT-1h_head.json")
    assert (got.symbol, len(got.candles), got.layout) == ("XMRUSDT", 1500, "freqtrade_json")
    assert got.candles[0][2:] == ("51.99", "52", "51.03", "52", "510.14214")
    assert got.gaps == [(parse_time("2019-05-15T03:00"), parse_time("2019-05-15T12:00"), 10)]


@pytest.mark.parametrize("name, code, hint", [
    ("cdd_spreadsheet_mangled.csv", "times_lost_digits", "1.63875E.12"),
    ("freqtrade_BNB_USDT-1h.feather", "feather", "convert"),
])
def test_what_cannot_be_trusted_is_refused_whole(data, name, code, hint):
    with pytest.raises(FeedError, match=hint) as fault:
        read_candles(data / "formats" / name)
    assert fault.value.code == code
    assert "\n" not in str(fault.value)


def test_progress_is_told_and_ends_at_the_end(data):
    told = []
    path = data / "klines/long/LTCUSDT-1h-2018-01_2026-05.csv.gz"
    read_candles(path, progress=lambda *seen: told.append(seen))
    assert [rows for rows, _, _ in told] == [20_000, 40_000, 60_000, 73_246]
    assert [seen for _, seen, _ in told] == sorted(seen for _, seen, _ in told)
    assert told[-1][1:] == (path.stat().st_size, path.stat().st_size)


def test_order_in_the_file_does_not_matter(data, tmp_path):
    with gzip.open(data / "klines/long/BTCUSDT-1h-2019-01_2022-10.csv.gz", "rt") as rows:
        lines = rows.readlines()[:5000]
    (tmp_path / "BTCUSDT-1h.csv").write_text("".join(lines))
    (tmp_path / "BTCUSDT-1h-back.csv").write_text("".join(reversed(lines)))
    assert read_candles(tmp_path / "BTCUSDT-1h.csv") == read_candles(tmp_path / "BTCUSDT-1h-back.csv")
