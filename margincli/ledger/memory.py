"""What the session of a ledger kept open remembers: what it has read, and what it has still to write.

While it has the ledger to itself, what it has read cannot become wrong but by its own hand: so it remembers accounts, prices and
rule books. What steps write into the journal waits in memory, and goes into the file with the next commit or as soon as
anybody asks the file itself: a step that is refused leaves nothing to be undone there. All is forgotten when a step that
wrote is undone, or another program wrote between two commits.
"""

from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from ..domain.chart import Point
from ..domain.journal import HOUSE, Account, Entry
from ..domain.market import VALUED_IN, Market
from ..domain.money import ZERO
from ..domain.rulebook import Rulebook
from ..domain.standing import State
from . import books, market
from .faults import UNITS_MOST, BrokenBooks, LedgerFault
from .names import Names, Scale
from .session import Session
from .waiting import Waiting

if TYPE_CHECKING:
    from ..domain.quiet import Due
    from .herd import Loans

AHEAD_MS = 1_800_000  # how much more of the prices is read than was asked for on either side, at least
POINTS_MOST = 100_000  # of one market, to be remembered
POINTS_TOLD = 5000  # of one market to which a quote is told: to do so takes the longer the more there are
OWNERS_MOST = 5000  # remembered at a time
WAITING_MOST = 500  # entries, or receipts
Balances = dict[tuple[Account, str], Decimal]


class Span(NamedTuple):
    """A market, and between which moments it is known."""

    since: int
    until: int
    market: Market | None  # None where it was too much to remember

    def told(self, symbol: str, source: str, point: Point) -> "Span | None":
        """The span once a quote is known, None where it has to be read anew."""
        if point.at > self.until:
            return self
        told = self.market and market.told(self.market, symbol, source, point)
        return self._replace(market=told) if told and market.points(told) <= POINTS_TOLD else None


