"""Beginning a ledger: privately, once, and as if a killed program had never tried."""

import os
import signal
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from doors import fault_of, python, rules
from ledgers import RULES, Wallet, deposit, rows, scale

from margincli.ledger import reading, scratch, writing
from margincli.ledger.opening import APPLICATION_ID, SCHEMA


def test_first_write_creates_a_private_ledger(tmp_path):
    path = tmp_path / "a" / "b" / "ledger.db"
    old = os.umask(0)
    try:
        with writing(path, rules) as session:
            assert [stat.S_IMODE(os.stat(p).st_mode) for p in (path.parent.parent, path.parent, path, f"{path}-wal", f"{path}-shm")] == [0o700, 0o700, 0o600, 0o600, 0o600]
            session.commit()
    finally:
        os.umask(old)
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    assert rows(path, "PRAGMA application_id") == [(APPLICATION_ID,)] and rows(path, "PRAGMA user_version") == [(SCHEMA,)]
    with reading(path) as session:
        assert session.rulebook(0).document == RULES and session.owners() == [] and not session.owner_exists("house")


def test_a_read_and_a_write_without_rules_never_create(path):
    for door in (reading, writing):
        fault = fault_of(door, path)
        assert (fault.code, fault.exit_code, fault.facts["path"]) == ("no_ledger", 4, str(path))
    assert not path.exists()


def test_an_uncommitted_first_write_is_no_ledger(path):
    with writing(path, rules) as session:
        session.append("main", [deposit("1", 1)], scale)
    assert fault_of(reading, path).code == "no_ledger" and fault_of(writing, path).code == "no_ledger"
    with writing(path, rules) as session:
        assert session.owners() == []
        session.commit()
    with reading(path):
        pass


def test_rules_are_asked_for_only_at_creation(begun):
    def unwanted():
        raise AssertionError("loading rules is slow")

    with writing(begun, unwanted) as session:
        assert session.owners() == ["main"]


def test_an_empty_file_is_completed(path):
    path.touch()
    assert fault_of(reading, path).code == "no_ledger"
    with writing(path, rules) as session:
        session.commit()
    with reading(path) as session:
        assert session.rulebook(5).profile == "test"


def test_odd_names(tmp_path, monkeypatch):
    for name in ("a b.db", "100%.db", "what?.db", "x#y.db", "%41.db", "ü€.db", "-n.db", ":memory:", "file:x?mode=memory"):
        monkeypatch.chdir(tmp_path)
        with writing(name, rules) as session:
            session.commit()
        assert (tmp_path / name).stat().st_size > 0, name
    assert fault_of(reading, "nul\0.db").code == "not_a_ledger"


def test_links(tmp_path, begun):
    good, dangling, loop = tmp_path / "good", tmp_path / "dangling", tmp_path / "loop"
    good.symlink_to(begun)
    dangling.symlink_to(tmp_path / "nothing")
    loop.symlink_to(loop)
    with writing(good) as session:
        session.settle("main", 2000)
        session.commit()
    with reading(begun) as session:
        assert session.settled_to("main") == 2000
    for door in (reading, writing):
        assert fault_of(door, dangling).code == "not_a_ledger"
    assert fault_of(writing, dangling, rules).code == "not_a_ledger"
    assert fault_of(writing, loop, rules).code == "not_a_ledger"
    assert not (tmp_path / "nothing").exists()


FIRST = """
import sys
from ledgers import RULES, Wallet, deposit, scale
from margincli.ledger import writing
sys.stdin.readline()
with writing(sys.argv[1], lambda: RULES) as session:
    session.append(sys.argv[2], [deposit("1", 1, wallet=Wallet(sys.argv[2], "cross"))], scale)
    session.settle(sys.argv[2], 1)
    session.commit()
"""


def test_many_first_writers_at_once(tmp_path):
    for turn in range(3):
        path = tmp_path / str(turn) / "ledger.db"
        writers = [python(FIRST, path, f"owner{n}", stdin=subprocess.PIPE) for n in range(4)]
        for writer in writers:
            writer.stdin.write("go\n")
            writer.stdin.flush()
        assert [writer.wait(60) for writer in writers] == [0] * 4
        with reading(path) as session:
            assert session.owners() == ["owner0", "owner1", "owner2", "owner3"]


def test_many_first_writers_in_threads(path):
    def write(n):
        with writing(path, rules) as session:
            session.append(f"owner{n}", [deposit("1", 1, wallet=Wallet(f"owner{n}", "cross"))], scale)
            session.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with reading(path) as session:
        assert len(session.owners()) == 8


KILLED = """
import os, signal, sys
from ledgers import RULES, deposit, scale
from margincli.ledger import opening, writing
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
where = sys.argv[2]
if where != "before commit":
    owner, _, name = where.rpartition(".")
    made = getattr(opening, name)
    def then_die(*args): made(*args); die()
    setattr(opening, name, then_die)
with writing(sys.argv[1], lambda: RULES) as session:
    session.append("main", [deposit("7", 5000)], scale)
    die()
"""


@pytest.mark.parametrize("where", ["opening._create_file", "opening.keep_a_log", "opening.migrated", "before commit"])
def test_killed_while_creating(path, where):
    assert python(KILLED, path, where).wait() == -signal.SIGKILL
    assert fault_of(reading, path).code == "no_ledger"
    with writing(path, rules) as session:
        assert session.owners() == []
        session.append("main", [deposit("1", 1)], scale)
        session.commit()
    with reading(path) as session:
        assert session.owners() == ["main"] and len(session.history("main")) == 1


def test_killed_in_the_middle_of_a_write(begun):
    assert python(KILLED, begun, "before commit").wait() == -signal.SIGKILL
    with reading(begun) as session:
        assert len(session.history("main")) == 1
    with writing(begun) as session:
        assert session.append("main", [deposit("7", 5000)], scale) == [2]
        session.commit()
    assert rows(begun, "PRAGMA integrity_check") == [("ok",)]


def test_scratch_ledger():
    with scratch(rules) as session:
        session.append("main", [deposit("1", 1)], scale)
        assert session.owners() == ["main"] and session.rulebook(9).profile == "test"
        session.commit()
