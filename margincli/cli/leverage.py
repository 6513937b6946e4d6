"""leverage: change how far a margin wallet may be leveraged."""

from typing import Annotated

import typer

from .call import Call
from .verb import verb
from .words import WalletOption, read_amount


def read_leverage(text: str) -> str:
    """Plain digits, with or without the x; or off."""
    word = text.strip().lower()
    if word == "off":
        return word
    from margincli.domain.money import plain

    return plain(read_amount(word.removesuffix("x")))


How = Annotated[str, typer.Argument(metavar="LEVERAGE|off", help="The leverage from now on, such as 3 or 8.5; isolated only: off."), read_leverage]


@verb(writes=True)
def leverage(call: Call, leverage: How, wallet: WalletOption = "cross"):
    """Change how far a margin wallet may be leveraged.

    Cross: 3 or 5. Its bars move with it: 3x borrows above level 1.5 and is called at 1.3, 5x above 1.25 and at 1.16.
    Isolated: any leverage up to that of the pair, or off, which is how it begins: then the size of the debt decides. Where
    it is chosen, the limits of a loan are those of its step in the table of the pair (8.5x: tier 2 of 10).
    A leverage is only taken on above its own initial ratio, and once a minute.

    Examples:
      margincli leverage 5
      margincli leverage 8.5 --wallet isolated:BTCUSDT
      margincli leverage off --wallet isolated:BTCUSDT
    """
    from margincli.domain.operations.leverage import Leverage

    return call.perform(Leverage(call.wallet(wallet), leverage))
