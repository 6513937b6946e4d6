"""isolated: switch an isolated wallet off and on again."""

from typing import Annotated, Literal

import typer

from .call import Call
from .verb import verb
from .words import Symbol

Switch = Annotated[Literal["disable", "enable"], typer.Argument(case_sensitive=False, metavar="disable|enable", help="Off, or on again.")]


@verb(writes=True)
def isolated(call: Call, switch: Switch, symbol: Symbol):
    """Switch an isolated wallet off and on again.

    Off only when it is empty: no coin, no debt, no order; each pair at most once in 24 hours. A wallet that is off does not
    count among the isolated wallets you may have.

    Examples:
      margincli isolated disable BTCUSDT
      margincli isolated enable BTCUSDT
    """
    from margincli.domain.operations.isolated import Isolated

    return call.perform(Isolated(call.wallet(f"isolated:{symbol}"), switch))
