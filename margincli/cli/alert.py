"""alert: a level of your own at which to be warned."""

from typing import Annotated

import typer

from .call import Call
from .verb import verb
from .words import WalletOption, read_price

Level = Annotated[str, typer.Argument(metavar="LEVEL|off", help="A level above the margin call, up to 2; or off.")]
Every = Annotated[int, typer.Option("--every", metavar="HOURS", help="How often it is repeated while the level stays there.")]


@verb(writes=True)
def alert(call: Call, level: Level, every: Every = 24, wallet: WalletOption = "cross"):
    """Be warned at a level of your own.

    Before the margin call, and without changing what the wallet may do. The warning stands in the journal at its own
    moment, and in the receipt of the command that finds it.

    Examples:
      margincli alert 1.5 --every 6
      margincli alert off -w isolated:BTCUSDT
    """
    from margincli.domain.operations.alert import Alert

    told = None if level.strip().lower() == "off" else read_price(level)
    return call.perform(Alert(call.wallet(wallet), told, every))
