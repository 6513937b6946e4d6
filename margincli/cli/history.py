"""history: the journal in words."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse
from .verb import verb
from .words import AssetOption, SinceOption, short

Kind = Annotated[str | None, typer.Option("--kind", metavar="K", help="Only entries of this kind, such as borrow or liquidation.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, max=1_000_000_000, metavar="N", help="Only the last N.")]


@verb()
def history(call: Call, kind: Kind = None, since: SinceOption = None, asset: AssetOption = None, limit: Limit = None):
    """Show the journal in words.

    Every entry of the account, the oldest first, up to --at.

    Examples:
      margincli history --limit 20
      margincli history --kind interest --since 2024-09-01 --format csv
    """
    from margincli import records
    from margincli.render.sentences import KINDS

    if kind is not None and kind not in KINDS:
        raise misuse(f"'{short(kind)}' is not a kind of entry.", f"Kinds are: {', '.join(KINDS)}")
    return records.history(call.mine, kind, since, asset, limit)
