"""Entries into the file and out of it, and what they add up to: balances, settings, who there is and who owes."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from heapq import merge
from operator import itemgetter
from typing import Any, NamedTuple

from ..domain.journal import HOUSE, RESERVED, Account, Change, Entry, Posting, Unbalanced, Wallet
from ..domain.money import plain
from ..domain.standing import State
from . import accruals, seals
from .faults import UNITS_MOST, LedgerFault
from .names import Names, Scale, amount_of

_POSTING = "INSERT INTO postings (entry_id, line, account_id, asset_id, amount) VALUES (?, ?, ?, ?, ?)"
_CHANGE = "INSERT INTO changes (entry_id, line, owner_id, wallet, key, value) VALUES (?, ?, ?, ?, ?, ?)"
_ENTRY = "INSERT INTO entries (id, owner_id, at, kind, wallet, asset, amount, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_SEAL = "INSERT INTO seals VALUES (?, ?, ?)"
_OF_OWNER = "owner_id = (SELECT id FROM owners WHERE name = :owner)"
_ABOUT_ASSET = (
    "(asset = :asset OR EXISTS (SELECT 1 FROM postings p JOIN assets s ON s.id = p.asset_id WHERE p.entry_id = entries.id AND s.name = :asset))"
)


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
_by_number = itemgetter(0)


def _by_time(numbered: tuple[int, Entry]) -> tuple[int, int]:
    number, entry = numbered
    return entry.at, number


class Rows(NamedTuple):
    """An entry as the file takes it, its lines before the row that closes it; and its owner and lines as they are sealed (see seals.py)."""

    postings: list[tuple]
    changes: list[tuple]
    entry: tuple
    owner: str
    sealed: tuple[list[tuple], list[tuple]]


def append(db: sqlite3.Connection, names: Names, owner: str, entries: Iterable[Entry], scale: Scale) -> list[int]:
    """Write entries after the last one; their numbers."""
    rows = [rows_of(names, number, owner, entry, scale) for number, entry in enumerate(entries, last_id(db) + 1)]
    write(db, rows)
    return [row.entry[0] for row in rows]


def rows_of(names: Names, number: int, owner: str, entry: Entry, scale: Scale) -> Rows:
    """The rows of an entry. Raises LedgerFault ledger_full for an amount that the file cannot hold."""
    postings, lines = _posting_rows(number, names, entry, scale)
    changes = [(number, line, names.owner(wallet.owner), wallet.name, key, value) for line, (wallet, key, value) in enumerate(entry.changes)]
    return Rows(postings, changes, _row(names, number, owner, entry), owner, (lines, _changes_sealed(entry)))


def write(db: sqlite3.Connection, entries: Sequence[Rows]) -> None:
    """All the seals first, in one go; the lines of an entry wait for the row of the one before it."""
    db.executemany(_SEAL, _seals(seals.head(db), entries))
    for postings, changes, entry, *_ in entries:
        db.executemany(_POSTING, postings)
        if changes:
            db.executemany(_CHANGE, changes)
        db.execute(_ENTRY, entry)


def _seals(head: str, entries: Sequence[Rows]) -> Iterator[tuple[int, str, str]]:
    """Each follows on the one before."""
    for _, _, (number, _, *said), owner, sealed in entries:
        previous, head = head, seals.seal(head, (number, owner, *said), *sealed)
        yield number, previous, head


def seal(db: sqlite3.Connection, names: Names, number: int, owner: str, entry: Entry) -> None:
    """Write the seal and then the row of an entry whose lines are there, however many."""
    row, head = _row(names, number, owner, entry), seals.head(db)
    db.execute(_SEAL, (number, head, seals.seal_by_lines(head, (number, owner, *row[2:]), seals.lines_of(db, number), _changes_sealed(entry))))
    db.execute(_ENTRY, row)


def _row(names: Names, number: int, owner: str, entry: Entry) -> tuple:
    return number, names.owner(owner), entry.at, entry.kind, entry.wallet.name, entry.asset, plain(entry.amount), _encode(entry.facts)


def _changes_sealed(entry: Entry) -> list[tuple]:
    return [(line, wallet.owner, wallet.name, key, value) for line, (wallet, key, value) in enumerate(entry.changes)]


def _posting_rows(number: int, names: Names, entry: Entry, scale: Scale) -> tuple[list[tuple], list[tuple]]:
    """Rows to write and lines to seal. What fills an account goes before what empties it: only the whole entry must leave it on its side of zero."""
    filling, emptying, lines = [], [], []
    for line, (account, asset, amount) in enumerate(entry.postings):
        asset_id, units = names.units(asset, amount, scale)
        account_id, sign, told = names.place(account)
        (emptying if sign * units < 0 else filling).append((number, line, account_id, asset_id, units))
        lines.append((line, told, asset, names.scale(asset), str(units)))
    return filling + emptying, lines


def last_id(db: sqlite3.Connection) -> int:
    return db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()[0]


def units(db: sqlite3.Connection, account_id: int, asset_id: int) -> int:
    """The balance of an account, in the coin's smallest units."""
    row = db.execute("SELECT amount FROM balances WHERE account_id = ? AND asset_id = ?", (account_id, asset_id)).fetchone()
    return row[0] if row else 0


