"""The rates of the lending pool in the file, and the proof that they follow from the journal.

A row is written when the hour is past or begins, and never again: what was charged by it stays charged by it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal
from heapq import merge
from operator import itemgetter

from ..domain.interest import HOUR
from ..domain.journal import HOUSE, POOL
from ..domain.money import ZERO, plain
from ..domain.pool import PoolRate, path
from ..domain.rulebook import Rulebook
from ..domain.world import moment
from .faults import UNITS_MOST
from .books import last_settled
from .entries import Claim
from .names import amount_of
from .views import sql_moment

SCHEMA = """
CREATE TABLE pool_rates (
  asset TEXT NOT NULL,
  since INTEGER NOT NULL CHECK (since % 3600000 = 0), -- the full hour from which it is in force
  rate_daily TEXT, -- a fraction of the principal, before VIP factors; NULL: from here on the coin has no supply
  lent TEXT NOT NULL, -- of the coin, just before that hour
  supply TEXT,
  PRIMARY KEY (asset, since),
  CHECK ((rate_daily IS NULL) = (supply IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER pool_rates_never_updated BEFORE UPDATE ON pool_rates BEGIN SELECT RAISE(ABORT, 'pool_rates are append-only'); END;

CREATE TRIGGER pool_rates_never_deleted BEFORE DELETE ON pool_rates BEGIN SELECT RAISE(ABORT, 'pool_rates are append-only'); END;

CREATE TRIGGER pool_rates_come_in_time_order BEFORE INSERT ON pool_rates
WHEN EXISTS (SELECT 1 FROM pool_rates WHERE asset = new.asset AND since >= new.since)
BEGIN SELECT RAISE(ABORT, 'pool_rates are append-only'); END;
"""

VIEW = f"""
CREATE VIEW pool_rates_by_asset AS
SELECT asset, {sql_moment("since")} AS since, rate_daily, lent, supply FROM pool_rates ORDER BY asset, pool_rates.since;
"""

_ROW = "SELECT asset, since, rate_daily, lent, supply FROM pool_rates"
_LENT = (
    "SELECT e.at, s.name, s.scale, p.amount FROM postings p JOIN entries e ON e.id = p.entry_id JOIN assets s ON s.id = p.asset_id "
    "WHERE p.account_id = (SELECT a.id FROM accounts a JOIN owners o ON o.id = a.owner_id WHERE o.name = ? AND a.bucket = ?) ORDER BY e.at, e.id"
)


def rates(db: sqlite3.Connection, at: int = UNITS_MOST, rows: int = 1) -> list[PoolRate]:
    """The last `rows` of each coin that began by `at`, in time order."""
    found, asset = [], ""
    while row := db.execute("SELECT asset FROM pool_rates WHERE asset > ? ORDER BY asset LIMIT 1", (asset,)).fetchone():  # skips along the key
        asset = row[0]
        found += db.execute(f"{_ROW} WHERE asset = ? AND since <= ? ORDER BY since DESC LIMIT ?", (asset, at, rows)).fetchall()
    return sorted((_read(row) for row in found), key=lambda rate: (rate.since, rate.asset))


def add_rates(db: sqlite3.Connection, found: Iterable[PoolRate]) -> None:
    db.executemany("INSERT INTO pool_rates (asset, since, rate_daily, lent, supply) VALUES (?, ?, ?, ?, ?)", map(_written, found))


def _read(row: tuple) -> PoolRate:
    return PoolRate(*row[:2], *(value if value is None else Decimal(value) for value in row[2:]))


def _written(rate: PoolRate) -> tuple:
    return (*rate[:2], *(value if value is None else plain(value) for value in rate[2:]))


# --- the proof ---


def claims(db: sqlite3.Connection) -> Iterator[Claim]:
    """INT-8 worked out again: from what was lent before each hour, and from the rule books, follow the rates that are kept.

    In memory are the last rate of each coin and one line at a time; SQLite brings the lines into time order.
    """
    ahead, found = last_settled(db), 0
    for rate in _due(db, ahead[1] - ahead[1] % HOUR) if ahead else ():
        row, due = db.execute(f"{_ROW} WHERE asset = ? AND since = ?", rate[:2]).fetchone(), _written(rate)
        found += row is not None
        if row != due:
            facts = {"asset": rate.asset, "since": moment(rate.since), "kept": _told(row), "due": _told(due)}
            yield "pool_rate", f"The pool's rate of {rate.asset} from {facts['since']} on is kept as {facts['kept']}; the entries make it {facts['due']}.", facts
    more = db.execute("SELECT count(*) FROM pool_rates").fetchone()[0] - found
    if more:
        yield "pool_rate", f"Rates of the pool that follow from no entry: {more}.", {"more": more}


def _told(row: tuple | None) -> str:
    return "missing" if row is None else f"{row[2] or 'ended'} at {row[3]} lent of {row[4] or 'no supply'}"


def _due(db: sqlite3.Connection, until: int) -> Iterator[PoolRate]:
    """The rates as they follow from the journal, up to the hour `until`: what stood before each loan, repayment or new rule book."""
    standing: dict[str, PoolRate] = {}
    lent: dict[str, Decimal] = {}
    rules, after = None, 0
    books = ((since, document, None, None) for since, document in db.execute("SELECT since, document FROM rulebooks ORDER BY since"))
    moves = db.execute(_LENT, (HOUSE.owner, POOL.bucket))
    for at, name, scale, units in merge(books, moves, [(until, None, None, None)], key=itemgetter(0)):
        if rules is not None and after < at:
            found = path(rules, standing, lent, after, min(at, until))
            standing.update((rate.asset, rate) for rate in found)
            yield from found
            after = at
        if units is not None:
            lent[name] = lent.get(name, ZERO) - amount_of(units, scale)
        elif name is not None:
            rules = Rulebook(json.loads(name))
