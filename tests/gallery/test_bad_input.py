"""A gallery of bad input: whatever is thrown at the program, it says what is wrong in one line, with a hint, and leaves no trace.

Every command here is a real process, in a directory of its own, with a deadline. A ledger is compared before and after by
what it holds, as SQL text. Tests that need the rights of root (mounts, immutable files) are skipped without them.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS = 30
WORDS, REFUSED, NOT_THERE, BUSY, BROKEN = 2, 3, 4, 5, 8
BEGIN, LATER = "2010-01-01T00:00:00Z", "2010-01-02T00:00:00Z"


# --- real processes ---


class Said:
    def __init__(self, process: subprocess.Popen):
        try:
            self.out, self.err = (text.decode("utf-8") for text in process.communicate(timeout=SECONDS))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            pytest.fail(f"nothing within {SECONDS} seconds: {process.args}")
        self.code = process.returncode
        assert "Traceback" not in self.out + self.err, self.err or self.out


class Room:
    """A directory with its own home; commands run in it."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.ledger = directory / "ledger.db"
        program = directory / "bin" / "margincli"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m margincli "$@"\n')
        program.chmod(0o755)
        self.environment = {
            "PATH": f"{program.parent}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "HOME": str(directory),
            "MARGINCLI_LEDGER": str(self.ledger),
            "TZ": "Asia/Tokyo",
            "LC_ALL": "C.UTF-8",
        }

    def start(self, *words: str) -> subprocess.Popen:
        return self._popen([sys.executable, "-m", "margincli", *words])

    def run(self, *words: str) -> Said:
        return Said(self.start(*words))

    def both(self, *words: str) -> tuple[Said, Said]:
        """The command for people and for programs, at the same time."""
        people, programs = self.start(*words), self.start(*words, "--json")
        return Said(people), Said(programs)

    def bash(self, line: str) -> Said:
        return Said(self._popen(["bash", "-c", line]))

    def done(self, *words: str) -> str:
        said = self.run(*words)
        assert said.code == 0, said.err
        return said.out

    def proved(self) -> None:
        """The books hold."""
        said = self.run("check", "--at", BEGIN)
        assert said.code == 0, said.out + said.err

    def _popen(self, command: list[str]) -> subprocess.Popen:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.directory, env=self.environment, **pipes)


def contents(ledger: Path) -> str:
    """All that a ledger holds, whatever its bytes look like."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        pragmas = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        return "\n".join([repr(pragmas), *db.iterdump()])


def files(directory: Path) -> dict[str, bytes | None]:
    """Every file and directory below, by name; SQLite's own files beside a ledger come and go with its readers."""
    found = (path for path in directory.rglob("*") if not path.name.endswith(("-wal", "-shm")))
    return {str(path.relative_to(directory)): path.read_bytes() if path.is_file() else None for path in found}


@pytest.fixture
def empty(tmp_path):
    return Room(tmp_path)


@pytest.fixture(scope="session")
def begun(tmp_path_factory):
    """A ledger with three debts that begin in 2010: bringing it up to date takes a second or so."""
    room = Room(tmp_path_factory.mktemp("begun"))
    at = ("--at", BEGIN, "--quiet")
    for words in (
        ("deposit", "USDT", "100000"),
        ("price", "set", "BTCUSDT", "1000"),
        ("price", "set", "ETHUSDT", "100"),
        ("activate", "--accept-terms", "--region", "DE", "--leverage", "3", "--answers", str(HERE.parent / "answers.json")),
        ("transfer", "USDT", "90000", "--from", "spot", "--to", "cross"),
        ("borrow", "USDT", "10000"),
        ("borrow", "BTC", "1"),
        ("borrow", "ETH", "1"),
    ):
        room.done(*words, *at)
    return room.ledger


@pytest.fixture
def room(empty, begun):
    shutil.copy(begun, empty.ledger)
    return empty


# --- what a refusal looks like ---


def refused(people: Said, programs: Said, code: int) -> dict:
    """One line and at most one hint on stderr, nothing on stdout; the same as one JSON document, the other way round."""
    assert people.code == code, f"exit code {people.code}: {people.out}{people.err}"
    assert people.out == ""
    lines = people.err.splitlines()
    assert [line for line in lines if line.startswith("margincli: ")] == lines[:1], people.err
    assert all(line.startswith("hint: ") for line in lines[1:]) and len(lines) <= 2, people.err
    assert programs.code == code and programs.err == ""
    document = json.loads(programs.out)
    assert list(document) == ["error", "message", "hint", "facts", "binance_code"]
    assert f"margincli: {on_a_line(document['message'])}" == lines[0]
    assert ([f"hint: {on_a_line(document['hint'])}"] if document["hint"] else []) == lines[1:]
    assert isinstance(document["facts"], dict) and all(isinstance(fact, (str, int)) for fact in document["facts"].values())
    assert document["binance_code"] is None or isinstance(document["binance_code"], int)
    assert document["error"] != "fault"
    return document


