"""The hand at the keyboard: command lines carried out in this process, or in a child of it that is killed on the way, on a ledger that can be copied."""

import io
import json
import os
import shlex
import shutil
import signal
import sqlite3
from contextlib import contextmanager, redirect_stdout
from functools import cache, lru_cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Iterator, NamedTuple
from unittest.mock import patch

from margincli import desk
from margincli.cli import app, shell
from margincli.domain.journal import Entry
from margincli.domain.world import World, moment
from margincli.ledger import reading
from margincli.ledger import session as ledger_session

app.command_of = cache(app.command_of)  # a verb is declared to Typer once, not at every command
ledger_session.json = SimpleNamespace(dumps=json.dumps, loads=lru_cache(100)(json.loads))  # and a rule book read once


class Said(NamedTuple):
    """One command line and its answer. `document` is the receipt, or the error of the contract."""

    line: str
    code: int
    document: dict

    @property
    def refusal(self) -> str:
        return self.document.get("error", "")


def line_of(words: tuple[str, ...], at: int, account: str) -> str:
    """A command as it is typed, but for the ledger and the form of the answer."""
    return shlex.join((*words, "--at", moment(at), *(("--account", account) if account else ())))


class Counted(sqlite3.Connection):
    """A connection of which every statement is counted, those of its triggers too; the process kills itself as it comes to the last one."""

    count, last = 0, 0

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.set_trace_callback(self._count)

    @classmethod
    def _count(cls, statement: str) -> None:
        cls.count += 1
        if cls.count == cls.last:
            os.kill(os.getpid(), signal.SIGKILL)


class Ledger:
    """A ledger file, and everything the simulator does to it or reads of it."""

    def __init__(self, path: Path):
        self.path = path

    def say(self, words: tuple[str, ...], at: int, account: str = "", *more: str) -> Said:
        """Carry out one command line here; an exit code of 1 is a fault of the program itself."""
        line = line_of((*words, *more), at, account)
        with redirect_stdout(io.StringIO()) as out:
            code = shell.run([*shlex.split(line), "--json", "--ledger", str(self.path)])
        return Said(f"margincli {line}", code, json.loads(out.getvalue()))

    def say_and_count(self, words: tuple[str, ...], at: int, account: str, *more: str) -> tuple[Said, int]:
        """The same, and how many statements of SQL it took."""
        Counted.count = 0
        with patch.object(sqlite3, "connect", partial(sqlite3.connect, factory=Counted)):
            return self.say(words, at, account, *more), Counted.count

    def say_and_be_killed(self, words: tuple[str, ...], at: int, account: str, statement: int, *more: str) -> None:
        """The same in a process of its own that dies by SIGKILL as it comes to that statement.

        Counting statements rather than milliseconds, the same run dies at the same place again.
        """
        if child := os.fork():
            os.waitpid(child, 0)
            return
        try:
            Counted.last = statement
            self.say_and_count(words, at, account, *more)
        finally:
            os._exit(0)

    def batch(self, lines: list[str], *more: str) -> tuple[int, list[dict]]:
        """Many commands as the lines of a file: the exit code and the document of each."""
        file = self.path.with_suffix(".txt")
        file.write_text("".join(f"{line}\n" for line in lines))
        with redirect_stdout(io.StringIO()) as out:
            code = shell.run(["batch", str(file), *more, "--json", "--ledger", str(self.path)])
        return code, [json.loads(line) for line in out.getvalue().splitlines()]

    def copy(self, name: str) -> "Ledger":
        """A second ledger that stands where this one does; one of that name before it is gone."""
        other = self.beside(name)
        for suffix in ("", "-wal"):
            if self._beside(suffix).exists():
                shutil.copyfile(self._beside(suffix), other._beside(suffix))
        return other

    def beside(self, name: str) -> "Ledger":
        """A ledger of that name that is not there yet."""
        other = Ledger(self.path.with_name(f"{name}.db"))
        other.vanish()
        return other

    def vanish(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._beside(suffix).unlink(missing_ok=True)

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def bytes(self) -> bytes:
        """The file to the last byte: the strictest test of whether anything was written."""
        log = self._beside("-wal")
        return self.path.read_bytes() + (log.read_bytes() if log.exists() else b"")

    def dump(self) -> list[str]:
        """What the file says, whatever pages it says it on."""
        db = sqlite3.connect(self.path)
        try:
            return list(db.iterdump())
        finally:
            db.close()

    def rows(self, question: str, *values) -> list[tuple]:
        """Plain SQL, past all code of the program."""
        db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            return db.execute(question, values).fetchall()
        finally:
            db.close()

    def brought(self, account: str, at: int) -> tuple[World, int]:
        """An account brought up to `at`, in memory only, and how many entries that took."""
        with reading(self.path) as session:
            world, due = desk.bring_up_to_date(session, account, at)
            return world, len(due)

    def entries(self, account: str) -> list[tuple[int, Entry]]:
        """(number, entry) of an account's history, oldest first."""
        with reading(self.path) as session:
            return session.history(account)

    def settings_of(self, account: str) -> list[tuple[str, str]]:
        """(key, value) of all wallets of an account."""
        return self.rows("SELECT key, value FROM settings WHERE owner_id = (SELECT id FROM owners WHERE name = ?)", account)

    def balances(self) -> dict[tuple[str, str, str, str], int]:
        """(owner, wallet, bucket, coin) -> smallest units, of all that is not nothing."""
        question = (
            "SELECT o.name, a.wallet, a.bucket, s.name, b.amount FROM balances b JOIN accounts a ON a.id = b.account_id "
            "JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = b.asset_id WHERE b.amount <> 0"
        )
        return {row[:4]: row[4] for row in self.rows(question)}


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """No settings of whoever runs this, for a while."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("MARGINCLI_") and name != "NO_COLOR"}
    with patch.dict(os.environ, {**others, "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}, clear=True):
        yield
