"""A ledger kept open over many steps: each is done or undone alone, and all stand once they are kept.

`reading` and `writing` of it are steps of its one session. While that has the ledger to itself, what it has read cannot
become wrong but by its own hand: so it remembers accounts, prices and rule books, and forgets them when a step that
wrote is undone or another program wrote between two commits.
"""

import time
from bisect import bisect_right
from collections.abc import Iterable
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterator, NamedTuple

from ..domain.journal import HOUSE, Account, Entry, Wallet
from ..domain.market import Market
from ..domain.money import ZERO
from ..domain.rulebook import Rulebook
from ..domain.standing import State
from .faults import LedgerFault, translated
from .names import Names, Scale
from .session import Session

if TYPE_CHECKING:
    from ..domain.quiet import Due
    from .herd import Loans

AHEAD_MS = 1_800_000  # how much more of the prices is read than was asked for on either side, at least
POINTS_MOST = 100_000  # of one market, to be remembered
OWNERS_MOST = 5000  # remembered at a time
TURN_SECONDS, PAUSE_SECONDS = 4.0, 0.12  # others wait up to ten seconds, and look again every tenth of one
Balances = dict[tuple[Account, str], Decimal]


class Kept:
    """The ledger at `path`, taken by the first step that needs it. A rehearsal leaves no trace, of whatever is kept in it."""

    def __init__(self, path: Path, rehearsal: bool = False):
        self.path, self._rehearsal = path, rehearsal
        self._session: KeptSession | None = None
        self._open = ExitStack()
        self._remembered: list[tuple] = []
        self._turn = time.monotonic()

    def __enter__(self) -> "Kept":
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)

    def exists(self) -> bool:
        return self._session is not None or self.path.exists()

    @contextmanager
    def step(self, document: Callable[[], dict[str, Any]] | None) -> Iterator[Session]:
        """The session, for one step: undone as a whole unless it commits. Raises LedgerFault."""
        session = self._session or self._take(document)
        with translated(str(self.path)):
            session.begin()
            try:
                yield session
            finally:
                session.end()

    def keep(self) -> None:
        """Let all steps stand that were committed; others may then have their turn. Of a rehearsal nothing ever stands."""
        remembered, self._remembered = self._remembered, []
        if self._session is None or self._rehearsal:
            return
        with translated(str(self.path)):
            for row in remembered:
                self._session.remember(*row)
            self._session.keep()
        if time.monotonic() - self._turn > TURN_SECONDS:
            time.sleep(PAUSE_SECONDS)
            self._turn = time.monotonic()

    def undo(self) -> None:
        """Undo all since the last `keep`."""
        self._remembered = []
        if self._session is not None:
            with translated(str(self.path)):
                self._session.undo()

    def recall(self, ref: str) -> tuple[str, str, dict[str, Any]] | None:
        from .opening import is_begun

        if self._session is None and not is_begun(str(self.path)):
            return None
        with self.step(None) as session:
            return session.recall(ref)

    def remember(self, ref: str, owner: str, request: str, document: dict[str, Any]) -> None:
        """Written with the next `keep`; by then there may be a ledger to write it in."""
        self._remembered.append((ref, owner, request, document))

    def _take(self, document: Callable[[], dict[str, Any]] | None) -> "KeptSession":
        from .opening import scratch, writing

        if self._rehearsal and document is not None and not self.path.exists():
            opened = self._open.enter_context(scratch(document))
        else:
            opened = self._open.enter_context(writing(self.path, document))
        opened.db.execute("PRAGMA cache_size = -32768")
        self._session = KeptSession(opened.db, opened.path)
        return self._session


class Span(NamedTuple):
    """A market, and between which moments it is known."""

    since: int
    until: int
    market: Market | None  # None where it was too much to remember