def settle(db: sqlite3.Connection, owner: str, at: int) -> None:
    """Until when all that fell due is booked; of an account that may be new."""
    upsert = "INSERT INTO owners (name, settled_to) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET settled_to = excluded.settled_to"
    db.execute(upsert, (owner, at))


def recall(db: sqlite3.Connection, ref: str) -> tuple[str, str, dict[str, Any]] | None:
    row = db.execute("SELECT owner, request, document FROM refs WHERE ref = ?", (ref,)).fetchone()
    return (row[0], row[1], json.loads(row[2])) if row else None


def remember(db: sqlite3.Connection, ref: str, owner: str, request: str, document: dict[str, Any]) -> None:
    db.execute("INSERT INTO refs VALUES (?, ?, ?, ?)", (ref, owner, request, _encode(document)))


def last_booked(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT at FROM entries ORDER BY id DESC LIMIT 1").fetchone()
    return row[0] if row else 0


def state(db: sqlite3.Connection, owner: str) -> State:
    """Balances of the owner and of the house, and the owner's settings; zeros and emptied settings are left out."""
    rows = db.execute(
        "SELECT o.name, a.wallet, a.bucket, s.name, s.scale, b.amount FROM owners o JOIN accounts a ON a.owner_id = o.id "
        "JOIN balances b ON b.account_id = a.id JOIN assets s ON s.id = b.asset_id WHERE o.name IN (?, ?) AND b.amount <> 0",
        (owner, HOUSE.owner),
    )
    balances = {
        (Account(Wallet.named(name, wallet), bucket), asset): amount_of(units, scale)
        for name, wallet, bucket, asset, scale, units in rows
    }
    own = "SELECT c.wallet, c.key, c.value FROM settings c JOIN owners o ON o.id = c.owner_id WHERE o.name = ? AND c.value <> ''"
    rows = db.execute(own, (owner,))
    return State(balances, {(Wallet.named(owner, wallet), key): value for wallet, key, value in rows})


def owners(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT name FROM owners WHERE name NOT IN (?, ?) ORDER BY name", RESERVED)
    return [name for (name,) in rows]


def owners_owing(db: sqlite3.Connection) -> list[str]:
    rows = db.execute(
        "SELECT o.name FROM accounts a JOIN balances b ON b.account_id = a.id JOIN owners o ON o.id = a.owner_id "
        "WHERE a.sign = -1 AND b.amount <> 0 UNION "
        "SELECT o.name FROM settings c JOIN owners o ON o.id = c.owner_id WHERE c.key GLOB 'order.*' AND c.value <> '' ORDER BY 1"
    )
    return [name for (name,) in rows]


def owners_leaving(db: sqlite3.Connection, ends: dict[str, int]) -> list[str]:
    rows = db.execute(
        "SELECT DISTINCT o.name FROM accounts a JOIN balances b ON b.account_id = a.id JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = b.asset_id "
        "WHERE a.wallet NOT IN ('', 'spot') AND b.amount <> 0 AND o.settled_to < "
        "(SELECT value FROM json_each(?) WHERE key = CASE a.wallet WHEN 'cross' THEN s.name ELSE substr(a.wallet, length('isolated:') + 1) END) ORDER BY 1",
        (_encode(ends),),
    )
    return [name for (name,) in rows]


def last_settled(db: sqlite3.Connection) -> tuple[str, int] | None:
    """The account that is settled the furthest, and until when."""
    ask = "SELECT name, settled_to FROM owners WHERE name NOT IN (?, ?) AND settled_to IS NOT NULL ORDER BY settled_to DESC, name LIMIT 1"
    return db.execute(ask, RESERVED).fetchone()


def history(
    db: sqlite3.Connection, owner: str, kind: str | None, since: int | None, until: int | None, asset: str | None, limit: int | None
) -> list[tuple[int, Entry]]:
    """The newest `limit` entries that match, oldest first. An entry is about an asset when any of its lines is."""
    chosen = {_OF_OWNER: owner, "kind = :kind": kind, "at >= :since": since, "at <= :until": until, _ABOUT_ASSET: asset}
    where = " AND ".join(condition for condition, value in chosen.items() if value is not None)
    rows = db.execute(
        f"SELECT id, at, kind, wallet, asset, amount, facts FROM entries WHERE {where} ORDER BY id DESC LIMIT :limit",
        {"owner": owner, "kind": kind, "since": since, "until": until, "asset": asset, "limit": -1 if limit is None else limit},
    ).fetchall()
    found = [(row[0], entry_of(db, owner, row)) for row in rows]
    if kind in (None, "interest"):
        found += accruals.of_owner(db, owner, -UNITS_MOST if since is None else since, UNITS_MOST if until is None else until, asset, -1 if limit is None else limit)
    return sorted(found, key=_by_number)[-limit if limit else None :]


def journal(db: sqlite3.Connection, owner: str | None) -> Iterator[tuple[int, Entry]]:
    """(number, entry) by time, of one account, with its part in accruals, or of all: whoever was brought up to date later has higher numbers."""
    parts = [] if owner is None else accruals.of_owner(db, owner, -UNITS_MOST, UNITS_MOST, None, -1)
    return merge(_journal(db, owner), sorted(parts, key=_by_time), key=_by_time)


def _journal(db: sqlite3.Connection, owner: str | None) -> Iterator[tuple[int, Entry]]:
    rows = db.execute(
        "SELECT o.name, e.id, e.at, e.kind, e.wallet, e.asset, e.amount, e.facts FROM entries e JOIN owners o ON o.id = e.owner_id "
        "WHERE ?1 IS NULL OR o.name = ?1 ORDER BY e.at, e.id",
        (owner,),
    )
    for name, *row in rows:
        yield row[0], entry_of(db, name, row)


def balances(db: sqlite3.Connection, owner: str | None) -> Iterator[Posting]:
    """What is kept as the balance of every account and coin, zeros too."""
    rows = db.execute(
        "SELECT o.name, a.wallet, a.bucket, s.name, s.scale, b.amount FROM balances b JOIN accounts a ON a.id = b.account_id "
        "JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = b.asset_id WHERE ?1 IS NULL OR o.name = ?1 ORDER BY a.id, s.id",
        (owner,),
    )
    for name, wallet, bucket, asset, scale, units in rows:
        yield Posting(Account(Wallet.named(name, wallet), bucket), asset, amount_of(units, scale))


def entry_of(db: sqlite3.Connection, owner: str, row: tuple) -> Entry:
    """The entry of a row (id, at, kind, wallet, asset, amount, facts) with its lines. Raises LedgerFault ledger_damaged where none can have been written so."""
    number, at, kind, wallet, asset, amount, facts = row
    lines = tuple(_postings(db, number)), tuple(_changes(db, number))
    try:
        return Entry(at, kind, Wallet.named(owner, wallet), asset, Decimal(amount), *lines, facts=json.loads(facts))
    except (Unbalanced, ValueError, ArithmeticError) as error:
        path = db.execute("PRAGMA database_list").fetchone()[2]
        raise LedgerFault("ledger_damaged", path=path, why=f"entry {number} cannot be read ({error})") from error


def _postings(db: sqlite3.Connection, number: int) -> Iterator[Posting]:
    rows = db.execute(
        "SELECT o.name, a.wallet, a.bucket, s.name, s.scale, p.amount FROM postings p JOIN accounts a ON a.id = p.account_id "
        "JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = p.asset_id WHERE p.entry_id = ? ORDER BY p.line",
        (number,),
    )
    for owner, wallet, bucket, asset, scale, units in rows:
        yield Posting(Account(Wallet.named(owner, wallet), bucket), asset, amount_of(units, scale))


def _changes(db: sqlite3.Connection, number: int) -> Iterator[Change]:
    rows = db.execute(
        "SELECT o.name, c.wallet, c.key, c.value FROM changes c JOIN owners o ON o.id = c.owner_id WHERE c.entry_id = ? ORDER BY c.line", (number,)
    )
    for owner, wallet, key, value in rows:
        yield Change(Wallet.named(owner, wallet), key, value)
