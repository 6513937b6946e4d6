"""The README's table of speed, measured anew.

    python tests/bench/table.py [--accounts N] [--lines N] [--rounds N] [--write]

A million accounts and a hundred thousand lines take half an hour and 12 GB of disk; a tenth of each a few minutes.
"""

import argparse
import os
import platform
import sqlite3
from pathlib import Path

import batch
import cold_start
import scale
from figures import table

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- speed -->\n", "<!-- /speed -->"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--accounts", type=int, default=1_000_000)
    words.add_argument("--lines", type=int, default=100_000)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--write", action="store_true", help="put it into the README")
    asked = words.parse_args()
    found = [*cold_start.figures(25), *batch.figures(asked.lines, asked.rounds), *scale.figures(asked.accounts, asked.rounds)]
    where = f"CPU time, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {asked.accounts:,} accounts, {asked.lines:,} lines of a batch."
    made = f"{table(found)}\n\n{where}\n"
    print(made)
    if asked.write:
        before, _, rest = README.read_text().partition(BEGIN)
        README.write_text(before + BEGIN + made + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
