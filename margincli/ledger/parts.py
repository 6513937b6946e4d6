"""The whole file as rows of plain data, part by part, and a new file from such rows.

Out come all tables but those that follow from others (accounts, balances, settings). In they go through the doors by
which they were written first, so that the file's triggers and checks keep the books of a rebuilt ledger too.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import Any

from ..domain.interest import ACCRUAL
from ..domain.journal import HOUSE, RESERVED, Account, Change, Entry, Posting, Unbalanced, Wallet
from ..domain.money import plain
from ..domain.pool import PoolRate
from .entries import Lines
from .faults import BrokenBooks, LedgerFault, translated
from .names import amount_of
from .session import Session

Row = dict[str, Any]
AT_ONCE = 10_000  # candles of a series
LINES_AT_ONCE = 10_000  # postings of an entry in one row

# In the order they are to be written: by the numbers rows have in the file, where they have any.
_QUESTIONS = {
    "rulebooks": "SELECT since, document FROM rulebooks ORDER BY since",
    "assets": "SELECT name, scale FROM assets ORDER BY id",
    "owners": "SELECT name, settled_to FROM owners WHERE name NOT IN ('house', 'world') ORDER BY id",
    "symbols": "SELECT name FROM symbols ORDER BY id",
    "quotes": "SELECT y.name AS symbol, source, at, price, volume FROM quotes JOIN symbols y ON y.id = symbol_id ORDER BY symbol_id, source, at",
    "candles": "SELECT y.name AS symbol, source, open_at, close_at, open, high, low, close, volume "
    "FROM candles JOIN symbols y ON y.id = symbol_id ORDER BY symbol_id, source, open_at",
    "rates": "SELECT mode, asset, since, rate_daily, source FROM rates ORDER BY mode, asset, since",
    "pool_rates": "SELECT asset, since, rate_daily, lent, supply FROM pool_rates ORDER BY asset, since",
    "entries": "SELECT e.id, o.name, e.at, e.kind, e.wallet, e.asset, e.amount, e.facts FROM entries e JOIN owners o ON o.id = e.owner_id ORDER BY e.id",
    "refs": "SELECT ref, owner, request, document FROM refs ORDER BY ref",
}
PARTS = tuple(_QUESTIONS)
_POSTINGS = (
    "SELECT p.entry_id, o.name, a.wallet, a.bucket, s.name, s.scale, p.amount FROM postings p JOIN accounts a ON a.id = p.account_id "
    "JOIN owners o ON o.id = a.owner_id JOIN assets s ON s.id = p.asset_id ORDER BY p.entry_id, p.line"
)
_CHANGES = "SELECT c.entry_id, o.name, c.wallet, c.key, c.value FROM changes c JOIN owners o ON o.id = c.owner_id ORDER BY c.entry_id, c.line"
_CHANGE = ("owner", "wallet", "key", "value")

_NO_NUMBER = "a number is none that a ledger can hold"
_CANDLE = ("open_at", "close_at", "open", "high", "low", "close", "volume")


class RowRefused(Exception):
    """A row that cannot stand in a ledger; its text is the reason."""


def parts(session: Session) -> Iterator[tuple[str, Iterator[Row]]]:
    """(part, its rows), both in their order."""
    for part, question in _QUESTIONS.items():
        yield part, _entries(session, question) if part == "entries" else _rows(session.db, question)


def _rows(db: sqlite3.Connection, question: str) -> Iterator[Row]:
    cursor = db.execute(question)
    columns = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(columns, values))
        if "document" in row:
            row["document"] = json.loads(row["document"])
        yield row


def _entries(session: Session, question: str) -> Iterator[Row]:
    """An accrual of very many loans has rows of lines alone before its own, as its lines are written before it. Raises LedgerFault ledger_damaged."""
    postings, changes = Lines(session.db.execute(_POSTINGS)), Lines(session.db.execute(_CHANGES))
    for number, owner, at, kind, wallet, asset, amount, facts in session.db.execute(question):
        sums: dict[str, int] = {}
        lines = (_line(row, sums) for row in postings.of(number))
        while len(some := list(islice(lines, LINES_AT_ONCE))) == LINES_AT_ONCE and kind == ACCRUAL:
            yield {"id": number, "postings": some}
        some += lines
        if any(sums.values()):
            raise LedgerFault("ledger_damaged", path=session.path, why=f"entry {number} cannot be read (its lines do not come to nothing)")
        about = {"id": number, "owner": owner, "at": at, "kind": kind, "wallet": wallet, "asset": asset, "amount": amount, "facts": json.loads(facts)}
        yield about | {"postings": some, "changes": [dict(zip(_CHANGE, row)) for row in changes.all(number)]}


def _line(row: tuple, sums: dict[str, int]) -> Row:
    owner, wallet, bucket, asset, scale, units = row
    sums[asset] = sums.get(asset, 0) + units
    return {"owner": owner, "wallet": wallet, "bucket": bucket, "asset": asset, "amount": plain(amount_of(units, scale))}


# --- and back ---


def rebuild(session: Session, rows: Iterable[tuple[str, Row]]) -> None:
    """Write the rows of `parts` into a ledger that holds nothing yet. Raises RowRefused, LedgerFault."""
    rebuilding = _Rebuilding(session)
    for part, row in rows:
        with _refusing(session.path):
            rebuilding.take(part, row)
    with _refusing(session.path):
        rebuilding.flush()


@contextmanager
def _refusing(path: str) -> Iterator[None]:
    """Whatever a row stumbles over is the row's fault; a disk that is full is not."""
    try:
        with translated(path):
            yield
    except LedgerFault as fault:
        if fault.code not in ("ledger_full", "interval_clash"):
            raise
        raise RowRefused(_NO_NUMBER if fault.code == "ledger_full" else fault.message) from fault
    except Unbalanced as error:
        raise RowRefused("its lines do not come to nothing") from error
    except (BrokenBooks, ValueError) as error:
        raise RowRefused(str(error)) from error
    except LookupError as error:
        raise RowRefused(f"{error} is not there") from error
    except ArithmeticError as error:
        raise RowRefused(_NO_NUMBER) from error
    except (TypeError, AttributeError, sqlite3.InterfaceError, sqlite3.ProgrammingError) as error:
        raise RowRefused("a field is missing, unknown, or not of its kind") from error


