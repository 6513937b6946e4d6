"""Opening what is there: whether it is a ledger, whether it is whole, and who else wants it."""

import json
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from doors import fault_of, python, rules
from ledgers import by_hand, deposit, rows, scale

from margincli.ledger import LedgerFault, reading, writing
from margincli.ledger.opening import APPLICATION_ID, SCHEMA


def test_constants_agree():
    from margincli.ledger import schema
    from margincli.ledger.migrations import steps

    assert APPLICATION_ID == schema.APPLICATION_ID == int.from_bytes(b"MRGC", "big")
    assert SCHEMA == len(steps._migrations)


def test_every_table_is_strict(begun):
    tables = [(name, strict) for _, name, kind, _, _, strict in rows(begun, "PRAGMA table_list") if kind == "table" and name != "sqlite_schema"]
    assert len(tables) > 12 and [name for name, strict in tables if not strict and not name.startswith("sqlite_")] == []


def test_connection_is_safe(begun):
    with writing(begun) as session:
        asked = ("synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
        assert [session.db.execute(f"PRAGMA {name}").fetchone()[0] for name in asked] == [2, 1, 1, 10_000]


def test_what_is_no_ledger(tmp_path):
    (tmp_path / "text").write_text("Dear diary, " * 1000)
    (tmp_path / "short").write_text("hello")
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "fifo")
    with by_hand(tmp_path / "notes.db", "CREATE TABLE notes (text)"):
        pass
    with by_hand(tmp_path / "other.db", "CREATE TABLE notes (text)", "PRAGMA application_id = 42"):
        pass
    before = (tmp_path / "notes.db").read_bytes()
    for name in ("text", "short", "directory", "fifo", "notes.db", "other.db"):
        for door, given in ((reading, ()), (writing, ()), (writing, (rules,))):
            fault = fault_of(door, tmp_path / name, *given)
            assert (fault.code, fault.exit_code) == ("not_a_ledger", 4), name
    assert (tmp_path / "notes.db").read_bytes() == before
    assert fault_of(writing, tmp_path / "text" / "x.db", rules).code == "not_a_ledger"


def test_newer_ledger(begun):
    with by_hand(begun, "PRAGMA user_version = 99"):
        pass
    for door in (reading, writing):
        fault = fault_of(door, begun)
        assert (fault.code, fault.exit_code, fault.facts["found"]) == ("newer_ledger", 4, "99")


def test_busy(begun):
    with writing(begun):
        fault = fault_of(writing, begun, busy_seconds=0.05)
        assert (fault.code, fault.exit_code) == ("ledger_busy", 5)
        with reading(begun, busy_seconds=0.05) as session:  # readers do not wait for a writer
            assert session.owners() == ["main"]
    with writing(begun, busy_seconds=0.05):
        pass


def test_a_writer_waits_its_turn(begun):
    code = "import ledgers, time, sys\nwith ledgers.by_hand(sys.argv[1], 'BEGIN IMMEDIATE') as c:\n print('held', flush=True)\n time.sleep(0.3)"
    other = python(code, begun)
    assert other.stdout.readline() == "held\n"
    with writing(begun) as session:
        assert session.owners() == ["main"]
    assert other.wait() == 0


def test_a_reader_sees_one_moment(begun):
    with reading(begun) as early:
        with writing(begun) as session:
            session.settle("main", 9000)
            session.commit()
        assert early.settled_to("main") == 1000
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            early.settle("main", 9)
    with reading(begun) as late:
        assert late.settled_to("main") == 9000


def test_nothing_is_written_without_commit_nor_after_it(begun):
    with writing(begun) as session:
        session.settle("main", 5000)
    with pytest.raises(ZeroDivisionError):
        with writing(begun) as session:
            session.settle("main", 5000)
            1 / 0
    with reading(begun) as session:
        assert session.settled_to("main") == 1000
    with pytest.raises(LedgerFault) as caught:
        with writing(begun) as session:
            session.commit()
            session.settle("main", 5000)
    assert caught.value.code == "ledger_read_only"


