"""Each entry of a file by itself: that it has its number, that its lines balance, and that they come to what it says."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from ..domain.interest import ACCRUAL, HOUR
from ..domain.journal import INTEREST, RESERVED
from ..domain.money import plain
from ..domain.world import moment
from .names import amount_of

Claim = tuple[str, str, dict[str, Any]]  # code, message, facts: something that does not hold

ENTRIES = "SELECT id, owner_id, at, kind, wallet, asset, amount, facts FROM entries ORDER BY id"
_LINES = (
    "SELECT p.entry_id, p.line, p.account_id, p.asset_id, p.amount, a.owner_id, a.bucket FROM postings p "
    "LEFT JOIN accounts a ON a.id = p.account_id ORDER BY p.entry_id, p.line"
)
_STRAYS = (
    "SELECT DISTINCT entry_id FROM (SELECT entry_id FROM postings UNION ALL SELECT entry_id FROM changes) "
    "WHERE entry_id NOT IN (SELECT id FROM entries) ORDER BY entry_id"
)


class EntryRow(NamedTuple):
    id: int
    owner_id: int
    at: int
    kind: str
    wallet: str
    asset: str
    amount: str
    facts: str


class LineRow(NamedTuple):
    line: int
    account_id: int
    asset_id: int
    units: int
    owner_id: int
    bucket: str


class Lines:
    """Rows in the order of their first column, handed out value by value of it. What belongs to none is remembered, not lost."""

    def __init__(self, rows: Iterable[tuple]):
        self._rows = iter(rows)
        self._next = next(self._rows, None)
        self.strays: list[int] = []

    def of(self, number: int) -> Iterator[tuple]:
        while self._next is not None and self._next[0] <= number:
            if self._next[0] == number:
                yield self._next[1:]
            elif self._next[0] not in self.strays[-1:]:
                self.strays.append(self._next[0])
            self._next = next(self._rows, None)

    def all(self, number: int) -> list[tuple]:
        """The same, read at once."""
        return [] if self._next is None or self._next[0] > number else list(self.of(number))

    def rest(self) -> list[int]:
        """The numbers of what was not handed out."""
        left = [] if self._next is None else [self._next[0]]
        return sorted({*left, *(row[0] for row in self._rows)})


class Assets:
    """Names and scales of the coins of a file."""

    def __init__(self, db: sqlite3.Connection):
        self._known = {row[0]: row[1:] for row in db.execute("SELECT id, name, scale FROM assets")}
        self.scales: dict[str, int] = dict(self._known.values())
        self.numbers = {name: number for number, (name, _) in self._known.items()}

    def of(self, asset_id: int | None) -> tuple[str, int]:
        """Name and scale."""
        return self._known.get(asset_id, ("?", 0))

    def told(self, asset_id: int | None, units: int) -> str:
        return plain(amount_of(units, self.of(asset_id)[1]))


def claims(db: sqlite3.Connection) -> Iterator[Claim]:
    """In memory is one entry at a time, and of an accrual one line."""
    proof, number = _Proof(db), 0
    lines = Lines(db.execute(_LINES))
    for row in db.execute(ENTRIES):
        entry = EntryRow(*row)
        number += 1
        if entry.id != number:
            yield "numbering", f"Entries {number} to {entry.id - 1} are gone.", {"first": number, "last": entry.id - 1}
            number = entry.id
        if entry.kind == ACCRUAL:
            yield from proof.accrual(entry, map(LineRow._make, lines.of(entry.id)))
        else:
            yield from proof.entry(entry, lines.all(entry.id))
    for (entry_id,) in db.execute(_STRAYS):
        yield "stray", f"There are lines of an entry {entry_id} that is not there.", {"entry": entry_id}


class _Proof:
    def __init__(self, db: sqlite3.Connection):
        self.assets = Assets(db)
        self.reserved = [number for number, name in db.execute("SELECT id, name FROM owners WHERE name IN (?, ?)", RESERVED)]
        whole = "SELECT a.id FROM accounts a JOIN owners o ON o.id = a.owner_id WHERE o.name = ? AND a.wallet = ? AND a.bucket = ?"
        self.interest = db.execute(whole, (INTEREST.wallet.owner, INTEREST.wallet.name, INTEREST.bucket)).fetchone()

    def entry(self, entry: EntryRow, lines: list[tuple]) -> Iterator[Claim]:
        sums: dict[int, int] = {}  # by asset
        moved: dict[int, int] = {}  # of the entry's asset, by account
        own = self.assets.numbers.get(entry.asset)
        for _, account_id, asset_id, units, _, _ in lines:
            sums[asset_id] = sums.get(asset_id, 0) + units
            moved[account_id] = moved.get(account_id, 0) + (units if asset_id == own else 0)
        for asset_id, total in sums.items():
            if total:
                asset, over = self.assets.of(asset_id)[0], self.assets.told(asset_id, total)
                yield "unbalanced", f"Entry {entry.id} ({entry.kind}) is out of balance by {over} {asset}.", {"entry": entry.id, "asset": asset, "by": over}
        if not self._says(entry.amount, own, moved):
            yield "amount", f"Entry {entry.id} ({entry.kind}) says {entry.amount} {entry.asset}, and its lines do not.", {"entry": entry.id, "amount": entry.amount}

    def _says(self, amount: str, asset_id: int | None, moved: dict[int, int]) -> bool:
        """What an entry says it is about is what it moved into or out of some account."""
        return any(amount == self.assets.told(asset_id, units) for units in set(map(abs, moved.values())) or (0,))

    def accrual(self, entry: EntryRow, lines: Iterator[LineRow]) -> Iterator[Claim]:
        """Line by line, since there may be a million: that each is a loan's, with the number of its account, and that the house has it all."""
        total = loans = 0
        for line in lines:
            asset, scale = self.assets.of(line.asset_id)
            if line.line != line.account_id or asset != entry.asset:
                yield "interest", f"Line {line.line} of accrual {entry.id} is not what an accrual has: in {entry.asset}, with the number of its account.", {"entry": entry.id, "line": line.line}
            if line.bucket == INTEREST.bucket and line.owner_id not in self.reserved:
                total, loans = total - line.units, loans + 1
            elif (line.account_id,) != self.interest or amount_of(line.units, scale) != Decimal(entry.amount):
                yield "interest", f"Line {line.line} of accrual {entry.id} is no loan's and not the house's.", {"entry": entry.id, "line": line.line}
        yield from self._accrual_facts(entry, total, loans)

    def _accrual_facts(self, entry: EntryRow, total: int, loans: int) -> Iterator[Claim]:
        accrued = Accrued.of(entry, self.assets)
        if isinstance(accrued, str):
            yield "interest", f"The facts of accrual {entry.id} cannot be read ({accrued}).", {"entry": entry.id, "why": accrued}
            return
        paid, first = amount_of(total, accrued.scale), moment(entry.at - (accrued.hours - 1) * HOUR)
        if (paid, loans, first) != (Decimal(entry.amount), accrued.facts.get("loans"), accrued.facts.get("first")):
            yield "interest", f"Accrual {entry.id} does not follow from its facts: {loans} loans pay {plain(paid)}.", {"entry": entry.id}


class Accrued(NamedTuple):
    """What an accrual says of each of its loans."""

    at: int
    asset: str
    scale: int
    rate_daily: Decimal
    hours: int
    facts: dict[str, Any]

    @classmethod
    def of(cls, entry: EntryRow, assets: Assets) -> "Accrued | str":
        """In words why not, where its facts cannot be read."""
        try:
            facts = json.loads(entry.facts)
            accrued = cls(entry.at, entry.asset, assets.scales[entry.asset], Decimal(facts["rate_daily"]), facts["hours"], facts)
            if type(accrued.hours) is not int:
                raise TypeError(f"hours of {accrued.hours}")
            moment(entry.at - (accrued.hours - 1) * HOUR)
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            return f"{type(error).__name__}: {error}"
        return accrued
