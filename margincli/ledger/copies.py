"""A ledger copied whole while others write to it, and put back.

A copy is one private file without a log beside it. It appears under its name only when it is complete, proved and on the
disk (see placing.py). A ledger that is there already is not exchanged for another file, under the feet of those who have it open: its
content is replaced in one transaction, so that everybody sees the books of before or those of the copy.
"""

import os
import sqlite3
import time
from contextlib import closing, contextmanager
from typing import Any, Iterator

from .faults import LedgerFault, only_read, reachable, translated
from .opening import BUSY_SECONDS, connect, is_begun, keep_a_log, migrated, snapshot, version_of
from .placing import BESIDE, part_near, placed
from .proof import prove
from .session import Session

KEPT = ".before-restore"
Told = dict[str, Any]


def back_up(session: Session, target: str, replace: bool) -> Told:
    """Write what the session sees into `target`: {counts, head}. Raises LedgerFault, and leaves no file then."""
    _require_free(session.path, target, replace)
    with _in_place_of(target, replace) as part, translated(target), closing(connect(part, "mode=rw", BUSY_SECONDS)) as copy:
        session.db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, that can be read on any disk
        return _proved(copy, session.path)


def restore(path: str, source: str, replace: bool) -> Told:
    """Put the books of the file `source` into the ledger at `path`: {counts, head, kept}.

    `kept` names the file with what was in the ledger before, None where there was nothing. Raises LedgerFault; the ledger
    is then as it was.
    """
    if not os.path.lexists(source):
        raise LedgerFault("no_backup", path=source)
    if _is(source, path):
        raise LedgerFault("same_file", path=source)
    if is_begun(path):
        if not replace:
            raise LedgerFault("file_there", path=path)
        with reachable(path, denied="ledger_read_only"), part_near(path) as part:
            return {**_taken_in(source, part), "kept": _exchange(path, part)}
    with _in_place_of(path, replace=os.path.exists(path)) as part:  # an empty file is not a ledger yet
        told = _taken_in(source, part)
        if is_begun(path):  # meanwhile
            raise LedgerFault("file_there", path=path)
        _require_no_log(path)
    return {**told, "kept": None}


def keep_copy(path: str, target: str) -> str:
    """The ledger at `path` as it is committed, whatever is being written, in the file `target` or, if that is taken, target.2 and so on."""
    name, number = target, 1
    while os.path.lexists(name):
        number += 1
        name = f"{target}.{number}"
    with _in_place_of(name, replace=False) as part, closing(snapshot(path, BUSY_SECONDS)) as now:
        with closing(connect(part, "mode=rw", BUSY_SECONDS)) as copy:
            now.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    return name


def _taken_in(source: str, part: str) -> Told:
    """The file `source`, which is only read, in the file `part`: brought up to the schema of today, and proved."""
    with translated(source), closing(snapshot(source, BUSY_SECONDS)) as given, closing(connect(part, "mode=rw", BUSY_SECONDS)) as copy:
        given.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("BEGIN IMMEDIATE")
        migrated(copy, None)
        copy.execute("COMMIT")
        return _proved(copy, source)


def _proved(copy: sqlite3.Connection, path: str) -> Told:
    """Proof by the copy itself, not by what it was taken from."""
    session = Session(copy, path)
    with only_read(path):
        findings = prove(session)
    if findings:
        raise LedgerFault("unproved", path=path, count=len(findings), why=findings[0]["message"])
    return {"counts": session.counts(), "head": session.head()}


def _exchange(path: str, part: str) -> str:
    """Replace the content of a ledger in one transaction; the file that keeps what was there before."""
    kept: list[str] = []
    deadline = time.monotonic() + BUSY_SECONDS

    def page_written(status: int, *_: int) -> None:
        """After the first page nobody else can write until the end, and what is committed is what is kept."""
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > deadline:
            raise LedgerFault("ledger_busy", path=path)
        if status == sqlite3.SQLITE_OK and not kept:
            kept.append(keep_copy(path, path + KEPT))

    with translated(path), closing(connect(path, "mode=rw", BUSY_SECONDS)) as ledger, closing(connect(part, "mode=ro", BUSY_SECONDS)) as given:
        version_of(ledger, path)
        keep_a_log(ledger, BUSY_SECONDS)
        given.backup(ledger, pages=1, progress=page_written, sleep=0.01)
    return kept[0]


@contextmanager
def _in_place_of(path: str, replace: bool) -> Iterator[str]:
    """A private file that becomes `path` when all went well. Raises LedgerFault."""
    with reachable(path, denied="ledger_read_only"):
        try:
            with placed(path, replace) as part:
                yield part
        except FileExistsError:
            raise LedgerFault("file_there", path=path) from None


def _require_free(ledger: str, target: str, replace: bool) -> None:
    if any(_is(target, ledger + end) for end in ("", *BESIDE)):
        raise LedgerFault("same_file", path=target)
    if os.path.lexists(target) and not replace:
        raise LedgerFault("file_there", path=target)
    if os.path.isdir(target):
        raise LedgerFault("not_a_ledger", path=target, why="it is a directory")
    with reachable(target, denied="ledger_read_only"):
        os.stat(os.path.dirname(os.path.abspath(target)))
    _require_no_log(target)


def _require_no_log(path: str) -> None:
    """SQLite would take a log that lies there for that of the new file, and play it back."""
    for beside in (path + end for end in BESIDE):
        if os.path.lexists(beside):
            raise LedgerFault("log_beside", path=path, beside=beside)


def _is(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other) or (os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other))
