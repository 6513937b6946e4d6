"""status: how every wallet of the account stands."""

from typing import Annotated

import typer

from .call import Call
from .verb import Answer, verb

MARGIN_CALL, LIQUIDATION_DUE = 10, 11
CODES = {"MARGIN_CALL": MARGIN_CALL, "PRE_LIQUIDATION": MARGIN_CALL, "FORCE_LIQUIDATION": LIQUIDATION_DUE}

Check = Annotated[bool, typer.Option("--check", help="Exit with 10 if a margin call stands, with 11 if a liquidation is due.")]


@verb()
def status(call: Call, check: Check = False):
    """Show wallets, levels, debts and liquidation prices.

    Everything as of --at; nothing is written.

    Examples:
      margincli status
      margincli status --check --quiet || notify-me
    """
    from margincli import account

    document = account.status(call.mine)
    return Answer(document, danger(document) if check else 0)


def danger(document: dict) -> int:
    """The code of the wallet that stands worst."""
    return max((CODES.get(wallet["status"], 0) for wallet in document["wallets"]), default=0)
