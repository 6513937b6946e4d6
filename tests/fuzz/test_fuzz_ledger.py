"""The ledger file itself, foreign or damaged: read, or refused as damage; never a traceback, never made worse by a reader."""

import os
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from living import contents, lawful
from mangling import NASTY, bytes_spoilt, tries

LOOKS = (("status",), ("limits",), ("history",), ("interest",), ("orders",), ("check",), ("price", "show"), ("price", "show", "--sources"), ("rate", "show"), ("rules", "show", "liquidation"))
WRITES = (("deposit", "USDT", "1"), ("borrow", "USDT", "20"), ("accrue",), ("cancel", "all"), ("trade", "buy", "BTCUSDT", "0.001", "--wallet", "cross"))
COLUMNS = "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'"
looks = st.sampled_from(LOOKS + WRITES)


@pytest.mark.slow
@tries(60)
@given(st.data(), looks, looks)
def test_a_file_with_changed_bytes(room, sample, data, first, second):
    room.lay(data.draw(bytes_spoilt((sample,))))
    lawful(room.on_ledger(*first, at="2024-09-02T11:00:00Z"))
    lawful(room.on_ledger(*second, at="2024-09-02T11:00:00Z"))


@pytest.mark.slow
@tries(60)
@given(st.data())
def test_a_backup_with_changed_bytes(room, sample, data):
    """Put back whole and proved, or not at all; and it stays as it was given."""
    raw = data.draw(bytes_spoilt((sample,)))
    copy = room.write("copy.db", raw)
    before, there = contents(room.ledger), sorted(os.listdir(room.directory))
    said = lawful(room.on_ledger("restore", copy, "--yes"))
    assert copy.read_bytes() == raw
    if said.code:
        assert contents(room.ledger) == before and sorted(os.listdir(room.directory)) == there, "a refusal left a trace"
        return
    assert room.on_ledger("check").code == 0
    (room.directory / "ledger.db.before-restore").unlink()
    room.fresh()


@pytest.mark.slow
@tries(60)
@given(st.data(), looks)
def test_a_table_that_another_hand_has_written_in(room, data, look):
    """Any cell of any table, by a hand that knows SQL and heeds no trigger."""
    room.fresh()
    with sqlite3.connect(room.ledger) as db:
        for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        table, column, kind = data.draw(st.sampled_from(db.execute(COLUMNS).fetchall()))
        value = data.draw(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3) if kind == "INTEGER" else st.integers(0, len(NASTY) - 1).map(lambda number: NASTY[number].decode("utf-8", "replace")))
        db.execute("PRAGMA ignore_check_constraints = ON")
        try:
            db.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid IN (SELECT rowid FROM "{table}" LIMIT ?)', (value, data.draw(st.integers(1, 3))))
        except sqlite3.Error:
            pass  # the file would not have it (another row has that key)
    db.close()
    lawful(room.on_ledger(*look, at="2024-09-02T11:00:00Z"))
