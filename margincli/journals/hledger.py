"""A journal for hledger: `hledger check --strict -f FILE`, `hledger balance -f FILE`."""

from collections.abc import Iterator

from . import plaintext
from .book import Book

_HEADING = """\
; A margincli ledger for hledger. It proves itself: hledger check --strict -f THIS_FILE
decimal-mark .
"""


def lines(book: Book) -> Iterator[str]:
    return plaintext.lines(book, _HEADING, _declare)


def _declare(coin: str, amount: str) -> str:
    """A whole number says by a dot at its end that it has no decimals."""
    return f"commodity {amount if '.' in amount else amount + '.'} {coin}"
