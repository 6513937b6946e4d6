"""Entries and ledgers for these tests, and a second connection that may do what ours may not."""

import sqlite3
from contextlib import contextmanager
from decimal import Decimal

from margincli.domain.interest import HOUR, ON_BORROW, PERIODIC, Hour, Run, charge_hour_up, interest_entry
from margincli.domain.journal import LOANS, OUTSIDE, POOL, Account, Change, Entry, Wallet, move

RULES = {"profile": "test", "title": "a tiny one"}
CROSS = Wallet("main", "cross")
FREE, BORROWED = Account(CROSS, "free"), Account(CROSS, "borrowed")
RATE = Decimal("0.0002")


def scale(asset):
    return {"JPY": 0, "SHIB": 2}.get(asset, 8)


def deposit(amount, at, asset="USDT", wallet=CROSS):
    amount = Decimal(amount)
    return Entry(at, "deposit", wallet, asset, amount, move(asset, amount, OUTSIDE, Account(wallet, "free")), (), {"note": "é"})


def withdraw(amount, at, asset="USDT"):
    amount = Decimal(amount)
    return Entry(at, "withdraw", CROSS, asset, amount, move(asset, amount, FREE, OUTSIDE))


def setting(key, value, at, wallet=CROSS):
    return Entry(at, "activate", wallet, "", Decimal(0), (), (Change(wallet, key, value),))


def borrow(amount, at, asset="USDT"):
    """A loan and its first hour."""
    amount = Decimal(amount)
    loan = Entry(at, "borrow", CROSS, asset, amount, move(asset, amount, POOL, FREE) + move(asset, amount, BORROWED, LOANS), (), {"type": "MANUAL"})
    return [loan, interest_entry(CROSS, Run(Hour(asset, ON_BORROW, amount, RATE, charge_hour_up(amount, RATE, 8)), at, 1))]


def hours(principal, first, count, asset="USDT"):
    principal = Decimal(principal)
    return interest_entry(CROSS, Run(Hour(asset, PERIODIC, principal, RATE, charge_hour_up(principal, RATE, 8)), first, count))


def story():
    """A deposit, a loan and two days of interest; the times are whole hours."""
    return [deposit("1000", HOUR), setting("leverage", "3", HOUR), *borrow("100", HOUR), hours("100", 2 * HOUR, 48)]


@contextmanager
def by_hand(path, *statements, guards=True):
    """A connection of somebody else's, without our pragmas; `guards=False` takes the triggers away first."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        if not guards:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        yield connection
    finally:
        connection.close()


def rows(path, question, *values):
    with by_hand(path) as connection:
        return connection.execute(question, values).fetchall()
