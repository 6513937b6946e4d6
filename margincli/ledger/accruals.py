"""An account's part in the accruals: to each loan its line is an entry of interest like any other.

The number of a line is that of its account, so it is found by key. The principal of then is the one of now, with
what the account's own entries have changed since taken back.
"""

import json
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from ..domain.interest import ACCRUAL, HOUR, Hour, Run, interest_entry
from ..domain.journal import HOUSE, Entry, Wallet
from .names import amount_of

if TYPE_CHECKING:
    from .folding import Claim

_OF_HOUSE = "e.owner_id = (SELECT id FROM owners WHERE name = :house) AND e.kind = :kind"
_LINES = (
    "SELECT e.id, e.at, e.asset, e.facts, -p.amount FROM entries e JOIN postings p ON p.entry_id = e.id AND p.line = :account "
    f"WHERE {_OF_HOUSE} AND e.at >= :since AND e.at <= :until AND (:asset IS NULL OR e.asset = :asset) ORDER BY e.id DESC LIMIT :limit"
)


def of_owner(db: sqlite3.Connection, owner: str, since: int, until: int, asset: str | None, limit: int) -> list[tuple[int, Entry]]:
    """The newest `limit` (-1: all) of the account's parts, as (number, entry), each kind of wallet and coin newest first."""
    words = {"house": HOUSE.owner, "kind": ACCRUAL, "since": since, "until": until, "asset": asset, "limit": limit}
    if not db.execute(f"SELECT 1 FROM entries e WHERE {_OF_HOUSE} LIMIT 1", words).fetchone():
        return []
    wallets = "SELECT a.id, a.wallet FROM accounts a JOIN owners o ON o.id = a.owner_id WHERE o.name = ? AND a.bucket = 'interest' AND a.sign = -1"
    return [part for account, wallet in db.execute(wallets, (owner,)).fetchall() for part in _parts(db, Wallet.named(owner, wallet), {**words, "account": account})]


def claims(db: sqlite3.Connection) -> "Iterator[Claim]":
    """A line that bears another number than that of its account would be missing from that account's part."""
    ask = f"SELECT p.entry_id, p.line, p.account_id FROM entries e CROSS JOIN postings p ON p.entry_id = e.id WHERE {_OF_HOUSE} AND p.line <> p.account_id"
    rows = db.execute(ask, {"house": HOUSE.owner, "kind": ACCRUAL})
    for number, line, account in rows:
        yield "interest", f"In accrual {number}, line {line} goes to account {account}: it has to bear that number.", {"entry": number, "line": line}


def _parts(db: sqlite3.Connection, wallet: Wallet, words: dict) -> Iterator[tuple[int, Entry]]:
    scales = dict(db.execute("SELECT name, scale FROM assets"))
    principals: dict[str, _Principal] = {}
    for number, at, asset, facts, units in db.execute(_LINES, words):
        told, scale = json.loads(facts), scales[asset]
        if asset not in principals:
            principals[asset] = _Principal(db, wallet, asset)
        principal, hours = amount_of(principals[asset].before(number), scale), told["hours"]
        hour = Hour(asset, told["type"], principal, Decimal(told["rate_daily"]), amount_of(units // hours, scale))
        yield number, interest_entry(wallet, Run(hour, at - (hours - 1) * HOUR, hours))


class _Principal:
    """What is owed of a coin, followed back in time from now."""

    def __init__(self, db: sqlite3.Connection, wallet: Wallet, asset: str):
        words = (wallet.owner, wallet.name, asset)
        (self.units,) = db.execute(
            "SELECT -b.amount FROM owners o JOIN accounts a ON a.owner_id = o.id JOIN balances b ON b.account_id = a.id JOIN assets s ON s.id = b.asset_id "
            "WHERE o.name = ?1 AND a.wallet = ?2 AND a.bucket = 'borrowed' AND s.name = ?3",
            words,
        ).fetchone()
        self._changes = db.execute(
            "SELECT p.entry_id, -p.amount FROM owners o JOIN entries e ON e.owner_id = o.id JOIN postings p ON p.entry_id = e.id JOIN accounts a ON a.id = p.account_id "
            "JOIN assets s ON s.id = p.asset_id WHERE o.name = ?1 AND a.wallet = ?2 AND a.bucket = 'borrowed' AND s.name = ?3 ORDER BY e.id DESC",
            words,
        )
        self._next = self._changes.fetchone()

    def before(self, number: int) -> int:
        """In smallest units, when entry `number` was written; asked for numbers that fall."""
        while self._next and self._next[0] > number:
            self.units -= self._next[1]
            self._next = self._changes.fetchone()
        return self.units
