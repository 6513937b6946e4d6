"""restore: put a backup in the place of the ledger."""

from typing import Annotated

import typer

from .call import Call
from .verb import verb
from .words import ReplaceOption, read_file

File = Annotated[str, typer.Argument(metavar="FILE", help="The file that backup wrote."), read_file]


@verb()
def restore(call: Call, file: File, yes: ReplaceOption = False):
    """Put a backup in the place of the ledger.

    The file must be a margincli ledger whose books hold. A ledger that is there is replaced only with --yes, in one
    transaction, whoever has it open, and what it was is kept beside it as .before-restore.

    Examples:
      margincli restore ledger-2024-09-01.db
      margincli restore ledger-2024-09-01.db --yes
    """
    from margincli import records

    return records.restore(call.mine, file, yes)
