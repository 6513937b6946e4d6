"""What the desk can ask of an open ledger. Times are ms since 1970, UTC; prices, volumes and rates come as plain text.

Every method may raise LedgerFault, through the door that opened the session (see opening.py).
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..domain.journal import RESERVED, Entry, Posting
from ..domain.market import IndexRules, Market
from ..domain.rulebook import Rulebook
from ..domain.standing import State
from ..domain.world import moment
from . import books, market, seals
from .faults import UNITS_MOST, LedgerFault
from .names import Names, Scale

if TYPE_CHECKING:  # loaded by those who ask for it
    from ..domain.pool import PoolRate
    from ..domain.quiet import Due
    from .herd import Loans
    from .prices import CandleRow, Loaded, RateRow


class Session:
    """One open ledger. A reading session sees one moment of it; a writing one has it to itself until it ends."""

    def __init__(self, db: sqlite3.Connection, path: str):
        self.db, self.path = db, path
        self._names = Names(db)
        self._rulebooks: dict[int, Rulebook] = {}  # as read, by the moment they begin

    def commit(self) -> None:
        """Make all that was written stand. Afterwards the session can only read."""
        self.db.execute("COMMIT")
        self.db.execute("PRAGMA query_only = ON")

    # who there is

    def owner_exists(self, name: str) -> bool:
        """Whether there is such an account; the house and the world are none."""
        return name not in RESERVED and bool(self.db.execute("SELECT 1 FROM owners WHERE name = ?", (name,)).fetchone())

    def owners(self, owing_only: bool = False) -> list[str]:
        """All accounts by name, or those that anything can fall due for: with debts or resting orders."""
        return books.owners_owing(self.db) if owing_only else books.owners(self.db)

    def owners_leaving(self, ends: dict[str, int]) -> list[str]:
        """The accounts that are not settled until the moment in `ends` of a coin in their cross wallet, or of the pair of an isolated one with anything in it."""
        return books.owners_leaving(self.db, ends)

    def settled_to(self, owner: str) -> int | None:
        """Until when all that fell due is booked; None for who is unknown or never was settled."""
        row = self.db.execute("SELECT settled_to FROM owners WHERE name = ?", (owner,)).fetchone()
        return row[0] if row else None

    def settle(self, owner: str, at: int, state: State | None = None) -> None:
        """All that falls due until `at` is booked now, and has left the account in this state. Creates the account; raises BrokenBooks when time would run back."""
        books.settle(self.db, owner, at)

    def last_settled(self) -> tuple[str, int] | None:
        """The account that is settled the furthest, and until when; None in a ledger without accounts."""
        return books.last_settled(self.db)

    def name_owner(self, owner: str) -> None:
        """Creates the account, if it is not there, without saying until when it is settled."""
        self._names.owner(owner)

    # the books

    def state(self, owner: str) -> State:
        """Balances and settings of the account, and the balances of the house."""
        return books.state(self.db, owner)

    def append(self, owner: str, entries: Iterable[Entry], scale: Scale) -> list[int]:
        """Write entries, in order; their numbers. `scale(asset)` answers its decimals, asked at its first use in the file.

        Raises LedgerFault ledger_full, and BrokenBooks for what would break the books.
        """
        return books.append(self.db, self._names, owner, entries, scale)

    def last_booked(self) -> int:
        """The moment of the entry written last, which its account at least is settled to; 0 without one."""
        return books.last_booked(self.db)

    def history(
        self,
        owner: str,
        kind: str | None = None,
        since: int | None = None,
        until: int | None = None,
        asset: str | None = None,
        limit: int | None = None,
    ) -> list[tuple[int, Entry]]:
        """(number, entry), oldest first: the newest `limit` of those from `since` to `until` that touch `asset`."""
        return books.history(self.db, owner, kind, since, until, asset, limit)

    def journal(self, owner: str | None = None) -> Iterator[tuple[int, Entry]]:
        """(number, entry) by time, as they are read: of one account, or of all."""
        return books.journal(self.db, owner)

    def balances(self, owner: str | None = None) -> Iterator[Posting]:
        """What the file keeps as the balance of every account and coin, zeros too."""
        return books.balances(self.db, owner)

    def scales(self) -> dict[str, int]:
        """The coins that were ever booked, with their decimals."""
        return dict(self.db.execute("SELECT name, scale FROM assets ORDER BY id"))

    def head(self) -> str:
        """The seal of the last entry: one hash that stands for the whole journal (see seals.py)."""
        return seals.head(self.db)

    def entry_sealed(self, head: str) -> int | None:
        """The number of the entry that `head` is the seal of; 0 for the beginning, None where no entry bears it."""
        from . import chain

        return chain.entry_sealed(self.db, head)

    def counts(self) -> dict[str, int]:
        """How many accounts, entries, postings, quotes, candles and rates there are."""
        tables = ("owners", "entries", "postings", "quotes", "candles", "rates")
        found = {table: self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
        return {"accounts": found.pop("owners") - len(RESERVED), **found}

    # many accounts at once (see herd.py)

    def gather(self, least: int) -> "list[Loans]":
        """All loans, those of one hour, mode and coin together; none where fewer than `least` debts are owed."""
        from . import herd

        return herd.gather(self.db, least)

    def assets(self) -> list[str]:
        """Every coin the ledger has held."""
        return [name for (name,) in self.db.execute("SELECT name FROM assets ORDER BY name")]

    def screen(self, worth: Iterable[tuple[str, Decimal, Decimal]], call_bar: Callable[[str], Decimal], hours: int) -> None:
        """Tell the quiet accounts from the loud: `worth` has of each coin what it counts for held, and owed, at its worst."""
        from . import herd

        herd.screen(self.db, worth, call_bar, hours)

    def charge_quiet(self, due: "dict[Loans, list[Due]]", now: int) -> list[tuple[int, Entry]]:
        """Charge the quiet accounts what falls `due` for their loans, and settle them to `now`."""
        from . import herd

        return herd.charge(self.db, self._names, due, now)

    def loud(self) -> Iterable[str]:
        """The accounts that are left to the walk."""
        from . import herd

        return herd.loud(self.db)

    def add_loans(self, number: int, postings: Iterable[Posting], scale: Scale) -> None:
        """Lines of the accrual to be entry `number`, as they were exported."""
        from . import herd

        herd.add_lines(self.db, self._names, number, postings, scale)

    def seal_loans(self, number: int, entry: Entry) -> None:
        """The accrual whose lines were added."""
        from . import herd

        herd.seal_loans(self.db, self._names, number, entry)

    # once only

    def recall(self, ref: str) -> tuple[str, str, dict[str, Any]] | None:
        """(owner, request, document) remembered under `ref`."""
        return books.recall(self.db, ref)

    def remember(self, ref: str, owner: str, request: str, document: dict[str, Any]) -> None:
        """Raises BrokenBooks when `ref` is taken: recall it first."""
        books.remember(self.db, ref, owner, request, document)

    # the market

    def market(self, assets: Iterable[str], symbols: Iterable[str], since: int, until: int) -> Market:
        """Prices on the routes of `assets` and of `symbols`, and rates of `assets`: what was known at `since`, and until `until`."""
        return market.load(self.db, assets, symbols, since, until, IndexRules.of(self.rulebook(until)))

    def symbols_priced(self) -> set[str]:
        return {name for (name,) in self.db.execute("SELECT name FROM symbols")}

    def last_prices(self, symbol: str | None = None, at: int = UNITS_MOST) -> list[dict[str, Any]]:
        """A row for each series: symbol, source, kind (quote or candle); at, price and volume known at `at`, None where it
        only begins later; rows, first_at and last_at of all there is."""
        from . import prices

        return prices.last_prices(self.db, symbol, at)

    def price_shares(self, symbol: str | None = None, at: int = UNITS_MOST) -> list[dict[str, Any]]:
        """A row for each source as `last_prices` has them, and what it brings to the index price at `at`, and why."""
        from . import prices

        rows = prices.last_prices(self.db, symbol, at)
        return prices.with_shares(rows, self.market([], {row["symbol"] for row in rows}, at, at), at)

    def quotes(self) -> Iterator[tuple[int, str, Decimal]]:
        """(at, symbol, price) of every quote, by time, whoever gave it."""
        for at, symbol, price in self.db.execute("SELECT at, name, price FROM quotes JOIN symbols ON id = symbol_id ORDER BY at, symbol_id, source"):
            yield at, symbol, Decimal(price)

    def rates_in_force(self, asset: str | None = None, at: int = UNITS_MOST) -> list[dict[str, Any]]:
        """Rows of mode, asset, since, rate_daily, source: the last of each mode and asset at `at`."""
        from . import prices

        return prices.rates_in_force(self.db, asset, at)

    def name_symbol(self, symbol: str) -> None:
        """Give a symbol its number before it has a price."""
        self._names.symbol(symbol)

    def set_quote(self, symbol: str, source: str, at: int, price: str, volume: str | None = None) -> None:
        """Replaces a quote of the same source and moment."""
        market.quote(self.db, (self._names.symbol(symbol), source, at, price, volume))

    def set_rate(self, mode: str, asset: str, since: int, rate_daily: str, source: str) -> None:
        """`mode` is cross or isolated. Replaces a rate from the same moment on."""
        row = (mode, asset, since, rate_daily, source)
        self.db.execute("INSERT OR REPLACE INTO rates (mode, asset, since, rate_daily, source) VALUES (?, ?, ?, ?, ?)", row)

    def add_candles(self, symbol: str, source: str, interval_ms: int, candles: "Iterable[CandleRow]") -> "Loaded":
        """What is there is kept. Raises LedgerFault interval_clash where candles of another interval lie."""
        from . import prices

        return prices.add_candles(self.db, self._names, symbol, source, interval_ms, candles)

    def add_rates(self, rates: "Iterable[RateRow]") -> "Loaded":
        """What is there is kept."""
        from . import prices

        return prices.add_rates(self.db, rates)

    # the lending pool

    def pool_rates(self, at: int = UNITS_MOST, rows: int = 1) -> "list[PoolRate]":
        """The last `rows` rates of each coin that began by `at`, in time order."""
        from . import pool

        return pool.rates(self.db, at, rows)

    def add_pool_rates(self, found: "Iterable[PoolRate]") -> None:
        """They come in time order, and never again."""
        from . import pool

        pool.add_rates(self.db, found)

    # the rule book

    def rulebook_since(self, at: int) -> int:
        """From when on the one in force at `at` is; 0: from the start. Raises LedgerFault no_rulebook before the first."""
        (since,) = self.db.execute("SELECT max(since) FROM rulebooks WHERE since <= ?", (at,)).fetchone()
        if since is None:
            raise LedgerFault("no_rulebook", path=self.path)
        return since

    def rulebook(self, at: int) -> Rulebook:
        """The one in force at `at`. Raises LedgerFault no_rulebook before the first, ledger_damaged where it was changed by hand."""
        since = self.rulebook_since(at)
        if since not in self._rulebooks:
            document, sealed = self.db.execute("SELECT document, hash FROM rulebooks WHERE since = ?", (since,)).fetchone()
            if seals.hash_of(document) != sealed:  # half a rule book could decide anything
                raise LedgerFault("ledger_damaged", path=self.path, why=f"the rule book of {moment(since)} is not what was put in force")
            self._rulebooks[since] = Rulebook(json.loads(document))
        return self._rulebooks[since]

    def rulebook_changes(self, after: int, until: int) -> list[int]:
        """The moments after < since <= until from which another rule book is in force."""
        return [since for (since,) in self.db.execute("SELECT since FROM rulebooks WHERE since > ? AND since <= ? ORDER BY since", (after, until))]

    def add_rulebook(self, since: int, document: dict[str, Any]) -> None:
        """In force from `since` on; replaces one from the same moment on."""
        text = json.dumps(document, ensure_ascii=False)
        row = (since, document["profile"], text, seals.hash_of(text))
        self.db.execute("INSERT OR REPLACE INTO rulebooks (since, profile, document, hash) VALUES (?, ?, ?, ?)", row)
        self._rulebooks.pop(since, None)
