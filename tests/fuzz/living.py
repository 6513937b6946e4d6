"""The command line in this process, and the law that every reader of bytes from outside keeps.

Every input ends in success or in a fault of the house: exit code 2, 3, 4, 5 or 8, one line that says what is wrong and at
most one hint. Never a traceback or exit code 1, never something half written: after a refusal the ledger holds what it
held, after a success its books prove themselves.
"""

import contextlib
import io
import os
import re
import sqlite3
import sys
from pathlib import Path
from typing import NamedTuple

from margincli.cli import shell
from margincli.cli.faults import OURS, tell

ANSWERS = Path(__file__).resolve().parents[1] / "answers.json"
NOW = "2024-09-02T08:00:00Z"
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")  # what moves the cursor or turns the line
OWN_FAULTS = (2, 3, 4, 5, 8)
BEGIN = (
    ("deposit", "USDT", "5000"),
    ("price", "set", "BTCUSDT", "60000"),
    ("price", "set", "ETHUSDT", "2500"),
    ("price", "set", "BNBUSDT", "500"),
    ("rate", "set", "USDT", "0.0003"),
    ("activate", "cross", "--leverage", "3", "--region", "DE", "--accept-terms", "--answers", str(ANSWERS)),
    ("transfer", "USDT", "2000", "--from", "spot", "--to", "cross"),
    ("borrow", "USDT", "100"),
    ("trade", "buy", "BTCUSDT", "0.02", "--wallet", "cross"),
    ("trade", "sell", "BTCUSDT", "0.01", "--wallet", "cross", "--type", "limit", "--price", "70000"),
)


class Said(NamedTuple):
    code: int
    out: str
    err: str


class _Bytes(io.TextIOWrapper):
    def __init__(self):
        super().__init__(io.BytesIO(), encoding="utf-8", errors="strict", write_through=True)

    def text(self):
        self.flush()
        return self.buffer.getvalue().decode("utf-8")


def run(*words, environment=()):
    """One command as a script calls it, with nothing of whoever runs the tests in its environment."""
    kept = dict(os.environ)
    out, err = _Bytes(), _Bytes()
    for name in [name for name in os.environ if name.startswith("MARGINCLI_") and name != "MARGINCLI_FUZZ"]:
        del os.environ[name]
    os.environ.update(environment)
    stdin = sys.stdin
    try:
        sys.stdin = io.StringIO("")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = shell.run([str(word) for word in words])
    finally:
        sys.stdin = stdin
        os.environ.clear()
        os.environ.update(kept)
    return Said(code, out.text(), err.text())


def lawful(said):
    """Success, or one fault of the house in the form that all have."""
    if said.code == 0:
        return said
    assert said.code in OWN_FAULTS, said.err or said.out
    if said.code == 8 and said.out:  # `check` lists what it found
        return said
    lines = said.err.splitlines()
    assert said.out == "" and 1 <= len(lines) <= 2, said
    assert lines[0].startswith("margincli: ") and len(lines[0]) > 20 and all(line.startswith("hint: ") for line in lines[1:]), said.err
    assert not STEERING.search("".join(lines)) and sum(map(len, lines)) < 12_000, said.err
    return said


def read(reader, *words, **asked):
    """What a reader answers, or None where it refuses as the command line would tell it: an error of no known kind goes through."""
    try:
        return reader(*words, **asked)
    except Exception as error:
        told = tell(error)
        if told.exit_code == OURS:
            raise
        message = told.document["message"]
        assert told.exit_code in OWN_FAULTS and message.strip() and "Traceback" not in message
        return None


def contents(ledger):
    """All that a ledger holds, whatever its bytes look like."""
    with contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        return "\n".join(db.iterdump())


class Room:
    """A ledger that begins each time as the sample, and the law around every command on it."""

    def __init__(self, directory, sample):
        self.directory, self.sample = directory, sample
        self.ledger = directory / "ledger.db"
        self.home = {"HOME": str(directory), "XDG_CONFIG_HOME": str(directory / "config"), "XDG_DATA_HOME": str(directory / "data")}
        self.fresh()

    def fresh(self):
        self.lay(self.sample)

    def lay(self, raw):
        """These bytes are the ledger, with no log beside it."""
        for beside in ("-wal", "-shm", "-journal"):
            Path(f"{self.ledger}{beside}").unlink(missing_ok=True)
        self.ledger.write_bytes(raw)

    def write(self, name, raw):
        path = self.directory / name
        path.write_bytes(raw)
        return path

    def run(self, *words, environment=()):
        return run(*words, environment={**self.home, **dict(environment)})

    def on_ledger(self, *words, at=NOW):
        return self.run(*words, "--ledger", self.ledger, "--at", at)

    def writes_whole_or_not(self, *words, then=(), at=NOW):
        """The law. `then` are commands that have to do as well on what a success left."""
        before = contents(self.ledger)
        said = lawful(self.on_ledger(*words, at=at))
        if said.code:
            assert contents(self.ledger) == before, "a refusal left a trace"
            return said
        changed = contents(self.ledger) != before
        for words in (("check",), *then):
            after = lawful(self.on_ledger(*words, at=at))
            assert words[0] != "check" or after.code == 0, after.out + after.err
        if changed:
            self.fresh()
        return said
