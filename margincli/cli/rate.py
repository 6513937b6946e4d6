"""rate set, import, show: what borrowing costs."""

from typing import Annotated, Literal

import typer

from .call import Call
from .verb import verb
from .words import Asset, SomeAsset, read_rate

Daily = Annotated[str, typer.Argument(metavar="DAILY", help="The rate of a day as a fraction: 0.0002 is 0.02 %."), read_rate]
Mode = Annotated[Literal["cross", "isolated"] | None, typer.Option("--mode", metavar="cross|isolated", help="Only for this kind of wallet.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="Rates: CSV or JSON with asset, time and daily rate.")]


@verb(writes=True)
def rate_set(call: Call, asset: Asset, rate_daily: Daily, mode: Mode = None):
    """Set the daily interest rate of a coin.

    It holds from --at until the next one.

    Examples:
      margincli rate set USDT 0.0002
    """
    from margincli import quotes

    return quotes.rate_set(call.mine, asset, rate_daily, mode)


@verb(writes=True)
def rate_import(call: Call, file: File):
    """Read daily interest rates from a file.

    Rows already there are left alone; rows that cannot be taken are listed with the reason.

    Examples:
      margincli rate import rates.csv
    """
    from margincli import quotes

    from .progress import progress

    return quotes.rate_import(call.mine, file, progress(call))


@verb()
def rate_show(call: Call, asset: SomeAsset = None):
    """Show the interest rates in force.

    Daily, hourly and yearly, as of --at and at the VIP level of the account, and where each comes from: rates of your
    own, the use of the lending pool where the coin has a supply, or the rule book.

    Examples:
      margincli rate show
      margincli rate show USDT
    """
    from margincli import quotes

    return quotes.rate_show(call.mine, asset)