def on_a_line(text: str) -> str:
    """People are shown nothing that steers a terminal; programs get the text as it came."""
    return re.sub("[\x00-\x1f]+", " ", text)


AMOUNTS = {
    "empty": ("", WORDS),
    "blank": (" ", WORDS),
    "zero": ("0", WORDS),
    "zero with decimals": ("0.000", WORDS),
    "negative": ("-5", WORDS),
    "nan": ("nan", WORDS),
    "inf": ("inf", WORDS),
    "huge exponent": ("1e400", WORDS),
    "thousands": ("1,000", WORDS),
    "arabic digits": ("١٢", WORDS),
    "a word": ("plenty", WORDS),
    "nine decimals": ("0.123456789", REFUSED),
    "more than the file holds": ("92233720369", REFUSED),
    "sixty digits": ("9" * 60, REFUSED),
    "a million digits": ("9" * 100_000, WORDS),
}
BAD_WORDS = {
    **{f"amount {name}": (("deposit", "USDT", amount), code) for name, (amount, code) in AMOUNTS.items()},
    "loan of nan": (("borrow", "USDT", "nan"), WORDS),
    "loan too large": (("borrow", "USDT", "92233720369"), REFUSED),
    "order of nothing": (("trade", "buy", "BTCUSDT", "0"), WORDS),
    "order too large": (("trade", "buy", "BTCUSDT", "92233720369"), REFUSED),
    "price of zero": (("price", "set", "BTCUSDT", "0"), WORDS),
    "price of nan": (("price", "set", "BTCUSDT", "nan"), WORDS),
    "negative rate": (("rate", "set", "USDT", "-0.1"), WORDS),
    "unknown coin": (("deposit", "EURO", "5"), REFUSED),
    "no coin": (("deposit", "", "5"), WORDS),
    "coin with a newline": (("deposit", "US\nDT", "5"), WORDS),
    "unknown pair": (("trade", "buy", "BTCXYZ", "1"), REFUSED),
    "price of an unknown pair": (("price", "set", "BTCXYZ", "5"), REFUSED),
    "rate of an unknown coin": (("rate", "set", "EURO", "0.01"), REFUSED),
    "unknown wallet": (("borrow", "USDT", "100", "--wallet", "margin"), WORDS),
    "isolated wallet of an unknown pair": (("borrow", "USDT", "100", "--wallet", "isolated:BTCXYZ"), REFUSED),
    "wallet not activated": (("borrow", "USDT", "100", "--wallet", "isolated:BTCUSDT"), REFUSED),
    "unknown account": (("withdraw", "USDT", "5", "--account", "nobody"), NOT_THERE),
    "unknown account read": (("status", "--account", "nobody"), NOT_THERE),
    "account that cannot be": (("deposit", "USDT", "5", "--account", "../etc"), WORDS),
    "no price": (("borrow", "BNB", "1"), NOT_THERE),
    "no price to trade at": (("trade", "buy", "BNBUSDT", "1"), NOT_THERE),
    "unparsable time": (("deposit", "USDT", "5", "--at", "tomorrow"), WORDS),
    "time that is none": (("deposit", "USDT", "5", "--at", "2010-02-30"), WORDS),
    "time before the last entry": (("deposit", "USDT", "5", "--at", "2009-12-31T23:59:59Z"), REFUSED),
    "time years ahead": (("deposit", "USDT", "5", "--at", "2099-01-01"), REFUSED),
    "no verb of that name": (("depsoit", "USDT", "5"), WORDS),
    "an argument too few": (("deposit", "USDT"), WORDS),
    "an argument too many": (("deposit", "USDT", "5", "6"), WORDS),
    "unknown option": (("deposit", "USDT", "5", "--fast"), WORDS),
    "option before the verb": (("--account", "main", "status"), WORDS),
    "unknown format": (("status", "-f", "xml"), WORDS),
    "answers that are not there": (("activate", "isolated:BTCUSDT", "--answers", "nowhere.json"), NOT_THERE),
    "candles that are not there": (("price", "import", "nowhere.csv"), NOT_THERE),
    "rates that are not there": (("rate", "import", "nowhere.csv"), NOT_THERE),
}


def at_a_time(words: tuple[str, ...]) -> tuple[str, ...]:
    return words if "--at" in words or words[0].startswith("--") else (*words, "--at", LATER)


