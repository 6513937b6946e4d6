"""Exact decimals, and every way this house rounds them.

Importing this module puts the thread into a context of 120 digits that traps ``Inexact``: a sum, a difference
or a product is exact or it raises. Whatever rounds is a function below, and its name says whom it favours.
"""

import decimal
from decimal import Decimal

PLACES = 8  # NUM-1: amounts carry eight decimals, as everywhere in the exchange's API
PRICE_PLACES = 18  # of a price that had to be divided out of another (inverse and bridged routes)
ZERO = Decimal(0)
ONE = Decimal(1)
NO_DEBT = Decimal("Infinity")  # the level of a wallet that owes nothing; shown as 999 (ML-5)

_SOUND = [decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]
EXACT = decimal.Context(prec=120, traps=[*_SOUND, decimal.Inexact])
_UP = decimal.Context(prec=120, rounding=decimal.ROUND_CEILING, traps=_SOUND)
_DOWN = decimal.Context(prec=120, rounding=decimal.ROUND_FLOOR, traps=_SOUND)
_HALF_UP = decimal.Context(prec=120, rounding=decimal.ROUND_HALF_UP, traps=_SOUND)
_RATIO = decimal.Context(prec=50, traps=_SOUND)
decimal.setcontext(EXACT)

_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(PRICE_PLACES + 1))


def unit(places: int = PLACES) -> Decimal:
    """The smallest amount that `places` decimals can tell apart."""
    return _UNITS[places]


def charge_up(value: Decimal, places: int = PLACES) -> Decimal:
    """Round what the user owes, pays or gives away: up (NUM-2, INT-4)."""
    return value.quantize(_UNITS[places], context=_UP)


def give_down(value: Decimal, places: int = PLACES) -> Decimal:
    """Round what the user is given or allowed: down (NUM-3)."""
    return value.quantize(_UNITS[places], context=_DOWN)


def round_half_up(value: Decimal, places: int = PLACES) -> Decimal:
    """Round as the exchange rounds a commission, favouring nobody (FEE-3)."""
    return value.quantize(_UNITS[places], context=_HALF_UP)


def charge_up_quotient(numerator: Decimal, denominator: Decimal, places: int = PLACES) -> Decimal:
    """`numerator / denominator`, rounded up: rounding twice in one direction is rounding once."""
    return charge_up(_UP.divide(numerator, denominator), places)


def give_down_quotient(numerator: Decimal, denominator: Decimal, places: int = PLACES) -> Decimal:
    """`numerator / denominator`, rounded down."""
    return give_down(_DOWN.divide(numerator, denominator), places)


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal:
    """A level, to 50 digits: far finer than two amounts of eight decimals can lie apart, so it compares exactly (NUM-3)."""
    return _RATIO.divide(numerator, denominator)


def price_quotient(numerator: Decimal, denominator: Decimal) -> Decimal:
    """A price that has to be divided out of another, half up at 18 places."""
    return round_half_up_quotient(numerator, denominator, PRICE_PLACES)


def round_half_up_quotient(numerator: Decimal, denominator: Decimal, places: int = PLACES) -> Decimal:
    """`numerator / denominator` as the exchange rounds a commission that is paid in another coin (FEE-3)."""
    return round_half_up(_HALF_UP.divide(numerator, denominator), places)


def down_to_step(value: Decimal, step: Decimal) -> Decimal:
    """The largest whole number of `step` in `value` (lot sizes, ORD-8); a step of 0 switches the rule off."""
    return value if not step else value - value % step


def plain(value: Decimal) -> str:
    """Plain digits, no exponent and no trailing zeros: how money is written on disk and in JSON."""
    text = str(value)
    text = format(value, "f") if "E" in text else text  # rarely: and it takes twice as long
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def parse(text: str) -> Decimal:
    """Read a plain decimal such as ``100`` or ``0.00004``.

    Raises ValueError with the reason for anything else: empty, signs, exponents, nan, inf, separators.
    """
    if not text.strip():
        raise ValueError("it is empty")
    if not text.isascii() or not text.replace(".", "", 1).isdigit():
        raise ValueError("it is not a plain decimal such as 100 or 0.5")
    if len(text) > 60:
        raise ValueError("it has more than 60 digits")
    return Decimal(text)


def places_of(value: Decimal) -> int:
    """How many decimals `value` needs."""
    return max(0, -value.normalize().as_tuple().exponent)
