"""The entries of a file added up once more, one after the other, and each one held against what came before it.

In memory are the balances, not the entries.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from ..domain.bnb import BNB
from ..domain.interest import ACCRUAL, CONVERTED, HOUR, ON_BORROW, PERIODIC, charge_hour_in_bnb_up, charge_hour_up, waived_until
from ..domain.journal import INTEREST, RESERVED
from ..domain.money import plain
from ..domain.world import moment
from .names import amount_of

Claim = tuple[str, str, dict[str, Any]]  # code, message, facts: something that does not hold


class EntryRow(NamedTuple):
    id: int
    owner_id: int
    at: int
    kind: str
    wallet: str
    asset: str
    amount: str
    facts: str


class AccountRow(NamedTuple):
    owner_id: int
    owner: str
    wallet: str
    bucket: str
    sign: int

    @property
    def label(self) -> str:
        return ":".join(part for part in (self.owner, self.wallet, self.bucket) if part)


class Fold:
    """Balances in whole units, settings and times as they follow from the entries seen so far."""

    def __init__(self, db: sqlite3.Connection):
        self.db = db
        self.owners = dict(db.execute("SELECT id, name FROM owners"))
        self.assets = {row[0]: row[1:] for row in db.execute("SELECT id, name, scale FROM assets")}
        self.scales = dict(self.assets.values())
        rows = db.execute("SELECT id, owner_id, wallet, bucket, sign FROM accounts")
        self.accounts = {row[0]: AccountRow(row[1], self.owners.get(row[1], "?"), *row[2:]) for row in rows}
        self.balances: dict[tuple[int, int], int] = defaultdict(int)
        self.borrowed: dict[tuple[int, str, str], Decimal] = defaultdict(Decimal)  # by owner, wallet, asset
        self.settings: dict[tuple[int, str, str], str] = {}
        self.last_at: dict[int, int] = {}
        self.last_loan: dict[tuple[int, str, str], str] = {}

    def asset(self, asset_id: int) -> tuple[str, int]:
        """Name and scale."""
        return self.assets.get(asset_id, ("?", 0))

    def entries(self) -> Iterator[Claim]:
        """Entries with their lines, each table read once, in step."""
        postings = Lines(self.db.execute("SELECT entry_id, account_id, asset_id, amount FROM postings ORDER BY entry_id, line"))
        changes = Lines(self.db.execute("SELECT entry_id, owner_id, wallet, key, value FROM changes ORDER BY entry_id, line"))
        number = 0
        for row in self.db.execute("SELECT id, owner_id, at, kind, wallet, asset, amount, facts FROM entries ORDER BY id"):
            entry = EntryRow(*row)
            number += 1
            if entry.id != number:
                yield "numbering", f"Entries {number} to {entry.id - 1} are gone.", {"first": number, "last": entry.id - 1}
                number = entry.id
            if entry.kind == ACCRUAL:
                yield from self._accrual(entry, postings.of(entry.id))
                continue
            yield from self._time(entry)
            lines = list(postings.of(entry.id))
            if entry.kind == "interest":
                yield from self._interest(entry, lines)
            yield from self._post(entry, lines)
            for owner_id, wallet, key, value in changes.of(entry.id):
                self.settings[owner_id, wallet, key] = value
            if entry.kind == "borrow":
                self.last_loan[entry.owner_id, entry.wallet, entry.asset] = entry.amount
        for entry_id in postings.strays + changes.strays + postings.rest() + changes.rest():
            yield "stray", f"There are lines of an entry {entry_id} that is not there.", {"entry": entry_id}

    def _time(self, entry: EntryRow) -> Iterator[Claim]:
        last = self.last_at.get(entry.owner_id, entry.at)
        if entry.at < last:
            yield "time", f"Entry {entry.id} lies before the one before it.", {"entry": entry.id, "at": entry.at, "last": last}
        self.last_at[entry.owner_id] = max(entry.at, last)

    def _post(self, entry: EntryRow, lines: list[tuple[int, int, int]]) -> Iterator[Claim]:
        sums: Counter[int] = Counter()
        for account_id, asset_id, units in lines:
            account, (asset, scale) = self.accounts.get(account_id), self.asset(asset_id)
            sums[asset_id] += units
            self.balances[account_id, asset_id] += units
            if account and account.bucket == "borrowed":
                self.borrowed[account.owner_id, account.wallet, asset] -= amount_of(units, scale)
        for asset_id, total in sums.items():
            if total:
                asset, scale = self.asset(asset_id)
                over = plain(amount_of(total, scale))
                facts = {"entry": entry.id, "asset": asset, "by": over}
                yield "unbalanced", f"Entry {entry.id} ({entry.kind}) is out of balance by {over} {asset}.", facts
        yield from self._amount(entry, lines)
        for key in {line[:2] for line in lines}:
            yield from self._sign(entry, *key)

    def _amount(self, entry: EntryRow, lines: list[tuple[int, int, int]]) -> Iterator[Claim]:
        """What an entry says it is about is what it moved into or out of some account."""
        moved: Counter[int] = Counter()
        for account_id, asset_id, units in lines:
            name, scale = self.asset(asset_id)
            moved[account_id] += units if name == entry.asset else 0
        said = {plain(abs(amount_of(units, self.scales.get(entry.asset, 0)))) for units in moved.values()} or {"0"}
        if entry.amount not in said:
            yield "amount", f"Entry {entry.id} ({entry.kind}) says {entry.amount} {entry.asset}, and its lines do not.", {"entry": entry.id, "amount": entry.amount}

    def _sign(self, entry: EntryRow, account_id: int, asset_id: int) -> Iterator[Claim]:
        account, units = self.accounts.get(account_id), self.balances[account_id, asset_id]
        if account and account.sign * units < 0:
            asset, scale = self.asset(asset_id)
            stands = plain(amount_of(units, scale))
            facts = {"entry": entry.id, "account": account.label, "asset": asset, "balance": stands}
            yield "sign", f"After entry {entry.id}, {account.label} stands at {stands} {asset}.", facts

    def _interest(self, entry: EntryRow, lines: list[tuple[int, int, int]]) -> Iterator[Claim]:
        """INT-1 to INT-5, INT-9 and BNB-3 worked out again: what an hour cost, for how many hours, and on which principal."""
        try:
            wrong = self._interest_wrong(entry, json.loads(entry.facts), lines)
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            wrong = f"its facts cannot be read ({type(error).__name__}: {error})"
        if wrong:
            yield "interest", f"Interest entry {entry.id} does not follow from its facts: {wrong}.", {"entry": entry.id, "why": wrong}

    def _interest_wrong(self, entry: EntryRow, facts: dict[str, Any], lines: list[tuple[int, int, int]]) -> str:
        principal, rate, charge = (Decimal(facts[name]) for name in ("principal", "rate_daily", "charge"))
        due = self._due(entry, facts, principal, rate)
        if charge != due:
            return f"an hour costs {plain(due)}, not {plain(charge)}"
        hours, first = facts["hours"], facts["first"]
        if hours < 1 or Decimal(entry.amount) != charge * hours:
            return f"{hours} x {plain(charge)} is not {entry.amount}"
        if moment(entry.at - (hours - 1) * HOUR) != first:
            return f"{hours} hours from {first} do not end at {moment(entry.at)}"
        booked = self._booked(entry, lines)
        if booked != Decimal(entry.amount):
            return f"{plain(booked)} was booked, not {entry.amount}"
        if facts.get("waived") and not self._was_waived(entry, facts["type"]):
            return "nothing was promised that would waive it"
        return self._principal_wrong(entry, facts, principal)

    def _due(self, entry: EntryRow, facts: dict[str, Any], principal: Decimal, rate: Decimal) -> Decimal:
        scale = self.scales[entry.asset]
        if facts.get("waived"):
            return Decimal(0)
        if "raw_asset" not in facts:
            return charge_hour_up(principal, rate, scale)
        off, price, bnb_price = (Decimal(facts[name]) for name in ("discount", "price_usdt", "bnb_usdt"))
        return charge_hour_in_bnb_up(principal, rate, off, price, bnb_price, scale)

    def _was_waived(self, entry: EntryRow, kind: str) -> bool:
        """INT-9: a later hour than the loan's own is free until the moment its wallet was promised."""
        return kind == ON_BORROW or entry.at <= int(self.settings.get((entry.owner_id, entry.wallet, waived_until(entry.asset)), 0) or 0)

    # --- accruals: the interest of many loans in one entry ---

    def _accrual(self, entry: EntryRow, lines: Iterator[tuple[int, int, int]]) -> Iterator[Claim]:
        """Line by line, since there may be a million: what each loan had to pay, and that the house has it all."""
        try:
            facts = json.loads(entry.facts)
            rate, hours, scale = Decimal(facts["rate_daily"]), facts["hours"], self.scales[entry.asset]
            first = moment(entry.at - (hours - 1) * HOUR)
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            yield "interest", f"The facts of accrual {entry.id} cannot be read ({type(error).__name__}: {error}).", {"entry": entry.id, "why": str(error)}
            facts, rate, hours, scale, first = {}, Decimal(0), 1, 0, ""
        total = loans = 0
        for account_id, asset_id, units in lines:
            self.balances[account_id, asset_id] += units
            account = self.accounts.get(account_id)
            if account and account.bucket == "interest" and account.owner not in RESERVED:
                total, loans = total - units, loans + 1
                yield from self._part(entry, account, -units, charge_hour_up(self.borrowed[account.owner_id, account.wallet, entry.asset], rate, scale) * hours)
            elif account is None or account.label != str(INTEREST) or amount_of(units, scale) != Decimal(entry.amount):
                yield "interest", f"Accrual {entry.id} has a line that is no loan's and not the house's.", {"entry": entry.id, "account": account.label if account else "?"}
        if (amount_of(total, scale), loans, first) != (Decimal(entry.amount), facts.get("loans"), facts.get("first")):
            yield "interest", f"Accrual {entry.id} does not follow from its facts: {loans} loans pay {plain(amount_of(total, scale))}.", {"entry": entry.id}

    def _part(self, entry: EntryRow, account: AccountRow, units: int, due: Decimal) -> Iterator[Claim]:
        if amount_of(units, self.scales.get(entry.asset, 0)) != due:
            facts = {"entry": entry.id, "account": account.label, "due": plain(due)}
            yield "interest", f"In accrual {entry.id}, {account.label} has to pay {plain(due)} {entry.asset}, and pays something else.", facts
        yield from self._time(entry._replace(owner_id=account.owner_id))

    def _booked(self, entry: EntryRow, lines: list[tuple[int, int, int]]) -> Decimal:
        units = 0
        for account_id, asset_id, amount in lines:
            account = self.accounts.get(account_id)
            if account and account.bucket == "interest" and (account.owner_id, account.wallet) == (entry.owner_id, entry.wallet):
                units -= amount if self.asset(asset_id)[0] == entry.asset else 0
        return amount_of(units, self.scales[entry.asset])

    def _principal_wrong(self, entry: EntryRow, facts: dict[str, Any], principal: Decimal) -> str:
        """Of the coin that is owed, which is not the coin of the charge where that was converted."""
        kind, raw = facts["type"], facts.get("raw_asset")
        if (raw is not None) != kind.endswith(CONVERTED) or (raw and entry.asset != BNB):
            return f"{kind} in {entry.asset} is no type of interest"
        key, kind = (entry.owner_id, entry.wallet, raw or entry.asset), kind.removesuffix(CONVERTED)
        if kind == ON_BORROW:
            loan = self.last_loan.get(key)
            return "" if loan is not None and Decimal(loan) == principal else f"the loan before it was {loan}, not {plain(principal)}"
        if kind != PERIODIC:
            return f"{kind} is no type of interest"
        owed = self.borrowed[key]
        return "" if owed == principal else f"{plain(owed)} was owed then, not {plain(principal)}"

class Lines:
    """Rows ordered by entry, handed out entry by entry. What belongs to no entry is remembered, not lost."""

    def __init__(self, rows: Iterable[tuple]):
        self._rows = iter(rows)
        self._next = next(self._rows, None)
        self.strays: list[int] = []

    def of(self, entry_id: int) -> Iterator[tuple]:
        while self._next is not None and self._next[0] <= entry_id:
            if self._next[0] == entry_id:
                yield self._next[1:]
            elif self._next[0] not in self.strays[-1:]:
                self.strays.append(self._next[0])
            self._next = next(self._rows, None)

    def rest(self) -> list[int]:
        """The entries named by what was not handed out."""
        left = [] if self._next is None else [self._next[0]]
        return sorted({*left, *(row[0] for row in self._rows)})


