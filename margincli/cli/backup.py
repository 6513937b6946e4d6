"""backup: copy the whole ledger, proved, while others write."""

from typing import Annotated

import typer

from .call import Call
from .verb import verb
from .words import ReplaceOption, read_file

File = Annotated[str, typer.Argument(metavar="FILE", help="The file to write."), read_file]


@verb()
def backup(call: Call, file: File, yes: ReplaceOption = False):
    """Copy the whole ledger, proved, while others write.

    The copy is one private file. It gets its name when it is complete, proved like check does it, and on the disk.
    Keep the head it reports elsewhere: check --head holds a ledger against it.

    Examples:
      margincli backup ledger-2024-09-01.db
      margincli backup /media/stick/ledger.db --yes
    """
    from margincli import records

    return records.backup(call.mine, file, yes)
