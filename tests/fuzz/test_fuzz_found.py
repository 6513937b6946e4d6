"""What fuzzing has found, each once more by itself."""

import os
import sqlite3

import pytest
from living import contents, lawful

from margincli.render.plain import printable
from margincli.rules import RulesFileError, read


@pytest.mark.parametrize("text", ["a = " + "[" * 3000, "a = " + "9" * 5000])
def test_toml_that_python_cannot_hold(room, text):
    with pytest.raises(RulesFileError, match="not TOML"):
        read(text)
    (room.directory / "config" / "margincli").mkdir(parents=True)
    room.write("config/margincli/config.toml", text.encode())
    assert lawful(room.run("status", "--ledger", room.ledger)).code == 2


@pytest.mark.parametrize("figure", ["1313.4", "19", "-1", "1e2", "\u0663", "1_0", ""])
def test_NUM_1_decimals_of_a_coin_are_a_whole_number(room, figure):
    raw = f'[coins.scales]\nbasis = "inferred"\nrule = "NUM-1"\n[coins.scales.rows]\nUSDT = "{figure}"\n'
    assert room.writes_whole_or_not("rules", "import", room.write("mine.toml", raw.encode())).code == 2


@pytest.mark.parametrize("change", ["UPDATE rulebooks SET document = ''", "UPDATE rulebooks SET document = '{}'", "UPDATE entries SET facts = '[' WHERE id = 1", "UPDATE quotes SET price = 'x'"])
def test_a_cell_that_no_command_writes_is_damage(room, change):
    with sqlite3.connect(room.ledger) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute(change)
    db.close()
    assert [lawful(room.on_ledger("check")).code, {lawful(room.on_ledger(word)).code for word in ("status", "history")} <= {0, 8}] == [8, True]


def test_what_cannot_be_seen_is_not_printed():
    assert printable("a\u200bb\u061cc\u2028d") == "a b c d"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"verb": "deposit", "verb": "withdraw", "args": ["USDT", "1"]}', "a name stands in it twice"),
        ('{"verb": "deposit", "args": ["USDT", "1"], "ref": "a", "ref": "b"}', "a name stands in it twice"),
        ('{"verb": "deposit", "args": ["USDT", "1"], "ref": "a\\u0000"}', "it is not text"),
        ('{"verb": "price import", "args": ["\\u0000"]}', "it is not text"),
        ("deposit USDT 1 --ref 'a\0'", "it is not text"),
    ],
)
def test_a_line_that_nobody_can_have_meant(room, line, why):
    said = room.on_ledger("batch", room.write("lines", line.encode()), "--ref", "never")
    assert said.code == 2 and said.err.startswith(f"line 1: This line cannot be read: {why}."), said


def test_a_batch_file_on_a_disk_that_fails(room):
    before = contents(room.ledger)
    said = lawful(room.on_ledger("batch", "/proc/self/mem"))
    assert said.code == 2 and "/proc/self/mem cannot be read: Input/output error" in said.err and contents(room.ledger) == before


def test_an_export_on_a_disk_that_fails(room):
    said = lawful(room.run("import", "/proc/self/mem", "--ledger", room.directory / "new.db"))
    assert said.code == 2 and "/proc/self/mem, line 1: the file cannot be read (Input/output error)" in said.err
    assert os.listdir(room.directory) == ["ledger.db"]


def test_a_new_ledger_is_not_to_blame_for_a_fault_of_ours(room, monkeypatch):
    """Whatever nobody foresaw in the first command is told as what it is, not as a ledger that is not there."""
    monkeypatch.setattr("margincli.ledger.session.Session.settle", lambda *_: 1 / 0)
    said = room.run("deposit", "USDT", "5", "--ledger", room.directory / "new.db")
    assert said.code == 1 and "ZeroDivisionError" in said.err


def test_a_path_without_end_is_not_said_in_full(room):
    said = lawful(room.run("status", "--ledger", room.directory / ("x" * 100_000)))
    assert said.code == 4 and len(said.err) < 9000
