"""export: the ledger as a file of other programs."""

from pathlib import Path
from typing import Annotated

import typer

from .call import Call
from .faults import WordFault, misuse
from .verb import Answer, verb

FORMATS = ("hledger", "ledger", "beancount", "csv", "json")
_REMEDY = f"Choose one of: {', '.join(FORMATS)}"


def read_format(text: str) -> str:
    if text not in FORMATS:
        raise WordFault("bad_format", f"'{text[:60]}' is not a format of an export.", _REMEDY, format=text)
    return text


def read_output(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise misuse("An output needs a path.", "Name the file: --output FILE")
    return Path(text).expanduser()


Format = Annotated[str | None, typer.Option("--format", "-f", metavar="|".join(FORMATS), help="For which program."), read_format]
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there, whole or not at all; otherwise to standard output."), read_output]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Replace a file that is there.")]


@verb()
def export(call: Call, format: Format = None, output: Output = None, yes: Yes = False):
    """Write the ledger for an outside auditor.

    hledger, ledger and beancount read it as a journal that asserts its own balances, so they fail where ours are wrong;
    csv has a row a posting. Every entry up to the last is written, or those of --account alone. json is the whole
    ledger, with prices, rates and rules: import makes it again.

    Examples:
      margincli export --format hledger --output ledger.journal
      margincli export --format csv --account main
      margincli export --format json | gzip > ledger.json.gz
    """
    from margincli import archive

    format = format or (call.format if call.format in FORMATS else None)
    if format is None:
        raise misuse("An export needs a format.", _REMEDY)
    if format == "json" and call.account is not None:
        raise misuse("A JSON export is of the whole ledger: accounts share the house.", "Leave --account out (and MARGINCLI_ACCOUNT), or choose another format.")
    if output is not None:
        return archive.export_file(call.every, format, output, yes)
    from .printing import put_all

    put_all(archive.export(call.every, format))
    return Answer(None)
