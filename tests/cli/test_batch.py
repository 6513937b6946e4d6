"""batch with real processes: mixed lines, all or nothing, refs, a kill in the middle, a second writer, nasty files."""

import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from margincli.cli import app, lines

ROOT = Path(__file__).resolve().parents[2]
BEGIN = ["deposit USDT 1000", "activate --region DE --accept-terms --answers answers.json", "transfer USDT 500 --from spot --to cross"]
MIXED = ["price set BTCUSDT 60000", *BEGIN, "borrow USDT 99999", "depost USDT 1", "trade buy BTCUSDT 0.01 --borrow", "withdraw USDT x"]
REFUSED, WORDS, GONE = 3, 2, 4


class Room:
    def __init__(self, directory: Path):
        self.directory = directory
        self.ledger = directory / "ledger.db"
        (directory / "answers.json").write_text((ROOT / "tests" / "answers.json").read_text())
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MARGINCLI_")}
        self.environment = {**kept, "PYTHONPATH": str(ROOT), "MARGINCLI_AT": "2024-09-02", "XDG_CONFIG_HOME": str(directory)}

    def start(self, *words, ledger="ledger.db", **how):
        command = [sys.executable, "-m", "margincli", *words, "--ledger", ledger]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.directory, env=self.environment, **how)

    def run(self, *words, given=b"", **how):
        process = self.start(*words, stdin=subprocess.PIPE, **how)
        out, err = process.communicate("\n".join(given).encode() if isinstance(given, list) else given, timeout=120)
        assert b"Traceback" not in err, err.decode()
        return process.returncode, out.decode(), err.decode()

    def batch(self, given, *options, **how):
        """The exit code and a document a line."""
        code, out, err = self.run("batch", "-", "--json", *options, given=given, **how)
        assert err == ""
        return code, [json.loads(line) for line in out.splitlines()]

    def content(self, ledger="ledger.db"):
        with closing(sqlite3.connect(self.directory / ledger)) as db:
            return [line for line in db.iterdump() if "_sqlite_migrations" not in line]  # which holds the time of day

    def counted(self, table="entries"):
        with closing(sqlite3.connect(self.ledger)) as db:
            return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.fixture
def room(tmp_path):
    return Room(tmp_path)


def errors(documents):
    return {document["line"]: document["error"] for document in documents if "error" in document}


# --- what is done and what is not ---


def test_a_refused_line_is_undone_alone(room):
    code, documents = room.batch(MIXED)
    assert code == REFUSED and [document["line"] for document in documents] == list(range(1, 9))
    assert errors(documents) == {5: "above_max_borrow", 6: "usage", 8: "bad_amount"}
    assert [document["command"] for document in documents if "command" in document] == ["price set", "deposit", "activate", "transfer", "trade"]
    assert documents[6]["order"]["status"] == "FILLED" and documents[6]["entries"][-1]["id"] == room.counted()
    assert room.run("check")[0] == 0


def test_the_exit_code_is_that_of_the_first_line_that_failed(room):
    assert room.batch(["withdraw USDT x", "withdraw USDT 5"])[0] == WORDS
    assert room.batch(["withdraw USDT 5", "withdraw USDT x"])[0] == GONE
    assert room.batch(["deposit USDT 5"])[0] == 0


def test_atomic_is_all_or_nothing(room):
    room.batch(BEGIN)
    before = room.content()
    code, documents = room.batch(["deposit USDT 1", "price set BTCUSDT 60000", "borrow USDT 99999", "deposit USDT 2"], "--atomic")
    assert code == REFUSED and errors(documents) == {3: "above_max_borrow"} and len(documents) == 1
    assert room.content() == before
    code, documents = room.batch(["deposit USDT 1", "deposit USDT 2"], "--atomic")
    assert code == 0 and len(documents) == 2 and room.counted() == 5


def test_atomic_begins_no_ledger(room):
    assert room.batch(["deposit USDT 1", "withdraw USDT 2"], "--atomic")[0] == REFUSED
    assert room.run("status")[0] == GONE
    assert room.batch(["deposit USDT 1"], "--atomic")[0] == 0


