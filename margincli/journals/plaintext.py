"""What the journals of hledger and of ledger have in common.

Every posting asserts the balance it leaves, to the last unit, in the order of the file, which is that of time. The
last transaction asserts what the ledger itself keeps as the balance of every account and coin.

Both programs give a meaning to colons, semicolons, brackets and two spaces, so names are escaped.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from ..domain.journal import Account, Entry
from ..domain.money import ZERO, plain
from .book import Book, day_of, escaped, label, root_of, tags, told

INDENT = "    "


def lines(book: Book, heading: str, declare: Callable[[str, str], str]) -> Iterator[str]:
    """`declare(coin, amount)` is the dialect's line for a commodity, its amount showing how many decimals there are."""
    yield heading
    for asset, scale in book.scales.items():
        yield declare(commodity(asset), f"1000{'.' if scale else ''}{'0' * scale}") + "\n"
    for price in book.prices:
        yield f"P {day_of(price)} {commodity(price.base)} {plain(price.price)} {commodity(price.quote)}\n"
    running: dict[tuple[Account, str], Decimal] = defaultdict(lambda: ZERO)
    seen: set[Account] = set()
    day = ""
    for number, entry in book.entries:
        day = day_of(entry)
        yield from _opened(entry, seen)
        yield f"\n{day} * ({number}) {_payee(told(number, entry))}\n"
        yield from (f"{INDENT}; {name}: {_tag(value)}\n" for name, value in tags(entry))
        for account, asset, amount in entry.postings:
            running[account, asset] += amount
            yield _posting(account, asset, amount, running[account, asset])
    yield from _last(day, book)


def _opened(entry: Entry, seen: set[Account]) -> Iterator[str]:
    new = [posting.account for posting in entry.postings if posting.account not in seen]
    if new:
        yield "\n"
        yield from (f"account {account_name(account)}\n" for account in dict.fromkeys(new))
        seen.update(new)


def _last(day: str, book: Book) -> Iterator[str]:
    if day:
        yield f"\n{day} * Every balance as the ledger keeps it\n"
        yield from (_posting(account, asset, ZERO, balance) for account, asset, balance in book.balances())


def _posting(account: Account, asset: str, amount: Decimal, balance: Decimal) -> str:
    coin = commodity(asset)
    return f"{INDENT}{account_name(account)}  {plain(amount)} {coin} = {plain(balance)} {coin}\n"


def account_name(account: Account) -> str:
    return f"{root_of(account)}:{label(account)}"


def commodity(asset: str) -> str:
    """In quotes unless it is letters alone: both programs take a digit for the amount's."""
    return asset if re.fullmatch("[A-Za-z]+", asset) else f'"{escaped(asset)}"'


def _payee(words: str) -> str:
    """A semicolon would begin a comment, a bar a second field."""
    return words.replace(";", ",").replace("|", "/")


def _tag(value: str) -> str:
    """Square brackets would be taken for a date."""
    return value.replace("[", "(").replace("]", ")")