class KeptSession(Session):
    """A session of many steps."""

    def __init__(self, db, path: str):
        self._connection, self.path = db, path
        self._kept, self._mine = Waiting(), Waiting()  # of the steps before, and of this one
        self._stands, self._asked, self._changes = False, False, 0
        self._version = self._data_version()
        self.forget()

    def forget(self) -> None:
        self._names, self._rulebooks = Names(self), {}
        self._since: list[int] | None = None  # of the rule books
        self._booked: int | None = None
        self._markets: dict[tuple[frozenset[str], frozenset[str]], Span] = {}
        self._forget_books()

    def _forget_books(self) -> None:
        self._states: dict[str, State] = {}
        self._settled: dict[str, int | None] = {}
        self._furthest: tuple[str, int] | None = None
        self._last: int | None = None  # number of the last entry
        self._house: Balances | None = None
        self._units: dict[tuple[int, int], int] = {}  # by numbers of account and coin

    # steps

    def begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
            if (version := self._data_version()) != self._version:  # another program wrote meanwhile
                self._version = version
                self.forget()
        if len(self._kept) >= WAITING_MOST:
            self._kept.write(self._connection)
        self._stands = self._asked = False

    @property
    def db(self):
        """The file itself, with all that was to be written. What this step does there can be undone."""
        if not self._asked:
            self._kept.write(self._connection)
            self._connection.execute("SAVEPOINT step")
            self._asked, self._changes = True, self._connection.total_changes
        self._mine.write(self._connection)
        return self._connection

    def execute(self, *words: Any):
        """For names: what is asked of the file."""
        return self.db.execute(*words)

    def commit(self) -> None:
        """Let this step stand with those before it."""
        self._stands = True

    def end(self) -> None:
        wrote = self._asked and self._connection.total_changes != self._changes
        if wrote and not self._stands:
            self._connection.execute("ROLLBACK TO step")
        if self._asked:
            self._connection.execute("RELEASE step")
        if self._stands:
            self._kept.take(self._mine)
        elif wrote or self._mine:
            self._asked, self._mine = False, Waiting()
            self.forget()

    def keep(self) -> None:
        """Commit; the next step begins anew."""
        self._kept.take(self._mine)
        if self._connection.in_transaction:
            self._kept.write(self._connection)
            self._connection.execute("COMMIT")

    def undo(self) -> None:
        self._kept, self._mine = Waiting(), Waiting()
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self.forget()

    def _data_version(self) -> int:
        return self._connection.execute("PRAGMA data_version").fetchone()[0]

    # who there is, and the books

    def owner_exists(self, name: str) -> bool:
        return self._settled.get(name) is not None or super().owner_exists(name)

    def settled_to(self, owner: str) -> int | None:
        if owner not in self._settled:
            self._settled[owner] = super().settled_to(owner)
        return self._settled[owner]

    def last_settled(self) -> tuple[str, int] | None:
        if self._furthest is None:
            self._furthest = super().last_settled()
        return self._furthest

    def last_booked(self) -> int:
        """Of an earlier step, maybe: what was settled then is settled now."""
        if self._booked is None:
            self._booked = super().last_booked()
        return self._booked

    def settle(self, owner: str, at: int, state: State | None = None) -> None:
        if self.settled_to(owner) != at:
            self._names.owner(owner)  # it may be new
            self._settled[owner] = self._mine.settled[owner] = at
            if self._furthest and (-at, owner) < (-self._furthest[1], self._furthest[0]):
                self._furthest = owner, at
        if state is not None:
            self._states[owner] = state

    def state(self, owner: str) -> State:
        if owner not in self._states:
            if len(self._states) >= OWNERS_MOST:
                self._forget_books()
            self._states[owner] = super().state(owner)
        if self._house is None:
            self._house = super().state(HOUSE.owner).balances
        self._states[owner] = self._states[owner].beside(self._house)
        return self._states[owner]

    def append(self, owner: str, entries: Iterable[Entry], scale: Scale) -> list[int]:
        """They wait; what they leave to the owner is told to `settle`, or read from the file."""
        numbers = []
        for entry in entries:
            number = (self._last or books.last_id(self.db)) + 1
            rows = books.rows_of(self._names, number, owner, entry, scale)
            moved = self._add_up(rows.postings)
            self._last = number
            self._mine.entries.append(rows)
            self._pass_on(entry)
            if moved > UNITS_MOST:
                self._mine.write(self.db)  # which adds up the lines of an entry, too
            numbers.append(number)
        if numbers:
            self._states.pop(owner, None)
        return numbers

    def _add_up(self, postings: list[tuple]) -> int:
        """The balances, as the file will; how many units were moved. Raises LedgerFault ledger_full."""
        moved = 0
        for _, _, account, asset, amount in postings:
            if (key := (account, asset)) not in self._units:
                self._units[key] = books.units(self.db, account, asset)
            self._units[key] = units = self._units[key] + amount
            if not -UNITS_MOST <= units <= UNITS_MOST:
                raise LedgerFault("ledger_full", most=UNITS_MOST)
            moved += abs(amount)
        return moved

    def _pass_on(self, entry: Entry) -> None:
        """What the house gets and gives, for all accounts to see."""
        if self._house is not None:
            for account, asset, amount in entry.postings:
                if account.wallet == HOUSE:
                    self._house[account, asset] = self._house.get((account, asset), ZERO) + amount

    # many accounts at once

    def charge_quiet(self, due: "dict[Loans, list[Due]]", now: int) -> list[tuple[int, Entry]]:
        written = super().charge_quiet(due, now)
        self._forget_books()
        return written

    # once only

    def recall(self, ref: str) -> tuple[str, str, dict[str, Any]] | None:
        known = self._mine.refs.get(ref) or self._kept.refs.get(ref)
        return known[1:] if known else books.recall(self._connection, ref)

    def remember(self, ref: str, owner: str, request: str, document: dict[str, Any]) -> None:
        if ref in self._mine.refs or ref in self._kept.refs:
            raise BrokenBooks(f"the ref {ref} is taken")
        self._mine.refs[ref] = ref, owner, request, document

    def note(self, ref: str, owner: str, request: str, document: dict[str, Any]) -> None:
        """Remember what no step has done, such as that one was refused. Only where `ref` is free."""
        self._kept.refs[ref] = ref, owner, request, document

    # the market

    def market(self, assets: Iterable[str], symbols: Iterable[str], since: int, until: int) -> Market:
        """May know more than was asked for: what a market says of a moment does not depend on that."""
        assets = frozenset(assets)
        key = assets, frozenset(symbols).difference(asset + VALUED_IN for asset in assets)  # those are on the way of a coin to its price
        known = self._markets.get(key)
        if known and known.market and known.since <= since and until <= known.until:
            return known.market
        if known and known.market is None:
            return super().market(*key, since, until)
        first, last = (min(since, known.since), max(until, known.until)) if known else (since, until)
        more = last - first + AHEAD_MS  # twice as much each time, so that all is read about twice
        first, last = first - more, last + more
        found = super().market(*key, first, last)
        self._markets[key] = Span(first, last, found if market.points(found) <= POINTS_MOST else None)
        return found

    def set_quote(self, symbol: str, source: str, at: int, price: str, volume: str | None = None) -> None:
        self._mine.quotes.append((self._names.symbol(symbol), source, at, price, volume))
        point = Point(at, Decimal(price), volume=volume and Decimal(volume))
        self._markets = {key: told for key, span in self._markets.items() if (told := span.told(symbol, source, point))}

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
