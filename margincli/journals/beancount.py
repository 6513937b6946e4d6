"""A journal for beancount 3: `bean-check FILE`, `bean-query FILE`.

beancount knows days, not moments: entries of a day stand in their order, with the moment as metadata; a `balance`
holds at the beginning of a day, so each account is asserted on the day after any on which it moved, and at the end
against what the ledger itself keeps. Names of accounts and coins must be of capital letters, digits and few signs:
others are written near to that, numbered where two would meet, with the true name, escaped, as metadata.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from ..domain.journal import Account, Entry
from ..domain.money import ZERO, plain
from ..render.plain import printable
from .book import Book, day_of, escaped, label, names, root_of, tags, told

_HEADING = """\
; A margincli ledger for beancount 3. It proves itself: bean-check THIS_FILE
; Nothing is let through: a tolerance of nought, written out in every balance.
option "title" "margincli"
option "tolerance_multiplier" "0"
option "inferred_tolerance_default" "*:0"
"""
_COMMODITY = re.compile("[A-Z]([A-Z0-9'._-]*[A-Z0-9])?")
_WORDS = ("TRUE", "FALSE", "NULL")  # of the language itself
Key = tuple[str, str]  # account and commodity as they are written


class _Given(dict):
    """Names as they are written: each once, the second that would be written like another with a number."""

    def __init__(self, write: Callable[[str], str]):
        self._write, self._taken = write, set()

    def __missing__(self, name: str) -> str:
        first = written = self._write(name)
        number = 1
        while written in self._taken:
            number += 1
            written = f"{first}-{number}"
        self._taken.add(written)
        self[name] = written
        return written


class _Accounts(dict):
    """Accounts as they are written."""

    def __init__(self):
        self._owners = _Given(_component)

    def __missing__(self, account: Account) -> str:
        owner, *parts = names(account)
        self[account] = ":".join((root_of(account).capitalize(), self._owners[owner], *map(_component, parts)))
        return self[account]


def lines(book: Book) -> Iterator[str]:
    coins, accounts, opened = _Given(_commodity), _Accounts(), set()
    yield from _declared(book, coins)
    for price in book.prices:
        yield f"{day_of(price)} price {coins[price.base]}  {plain(price.price)} {coins[price.quote]}\n"
    running: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    moved: dict[Key, None] = {}
    day = ""
    for number, entry in book.entries:
        if day and day != day_of(entry):
            yield from _balances(day, ((key, running[key]) for key in moved))
            moved.clear()
        day = day_of(entry)
        yield from _opened(entry, accounts, opened)
        yield from _transaction(number, entry)
        for account, asset, amount in entry.postings:
            key = accounts[account], coins[asset]
            running[key] += amount
            moved[key] = None
            yield f"  {key[0]}  {plain(amount)} {key[1]}\n"
    if day:
        yield from _balances(day, (((accounts[account], coins[asset]), balance) for account, asset, balance in book.balances()))


def _declared(book: Book, coins: _Given) -> Iterator[str]:
    yield _HEADING
    for asset in book.scales:
        if coins[asset] != asset:
            yield f"; {coins[asset]} is the coin {printable(asset)}: beancount has no such name.\n"
    for asset in book.scales:
        yield f"\n1970-01-01 commodity {coins[asset]}\n  name: {_text(escaped(asset))}\n"


def _opened(entry: Entry, accounts: _Accounts, opened: set[Account]) -> Iterator[str]:
    for account, _, _ in entry.postings:
        if account not in opened:
            opened.add(account)
            yield f"\n{day_of(entry)} open {accounts[account]}\n  account: {_text(label(account))}\n"


def _transaction(number: int, entry: Entry) -> Iterator[str]:
    yield f"\n{day_of(entry)} * {_text(told(number, entry))}\n  entry: {number}\n"
    yield from (f"  {name}: {_text(value)}\n" for name, value in tags(entry))


def _balances(day: str, balances: Iterable[tuple[Key, Decimal]]) -> Iterator[str]:
    after = date.fromisoformat(day) + timedelta(days=1)
    yield "\n"
    yield from (f"{after} balance {account}  {plain(balance)} ~ 0 {coin}\n" for (account, coin), balance in balances)


def _commodity(asset: str) -> str:
    if _COMMODITY.fullmatch(asset) and asset not in _WORDS:
        return asset
    return f"X-{re.sub('[^A-Z0-9._-]', '-', asset.upper())}".rstrip("._-")


def _component(name: str) -> str:
    """Begins with a capital letter or a digit."""
    written = re.sub("[^A-Za-z0-9]+", "-", name)
    return written[:1].upper() + written[1:] if written[:1].isalnum() else f"X{written}"


def _text(text: str) -> str:
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
