"""Proving the books: everything the file says about itself is worked out again from its entries, and compared."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..domain.journal import RESERVED
from ..domain.money import plain
from ..domain.world import moment
from . import accruals, chain, legible, pool
from .folding import Claim, Fold
from .names import amount_of, sign_of
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
    illegible = list(legible.claims(db))
    yield from illegible
    if illegible:  # what cannot be read cannot be added up
        return
    fold = Fold(db)
    yield from _accounts(fold)
    yield from fold.entries()
    yield from accruals.claims(db)
    yield from chain.claims(db, earlier_head)
    yield from _balances(fold)
    yield from _totals(fold)
    yield from _settings(fold)
    yield from _settled(fold)
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


def _accounts(fold: Fold) -> Iterator[Claim]:
    """An account whose sign was changed would let its balance go where it must not."""
    bent = {number for (number,) in fold.db.execute("SELECT a.id FROM balances b JOIN accounts a ON a.id = b.account_id WHERE a.sign <> b.sign")}
    for number, account in fold.accounts.items():
        try:
            sound = account.sign == sign_of(account.owner, account.bucket) and number not in bent
        except KeyError:
            sound = False
        if not sound:
            yield "account", f"{account.label} is no account of a margin ledger.", {"account": account.label, "sign": account.sign}


def _balances(fold: Fold) -> Iterator[Claim]:
    kept = _kept(fold)
    for key in sorted(kept.keys() | fold.balances.keys()):
        if kept.get(key, 0) != fold.balances.get(key, 0):
            yield _balance_wrong(fold, key, kept.get(key, 0))


def _balance_wrong(fold: Fold, key: tuple[int, int], kept: int) -> Claim:
    account, (asset, scale) = fold.accounts.get(key[0]), fold.asset(key[1])
    label = account.label if account else "?"
    says, comes_to = plain(amount_of(kept, scale)), plain(amount_of(fold.balances.get(key, 0), scale))
    facts = {"account": label, "asset": asset, "kept": says, "entries": comes_to}
    return "balance", f"{label} is kept at {says} {asset}; its entries come to {comes_to}.", facts


def _totals(fold: Fold) -> Iterator[Claim]:
    totals: Counter[int] = Counter()
    for (_, asset_id), units in _kept(fold).items():  # in Python, since SQLite's sum() ends at 2^63
        totals[asset_id] += units
    for asset_id, total in totals.items():
        if total:
            asset, scale = fold.asset(asset_id)
            over = plain(amount_of(total, scale))
            yield "total", f"All balances of {asset} together come to {over}, not to nothing.", {"asset": asset, "by": over}


def _kept(fold: Fold) -> dict[tuple[int, int], int]:
    return {row[:2]: row[2] for row in fold.db.execute("SELECT account_id, asset_id, amount FROM balances")}


def _settings(fold: Fold) -> Iterator[Claim]:
    kept = {row[:3]: row[3] for row in fold.db.execute("SELECT owner_id, wallet, key, value FROM settings")}
    for where in sorted(kept.keys() | fold.settings.keys()):
        if kept.get(where, "") != fold.settings.get(where, ""):
            owner_id, wallet, key = where
            owner, says, said = fold.owners.get(owner_id, "?"), kept.get(where, ""), fold.settings.get(where, "")
            facts = {"owner": owner, "wallet": wallet, "key": key, "kept": says, "entries": said}
            yield "setting", f"{key} of {owner}:{wallet} is kept as '{says}'; its entries say '{said}'.", facts


def _settled(fold: Fold) -> Iterator[Claim]:
    settled = dict(fold.db.execute("SELECT id, settled_to FROM owners"))
    for owner_id, last in fold.last_at.items():
        owner, until = fold.owners.get(owner_id, "?"), settled.get(owner_id)
        if owner not in RESERVED and (until is None or until < last):
            facts = {"owner": owner, "settled_to": until, "last": last}
            yield "settled", f"{owner} has an entry later than the time up to which it is settled.", facts


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
