"""import: a new ledger from an export."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse
from .verb import verb

File = Annotated[str, typer.Argument(metavar="FILE", help="The file that export --format json wrote.")]


@verb(writes=True)
def import_(call: Call, file: File):
    """Make a new ledger from an export.

    The same ledger again, entry by entry and through the same checks, proved before it is kept. Only into a file that
    is not there yet; a file that was changed on the way is refused.

    Examples:
      margincli import ledger.json --ledger new.db
      margincli import ledger.json --ledger new.db --dry-run
    """
    if call.ref:
        raise misuse("An import takes no --ref: written into the ledger, it would make it another.", "Leave it out: a ledger that is there is never written over.")
    from margincli import archive

    return archive.rebuild(call.every, file)
