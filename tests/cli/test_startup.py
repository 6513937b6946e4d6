"""A command imports what it needs and nothing else."""

import json
import subprocess
import sys

import pytest

HEAVY = ["rich", "sqlite_utils", "tabulate", "pydantic", "numpy", "click"]
OURS = ["margincli.domain", "margincli.ledger", "margincli.desk", "margincli.records", "margincli.rules", "margincli.feeds"]
_RUN = """
import json, sys
from margincli.cli.shell import run
code = run(json.loads(sys.argv[1]))
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def loaded(*words):
    done = subprocess.run([sys.executable, "-c", _RUN, json.dumps(words)], capture_output=True, text=True, timeout=60)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, set(modules), done.stdout


@pytest.mark.parametrize("words", [["--help"], ["borrow", "--help"], ["price", "--help"], ["price", "import", "--help"], ["--version"]])
def test_help_needs_neither_domain_nor_ledger(words):
    code, modules, _ = loaded(*words)
    assert code == 0
    assert not modules & {*HEAVY, *OURS, "sqlite3", "tomllib"}


def test_one_verb_imports_one_verb():
    _, modules, _ = loaded("borrow", "--help")
    verbs = {name for name in modules if name.startswith("margincli.cli.")}
    assert "margincli.cli.borrow" in verbs
    assert not verbs & {f"margincli.cli.{verb}" for verb in ("repay", "price", "status", "demo")}


def test_wrong_words_need_little():
    code, modules, _ = loaded("deposit", "USDT", "x", "--json")
    assert code == 2
    assert not modules & {*HEAVY, "margincli.ledger", "margincli.desk", "margincli.domain.world", "sqlite3"}


def test_json_needs_no_tables(tmp_path):
    words = ["deposit", "USDT", "5", "--json", "--ledger", str(tmp_path / "a.db"), "--at", "2024-09-01"]
    assert loaded(*words)[0] == 0  # creates the ledger, which may take more
    code, modules, out = loaded(*words)
    assert code == 0, out
    assert not modules & set(HEAVY)
    assert "margincli.render.layout" not in modules


@pytest.mark.parametrize("format", ["json", "csv", "hledger", "ledger", "beancount"])
def test_an_export_needs_no_tables_either(tmp_path, format):
    ledger = ["--ledger", str(tmp_path / "a.db"), "--at", "2024-09-01"]
    assert loaded("deposit", "USDT", "5", "--json", *ledger)[0] == 0
    code, modules, out = loaded("export", "-f", format, *ledger)
    assert code == 0, out
    assert not modules & set(HEAVY)
    assert format != "json" or "margincli.journals.beancount" not in modules


def test_importing_the_package_is_next_to_nothing():
    done = subprocess.run([sys.executable, "-c", "import sys, margincli.cli; print('typer' in sys.modules)"], capture_output=True, text=True)
    assert done.stdout == "False\n"
