"""A ledger of every earlier version, as it was written then, is opened by the program of today: nothing is lost on the way.

version_N.sql is such a ledger as SQL text, frozen when schema N was the newest; version_N.json is what the program of
that time answered about it. Whoever raises SCHEMA adds both of the version before.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from doors import HERE, ROOT, python
from ledgers import by_hand, rows

from margincli.ledger import LedgerFault, reading, writing
from margincli.ledger.opening import SCHEMA
from margincli.ledger.proof import prove

EARLIER = range(1, SCHEMA)


def frozen(version, path):
    """A ledger file of that version."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript((HERE / f"version_{version}.sql").read_text())
        db.execute("PRAGMA journal_mode = WAL")
    path.chmod(0o600)
    return path


def said_by(path, *words):
    """What the program of today answers."""
    told = [sys.executable, "-m", "margincli", *words, "--json", "--ledger", path, "--at", "2024-09-03"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(path.parent)}
    return json.loads(subprocess.run(told, check=True, capture_output=True, text=True, env=environment).stdout)


def still_said(before, now):
    """Keys are only ever added."""
    if isinstance(before, dict):
        return all(key in now and still_said(value, now[key]) for key, value in before.items())
    if isinstance(before, list):
        return len(before) == len(now) and all(map(still_said, before, now))
    return before == now


def dumped(path):
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


@pytest.mark.parametrize("version", EARLIER)
def test_balances_history_and_settings_are_the_same(version, path):
    frozen(version, path)
    before = json.loads((HERE / f"version_{version}.json").read_text())
    assert len(before["history"]["rows"]) > 10
    for name, words in {"status": "status", "other": "status --account other", "history": "history", "interest": "interest --sum"}.items():
        assert still_said(before[name], said_by(path, *words.split())), name
    settings, now = ({row["name"]: row["value"] for row in told["rows"]} for told in (before["settings"], said_by(path, "settings")))
    assert settings.items() <= now.items()
    assert rows(path, "PRAGMA user_version") == [(SCHEMA,)]
    checked = said_by(path, "check")
    assert checked["ok"] and checked["counts"]["entries"] == rows(path, "SELECT max(entry_id) FROM seals")[0][0]


@pytest.mark.parametrize("version", EARLIER)
def test_an_old_ref_still_answers(version, path):
    frozen(version, path)
    assert said_by(path, "borrow", "USDT", "100.5", "--ref", "first")["repeated"]


@pytest.mark.parametrize("version", EARLIER)
@pytest.mark.parametrize("door", [reading, writing])
def test_either_door_brings_it_up_to_date_and_keeps_what_it_was(version, door, path):
    before = dumped(frozen(version, path))
    with door(path) as session:
        assert prove(session) == []
        if door is writing:
            session.commit()
    older = Path(f"{path}.v{version}")
    assert dumped(older) == before and older.stat().st_mode & 0o777 == 0o600
    assert rows(path, "PRAGMA user_version") == [(SCHEMA,)] and rows(older, "PRAGMA user_version") == [(version,)]
    with reading(path):
        pass
    assert sorted(file.name for file in path.parent.glob("*.v*")) == [older.name]


@pytest.mark.parametrize("version", EARLIER)
def test_what_was_kept_before_stays(version, path):
    frozen(version, path)
    older = Path(f"{path}.v{version}")
    older.write_text("mine")
    with reading(path):
        pass
    assert older.read_text() == "mine"


@pytest.mark.parametrize("version", EARLIER)
def test_books_that_were_bent_before_are_not_healed(version, path):
    frozen(version, path)
    with by_hand(path, "UPDATE postings SET amount = amount * 2 WHERE entry_id = 1", guards=False):
        pass
    with reading(path) as session:
        assert {"balance", "guard"} <= {finding["code"] for finding in prove(session)}


KILLED = """
import os, signal, sys
from margincli.ledger import opening
countdown = int(sys.argv[2])
def trace(statement):
    global countdown
    countdown -= 1
    if countdown == 0: os.kill(os.getpid(), signal.SIGKILL)
prepared = opening._prepare
def traced(connection):
    connection.set_trace_callback(trace)
    return prepared(connection)
opening._prepare = traced
with opening.reading(sys.argv[1]) as session:
    print("through", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", EARLIER)
def test_killed_while_migrating(version, tmp_path):
    """At every few statements of the way: what is there afterwards is the old ledger or the new one, and opens."""
    step, killed = 1, 0
    while True:
        path = frozen(version, tmp_path / f"{step}.db")
        before = dumped(path)
        process = python(KILLED, path, step)
        out, _ = process.communicate(timeout=60)
        if process.returncode == 0:
            assert out == "through\n"
            break
        assert process.returncode == -signal.SIGKILL
        found = rows(path, "PRAGMA user_version")[0][0]
        assert found == SCHEMA or (found == version and dumped(path) == before)
        with reading(path) as session:
            assert prove(session) == [] and session.owners() == ["main", "other"]
        step, killed = step + 7, killed + 1
    assert killed > 5


def test_a_newer_ledger_is_left_alone(path):
    frozen(1, path)
    with by_hand(path, f"PRAGMA user_version = {SCHEMA + 1}"):
        pass
    before = path.read_bytes()
    for door in (reading, writing):
        with pytest.raises(LedgerFault, match="newer"):
            with door(path):
                pass
    assert path.read_bytes() == before and not Path(f"{path}.v1").exists()
