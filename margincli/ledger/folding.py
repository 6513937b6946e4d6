"""What a file keeps of each owner, worked out again from his entries, one after the other: balances, settings, times, interest.

The file is read owner by owner, so that in memory is never more than the books of one. SQLite brings the rows into that
order, on the disk where they are many.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from ..domain.bnb import BNB
from ..domain.interest import ACCRUAL, CONVERTED, HOUR, ON_BORROW, PERIODIC, charge_hour_in_bnb_up, charge_hour_up, waived_until
from ..domain.journal import RESERVED
from ..domain.money import plain
from ..domain.world import moment
from .entries import ENTRIES, Accrued, Assets, Claim, EntryRow, Lines
from .names import amount_of, sign_of

_ENTRY, _POSTING, _CHANGE = range(3)
# All that happened to an owner, in the order of entries: each entry's own row before its lines. Lines of an entry that is gone count for nothing.
_EVENTS = f"""
SELECT owner_id, id, {_ENTRY}, at, kind, wallet, asset, amount, facts FROM entries UNION ALL
SELECT a.owner_id, p.entry_id, {_POSTING}, p.line, p.account_id, p.asset_id, p.amount, NULL, NULL
  FROM postings p JOIN accounts a ON a.id = p.account_id WHERE p.entry_id IN (SELECT id FROM entries) UNION ALL
