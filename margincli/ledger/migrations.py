"""The road from an empty file, or from an older margincli's, to the schema of today.

To change the schema, add a function at the end that ends in `_now_at`, and raise SCHEMA in opening.py; never touch an older one.
Each runs in a transaction of its own, inside the one that the caller opened: the file is brought all the way, or not at all.
"""

import sqlite3
from typing import Iterator

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from .chain import sealed_now
from .pool import SCHEMA as POOL_RATES
from .pool import VIEW as POOL_RATES_BY_ASSET
from .schema import APPLICATION_ID, GUARDS, HERD, KEEPING, SEALING, SEALS, TABLES
from .seals import hash_of
from .views import ACCRUED, INTEREST_ROWS, VIEWS

steps = Migrations("margincli")


@steps(name="0001_books")
def books(db: Database) -> None:
    """The double-entry books, prices, rates and rule books."""
    for statement in _statements(TABLES + KEEPING + GUARDS + VIEWS):
        db.conn.execute(statement)
    db.conn.execute("INSERT INTO owners (name) VALUES ('house'), ('world')")
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    _now_at(db, 1)


@steps(name="0002_seals_pool_and_herd")
def seals_pool_and_herd(db: Database) -> None:
    """A chain of hashes over the journal; the rates of the lending pool; interest in BNB; many accounts charged in one stroke."""
    for statement in _statements(POOL_RATES + POOL_RATES_BY_ASSET + INTEREST_ROWS + ACCRUED + HERD + SEALS):
        db.conn.execute(statement)
    _seal(db.conn)
    for statement in _statements(SEALING):
        db.conn.execute(statement)
    _now_at(db, 2)


def _seal(connection: sqlite3.Connection) -> None:
    """What there is already is sealed as it stands: each entry, and each rule book."""
    connection.executemany("INSERT INTO seals VALUES (?, ?, ?)", sealed_now(connection))
    documents = connection.execute("SELECT document, since FROM rulebooks").fetchall()
    connection.executemany("UPDATE rulebooks SET hash = ? WHERE since = ?", [(hash_of(document), since) for document, since in documents])


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
