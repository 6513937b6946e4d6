"""What an hour costs (INT-*), in the coin that is owed or in BNB (BNB-2 to BNB-6)."""

from decimal import Decimal
from typing import NamedTuple

from .bnb import BNB, REQUIRES_BALANCE, charges_in_bnb, chosen, discount
from .journal import INTEREST, Account, Change, Entry, Wallet, move
from .money import ONE, ZERO, charge_up_quotient, give_down, plain
from .rulebook import Rulebook
from .world import World, moment

HOUR = 3_600_000
ON_BORROW, PERIODIC = "ON_BORROW", "PERIODIC"  # INT-11
ACCRUAL = "accrual"  # the kind of an entry that holds the interest of many loans; to each of them it is interest like any other
CONVERTED = "_CONVERTED"  # the end of both, where the charge is in BNB


def charge_hour_up(principal: Decimal, rate_daily: Decimal, places: int) -> Decimal:
    """One hour on `principal`: principal x daily / 24, rounded up once, at the end (INT-1, INT-4). A debt never costs nothing, unless its rate is 0."""
    return charge_up_quotient(principal * rate_daily, Decimal(24), places)


def charge_hour_in_bnb_up(principal: Decimal, rate_daily: Decimal, off: Decimal, price: Decimal, bnb_price: Decimal, places: int) -> Decimal:
    """BNB-3: the same less the share `off`, by the prices of the coin and of BNB in USDT; rounded up once, at the end."""
    return charge_up_quotient(principal * rate_daily * (ONE - off) * price, 24 * bnb_price, places)


def rate_yearly(rate_daily: Decimal) -> Decimal:
    """INT-7: the yearly quote, daily x 365 cut to four places."""
    return give_down(rate_daily * 365, 4)


def hours_charged(borrowed_at: int, repaid_at: int) -> int:
    """INT-2: one at the loan, another at each full clock hour while it lives."""
    return repaid_at // HOUR - borrowed_at // HOUR + 1


def next_hour(after: int) -> int:
    """The first full clock hour later than `after` (NUM-4)."""
    return (after // HOUR + 1) * HOUR


# --- one hour on one debt ---


class Hour(NamedTuple):
    """What one hour on a debt costs: `charge` of `asset`, which is the coin owed or BNB.

    `terms` are facts that only some hours have: the coin of the loan, the prices and the discount of a conversion; that it was waived.
    """

    asset: str
    type: str
    principal: Decimal
    rate_daily: Decimal
    charge: Decimal
    terms: tuple[tuple[str, str], ...] = ()


def hour_of(world: World, wallet: Wallet, asset: str, principal: Decimal, kind: str, unpaid_bnb: Decimal) -> Hour:
    """The hour that begins now on `principal`, at the rate in force (INT-6). `unpaid_bnb` is the interest in BNB owed already (BNB-6)."""
    rate = world.rate_daily(wallet.mode, asset) or ZERO
    if is_waived(world, wallet, asset, kind):
        return Hour(asset, kind, principal, rate, ZERO, (("waived", "yes"),))
    if charges_in_bnb(world, wallet) and (converted := _in_bnb(world, wallet, asset, principal, rate, kind, unpaid_bnb)):
        return converted
    return Hour(asset, kind, principal, rate, charge_hour_up(principal, rate, world.rules.scale(asset)))


def _in_bnb(world: World, wallet: Wallet, asset: str, principal: Decimal, rate: Decimal, kind: str, unpaid: Decimal) -> Hour | None:
    """BNB-3, by the index prices of the moment; None where one is not known, or BNB-6 asks for more BNB than is free."""
    price, bnb_price = world.value_usdt(asset), world.value_usdt(BNB)
    if not price or not bnb_price:
        return None
    off = discount(world.rules, "interest_discount")
    charge = charge_hour_in_bnb_up(principal, rate, off, price, bnb_price, world.rules.scale(BNB))
    if chosen(world.state, wallet.owner, REQUIRES_BALANCE) and unpaid + charge > world.state.balance(Account(wallet, "free"), BNB):
        return None
    terms = {"raw_asset": asset, "price_usdt": plain(price), "bnb_usdt": plain(bnb_price), "discount": plain(off)}
    return Hour(BNB, kind + CONVERTED, principal, rate, charge, tuple(terms.items()))


# --- hours that cost nothing ---


def waived_hours(rules: Rulebook, asset: str) -> int:
    """INT-9: how many charged hours of a new debt in this coin are free."""
    return int(Decimal(rules.rows("interest.waived_hours").get(asset, 0))) if "interest" in rules.document else 0


def is_waived(world: World, wallet: Wallet, asset: str, kind: str) -> bool:
    """INT-9: the first hour of every loan where any is waived; later hours until the moment that was promised with the debt."""
    if kind == ON_BORROW:
        return waived_hours(world.rules, asset) > 0
    promised = world.state.setting(wallet, waived_until(asset))
    return bool(promised) and world.now <= int(promised)


def promise(world: World, wallet: Wallet, asset: str) -> tuple[Change, ...]:
    """INT-9: a debt that begins takes the promise of its moment with it, whatever the rules say later; an older one keeps its own."""
    hours, key = waived_hours(world.rules, asset), waived_until(asset)
    until = str((world.now // HOUR + hours - 1) * HOUR) if hours > 1 else ""
    if world.state.holding(wallet, asset).borrowed or until == world.state.setting(wallet, key):
        return ()
    return (Change(wallet, key, until),)


def waived_until(asset: str) -> str:
    """The wallet's setting that holds the last moment promised."""
    return f"waived_until.{asset}"


# --- hours booked together ---


class Run:
    """Hours of interest on one debt that are charged alike and not booked yet."""

    __slots__ = ("hour", "first", "hours")

    def __init__(self, hour: Hour, first: int, hours: int):
        self.hour, self.first, self.hours = hour, first, hours


def interest_entry(wallet: Wallet, run: Run) -> Entry:
    """Book consecutive hours that cost the same as one entry; each hour's charge stands in its facts (INT-3, INT-5)."""
    hour, total = run.hour, run.hour.charge * run.hours
    last = run.first + (run.hours - 1) * HOUR
    facts = {
        "type": hour.type,
        "principal": plain(hour.principal),
        "rate_daily": plain(hour.rate_daily),
        "first": moment(run.first),
        "hours": run.hours,
        "charge": plain(hour.charge),
        **dict(hour.terms),
    }
    return Entry(last, "interest", wallet, hour.asset, total, move(hour.asset, total, Account(wallet, "interest"), INTEREST), (), facts)
