"""Opening a ledger: to read a moment of it, or to write one step.

A ledger that is not there is created by the first write. Its file begins empty, and every table comes in one
transaction; so a program killed on the way leaves an empty file, which the next one completes.
"""

import os
import sqlite3
import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Callable, ContextManager, Iterator, Union

from .faults import LedgerFault, only_read, reachable, translated
from .session import Session

if TYPE_CHECKING:  # kept.py is loaded by those who keep a ledger open
    from .kept import Kept

SCHEMA = 2  # the newest step of migrations.py; there, because importing it costs more than a whole command
APPLICATION_ID = 0x4D524743  # as in schema.py, likewise
BUSY_SECONDS = 10.0
RuleDocument = Callable[[], dict[str, Any]]
Ledger = Union[str, os.PathLike[str], "Kept"]


def reading(path: Ledger, busy_seconds: float = BUSY_SECONDS) -> ContextManager[Session]:
    """The ledger as it stands at this moment, whoever writes meanwhile. Never creates one. Raises LedgerFault."""
    return path.step(None) if hasattr(path, "step") else _reading(os.fspath(path), busy_seconds)


@contextmanager
def _reading(path: str, busy_seconds: float) -> Iterator[Session]:
    with _doubted(path), translated(path):
        connection = _connect_to_read(path, busy_seconds)
        try:
            with only_read(path):
                yield Session(connection, path)
        finally:
            connection.close()


def writing(path: Ledger, document: RuleDocument | None = None, busy_seconds: float = BUSY_SECONDS, references: bool = True) -> ContextManager[Session]:
    """The ledger to oneself, from before the first read until `commit`; without a commit nothing has happened.

    Where there is none it is created, in the same transaction, with the rule book that `document()` answers; without
    `document` that is the fault no_ledger. Of one kept open it is a step. Without `references` SQLite does not look up what
    each new row refers to: for who writes a million at once, and counts what they meet. Raises LedgerFault.
    """
    return path.step(document) if hasattr(path, "step") else _writing(os.fspath(path), document, busy_seconds, references)


@contextmanager
def _writing(path: str, document: RuleDocument | None, busy_seconds: float, references: bool) -> Iterator[Session]:
    with _doubted(path), translated(path):
        if document is not None and not is_begun(path):
            _create_file(path)
        connection = _connect_to_write(path, document, busy_seconds, references)
        try:
            yield Session(connection, path)
        finally:
            _rolled_back(connection).close()


@contextmanager
def scratch(document: RuleDocument) -> Iterator[Session]:
    """A ledger in memory that is gone afterwards: for a look at what a first command would do, and for stories."""
    with translated(":memory:"):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        _prepare(connection).execute("BEGIN IMMEDIATE")
        migrated(connection, document())
        yield Session(connection, ":memory:")
        connection.close()


@contextmanager
def _doubted(path: str) -> Iterator[None]:
    """Before an error that nobody foresaw is called a fault of ours, the file is asked to prove itself: damage of it is told as damage."""
    try:
        yield
    except Exception as error:
        if hasattr(error, "code"):  # foreseen: a refusal, a file of rules that is wrong
            raise
        if why := _damage(path, of_a_book=isinstance(error, (LookupError, TypeError, ValueError, AttributeError))):
            raise LedgerFault("ledger_damaged", path=path, why=why.removesuffix(".")) from error
        raise


def _damage(path: str, of_a_book: bool) -> str:
    """'' for a file that nothing was ever written to: it is not to blame."""
    from .proof import damage

    if not is_begun(path):
        return ""
    with translated(path):
        connection = _connect_to_read(path, BUSY_SECONDS)
        try:
            return damage(Session(connection, path), of_a_book)
        finally:
            connection.close()


def is_begun(path: str) -> bool:
    """Whether there is a file with something in it. Raises LedgerFault for what can never be a ledger."""
    if "\0" in path:
        raise LedgerFault("not_a_ledger", path=repr(path), why="no file has such a name")
    with reachable(path, denied="ledger_unreadable"):
        try:
            found = os.stat(path)
        except FileNotFoundError:
            if os.path.islink(path):
                raise LedgerFault("not_a_ledger", path=path, why="it is a link to nothing") from None
            return False
    if not stat.S_ISREG(found.st_mode):
        kind = "a directory" if stat.S_ISDIR(found.st_mode) else "no regular file"
        raise LedgerFault("not_a_ledger", path=path, why=f"it is {kind}")
    return found.st_size > 0


def _create_file(path: str) -> None:
    """An empty file that only its owner can read, in directories of the same kind, never through a link laid in between."""
    with reachable(path, denied="ledger_read_only"):
        create_directories(os.path.dirname(os.path.abspath(path)))
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        except FileExistsError:
            is_begun(path)  # another first writer was quicker, which is fine; a link to nothing is not


