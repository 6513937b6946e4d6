"""A ledger that is replicated as Litestream does it: commands go on, and what is restored from the replica is the ledger."""

import subprocess
import sys
from pathlib import Path

import pytest
from replica import restored
from rooms import DONE, MINUTE, ROUNDS, Room, seeded

from margincli.ledger import reading

pytestmark = pytest.mark.slow
ANYTHING = ["deposit USDT 5", "borrow USDT 150", "trade buy BTCUSDT 0.001 --borrow", "trade sell BTCUSDT 0.001 --repay", "accrue", "price set BTCUSDT 61000", "status", "check"]


def test_a_ledger_that_is_replicated(tmp_path):
    chance, room = seeded(), Room(tmp_path).begin()
    (tmp_path / "replica").mkdir()
    command = [sys.executable, Path(__file__).with_name("replica.py"), room.ledger, tmp_path / "replica"]
    replicator = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert replicator.stdout.readline() == "ready\n"
    for number in range(60 * ROUNDS):
        room.now += chance.choice([MINUTE, 61 * MINUTE])
        words = chance.choice(ANYTHING)
        ref = None if words in ("status", "check") else room.ref()
        assert room.run(*words.split(), ref=ref, at=room.now).code in (DONE, 3), words
        if number % 10 == 9:  # the log is there for it, whoever closed the ledger last
            assert Path(f"{room.ledger}-wal").stat().st_size > 0
            begun_by = room.holds()
            meanwhile = Room.holds(_forgetful(room), restored(tmp_path / "replica", tmp_path / "meanwhile.db"))
            assert set(meanwhile) <= set(begun_by)
    lines = tmp_path / "lines"
    lines.write_text("deposit USDT 1\n" * 3000)  # more than SQLite writes without a checkpoint of its own
    assert room.run("batch", str(lines), "--commit-every", "500", "--account", "other").code == DONE
    said, _ = replicator.communicate(timeout=60)
    again = restored(tmp_path / "replica", tmp_path / "again.db")
    with reading(room.ledger) as first, reading(again) as second:
        assert first.head() == second.head() and first.counts() == second.counts() and first.counts()["entries"] > 3000
    new = Room(tmp_path)
    new.ledger = again
    assert new.run("check").code == DONE and new.run("deposit", "USDT", "1", at=room.now).code == DONE
    print(f"{said.count('checkpoint')} checkpoints of the replicator, {said.count('blocked')} that were blocked, {len(list((tmp_path / 'replica').iterdir())) - 1} logs")
    assert said.count("checkpoint") > 2


def _forgetful(room: Room) -> Room:
    """The same room without its promises: for a ledger that may be a moment behind."""
    other = Room(room.directory)
    other.tried = room.tried
    return other
