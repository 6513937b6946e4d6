"""The journal's own words: wallets, accounts, postings and entries that balance.

Named tuples rather than dataclasses: as frozen and as slotted, and a fifth of their cost at start-up.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from .money import ZERO


class Unbalanced(Exception):
    """An entry whose postings do not sum to zero: a fault of ours, never of the user's."""


class Wallet(NamedTuple):
    """One wallet of one account: ``spot``, ``cross`` or ``isolated:BTCUSDT``. The house has one of mode ''."""

    owner: str
    mode: str
    symbol: str = ""

    @property
    def name(self) -> str:
        return f"{self.mode}:{self.symbol}" if self.symbol else self.mode

    @classmethod
    def named(cls, owner: str, name: str) -> "Wallet":
        mode, _, symbol = name.partition(":")
        return cls(owner, mode, symbol)


HOUSE = Wallet("house", "")  # the lending pool, fees, interest earned, the insurance fund
WORLD = Wallet("world", "")  # everything beyond: bank transfers in and out, and the market's other side
RESERVED = (HOUSE.owner, WORLD.owner)


class Account(NamedTuple):
    """Where an amount stands: a bucket of a wallet. free, locked >= 0; borrowed, interest <= 0 (they are owed)."""

    wallet: Wallet
    bucket: str

    def __str__(self) -> str:
        owner, name = self.wallet.owner, self.wallet.name
        return f"{owner}:{name}:{self.bucket}" if name else f"{owner}:{self.bucket}"


POOL = Account(HOUSE, "pool")  # coins of the lending pool: minus what it has lent out
LOANS = Account(HOUSE, "loans")  # its claims on the borrowers
INTEREST = Account(HOUSE, "interest")  # interest earned, paid or not
FEES = Account(HOUSE, "fees")
INSURANCE = Account(HOUSE, "insurance")
CLAIMS = Account(HOUSE, "claims")  # its claims on those who have a liquidation loan
OUTSIDE = Account(WORLD, "outside")
EXCHANGE = Account(WORLD, "market")


class Posting(NamedTuple):
    account: Account
    asset: str
    amount: Decimal


class Change(NamedTuple):
    """A setting of a wallet that an entry changes; an empty value removes it."""

    wallet: Wallet
    key: str
    value: str


class _Entry(NamedTuple):
    at: int
    kind: str
    wallet: Wallet
    asset: str
    amount: Decimal
    postings: tuple[Posting, ...] = ()
    changes: tuple[Change, ...] = ()
    facts: dict[str, Any] = {}


class Entry(_Entry):
    """One event of the journal, at a moment (ms since 1970, UTC). Raises Unbalanced unless every asset sums to zero."""

    __slots__ = ()

    def __new__(cls, *args, **kwargs):
        entry = super().__new__(cls, *args, **kwargs)
        sums: dict[str, Decimal] = {}
        for posting in entry.postings:
            sums[posting.asset] = sums.get(posting.asset, ZERO) + posting.amount
        if any(sums.values()):
            raise Unbalanced(f"{entry.kind}: {sums}")
        return entry


def move(asset: str, amount: Decimal, source: Account, target: Account) -> tuple[Posting, Posting]:
    """The two postings that carry `amount` of `asset` from `source` to `target`."""
    return Posting(source, asset, -amount), Posting(target, asset, amount)
