"""Files that appear whole or not at all, and what becomes of those whose writer was killed."""

import errno
import os
import signal
import stat
import subprocess

import pytest
from doors import python

from margincli.ledger import placing
from margincli.ledger.placing import part_near, placed

WRITER = """
import os, signal, sys
from margincli.ledger.placing import placed
with placed(sys.argv[1], False) as part:
    for end in ("", "-wal", "-shm", "-journal"):
        open(part + end, "w").write("half")
    print(part, flush=True)
    sys.stdin.read() if sys.argv[2] == "live" else os.kill(os.getpid(), signal.SIGKILL)
"""


def put(path, text, replace=False):
    with placed(path, replace) as part:
        with open(part, "w") as file:
            file.write(text)


def test_a_file_is_private_and_whole_when_it_gets_its_name(tmp_path):
    path, old = tmp_path / "a" / "b" / "file", os.umask(0)
    try:
        with placed(path, False) as part:
            assert os.path.dirname(part) == str(tmp_path) and stat.S_IMODE(os.stat(part).st_mode) == 0o600
            assert not (tmp_path / "a").exists()
    finally:
        os.umask(old)
    assert [stat.S_IMODE(found.stat().st_mode) for found in (tmp_path / "a", path.parent, path)] == [0o700, 0o700, 0o600]
    assert os.listdir(tmp_path) == ["a"] and os.listdir(path.parent) == ["file"] and path.stat().st_nlink == 1


def test_a_file_that_replaces_a_wider_one_is_private(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(0o666)
    put(tmp_path / "file", "new", replace=True)
    assert (tmp_path / "file").read_text() == "new" and stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_nothing_is_left_of_what_went_wrong(tmp_path):
    with pytest.raises(ZeroDivisionError), placed(tmp_path / "a" / "file", False) as part:
        open(part + "-wal", "w").close()
        raise ZeroDivisionError
    with part_near(tmp_path / "file"):
        assert len(os.listdir(tmp_path)) == 1
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("links", [True, False])
def test_who_came_meanwhile_is_not_written_over(tmp_path, links, monkeypatch):
    if not links:  # a file system without them

        def link(*_):
            raise OSError(errno.EPERM, "no links")

        monkeypatch.setattr(os, "link", link)
    put(tmp_path / "free", "mine")
    assert (tmp_path / "free").read_text() == "mine"
    with pytest.raises(FileExistsError), placed(tmp_path / "file", False):
        (tmp_path / "file").write_text("yours")
    (tmp_path / "nothing").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        put(tmp_path / "nothing", "mine")
    assert (tmp_path / "file").read_text() == "yours" and sorted(os.listdir(tmp_path)) == ["file", "free", "nothing"]


def test_a_file_in_the_place_of_a_directory(tmp_path):
    (tmp_path / "a").write_text("x")
    with pytest.raises(NotADirectoryError):
        put(tmp_path / "a" / "b" / "file", "mine")
    assert os.listdir(tmp_path) == ["a"]


def test_a_name_may_be_as_long_as_any(tmp_path):
    put(tmp_path / ("x" * 255), "mine")
    assert os.listdir(tmp_path) == ["x" * 255]


def test_what_a_killed_writer_left_is_swept_away_by_the_next(tmp_path):
    """kill -9: the file with all that SQLite kept beside it, and a log of which the file is gone already."""
    for _ in range(3):
        assert python(WRITER, tmp_path / "file", "dead").wait() == -signal.SIGKILL
        assert len(os.listdir(tmp_path)) == 4
    (tmp_path / ".margincli-abc.part-wal").touch()
    put(tmp_path / "another", "mine")
    assert os.listdir(tmp_path) == ["another"]


def test_what_a_live_writer_has_in_hand_stays(tmp_path):
    writer = python(WRITER, tmp_path / "file", "live", stdin=subprocess.PIPE)
    part = writer.stdout.readline().strip()
    put(tmp_path / "another", "mine")
    assert os.path.exists(part) and os.path.exists(part + "-wal")
    writer.stdin.close()
    assert writer.wait() == 0 and sorted(os.listdir(tmp_path)) == ["another", "file"]


def test_nothing_of_others_is_swept_away(tmp_path):
    """Files of other programs, and what only looks like ours: a link, a pipe, a directory."""
    others = [".file.x.part", "margincli-x.part", ".margincli-x.part.bak", ".margincli-.part", ".margincli-x.partial", "ledger.db-wal"]
    for name in others:
        (tmp_path / name).touch()
    os.mkfifo(tmp_path / ".margincli-pipe.part")
    (tmp_path / ".margincli-directory.part").mkdir()
    (tmp_path / ".margincli-link.part").symlink_to(tmp_path / "margincli-x.part")
    put(tmp_path / "file", "mine")
    assert {*others, "file", ".margincli-directory.part", ".margincli-link.part"} <= set(os.listdir(tmp_path))


def test_a_file_swept_away_before_it_was_locked_is_made_anew(tmp_path, monkeypatch):
    taken, make = [], placing.tempfile.mkstemp

    def swept_at_once(**words):
        handle, part = make(**words)
        if not taken:
            taken.append(part)
            os.unlink(part)
        return handle, part

    monkeypatch.setattr(placing.tempfile, "mkstemp", swept_at_once)
    put(tmp_path / "file", "mine")
    assert taken and (tmp_path / "file").read_text() == "mine"


def test_a_file_system_that_knows_no_sync_of_a_directory(tmp_path, monkeypatch):
    sync = os.fsync

    def fsync(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no such thing")
        sync(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    put(tmp_path / "file", "mine")
    assert os.listdir(tmp_path) == ["file"]
