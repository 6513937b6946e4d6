"""A spreadsheet: one row a posting, names escaped as in the other journals."""

import csv
from collections.abc import Iterator

from ..domain.money import plain
from ..domain.world import moment
from ..render.sheet import cell
from .book import Book, label

COLUMNS = ("entry", "at", "kind", "wallet", "account", "asset", "amount")


class _Echo:
    """What csv writes is what `writerow` answers."""

    def write(self, text: str) -> str:
        return text


def lines(book: Book) -> Iterator[str]:
    writer = csv.writer(_Echo(), lineterminator="\n")
    yield writer.writerow(COLUMNS)
    for number, entry in book.entries:
        about = number, moment(entry.at), entry.kind, entry.wallet.name
        for account, asset, amount in entry.postings:
            yield writer.writerow([cell(value) for value in (*about, label(account), asset, plain(amount))])
