"""The seals of all entries worked out again from the rows of the file: to lay them down, and to hold them against what is there."""

import sqlite3
from collections.abc import Iterator

from .entries import Claim, Lines
from .seals import BEGINNING, LINES, seal_by_lines

_ENTRIES = (
    "SELECT e.id, coalesce(o.name, '?'), e.at, e.kind, e.wallet, e.asset, e.amount, e.facts "
    "FROM entries e LEFT JOIN owners o ON o.id = e.owner_id ORDER BY e.id"
)
_POSTINGS = f"{LINES} ORDER BY p.entry_id, p.line"
_CHANGES = (
    "SELECT c.entry_id, c.line, coalesce(o.name, '?'), c.wallet, c.key, c.value "
    "FROM changes c LEFT JOIN owners o ON o.id = c.owner_id ORDER BY c.entry_id, c.line"
)


def sealed_now(db: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    """(number, seal before it, seal) of every entry as it stands."""
    previous = BEGINNING
    for entry, postings, changes in _rows(db):
        mine = seal_by_lines(previous, entry, postings, changes)
        yield entry[0], previous, mine
        previous = mine


def claims(db: sqlite3.Connection, earlier: str | None = None) -> Iterator[Claim]:
    """Every entry that is not what was sealed or not where; and whether the journal continues the head of an `earlier` day."""
    seals = Lines(db.execute("SELECT entry_id, previous, hash FROM seals ORDER BY entry_id"))
    before, met = BEGINNING, earlier in (None, BEGINNING)
    for entry, postings, changes in _rows(db):
        number = entry[0]
        previous, kept = next(iter(seals.all(number)), (None, None))
        mine = seal_by_lines(previous or BEGINNING, entry, postings, changes)
        if kept is None:
            yield "seal", f"Entry {number} is not sealed.", {"entry": number}
            continue
        if previous != before:
            yield "seal", f"Entry {number} does not follow on the entry before it: its seal names another.", {"entry": number, "previous": previous}
        if mine != kept:
            yield "seal", f"Entry {number} is not what was sealed: it or one of its lines has been changed.", {"entry": number, "seal": kept}
        before, met = kept, met or kept == earlier
    for number in seals.strays + seals.rest():
        yield "seal", f"There is a seal of an entry {number} that is not there.", {"entry": number}
    if not met:
        yield "head", f"No entry bears the seal {earlier}: the journal does not continue the one it was the head of.", {"head": earlier}


def entry_sealed(db: sqlite3.Connection, earlier: str) -> int | None:
    """The number of the entry whose seal `earlier` is: 0 for the beginning, None where there is none."""
    row = db.execute("SELECT entry_id FROM seals WHERE hash = ?", (earlier,)).fetchone()
    return row[0] if row else 0 if earlier == BEGINNING else None


def _rows(db: sqlite3.Connection) -> Iterator[tuple[tuple, Iterator[str], list[tuple]]]:
    """Entries with their postings, to be taken before the next entry, and changes."""
    postings, changes = Lines(db.execute(_POSTINGS)), Lines(db.execute(_CHANGES))
    for entry in db.execute(_ENTRIES):
        yield entry, (text for (text,) in postings.of(entry[0])), changes.all(entry[0])
