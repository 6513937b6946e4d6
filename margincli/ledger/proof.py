"""Proving the books: everything the file says about itself is worked out again from its entries, and compared."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..domain.world import moment
from . import chain, entries, folding, legible, pool
from .entries import Assets, Claim
from .seals import hash_of
from .session import Session

SHOWN_OF_A_KIND = 50  # of one kind of finding; the rest is counted

Finding = dict[str, Any]


def prove(session: Session, earlier_head: str | None = None) -> list[Finding]:
    """Everything that does not hold, each as {code, message, facts}; [] when the books hold.

    `earlier_head` is what `Session.head` answered some time ago: that journal must have been continued since.
    """
    found: Counter[str] = Counter()
    findings = []
    for code, message, facts in _claims(session.db, earlier_head):
        found[code] += 1
        if found[code] <= SHOWN_OF_A_KIND:
            findings.append({"code": code, "message": message, "facts": {key: str(value) for key, value in facts.items()}})
    for code, count in found.items():
        if count > SHOWN_OF_A_KIND:
            more = count - SHOWN_OF_A_KIND
            findings.append({"code": code, "message": f"and {more} more of this kind", "facts": {"more": str(more)}})
    return findings


def damage(session: Session, of_a_book: bool) -> str:
    """The first thing that is wrong with the file, in words, and if asked with its rule books; '' when they hold."""
    return next((message for _, message, _ in _claims(session.db, None)), "") or (legible.broken_book(session.db) if of_a_book else "")


def _claims(db: sqlite3.Connection, earlier_head: str | None) -> Iterator[Claim]:
    yield from _file(db)
    yield from _guards(db)
    illegible = False
    for claim in legible.claims(db):
        illegible = True
        yield claim
    if illegible:  # what cannot be read cannot be added up
        return
    yield from entries.claims(db)
    yield from chain.claims(db, earlier_head)
    yield from folding.claims(db)
    yield from _totals(db)
    yield from pool.claims(db)
    yield from _rules(db)


def _file(db: sqlite3.Connection) -> Iterator[Claim]:
    for (line,) in db.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield "file", f"The file is not sound: {line}.", {"why": line}
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield "reference", f"A row of {table} points to a row of {parent} that is not there.", {"table": table, "row": row, "parent": parent}


def _guards(db: sqlite3.Connection) -> Iterator[Claim]:
    """The triggers and checks by which the file keeps itself, as the migrations lay them down."""
    question = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    here = {row[:2]: row[2] for row in db.execute(question)}
    for kind, name, sql in _fresh().execute(question):
        if here.get((kind, name)) != sql:
            wrong = "has been changed" if (kind, name) in here else "is gone"
            yield "guard", f"The {kind} {name} {wrong}: the file no longer guards itself.", {"type": kind, "name": name}


def _totals(db: sqlite3.Connection) -> Iterator[Claim]:
    """Of halves, since SQLite's own sum ends at 2^63."""
    assets = Assets(db)
    for asset_id, high, low in db.execute("SELECT asset_id, sum(amount >> 32), sum(amount & 4294967295) FROM balances GROUP BY asset_id"):
        if total := (high << 32) + low:
            asset, over = assets.of(asset_id)[0], assets.told(asset_id, total)
            yield "total", f"All balances of {asset} together come to {over}, not to nothing.", {"asset": asset, "by": over}


def _rules(db: sqlite3.Connection) -> Iterator[Claim]:
    for since, document, sealed in db.execute("SELECT since, document, hash FROM rulebooks"):
        if hash_of(document) != sealed:
            yield "rules", f"The rule book of {moment(since)} is not what was put in force.", {"since": moment(since)}


def _fresh() -> sqlite3.Connection:
    """The schema of today in an empty database."""
    from .migrations import migrate

    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    return connection
