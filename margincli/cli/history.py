"""history: the journal in words."""

from typing import Annotated

import typer

from .call import Call
from .verb import verb
from .words import AssetOption, SinceOption

Kind = Annotated[str | None, typer.Option("--kind", metavar="K", help="Only entries of this kind, such as borrow or liquidation.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Only the last N.")]


@verb()
def history(call: Call, kind: Kind = None, since: SinceOption = None, asset: AssetOption = None, limit: Limit = None):
    """Show the journal in words.

    Every entry of the account, the oldest first, up to --at.

    Examples:
      margincli history --limit 20
      margincli history --kind interest --since 2024-09-01 --format csv
    """
    from margincli import records

    return records.history(call.mine, kind, since, asset, limit)
