"""leverage: change how far a cross wallet may be leveraged."""

from typing import Annotated, Literal

import typer

from .call import Call
from .verb import verb
from .words import WalletOption

How = Annotated[Literal["3", "5"], typer.Argument(metavar="3|5", help="The leverage from now on.")]


@verb(writes=True)
def leverage(call: Call, leverage: How, wallet: WalletOption = "cross"):
    """Change how far a cross wallet may be leveraged.

    Its bars move with it: 3x borrows above level 1.5 and is called at 1.3, 5x above 1.25 and at 1.16. Less leverage is
    only taken on above its own initial ratio. Once a minute.

    Examples:
      margincli leverage 5
    """
    from margincli.domain.operations.leverage import Leverage

    return call.perform(Leverage(call.wallet(wallet), leverage))
