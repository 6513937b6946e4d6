"""Every way the file itself says no: one table of codes, exit codes, sentences and remedies.

Doors turn a LedgerFault into words and an exit code. SQLite's own errors become one here, and nowhere else.
"""

import errno
import os
import sqlite3
from contextlib import contextmanager
from typing import Any, Iterator, NamedTuple


class Fault(NamedTuple):
    exit_code: int
    message: str
    hint: str


FAULTS: dict[str, Fault] = {
    "no_ledger": Fault(4, "There is no ledger at {path}.", "Begin one with: margincli deposit USDT 1000 --ledger {path}"),
    "not_a_ledger": Fault(4, "{path} is not a margincli ledger: {why}.", "Name another file with --ledger."),
    "newer_ledger": Fault(4, "{path} was written by a newer margincli (schema {found}, this one knows {known}).", "Update margincli."),
    "ledger_unreadable": Fault(4, "{path} cannot be opened: {why}.", "See who owns the file and its directory: ls -l {path}"),
    "no_rulebook": Fault(4, "{path} holds no rule book for that time.", "Bring one in: margincli rules use PROFILE"),
    "no_backup": Fault(4, "There is no file {path}.", "Name the file that was written by: margincli backup FILE"),
    "file_there": Fault(3, "{path} is there already.", "Choose another, or replace what is there: --yes"),
    "same_file": Fault(3, "{path} is the ledger itself.", "Name a file of its own."),
    "log_beside": Fault(3, "{beside} would be taken for a part of {path}.", "See whose it is, and move it away when nobody uses it: fuser {beside}"),
    "unproved": Fault(8, "The books of {path} do not hold ({count} findings): {why} Nothing was copied.", "See them all: margincli check --ledger {path}"),
    "interval_clash": Fault(
        3,
        "{symbol} from {source} has candles of another interval or grid there: {theirs} from {at}, now {ours}.",
        "Import these under another name: --source NAME",
    ),
    "ledger_exists": Fault(3, "{path} is there already, and an import never writes over anything.", "Name a new ledger: --ledger NEW.db"),
    "ledger_full": Fault(3, "That is more than the ledger can hold: an amount ends at {most} of the coin's smallest units.", "Use a smaller amount."),
    "ledger_busy": Fault(5, "{path} is in use by another program.", "Try again when it is done; see who has it open: fuser {path}"),
    "ledger_read_only": Fault(5, "{path} or its directory cannot be written: {why}.", "See the rights of both: ls -ld {path} and its directory."),
    "disk_full": Fault(5, "{path} could not be written: {why}. Nothing was changed.", "Make room on the disk, and for temporary files (/var/tmp, or what SQLITE_TMPDIR names), or see its quota and its health."),
    "no_temporary_room": Fault(
        5,
        "The temporary files in which SQLite sorts could not be written. Nothing was changed.",
        "Make room where they lie, /var/tmp mostly, or name a directory with room: SQLITE_TMPDIR=DIRECTORY margincli ...",
    ),
    "ledger_damaged": Fault(8, "{path} is damaged: {why}.", "Restore a copy; what can be saved is shown by: sqlite3 {path} .recover"),
}
UNITS_MOST = 2**63 - 1  # what an INTEGER of the file holds


class LedgerFault(Exception):
    """The ledger cannot be opened, read or written. `code` is a key of FAULTS; `facts` are plain strings."""

    def __init__(self, code: str, **facts: Any):
        self.code = code
        self.facts = {key: str(value) for key, value in facts.items()}
        super().__init__(self.message)

    @property
    def exit_code(self) -> int:
        return FAULTS[self.code].exit_code

    @property
    def message(self) -> str:
        return FAULTS[self.code].message.format(**self.facts)

    @property
    def hint(self) -> str:
        return FAULTS[self.code].hint.format(**self.facts)


class BrokenBooks(Exception):
    """The file refused what would have broken the books: a fault of ours, never of the user's."""


