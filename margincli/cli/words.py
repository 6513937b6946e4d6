"""The words of the command line: how each is declared to Typer, and how it is read.

A declaration carries its reader beside Typer's own part; the shell around the verbs runs the readers, so that every
misread word is one clear line. Readers raise WordFault.
"""

import errno
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .clock import read_moment
from .faults import WordFault, not_yet

if TYPE_CHECKING:
    from decimal import Decimal

RESERVED_ACCOUNTS = ("house", "world")  # of the ledger itself
WALLET_WORDS = ("spot", "cross", "isolated:")  # what can be completed
LARGEST = 8 << 20  # characters of a file that a person writes: rules, answers, settings
_ASSET, _SYMBOL, _ACCOUNT = (re.compile(pattern).fullmatch for pattern in ("[A-Z0-9]{1,20}", "[A-Z0-9]{2,40}", "[A-Za-z0-9._-]{1,64}"))
WALLETS = "Wallets are spot, cross and isolated:SYMBOL, such as isolated:BTCUSDT."


def short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def text_of(path: str | Path) -> str:
    """What a file that a person writes says. Raises OSError, also where it has no end, and ValueError for what is no UTF-8."""
    with open(path, encoding="utf-8") as file:
        text = file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return text


def read_asset(text: str) -> str:
    asset = text.strip().upper()
    if not _ASSET(asset):
        raise WordFault("bad_asset", f"'{short(text)}' is not a coin: letters and digits, at most 20.", "Name one such as USDT.", asset=text)
    return asset


def read_symbol(text: str) -> str:
    symbol = text.strip().upper().replace("/", "", 1)
    if not _SYMBOL(symbol):
        raise WordFault("bad_symbol", f"'{short(text)}' is not a pair of coins.", "Name one such as BTCUSDT or BTC/USDT.", symbol=text)
    return symbol


def read_wallet(text: str) -> str:
    mode, colon, symbol = text.strip().partition(":")
    mode = mode.lower()
    if mode == "portfolio" and not colon:
        raise not_yet("Portfolio margin is", "Wallets are spot, cross and isolated:SYMBOL.")
    if mode == "isolated" and symbol:
        return f"isolated:{read_symbol(symbol)}"
    if mode in ("spot", "cross") and not colon:
        return mode
    raise WordFault("bad_wallet", f"'{short(text)}' is not a wallet.", WALLETS, wallet=text)


def read_account(text: str) -> str:
    name = text.strip()
    if name.lower() in RESERVED_ACCOUNTS:
        why = "it belongs to the ledger itself"
    elif not _ACCOUNT(name):
        why = "use letters, digits, '.', '_' and '-', at most 64"
    else:
        return name
    raise WordFault("bad_account", f"'{short(text)}' cannot be the name of an account: {why}.", "Choose another: --account NAME", account=text)


def read_region(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?", text.strip()):
        raise WordFault("bad_region", f"'{short(text)}' is not a country code.", "Use two letters, such as DE, or a part of a country, such as UA-43.", region=text)
    return text.strip().upper()


def read_file(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise WordFault("bad_file", "A file needs a name.", "Name it: FILE", file=text)
    return text


def read_text(text: str) -> str:
    """Any words of the user's own; the ledger keeps them as UTF-8."""
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise WordFault("bad_text", f"'{short(text)}' is not UTF-8 text.", "Write it in the letters of your locale.", text=text)
    return text


def read_head(text: str) -> str:
    head = text.strip().lower()
    if not re.fullmatch("[0-9a-f]{64}", head):
        raise WordFault("bad_head", f"'{short(text)}' is not the head of a ledger: 64 hexadecimal digits.", "margincli check shows the head of today.", head=text)
    return head


def read_rate(text: str) -> "Decimal":
    """A daily rate is a fraction of the principal: 0.0002 is 0.02 %. One or more can only be percent by mistake."""
    rate = _decimal(text, "rate")
    if rate >= 1:
        raise bad_number(text, "rate", "a daily rate is a fraction, so 0.02 % is 0.0002")
    return rate


def read_amount(text: str) -> "Decimal":
    return _above_zero(text, "amount")


def read_price(text: str) -> "Decimal":
    return _above_zero(text, "price")


def read_amount_or_max(text: str) -> "Decimal | None":
    return None if text.strip().lower() == "max" else _above_zero(text, "amount", " or max")


def read_amount_or_all(text: str) -> "Decimal | None":
    return None if text.strip().lower() == "all" else _above_zero(text, "amount", " or all")


def _above_zero(text: str, thing: str, otherwise: str = "") -> "Decimal":
    value = _decimal(text, thing, otherwise)
    if not value:
        raise bad_number(text, thing, "it must be above zero", otherwise)
    return value


def _decimal(text: str, thing: str, otherwise: str = "") -> "Decimal":
    from margincli.domain.money import parse

    try:
        return parse(text)
    except ValueError as reason:
        signed = text.strip().startswith("-")
        raise bad_number(text, thing, "it must be above zero" if signed else str(reason), otherwise) from None


def bad_number(text: str, thing: str, why: str, otherwise: str = "") -> WordFault:
    article = "an" if thing[0] in "aeiou" else "a"
    hint = f"Write plain digits with a dot for decimals, such as 250 or 0.5{',' + otherwise if otherwise else ''}."
    return WordFault("bad_amount", f"'{short(text)}' is not {article} {thing}: {why}.", hint, text=text)


Asset = Annotated[str, typer.Argument(metavar="ASSET", help="A coin, such as USDT."), read_asset]
SomeAsset = Annotated[str | None, typer.Argument(metavar="[ASSET]", help="Only this coin."), read_asset]
Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="How much, such as 250 or 0.5."), read_amount]
AmountOrMax = Annotated[str, typer.Argument(metavar="AMOUNT|max", help="How much, or max."), read_amount_or_max]
AmountOrAll = Annotated[str, typer.Argument(metavar="AMOUNT|all", help="How much, or all that is owed."), read_amount_or_all]
Symbol = Annotated[str, typer.Argument(metavar="SYMBOL", help="A pair, such as BTCUSDT or BTC/USDT."), read_symbol]
SomeSymbol = Annotated[str | None, typer.Argument(metavar="[SYMBOL]", help="Only this pair."), read_symbol]
Price = Annotated[str, typer.Argument(metavar="PRICE", help="What one base coin costs in the quote coin."), read_price]
Side = Annotated[Literal["buy", "sell"], typer.Argument(case_sensitive=False, metavar="buy|sell", help="Which way.")]

WalletOption = Annotated[str, typer.Option("--wallet", "-w", metavar="WALLET", help="spot, cross or isolated:SYMBOL."), read_wallet]
AssetOption = Annotated[str | None, typer.Option("--asset", metavar="ASSET", help="Only this coin."), read_asset]
SinceOption = Annotated[str | None, typer.Option("--since", metavar="TIME", help="Only from this time on."), read_moment]
SumOption = Annotated[bool, typer.Option("--sum", help="One line for each wallet and coin, summed.")]
DangerOption = Annotated[bool, typer.Option("--check", help="Exit with 10 if there was a margin call or one stands, with 11 if there was a liquidation.")]
SourceOption = Annotated[str | None, typer.Option("--source", metavar="NAME", help="Whose price it is, such as an exchange."), read_text]
ReplaceOption = Annotated[bool, typer.Option("--yes", "-y", help="Replace what is there.")]
