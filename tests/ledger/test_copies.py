"""Backups and restores: whole or not at all, proved, private, and safe against whoever has the ledger open."""

import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest
from doors import fault_of, python
from ledgers import by_hand, deposit, rows, scale
from test_migrations import frozen

from margincli.ledger import LedgerFault, copies, reading, writing
from margincli.ledger.copies import back_up, keep_copy, restore
from margincli.ledger.opening import SCHEMA
from margincli.ledger.proof import prove


def write(path, at, amount="1"):
    with writing(path) as session:
        session.append("main", [deposit(amount, at)], scale)
        session.settle("main", at)
        session.commit()


def backup(path, target, replace=False):
    with reading(path) as session:
        return back_up(session, str(target), replace)


def entries(path):
    with reading(path) as session:
        assert prove(session) == []
        return session.counts()["entries"]


def refusal(act, *words):
    with pytest.raises(LedgerFault) as caught:
        act(*words)
    return caught.value


@pytest.fixture
def copy(begun, tmp_path):
    """A backup of one entry; the ledger has gone on to two."""
    backup(begun, tmp_path / "copy.db")
    write(begun, 2000)
    return tmp_path / "copy.db"


def left(directory):
    return sorted(name for name in os.listdir(directory) if ".part" in name)


def test_a_backup_is_one_private_proved_file(begun, tmp_path):
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "copy.db"
    old = os.umask(0)
    try:
        told = backup(begun, target)
    finally:
        os.umask(old)
    with reading(begun) as session:
        assert told == {"counts": session.counts(), "head": session.head()}
    assert os.listdir(target.parent) == ["copy.db"] and stat.S_IMODE(target.stat().st_mode) == 0o600
    assert entries(target) == 1 and os.listdir(target.parent) == ["copy.db"]  # reading it leaves no log, so any disk will do


def test_a_backup_sees_one_moment_while_others_write(begun, tmp_path):
    with reading(begun) as session:
        write(begun, 2000)
        back_up(session, str(tmp_path / "copy.db"), False)
        with writing(begun) as writer:
            writer.append("main", [deposit("1", 3000)], scale)
            back_up(session, str(tmp_path / "copy2.db"), False)
    assert entries(tmp_path / "copy.db") == entries(tmp_path / "copy2.db") == 1 and entries(begun) == 2


def test_a_backup_overwrites_only_when_told(begun, copy, tmp_path):
    before = copy.read_bytes()
    assert refusal(backup, begun, copy).code == "file_there" and copy.read_bytes() == before
    assert backup(begun, copy, replace=True)["counts"]["entries"] == entries(copy) == 2
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    assert refusal(backup, begun, tmp_path / "link").code == "file_there"
    backup(begun, tmp_path / "link", replace=True)  # the link itself gives way, not what it points to
    assert not (tmp_path / "link").is_symlink() and not (tmp_path / "nothing").exists()


def test_who_was_quicker_is_not_overwritten(begun, tmp_path, monkeypatch):
    target = tmp_path / "copy.db"

    def prove_slowly(session):
        target.write_text("mine")
        return []

    monkeypatch.setattr(copies, "prove", prove_slowly)
    assert refusal(backup, begun, target).code == "file_there"
    assert target.read_text() == "mine" and left(tmp_path) == []


@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db-journal", "link", "hard"])
def test_a_backup_never_goes_over_the_ledger(begun, tmp_path, name):
    (tmp_path / "link").symlink_to(begun)
    (tmp_path / "hard").hardlink_to(begun)
    before = begun.read_bytes()
    assert refusal(backup, begun, tmp_path / name, True).code == "same_file" and begun.read_bytes() == before


def test_a_backup_beside_somebodys_log(begun, tmp_path):
    (tmp_path / "copy.db-wal").touch()
    assert refusal(backup, begun, tmp_path / "copy.db").facts["beside"] == str(tmp_path / "copy.db-wal")


def test_books_that_do_not_hold_are_not_copied(begun, copy, tmp_path):
    with by_hand(begun, "UPDATE entries SET at = at + 1 WHERE id = 1", guards=False):
        pass
    fault = refusal(backup, begun, tmp_path / "other.db")
    assert (fault.code, fault.exit_code) == ("unproved", 8) and not (tmp_path / "other.db").exists() and left(tmp_path) == []
    with by_hand(copy, "UPDATE entries SET at = at + 1 WHERE id = 1", guards=False):
        pass
    before = begun.read_bytes()
    assert refusal(restore, str(begun), str(copy), True).code == "unproved" and begun.read_bytes() == before and left(tmp_path) == []


def test_restore_where_there_is_nothing(copy, tmp_path):
    path = tmp_path / "new" / "place" / "ledger.db"
    told = restore(str(path), str(copy), False)
    assert told["kept"] is None and told["counts"]["entries"] == entries(path) == 1
    assert [stat.S_IMODE(p.stat().st_mode) for p in (path.parent.parent, path.parent, path)] == [0o700, 0o700, 0o600]
    write(path, 5000)
    assert rows(path, "PRAGMA journal_mode") == [("wal",)] and entries(copy) == 1
    empty = tmp_path / "empty.db"
    empty.touch()
    assert restore(str(empty), str(copy), False)["kept"] is None and entries(empty) == 1