@pytest.mark.parametrize("name", BAD_WORDS)
def test_bad_words(name, room):
    words, code = BAD_WORDS[name]
    before, around = contents(room.ledger), files(room.directory)
    refused(*room.both(*at_a_time(words)), code)
    assert contents(room.ledger) == before
    assert files(room.directory) == around


FIRST_WORDS = {
    "withdraw": (("withdraw", "USDT", "5"), NOT_THERE),
    "status": (("status",), NOT_THERE),
    "accrue": (("accrue",), NOT_THERE),
    "check": (("check",), NOT_THERE),
    "deposit of an unknown coin": (("deposit", "EURO", "5"), REFUSED),
    "activate without terms": (("activate",), REFUSED),
    "price of an unknown pair": (("price", "set", "BTCXYZ", "5"), REFUSED),
    "rate of an unknown coin": (("rate", "set", "EURO", "0.01"), REFUSED),
}


@pytest.mark.parametrize("name", FIRST_WORDS)
def test_a_refusal_begins_no_ledger(name, empty):
    words, code = FIRST_WORDS[name]
    around = files(empty.directory)
    refused(*empty.both(*words, "--at", BEGIN, "--ledger", "deep/down/ledger.db"), code)
    assert files(empty.directory) == around


@pytest.mark.parametrize("words", [("deposit", "USDT", "5"), ("price", "set", "BTCUSDT", "5"), ("rate", "set", "USDT", "0.01")], ids=" ".join)
def test_a_dry_run_begins_no_ledger(words, empty):
    around = files(empty.directory)
    empty.done(*words, "--dry-run", "--at", BEGIN)
    assert files(empty.directory) == around


# --- a ledger that is none ---


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def text_file(path: Path) -> None:
    path.write_text("Dear diary, today I bought Bitcoin.\n" * 200)


def other_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA application_id = 252006674; CREATE TABLE checkin (id INTEGER); INSERT INTO checkin VALUES (1);")


def some_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.executescript("CREATE TABLE notes (id INTEGER); INSERT INTO notes VALUES (1);")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def noise_inside(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 8192))


NO_LEDGERS = {
    "a directory": (directory, NOT_THERE),
    "a text file": (text_file, NOT_THERE),
    "another program's database": (other_program, NOT_THERE),
    "a database of nobody": (some_database, NOT_THERE),
    "a newer version": (newer, NOT_THERE),
    "cut at half": (truncated, BROKEN),
    "noise inside": (noise_inside, BROKEN),
}


@pytest.mark.parametrize("name", NO_LEDGERS)
def test_a_ledger_that_is_none(name, room):
    spoil, code = NO_LEDGERS[name]
    spoil(room.ledger)
    before = files(room.directory)
    for words in (("status",), ("deposit", "USDT", "5")):
        told = refused(*room.both(*words, "--at", LATER), code)
        assert "ledger.db" in told["message"]
        assert files(room.directory) == before


def test_check_of_a_cut_ledger(room):
    """check proves the books: of a file cut at half it says that they do not hold."""
    truncated(room.ledger)
    said = room.run("check", "--at", LATER)
    assert said.code == BROKEN


def test_an_empty_file_is_not_a_ledger_yet(empty):
    """Reading finds none there; the first write makes it one, as if a program had been killed before it could."""
    empty.ledger.touch()
    refused(*empty.both("status", "--at", BEGIN), NOT_THERE)
    assert empty.ledger.stat().st_size == 0
    empty.done("deposit", "USDT", "5", "--at", BEGIN)
    empty.proved()


@contextmanager
def immutable(path: Path):
    if shutil.which("chattr") is None or subprocess.run(["chattr", "+i", path], capture_output=True).returncode:
        pytest.skip("chattr +i is not to be had here, and the rights of a file do not bind root")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", path], check=True)


@contextmanager
def small_disk(directory: Path, options: str):
    directory.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory], capture_output=True).returncode:
        pytest.skip("a disk of its own cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", directory], check=True)


def test_a_ledger_that_cannot_be_written(room):
    before = contents(room.ledger)
    with immutable(room.ledger):
        refused(*room.both("deposit", "USDT", "5", "--at", LATER), BUSY)
        room.done("status", "--at", LATER)
    assert contents(room.ledger) == before
    room.done("deposit", "USDT", "5", "--at", LATER)