AS_NOBODY = """
import os, sys, json
from margincli.ledger import LedgerFault, reading, writing
if os.getuid() == 0: os.setuid(65534)
told = []
for door in (reading, writing):
    try:
        with door(sys.argv[1]) as session:
            told.append(session.owners())
    except LedgerFault as fault:
        told.append([fault.code, fault.exit_code])
print(json.dumps(told))
"""


@pytest.fixture
def public(begun, tmp_path_factory):
    """The ledger in a directory anyone can enter: root may write everywhere, so another user has to try."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    shutil.copy(begun, directory / "ledger.db")
    yield directory / "ledger.db"
    shutil.rmtree(directory)


def as_nobody(path):
    process = python(AS_NOBODY, path)
    out, _ = process.communicate()
    return json.loads(out)


def test_read_only(public):
    public.chmod(0o444)
    public.parent.chmod(0o555)
    assert as_nobody(public) == [["main"], ["ledger_read_only", 5]]
    public.parent.chmod(0o777)
    assert as_nobody(public) == [["main"], ["ledger_read_only", 5]]
    public.parent.chmod(0o755)


def test_unreadable(public):
    public.chmod(0o000)
    assert as_nobody(public) == [["ledger_unreadable", 4], ["ledger_read_only", 5]]
    public.parent.chmod(0o700)
    assert as_nobody(public) == [["ledger_unreadable", 4]] * 2


def test_damage(begun):
    whole = begun.read_bytes()
    assert len(whole) > 5 * 4096
    for size in (2, 99, 100, 511, 512, 4095, 4096, 5000, len(whole) // 2, len(whole) - 4096):
        begun.write_bytes(whole[:size])
        with pytest.raises(LedgerFault) as caught:
            with reading(begun) as session:
                session.history("main"), session.rulebook(0), session.db.execute("PRAGMA integrity_check").fetchall()
                session.state("main"), session.last_prices(at=0), session.db.execute("SELECT * FROM refs, rates").fetchall()
                raise LedgerFault("ledger_damaged", path=begun, why="what could be read was whole")
        assert caught.value.code in ("ledger_damaged", "not_a_ledger"), size
    begun.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    with pytest.raises(LedgerFault) as caught:
        with writing(begun) as session:
            session.append("main", [deposit("1", 2000)], scale)
    assert (caught.value.code, caught.value.exit_code) == ("ledger_damaged", 8)


def test_a_missing_table_is_damage(begun):
    with by_hand(begun, "DROP VIEW balances_by_wallet", "DROP TABLE refs"):
        pass
    with pytest.raises(LedgerFault) as caught:
        with reading(begun) as session:
            session.recall("x")
    assert caught.value.code == "ledger_damaged"


def test_full_disk(begun):
    with pytest.raises(LedgerFault) as caught:
        with writing(begun) as session:
            pages = session.db.execute("PRAGMA page_count").fetchone()[0]
            session.db.execute(f"PRAGMA max_page_count = {pages}")
            session.add_rulebook(7, {"profile": "x" * 100_000})
            session.commit()
    assert (caught.value.code, caught.value.exit_code) == ("disk_full", 5)
    with reading(begun) as session:
        assert session.rulebook(7).profile == "test"


def test_the_hot_path_stays_light(begun):
    code = """
    import sys
    from ledgers import *
    from margincli.ledger import writing
    known = set(sys.modules)
    with writing(sys.argv[1]) as session:
        session.state("main"), session.market(["BTC"], [], 0, 5), session.append("main", borrow("1", 5000), scale)
        session.commit()
    heavy = {"sqlite_utils", "tomllib", "click", "tempfile", "subprocess", "urllib.parse", "margincli.ledger.prices", "margincli.ledger.proof"}
    print(sorted(heavy & set(sys.modules)), sorted(set(sys.modules) - known))
    """
    assert python(code, begun).communicate()[0] == "[] []\n"


def test_a_row_that_says_it_is_longer_than_any_can_be_is_damage(begun):
    """As a rotten byte in its header makes it say."""
    with pytest.raises(LedgerFault) as caught, reading(begun) as session:
        session.db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10)
        session.db.execute("SELECT document FROM rulebooks").fetchone()
    assert (caught.value.code, caught.value.exit_code) == ("ledger_damaged", 8)
