"""Files that cannot be opened, and the wrappings that can."""

import gzip
import io
import os
import zipfile
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from margincli.feeds.candles import FeedError, read_candles

ROWS = b"".join(b"%d,10,12,8,11,5\n" % (1583020800000 + hour * 3_600_000) for hour in range(500))


gz = partial(gzip.compress, mtime=0)  # the names of tests hold these bytes: no clock in them


def zipped(*members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def code_of(path):
    with pytest.raises(FeedError) as fault:
        read_candles(path)
    message = str(fault.value)
    assert message.isprintable() and message.endswith(".")
    return fault.value.code


def test_wrappings_are_told_by_their_content_not_their_name(write):
    plain = read_candles(write("BTCUSDT-1h.csv", ROWS))
    assert len(plain.candles) == 500
    assert read_candles(write("BTCUSDT-1h.csv.gz", gz(ROWS))) == plain
    assert read_candles(write("BTCUSDT-1h.txt", gz(ROWS))) == plain
    assert read_candles(write("BTCUSDT-1h.zip", zipped(("x.csv", ROWS)))) == plain
    assert read_candles(write("download.zip", zipped(("a/BTCUSDT-1h.csv", ROWS)))) == plain
    assert read_candles(write("BTCUSDT-1h.zip", zipped(("a/", b""), ("a/x.csv", ROWS), ("__MACOSX/x", b"y")))) == plain


@pytest.mark.parametrize("name, content, code", [
    ("a.csv", b"", "empty_file"),
    ("a.csv.gz", gz(b""), "empty_file"),
    ("a.csv.gz", gz(ROWS)[:-20], "unreadable_file"),
    ("a.csv.gz", gz(ROWS)[:12], "unreadable_file"),
    ("a.csv.gz", gz(ROWS) + b"rubbish", "unreadable_file"),
    ("a.csv.gz", gz(gz(ROWS)), "nested"),
    ("a.zip", zipped(), "zip_members"),
    ("a.zip", zipped(("a.csv", ROWS), ("b.csv", ROWS)), "zip_members"),
    ("a.xlsx", zipped(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")), "zip_members"),
    ("a.zip", zipped(("a.csv", ROWS))[:-30], "unreadable_file"),
    ("a.zip", zipped(("a.csv", ROWS)).replace(b"\x08\x00", b"\x63\x00"), "unreadable_file"),
    ("a.feather", b"ARROW1\0\0", "feather"),
    ("a.feather", ROWS, "feather"),
    ("a.csv", b"ARROW1\0\0", "feather"),
    ("a.parquet", b"PAR1\0\0", "parquet"),
    ("a.h5", b"\x89HDF\r\n", "hdf5"),
    ("a.csv", ROWS.decode().encode("utf-16"), "utf16"),
    ("a.csv", bytes(range(256)) * 4, "binary_file"),
    ("a.csv", b"\0" * 5000, "binary_file"),
    ("a.csv", ROWS[:100] + b"\0" * 5000, "binary_file"),
])
def test_what_cannot_be_read_says_why(write, name, content, code):
    assert code_of(write(name, content)) == code


def test_a_zip_with_a_password(write):
    content = bytearray(zipped(("a.csv", ROWS)))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert code_of(write("a.zip", bytes(content))) == "unreadable_file"


def test_places_without_a_file(tmp_path):
    assert code_of(tmp_path) == "is_a_directory"
    assert code_of(tmp_path / "none.csv") == "no_such_file"
    assert code_of(tmp_path / ("x" * 5000)) == "unreadable_file"
    assert code_of("a\0b") == "unreadable_file"
    assert code_of("no\nsuch\x1b[31m") == "no_such_file"
    os.mkfifo(tmp_path / "pipe")
    assert code_of(tmp_path / "pipe") == "unreadable_file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(write):
    path = write("BTCUSDT-1h.csv", ROWS)
    path.chmod(0)
    assert code_of(path) == "unreadable_file"


def test_a_disk_that_fails_is_a_refusal(write, monkeypatch):
    import builtins

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    path = write("BTCUSDT-1h.csv", ROWS)
    monkeypatch.setattr(builtins, "open", denied)
    assert code_of(path) == "unreadable_file"


@settings(database=None, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([gz(ROWS), zipped(("BTCUSDT.csv", ROWS))]), st.data())
def test_spoilt_archives_are_read_or_refused(write, content, data):
    spoilt = bytearray(content[: data.draw(st.integers(1, len(content)))])
    for _ in range(data.draw(st.integers(0, 3))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert read_candles(write("BTCUSDT-1h.zip", bytes(spoilt))).candles
    except FeedError as fault:
        assert str(fault).isprintable()
