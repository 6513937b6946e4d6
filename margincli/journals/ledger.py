"""A journal for ledger: `ledger -f FILE balance`."""

from collections.abc import Iterator

from . import plaintext
from .book import Book

_HEADING = """\
; A margincli ledger for ledger. It proves itself: ledger -f THIS_FILE balance
"""


def lines(book: Book) -> Iterator[str]:
    return plaintext.lines(book, _HEADING, _declare)


def _declare(coin: str, amount: str) -> str:
    return f"commodity {coin}\n    format {amount} {coin}"
