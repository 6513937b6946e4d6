"""A few of the mutants of tests/mutants/mutate.py: those where money is rounded and charged must be noticed."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_tests_notice_a_change_of_money_interest_or_steps():
    pytest.importorskip("coverage")
    program = Path(__file__).with_name("mutate.py")
    asked = ["-m", "money", "-m", "interest", "-m", "steps", "--inside", "--sample", "40", "--seed", "1"]
    run = subprocess.run([sys.executable, str(program), *asked], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert "40 tried, 40 killed, 0 live" in run.stdout
