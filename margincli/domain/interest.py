"""What an hour costs (INT-*)."""

from decimal import Decimal

from .journal import INTEREST, Account, Entry, Wallet, move
from .money import charge_up_quotient, give_down, plain
from .world import moment

HOUR = 3_600_000
ON_BORROW, PERIODIC = "ON_BORROW", "PERIODIC"  # INT-11
ACCRUAL = "accrual"  # the kind of an entry that holds the interest of many loans; to each of them it is interest like any other


def charge_hour_up(principal: Decimal, rate_daily: Decimal, places: int) -> Decimal:
    """One hour on `principal`: principal x daily / 24, rounded up once, at the end (INT-1, INT-4). A debt never costs nothing, unless its rate is 0."""
    return charge_up_quotient(principal * rate_daily, Decimal(24), places)


def rate_yearly(rate_daily: Decimal) -> Decimal:
    """INT-7: the yearly quote, daily x 365 cut to four places."""
    return give_down(rate_daily * 365, 4)


def hours_charged(borrowed_at: int, repaid_at: int) -> int:
    """INT-2: one at the loan, another at each full clock hour while it lives."""
    return repaid_at // HOUR - borrowed_at // HOUR + 1


def next_hour(after: int) -> int:
    """The first full clock hour later than `after` (NUM-4)."""
    return (after // HOUR + 1) * HOUR


class Run:
    """Hours of interest on one debt that are charged alike and not booked yet."""

    __slots__ = ("principal", "rate_daily", "first", "hours", "charge")

    def __init__(self, principal: Decimal, rate_daily: Decimal, first: int, charge: Decimal, hours: int = 1):
        self.principal, self.rate_daily, self.first, self.charge, self.hours = principal, rate_daily, first, charge, hours


def interest_entry(wallet: Wallet, asset: str, run: Run, kind: str = PERIODIC) -> Entry:
    """Book consecutive hours at one rate on one principal as one entry; each hour's charge stands in its facts (INT-3, INT-5)."""
    total = run.charge * run.hours
    last = run.first + (run.hours - 1) * HOUR
    facts = {
        "type": kind,
        "principal": plain(run.principal),
        "rate_daily": plain(run.rate_daily),
        "first": moment(run.first),
        "hours": run.hours,
        "charge": plain(run.charge),
    }
    return Entry(last, "interest", wallet, asset, total, move(asset, total, Account(wallet, "interest"), INTEREST), (), facts)
