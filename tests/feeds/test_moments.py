"""Times in and out, exact to the millisecond."""

from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from margincli.feeds.moments import format_time, parse_time, read_moment

NOON = 1583841600000  # 2020-03-10T12:00:00Z


@pytest.mark.parametrize("text, ms", [
    ("2020-03-10", NOON - 43_200_000),
    ("2020-03-10T12:00", NOON),
    ("2020-03-10T12:00Z", NOON),
    ("2020-03-10T12:00:00Z", NOON),
    ("2020-03-10t12:00:00z", NOON),
    ("2020-03-10 12:00:00", NOON),
    ("2020-03-10 12:00:00+00:00", NOON),
    ("2020-03-10T14:00:00+02:00", NOON),
    ("2020-03-10T06:30:00-05:30", NOON),
    ("2020-03-10T14:00:00+0200", NOON),
    (" 2020-03-10T12:00:00Z\n", NOON),
    ("2020-03-10T12:00:00.5Z", NOON + 500),
    ("2020-03-10T12:00:00.007Z", NOON + 7),
    ("2020-03-10T12:00:00.123999999Z", NOON + 123),
    ("1969-12-31T23:59:59.999Z", -1),
    ("2020-02-29", 1582934400000),
    ("0001-01-01", -62135596800000),
])
def test_a_time_is_read_exactly(text, ms):
    assert parse_time(text) == ms


@pytest.mark.parametrize("text", [
    "", "now", "2020", "2020-3-1", "2021-02-29", "2020-13-01", "2020-03-10T24:00", "2020-03-10T12:60", "2020-03-10T12",
    "2020-03-10T12:00:60Z", "2020-03-10T12:00+25:00", "2020-03-10T12:00+02:99", "2020-03-10Z", "10-03-2020", "06-12-21",
    "2020-03-10T12:00:00.Z", "٢٠٢٠-03-10", "1583841600000", "0000-01-01", "2020-09-19 07-AM",
])
def test_what_is_no_time_says_so(text):
    with pytest.raises(ValueError, match="is not a time"):
        parse_time(text)


@pytest.mark.parametrize("ms, text", [
    (NOON, "2020-03-10T12:00:00Z"), (NOON + 123, "2020-03-10T12:00:00.123Z"), (NOON + 7, "2020-03-10T12:00:00.007Z"),
    (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999Z"),
])
def test_a_time_is_written_shortly(ms, text):
    assert format_time(ms) == text


@pytest.mark.parametrize("ms", [10**15, -10**15, 10**30])
def test_a_time_beyond_the_calendar_is_refused(ms):
    with pytest.raises(ValueError):
        format_time(ms)


@settings(database=None)
@given(st.integers(-62135596800000, 253402300799999))
def test_reading_undoes_writing(ms):
    assert parse_time(format_time(ms)) == ms


@settings(database=None)
@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_python_writes_what_we_read(moment):
    since = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    exact = since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
    assert parse_time(moment.isoformat()) == exact


@settings(database=None)
@given(st.text())
def test_any_text_is_a_time_or_a_value_error(text):
    try:
        assert isinstance(parse_time(text), int)
    except ValueError:
        pass


@pytest.mark.parametrize("text, ms, exact, coarse", [
    ("1583841600", NOON, True, True),
    ("1583841600.0", NOON, True, True),
    ("1583841600.125", NOON + 125, True, True),
    ("1583841600.1255", NOON + 125, False, True),
    ("1583841600000", NOON, True, False),
    ("1583841600000.0", NOON, True, False),
    ("1583841600000.5", NOON, False, False),
    ("1583841600000000", NOON, True, False),
    ("1583841600000999", NOON, False, False),
    ("1583841600000000000", NOON, True, False),
    ("2020-03-10T12:00Z", NOON, True, False),
])
def test_the_unit_of_an_epoch_follows_from_its_size(text, ms, exact, coarse):
    assert read_moment(text) == (ms, exact, coarse)