def test_stop_on_error_keeps_what_was_done_before(room):
    code, documents = room.batch(MIXED, "--stop-on-error")
    assert code == REFUSED and [document["line"] for document in documents] == [1, 2, 3, 4, 5]
    assert room.counted() == 3


def test_a_rehearsal_shows_all_and_writes_nothing(room):
    code, documents = room.batch(MIXED, "--dry-run")
    assert code == REFUSED and not room.ledger.exists()
    assert all(document["dry_run"] for document in documents if "error" not in document)
    assert [entry["kind"] for entry in documents[6]["entries"]] == ["borrow", "interest", "trade"]
    assert all(entry["id"] is None for document in documents for entry in document.get("entries", ()))
    real = room.batch(MIXED)[1]
    assert [document.get("after") for document in documents] == [document.get("after") for document in real]
    before = room.content()
    room.batch(["deposit USDT 7"], "-n")
    assert room.content() == before


def test_lines_see_what_the_lines_before_them_wrote(room):
    _, documents = room.batch(["deposit USDT 5", "status", "deposit USDT 6", "history", "check"])
    assert documents[1]["wallets"][0]["balances"][0]["free"] == "5"
    assert [row["amount"] for row in documents[3]["rows"]] == ["5", "6"] and documents[4]["ok"]


def test_a_line_has_its_own_time_account_ref_and_quiet(room):
    given = ["deposit USDT 5 --at 2024-09-01 --account bob --ref mine", '{"verb": "deposit", "args": ["USDT", 6.50], "at": "2024-09-03"}', "deposit USDT 1 -q", "deposit USDT 1 -n"]
    _, documents = room.batch(given, "--account", "amy")
    assert [(d["line"], d["account"], d["at"], d["ref"], d["dry_run"]) for d in documents[:2]] == [
        (1, "bob", "2024-09-01T00:00:00Z", "mine", False),
        (2, "amy", "2024-09-03T00:00:00Z", None, False),
    ]
    assert errors(documents) == {3: "time_reversed", 4: "time_reversed"}
    code, documents = room.batch(["deposit USDT 1 -q", "deposit USDT 1 -n"])
    assert (code, [(d["line"], d["dry_run"]) for d in documents]) == (0, [(2, True)]) and room.counted() == 3


@pytest.mark.parametrize("line", ["batch x", "demo", "price fetch BTCUSDT", "price", "-q", "--version", '""', "deposit USDT 5 --ledger x", "deposit USDT 5 --json", "deposit -h", "deposit USDT 'a", "margincli"])
def test_what_no_line_can_say(room, line):
    code, documents = room.batch([line])
    assert code == WORDS and documents[0]["message"] and documents[0]["hint"] and not room.ledger.exists()


@pytest.mark.parametrize("line", ["{", "[1]", '{"verb": 1e9}', '{"args": []}', '{"verb": "deposit", "args": ["USDT", {"a": 1}]}', '{"verb": "deposit", "args": ["USDT", NaN]}', "[" * 20000, '{"verb":' * 9000])
def test_objects_that_say_nothing(room, line):
    assert room.batch([line, "deposit USDT 5"])[0] == WORDS and room.counted() == 1


def test_an_amount_that_the_file_cannot_hold_is_refused_alone(room):
    """As one by one: what waits to be written is added up as the file will."""
    given = ["deposit USDT 92000000000", "deposit USDT 92000000000 --account bob", "deposit BTC 1 --account bob", "withdraw USDT 5", "deposit USDT 99999999999999"]
    code, documents = room.batch(given)
    assert code == REFUSED and errors(documents) == {2: "ledger_full", 5: "amount_too_large"} and room.counted() == 3
    for line in given:
        room.run(*line.split(), ledger="one.db")
    assert room.content() == room.content("one.db")


def test_for_people(room):
    code, out, err = room.run("batch", given=MIXED)
    assert code == REFUSED and out.splitlines()[1] == "2  #1  2024-09-02 00:00:00  main  spot  Deposited 1000 USDT"
    assert out.splitlines()[-1] == "5 done, 3 failed" and "line 5: 99999 USDT is more than" in err and err.count("hint: ") == 3
    assert room.run("batch", "-q", given=["deposit USDT 1"])[:2] == (0, "")
    assert "DRY RUN" in room.run("batch", "-n", given=["deposit USDT 1"])[1]


