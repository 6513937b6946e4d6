"""A batch of mixed lines against the same rows in raw sqlite3, and against what hledger and ledger take to read the journal.

    python tests/bench/batch.py [LINES] [ACCOUNTS] [ROUNDS]

The batch and the readers of its journal are whole processes. The raw floor is what one would write by hand who has every row ready,
seals and all: the same tables, indexes and triggers, an executemany for the lines of an entry, one transaction. CPU seconds, so
that a busy machine matters less, and medians of rounds in turn.
"""

import json
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from cold_start import ANSWERS, Cost, cost_of
from figures import Figure

BEGIN = 1_725_264_000_000  # 2024-09-02T08:00:00Z
BATCH, RAW = "margincli batch", "the same rows in raw sqlite3"
READERS = ("hledger", "ledger")


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


def measure(lines: int, accounts: int, rounds: int = 1) -> tuple[dict[str, list[Cost]], dict[str, int]]:
    """What each costs, round by round; and how many lines, refusals, entries and postings there were."""
    with tempfile.TemporaryDirectory() as folder:
        home, ours = Path(folder), [sys.executable, "-m", "margincli"]
        (home / "lines.jsonl").write_text("\n".join(mixed(lines, accounts)))
        counts = {"lines": lines, **made(home, ours)}
        readers = {name: [name, "-f", f"journal.{name}", "balance"] for name in READERS if shutil.which(name)}
        for name in readers:
            with open(home / f"journal.{name}", "wb") as journal:
                subprocess.run([*ours, "export", "--format", name, "--ledger", "whole.db"], cwd=folder, stdout=journal, check=True)
        costs: dict[str, list[Cost]] = {name: [] for name in (BATCH, RAW, *readers)}
        for turn in range(rounds):
            costs[BATCH].append(cost_of([*ours, "batch", "lines.jsonl", "--json", "--ledger", f"{turn}.db"], folder, refused=3))
            costs[RAW].append(raw(home / "whole.db", home / f"raw{turn}.db"))
            for name, words in readers.items():
                costs[name].append(cost_of(words, folder))
        return costs, counts


def made(home: Path, ours: list[str]) -> dict[str, int]:
    """The ledger whose rows are copied and whose journal is read."""
    out = subprocess.run([*ours, "batch", "lines.jsonl", "--json", "--ledger", "whole.db"], cwd=home, capture_output=True).stdout
    with sqlite3.connect(home / "whole.db") as db:
        counted = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("entries", "postings")}
    return {"refused": out.count(b'"error":'), **counted}


def raw(ledger: Path, copy: Path) -> Cost:
    """The rows of a finished ledger into an empty one of the same make."""
    source, target = sqlite3.connect(ledger), sqlite3.connect(copy, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "recursive_triggers = ON", "cache_size = -16384"):
        target.execute(f"PRAGMA {pragma}")
    for kind in ("table", "index", "trigger"):
        for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite%'", (kind,)).fetchall():
            target.execute(sql)
    names = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in ("assets", "owners", "accounts", "symbols", "quotes")}
    lines = {table: {number: list(rows) for number, rows in groupby(source.execute(f"SELECT * FROM {table} ORDER BY entry_id"), key=itemgetter(0))} for table in ("postings", "changes")}
    postings = {number: sorted(rows, key=lambda row: row[4] < 0) for number, rows in lines["postings"].items()}  # what fills an account before what empties it
    entries, seals = (source.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("entries", "seals"))
    insert = {table: f"INSERT INTO {table} VALUES ({','.join('?' * len(columns))})" for table, columns in columns_of(source).items()}
    wall, cpu = time.perf_counter(), time.process_time()
    target.execute("BEGIN IMMEDIATE")
    for table, rows in names.items():
        target.executemany(insert[table], rows)
    for entry, seal in zip(entries, seals):
        target.executemany(insert["postings"], postings.get(entry[0], ()))
        if changes := lines["changes"].get(entry[0]):
            target.executemany(insert["changes"], changes)
        target.execute(insert["seals"], seal)
        target.execute(insert["entries"], entry)
    target.execute("COMMIT")
    return Cost(time.perf_counter() - wall, time.process_time() - cpu, 0)


def columns_of(db: sqlite3.Connection) -> dict[str, list]:
    tables = ("assets", "owners", "accounts", "symbols", "quotes", "postings", "changes", "seals", "entries")
    return {table: db.execute(f"PRAGMA table_info({table})").fetchall() for table in tables}


def ratio(costs: dict[str, list[Cost]], floor: str) -> float:
    """The median over the rounds of a batch against `floor`."""
    return statistics.median(ours.cpu / other.cpu for ours, other in zip(costs[BATCH], costs[floor]))


def figures(lines: int, rounds: int) -> list[Figure]:
    costs, _ = measure(lines, 100, rounds)
    floors = {RAW: ("the same rows in raw `sqlite3`, by hand", "4"), "hledger": ("hledger reading the resulting journal", "1"), "ledger": ("ledger reading it", "")}
    peak = max(run.peak_mib for run in costs[BATCH])
    return [Figure(f"`batch`, {lines:,} mixed lines", floor, ratio(costs, name), goal, peak) for name, (floor, goal) in floors.items() if name in costs]


def main() -> None:
    lines, accounts, rounds = (int(word) for word in (sys.argv[1:] + ["20000", "100", "3"][len(sys.argv) - 1 :]))
    costs, counts = measure(lines, accounts, rounds)
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    print(f"{'':<34}{'cpu s':>9}{'MiB':>9}{'batch against it':>20}")
    for name, runs in costs.items():
        cpu, peak = (statistics.median(getattr(run, figure) for run in runs) for figure in ("cpu", "peak_mib"))
        print(f"{name:<34}{cpu:>9.2f}{f'{peak:.0f}' if peak else '':>9}{ratio(costs, name):>20.2f}")
    print(f"{lines / statistics.median(run.cpu for run in costs[BATCH]):.0f} lines a second")


if __name__ == "__main__":
    main()
