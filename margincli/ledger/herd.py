"""Many accounts at once: those that are quiet over a span of time pay their hours of interest in one stroke.

An accrual is one entry of the house for each coin, rate and span of hours, with a line for each loan; the number of a line is that
of the account it goes to, so the lines of one account are found by key. REAL numbers serve to screen, with room to spare, and
decide nothing: who is not safely quiet is left to the walk. What is charged comes from the one rule of the domain, in
whole units.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import count

from ..domain.interest import ACCRUAL, HOUR, PERIODIC
from ..domain.journal import HOUSE, INTEREST, Entry, Posting
from ..domain.money import plain
from ..domain.quiet import Due, units_charge_up
from ..domain.world import moment
from .books import last_id, seal
from .faults import UNITS_MOST, LedgerFault
from .names import Names, Scale, amount_of
from .schema import ASTIR
from .seals import lines_of

SAFETY = 1 + 1e-9  # far more than a sum of REAL can be off
_LOANS = "balances b CROSS JOIN accounts a ON a.id = b.account_id CROSS JOIN owners o ON o.id = a.owner_id"
_OWED = "b.sign = -1 AND b.amount <> 0"
_QUIET = "a.owner_id NOT IN (SELECT owner_id FROM temp.loud)"
_ASIDE = ("postings_go_to_the_open_entry", "postings_add_up", "balances_follow_postings_update")


def debts(db: sqlite3.Connection) -> int:
    """How many balances are owed by anybody."""
    return db.execute(f"SELECT count(*) FROM balances b WHERE {_OWED}").fetchone()[0]


def settled_hours(db: sqlite3.Connection) -> dict[int, tuple[int, int]]:
    """Until when those who owe are settled: by the hour (since 1970), the earliest and the latest moment."""
    rows = db.execute(f"SELECT o.settled_to / {HOUR}, min(o.settled_to), max(o.settled_to) FROM {_LOANS} WHERE {_OWED} GROUP BY 1 ORDER BY 1")
    return {hour: (first, last) for hour, first, last in rows}


def screen(db: sqlite3.Connection, worth: Iterable[tuple[str, Decimal, Decimal]], call_bar: Callable[[str], Decimal], hours: int) -> None:
    """Write down in temp.loud the accounts that are not safely quiet: with business of their own, or near a bar within `hours`.

    `worth`: a coin, what one of it counts for in USDT where it is held (the least), and where it is owed (the most, interest
    included). A coin that is missing there counts as nothing where it is held, and makes loud where it is owed.
    """
    _put_aside(db, "loud", "worth", "dues")
    db.execute("CREATE TEMP TABLE loud (owner_id INTEGER PRIMARY KEY)")
    db.execute("CREATE TEMP TABLE worth (asset_id INTEGER PRIMARY KEY, held REAL, owed REAL)")
    scales = {name: (number, scale) for number, name, scale in db.execute("SELECT id, name, scale FROM assets")}
    known = {scales[asset]: (held, owed) for asset, held, owed in worth if asset in scales}
    rows = ((number, *(float(price.scaleb(-scale)) for price in known.get((number, scale), (Decimal(0), Decimal("1E300"))))) for number, scale in scales.values())
    db.executemany("INSERT INTO temp.worth VALUES (?, ?, ?)", rows)
    db.execute(f"INSERT OR IGNORE INTO temp.loud SELECT owner_id FROM settings WHERE {ASTIR}")
    db.create_function("call_bar", 1, lambda wallet: float(call_bar(wallet)) * SAFETY, deterministic=True)
    db.execute(
        "INSERT OR IGNORE INTO temp.loud SELECT owner_id FROM (SELECT a.owner_id, a.wallet, "
        "sum(CASE b.sign WHEN 1 THEN b.amount * w.held ELSE 0 END) AS held, sum(CASE b.sign WHEN -1 THEN (? - b.amount) * w.owed ELSE 0 END) AS owed "
        "FROM accounts a JOIN balances b ON b.account_id = a.id JOIN temp.worth w ON w.asset_id = b.asset_id "
        "WHERE a.wallet NOT IN ('', 'spot') AND b.amount <> 0 GROUP BY a.owner_id, a.wallet) "
        "WHERE owed > 0 AND held <= owed * CASE wallet WHEN 'cross' THEN ? ELSE call_bar(wallet) END",
        (hours, float(call_bar("cross")) * SAFETY),  # every hour may round up by one unit
    )


def _put_aside(db: sqlite3.Connection, *tables: str) -> None:
    """A ledger kept open sweeps more than once."""
    for table in tables:
        db.execute(f"DROP TABLE IF EXISTS temp.{table}")


def charge(db: sqlite3.Connection, names: Names, settled_hour: dict[int, list[Due]]) -> list[tuple[int, Entry]]:
    """Write the accruals of all quiet loans: `settled_hour` tells what falls due for who was last settled in that hour."""
    due_of = dict(enumerate(due for hour in settled_hour.values() for due in hour))
    number_of: dict[int, int] = {}
    following = count(last_id(db) + 1)
    charges = {key: units_charge_up(due) for key, due in due_of.items()}
    db.create_function("entry_of", 1, lambda key: number_of.get(key) or number_of.setdefault(key, next(following)))
    db.create_function("charge", 2, lambda key, principal: charges[key](principal), deterministic=True)
    db.execute("CREATE TEMP TABLE dues (hour INTEGER, mode TEXT, asset_id INTEGER, key INTEGER, PRIMARY KEY (hour, asset_id, mode, key)) WITHOUT ROWID")
    hours = [hour for hour, found in settled_hour.items() for _ in found]
    rows = ((hour, due.mode, names.asset(due.asset), key) for (key, due), hour in zip(due_of.items(), hours))
    db.executemany("INSERT INTO temp.dues VALUES (?, ?, ?, ?)", rows)
    with guards_aside(db):
        db.execute(
            "INSERT INTO postings (entry_id, line, account_id, asset_id, amount) "
            f"SELECT entry_of(d.key), i.id, i.id, b.asset_id, -charge(d.key, -b.amount) FROM {_LOANS} "
            f"CROSS JOIN temp.dues d ON d.hour = o.settled_to / {HOUR} AND d.asset_id = b.asset_id AND d.mode = substr(a.wallet, 1, length(d.mode)) "
            "JOIN accounts i ON i.owner_id = a.owner_id AND i.wallet = a.wallet AND i.bucket = 'interest' "
            f"WHERE {_OWED} AND a.bucket = 'borrowed' AND {_QUIET}"
        )
        sums = [_add_up(db, names, number, due_of[key]) for key, number in number_of.items()]
    return [_seal(db, names, number, due_of[key], loans, total) for (key, number), (loans, total) in zip(number_of.items(), sums)]


def _add_up(db: sqlite3.Connection, names: Names, number: int, due: Due) -> tuple[int, int]:
    """The house's line, and the balances that follow from all of them. How many loans there are, and what they pay together."""
    low, high, loans = db.execute("SELECT sum(-amount & 4294967295), sum(-amount >> 32), count(*) FROM postings WHERE entry_id = ?", (number,)).fetchone()
    total, account, asset_id = low + (high << 32), names.account(INTEREST), names.asset(due.asset)
    if total > UNITS_MOST:
        raise LedgerFault("ledger_full", most=UNITS_MOST, asset=due.asset, amount=str(total))
    db.execute("INSERT INTO postings (entry_id, line, account_id, asset_id, amount) VALUES (?, ?, ?, ?, ?)", (number, account, account, asset_id, total))
    followed = db.execute(
        "UPDATE balances SET amount = balances.amount + p.amount FROM postings p "
        "WHERE p.entry_id = ? AND balances.account_id = p.account_id AND balances.asset_id = p.asset_id",
        (number,),
    )
    if followed.rowcount != loans + 1:
        raise AssertionError(f"{loans + 1} lines of entry {number} met {followed.rowcount} balances")
    return loans, total