@pytest.mark.parametrize("words", [["--atomic", "--commit-every", "5"], ["-f", "csv"], ["--commit-every", "0"], ["--ref", " "]])
def test_words_that_do_not_go_together(room, words):
    assert room.run("batch", *words, given=["deposit USDT 1"])[0] == WORDS and not room.ledger.exists()


# --- files ---


def test_files_of_all_kinds(room):
    for name, content, code, done in (
        ("empty", b"", 0, 0),
        ("remarks", b"\n  \n# nothing\r\n", 0, 0),
        ("crlf", b"deposit USDT 1\r\n\r\ndeposit USDT 2\r\n", 0, 2),
        ("mark", b"\xef\xbb\xbfdeposit USDT 1", 0, 1),
        ("long", b"deposit USDT " + b"1" * 1_000_000 + b"\ndeposit USDT 1\n", WORDS, 1),
        ("binary", bytes(range(256)) * 40, WORDS, 0),
        ("wide", "deposit USDT 1".encode("utf-16"), WORDS, 0),
    ):
        (room.directory / name).write_bytes(content)
        before = room.counted() if room.ledger.exists() else 0
        found, out, err = room.run("batch", name, "--json")
        assert (found, err) == (code, ""), name
        assert (room.counted() if room.ledger.exists() else 0) - before == done, name
        assert len(out) < 200_000
    long = room.batch((room.directory / "long").read_bytes())[1]
    assert [document["line"] for document in long] == [1, 2]


def test_a_file_that_is_none(room):
    assert room.run("batch", "nowhere.txt")[0] == GONE
    assert room.run("batch", ".")[0] == WORDS


# --- once only ---


def test_the_same_batch_again_does_nothing_again(room):
    first = room.batch(MIXED, "--ref", "monday")
    before = room.content()
    again = room.batch(MIXED, "--ref", "monday")
    assert room.content() == before and again[0] == first[0]
    for one, two in zip(first[1], again[1]):
        if one.get("error") in ("usage", "bad_amount"):
            assert one == two
        else:
            assert {**one, "repeated": True} == two
    assert [document.get("ref") for document in again[1][:2]] == ["monday:1", "monday:2"]


def test_a_line_refused_under_a_ref_stays_refused(room):
    """A batch begun again must not do later what it could not do in its turn, not even before there was a ledger."""
    given = ["withdraw USDT 5", "deposit USDT 10", "withdraw USDT 20", "deposit USDT 100"]
    first = room.batch(given, "--ref", "x")
    assert errors(first[1]) == {1: "no_account", 3: "balance_too_small"}
    again = room.batch(given, "--ref", "x")
    assert errors(again[1]) == errors(first[1]) and room.counted() == 2
    given[2] = "withdraw USDT 21"
    assert errors(room.batch(given, "--ref", "x")[1])[3] == "ref_taken"


@pytest.mark.parametrize("options", [["--commit-every", "1"], ["--commit-every", "3"], [], ["--dry-run"]])
def test_a_ref_that_another_line_has(room, options):
    """Whoever had it first, and whether he was refused under it: another request is refused alone, the same one is not done again."""
    room.run("deposit", "USDT", "1", "--ref", "x:8")
    given = ["deposit USDT 5", "withdraw USDT 99", "deposit USDT 7 --ref x:2", "deposit USDT 8 --ref x:6", "deposit USDT 9 --ref x:6", "deposit USDT 6", "deposit USDT 8 --ref x:6", "deposit USDT 1", "deposit USDT 2"]
    for again in (False,) if "--dry-run" in options else (False, True):
        code, documents = room.batch(given, "--ref", "x", *options)
        assert code == REFUSED and errors(documents) == {2: "balance_too_small", 3: "ref_taken", 5: "ref_taken", 6: "ref_taken"}
        assert [document["line"] for document in documents if document.get("repeated")] == ([1, 2, 4, 7, 8, 9] if again else [7, 8])
    assert room.counted() == (1 if "--dry-run" in options else 4) and room.run("check")[0] == 0


