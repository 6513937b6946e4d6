"""Disks that are full, that fail, that cannot be written and that have rotted."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from rooms import BROKEN, BUSY, DONE, MINUTE, ROUNDS, Room, Said, seeded

from margincli.domain.world import moment

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
ANYTHING = ["deposit USDT 5", "borrow USDT 150", "trade buy BTCUSDT 0.001 --borrow", "accrue", "repay USDT 100", "price set BTCUSDT 61000"]


@contextmanager
def disk(directory: Path, options: str):
    directory.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory], capture_output=True).returncode:
        pytest.skip("a disk of its own cannot be mounted here")
    try:
        yield directory
    finally:
        subprocess.run(["umount", "-l", directory], check=True)


def fill(path: Path, leave: int) -> None:
    """Take all the room there is but so many bytes."""
    free = os.statvfs(path.parent)
    with path.open("wb", buffering=0) as file:
        file.write(b"0" * max(0, free.f_bavail * free.f_frsize - leave))


def test_full_disk(tmp_path):
    """With any little room that is left: done and there, or refused and as before; and with room again all goes on."""
    chance = seeded()
    with disk(tmp_path / "disk", "size=4m") as place:
        room = Room(place).begin()
        room.directory = tmp_path  # what the commands say goes elsewhere
        codes = []
        for _ in range(25 * ROUNDS):
            fill(place / "filler", chance.choice([0, 4096, 12288, 40960, 65536, 131072, 400_000]))
            room.now += 50 * MINUTE
            words = chance.choice([*ANYTHING, "backup " + str(place / "copy.db") + " --yes"])
            ref = None if words.startswith("backup") else room.ref()
            codes.append(room.run(*words.split(), ref=ref, at=room.now).code)
            assert codes[-1] in (DONE, 3, BUSY), words
            (place / "filler").unlink()
            room.holds()
            assert not [name for name in os.listdir(place) if name.endswith(".part")]
        room.must("deposit", "USDT", "5")
    print(f"{codes.count(BUSY)} of {len(codes)} had no room")
    assert BUSY in codes and DONE in codes


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """A library that makes calls on the ledger fail, made here."""
    if not shutil.which("gcc"):
        pytest.skip("needs gcc")
    made = tmp_path_factory.mktemp("shim") / "eio.so"
    built = subprocess.run(["gcc", "-O1", "-fPIC", "-shared", "-o", made, Path(__file__).with_name("eio.c"), "-ldl"], capture_output=True, text=True)
    if built.returncode:
        pytest.skip(f"gcc cannot make it here: {built.stderr}")
    return made


def afresh(room: Room, *words: str, **environment: str) -> Said:
    """A process that is not forked from this one: a library can only be put under it at its start."""
    told = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(room.directory), **environment}
    command = [sys.executable, "-m", "margincli", *words, "--ledger", str(room.ledger), "--json"]
    done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, cwd=room.directory)
    assert "Traceback" not in done.stdout + done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("calls", ["write", "sync", "read", "short"])
def test_failing_disk(tmp_path, shim, calls):
    """EIO, or half a write, from some call on: what was promised is there when the disk is well again."""
    chance, room = seeded(), Room(tmp_path).begin()
    codes = []
    for _ in range(8 * ROUNDS):
        room.now += 50 * MINUTE
        ref = room.ref()
        room.tried.add(ref)
        after = 0 if not codes else chance.randrange({"write": 12, "sync": 4, "read": 300, "short": 12}[calls])
        said = afresh(room, *chance.choice(ANYTHING).split(), "--ref", ref, "--at", moment(room.now), LD_PRELOAD=str(shim), EIO_CALLS=calls, EIO_AFTER=str(after))
        codes.append(said.code)
        assert said.code in (DONE, 3, BUSY, BROKEN), said
        if said.code == DONE:
            room.promised[ref] = json.loads(said.out)
        room.holds()
    print(f"exit codes {sorted(codes)}")
    assert calls == "short" or {BUSY, BROKEN} & set(codes)  # half a write is written on


def test_a_disk_that_cannot_be_written(tmp_path):
    """A ledger can be backed up from one; nothing can be restored onto it."""
    with disk(tmp_path / "disk", "size=4m") as place:
        room = Room(place).begin()
        room.directory = tmp_path
        before = room.holds()
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        assert room.run("backup", str(tmp_path / "copy.db")).code == DONE and Room.holds(room, tmp_path / "copy.db") == before
        for words in (("backup", str(place / "other.db")), ("restore", str(tmp_path / "copy.db"), "--yes")):
            assert room.run(*words).code == BUSY, words
        assert room.holds() == before
        room.ledger = place / "new.db"
        assert room.run("restore", str(tmp_path / "copy.db")).code == BUSY and not [name for name in os.listdir(place) if name.startswith(("new", "."))]


def believed(room: Room) -> list:
    """What the commands say of the balances of each wallet, and of the journal; nothing where one cannot."""
    status, history = (room.run(verb, at=room.now).receipt for verb in ("status", "history"))
    return [[wallet["balances"] for wallet in status["wallets"]], history["rows"]] if status and history else []


def test_rotten_pages(tmp_path):
    """Bytes changed anywhere in the file: no command gives up with a fault of ours, and check never lets a wrong balance pass for right."""
    chance, room = seeded(), Room(tmp_path).begin()
    for _ in range(6):
        room.now += 61 * MINUTE
        room.must("trade", "buy", "BTCUSDT", "0.001", "--borrow")
    whole = tmp_path / "whole.db"
    assert room.run("backup", str(whole)).code == DONE
    right, content = believed(room), whole.read_bytes()
    room.ledger = tmp_path / "rotten.db"
    codes: dict[str, list[int]] = {"check": [], "status": [], "history": [], "accrue": [], "deposit": []}
    for _ in range(25 * ROUNDS):
        rotten = bytearray(content)
        for _ in range(chance.choice([1, 1, 1, 3, 20])):
            start = chance.randrange(len(rotten) // 4096) * 4096 + chance.choice([chance.randrange(100), chance.randrange(4096)])
            length = chance.choice([1, 1, 4, 100])
            rotten[start : start + length] = chance.randbytes(len(rotten[start : start + length]))
        for name in os.listdir(tmp_path):
            if name.startswith("rotten.db"):
                os.unlink(tmp_path / name)
        room.ledger.write_bytes(rotten)
        checked = room.run("check", at=room.now).code
        assert checked in (DONE, 4, BROKEN)
        if checked == DONE:
            assert believed(room) == right, "check lets pass what is wrong"
        codes["check"].append(checked)
        for words in ("status", "history", "accrue", "deposit USDT 5"):
            code = room.run(*words.split(), at=room.now + 61 * MINUTE).code
            assert code in (DONE, 3, 4, BUSY, BROKEN), words
            codes[words.split()[0]].append(code)
    print({words: {code: found.count(code) for code in sorted(set(found))} for words, found in codes.items()})
    assert BROKEN in codes["check"]
