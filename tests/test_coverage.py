"""Every line and branch of the domain is passed by a test that is about a rule; what is passed is not yet noticed, for which see tests/mutants."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_every_branch_of_the_domain_is_passed(tmp_path):
    """By the tables of tests/domain alone: what only a drawn example would pass is passed by chance."""
    pytest.importorskip("coverage")
    environment = {**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")}

    def coverage(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", "coverage", *words], cwd=ROOT, env=environment, capture_output=True, text=True)

    tests = coverage("run", "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-m", "not hypothesis and not slow", "tests/domain")
    assert tests.returncode == 0, tests.stdout
    report = coverage("report")
    assert report.returncode == 0, report.stdout