class KeptSession(Session):
    """A session of many steps that remembers what it has read."""

    def __init__(self, db, path: str):
        super().__init__(db, path)
        self._version = self._data_version()
        self.forget()

    def forget(self) -> None:
        self._names, self._rulebooks = Names(self.db), {}
        self._since: list[int] | None = None  # of the rule books
        self._forget_accounts()
        self._markets: dict[tuple[frozenset[str], frozenset[str]], Span] = {}

    # steps

    def begin(self) -> None:
        if not self.db.in_transaction:
            self.db.execute("BEGIN IMMEDIATE")
            if (version := self._data_version()) != self._version:  # another program wrote meanwhile
                self._version = version
                self.forget()
        self.db.execute("SAVEPOINT step")
        self._stands, self._changes = False, self.db.total_changes

    def commit(self) -> None:
        """Let this step stand with those before it."""
        self._stands = True

    def end(self) -> None:
        if not self._stands and self.db.total_changes != self._changes:
            self.db.execute("ROLLBACK TO step")
            self.forget()
        self.db.execute("RELEASE step")

    def keep(self) -> None:
        """Commit; the next step begins anew."""
        if self.db.in_transaction:
            self.db.execute("COMMIT")

    def undo(self) -> None:
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")
        self.forget()

    def _data_version(self) -> int:
        return self.db.execute("PRAGMA data_version").fetchone()[0]

    # who there is, and the books

    def owner_exists(self, name: str) -> bool:
        return self._settled.get(name) is not None or super().owner_exists(name)

    def settled_to(self, owner: str) -> int | None:
        if owner not in self._settled:
            self._settled[owner] = super().settled_to(owner)
        return self._settled[owner]

    def settle(self, owner: str, at: int) -> None:
        if self.settled_to(owner) != at:
            super().settle(owner, at)
            self._settled[owner] = at

    def state(self, owner: str) -> State:
        if owner not in self._settings:
            if len(self._settings) >= OWNERS_MOST:
                self.forget()
            self._learn(super().state(owner), owner)
        return State({**self._balances[owner], **self._balances[HOUSE.owner]}, dict(self._settings[owner]))

    def _learn(self, found: State, owner: str) -> None:
        self._settings[owner], self._balances[owner] = found.settings, {}
        self._balances[HOUSE.owner] = {}
        for key, amount in found.balances.items():
            self._balances[key[0].wallet.owner][key] = amount

    def append(self, owner: str, entries: Iterable[Entry], scale: Scale) -> list[int]:
        entries = list(entries)
        numbers = super().append(owner, entries, scale)
        for entry in entries:
            for account, asset, amount in entry.postings:
                if (known := self._balances.get(account.wallet.owner)) is not None:
                    _put(known, (account, asset), known.get((account, asset), ZERO) + amount)
            for wallet, key, value in entry.changes:
                if (kept := self._settings.get(wallet.owner)) is not None:
                    _put(kept, (wallet, key), value)
        return numbers

    # many accounts at once

    def charge_quiet(self, due: "dict[Loans, list[Due]]", now: int) -> list[tuple[int, Entry]]:
        written = super().charge_quiet(due, now)
        self._forget_accounts()
        return written

    def _forget_accounts(self) -> None:
        self._settled: dict[str, int | None] = {}
        self._balances: dict[str, Balances] = {}  # by owner
        self._settings: dict[str, dict[tuple[Wallet, str], str]] = {}

    # the market

    def market(self, assets: Iterable[str], symbols: Iterable[str], since: int, until: int) -> Market:
        """May know more than was asked for: what a market says of a moment does not depend on that."""
        key = frozenset(assets), frozenset(symbols)
        known = self._markets.get(key)
        if known and known.market and known.since <= since and until <= known.until:
            return known.market
        if known and known.market is None:
            return super().market(*key, since, until)
        first, last = (min(since, known.since), max(until, known.until)) if known else (since, until)
        more = last - first + AHEAD_MS  # twice as much each time, so that all is read about twice
        first, last = first - more, last + more
        market = super().market(*key, first, last)
        points = sum(len(series.points) for ticker in market.tickers.values() for series in ticker.sources.values())
        self._markets[key] = Span(first, last, market if points <= POINTS_MOST else None)
        return market

    def set_quote(self, symbol: str, source: str, at: int, price: str, volume: str | None = None) -> None:
        self._markets.clear()
        super().set_quote(symbol, source, at, price, volume)

    def set_rate(self, mode: str, asset: str, since: int, rate_daily: str, source: str) -> None:
        self._markets.clear()
        super().set_rate(mode, asset, since, rate_daily, source)

    def add_candles(self, *words: Any):
        self._markets.clear()
        return super().add_candles(*words)

    def add_rates(self, rates: Any):
        self._markets.clear()
        return super().add_rates(rates)

    # the rule book

    def rulebook(self, at: int) -> Rulebook:
        since = self._rulebook_times()
        index = bisect_right(since, at)
        if not index:
            raise LedgerFault("no_rulebook", path=self.path)
        moment = since[index - 1]
        return self._rulebooks.get(moment) or super().rulebook(moment)

    def rulebook_changes(self, after: int, until: int) -> list[int]:
        since = self._rulebook_times()
        return since[bisect_right(since, after) : bisect_right(since, until)]

    def add_rulebook(self, since: int, document: dict[str, Any]) -> None:
        self._markets.clear()  # how an index price is made is a rule
        self._since = None
        super().add_rulebook(since, document)

    def _rulebook_times(self) -> list[int]:
        if self._since is None:
            self._since = [since for (since,) in self.db.execute("SELECT since FROM rulebooks ORDER BY since")]
        return self._since


def _put(kept: dict, key: Any, value: Any) -> None:
    """As the file gives it back: without what is zero or empty."""
    if value:
        kept[key] = value
    else:
        kept.pop(key, None)
