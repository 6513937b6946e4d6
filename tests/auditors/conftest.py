"""Ledgers for the auditors, each made once: a large one of odd coins and names, a small one of the same kind."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from odd_ledger import Maker

PROJECT = Path(__file__).resolve().parents[2]
QUICK = "/dev/shm"  # thousands of durable commands are waited for by the disk


@pytest.fixture(scope="session")
def _place():
    with tempfile.TemporaryDirectory(dir=QUICK if os.access(QUICK, os.W_OK) else None) as place:
        yield Path(place)


@pytest.fixture(scope="session")
def large(_place):
    maker = Maker(_place / "large.db", seed=20_240_812, accounts=220)
    maker.make()
    return maker.ledger


@pytest.fixture(scope="session")
def small(_place):
    maker = Maker(_place / "small.db", seed=3, accounts=12)
    maker.make()
    return maker.ledger


@pytest.fixture
def copy(small, tmp_path):
    """The small ledger, to do with as one likes."""
    shutil.copy(small, tmp_path / "ledger.db")
    return tmp_path / "ledger.db"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


# --- the crash of March 2020, as tests/golden has it ---


@pytest.fixture(scope="session")
def crash(_place, tmp_path_factory, request):
    """Four accounts after the crash, on the real candles."""
    import crash as golden

    klines = PROJECT.parent / "shared" / "data" / "klines" / "2020-03"
    if not klines.is_dir():
        pytest.skip(f"the candles of {klines} are not here")
    stage = golden.Stage(_command_line(tmp_path_factory.mktemp("home")), _place / "crash.db", PROJECT / "tests" / "answers.json")
    stage.open_longs(golden.read_klines(klines))
    stage.open_short()
    stage.say(golden.END, "liquidate")
    return stage.ledger


def _command_line(home):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "HOME": str(home), "LC_ALL": "C.UTF-8"}

    def run(*words: str) -> dict:
        done = subprocess.run([sys.executable, "-m", "margincli", *words, "--json"], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return run
