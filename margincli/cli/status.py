"""status: how every wallet of the account stands."""

from typing import Annotated

import typer

from .call import Call
from .danger import danger
from .verb import Answer, verb

Check = Annotated[bool, typer.Option("--check", help="Exit with 10 if a margin call stands, with 11 if a liquidation is due.")]


@verb()
def status(call: Call, check: Check = False):
    """Show wallets, levels, debts and liquidation prices.

    What a wallet does not allow now is told with its reason, and with the commands of which one would allow it; so is
    what ends a margin call. Everything as of --at; nothing is written. With --check what fell due and is not written yet counts too.

    Examples:
      margincli status
      margincli status --check --quiet || notify-me
    """
    from margincli import account

    document = account.status(call.mine)
    return Answer(document, danger(document) if check else 0)

