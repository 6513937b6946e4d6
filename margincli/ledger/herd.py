"""Many accounts at once: those that are quiet over a span of time pay their hours of interest in one stroke.

An accrual is one entry of the house for each coin, rate and span of hours, with a line for each loan; the number of a line is that
of the account it goes to, so the lines of one account are found by key. REAL numbers serve to screen, with room to spare, and
decide nothing: who is not safely quiet is left to the walk. What is charged comes from the one rule of the domain, in
whole units.

Every table is gone through in the order of its keys, once for each thing that is done: then a million loans cost a thousand
times what a thousand cost, in the memory of a few of its pages.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import NamedTuple

from ..domain.interest import ACCRUAL, HOUR, PERIODIC
from ..domain.journal import HOUSE, INTEREST, Entry, Posting
from ..domain.money import plain
from ..domain.quiet import Due, units_charge_up
from ..domain.world import moment
from .books import last_id, seal
from .faults import UNITS_MOST, LedgerFault
from .names import Names, Scale, amount_of
from .schema import ASTIR

SAFETY = 1 + 1e-9  # far more than a sum of REAL can be off
_OWED = "b.sign = -1 AND b.amount <> 0"
_LOUD = "SELECT owner_id FROM temp.loud"
_ASIDE = ("postings_go_to_the_open_entry", "postings_add_up", "balances_follow_postings_update", "owners_stay_settled")


class Loans(NamedTuple):
    """All loans of one coin, in wallets of one mode, of who was last settled in one hour (since 1970): the earliest at `first`, the latest at `last`."""

    hour: int
    mode: str
    asset: str
    first: int
    last: int


def gather(db: sqlite3.Connection, least: int) -> list[Loans]:
    """Write down in temp.herd every loan, with the number of the account its interest goes to; none where fewer than `least` debts are owed."""
    (debts,) = db.execute(f"SELECT count(*) FROM (SELECT 1 FROM balances b WHERE {_OWED} LIMIT ?)", (least,)).fetchone()
    if debts < least:
        return []
    _put_aside(db, "herd")
    db.execute(
        "CREATE TEMP TABLE herd (hour INTEGER, mode TEXT, asset_id INTEGER, line INTEGER, owner_id INTEGER, settled_to INTEGER, principal INTEGER, "
        "PRIMARY KEY (hour, mode, asset_id, line)) WITHOUT ROWID"
    )
    db.execute(
        f"INSERT INTO temp.herd SELECT o.settled_to / {HOUR}, CASE a.wallet WHEN 'cross' THEN 'cross' ELSE 'isolated' END, b.asset_id, i.id, a.owner_id, o.settled_to, -b.amount "
        "FROM balances b CROSS JOIN accounts a ON a.id = b.account_id CROSS JOIN owners o ON o.id = a.owner_id "
        "CROSS JOIN accounts i ON i.owner_id = a.owner_id AND i.wallet = a.wallet AND i.bucket = 'interest' "
        f"WHERE {_OWED} AND a.bucket = 'borrowed'"
    )
    names = dict(db.execute("SELECT id, name FROM assets"))
    found = db.execute("SELECT hour, mode, asset_id, min(settled_to), max(settled_to) FROM temp.herd GROUP BY hour, mode, asset_id")
    return [Loans(hour, mode, names[asset_id], first, last) for hour, mode, asset_id, first, last in found]


def screen(db: sqlite3.Connection, worth: Iterable[tuple[str, Decimal, Decimal]], call_bar: Callable[[str], Decimal], hours: int) -> None:
    """Tell the loud accounts, into temp.loud: those with business of their own, with interest left of a loan that is repaid, or that may come near a bar within `hours`; who owes and is not there is quiet.

    `worth`: a coin, what one of it counts for in USDT where it is held (the least), and where it is owed (the most, interest
    included). A coin that is missing there counts as nothing where it is held, and makes loud where it is owed.
    """
    _put_aside(db, "loud", "worth")
    db.execute("CREATE TEMP TABLE loud (owner_id INTEGER PRIMARY KEY)")
    db.execute("CREATE TEMP TABLE worth (asset_id INTEGER PRIMARY KEY, held REAL, owed REAL)")
    scales = {name: (number, scale) for number, name, scale in db.execute("SELECT id, name, scale FROM assets")}
    known = {scales[asset]: (held, owed) for asset, held, owed in worth if asset in scales}
    rows = ((number, *(float(price.scaleb(-scale)) for price in known.get((number, scale), (Decimal(0), Decimal("1E300"))))) for number, scale in scales.values())
    db.executemany("INSERT INTO temp.worth VALUES (?, ?, ?)", rows)
    db.create_function("call_bar", 1, lambda wallet: float(call_bar(wallet)) * SAFETY, deterministic=True)
    db.execute(
        "INSERT OR IGNORE INTO temp.loud SELECT owner_id FROM (SELECT a.owner_id, a.wallet, "
        "sum(CASE b.sign WHEN 1 THEN b.amount * w.held ELSE 0 END) AS held, sum(CASE b.sign WHEN -1 THEN (? - b.amount) * w.owed ELSE 0 END) AS owed, "
        "sum(a.bucket = 'borrowed') AS loans FROM accounts a CROSS JOIN balances b ON b.account_id = a.id CROSS JOIN temp.worth w ON w.asset_id = b.asset_id "
        "WHERE a.wallet NOT IN ('', 'spot') AND b.amount <> 0 GROUP BY a.owner_id, a.wallet) "
        "WHERE owed > 0 AND (loans = 0 OR held <= owed * CASE wallet WHEN 'cross' THEN ? ELSE call_bar(wallet) END)",
        (hours, float(call_bar("cross")) * SAFETY),  # every hour may round up by one unit
    )
    db.execute(f"INSERT OR IGNORE INTO temp.loud SELECT owner_id FROM settings WHERE {ASTIR}")


def _put_aside(db: sqlite3.Connection, *tables: str) -> None:
    """A ledger kept open sweeps more than once."""
    for table in tables:
        db.execute(f"DROP TABLE IF EXISTS temp.{table}")


def charge(db: sqlite3.Connection, names: Names, due_of: dict[Loans, list[Due]], now: int) -> list[tuple[int, Entry]]:
    """Write the accruals of all quiet loans, each entry whole before the next, and settle their owners to `now`."""
    written = []
    with guards_aside(db):
        for loans, due in ((loans, due) for loans, found in due_of.items() for due in found):
            number = last_id(db) + 1
            if count := _lines(db, names, number, loans, due):
                written.append((number, _seal(db, names, number, due, count, _add_up(db, names, number, due, count))))
        db.execute(f"UPDATE owners SET settled_to = ? WHERE id IN (SELECT owner_id FROM temp.herd) AND id NOT IN ({_LOUD})", (now,))
    return written


def _lines(db: sqlite3.Connection, names: Names, number: int, loans: Loans, due: Due) -> int:
    """A line for each quiet one of these loans; how many there are."""
    db.create_function("charge", 1, units_charge_up(due), deterministic=True)
    return db.execute(
        "INSERT INTO postings (entry_id, line, account_id, asset_id, amount) SELECT ?, line, line, asset_id, -charge(principal) "
        f"FROM temp.herd WHERE hour = ? AND mode = ? AND asset_id = ? AND owner_id NOT IN ({_LOUD})",
        (number, loans.hour, loans.mode, names.asset(loans.asset)),
    ).rowcount


def _add_up(db: sqlite3.Connection, names: Names, number: int, due: Due, loans: int) -> int:
    """The house's line, and the balances that follow from all of them. What the loans pay together."""
    low, high = db.execute("SELECT sum(-amount & 4294967295), sum(-amount >> 32) FROM postings WHERE entry_id = ?", (number,)).fetchone()
    total, account, asset_id = low + (high << 32), names.account(INTEREST), names.asset(due.asset)
    if total > UNITS_MOST:
        raise LedgerFault("ledger_full", most=UNITS_MOST, asset=due.asset, amount=str(total))
    db.execute("INSERT INTO postings (entry_id, line, account_id, asset_id, amount) VALUES (?, ?, ?, ?, ?)", (number, account, account, asset_id, total))
    followed = db.execute(
        "UPDATE balances SET amount = balances.amount + p.amount FROM postings p "
        "WHERE p.entry_id = ? AND balances.account_id = p.account_id AND balances.asset_id = p.asset_id",
        (number,),
    ).rowcount
    if followed <= loans:  # whose interest was in BNB so far
        followed += db.execute(
            "INSERT INTO balances (account_id, asset_id, sign, amount) SELECT p.account_id, p.asset_id, a.sign, p.amount FROM postings p "
            "JOIN accounts a ON a.id = p.account_id LEFT JOIN balances b ON b.account_id = p.account_id AND b.asset_id = p.asset_id "
            "WHERE p.entry_id = ? AND b.account_id IS NULL",
            (number,),
        ).rowcount
    if followed != loans + 1:
        raise AssertionError(f"{loans + 1} lines of entry {number} met {followed} balances")
    return total


def add_lines(db: sqlite3.Connection, names: Names, number: int, postings: Iterable[Posting], scale: Scale) -> None:
    """Lines of an accrual that was exported, numbered as they were."""
    for account, asset, amount in postings:
        line, (asset_id, units) = names.account(account), names.units(asset, amount, scale)
        db.execute("INSERT INTO postings (entry_id, line, account_id, asset_id, amount) VALUES (?, ?, ?, ?, ?)", (number, line, line, asset_id, units))


def seal_loans(db: sqlite3.Connection, names: Names, number: int, entry: Entry) -> None:
    """Write an accrual's own row; its lines are there."""
    seal(db, names, number, HOUSE.owner, entry)


def _seal(db: sqlite3.Connection, names: Names, number: int, due: Due, loans: int, total: int) -> Entry:
    facts = {"type": PERIODIC, "mode": due.mode, "rate_daily": plain(due.rate_daily), "first": moment(due.first), "hours": due.hours, "loans": loans}
    entry = Entry(due.last, ACCRUAL, HOUSE, due.asset, amount_of(total, names.scale(due.asset)), (), (), facts)
    seal_loans(db, names, number, entry)
    return entry


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
