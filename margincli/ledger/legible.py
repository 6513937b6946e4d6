"""What another hand, or rot, has made of the texts and times of a file: each cell that no command could have written.

A command that meets one stumbles where nobody foresaw it. It is told here as what it is: damage to the file.
"""

import json
import sqlite3
from collections.abc import Iterator

from ..domain import loan
from ..domain.flaws import flaw_of
from ..domain.rulebook import Rulebook
from .entries import Claim

# 0001-01-01 to 9999-12-31: what can be written as a time
EARLIEST, LATEST = -62_135_596_800_000, 253_402_300_799_999
_TIMES = {"entries": ("at",), "owners": ("settled_to",), "quotes": ("at",), "candles": ("open_at", "close_at"), "rates": ("since",), "rulebooks": ("since",)}
_FIGURES = {"entries": ("amount",), "quotes": ("price", "volume"), "candles": ("open", "high", "low", "close", "volume"), "rates": ("rate_daily",)}
_DOCUMENTS = {"entries": "facts", "refs": "document", "rulebooks": "document"}
_WALLETS = ("entries", "accounts", "changes", "settings")


def claims(db: sqlite3.Connection) -> Iterator[Claim]:
    for table, columns in _TIMES.items():
        for column in columns:
            yield from _wrong(db, table, column, f"{column} NOT BETWEEN {EARLIEST} AND {LATEST}")
    for table, columns in _FIGURES.items():
        for column in columns:
            yield from _wrong(db, table, column, f"{column} GLOB '*[^0-9.]*' OR {column} GLOB '*.*.*' OR {column} NOT GLOB '*[0-9]*' OR length({column}) > 200")
    for table in _WALLETS:
        yield from _wrong(db, table, "wallet", f"wallet NOT IN ('', 'spot', 'cross', '{loan.WALLET}') AND wallet NOT GLOB 'isolated:?*'")
    yield from _wrong(db, "assets", "scale", "scale NOT BETWEEN 0 AND 18")
    for table, column in _DOCUMENTS.items():
        for (text,) in db.execute(f"SELECT {column} FROM {table}"):
            if not isinstance(_parsed(text), dict):
                yield _claim(table, column, text)


def broken_book(db: sqlite3.Connection) -> str:
    """The first rule book that lacks a rule which every book has; '' when there is none."""
    for since, text in db.execute("SELECT since, document FROM rulebooks ORDER BY since"):
        try:
            flaw = flaw_of(Rulebook(json.loads(text)))
        except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
            flaw = f"{type(error).__name__}: {error}"
        if flaw:
            return f"the rule book in force from {since} cannot be read ({flaw})"
    return ""


def _wrong(db: sqlite3.Connection, table: str, column: str, condition: str) -> Iterator[Claim]:
    for (value,) in db.execute(f"SELECT {column} FROM {table} WHERE {condition}"):
        yield _claim(table, column, value)


def _claim(table: str, column: str, value: object) -> Claim:
    text = ascii(value)[:60]
    return "illegible", f"The {column} of a row of {table} is {text}, which no command writes.", {"table": table, "column": column, "value": text}


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
