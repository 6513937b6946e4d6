"""What the steps of a ledger kept open have still to write into the journal: entries, who is settled until when, quotes, receipts."""

import sqlite3
from typing import Any

from . import books, market


class Waiting:
    """In the order in which it is to be written."""

    def __init__(self) -> None:
        self.entries: list[books.Rows] = []
        self.settled: dict[str, int] = {}
        self.quotes: list[tuple[int, str, int, str, str | None]] = []
        self.refs: dict[str, tuple[str, str, str, dict[str, Any]]] = {}

    def __bool__(self) -> bool:
        return bool(self.entries or self.settled or self.quotes or self.refs)

    def __len__(self) -> int:
        return max(len(self.entries), len(self.quotes), len(self.refs))

    def take(self, others: "Waiting") -> None:
        """What others have, who then have nothing."""
        if others:
            self.entries += others.entries
            self.settled |= others.settled
            self.quotes += others.quotes
            self.refs |= others.refs
            others.clear()

    def write(self, db: sqlite3.Connection) -> None:
        if self:
            entries, settled, quotes, refs = list(self.entries), dict(self.settled), list(self.quotes), list(self.refs.values())
            self.clear()
            books.write(db, entries)
            for owner, at in settled.items():
                books.settle(db, owner, at)
            for quote in quotes:
                market.quote(db, quote)
            for ref in refs:
                books.remember(db, *ref)

    def clear(self) -> None:
        self.entries.clear()
        self.settled.clear()
        self.quotes.clear()
        self.refs.clear()
