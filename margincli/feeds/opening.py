"""Opening a file of unknown origin: plain, gzip or zip, and clear words where it is none of ours."""

import io
import os
import stat
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .fault import FeedError, shown_path

LONGEST_LINE = 1 << 20
LARGEST_JSON = 1 << 29
# Candles and rates pack to a fifth, the dullest of them to a thirtieth; what unpacks to more than this is made to fill a machine.
MOST_UNPACKED, FREE_OF_DOUBT = 100, 1 << 22
_SAMPLE = 8192

_CONVERT = "freqtrade convert-data --format-from {} --format-to json (or pandas: to_csv)"
_FOREIGN = (
    (b"ARROW1", "feather", "an Arrow (feather) file; convert it: " + _CONVERT.format("feather")),
    (b"FEA1", "feather", "a feather file; convert it: " + _CONVERT.format("feather")),
    (b"PAR1", "parquet", "a parquet file; convert it: " + _CONVERT.format("parquet")),
    (b"\x89HDF", "hdf5", "an HDF5 file; convert it: " + _CONVERT.format("hdf5")),
    (b"\xff\xfe", "utf16", "UTF-16 text; save it as UTF-8 (CSV UTF-8 in a spreadsheet)"),
    (b"\xfe\xff", "utf16", "UTF-16 text; save it as UTF-8 (CSV UTF-8 in a spreadsheet)"),
    (b"PK\x03\x04", "nested", "an archive inside an archive; unpack it once"),
    (b"\x1f\x8b", "nested", "an archive inside an archive; unpack it once"),
)


class Source:
    """An open text: its lines, and how far into the file on disk the reading has come."""

    def __init__(self, path, raw, stream, member):
        self.shown = shown_path(path)
        self.names = [Path(path).name] + ([member] if member else [])
        self.size = os.fstat(raw.fileno()).st_size
        self._raw = raw
        self._unpacked = 0
        self.is_json = self._sample(stream).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline=None)

    def position(self):
        return min(self._raw.tell(), self.size)

    def lines(self):
        """(line number, text) one after the other; blank lines are counted, not given."""
        number = 0
        while line := self._read(self._text.readline, LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise FeedError("unknown_layout", f"{self.shown}: line {number} has no end within "
                                f"{LONGEST_LINE} characters; this is no table of rows.", file=self.shown)
            if line.strip():
                yield number, line

    def whole(self):
        parts, length = [], 0
        while part := self._read(self._text.read, LONGEST_LINE):
            parts.append(part)
            length += len(part)
            if length > LARGEST_JSON:
                raise FeedError("too_large", f"{self.shown}: JSON beyond {LARGEST_JSON} characters must be held "
                                "in memory at once; convert it to CSV.", file=self.shown)
        return "".join(parts)

    def _sample(self, stream):
        sample = self._read(stream.peek, _SAMPLE)[:_SAMPLE]
        if not sample:
            raise FeedError("empty_file", f"{self.shown}: the file is empty.", file=self.shown)
        for magic, code, what in _FOREIGN:
            if sample.startswith(magic):
                raise FeedError(code, f"{self.shown} is {what}.", file=self.shown)
        # A write cut short leaves a run of NULs in a good text: that costs its line only, not the file.
        zeros, controls = sample.count(0), sum(0 < byte < 9 or 13 < byte < 32 for byte in sample)
        if zeros * 2 > len(sample) or controls * 20 > len(sample):
            raise FeedError("binary_file", f"{self.shown} is a binary file, not text; give CSV or JSON, "
                            "plain or as .zip or .gz.", file=self.shown)
        return sample

    def _read(self, read, amount):
        # zlib, gzip, zipfile and the disk each raise their own errors over damaged bytes (among them
        # RuntimeError, EOFError and struct.error); to the user all of them are one: it cannot be read.
        try:
            found = read(amount)
        except Exception as fault:
            raise _unreadable(self.shown, fault) from fault
        self._unpacked += len(found)
        if self._unpacked > FREE_OF_DOUBT and self._unpacked > MOST_UNPACKED * self.size:
            raise FeedError("archive_bomb", f"{self.shown} unpacks to more than {MOST_UNPACKED} times its size, as no file of "
                            "prices or rates does; unpack it yourself if you trust it.", file=self.shown)
        return found


@contextmanager
def open_source(path):
    """The text of a candle or rate file, whatever it is packed in."""
    with ExitStack() as closing:
        raw = closing.enter_context(_open_regular(path))
        stream, member = raw, None
        magic = _peek(raw, path)
        if magic[:2] == b"\x1f\x8b":
            import gzip

            stream = closing.enter_context(gzip.GzipFile(fileobj=raw))
        elif magic in (b"PK\x03\x04", b"PK\x05\x06"):
            stream, member = _only_member(raw, shown_path(path), closing)
        yield Source(path, raw, stream, member)


def json_rows(source):
    """The list a JSON file holds, bare or as {"rows": [...]}; every number stays the text it was written as."""
    import json

    text = source.whole()
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as fault:
        raise FeedError("unreadable_file", f"{source.shown} is no valid JSON ({fault}); it may be cut short, "
                        "export it again.", file=source.shown, reason=str(fault)) from None
    if isinstance(found, dict):
        found = found.get("rows")
    if not isinstance(found, list):
        raise FeedError("unknown_layout", f"{source.shown}: the JSON is neither a list of rows nor an object with "
                        '"rows".', file=source.shown)
    return found


def _open_regular(path):
    name = shown_path(path)
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise FeedError("is_a_directory", f"{name} is a directory; name the files in it.", file=name)
        if not stat.S_ISREG(mode):
            raise FeedError("unreadable_file", f"{name} is a pipe or a device; save it to a file first.", file=name)
        if Path(path).suffix.lower() == ".feather":
            raise FeedError("feather", f"{name} is {_FOREIGN[0][2]}.", file=name)
        return open(path, "rb")
    except FileNotFoundError:
        raise FeedError("no_such_file", f"{name}: there is no such file; check the path.", file=name) from None
    except FeedError:
        raise
    except (OSError, ValueError) as fault:
        raise _unreadable(name, fault) from fault


def _peek(raw, path):
    try:
        return raw.peek(4)[:4]
    except OSError as fault:
        raise _unreadable(shown_path(path), fault) from fault


def _only_member(raw, name, closing):
    import zipfile

    try:
        archive = closing.enter_context(zipfile.ZipFile(raw))
        held = [one for one in archive.namelist() if not one.endswith("/") and not one.startswith("__MACOSX/")]
        stream = closing.enter_context(archive.open(held[0])) if len(held) == 1 else None
    except Exception as fault:  # as in Source._read: a damaged archive fails in a dozen ways
        raise _unreadable(name, fault) from fault
    if stream is None:
        what = "a spreadsheet; export the sheet as CSV" if "[Content_Types].xml" in held else (
            f"a zip of {len(held)} files; a zip must hold exactly one, unpack it and name the files")
        raise FeedError("zip_members", f"{name} is {what}.", file=name, members=len(held))
    return stream, Path(held[0]).name


def _unreadable(name, fault):
    reason = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    reason = " ".join(reason.split())[:120]
    return FeedError("unreadable_file", f"{name} cannot be read: {reason}. Check its permissions, or download "
                     "it again if it is cut short or damaged.", file=name, reason=reason)