def test_restore_keeps_what_it_replaces(begun, copy):
    assert refusal(restore, str(begun), str(copy), False).code == "file_there" and entries(begun) == 2
    kept = restore(str(begun), str(copy), True)["kept"]
    assert kept == f"{begun}.before-restore" and (entries(begun), entries(kept), entries(copy)) == (1, 2, 1)
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600 and rows(begun, "PRAGMA journal_mode") == [("wal",)]
    again = restore(str(begun), kept, True)["kept"]
    assert again == f"{begun}.before-restore.2" and entries(begun) == 2


def test_restore_under_the_feet_of_a_reader(begun, copy):
    """Whoever reads goes on seeing his moment; the next look, through the same open file or a new one, sees the copy."""
    with reading(begun) as session, by_hand(begun) as other:
        assert other.execute("SELECT count(*) FROM entries").fetchone() == (2,)
        restore(str(begun), str(copy), True)
        assert session.counts()["entries"] == 2
        assert other.execute("SELECT count(*) FROM entries").fetchone() == (1,)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    write(begun, 3000)
    assert entries(begun) == 2


def test_restore_waits_for_a_writer_and_not_for_ever(begun, copy, monkeypatch):
    monkeypatch.setattr(copies, "BUSY_SECONDS", 0.1)
    with writing(begun):
        assert refusal(restore, str(begun), str(copy), True).code == "ledger_busy"
    assert entries(begun) == 2 and left(begun.parent) == []
    restore(str(begun), str(copy), True)


def test_nothing_is_written_between_what_is_kept_and_what_is_restored(begun, copy, monkeypatch):
    """While the old books are set aside nobody can add to them."""
    asked = []

    def kept(path, target):
        asked.append(fault_of(writing, begun, busy_seconds=0.05).code)
        return keep_copy(path, target)

    monkeypatch.setattr(copies, "keep_copy", kept)
    restore(str(begun), str(copy), True)
    assert asked == ["ledger_busy"]


def test_what_cannot_be_restored(begun, copy, tmp_path):
    (tmp_path / "text").write_text("Dear diary, " * 1000)
    with by_hand(tmp_path / "other.db", "CREATE TABLE notes (text)"):
        pass
    (tmp_path / "cut.db").write_bytes(copy.read_bytes()[:20000])
    with by_hand(tmp_path / "cut.db"):
        pass
    new = str(tmp_path / "new.db")
    for name, code in (("nowhere", "no_backup"), ("text", "not_a_ledger"), ("other.db", "not_a_ledger"), ("cut.db", "ledger_damaged"), ("new.db", "no_backup")):
        assert refusal(restore, new, str(tmp_path / name), False).code == code
        assert not os.path.exists(new) and left(tmp_path) == [], name
    assert refusal(restore, str(begun), str(begun), True).code == "same_file"
    (tmp_path / "new.db-wal").touch()
    assert refusal(restore, new, str(copy), False).code == "log_beside" and not os.path.exists(new)
    assert refusal(restore, str(tmp_path / "text"), str(copy), True).code == "not_a_ledger" and (tmp_path / "text").read_text()[:4] == "Dear"
    assert refusal(restore, str(tmp_path / "other.db"), str(copy), True).code == "not_a_ledger"


def test_restore_of_an_older_version(begun, tmp_path):
    """The file stays as it is; what is restored is brought up to date."""
    older = frozen(1, tmp_path / "older.db")
    before = older.read_bytes()
    restore(str(begun), str(older), True)
    assert older.read_bytes() == before and rows(begun, "PRAGMA user_version") == [(SCHEMA,)] and entries(begun) == 15


KILLED = """
import os, signal, sys
from margincli.ledger import copies, placing, reading
where, act, path, target = sys.argv[1:]
room, _, name = where.rpartition(".")
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
if name == "midway":
    pages = copies.keep_copy
    copies.keep_copy = lambda *words: (pages(*words), die())
else:
    setattr(sys.modules[f"margincli.ledger.{room}"], name, die)
if act == "restore":
    copies.restore(path, target, True)
else:
    with reading(path) as session:
        copies.back_up(session, target, True)
"""


@pytest.mark.parametrize("where", ["copies._proved", "placing._become", "placing._to_disk", "placing._remove", "copies.keep_copy", "copies.midway"])
def test_killed_on_the_way(begun, copy, where):
    """The books are those of before or those of the copy, and what the dead have left is swept away by the next who comes there, whatever he is about."""
    for act in ("backup", "restore"):
        killed = python(KILLED, where, act, begun, copy).wait()
        assert killed == (0 if act == "backup" and where in ("copies.keep_copy", "copies.midway") else -signal.SIGKILL)
        assert entries(begun) in (1, 2) and entries(copy) in (1, 2)
        backup(begun, begun.parent / f"{act}.db")
        assert left(begun.parent) == []
    assert restore(str(begun), str(copy), True)["counts"]["entries"] == entries(begun)


def test_a_full_disk_takes_no_half_backup(begun, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("a disk of its own cannot be mounted here")
    try:
        assert refusal(backup, begun, disk / "copy.db").code == "disk_full" and os.listdir(disk) == []
    finally:
        subprocess.run(["umount", disk], check=True)


def test_odd_names(begun, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a b.db", "100%.db", "what?.db", "-n.db", "ü€.db", "file:x?mode=memory"):
        backup(begun, name)
        assert entries(name) == 1 and Path(name).exists()
