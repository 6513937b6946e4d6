"""Shared by the golden tests: where the data lies, the small worlds of tests/domain, and the command line as a process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
SHARED = PROJECT.parent / "shared"


@pytest.fixture(scope="session")
def shared():
    """The folder of rules and data beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"the data folder {SHARED} is not here")
    return SHARED


@pytest.fixture(scope="session")
def margincli(tmp_path_factory):
    """Run the command line as a process of its own: words in, its JSON document out."""
    home = tmp_path_factory.mktemp("home")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "HOME": str(home), "LC_ALL": "C.UTF-8"}

    def run(*words: str) -> dict:
        line = [sys.executable, "-m", "margincli", *words, "--json"]
        done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    return run