def add_lines(db: sqlite3.Connection, names: Names, number: int, postings: Iterable[Posting], scale: Scale) -> None:
    """Lines of an accrual that was exported, numbered as they were."""
    for account, asset, amount in postings:
        line, (asset_id, units) = names.account(account), names.units(asset, amount, scale)
        db.execute("INSERT INTO postings (entry_id, line, account_id, asset_id, amount) VALUES (?, ?, ?, ?, ?)", (number, line, line, asset_id, units))


def seal_loans(db: sqlite3.Connection, names: Names, number: int, entry: Entry) -> None:
    """Write an accrual's own row; its lines are there."""
    seal(db, names, number, HOUSE.owner, entry, lines_of(db, number))


def _seal(db: sqlite3.Connection, names: Names, number: int, due: Due, loans: int, total: int) -> tuple[int, Entry]:
    facts = {"type": PERIODIC, "mode": due.mode, "rate_daily": plain(due.rate_daily), "first": moment(due.first), "hours": due.hours, "loans": loans}
    entry = Entry(due.last, ACCRUAL, HOUSE, due.asset, amount_of(total, names.scale(due.asset)), (), (), facts)
    seal_loans(db, names, number, entry)
    return number, entry


def settle(db: sqlite3.Connection, now: int) -> None:
    """The quiet accounts that owe are up to date."""
    db.execute(f"UPDATE owners SET settled_to = ? WHERE id IN (SELECT a.owner_id FROM {_LOANS} WHERE {_OWED} AND {_QUIET})", (now,))


def loud(db: sqlite3.Connection) -> Iterator[str]:
    """The accounts that are left to the walk, by name."""
    rows = db.execute(
        "SELECT o.name FROM temp.loud l JOIN owners o ON o.id = l.owner_id WHERE "
        "EXISTS (SELECT 1 FROM accounts a JOIN balances b ON b.account_id = a.id WHERE a.owner_id = l.owner_id AND a.sign = -1 AND b.amount <> 0) OR "
        "EXISTS (SELECT 1 FROM settings c WHERE c.owner_id = l.owner_id AND c.key GLOB 'order.*' AND c.value <> '') ORDER BY o.name"
    )
    return (name for (name,) in rows)


@contextmanager
def guards_aside(db: sqlite3.Connection) -> Iterator[None]:
    """The triggers that look at one line at a time step aside, inside the open transaction, for one who writes and adds up whole sets."""
    laid_down = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for name in _ASIDE:
        db.execute(f"DROP TRIGGER {name}")
    yield
    for name in _ASIDE:
        db.execute(laid_down[name])
