"""Valid samples, and the ways they are spoilt: every family of readers is fuzzed with the same tools.

An input is a sample after a few drawn changes, so most of it still makes sense and the reader gets past its first line.
A fifth of the tries a test names are made; `MARGINCLI_FUZZ=N` makes N times as many, drawn anew each time; a failure prints the decorator that brings it back.
"""

import gzip
import io
import os
import zipfile

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

TIMES = int(os.environ.get("MARGINCLI_FUZZ", "1"))

# Words that have broken readers of numbers, of text and of nested forms before.
NASTY = tuple(
    word.encode("utf-8", "surrogatepass")
    for word in (
        "", "0", "-0", "-1", "+1", "NaN", "-nan", "sNaN", "inf", "-Infinity", "1e999", "1e-999", "1E+400", "1e999999999999", "9" * 30, "9" * 400, "9" * 5000, "0." + "0" * 90 + "1",
        "1_000", "0x1F", "1,5", ".", "..", "٣", "１２３", "²", "½", "\u202e", "\u200b", "\u2028", "\x85", "\x0c", "\x1c", "\ufeff", "\0", "\x1b[31m", "\r", "\n", "\r\n", "\t", " ", ",", ";",
        '"', '""', '"a', "'", "\\", "\\ud800", "\\u0000", "\ud800", "=", "[", "]", "{", "}", "[]", "{}", "null", "true", "[" * 2000, '{"a":' * 2000, "#", "%", "{0}", "%s", "💥", "x" * 3000,
        "2024-02-30", "2024-13-01T00:00:00Z", "0000-01-01", "9999-12-31T23:59:60Z", "1900-01-01", "1e11", "253402300800000", "18446744073709551616", "-9223372036854775809",
    )
) + (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xff\xfe", b"PK\x03\x04", b"\x1f\x8b")

places = st.integers(0, 1 << 16)
nasty = st.integers(0, len(NASTY) - 1).map(NASTY.__getitem__)


def tries(number, deadline_seconds=120):
    """So many inputs: always the same ones by default, others each time where more are asked for."""
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=max(5, number * TIMES // 5), deadline=deadline_seconds * 1000, derandomize=TIMES == 1, database=None, print_blob=True, suppress_health_check=quiet)


# --- changes: each is bytes -> bytes, at a place taken modulo what is there ---


def _flip(place, bit):
    return lambda raw: raw[: place % len(raw)] + bytes([raw[place % len(raw)] ^ (1 << bit)]) + raw[place % len(raw) + 1 :] if raw else raw


def _insert(place, word):
    return lambda raw: raw[: place % (len(raw) + 1)] + word + raw[place % (len(raw) + 1) :]


def _cut(place, length):
    return lambda raw: raw[: place % (len(raw) + 1)] + raw[place % (len(raw) + 1) + length :]


def _repeat(place, length, times):
    return lambda raw: raw[: place % (len(raw) + 1)] + raw[place % (len(raw) + 1) :][:length] * times + raw[place % (len(raw) + 1) :]


def _truncate(place):
    return lambda raw: raw[: place % (len(raw) + 1)]


def _lines(change):
    def of(raw):
        lines = raw.split(b"\n")
        return b"\n".join(change(lines) or lines)

    return of


def _double_line(place, times):
    return _lines(lambda lines: lines[: place % len(lines)] + [lines[place % len(lines)]] * times + lines[place % len(lines) :])


def _drop_line(place):
    return _lines(lambda lines: lines[: place % len(lines)] + lines[place % len(lines) + 1 :])


def _swap_lines(one, other):
    def swap(lines):
        lines[one % len(lines)], lines[other % len(lines)] = lines[other % len(lines)], lines[one % len(lines)]

    return _lines(swap)


def _fields(change):
    """A change of the fields of one line, whatever divides them."""

    def of(place):
        def on(lines):
            place_of = place % len(lines)
            delimiter = max((b",", b";", b"\t", b"=", b":"), key=lines[place_of].count)
            lines[place_of] = delimiter.join(change(lines[place_of].split(delimiter)))

        return _lines(on)

    return of


def _swap_fields(place, one, other):
    def swap(fields):
        fields[one % len(fields)], fields[other % len(fields)] = fields[other % len(fields)], fields[one % len(fields)]
        return fields

    return _fields(swap)(place)


def _replace_field(place, field, word):
    def replace(fields):
        fields[field % len(fields)] = word
        return fields

    return _fields(replace)(place)


def _whole(raw_to_raw):
    return st.just(raw_to_raw)


def _utf16(raw):
    return raw.decode("utf-8", "replace").encode("utf-16")


_small = st.integers(0, 20)
_binary = (
    st.builds(_flip, places, st.integers(0, 7)),
    st.builds(_flip, places, st.integers(0, 7)),
    st.builds(_insert, places, st.binary(max_size=8)),
    st.builds(_cut, places, st.integers(1, 40)),
    st.builds(_repeat, places, st.integers(1, 60), st.integers(1, 5)),
    st.builds(_truncate, places),
)
_textual = (
    st.builds(_insert, places, nasty),
    st.builds(_replace_field, places, _small, nasty),
    st.builds(_replace_field, places, _small, nasty),
    st.builds(_swap_fields, places, _small, _small),
    st.builds(_double_line, places, st.integers(1, 30)),
    st.builds(_drop_line, places),
    st.builds(_swap_lines, places, places),
    _whole(lambda raw: b"\xef\xbb\xbf" + raw),
    _whole(lambda raw: raw.replace(b"\n", b"\r\n")),
    _whole(lambda raw: raw.replace(b"\n", b"\r")),
    _whole(_utf16),
)


def _apply(raw, changes):
    for change in changes:
        raw = change(raw)
    return raw


def _one_of(samples):
    """By number: Hypothesis would write all of them out in its reports."""
    return st.integers(0, len(samples) - 1).map(samples.__getitem__)


def spoilt(samples, most=6):
    """One of the samples after up to `most` changes of bytes, lines and fields; now and then no sample at all."""
    changed = st.builds(_apply, _one_of(samples), st.lists(st.one_of(*_textual, *_binary), max_size=most))
    return st.one_of(changed, changed, changed, changed, st.binary(max_size=300), nasty)


def bytes_spoilt(samples, most=6):
    """The same for what is no text: only bytes change."""
    return st.builds(_apply, _one_of(samples), st.lists(st.one_of(*_binary), max_size=most))


# --- wrappings ---


def zipped(*members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


MEMBERS = ("BTCUSDT-1h.csv", "../../../../etc/passwd", "/etc/passwd", "a/../b.csv", "C:\\x.csv", "", "x" * 5000, "\u202eVSC.TDSUCTB", "a\nb.csv", "\x1b[31m.csv", "[Content_Types].xml", "__MACOSX/x")


def wrapped(contents):
    """What `contents` draws: plain, in gzip or zip, whole or with its packed bytes spoilt."""
    names = st.sampled_from(MEMBERS)
    one = st.builds(lambda name, raw: zipped((name, raw)), names, contents)
    several = st.lists(st.tuples(names, contents), max_size=3, unique_by=lambda member: member[0]).map(lambda members: zipped(*members))
    packed = st.one_of(contents.map(lambda raw: gzip.compress(raw, 1, mtime=0)), one, several)
    return st.one_of(contents, contents, packed, st.builds(_apply, packed, st.lists(st.one_of(*_binary), min_size=1, max_size=3)))
