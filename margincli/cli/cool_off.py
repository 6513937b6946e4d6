"""cool-off 1d|3d|7d: no borrowing for a while, whatever happens."""

from typing import Annotated, Literal

import typer

from .call import Call
from .verb import verb

HOURS = {"1d": "24", "3d": "72", "7d": "168"}

Period = Annotated[Literal["1d", "3d", "7d"], typer.Argument(metavar="1d|3d|7d", help="A day, three days or a week.")]


@verb(writes=True)
def cool_off(call: Call, period: Period):
    """Borrow nothing for a day, three days or a week.

    By hand or by an order, in cross and isolated wallets; all else goes on, and so does the interest on debts. It cannot
    be lifted or shortened, only replaced by one that ends later. On a terminal it is confirmed first.

    Examples:
      margincli cool-off 1d
      margincli cool-off 7d --yes
    """
    if not call.dry_run:
        from .asking import confirm

        confirm(call, f"Borrow nothing in account {call.owner} for the next {HOURS[period]} hours? It cannot be lifted early.")
    from margincli.domain.operations.cool_off import CoolOff

    return call.perform(CoolOff(HOURS[period]))
