"""Pipes that close, terminals that are none, and Ctrl-C, with real processes."""

import os
import signal
import subprocess
import sys

import pytest

MARGINCLI = [sys.executable, "-m", "margincli"]


@pytest.fixture
def run(tmp_path):
    def start(*words, **how):
        how.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([*MARGINCLI, *words], stderr=subprocess.PIPE, text=True, timeout=60, cwd=tmp_path, env=_environment(), **how)

    return start


def _environment(**more):
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    return {**os.environ, "PYTHONPATH": root, **more}


@pytest.mark.parametrize("words", [["--help"], ["activate", "--questions"], ["rules", "show", "--json"], ["deposit", "--json"]])
def test_a_reader_that_left(run, words):
    read, write = os.pipe()
    os.close(read)
    done = run(*words, stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_nobody_reads_the_complaint(tmp_path):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*MARGINCLI, "deposit"], stdout=subprocess.PIPE, stderr=write, cwd=tmp_path, env=_environment(), timeout=60)
    os.close(write)
    assert (done.returncode, done.stdout) == (141, b"")


@pytest.fixture
def full():
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    with open("/dev/full", "w") as device:
        yield device


NO_ROOM = """\
margincli: The answer could not be written: No space left on device.
hint: Make room there, or send it elsewhere. margincli history shows what was carried out.
"""
_AT = ("--ledger", "a.db", "--at", "2024-09-01")
_ASKED = ["--help", "borrow --help", "price --help", "--version", "rules show", "rules show --json", "activate --questions", "demo", "status", "history -f csv", "export -f json", "check"]


@pytest.mark.parametrize("words", [*_ASKED, "deposit USDT 5", "deposit USDT 5 --json", "deposit EUROX 5 --json", "deposit --json"])
def test_no_room_for_the_answer(run, full, words):
    assert run("deposit", "USDT", "5", *_AT).returncode == 0
    words = words.split()
    done = run(*words, *(_AT if words[0] in ("status", "history", "check", "deposit") else _AT[:2] * (words[0] == "export")), stdout=full)
    assert (done.returncode, done.stderr) == (1, NO_ROOM)


def test_no_room_for_the_answers_of_a_batch(run, full):
    lines = "deposit USDT 5\ndeposit EUROX 5\n"
    done = run("batch", *_AT, "--json", stdout=full, input=lines)
    assert (done.returncode, done.stderr) == (1, f"Lines up to 2 are done; nothing of those after it was written.\n{NO_ROOM}")
    assert len(run("history", *_AT, "-f", "jsonl").stdout.splitlines()) == 1
    done = run("batch", *_AT, "--dry-run", stdout=full, input=lines)
    assert (done.returncode, done.stderr) == (1, NO_ROOM)


@pytest.mark.parametrize("words, code", [("deposit", 2), ("deposit EUROX 5 --ledger a.db", 3), ("status --ledger a.db", 4)])
def test_no_room_for_the_complaint(tmp_path, full, words, code):
    """Then the exit code alone says what was wrong."""
    assert subprocess.run([*MARGINCLI, *words.split()], stdout=full, stderr=full, cwd=tmp_path, env=_environment(), timeout=60).returncode == code


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(tmp_path, closed):
    command = f"{sys.executable} -m margincli deposit USDT 5 --ledger {tmp_path}/a.db --at 2024-09-01 {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=_environment(), cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    status = [*MARGINCLI, "status", "--ledger", f"{tmp_path}/a.db", "--at", "2024-09-01", "-f", "csv"]
    done = subprocess.run(status, capture_output=True, text=True, env=_environment(), cwd=tmp_path, timeout=60)
    assert done.returncode == 0 and "USDT,5," in done.stdout


def test_an_empty_stdin_is_never_waited_for(run):
    done = run("activate", "--accept-terms", "--ledger", "a.db", stdin=subprocess.DEVNULL)
    assert done.returncode == 3 and "hint" in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_poor_encodings(tmp_path, encoding):
    environment = _environment(PYTHONIOENCODING=encoding, LC_ALL="C")
    words = [*MARGINCLI, "deposit", "USDT", "5", "--account", "\u00e9\u2192", "--json"]
    done = subprocess.run(words, capture_output=True, env=environment, cwd=tmp_path, timeout=60)
    assert done.returncode == 2 and "\u00e9\u2192" in done.stdout.decode()
    done = subprocess.run(words[:-1], capture_output=True, env=environment, cwd=tmp_path, timeout=60)
    assert done.returncode == 2 and b"Traceback" not in done.stderr


def test_bytes_that_are_no_text(tmp_path):
    words = [os.fsencode(word) for word in (*MARGINCLI, "deposit")] + [b"US\xffDT", b"5", b"--json"]
    done = subprocess.run(words, capture_output=True, env=_environment(), cwd=tmp_path, timeout=60)
    assert done.returncode == 2 and b"\\udcff" in done.stdout and done.stderr == b""


def test_interrupted_while_starting(tmp_path):
    """Ctrl-C at any moment of a command that takes its time leaves a line and 130, never a traceback."""
    slow = "import time; import margincli.cli.app as app; app.command = lambda: (print('ready', flush=True), time.sleep(30)); from margincli.cli import main; main()"
    process = subprocess.Popen([sys.executable, "-c", slow], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment(), cwd=tmp_path)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "margincli: interrupted\n")
