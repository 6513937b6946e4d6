"""Small files that would grow to gigabytes, and rows without end: refused within bounds of time and memory, in processes of their own."""

import gzip
import io
import os
import subprocess
import sys
import time
import zipfile

import living
import pytest

SECONDS, MEBIBYTES = 60, 500
HEAD = b"time,open,high,low,close,volume\n1725148800000,1,1,1,1,1\n"
RUN = """
import resource, sys
from margincli.cli import shell
limit = %d << 20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.exit(shell.run(sys.argv[1:]))
""" % MEBIBYTES  # fmt: skip


def grown(head, body, mebibytes):
    """`head` and then `body` over and over, so many MiB of it, a piece at a time."""
    piece = body * ((1 << 20) // len(body))
    return [head, *([piece] * mebibytes)]


def gz(pieces):
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb", compresslevel=1) as file:
        for piece in pieces:
            file.write(piece)
    return held.getvalue()


def zipped(pieces):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("BTCUSDT-1h.csv", "w", force_zip64=True) as member:
        for piece in pieces:
            member.write(piece)
    return held.getvalue()


def lying(pieces):
    """A zip that says its member is small."""
    raw = bytearray(zipped(pieces))
    place = raw.rindex(b"PK\x01\x02")
    raw[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    return bytes(raw)


BOMBS = {
    "blank lines in gzip": (lambda: gz(grown(HEAD, b"\n", 16)), "times its size"),
    "blank lines in zip": (lambda: zipped(grown(HEAD, b"\n", 16)), "times its size"),
    "one line in zip": (lambda: zipped(grown(HEAD, b"1", 16)), "no end"),
    "zeros in zip": (lambda: zipped(grown(b"", b"\0", 16)), "binary"),
    "JSON in gzip": (lambda: gz(grown(b"[", b"[1],", 16)), "times its size"),
    "bad rows in zip": (lambda: zipped(grown(HEAD, b"x\n", 16)), "cannot be taken"),
    "bad rows, plain": (lambda: b"".join(grown(HEAD, b"x\n", 2)), "cannot be taken"),
    "a zip that lies": (lambda: lying(grown(HEAD, b"\n", 16)), "cannot be read"),
    "a thousand members": (lambda: many(1000), "1000 files"),
    "no member": (lambda: many(0), "0 files"),
}


def many(count):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for number in range(count):
            archive.writestr(f"../{number}.csv", HEAD)
    return held.getvalue()


def limited(room, *words):
    """The command in a process of its own that has no more memory, nor more time."""
    return subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, text=True, timeout=SECONDS, env={**room.home, "PATH": "/usr/bin:/bin"})


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_bounds(room, name):
    make, words = BOMBS[name]
    path = room.write("bomb", make())
    before, since = room.ledger.read_bytes(), time.monotonic()
    said = limited(room, "price", "import", path, "--ledger", room.ledger, "--at", "2024-09-02")
    assert said.returncode == 2 and said.stdout == "", said.stderr
    assert len(said.stderr.splitlines()) <= 2 and said.stderr.startswith("margincli: ") and words in said.stderr, said.stderr
    assert time.monotonic() - since < SECONDS / 2 and room.ledger.read_bytes() == before


@pytest.mark.slow
def test_rates_have_the_same_bounds(room):
    path = room.write("bomb", gz(grown(b"asset,timestamp,rate\nUSDT,1725148800000,0.0002\n", b"\n", 16)))
    assert "times its size" in living.lawful(room.on_ledger("rate", "import", path)).err


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [("rules", "import"), ("activate", "--region", "DE", "--accept-terms", "--account", "other", "--answers"), ("price", "import"), ("rate", "import"), ("import",), ("restore", "--yes")], ids=lambda words: words[0]
)
def test_a_file_without_end(room, words):
    """A device in place of a file, as a script may name it by mistake."""
    before = room.ledger.read_bytes()
    ledger = room.directory / "new.db" if words == ("import",) else room.ledger
    said = limited(room, *words, "/dev/zero", "--ledger", ledger, "--at", "2024-09-03")
    assert said.returncode in (2, 4) and said.stdout == "" and len(said.stderr.splitlines()) <= 2 and said.stderr.startswith("margincli: "), said.stderr
    assert room.ledger.read_bytes() == before and os.listdir(room.directory) == ["ledger.db"]


def test_a_config_file_without_end(room):
    (room.directory / "config" / "margincli").mkdir(parents=True)
    (room.directory / "config" / "margincli" / "config.toml").symlink_to("/dev/zero")
    said = limited(room, "status", "--ledger", room.ledger)
    assert said.returncode == 2 and "File too large" in said.stderr and len(said.stderr.splitlines()) == 2, said.stderr
