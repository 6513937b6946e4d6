"""Names of pairs: BTC/USDT, BTC-USDT and btc_usdt are BTCUSDT, also in the name of a file."""

import re

from .fault import FeedError, shown

_QUOTES = "USDT|FDUSD|BUSD|TUSD|USDC|USDP|USD1|PAX|DAI|EURI|EUR|GBP|AUD|BRL|TRY|RUB|UAH|JPY|BTC|ETH|BNB|TRX|USD"
# A quote must stand at the end: "2020-03" or "data_1h" never pass for a pair.
_IN_NAME = re.compile(rf"(?:^|[_-])([A-Z0-9]{{1,16}}[_-]?(?:{_QUOTES}))(?=[_.-]|$)")
_LOWER_NAME = re.compile(r"([a-z0-9]{1,16}(?:usdt|fdusd|busd|usdc))(?=[_.-]|$)")


def plain_symbol(text):
    """BTC/USDT -> BTCUSDT; a futures settlement (BTC/USDT:USDT) falls away. ValueError if it is no name."""
    name = text.strip().partition(":")[0]
    for mark in "/-_":
        name = name.replace(mark, "")
    name = name.upper()
    if not (name.isalnum() and 2 <= len(name) <= 40):
        raise ValueError(f"{shown(text)} is not a symbol such as BTCUSDT")
    return name


def symbol_in_name(name):
    found = _IN_NAME.search(name) or _LOWER_NAME.match(name)
    return plain_symbol(found[1]) if found else None


def asked_symbol(text):
    try:
        return plain_symbol(text)
    except ValueError as fault:
        raise FeedError("bad_symbol", f"--symbol {fault}.", symbol=text) from None


def choose_symbol(asked, in_rows, source):
    """What the user says beats what the rows say, which beats the name of the file (or of the zip's member)."""
    for symbol in (asked, in_rows, *map(symbol_in_name, source.names)):
        if symbol:
            return symbol
    raise FeedError("no_symbol", f"{source.shown}: neither a symbol column nor the file name says which pair "
                    "this is; pass --symbol, such as --symbol BTCUSDT.", file=source.shown)
