"""cancel: take back orders that rest."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse
from .verb import verb
from .words import read_symbol

Number = Annotated[int | None, typer.Argument(metavar="[ORDER_ID]", min=1, help="The order, as `orders` numbers it.")]
All = Annotated[bool, typer.Option("--all", help="Every order that rests.")]
OfSymbol = Annotated[str | None, typer.Option("--symbol", metavar="S", help="With --all: only of this pair."), read_symbol]


@verb(writes=True)
def cancel(call: Call, order_id: Number = None, all: All = False, symbol: OfSymbol = None):
    """Cancel orders that rest.

    With an order goes the rest of its list. What it locked is free again; what was borrowed for it is repaid from that,
    unless it was placed with --keep-loan.

    Examples:
      margincli cancel 7
      margincli cancel --all --symbol BTCUSDT
    """
    if (order_id is None) != all:
        raise misuse("Name one order, or say --all.", "Such as: margincli cancel 7")
    if symbol is not None and not all:
        raise misuse("--symbol goes with --all.", "Such as: margincli cancel --all --symbol BTCUSDT")
    from margincli.domain.operations.cancel import Cancel

    return call.perform(Cancel(order_id, symbol))
