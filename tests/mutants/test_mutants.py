"""A few of the mutants of tests/mutants/mutate.py, from all of the domain, and some more from where money is rounded and charged: all are noticed."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("modules, sample", [("", 80), ("-m money -m interest -m steps", 40)])
def test_the_tests_notice_a_change_of_the_domain(modules, sample):
    pytest.importorskip("coverage")
    program = Path(__file__).with_name("mutate.py")
    asked = [*modules.split(), "--inside", "--sample", str(sample), "--seed", "1"]
    run = subprocess.run([sys.executable, str(program), *asked], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert run.stdout.split()[-4:-2] == [str(sample), str(sample)], "tried and killed"