def create_directories(directory: str) -> None:
    """Those on the way too, each for its owner alone."""
    if os.path.isdir(directory):
        return
    create_directories(os.path.dirname(directory))
    try:
        os.mkdir(directory, 0o700)
    except FileExistsError:
        if not os.path.isdir(directory):
            raise


def _connect_to_read(path: str, busy_seconds: float) -> sqlite3.Connection:
    if not is_begun(path):
        raise LedgerFault("no_ledger", path=path)
    connection = snapshot(path, busy_seconds)
    if version_of(connection, path) == SCHEMA:
        return connection
    connection.close()
    older = _connect_to_write(path, None, busy_seconds)
    older.execute("COMMIT")
    older.close()
    return snapshot(path, busy_seconds)


def snapshot(path: str, busy_seconds: float) -> sqlite3.Connection:
    """A connection that sees one moment of a ledger and can change nothing."""
    try:
        return _snapshot_by(path, "mode=ro", busy_seconds)
    except sqlite3.OperationalError:
        # Where the directory may not be written there is no room for the files SQLite keeps beside a ledger that is read;
        # without a log to be read, it needs none.
        if os.access(os.path.dirname(os.path.realpath(path)), os.W_OK) or _has_log(path):
            raise
    return _snapshot_by(path, "mode=ro&immutable=1", busy_seconds)


def _snapshot_by(path: str, how: str, busy_seconds: float) -> sqlite3.Connection:
    connection = connect(path, how, busy_seconds)
    try:
        connection.execute("BEGIN")
        if version_of(connection, path) is None:
            raise LedgerFault("no_ledger", path=path)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_to_write(path: str, document: RuleDocument | None, busy_seconds: float, references: bool = True) -> sqlite3.Connection:
    if not is_begun(path) and document is None:
        raise LedgerFault("no_ledger", path=path)
    if not os.access(path, os.W_OK):  # SQLite would open it to read, and say so only at the first change
        raise LedgerFault("ledger_read_only", path=path, why="permission denied")
    connection = connect(path, "mode=rw", busy_seconds)
    try:
        if not references:
            connection.execute("PRAGMA foreign_keys = OFF")
        rules = None
        if version_of(connection, path) is None:
            if document is None:
                raise LedgerFault("no_ledger", path=path)
            rules = document()  # it is slow: before anyone is kept waiting
        keep_a_log(connection, busy_seconds)
        connection.execute("BEGIN IMMEDIATE")
        version = version_of(connection, path)  # again: it may have been created meanwhile
        if version != SCHEMA:
            if version is not None:
                _keep_older(path, version)
            migrated(connection, rules if version is None else None)
        return connection
    except BaseException:
        _rolled_back(connection).close()
        raise


def connect(path: str, how: str, busy_seconds: float) -> sqlite3.Connection:
    """mode=rw and mode=ro never create: between our look and SQLite's the file may have become a link."""
    quoted = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return _prepare(sqlite3.connect(f"file://{quoted}?{how}", uri=True, timeout=busy_seconds, isolation_level=None))


def _prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    for pragma in ("foreign_keys = ON", "recursive_triggers = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _rolled_back(connection: sqlite3.Connection) -> sqlite3.Connection:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    return connection


def version_of(connection: sqlite3.Connection, path: str) -> int | None:
    """The schema of the file; None when it is an empty database, which is a ledger somebody was kept from creating."""
    application, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if application != APPLICATION_ID:
        if application or version or connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise LedgerFault("not_a_ledger", path=path, why="it is the database of another program")
        return None
    if version > SCHEMA:
        raise LedgerFault("newer_ledger", path=path, found=version, known=SCHEMA)
    return version


def keep_a_log(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """WAL, so that readers and the writer do not wait for each other."""
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # Only the very first change to WAL needs the file alone, and for that one SQLite does not wait by itself.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def migrated(connection: sqlite3.Connection, rules: dict[str, Any] | None) -> None:
    """Bring the schema up to date and, in a new ledger, lay down the rule book it starts from: in the open transaction."""
    from .migrations import migrate

    migrate(connection)
    if rules is not None:
        Session(connection, "").add_rulebook(0, rules)


def _keep_older(path: str, version: int) -> None:
    """A ledger of an older margincli is kept as it was, for those who want to go back: once."""
    from .copies import keep_copy

    if not os.path.lexists(older := f"{path}.v{version}"):
        keep_copy(path, older)


def _has_log(path: str) -> bool:
    try:
        return os.stat(os.path.realpath(path) + "-wal").st_size > 0
    except FileNotFoundError:
        return False
