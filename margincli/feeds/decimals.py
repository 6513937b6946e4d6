"""Numbers as exact text: what a file says is kept to the last digit, never through a float."""

import re
from decimal import Decimal

from .fault import shown

MOST_CHARACTERS = 100

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+").fullmatch
# Python writes 0.00004 as 4e-05, with every digit: pandas and freqtrade files of cheap coins hold it.
_SMALL = re.compile(r"[0-9](?:\.[0-9]+)?e-[0-9]{1,2}").fullmatch
# Spreadsheets write a capital E and cut the digits that do not fit the cell.
_SPREADSHEET = re.compile(r"[+-]?[0-9.]+E[+-]?[0-9]+").fullmatch


def canonical(text):
    """The same number as plain decimal text: no exponent, no sign, no zero that says nothing."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"is {len(text)} characters long, more than any price")
    if not _PLAIN(text):
        text = _unusual(text)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text[:1] in ("0", ".", ""):
        whole, dot, fraction = text.partition(".")
        text = (whole.lstrip("0") or "0") + dot + fraction
    return text


def _unusual(text):
    if _SMALL(text):
        return format(Decimal(text), "f")
    if not text:
        raise ValueError("is empty")
    if _SPREADSHEET(text):
        raise ValueError(f"is written {shown(text)}: its last digits may be lost (a spreadsheet?)")
    if text[0] == "-" and _PLAIN(text[1:]):
        raise ValueError(f"{text} is negative")
    raise ValueError(f"{shown(text)} is not a plain decimal")
