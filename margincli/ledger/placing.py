"""Files that get their name when they are whole, and not before: copies, exports, rebuilt ledgers.

Until then a file lies hidden near its place, and whoever writes it holds a lock on it. The system lets go of the lock when
the writer dies, even by kill -9; so the next one who comes there knows what is nobody's any more, and sweeps it away.
"""

import errno
import fcntl
import os
import re
import tempfile
from contextlib import contextmanager, suppress
from typing import Iterator

from .opening import create_directories

BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database
_PREFIX, _SUFFIX = ".margincli-", ".part"
_OURS = re.compile(rf"{re.escape(_PREFIX)}\w+{re.escape(_SUFFIX)}(?={'|'.join(BESIDE)}|$)")
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)


@contextmanager
def placed(path: str, replace: bool) -> Iterator[str]:
    """The name of an empty private file to be filled: on the disk and at `path` when all went well, otherwise gone.

    Directories that are missing are made at the end, too. Raises FileExistsError where something lies there that is not to
    be replaced, and OSError.
    """
    with part_near(path) as part:
        yield part
        _to_disk(part)
        create_directories(os.path.dirname(os.path.abspath(path)))
        _become(part, path, replace)
        _name_to_disk(os.path.dirname(os.path.abspath(path)))


@contextmanager
def part_near(path: str) -> Iterator[str]:
    """The same where nothing is to be left. Raises OSError."""
    directory = _nearest(os.path.dirname(os.path.abspath(path)))
    _sweep(directory)
    handle, part = _locked_file(directory)
    try:
        yield part
    finally:
        _remove(part)
        os.close(handle)


def _nearest(directory: str) -> str:
    """The directory itself, or what there is of it."""
    while not os.path.isdir(directory):
        if os.path.lexists(directory):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), directory)
        directory = os.path.dirname(directory)
    return directory


def _locked_file(directory: str) -> tuple[int, str]:
    """A new file for its owner alone. Who sweeps may have taken it for a dead one, before it was locked: then another."""
    while True:
        handle, part = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=directory)
        with suppress(OSError):  # a file system without locks: nobody can sweep there
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, part
        os.close(handle)


def _become(part: str, path: str, replace: bool) -> None:
    """A link, unlike a renaming, never takes the place of what came there meanwhile."""
    if replace:
        return os.replace(part, path)
    try:
        os.link(part, path)
    except OSError as fault:
        if fault.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        os.replace(part, path)


def _to_disk(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _name_to_disk(directory: str) -> None:
    """As far as that can be done: some file systems know no sync of a directory, and some directories may be written and not read."""
    try:
        _to_disk(directory)
    except OSError as fault:
        if fault.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES):
            raise


def _sweep(directory: str) -> None:
    """What dead writers have left. What cannot be looked at is another's, and stays."""
    with suppress(OSError):
        for name in {found[0] for found in map(_OURS.match, os.listdir(directory)) if found}:
            with suppress(OSError):
                _remove_if_dead(os.path.join(directory, name))


def _remove_if_dead(part: str) -> None:
    try:
        handle = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:  # only its log is left
        return _remove(part)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(part)
    finally:
        os.close(handle)


def _remove(part: str) -> None:
    """The file last: as long as it is there, what lies beside it is known to be its own."""
    for end in (*BESIDE, ""):
        with suppress(FileNotFoundError):
            os.unlink(part + end)
