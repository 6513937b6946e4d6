"""What every journal is written from, and the words that they share."""

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from ..domain.journal import HOUSE, WORLD, Account, Entry, Posting
from ..domain.world import moment
from ..render.documents import entry_document
from ..render.plain import printable
from ..render.sentences import sentence

_OWED = ("borrowed", "interest")


class Price(NamedTuple):
    """One coin at so much of another."""

    at: int  # ms since 1970, UTC
    base: str
    price: Decimal
    quote: str


class Book(NamedTuple):
    scales: dict[str, int]  # the decimals of every coin
    prices: Iterable[Price]  # of these coins
    entries: Iterable[tuple[int, Entry]]  # number and entry, by time
    balances: Callable[[], Iterable[Posting]]  # what the ledger itself says everything comes to


def root_of(account: Account) -> str:
    """Which kind of account this is to a bookkeeper: what the house has it holds or is owed, and beyond it all is equity."""
    if account.wallet == WORLD:
        return "equity"
    return "liabilities" if account.wallet != HOUSE and account.bucket in _OWED else "assets"


def escaped(text: str) -> str:
    """Names are free text: what is neither letter nor digit is written as %XX, byte by byte, as in a web address.

    So no two names become one, and each can be read back; a lone % stands for an empty one.
    """
    return "".join(char if char.isalnum() or char in "._-" else "".join(f"%{byte:02X}" for byte in char.encode()) for char in text) or "%"


def names(account: Account) -> list[str]:
    """Owner, mode, symbol, bucket: those there are."""
    return [account.wallet.owner, *filter(None, account.wallet[1:]), account.bucket]


def label(account: Account) -> str:
    """As the house writes an account, escaped."""
    return ":".join(map(escaped, names(account)))


def day_of(event: Entry | Price) -> str:
    return moment(event.at)[:10]


def told(number: int, entry: Entry) -> str:
    """What happened, in words."""
    return " ".join(sentence(entry_document(entry, number)).split())


def tags(entry: Entry) -> Iterator[tuple[str, str]]:
    """What else there is to know of an entry, by name; a fact whose name is taken gets a line under it."""
    own = {"at": moment(entry.at), "kind": entry.kind, "account": entry.wallet.owner, "wallet": entry.wallet.name}
    given = {"entry", "filename", "lineno", "date"}  # meant otherwise by one of the programs
    for name, value in [*own.items(), *_flat(entry.facts)]:
        name = "".join(char if char.isascii() and (char.isalnum() or char == "_") else "-" for char in name)
        name = name if name[:1].islower() and len(name) > 1 else f"fact-{name}"
        while name in given:
            name += "_"
        given.add(name)
        if value:
            yield name, printable(value)


def _flat(facts: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}-")
        else:
            yield prefix + name, "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
