"""The ledger that every fuzz test begins with: made once, by commands, then kept as bytes."""

import sqlite3

import pytest

import living


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A file with a debt, a position and a resting order, without a log beside it."""
    room = living.Room(tmp_path_factory.mktemp("sample"), b"")
    for words in living.BEGIN:
        said = room.on_ledger(*words)
        assert said.code == 0, said.err
    with sqlite3.connect(room.ledger) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    return room.ledger.read_bytes()


@pytest.fixture
def room(tmp_path, sample):
    return living.Room(tmp_path, sample)
