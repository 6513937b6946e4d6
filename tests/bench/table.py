"""The README's table of speed, measured anew.

    python tests/bench/table.py [--accounts N] [--lines N] [--write]

All of it takes an hour on a small machine; a hundredth of the accounts and lines is a matter of minutes.
"""

import argparse
import os
import platform
import sqlite3
import sys
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
    words.add_argument("--write", action="store_true", help="put it into the README")
    asked = words.parse_args()
    found = []
    for measured in (lambda: cold_start.figures(25), lambda: scale.figures(asked.accounts), lambda: batch.figures(asked.lines)):
        found += measured()
        print(f"{len(found)} figures", file=sys.stderr)
    where = f"CPU time, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {asked.accounts:,} accounts, {asked.lines:,} lines of a batch."
    made = f"{table(found)}\n\n{where}\n"
    print(made)
    if asked.write:
        before, _, rest = README.read_text().partition(BEGIN)
        README.write_text(before + BEGIN + made + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
