"""A batch of mixed lines against raw SQLite: the same rows into the same tables, triggers and all, by sqlite3 alone.

    python tests/bench/batch.py [LINES] [ACCOUNTS]

CPU time of this process, so that a busy machine matters less.
"""

import io
import json
import random
import sqlite3
import sys
import tempfile
import time
from contextlib import redirect_stdout
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from margincli.cli import shell

ANSWERS = Path(__file__).resolve().parents[1] / "answers.json"
BEGIN = 1_725_264_000_000  # 2024-09-02T08:00:00Z


class Result(NamedTuple):
    lines: int
    refused: int
    entries: int
    seconds: float
    raw_seconds: float


def mixed(lines: int, accounts: int) -> list[str]:
    """Deposits, transfers, loans, orders that borrow, repayments; a price every fifty lines; three seconds from line to line."""
    chance, found = random.Random(7), []

    def say(verb: str, *args: str, **options) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(BEGIN // 1000 + 3 * len(found)))
        found.append(json.dumps({"verb": verb, "args": args, "at": at, **{name.replace("_", "-").strip("-"): value for name, value in options.items()}}))

    say("price set", "BTCUSDT", "60000")
    for name in (f"a{number}" for number in range(accounts)):
        say("deposit", "USDT", "100000", account=name)
        say("activate", "cross", account=name, region="DE", accept_terms=True, answers=str(ANSWERS), leverage="3")
        say("transfer", "USDT", "50000", account=name, from_="spot", to="cross")
    while len(found) < lines:
        name, what = f"a{chance.randrange(accounts)}", chance.random()
        if len(found) % 50 == 0:
            say("price set", "BTCUSDT", str(60000 + chance.randint(-900, 900)))
        elif what < 0.2:
            say("deposit", "USDT", f"{chance.randint(1, 500)}.{chance.randint(0, 99):02}", account=name)
        elif what < 0.4:
            say("transfer", "USDT", str(chance.randint(1, 300)), account=name, from_="spot", to="cross")
        elif what < 0.55:
            say("borrow", "USDT", str(chance.randint(20, 200)), account=name)
        elif what < 0.75:
            say("trade", chance.choice(["buy", "buy", "sell"]), "BTCUSDT", account=name, borrow=True, quote_qty=str(chance.randint(20, 400)))
        else:
            say("repay", "USDT", str(chance.randint(10, 150)), account=name)
    return found


def measure(lines: int, accounts: int) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        file, ledger = Path(folder) / "lines.jsonl", Path(folder) / "ledger.db"
        file.write_text("\n".join(mixed(lines, accounts)))
        out, begun = io.StringIO(), time.process_time()
        with redirect_stdout(out):
            shell.run(["batch", str(file), "--json", "--ledger", str(ledger)])
        seconds = time.process_time() - begun
        entries, raw = _raw(ledger, Path(folder) / "raw.db")
        return Result(lines, out.getvalue().count('"error":'), entries, seconds, raw)


def _raw(ledger: Path, copy: Path) -> tuple[int, float]:
    """The rows of a finished ledger into an empty one, an entry at a time and all in one transaction."""
    source, target = sqlite3.connect(ledger), sqlite3.connect(copy, isolation_level=None)
    target.execute("PRAGMA journal_mode = WAL")
    for kind in ("table", "index", "trigger"):
        for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite%'", (kind,)).fetchall():
            target.execute(sql)
    entries = source.execute("SELECT * FROM entries ORDER BY id").fetchall()
    lines = {table: {number: list(rows) for number, rows in groupby(source.execute(f"SELECT * FROM {table} ORDER BY entry_id"), key=lambda row: row[0])} for table in ("postings", "changes")}
    for table in ("assets", "owners", "accounts"):
        _insert(target, table, source.execute(f"SELECT * FROM {table}").fetchall())
    begun = time.process_time()
    target.execute("BEGIN")
    for entry in entries:
        _insert(target, "postings", sorted(lines["postings"].get(entry[0], ()), key=lambda row: row[4] < 0))
        _insert(target, "changes", lines["changes"].get(entry[0], ()))
        _insert(target, "entries", [entry])
    target.execute("COMMIT")
    return len(entries), time.process_time() - begun


def _insert(db: sqlite3.Connection, table: str, rows) -> None:
    if rows:
        db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)


if __name__ == "__main__":
    lines, accounts = (int(word) for word in (sys.argv[1:] + ["20000", "100"][len(sys.argv) - 1 :]))
    found = measure(lines, accounts)
    print(f"{found.lines} lines ({found.refused} refused), {found.entries} entries: {found.seconds:.2f} s, {found.lines / found.seconds:.0f} lines a second")
    print(f"the same rows in raw sqlite3: {found.raw_seconds:.2f} s; ratio {found.seconds / found.raw_seconds:.1f}")
