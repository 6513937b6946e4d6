"""kill -9 at any moment: the ledger is as before the command or after it, and who asks again is answered once."""

import os
import time
from collections import defaultdict
from pathlib import Path

import pytest
from rooms import BUSY, DONE, MINUTE, ROUNDS, Room, seeded

pytestmark = pytest.mark.slow


def candles(room: Room, chance, number: int) -> Path:
    """An hour of candles in minutes, which lie where no others do."""
    path = room.directory / "ETHUSDT.csv"
    rows = [f"{1_704_067_200 + (number * 60 + minute) * 60},2500,{2500 + chance.randrange(9)},{2500 - chance.randrange(9)},2500,1" for minute in range(60)]
    path.write_text("time,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    return path


def anything(room: Room, chance, number: int) -> tuple[str, ...]:
    return chance.choice(
        [
            ("deposit", "USDT", str(chance.randrange(1, 1000))),
            ("borrow", "USDT", str(chance.randrange(100, 200))),
            ("repay", "USDT", "100"),
            ("trade", "buy", "BTCUSDT", "0.001", "--borrow"),
            ("trade", "sell", "BTCUSDT", "0.001", "--repay"),
            ("trade", "buy", "BTCUSDT", "0.001", "--type", "limit", "--price", "50000"),
            ("cancel", "--all"),
            ("accrue",),
            ("liquidate",),
            ("price", "set", "BTCUSDT", str(chance.randrange(55_000, 65_000))),
            ("price", "import", str(candles(room, chance, number)), "--source", "kraken"),
        ]
    )


def test_killed_at_random_moments(tmp_path):
    chance, room = seeded(), Room(tmp_path).begin()
    seconds: dict[str, float] = defaultdict(lambda: 0.05)
    killed = kept = 0
    for number in range(100 * ROUNDS):
        words, ref = anything(room, chance, number), room.ref()
        room.now += chance.choice([1, MINUTE, 70 * MINUTE])
        running = room.start(*words, ref=ref, at=room.now)
        time.sleep(chance.uniform(0, 1.1) * seconds[words[0]])
        running.kill()
        said = room.heard(running, ref)
        killed += said.code < 0
        if said.code >= 0:
            seconds[words[0]] = 0.7 * seconds[words[0]] + 0.3 * (time.monotonic() - running.since)
        else:
            seconds[words[0]] *= 1.05
        if number % 5 == 0:
            room.holds()
        known = room.knows(ref)
        kept += said.code < 0 and known
        again = room.run(*words, ref=ref, at=room.now)  # as whoever was not answered does
        assert again.code in (DONE, 3, 4), again
        if known:
            assert again.code == DONE and again.receipt["repeated"]
    room.holds()
    print(f"{killed} killed, {kept} of them after their commit, {len(room.promised)} promises kept")
    assert killed > 20 * ROUNDS


def test_killed_while_the_first_command_makes_the_ledger(tmp_path):
    chance = seeded()
    for number in range(12 * ROUNDS):
        (tmp_path / str(number)).mkdir()
        room = Room(tmp_path / str(number))
        running = room.start("deposit", "USDT", "5", ref="first", at=room.now)
        time.sleep(chance.uniform(0, 0.25))
        running.kill()
        room.heard(running, "first")
        assert room.run("deposit", "USDT", "5", ref="first", at=room.now).code == DONE
        assert len(room.holds()) == 1


@pytest.mark.parametrize("act", ["backup", "restore"])
def test_killed_while_copying(tmp_path, act):
    """A backup is there whole or not at all, and a restore leaves the old books or the new."""
    chance, room = seeded(), Room(tmp_path).begin()
    copy, entries = tmp_path / "copy.db", {}
    assert room.run("backup", str(copy)).code == DONE
    old = room.holds()
    for _ in range(12 * ROUNDS):
        room.must("deposit", "USDT", "7")
        running = room.start(act, str(copy), "--yes")
        time.sleep(chance.uniform(0, 0.25))
        running.kill()
        running.wait()
        entries = Room.holds(_forgetful(room), copy)
        assert entries.keys() >= old.keys()
        if act == "backup":
            room.holds()
        else:
            there = _forgetful(room).holds()
            assert there.keys() in (old.keys(), room.promised.keys()), "neither the old books nor the new"
            room.promised = {ref: receipt for ref, receipt in room.promised.items() if ref in there}
    assert room.run(act, str(copy), "--yes").code == DONE
    assert entries and not _parts(room)


def test_killed_while_exporting_and_importing(tmp_path):
    """An export is the old file or the new one, an imported ledger is there whole or not at all, and the next run sweeps away the rest."""
    chance, room = seeded(), Room(tmp_path).begin()
    room.must("accrue")
    out, new = tmp_path / "ledger.json", Room(tmp_path)
    new.ledger, new.tried = tmp_path / "new.db", room.tried
    assert room.run("export", "-f", "json", "-o", str(out)).code == DONE
    whole, left, made = out.read_bytes(), 0, 0
    for number in range(24 * ROUNDS):
        words = ("export", "-f", "json", "-o", str(out), "--yes") if number % 2 else ("import", str(out))
        running = (room if number % 2 else new).start(*words)
        time.sleep(chance.uniform(0, 0.12 if number % 2 else 0.4))
        running.kill()
        running.wait()
        left += bool(_parts(room))
        assert out.read_bytes() == whole
        if new.ledger.exists():
            new.holds()
            for file in tmp_path.glob("new.db*"):  # who looked at it may have left a log beside it
                file.unlink()
            made += 1
    assert new.run("import", str(out)).code == DONE and not _parts(room)
    print(f"{24 * ROUNDS} kills: a hidden part left {left} times, {made} ledgers made before the blow")
    assert left and new.holds()


def _parts(room: Room) -> list[str]:
    return [name for name in os.listdir(room.directory) if ".part" in name]


def _forgetful(room: Room) -> Room:
    """The same room without its promises: for a ledger of an earlier day."""
    other = Room(room.directory)
    other.tried = room.tried
    return other


def test_two_crons_and_a_trader(tmp_path):
    """Several at once, each killed now and then; times are the clock's own."""
    chance, room = seeded(), Room(tmp_path)
    room.now = int(time.time() * 1000) - 3_600_000 * 30
    room.begin()
    lines = {
        "trader": ["trade buy BTCUSDT 0.001 --borrow", "trade sell BTCUSDT 0.001 --repay", "borrow USDT 150", "repay USDT 100", "deposit USDT 3"],
        "cron": ["accrue"],
        "other cron": ["liquidate", "price set BTCUSDT 59000", "price set BTCUSDT 61000"],
    }
    going: dict[str, tuple] = {}
    for _ in range(90 * ROUNDS):
        name = chance.choice(list(lines))
        if name in going:
            running, ref = going.pop(name)
            if chance.random() < 0.4:
                running.kill()
            said = room.heard(running, ref)
            assert said.code in (DONE, 3, BUSY, -9), said
        ref = room.ref()
        going[name] = room.start(*chance.choice(lines[name]).split(), ref=ref), ref
        time.sleep(chance.uniform(0, 0.02))
    for running, ref in going.values():
        room.heard(running, ref)
    room.holds()
    assert len(room.promised) > 20 * ROUNDS


def test_twenty_writers(tmp_path):
    """All at once, again and again: whoever was told that it is done has brought his coins, once."""
    seeded()
    room = Room(tmp_path).begin()
    brought = 0
    for _ in range(2 * ROUNDS):
        room.now += MINUTE
        refs = [room.ref() for _ in range(20)]
        started = [room.start("deposit", "BTC", "1", ref=ref, at=room.now) for ref in refs]
        codes = [room.heard(running, ref).code for running, ref in zip(started, refs)]
        assert set(codes) <= {DONE, BUSY}
        brought += codes.count(DONE)
    room.holds()
    status = room.run("status", at=room.now).receipt
    (held,) = [row["free"] for row in status["wallets"][0]["balances"] if row["asset"] == "BTC"]
    assert held == str(brought)


def test_copies_while_others_write(tmp_path):
    """Every backup taken under fire is proved; a restore loses nothing that is not in the copy it keeps."""
    chance, room = seeded(), Room(tmp_path).begin()
    early = tmp_path / "early.db"
    assert room.run("backup", str(early)).code == DONE
    for turn in range(3 * ROUNDS):
        room.now += MINUTE
        refs = [room.ref() for _ in range(8)]
        writers = [room.start("deposit", "USDT", "1", ref=ref, at=room.now) for ref in refs[:5]]
        copy = tmp_path / f"copy{turn}.db"
        backing, restoring = room.start("backup", str(copy)), room.start("restore", str(early), "--yes")
        time.sleep(chance.uniform(0, 0.1))
        writers += [room.start("deposit", "USDT", "1", ref=ref, at=room.now) for ref in refs[5:]]
        codes = [room.heard(running, ref).code for running, ref in zip(writers, refs)]
        assert set(codes) <= {DONE, BUSY} and backing.wait().code == DONE
        told = restoring.wait()
        assert told.code == DONE, told
        _forgetful(room).holds(copy)
        before, after = _forgetful(room).holds(Path(told.receipt["kept"])), _forgetful(room).holds()
        assert room.promised.keys() <= before.keys() | after.keys()
        room.promised = {ref: receipt for ref, receipt in room.promised.items() if ref in after}
