"""Small pieces of text for people: safe to print, short where that loses nothing that matters."""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

# A context of our own: the domain's traps every rounding, and here rounding is the point.
_FLOOR = Context(prec=60, rounding=ROUND_FLOOR)
_CEILING = Context(prec=60, rounding=ROUND_CEILING)
_NEAREST = Context(prec=60, rounding=ROUND_HALF_EVEN)
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028\u2029\u2060\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_CENT, _FOURTH = Decimal("0.01"), Decimal("0.0001")


def printable(value: Any) -> str:
    """Text from outside without anything that steers a terminal."""
    return _STEERING.sub(" ", "" if value is None else str(value))


def level(text: str | None) -> str:
    """A margin level, cut off and never rounded up to a bar it has not reached: two decimals, four where bars are near."""
    value = _number(text)
    if value is None or value == 999 or value >= 10:
        return "999" if value == 999 else _cut(text)
    cut = format(value.quantize(_FOURTH, context=_FLOOR), "f")
    return cut[:-2] + cut[-2:].rstrip("0")


def worth(text: str | None) -> str:
    """A valuation in USDT: cents are enough, except where there is nothing but cents."""
    value = _number(text)
    return printable(text) if value is not None and 0 < abs(value) < 1 else _cut(text)


def owed(text: str | None) -> str:
    """What is owed in USDT, rounded up to the cent."""
    value = _number(text)
    return worth(text) if value is None or value < 1 else format(value.quantize(_CENT, context=_CEILING), "f")


def percent(fraction: str | None, places: int = 8) -> str:
    """0.0002 as 0.02 %."""
    value = _number(fraction)
    return printable(fraction) if value is None else f"{_digits(_NEAREST.multiply(value, Decimal(100)), places)} %"


def times(fraction: str | None, count: int) -> str | None:
    """A fraction times a whole number (a day's rate to a year's)."""
    value = _number(fraction)
    return None if value is None else format(_NEAREST.multiply(value, Decimal(count)), "f")


def divided(fraction: str | None, count: int) -> str | None:
    """A fraction divided by a whole number (a day's rate to an hour's)."""
    value = _number(fraction)
    return None if value is None else format(_NEAREST.divide(value, Decimal(count)), "f")


def away(fraction: str | None) -> str:
    """How far a price has to move: -0.1234 as '12.3 % below'."""
    value = _number(fraction)
    if value is None:
        return ""
    return f"{_digits(abs(_NEAREST.multiply(value, Decimal(100))), 1)} % {'below' if value < 0 else 'above'}"


def clock(text: str | None) -> str:
    """A time without the letters that only programs need."""
    return printable(text).replace("T", " ").removesuffix("Z")


def _number(text: str | None) -> Decimal | None:
    try:
        value = Decimal(str(text), _NEAREST)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _cut(text: str | None) -> str:
    value = _number(text)
    if value is None:
        return printable(text)
    return "0" if not value else format(value.quantize(_CENT, context=_FLOOR), "f")


def _digits(value: Decimal, places: int) -> str:
    """At most so many decimals, no zeros at the end, never an exponent."""
    text = format(value.quantize(Decimal(1).scaleb(-places, _NEAREST), context=_NEAREST), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
