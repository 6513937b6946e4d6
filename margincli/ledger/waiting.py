"""What the steps of a ledger kept open have still to write into the journal: entries, who is settled until when, receipts."""

import sqlite3
from typing import Any

from . import books


class Waiting:
    """In the order in which it is to be written."""

    def __init__(self) -> None:
        self.entries: list[books.Rows] = []
        self.settled: dict[str, int] = {}
        self.refs: dict[str, tuple[str, str, str, dict[str, Any]]] = {}

    def __bool__(self) -> bool:
        return bool(self.entries or self.settled or self.refs)

    def __len__(self) -> int:
        return max(len(self.entries), len(self.refs))

    def take(self, others: "Waiting") -> None:
        """What others have, who then have nothing."""
        if others:
            self.entries += others.entries
            self.settled |= others.settled
            self.refs |= others.refs
            others.clear()

    def write(self, db: sqlite3.Connection) -> None:
        if self:
            entries, settled, refs = list(self.entries), dict(self.settled), list(self.refs.values())
            self.clear()
            books.write(db, entries)
            for owner, at in settled.items():
                books.settle(db, owner, at)
            for ref in refs:
                books.remember(db, *ref)

    def clear(self) -> None:
        self.entries.clear()
        self.settled.clear()
        self.refs.clear()
