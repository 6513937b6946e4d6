"""top-up: spot coins that move into a wallet at its margin call."""

from typing import Annotated, Literal

import typer

from .call import Call
from .verb import verb
from .words import WalletOption, read_asset, read_price

Switch = Annotated[Literal["on", "off"], typer.Argument(case_sensitive=False, metavar="on|off", help="Whether spot coins move in.")]
Coins = Annotated[list[str] | None, typer.Option("--coin", metavar="ASSET", help="Cross: a coin to move, up to three, in the order given."), read_asset]
Target = Annotated[str | None, typer.Option("--target", metavar="LEVEL", help="Cross: the level to come back to, else the call level."), read_price]


@verb(writes=True)
def top_up(call: Call, switch: Switch, coin: Coins = None, target: Target = None, wallet: WalletOption = "cross"):
    """Let spot coins move into a wallet at its margin call.

    At the call level as much moves as brings the level back, or what there is. It preserves the position and may empty
    your spot wallet; a fall that jumps to the liquidation level is too quick for it.

    Examples:
      margincli top-up on --coin USDT --coin BTC --target 1.5
      margincli top-up on -w isolated:BTCUSDT
      margincli top-up off
    """
    from margincli.domain.operations.top_up import TopUp

    return call.perform(TopUp(call.wallet(wallet), switch, tuple(coin or ()), target))
