"""Where the time of a sweep goes: each statement of `accrue` as a multiple of the whole floor of scale.py, on as many loans.

    python tests/bench/where.py [ACCOUNTS]

The floor is one exact UPDATE with a row a loan, measured in the same run. What is told is the processor's time within SQLite, and within the
functions of ours that it calls; the rest is Python and its start.
"""

import sqlite3
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from unittest.mock import patch

from cold_start import cost_of
from scale import FLOOR, built, loans

from margincli import desk, sweeping
from margincli.ledger import seals

STEPS = {  # how a statement begins -> what it does
    "INSERT INTO temp.herd": "every loan is gathered, by hour, kind of wallet and coin",
    "INSERT OR IGNORE INTO temp.loud SELECT owner_id FROM (": "every wallet is judged: who may come near a bar",
    "INSERT INTO postings": "a line for each loan, with its charge",
    "UPDATE balances": "its balance follows",
    "seal": "the lines are hashed",
    "INSERT INTO entries": "that they balance is seen once more",
    "UPDATE owners": "until when its account is settled",
    "COMMIT": "all is on the disk",
}


class Timed(sqlite3.Connection):
    """Adds up what each kind of statement costs."""

    spent: dict[str, float] = {}

    def execute(self, statement, *words):
        began = time.process_time()
        try:
            return super().execute(statement, *words)
        finally:
            spend(next((step for step in STEPS if statement.startswith(step)), ""), began)


def spend(step: str, began: float) -> None:
    Timed.spent[step] = Timed.spent.get(step, 0.0) + time.process_time() - began


def hashed(*words) -> str:
    began = time.process_time()
    try:
        return HASH(*words)
    finally:
        spend("seal", began)


HASH = seals.seal_by_lines


def main() -> None:
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        built(home / "big.db", accounts)
        loans(home / "loans.db", accounts)
        (home / "floor.py").write_text(FLOOR)
        floor = cost_of([sys.executable, "floor.py", "loans.db"], folder).cpu
        whole = time.process_time()
        with patch.object(sqlite3, "connect", partial(sqlite3.connect, factory=Timed)), patch.object(seals, "seal_by_lines", hashed):
            sweeping.sweep(desk.Call(home / "big.db", None, 1_725_152_400_000), "accrue")
        whole = time.process_time() - whole
    print(f"{accounts} loans, the floor takes {floor / accounts * 1e6:.2f} us for each")
    for step, meaning in STEPS.items():
        print(f"{Timed.spent.get(step, 0.0) / floor:>6.2f} x  {meaning}")
    print(f"{(whole - sum(Timed.spent.get(step, 0.0) for step in STEPS)) / floor:>6.2f} x  all else\n{whole / floor:>6.2f} x  the whole")


if __name__ == "__main__":
    main()