def test_a_disk_that_cannot_be_written(room):
    disk = room.directory / "disk"
    with small_disk(disk, "size=4m"):
        shutil.copy(room.ledger, disk / "ledger.db")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        words = ("--ledger", "disk/ledger.db", "--at", LATER)
        refused(*room.both("deposit", "USDT", "5", *words), BUSY)
        refused(*room.both("deposit", "USDT", "5", "--ledger", "disk/other.db", "--at", LATER), BUSY)
        room.done("status", *words)
        assert os.listdir(disk) == ["ledger.db"]


def test_a_full_disk(room):
    """The command is refused, the ledger is as it was, and with room again all goes on."""
    disk = room.directory / "disk"
    with small_disk(disk, "size=2m"):
        shutil.copy(room.ledger, disk / "ledger.db")
        fill(disk / "filler")
        before = contents_elsewhere(disk / "ledger.db", room.directory)
        words = ("--ledger", "disk/ledger.db", "--at", LATER)
        refused(*room.both("deposit", "USDT", "5", *words), BUSY)
        refused(*room.both("deposit", "USDT", "5", "--ledger", "disk/other.db", "--at", LATER), BUSY)
        (disk / "filler").unlink()
        assert contents(disk / "ledger.db") == before
        room.done("deposit", "USDT", "5", *words)
        assert room.run("check", *words).code == 0


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"0" * size)
            except OSError:
                continue


def contents_elsewhere(ledger: Path, directory: Path) -> str:
    """On a full disk SQLite cannot even read beside a log; a copy can be read anywhere."""
    shutil.copy(ledger, directory / "copy.db")
    return contents(directory / "copy.db")


# --- files of candles ---

HEAD = "time,open,high,low,close,volume\n"
CANDLES = {
    "NUL bytes": (HEAD + "2010-01-01T00:00:00Z,1,2,\0,1,1\n" * 3 + "\0" * 4096, WORDS),
    "swapped columns": (HEAD + "".join(f"2010-01-01T0{hour}:00:00Z,900,850,950,900,1\n" for hour in range(5)), WORDS),
    "high below low": (HEAD + "".join(f"2010-01-01T0{hour}:00:00Z,900,890,910,900,1\n" for hour in range(5)), WORDS),
    "prices of zero": (HEAD + "".join(f"2010-01-01T0{hour}:00:00Z,0,0,0,0,1\n" for hour in range(5)), WORDS),
    "nothing but a head": (HEAD, WORDS),
    "nothing at all": ("", WORDS),
    "no candles": ("Dear diary,\ntoday I bought Bitcoin.\n", WORDS),
    "binary": ("\x00\xff\xfe" * 1000, WORDS),
}


@pytest.mark.parametrize("name", CANDLES)
def test_a_file_of_bad_candles(name, room):
    text, code = CANDLES[name]
    (room.directory / "candles.csv").write_bytes(text.encode("latin-1"))
    before = contents(room.ledger)
    refused(*room.both("price", "import", "candles.csv", "--symbol", "BTCUSDT", "--at", LATER), code)
    assert contents(room.ledger) == before


def test_one_bad_file_of_two_takes_neither(room):
    (room.directory / "good.csv").write_text(HEAD + "".join(f"2010-01-01T0{hour}:00:00Z,900,910,890,900,1\n" for hour in range(5)))
    (room.directory / "bad.csv").write_text(CANDLES["high below low"][0])
    before = contents(room.ledger)
    refused(*room.both("price", "import", "good.csv", "bad.csv", "--symbol", "BTCUSDT", "--at", LATER), WORDS)
    assert contents(room.ledger) == before


# --- closed doors ---


def test_stdin_closed(room):
    assert room.bash(f"margincli deposit USDT 5 --at {LATER} <&-").code == 0
    said = room.bash(f"margincli activate isolated:NOSUCH --at {LATER} <&-")
    assert said.code == REFUSED and said.err.startswith("margincli: ")
    said = room.bash(f"margincli liquidate --manual --at {LATER} <&-")  # it would ask a person
    assert said.code == 0
    room.proved()


def test_stdout_closed(room):
    said = room.bash(f"margincli deposit USDT 5 --at {LATER} >&-")
    assert said.code in (0, 1) and said.out == ""
    room.proved()
    assert room.bash("margincli deposit EURO 5 >&-").code == REFUSED


def test_stderr_closed(room):
    before = contents(room.ledger)
    said = room.bash(f"margincli deposit EURO 5 --at {LATER} 2>&-")
    assert said.code == REFUSED and said.out == ""
    said = room.bash(f"margincli deposit EURO 5 --at {LATER} <&- >&- 2>&-")
    assert said.code == REFUSED
    assert contents(room.ledger) == before
    room.proved()


