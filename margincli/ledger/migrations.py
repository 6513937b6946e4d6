"""The road from an empty file, or from an older margincli's, to the schema of today.

To change the schema, add a function at the end that ends in `_now_at`, and raise SCHEMA in opening.py; never touch an older one.
Each runs in a transaction of its own, inside the one that the caller opened: the file is brought all the way, or not at all.
"""

import sqlite3
from typing import Iterator

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from .chain import sealed_now
from .schema import APPLICATION_ID, ASTIR, GUARDS, KEEPING, SEALING, SEALS, TABLES
from .seals import hash_of
from .views import ACCRUED, VIEWS

steps = Migrations("margincli")


@steps(name="0001_books")
def books(db: Database) -> None:
    """The double-entry books, prices, rates and rule books."""
    for statement in _statements(TABLES + KEEPING + GUARDS + VIEWS):
        db.conn.execute(statement)
    db.conn.execute("INSERT INTO owners (name) VALUES ('house'), ('world')")
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    _now_at(db, 1)


@steps(name="0002_herd")
def herd(db: Database) -> None:
    """Who has business of his own is found without looking at everybody."""
    db.conn.execute(f"CREATE INDEX settings_astir ON settings (owner_id) WHERE {ASTIR}")
    db.conn.execute(ACCRUED)
    _now_at(db, 2)


@steps(name="0003_seals")
def seals(db: Database) -> None:
    """A chain of hashes over the journal, and one over each rule book; what there is already is sealed as it stands."""
    for statement in _statements(SEALS):
        db.conn.execute(statement)
    db.conn.executemany("INSERT INTO seals VALUES (?, ?, ?)", sealed_now(db.conn))
    documents = db.conn.execute("SELECT document, since FROM rulebooks").fetchall()
    db.conn.executemany("UPDATE rulebooks SET hash = ? WHERE since = ?", [(hash_of(document), since) for document, since in documents])
    for statement in _statements(SEALING):
        db.conn.execute(statement)
    _now_at(db, 3)


def migrate(connection: sqlite3.Connection) -> None:
    """Take every step the file has not taken, in the open transaction of `connection`."""
    # Plugins of the user's sqlite-utils have no business in the books.
    steps.apply(Database(connection, execute_plugins=False, strict=True))


def _now_at(db: Database, version: int) -> None:
    db.conn.execute(f"PRAGMA user_version = {version}")


def _statements(script: str) -> Iterator[str]:
    """One statement at a time: executescript() would commit the caller's transaction."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if pending.strip() and sqlite3.complete_statement(pending):
            yield pending
            pending = ""
