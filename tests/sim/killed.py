"""margincli in a process that kills itself as it comes to its n-th SQL statement:  python killed.py N VERB ARGS ...

Counting statements rather than milliseconds, the same run dies at the same place again.
"""

import os
import signal
import sqlite3
import sys
from functools import partial

from margincli.cli.shell import run

left = int(sys.argv[1])


class Doomed(sqlite3.Connection):
    """A connection of which every statement is counted, those of its triggers too."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.set_trace_callback(count)


def count(statement: str) -> None:
    global left
    left -= 1
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


sqlite3.connect = partial(sqlite3.connect, factory=Doomed)
sys.exit(run(sys.argv[2:]))