class _Rebuilding:
    """Takes rows, each through the door it came by; candles of a series by the thousand."""

    def __init__(self, session: Session):
        self._session = session
        self._scales: dict[str, int] = {}
        self._series: tuple[str, str, int] | None = None  # symbol, source, interval in ms
        self._waiting: list[tuple] = []

    def take(self, part: str, row: Row) -> None:
        getattr(self, f"_{part}")(**row)

    def _rulebooks(self, since: int, document: Row) -> None:
        self._session.add_rulebook(since, document)

    def _assets(self, name: str, scale: int) -> None:
        if type(scale) is not int:
            raise TypeError(scale)
        self._scales[name] = scale

    def _owners(self, name: str, settled_to: int | None) -> None:
        if name in RESERVED:
            raise BrokenBooks(f"{name} belongs to the ledger itself")
        self._session.name_owner(name) if settled_to is None else self._session.settle(name, settled_to)

    def _symbols(self, name: str) -> None:
        self._session.name_symbol(name)

    def _quotes(self, **row: Any) -> None:
        self._session.set_quote(**row)

    def _candles(self, symbol: str, source: str, **row: Any) -> None:
        lasts = row["close_at"] - row["open_at"]
        series = symbol, source, lasts + (lasts % 1000 == 999)  # a close is the last ms, or the next open
        if series != self._series or len(self._waiting) == AT_ONCE:
            self.flush()
        self._series = series
        self._waiting.append(tuple(row[column] for column in _CANDLE))

    def flush(self) -> None:
        """Write the candles that wait."""
        if self._waiting:
            loaded = self._session.add_candles(*self._series, self._waiting)
            if loaded.added != len(self._waiting):
                raise BrokenBooks("a candle is there twice")
            self._waiting.clear()

    def _rates(self, **row: Any) -> None:
        self._session.set_rate(**row)

    def _pool_rates(self, asset: str, since: int, rate_daily: str | None, lent: str, supply: str | None) -> None:
        rate, whole = (None if figure is None else _decimal(figure) for figure in (rate_daily, supply))
        self._session.add_pool_rates([PoolRate(asset, since, rate, _decimal(lent), whole)])

    def _entries(self, id: int, postings: list[Row], **about: Any) -> None:
        lines = tuple(_posting(**line) for line in postings)
        if about and about.get("kind") != ACCRUAL:
            return self._entry(id, lines, **about)
        self._session.add_loans(id, lines, self._scales.__getitem__)
        if about:
            self._accrual(id, **about)

    def _entry(self, id: int, lines: tuple[Posting, ...], owner: str, at: int, kind: str, wallet: str, asset: str, amount: str, facts: Row, changes: list[Row]) -> None:
        entry = Entry(at, kind, Wallet.named(owner, wallet), asset, _decimal(amount), lines, tuple(_change(**line) for line in changes), facts)
        if self._session.append(owner, [entry], self._scales.__getitem__) != [id]:
            raise BrokenBooks(f"this is not the entry {id}: they are numbered without gaps")

    def _accrual(self, id: int, owner: str, at: int, kind: str, wallet: str, asset: str, amount: str, facts: Row, changes: list[Row]) -> None:
        if owner != HOUSE.owner or changes:
            raise BrokenBooks("an accrual is the house's, and changes no settings")
        self._session.seal_loans(id, Entry(at, kind, Wallet.named(owner, wallet), asset, _decimal(amount), facts=facts))

    def _refs(self, **row: Any) -> None:
        self._session.remember(**row)


def _posting(owner: str, wallet: str, bucket: str, asset: str, amount: str) -> Posting:
    return Posting(Account(Wallet.named(owner, wallet), bucket), asset, _decimal(amount))


def _decimal(text: str) -> Decimal:
    """Digits as `plain` writes them: a short exponent could ask for more of them than a machine can hold. Raises ValueError."""
    if not re.fullmatch(r"-?[0-9]{1,100}(\.[0-9]{1,100})?", text, re.ASCII):
        raise ValueError(_NO_NUMBER)
    return Decimal(text)


def _change(owner: str, wallet: str, key: str, value: str) -> Change:
    return Change(Wallet.named(owner, wallet), key, value)
