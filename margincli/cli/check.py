"""check: prove the books."""

from typing import Annotated

import typer

from .call import Call
from .verb import Answer, verb
from .words import read_head

DO_NOT_HOLD = 8
Head = Annotated[str | None, typer.Option("--head", metavar="HASH", help="The head of an earlier day, which the journal must continue."), read_head]


@verb()
def check(call: Call, head: Head = None):
    """Prove the books.

    Every entry balances and is what was sealed, balances are the sum of the journal, every hour of interest is derived
    again, nothing is below zero that cannot be. Exit code 8 and a list where that does not hold. The head, a hash, stands
    for the whole journal: keep it elsewhere, and --head proves some day that nothing before it was changed, taken out or put in.

    Examples:
      margincli check
      margincli check --json | jq -r .head > ~/head
      margincli check --head "$(cat ~/head)"
    """
    from margincli import records

    document = records.check(call.mine, head)
    return Answer(document, 0 if document["ok"] else DO_NOT_HOLD)
