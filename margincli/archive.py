"""The whole ledger out, for auditors and for keeping, and back in.

Functions take a Call and return the JSON document of the contract. A file is written whole or not at all.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from .desk import Call, Document, default_rules, require_account
from .domain.journal import Entry
from .domain.world import moment
from .journals.whole import FileRefused, Proofs, Reader
from .ledger import UNITS_MOST, LedgerFault, reading, writing
from .ledger.placing import part_near, placed


def export(call: Call, format: str) -> Iterator[str]:
    """The ledger's text in `format`, as it is read; of one account where the call names one."""
    with reading(call.ledger) as session:
        yield from _lines(session, call, format, {})


def export_file(call: Call, format: str, output: Path, replace: bool) -> Document:
    """The same into a file that only its owner can read. Raises FileRefused where there is one, unless it is to be replaced."""
    counts: dict[str, int] = {}
    target = _target(output, replace)
    with reading(call.ledger) as session, _written(target), placed(target, replace) as part:
        with open(part, "w", encoding="utf-8", newline="") as file:
            file.writelines(_lines(session, call, format, counts))
    return {"mode": "paper", "command": "export", "account": call.account, "at": moment(call.at), "format": format, "output": str(output), "counts": counts}


def rebuild(call: Call, file: str) -> Document:
    """A new ledger from the JSON of an export; what it holds is proved to be what the file holds, and its books to hold.

    Raises FileRefused, LedgerFault. Nothing is left of a refusal.
    """
    _require_no_ledger(call.ledger)
    place = part_near(call.ledger) if call.dry_run else placed(call.ledger, replace=False)
    with _opened(file) as source, _written(call.ledger), place as part, writing(part, default_rules) as session:
        reader = Reader(source, file, _parts())
        _take(session, reader)
        _prove(session, reader)
        counts = _counts(session, reader.proofs)
        session.commit()
    about = {"mode": "paper", "command": "import", "account": call.account, "at": moment(call.at), "ref": None, "dry_run": call.dry_run, "repeated": False}
    return {**about, "file": file, "ledger": str(call.ledger), "ok": True, "counts": counts}


# --- out ---


def _lines(session, call: Call, format: str, counts: dict[str, int]) -> Iterator[str]:
    """`counts` tells afterwards how much there was."""
    if format == "json":
        proofs = Proofs()
        yield from _whole(session, proofs)
        counts.update(_counts(session, proofs))
        return
    from .journals.book import Book

    if call.account is not None:
        require_account(session, call.account)
    counts.update(entries=0, postings=0)
    scales = session.scales()
    book = Book(scales, _prices(session, scales), _counted(session.journal(call.account), counts), lambda: session.balances(call.account))
    yield from import_module(f".journals.{format}", __package__).lines(book)


def _prices(session, scales: dict[str, int]) -> Iterator:
    """Quotes of pairs whose coins were both booked; candles are too many for a journal."""
    from .journals.book import Price

    rules = session.rulebook(UNITS_MOST)
    for at, symbol, price in session.quotes():
        pair = rules.pair(symbol)
        if pair and pair.base in scales and pair.quote in scales:
            yield Price(at, pair.base, price, pair.quote)


def _whole(session, proofs: Proofs) -> Iterator[str]:
    from .journals.whole import lines
    from .ledger.parts import parts

    return lines(parts(session), proofs)


def _counts(session, proofs: Proofs) -> dict[str, int]:
    """By part; a long entry has more rows than one."""
    return {part: proof.rows for part, proof in proofs.items()} | {"entries": session.counts()["entries"]}


def _counted(entries: Iterable[tuple[int, Entry]], counts: dict[str, int]) -> Iterator[tuple[int, Entry]]:
    for number, entry in entries:
        counts["entries"] += 1
        counts["postings"] += len(entry.postings)
        yield number, entry


# --- in ---


def _parts() -> tuple[str, ...]:
    from .ledger.parts import PARTS

    return PARTS


def _take(session, reader: Reader) -> None:
    from .ledger.parts import RowRefused, rebuild

    try:
        rebuild(session, reader.rows())
    except RowRefused as refused:
        raise reader.refused(str(refused)) from refused


def _prove(session, reader: Reader) -> None:
    """What was rebuilt would be exported as the very same rows, and its books hold."""
    from .ledger.proof import prove

    proofs = Proofs()
    for _ in _whole(session, proofs):
        pass
    for part, proof in reader.rewritten.items():
        if proofs[part].told() != proof.told():
            raise reader.refused(f"a ledger with these {part} would not be the one exported")
    for finding in prove(session):
        raise reader.refused(f"its books do not hold: {finding['message']}")


def _require_no_ledger(path: Path) -> None:
    """Neither it nor a log that SQLite would take for its own."""
    for beside in ("", "-wal", "-journal"):
        if os.path.lexists(f"{path}{beside}"):
            raise LedgerFault("ledger_exists", path=f"{path}{beside}")


# --- files ---


@contextmanager
def _opened(file: str) -> Iterator:
    try:
        source = open(file, "rb")
    except (OSError, ValueError) as fault:
        missing = isinstance(fault, FileNotFoundError)
        why = "there is no such file" if missing else getattr(fault, "strerror", None) or "no file has such a name"
        raise FileRefused("no_such_file" if missing else "import_refused", f"{file} cannot be read: {why}.", "Check the path.", file=file) from None
    with source:
        yield source


def _target(output: Path, replace: bool) -> Path:
    """Where the file is to lie, links followed. Raises FileRefused where something lies that is not to be replaced."""
    path = Path(os.path.realpath(output))
    if not path.parent.is_dir():
        raise FileRefused("output_not_written", f"There is no directory {output.parent}.", f"Make it first: mkdir -p {output.parent}", file=output)
    if path.exists() and not path.is_file():
        raise FileRefused("output_exists", f"{output} is no regular file.", "Name another with --output, or leave it out to write to standard output.", file=output)
    if path.exists() and not replace:
        raise FileRefused("output_exists", f"{output} is there already.", "Replace it with --yes, or name another.", file=output)
    return path


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """What the file system says about a file that is being written, as a FileRefused."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise FileRefused("output_not_written", f"{path} could not be written: {fault.strerror}. Nothing was changed.", f"See the rights and the room there: ls -ld {path.parent}; df {path.parent}", file=path) from fault