def long_batch(lines=2000):
    """Deposits, trades and refusals of ten accounts, a minute apart."""
    given = ["price set BTCUSDT 60000 --at 2024-09-02T00:00:00"]
    for number in range(10):
        given += [f"{line} --account a{number} --at 2024-09-02T00:00:{number:02}" for line in BEGIN]
    while len(given) < lines:
        number = len(given)
        verb = (f"deposit USDT {number}", f"transfer USDT {number % 7 + 1} --from spot --to cross", "borrow USDT 20", "withdraw USDT 9999999")[number % 4]
        minutes = number + 60
        given.append(f"{verb} --account a{number * 7 % 10} --at 2024-09-{minutes // 1440 + 2:02}T{minutes // 60 % 24:02}:{minutes % 60:02}:00")
    return given


def test_killed_and_begun_again(room):
    """kill -9 in the middle, the same command again: the ledger of one run that nobody disturbed."""
    given = long_batch()
    (room.directory / "long.txt").write_text("\n".join(given))
    undisturbed = room.run("batch", "long.txt", "--ref", "x", "--commit-every", "50", "--json", ledger="whole.db")[1].splitlines()
    process = room.start("batch", "long.txt", "--ref", "x", "--commit-every", "50", "--json")
    answered = [json.loads(process.stdout.readline()) for _ in range(600)]
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    done = room.counted("refs")
    assert 0 < done < len(given) and len(answered) <= done + 5, "an answer was given before what it says was written"
    _, out, err = room.run("batch", "long.txt", "--ref", "x", "--commit-every", "50", "--json")
    assert err == "" and room.content() == room.content("whole.db")
    again = [json.loads(line) for line in out.splitlines()]
    assert sum(document.get("repeated", False) for document in again) == done
    assert [{**document, "repeated": None} for document in again] == [{**json.loads(line), "repeated": None} for line in undisturbed]
    assert room.run("check")[0] == 0


def test_interrupted(room):
    (room.directory / "long.txt").write_text("\n".join(long_batch(6000)[:1300] * 4))
    process = room.start("batch", "long.txt", "--json", "--commit-every", "100")
    answers = [process.stdout.readline() for _ in range(300)]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and b"Traceback" not in err and b"interrupted" in err and b"are done" in err
    told = [json.loads(line) for line in [*answers, *out.splitlines()]]
    assert sum(len(document.get("entries", ())) for document in told) == room.counted()
    assert room.run("check")[0] == 0


# --- others ---


def test_another_writer_has_his_turn(room):
    room.batch(BEGIN)
    process = room.start("batch", "-", "--json", "--commit-every", "1", stdin=subprocess.PIPE)
    process.stdin.write(b"deposit USDT 1\n")
    process.stdin.flush()
    time.sleep(1)
    assert room.run("deposit", "USDT", "2")[0] == 0, "between two commits the ledger is free"
    out, err = process.communicate(b"status\ndeposit USDT 3\n", timeout=60)
    assert process.returncode == 0, err
    told = [json.loads(line) for line in out.splitlines()]
    assert told[1]["wallets"][0]["balances"][0]["free"] == "503", "what another wrote is seen"
    assert room.run("check")[0] == 0


def test_a_batch_waits_for_another_writer(room):
    room.batch(BEGIN)
    with closing(sqlite3.connect(room.ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = room.start("batch", "-", "--json", stdin=subprocess.PIPE)
        process.stdin.write(b"deposit USDT 1\n")
        process.stdin.close()
        time.sleep(1)
        other.execute("COMMIT")
        assert process.wait(timeout=60) == 0


# --- words ---


def examples():
    for verb in app.VERBS:
        if verb not in lines.NOT_IN_A_LINE and not any(name.startswith(f"{verb} ") for name in app.VERBS):
            for line in app.function_of(verb).__doc__.partition("Examples:")[2].strip().splitlines():
                yield re.split(r" (?:\||>|--format)", line)[0].strip().removeprefix("margincli ")


@pytest.mark.parametrize("line", list(examples()))
def test_plain_words_mean_what_typer_takes_them_for(line):
    words = [word for word in shlex.split(line) if word != "--json"]
    verb, _, said = lines.understood(words)
    declared = lines._declared(verb)
    with declared.command.make_context(verb, words[len(verb.split()) :]) as context:
        assert declared.command.invoke(context) == said
