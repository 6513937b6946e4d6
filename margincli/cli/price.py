"""price set, import, show: quotes and candles."""

from typing import Annotated

import typer

from .call import Call
from .verb import verb
from .words import Price, SomeSymbol, SourceOption, Symbol, read_amount, read_symbol

Volume = Annotated[str | None, typer.Option("--volume", metavar="V", help="The volume traded, which weighs the source in the index price."), read_amount]
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Candles: CSV or JSON, plain, .gz or .zip.")]
SymbolOption = Annotated[str | None, typer.Option("--symbol", metavar="S", help="The pair, where neither file nor file name tells."), read_symbol]


@verb(writes=True)
def price_set(call: Call, symbol: Symbol, price: Price, source: SourceOption = None, volume: Volume = None):
    """Quote a price.

    It holds from --at until the next one.

    Examples:
      margincli price set BTCUSDT 60000
      margincli price set BTC/USDT 60010.5 --source kraken --volume 120
    """
    from margincli import records

    return records.price_set(call.mine, symbol, price, source, volume)


@verb(writes=True)
def price_import(call: Call, files: Files, symbol: SymbolOption = None, source: SourceOption = None):
    """Read candles from files.

    Binance's public files and other CSV or JSON with time, open, high, low and close. Rows already there are left
    alone; rows that cannot be taken are listed with the reason.

    Examples:
      margincli price import BTCUSDT-1h-2024-09.zip
      margincli price import candles.csv --symbol BTCUSDT --source kraken
    """
    from margincli import records

    from .progress import progress

    return records.price_import(call.mine, files, symbol, source, progress(call))


@verb()
def price_show(call: Call, symbol: SomeSymbol = None):
    """Show the prices known.

    The price of each pair as of --at, and where it comes from.

    Examples:
      margincli price show
      margincli price show BTCUSDT --at 2024-09-01
    """
    from margincli import records

    return records.price_show(call.mine, symbol)
