"""Prices from exchanges as they are now, over ccxt: each is asked on its own, and none is waited for longer than said.

Numbers are taken as the text the exchange sent (volumes are those of 24 hours, IDX-7); no float touches them.
"""

import json
import re
from concurrent.futures import Future, wait
from importlib import import_module
from threading import Thread
from typing import Any, NamedTuple

from .decimals import canonical
from .fault import shown

MOST_CHARACTERS = 140  # of an exchange's own words
_HOST = re.compile(r"^https?://[^/]+")
_NOT_THERE, _WORDS = 4, 2


class FetchFault(Exception):
    """Nobody can be asked: what is wrong and what to do."""

    def __init__(self, code: str, message: str, hint: str, exit_code: int, **facts: str):
        super().__init__(message)
        self.code, self.message, self.hint, self.exit_code, self.facts = code, message, hint, exit_code, facts


class Reply(NamedTuple):
    """What one exchange said of one pair: a price, or why there is none."""

    symbol: str
    source: str
    price: str | None
    volume: str | None
    status: str  # ok or failed
    error: str | None


class _NoPrice(Exception):
    """The exchange answered, and the pair has no price there. Its text says why."""


def fetch(pairs: dict[str, str], exchanges: list[str], timeout_seconds: int, urls: dict[str, str]) -> list[Reply]:
    """A reply for each of `pairs` (BTCUSDT -> BTC/USDT) from each exchange, by pair, in the order asked.

    `urls` sends an exchange's requests to another host. Raises FetchFault where ccxt is missing.
    """
    for name in urls:
        if name not in exchanges:
            raise FetchFault("not_asked", f"A --url is given for {name}, which is not asked.", f"Add --exchange {name}", _WORDS, exchange=name)
    ccxt = _ccxt()
    told: dict[tuple[str, str], Reply] = {}
    asked = [_in_background(_ask, ccxt, name, pairs, timeout_seconds, urls.get(name), told) for name in exchanges]
    wait(asked, timeout=timeout_seconds)
    heard = dict(told)  # who answers from now on answers too late
    late = f"no answer within {timeout_seconds} s"
    return [heard.get((symbol, name)) or _failed(symbol, name, late) for symbol in pairs for name in exchanges]


def _ccxt() -> Any:
    try:
        return import_module("ccxt")
    except ImportError:
        message = "Asking exchanges needs ccxt, which is not installed."
        raise FetchFault("no_ccxt", message, "Install it with: pip install 'margincli[live]'", _NOT_THERE) from None


def _in_background(work: Any, *words: Any) -> Future:
    """Run in a thread that does not keep the program from ending."""
    done: Future = Future()

    def run() -> None:
        try:
            work(*words)
        finally:
            done.set_result(None)

    Thread(target=run, daemon=True).start()
    return done


def _ask(ccxt: Any, name: str, pairs: dict[str, str], timeout_seconds: int, url: str | None, told: dict) -> None:
    """Put the replies of one exchange into `told`; whatever goes wrong is a reply too."""
    try:
        exchange = _exchange(ccxt, name, timeout_seconds, url)
        exchange.load_markets()
    except Exception as error:  # noqa: BLE001  what others send may break ccxt anywhere
        told.update({(symbol, name): _failed(symbol, name, _why(ccxt, error)) for symbol in pairs})
        return
    for symbol, pair in pairs.items():
        try:
            told[symbol, name] = Reply(symbol, name, *_quote(exchange, pair), "ok", None)
        except Exception as error:  # noqa: BLE001
            told[symbol, name] = _failed(symbol, name, _why(ccxt, error))


def _exchange(ccxt: Any, name: str, timeout_seconds: int, url: str | None) -> Any:
    """An exchange of ccxt that keeps numbers as text and asks for no more than spot markets."""
    if name not in ccxt.exchanges:
        raise _NoPrice(f"ccxt {ccxt.__version__} knows no exchange {shown(name)}")
    exchange = getattr(ccxt, name)({"timeout": timeout_seconds * 1000})
    exchange.number = str
    exchange.on_json_response = lambda body: json.loads(body, parse_float=str)
    exchange.has["fetchCurrencies"] = False
    exchange.options["defaultType"] = "spot"
    kinds = exchange.options.get("fetchMarkets")
    if isinstance(kinds, dict) and isinstance(kinds.get("types"), list):
        kinds["types"] = ["spot"]
    if url:
        exchange.urls["api"] = _moved(exchange.urls["api"], url.rstrip("/"))
    return exchange


def _moved(urls: Any, base: str) -> Any:
    """The same addresses on another host."""
    if isinstance(urls, dict):
        return {name: _moved(part, base) for name, part in urls.items()}
    return _HOST.sub(lambda _: base, urls) if isinstance(urls, str) else urls


def _quote(exchange: Any, pair: str) -> tuple[str, str | None]:
    """Last price and volume of 24 hours. Raises _NoPrice."""
    market = exchange.markets.get(pair)
    if market is None or market.get("active") is False:
        raise _NoPrice(f"it does not trade {pair}")
    ticker = exchange.fetch_ticker(pair)
    price = _number(ticker.get("last"))
    if price in (None, "0"):
        raise _NoPrice(f"it tells no price of {pair}")
    return price, _number(ticker.get("baseVolume"))


def _number(text: Any) -> str | None:
    """As exact text; None for what is no number above or at zero."""
    try:
        return canonical(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _why(ccxt: Any, error: Exception) -> str:
    text = " ".join(str(error).split())
    text = text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 3] + "..."
    if isinstance(error, _NoPrice):
        return text
    if isinstance(error, ccxt.BaseError):
        return f"{type(error).__name__}: {text}"
    return f"its answer cannot be read ({type(error).__name__}: {text})"


def _failed(symbol: str, source: str, why: str) -> Reply:
    return Reply(symbol, source, None, None, "failed", why)