class translated:
    """Turn what SQLite says about `path` into a LedgerFault, or BrokenBooks."""

    def __init__(self, path: str):
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, sqlite3.Error) and (fault := _fault_of(error, self.path)):
            raise fault from error
        if isinstance(error, UnicodeDecodeError):  # of a name or a text in the file
            raise LedgerFault("ledger_damaged", path=self.path, why=f"text in it is not UTF-8 ({error.reason})") from error


class only_read(translated):
    """The same while a ledger that is open is only read: what could not be opened or written then is a temporary file."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        extended = getattr(error, "sqlite_errorcode", None) or 0
        if extended in _WRITING or extended & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL):
            raise LedgerFault("no_temporary_room", why=error) from error
        super().__exit__(kind, error, trace)


@contextmanager
def reachable(path: str, denied: str) -> Iterator[None]:
    """The same for what the file system says; `denied` is the code for a lack of rights."""
    try:
        yield
    except OSError as error:
        code = _CODE_OF_ERRNO.get(error.errno, denied)
        raise LedgerFault(code, path=path, why=os.strerror(error.errno or 0)) from error


_CODE_OF_ERRNO = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.ENOTDIR: "not_a_ledger",
    errno.EEXIST: "not_a_ledger",
    errno.ELOOP: "not_a_ledger",
}
_CODE_OF_SQLITE = {
    sqlite3.SQLITE_BUSY: "ledger_busy",
    sqlite3.SQLITE_LOCKED: "ledger_busy",
    sqlite3.SQLITE_PROTOCOL: "ledger_busy",
    sqlite3.SQLITE_READONLY: "ledger_read_only",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_IOERR: "disk_full",
    sqlite3.SQLITE_CORRUPT: "ledger_damaged",
    sqlite3.SQLITE_TOOBIG: "ledger_damaged",  # a row that says it is longer than any can be
    sqlite3.SQLITE_NOTADB: "not_a_ledger",
}
_WRITING = (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_GETTEMPPATH)
_CONSTRAINT_DATATYPE = 3091  # a sum past 2^63 turned into a REAL, which no STRICT table takes; Python has no name for it
# Not an error class of its own: a table or text that only tampering or rot can have changed.
_SIGNS_OF_DAMAGE = ("no such table", "no such column", "no such view", "Could not decode", "unsupported file format", "malformed database schema")


def _fault_of(error: sqlite3.Error, path: str) -> Exception | None:
    """None for what can only be a mistake in our own SQL."""
    extended = getattr(error, "sqlite_errorcode", None) or 0
    primary, why = extended & 0xFF, str(error)
    if extended == _CONSTRAINT_DATATYPE or why == "integer overflow":
        return LedgerFault("ledger_full", most=UNITS_MOST)
    if primary == sqlite3.SQLITE_CONSTRAINT:
        return BrokenBooks(why)
    if primary == sqlite3.SQLITE_CANTOPEN:
        return _cannot_open(path, why)
    if why.startswith(_SIGNS_OF_DAMAGE):
        return LedgerFault("ledger_damaged", path=path, why=why)
    if extended == sqlite3.SQLITE_IOERR_GETTEMPPATH:
        return LedgerFault("no_temporary_room", why=why)
    code = _CODE_OF_SQLITE.get(primary)
    return LedgerFault(code, path=path, why=why) if code else None


def _cannot_open(path: str, why: str) -> LedgerFault:
    """SQLite does not say why it could not open a file or the log beside it; the file system does."""
    if not os.path.lexists(path):
        return LedgerFault("no_ledger", path=path)
    directory = os.path.dirname(os.path.realpath(path))
    if not os.access(path, os.R_OK):
        return LedgerFault("ledger_unreadable", path=path, why=why)
    if os.access(path, os.W_OK) and os.access(directory, os.W_OK):  # nothing is wrong with it
        return LedgerFault("no_temporary_room", why=why)
    return LedgerFault("ledger_read_only", path=path, why=why)
