"""No room for the temporary files in which SQLite sorts what is large, and in which a batch holds its answers: one line and exit code 5."""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from big import build

from margincli.cli import answers, shell

NO_ROOM = """\
margincli: The temporary files in which SQLite sorts could not be written. Nothing was changed.
hint: Make room where they lie, /var/tmp mostly, or name a directory with room: SQLITE_TMPDIR=DIRECTORY margincli ...
"""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    path = tmp_path_factory.mktemp("room") / "ledger.db"
    build(path, 6000)  # 48,000 entries: more than is sorted in memory
    return path


def told(ledger, *words, **how):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1", **how.pop("env", {})}
    done = subprocess.run([sys.executable, "-m", "margincli", *words, "--ledger", ledger], capture_output=True, text=True, timeout=120, env=environment, **how)
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", [["check"], ["export", "-f", "csv"]])
def test_no_room_to_sort(ledger, words):
    """As on a full disk, no file grows beyond a hundred thousand bytes."""
    small = (100_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    assert told(ledger, *words, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, small)) == (5, NO_ROOM)
    assert told(ledger, "check") == (0, "")


@pytest.mark.parametrize("words", [["check"], ["accrue", "--at", "2024-09-02"], ["backup", "copy.db"]])
def test_nowhere_to_sort(ledger, words, tmp_path):
    if os.getuid():
        pytest.skip("only root is told that he may write in /sys")
    assert told(ledger, *words, env={"SQLITE_TMPDIR": "/sys"}, cwd=tmp_path) == (5, NO_ROOM)
    assert os.listdir(tmp_path) == []


def test_nowhere_to_hold_the_answers_of_a_batch(tmp_path, monkeypatch, capsys):
    """What was answered is done; what could not be answered is undone."""
    (lines := tmp_path / "lines").write_text("deposit USDT 5\n" * 5)
    call = ["--ledger", str(tmp_path / "ledger.db"), "--at", "2024-09-01"]
    monkeypatch.setattr(answers, "IN_MEMORY", 150)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert shell.run(["batch", str(lines), "--commit-every", "2", *call]) == 0
    assert shell.run(["batch", str(lines), "--commit-every", "4", *call]) == 5
    said = capsys.readouterr()
    assert said.err == (
        "margincli: The answers could not be held until they may be given: No such file or directory. What was not committed is undone.\n"
        "hint: Make room for temporary files, or name a directory with room: TMPDIR=DIRECTORY margincli ...\n"
    )
    shell.run(["history", "-f", "jsonl", *call])
    assert len(capsys.readouterr().out.splitlines()) == 5