SELECT owner_id, entry_id, {_CHANGE}, line, wallet, key, value, NULL, NULL FROM changes WHERE entry_id IN (SELECT id FROM entries)
ORDER BY 1, 2, 3, 4
"""
_ACCOUNTS = "SELECT owner_id, id, wallet, bucket, sign FROM accounts ORDER BY owner_id, id"
_BALANCES = (
    "SELECT a.owner_id, b.account_id, b.asset_id, b.amount, b.sign FROM balances b JOIN accounts a ON a.id = b.account_id "
    "ORDER BY a.owner_id, b.account_id, b.asset_id"
)
_SETTINGS = "SELECT owner_id, wallet, key, value FROM settings ORDER BY owner_id, wallet, key"
_AT_HAND = 10_000  # accruals
Key = tuple[int, int]  # numbers of an account and of an asset
Posted = tuple[int, int, int]  # the same, and smallest units


class AccountRow(NamedTuple):
    id: int
    wallet: str
    bucket: str
    sign: int


def claims(db: sqlite3.Connection) -> Iterator[Claim]:
    assets, accrued = Assets(db), _accruals(db)
    events, accounts, balances, settings = (Lines(db.execute(question)) for question in (_EVENTS, _ACCOUNTS, _BALANCES, _SETTINGS))
    for owner_id, name, settled_to in db.execute("SELECT id, name, settled_to FROM owners ORDER BY id"):
        fold = Fold(owner_id, name, {row[0]: AccountRow(*row) for row in accounts.of(owner_id)}, assets, accrued)
        yield from fold.entries(events.of(owner_id))
        yield from fold.kept(balances.all(owner_id))
        yield from fold.kept_settings({row[:2]: row[2] for row in settings.of(owner_id)})
        yield from fold.kept_time(settled_to)


def _accruals(db: sqlite3.Connection):
    """What an entry says of each loan it charges; None of one that is no accrual, or whose facts nobody can read."""
    assets = Assets(db)

    @lru_cache(_AT_HAND)
    def of(number: int) -> Accrued | None:
        row = db.execute(ENTRIES.replace("ORDER BY id", "WHERE id = ? AND kind = ?"), (number, ACCRUAL)).fetchone()
        found = Accrued.of(EntryRow(*row), assets) if row else None
        return found if isinstance(found, Accrued) else None

    return of


class Fold:
    """One owner's balances in whole units, settings and times, as they follow from the entries seen so far."""

    def __init__(self, owner_id: int, name: str, accounts: dict[int, AccountRow], assets: Assets, accrued):
        self.owner_id, self.name, self.accounts, self.assets, self._accrued = owner_id, name, accounts, assets, accrued
        self.balances: dict[Key, int] = defaultdict(int)
        self.borrowed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)  # by wallet, asset
        self.last_loan: dict[tuple[str, str], str] = {}
        self.settings: dict[tuple[str, str], str] = {}  # by wallet, key
        self.last_at: int | None = None

    def label(self, account_id: int) -> str:
        account = self.accounts[account_id]
        return ":".join(part for part in (self.name, account.wallet, account.bucket) if part)

    def entries(self, events: Iterable[tuple]) -> Iterator[Claim]:
        """Of entries of others, such as accruals, there are lines alone."""
        for number, rows in groupby(events, itemgetter(0)):
            entry, lines, changes = None, [], []
            for row in rows:
                if row[1] == _POSTING:
                    lines.append(row[3:6])
                elif row[1] == _CHANGE:
                    changes.append(row[3:6])
                else:
                    entry = EntryRow(number, self.owner_id, *row[2:])
            if entry is None:
                yield from self._of_others(number, lines)
            elif entry.kind != ACCRUAL:
                yield from self._own(entry, lines)
            yield from self._post(number, lines)
            for wallet, key, value in changes:
                self.settings[wallet, key] = value
            if entry and entry.kind == "borrow":
                self.last_loan[entry.wallet, entry.asset] = entry.amount

    def _own(self, entry: EntryRow, lines: list[Posted]) -> Iterator[Claim]:
        yield from self._time(entry.id, entry.at)
        if entry.kind == "interest":
            yield from self._interest(entry, lines)

    def _time(self, number: int, at: int) -> Iterator[Claim]:
        last = at if self.last_at is None else self.last_at
        if at < last:
            yield "time", f"Entry {number} lies before the one before it.", {"entry": number, "at": at, "last": last}
        self.last_at = max(at, last)

    def _post(self, number: int, lines: list[Posted]) -> Iterator[Claim]:
        for account_id, asset_id, units in lines:
            self.balances[account_id, asset_id] += units
            account = self.accounts[account_id]
            if account.bucket == "borrowed":
                asset, scale = self.assets.of(asset_id)
                self.borrowed[account.wallet, asset] -= amount_of(units, scale)
        for account_id, asset_id in {line[:2]: None for line in lines}:
            units = self.balances[account_id, asset_id]
            if units * self.accounts[account_id].sign < 0:
                label, asset, stands = self.label(account_id), self.assets.of(asset_id)[0], self.assets.told(asset_id, units)
                facts = {"entry": number, "account": label, "asset": asset, "balance": stands}
                yield "sign", f"After entry {number}, {label} stands at {stands} {asset}.", facts

    # --- interest ---

    def _of_others(self, number: int, lines: list[Posted]) -> Iterator[Claim]:
        """The part in an accrual: the hours of a loan, as `_interest` of those that are entries of their own."""
        accrued = self._accrued(number) if self.name not in RESERVED else None
        for account_id, _, units in lines if accrued else ():
            account = self.accounts[account_id]
            if account.bucket == "interest":
                yield from self._part(number, account, -units, accrued)
                yield from self._time(number, accrued.at)

    def _part(self, number: int, account: AccountRow, units: int, accrued: Accrued) -> Iterator[Claim]:
        try:
            due = charge_hour_up(self.borrowed[account.wallet, accrued.asset], accrued.rate_daily, accrued.scale) * accrued.hours
        except ArithmeticError as error:
            yield "interest", f"The facts of accrual {number} cannot be read ({type(error).__name__}).", {"entry": number, "why": type(error).__name__}
            return
        if amount_of(units, accrued.scale) != due:
            label = self.label(account.id)
            facts = {"entry": number, "account": label, "due": plain(due)}
            yield "interest", f"In accrual {number}, {label} has to pay {plain(due)} {accrued.asset}, and pays something else.", facts

    def _interest(self, entry: EntryRow, lines: list[Posted]) -> Iterator[Claim]:
        """INT-1 to INT-5, INT-9 and BNB-3 worked out again: what an hour cost, for how many hours, and on which principal."""
        try:
            wrong = self._interest_wrong(entry, json.loads(entry.facts), lines)
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            wrong = f"its facts cannot be read ({type(error).__name__}: {error})"
        if wrong:
            yield "interest", f"Interest entry {entry.id} does not follow from its facts: {wrong}.", {"entry": entry.id, "why": wrong}

    def _interest_wrong(self, entry: EntryRow, facts: dict[str, Any], lines: list[Posted]) -> str:
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
        scale = self.assets.scales[entry.asset]
        if facts.get("waived"):
            return Decimal(0)
        if "raw_asset" not in facts:
            return charge_hour_up(principal, rate, scale)
        off, price, bnb_price = (Decimal(facts[name]) for name in ("discount", "price_usdt", "bnb_usdt"))
        return charge_hour_in_bnb_up(principal, rate, off, price, bnb_price, scale)

    def _was_waived(self, entry: EntryRow, kind: str) -> bool:
        """INT-9: a later hour than the loan's own is free until the moment its wallet was promised."""
        return kind == ON_BORROW or entry.at <= int(self.settings.get((entry.wallet, waived_until(entry.asset)), 0) or 0)

    def _booked(self, entry: EntryRow, lines: list[Posted]) -> Decimal:
        units = 0
        for account_id, asset_id, amount in lines:
            if self.accounts[account_id][1:3] == (entry.wallet, "interest") and self.assets.of(asset_id)[0] == entry.asset:
                units -= amount
        return amount_of(units, self.assets.scales[entry.asset])

    def _principal_wrong(self, entry: EntryRow, facts: dict[str, Any], principal: Decimal) -> str:
        """Of the coin that is owed, which is not the coin of the charge where that was converted."""
        kind, raw = facts["type"], facts.get("raw_asset")
        if (raw is not None) != kind.endswith(CONVERTED) or (raw and entry.asset != BNB):
            return f"{kind} in {entry.asset} is no type of interest"
        key, kind = (entry.wallet, raw or entry.asset), kind.removesuffix(CONVERTED)
        if kind == ON_BORROW:
            loan = self.last_loan.get(key)
            return "" if loan is not None and Decimal(loan) == principal else f"the loan before it was {loan}, not {plain(principal)}"
        if kind != PERIODIC:
            return f"{kind} is no type of interest"
        owed = self.borrowed[key]
        return "" if owed == principal else f"{plain(owed)} was owed then, not {plain(principal)}"

    # --- what the file keeps ---

    def kept(self, balances: list[tuple[int, int, int, int]]) -> Iterator[Claim]:
        """An account whose sign was changed would let its balance go where it must not."""
        bent = {account_id for account_id, _, _, sign in balances if sign != self.accounts[account_id].sign}
        for account in self.accounts.values():
            if account.id in bent or not _is_sound(self.name, account):
                label = self.label(account.id)
                yield "account", f"{label} is no account of a margin ledger.", {"account": label, "sign": account.sign}
        kept = {row[:2]: row[2] for row in balances}
        for key in sorted(kept.keys() | self.balances.keys()):
            if kept.get(key, 0) != self.balances.get(key, 0):
                yield self._balance_wrong(key, kept.get(key, 0))

    def _balance_wrong(self, key: Key, kept: int) -> Claim:
        label, asset = self.label(key[0]), self.assets.of(key[1])[0]
        says, comes_to = (self.assets.told(key[1], units) for units in (kept, self.balances.get(key, 0)))
        facts = {"account": label, "asset": asset, "kept": says, "entries": comes_to}
        return "balance", f"{label} is kept at {says} {asset}; its entries come to {comes_to}.", facts

    def kept_settings(self, kept: dict[tuple[str, str], str]) -> Iterator[Claim]:
        for where in sorted(kept.keys() | self.settings.keys()):
            if kept.get(where, "") != self.settings.get(where, ""):
                (wallet, key), says, said = where, kept.get(where, ""), self.settings.get(where, "")
                facts = {"owner": self.name, "wallet": wallet, "key": key, "kept": says, "entries": said}
                yield "setting", f"{key} of {self.name}:{wallet} is kept as '{says}'; its entries say '{said}'.", facts

    def kept_time(self, settled_to: int | None) -> Iterator[Claim]:
        if self.last_at is not None and self.name not in RESERVED and (settled_to is None or settled_to < self.last_at):
            facts = {"owner": self.name, "settled_to": settled_to, "last": self.last_at}
            yield "settled", f"{self.name} has an entry later than the time up to which it is settled.", facts


def _is_sound(owner: str, account: AccountRow) -> bool:
    try:
        return account.sign == sign_of(owner, account.bucket)
    except KeyError:
        return False
