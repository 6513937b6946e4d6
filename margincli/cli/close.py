"""close [SYMBOL]: trade a position back and repay its debt."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse
from .verb import verb
from .words import WalletOption, read_symbol

OfPair = Annotated[str | None, typer.Argument(metavar="[SYMBOL]", help="The pair; an isolated wallet has its own."), read_symbol]


@verb(writes=True)
def close(call: Call, symbol: OfPair = None, wallet: WalletOption = "cross"):
    """Trade a position back and repay its debt.

    Cancels the orders of the base coin. A long then sells all of it and pays the debt in the quote coin; a short buys back
    just what it owes, fee and interest included, and repays. All at the market.

    Examples:
      margincli close BTCUSDT
      margincli close --wallet isolated:BTCUSDT
    """
    owner = call.wallet(wallet)
    if symbol is None and not owner.symbol:
        raise misuse(f"Closing a position of {wallet} needs its SYMBOL.", "Such as: margincli close BTCUSDT")
    from margincli.domain.operations.close import Close

    return call.perform(Close(owner, symbol or owner.symbol))
