"""The road from an empty file, or from an older margincli's, to the schema of today.

To change the schema, add a function at the end that ends in `_now_at`, and raise SCHEMA in opening.py; never touch an older one.
Each runs in a transaction of its own, inside the one that the caller opened: the file is brought all the way, or not at all.
"""

import sqlite3
from typing import Iterator

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from .pool import SCHEMA as POOL_RATES
from .pool import VIEW as POOL_RATES_BY_ASSET
from .schema import APPLICATION_ID, ASTIR, GUARDS, KEEPING, TABLES
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


@steps(name="0002_herd")
def herd(db: Database) -> None:
    """Who has business of his own is found without looking at everybody."""
    db.conn.execute(f"CREATE INDEX settings_astir ON settings (owner_id) WHERE {ASTIR}")
    db.conn.execute(ACCRUED)
    _now_at(db, 2)


@steps(name="0003_interest_in_bnb")
def interest_in_bnb(db: Database) -> None:
    """Interest hour by hour also tells the coin of the loan, which a charge in BNB is not in."""
    db.conn.execute("DROP VIEW interest_rows")
    db.conn.execute(INTEREST_ROWS)
    _now_at(db, 3)


@steps(name="0004_pool_rates")
def pool_rates(db: Database) -> None:
    """The rates of the lending pool, where coins have a supply."""
    for statement in _statements(POOL_RATES + POOL_RATES_BY_ASSET):
        db.conn.execute(statement)
    _now_at(db, 4)


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
