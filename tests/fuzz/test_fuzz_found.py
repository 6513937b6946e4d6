"""What fuzzing has found, each once more by itself."""

import sqlite3

import pytest
from living import lawful

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
