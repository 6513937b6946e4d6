"""A ledger in a room of its own, commands that can be killed in it, and a witness who remembers what was promised.

A command is a process of its own that is forked from this one, so that a kill meets the ledger and not the start of Python.
Every command has a ref, so every entry of the journal has to stand in the receipt of exactly one ref.

MARGINCLI_CRASH_ROUNDS=N makes every test N times as long, MARGINCLI_CRASH_SEED=S repeats one.
"""

import json
import os
import random
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest

from margincli import account, desk, quotes, records  # noqa: F401 imported here once, not in every child
from margincli.cli import shell
from margincli.ledger import reading
from margincli.ledger.proof import prove

ROUNDS = int(os.environ.get("MARGINCLI_CRASH_ROUNDS", "1"))
ANSWERS = Path(__file__).resolve().parents[1] / "answers.json"
BEGIN = 1_725_148_800_000  # 2024-09-01
MINUTE = 60_000
DONE, OURS, BUSY, BROKEN = 0, 1, 5, 8

for verb in ("deposit", "borrow", "repay", "trade", "cancel", "accrue", "liquidate", "price", "backup", "restore", "status"):
    import_module(f"margincli.cli.{verb}")


def seeded() -> random.Random:
    """Chance, and the number by which it can be had again."""
    seed = int(os.environ.get("MARGINCLI_CRASH_SEED") or random.randrange(10**9))
    print(f"MARGINCLI_CRASH_SEED={seed}")
    return random.Random(seed)


class Said(NamedTuple):
    code: int  # minus the signal, where one ended it
    out: str
    err: str

    @property
    def receipt(self) -> dict[str, Any] | None:
        """The document, when all of it came out: a promise, whatever became of the process afterwards."""
        try:
            document = json.loads(self.out)
        except ValueError:
            return None
        return None if "error" in document else document


class Running:
    def __init__(self, pid: int, files: tuple[Path, Path]):
        self.pid, self.files, self.since = pid, files, time.monotonic()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, seconds: float = 60) -> Said:
        deadline = time.monotonic() + seconds
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                self.kill()
                os.waitpid(self.pid, 0)
                pytest.fail("a command hangs")
            time.sleep(0.001)
        out, err = (file.read_text(errors="replace") for file in self.files)
        for file in self.files:
            file.unlink()
        assert "Traceback" not in out + err, err
        return Said(os.waitstatus_to_exitcode(status), out, err)


class Room:
    def __init__(self, directory: Path):
        self.directory, self.ledger = directory, directory / "ledger.db"
        self.now, self.number = BEGIN, 0
        self.promised: dict[str, dict[str, Any]] = {}  # receipts by ref
        self.tried: set[str] = set()

    def begin(self, deposit: str = "100000") -> "Room":
        """An account that can borrow and trade."""
        for line in (
            "price set BTCUSDT 60000",
            f"deposit USDT {deposit}",
            f"activate cross --leverage 3 --region DE --accept-terms --answers {ANSWERS}",
            f"transfer USDT {deposit} --from spot --to cross",
            "borrow USDT 1000",
        ):
            self.must(*line.split())
        return self

    def ref(self) -> str:
        self.number += 1
        return f"r{os.getpid()}-{self.number}"

    def start(self, *words: str, ref: str | None = None, at: int | None = None, before: Callable[[], None] | None = None) -> Running:
        """`before` is done in the child, before the command."""
        self.number += 1
        files = self.directory / f"out{self.number}", self.directory / f"err{self.number}"
        for file in files:
            file.touch()
        words = (*words, "--json", "--ledger", str(self.ledger))
        if at is not None:
            words += ("--at", f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at / 1000))}.{at % 1000:03}Z")
        if ref:
            self.tried.add(ref)
            words += ("--ref", ref)
        pid = os.fork()
        if not pid:
            self._be(words, files, before)
        return Running(pid, files)

    def _be(self, words: tuple[str, ...], files: tuple[Path, Path], before: Callable[[], None] | None) -> None:
        code = 99
        try:
            for number, file in enumerate(files, 1):
                os.dup2(os.open(file, os.O_WRONLY), number)
            sys.stdin, sys.stdout, sys.stderr = open(os.devnull), open(1, "w", closefd=False), open(2, "w", closefd=False)
            os.environ["XDG_CONFIG_HOME"] = str(self.directory)
            if before:
                before()
            code = shell.run(list(words))
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def run(self, *words: str, **how: Any) -> Said:
        return self.heard(self.start(*words, **how), how.get("ref"))

    def heard(self, running: Running, ref: str | None) -> Said:
        said = running.wait()
        assert said.code != OURS, said
        if ref and said.receipt:
            self.promised.setdefault(ref, said.receipt)
        return said

    def must(self, *words: str) -> dict[str, Any]:
        """A command that nothing is in the way of, a minute later."""
        self.now += MINUTE
        said = self.run(*words, ref=self.ref(), at=self.now)
        assert said.code == DONE, said
        return said.receipt

    def knows(self, ref: str) -> bool:
        """Whether the command of that ref has happened."""
        with reading(self.ledger) as session:
            return session.recall(ref) is not None

    def holds(self, ledger: Path | None = None) -> dict[str, Any]:
        """The books hold, nothing promised is lost, nothing happened twice. What refs say, by ref."""
        with reading(ledger or self.ledger) as session:
            assert prove(session) == []
            kept = {ref: json.loads(document) for ref, document in session.db.execute("SELECT ref, document FROM refs")}
            entries = {row[0]: row[1:] for row in session.db.execute("SELECT id, kind, asset, amount FROM entries")}
        assert set(kept) <= self.tried
        told = [entry for document in kept.values() for entry in document["entries"]]
        assert sorted(entry["id"] for entry in told) == sorted(entries), "an entry stands in the receipt of exactly one ref"
        assert all(entries[entry["id"]] == (entry["kind"], entry["asset"] or "", entry["amount"] or "0") for entry in told)
        for ref, receipt in self.promised.items():
            assert ref in kept, f"{ref} was promised and is lost: {receipt}"
            assert {**kept[ref], "repeated": receipt["repeated"]} == receipt, ref
        return kept