def test_nobody_reads_the_answer(room):
    """The reader leaves early: no complaint, and the command was carried out."""
    said = room.bash(f"margincli deposit USDT 5 --at {LATER} | true; echo ${{PIPESTATUS[0]}}")
    assert said.err == "" and said.out in ("0\n", "141\n")
    said = room.bash(f"margincli rules show --json --at {LATER} | head -1; echo ${{PIPESTATUS[0]}}")
    assert said.err == "" and said.out in ("{\n0\n", "{\n141\n")
    assert "Deposited 5 USDT" in room.done("history", "--kind", "deposit", "--at", LATER)
    room.proved()


def test_the_answer_has_no_room(room):
    said = room.bash(f"margincli deposit USDT 5 --at {LATER} > /dev/full")
    assert said.code == 1 and "history" in said.err
    room.proved()


# --- several at once ---


def test_eight_depositors(empty):
    """All at once, the first of them creating the ledger: whoever is not told to come again later has brought his coins."""
    started = [empty.start("deposit", "USDT", str(2**number), "--at", BEGIN, "--json") for number in range(8)]
    codes = [Said(process).code for process in started]
    assert set(codes) <= {0, BUSY}
    status = json.loads(empty.done("status", "--at", BEGIN, "--json"))
    brought = sum(2**number for number, code in enumerate(codes) if code == 0)
    assert status["wallets"][0]["balances"][0]["free"] == str(brought)
    empty.proved()


def test_the_same_accrue_twice_at_once(room, begun):
    started = [room.start("accrue", "--at", "2012-01-01", "--quiet") for _ in range(2)]
    assert [Said(process).code for process in started] == [0, 0]
    twice = contents(room.ledger)
    shutil.copy(begun, room.ledger)
    room.done("accrue", "--at", "2012-01-01", "--quiet")
    assert twice == contents(room.ledger)
    room.proved()


def test_the_same_ref_four_times_at_once(room):
    started = [room.start("deposit", "USDT", "5", "--ref", "once", "--at", LATER, "--json") for _ in range(4)]
    answers = [Said(process) for process in started]
    assert {answer.code for answer in answers} <= {0, BUSY}
    done = [json.loads(answer.out) for answer in answers if answer.code == 0]
    assert sorted(document["repeated"] for document in done) == [False] + [True] * (len(done) - 1)
    assert len({json.dumps(document["entries"]) for document in done}) == 1
    assert room.done("history", "--kind", "deposit", "--at", LATER).count("Deposited 5 USDT") == 1


HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module", autouse=True)
def busy(tmp_path_factory, begun):
    """Somebody else writes. The commands wait for him from the start of this module on; the last test asks what became of them."""
    room = Room(tmp_path_factory.mktemp("busy"))
    shutil.copy(begun, room.ledger)
    before = contents(room.ledger)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, room.ledger], **pipes)
    assert holder.stdout.readline() == b"held\n"
    since = time.monotonic()
    words = ("deposit", "USDT", "5", "--at", LATER)
    waiting = [room.start(*words), room.start(*words, "--json")]
    yield room, before, waiting, since
    holder.communicate()


# --- interrupted ---

ACCRUE = ("accrue", "--at", "2018-01-01", "--quiet")


@pytest.fixture(scope="module")
def accrued(begun, tmp_path_factory):
    """What the ledger holds after eight years of interest, and how long the command takes."""
    room = Room(tmp_path_factory.mktemp("accrued"))
    shutil.copy(begun, room.ledger)
    since = time.monotonic()
    room.done(*ACCRUE)
    return contents(room.ledger), time.monotonic() - since


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda sent: sent.name)
def test_interrupted(sent, room, begun, accrued):
    """At any moment: the ledger is as before the command or after it, never between."""
    after, seconds = accrued
    before = contents(begun)
    seen = set()
    for part in (0.1, 0.4, 0.7, 0.9, 0.95, 1.0):
        process = room.start(*ACCRUE)
        time.sleep(seconds * part)
        process.send_signal(sent)
        said = Said(process)
        now = contents(room.ledger)
        assert now in (before, after)
        seen.add(said.code)
        if sent == signal.SIGINT:
            assert said.code in (0, 130, -signal.SIGINT), said.err
            assert said.out == "" and len(said.err.splitlines()) <= 1
            assert said.code != 0 or now == after
        if now == after:
            shutil.copy(begun, room.ledger)
    assert seen - {0}, "no signal ever came in time"
    room.proved()


def test_busy(busy):
    """The last test of this file: those who waited were told, within the time that SQLite waits, and nothing was written."""
    room, before, waiting, since = busy
    room.done("status", "--at", LATER)  # readers do not wait
    refused(*map(Said, waiting), BUSY)
    assert time.monotonic() - since < 300
    assert contents(room.ledger) == before
