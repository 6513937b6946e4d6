"""Names and their numbers in the file: owners, accounts, assets and symbols, and amounts as whole units.

Exact both ways: an amount that the file cannot hold to the last unit is refused, never rounded.
"""

import sqlite3
from decimal import Decimal
from typing import Any, Callable, NamedTuple, Protocol

from ..domain.journal import RESERVED, Account
from ..domain.money import EXACT, plain
from .faults import UNITS_MOST, BrokenBooks, LedgerFault

Scale = Callable[[str], int]
AT_HAND = 20_000  # owners, and accounts, whose numbers are remembered at a time
SIGNS = {"free": 1, "locked": 1, "borrowed": -1, "interest": -1}


def sign_of(owner: str, bucket: str) -> int:
    """1: never below zero; -1: never above; 0: either, as everything of the house and the world."""
    return 0 if owner in RESERVED else SIGNS[bucket]


def amount_of(units: int, scale: int) -> Decimal:
    return Decimal(units).scaleb(-scale, EXACT)


class Asked(Protocol):
    """The file, or who asks it."""

    def execute(self, question: str, words: Any = ..., /) -> sqlite3.Cursor: ...


class Place(NamedTuple):
    """An account in the file: its number, on which side of zero it stays, and as it is written in a seal."""

    number: int
    sign: int
    told: str


class Names:
    """Numbers of names, looked up and given out on first use, and remembered; a bounded number of them. Of no use after a rollback."""

    __slots__ = ("_db", "_owners", "_places", "_assets", "_symbols")

    def __init__(self, db: Asked):
        self._db = db
        self._owners: dict[str, int] = {}
        self._places: dict[Account, Place] = {}
        self._assets: dict[str, tuple[int, int]] = {}
        self._symbols: dict[str, int] = {}

    def owner(self, name: str) -> int:
        if name not in self._owners:
            if len(self._owners) >= AT_HAND:
                self._owners.clear()
            self._owners[name] = self._number("SELECT id FROM owners WHERE name = ?", "INSERT INTO owners (name) VALUES (?)", (name,))
        return self._owners[name]

    def account(self, account: Account) -> int:
        return self.place(account).number

    def place(self, account: Account) -> Place:
        known = self._places.get(account)
        if known is None:
            if len(self._places) >= AT_HAND:
                self._places.clear()
            known = self._places[account] = self._place(account)
        return known

    def _place(self, account: Account) -> Place:
        (owner, *_), bucket = account
        key, sign = (self.owner(owner), account.wallet.name, bucket), sign_of(owner, bucket)
        number = self._known("SELECT id FROM accounts WHERE owner_id = ? AND wallet = ? AND bucket = ?", key)
        if number is None:
            number = self._db.execute("INSERT INTO accounts (owner_id, wallet, bucket, sign) VALUES (?, ?, ?, ?)", (*key, sign)).lastrowid
        return Place(number, sign, str(account))

    def units(self, asset: str, amount: Decimal, scale: Scale) -> tuple[int, int]:
        """The asset's number and the amount in its smallest units. Raises LedgerFault ledger_full, BrokenBooks."""
        if asset not in self._assets:
            self._assets[asset] = self._asset(asset, scale)
        number, places = self._assets[asset]
        exact = amount.scaleb(places, EXACT)
        units = int(exact)
        if units != exact:
            raise BrokenBooks(f"{plain(amount)} {asset} has more than the {places} decimals that the file keeps of it")
        if not -UNITS_MOST <= units <= UNITS_MOST:
            raise LedgerFault("ledger_full", most=UNITS_MOST, asset=asset, amount=plain(amount))
        return number, units

    def asset(self, name: str) -> int:
        """Of an asset that the file knows."""
        return self._held(name)[0]

    def scale(self, name: str) -> int:
        """The decimals that the file keeps of an asset that it knows."""
        return self._held(name)[1]

    def _held(self, name: str) -> tuple[int, int]:
        if name not in self._assets:
            self._assets[name] = self._db.execute("SELECT id, scale FROM assets WHERE name = ?", (name,)).fetchone()
        return self._assets[name]

    def symbol(self, name: str) -> int:
        if name not in self._symbols:
            self._symbols[name] = self._number("SELECT id FROM symbols WHERE name = ?", "INSERT INTO symbols (name) VALUES (?)", (name,))
        return self._symbols[name]

    def _asset(self, name: str, scale: Scale) -> tuple[int, int]:
        row = self._db.execute("SELECT id, scale FROM assets WHERE name = ?", (name,)).fetchone()
        if row:
            return row
        places = scale(name)
        return self._db.execute("INSERT INTO assets (name, scale) VALUES (?, ?)", (name, places)).lastrowid, places

    def _known(self, question: str, key: tuple) -> int | None:
        row = self._db.execute(question, key).fetchone()
        return row[0] if row else None

    def _number(self, question: str, statement: str, key: tuple) -> int:
        known = self._known(question, key)
        return self._db.execute(statement, key).lastrowid if known is None else known
