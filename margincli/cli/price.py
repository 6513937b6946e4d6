"""price set, import, fetch, show: quotes and candles."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse
from .verb import Answer, verb
from .words import Price, SomeSymbol, SourceOption, Symbol, read_amount, read_symbol

NOBODY_ANSWERED = 4


def read_exchange(text: str) -> str:
    """As ccxt writes them: small letters and digits."""
    name = text.strip().lower()
    if not name.isalnum():
        raise misuse(f"'{text[:60]}' is not the name of an exchange.", "Name one as ccxt does, such as okx or bybit.")
    return name


def read_url(text: str) -> tuple[str, str]:
    name, _, url = text.partition("=")
    if not url.startswith(("http://", "https://")):
        raise misuse(f"'{text[:60]}' is not NAME=URL.", "Write it as okx=http://localhost:8080")
    return read_exchange(name), url


Volume = Annotated[str | None, typer.Option("--volume", metavar="V", help="The volume traded, which weighs the source in the index price."), read_amount]
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Candles: CSV or JSON, plain, .gz or .zip.")]
Symbols = Annotated[list[str], typer.Argument(metavar="SYMBOL...", help="Pairs, such as BTCUSDT."), read_symbol]
Exchanges = Annotated[list[str] | None, typer.Option("--exchange", metavar="NAME", help="Ask this one; may be repeated. Otherwise those of the rule file."), read_exchange]
Timeout = Annotated[int, typer.Option("--timeout", min=1, max=600, metavar="S", help="Seconds to wait for an exchange: 10 unless said.")]
Urls = Annotated[list[str] | None, typer.Option("--url", metavar="NAME=URL", help="Send the requests for this exchange there; may be repeated."), read_url]
Sources = Annotated[bool, typer.Option("--sources", help="What each source brings to the index price, and why.")]
SymbolOption = Annotated[str | None, typer.Option("--symbol", metavar="S", help="The pair, where neither file nor file name tells."), read_symbol]


@verb(writes=True)
def price_set(call: Call, symbol: Symbol, price: Price, source: SourceOption = None, volume: Volume = None):
    """Quote a price.

    It holds from --at until the next one.

    Examples:
      margincli price set BTCUSDT 60000
      margincli price set BTC/USDT 60010.5 --source kraken --volume 120
    """
    from margincli import quotes

    return quotes.price_set(call.mine, symbol, price, source, volume)


@verb(writes=True)
def price_import(call: Call, files: Files, symbol: SymbolOption = None, source: SourceOption = None):
    """Read candles from files.

    Binance's public files and other CSV or JSON with time, open, high, low and close. Rows already there are left
    alone; rows that cannot be taken are listed with the reason.

    Examples:
      margincli price import BTCUSDT-1h-2024-09.zip
      margincli price import candles.csv --symbol BTCUSDT --source kraken
    """
    from margincli import quotes

    from .progress import progress

    return quotes.price_import(call.mine, files, symbol, source, progress(call))


@verb(writes=True)
def price_fetch(call: Call, symbols: Symbols, exchanges: Exchanges = None, timeout: Timeout = 10, urls: Urls = None):
    """Fetch prices from exchanges.

    Each answer is kept as a quote of that exchange from --at on; who does not answer is listed with the reason. Exit
    code 4 where nobody did. Needs ccxt: pip install 'margincli[live]'.

    Examples:
      margincli price fetch BTCUSDT ETHUSDT
      margincli price fetch BTCUSDT --exchange okx --exchange bybit --timeout 5
    """
    from margincli import quotes

    document = quotes.price_fetch(call.mine, list(dict.fromkeys(symbols)), list(dict.fromkeys(exchanges or ())), timeout, dict(urls or ()))
    return Answer(document, 0 if document.get("ok", True) else NOBODY_ANSWERED)


@verb()
def price_show(call: Call, symbol: SomeSymbol = None, sources: Sources = False):
    """Show the prices known.

    The price of each pair as of --at, and where it comes from. With --sources, how its index price is made of them.

    Examples:
      margincli price show
      margincli price show BTCUSDT --at 2024-09-01
      margincli price show BTCUSDT --sources
    """
    from margincli import quotes

    return quotes.price_show(call.mine, symbol, sources)
