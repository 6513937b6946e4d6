"""Completions: current, and bash's really complete."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COMPLETIONS = Path(__file__).parent.parent.parent / "completions"
sys.path.insert(0, str(COMPLETIONS))

import generate  # noqa: E402
import tree  # noqa: E402


@pytest.mark.parametrize("name", ["margincli.bash", "_margincli", "margincli.fish"])
def test_current(name):
    written = (COMPLETIONS / name).read_text(encoding="utf-8")
    assert written == generate.scripts()[name], "run: python completions/generate.py"


def test_an_option_takes_a_value_everywhere_or_nowhere():
    """The scripts tell options that take a value from flags by name alone."""
    meanings = {}
    for verb in tree.tree():
        for option in verb.options:
            for name in option.names:
                assert meanings.setdefault(name, option.takes_value) == option.takes_value, (verb.path, name)


def test_only_the_formats_of_an_export_are_its_own():
    meanings = {}
    own = {(verb.path, name) for verb in tree.tree() for option in verb.options for name in option.names if meanings.setdefault(name, option.choices) != option.choices}
    assert own == {("export", "--format"), ("export", "-f")}


def completed(words, directory):
    """What bash offers for a line whose last word is being written."""
    script = f'source {COMPLETIONS}/margincli.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _margincli; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "--norc", "-c", script, "bash", *words], capture_output=True, text=True, cwd=directory, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout.split()


LINES = [
    (["bor"], ["borrow"]),
    (["r"], ["repay", "restore", "rate", "rules"]),
    (["price", ""], ["set", "import", "fetch", "show"]),
    (["rate", "s"], ["set", "show"]),
    (["trade", ""], ["buy", "sell"]),
    (["trade", "b"], ["buy"]),
    (["trade", "buy", "BTCUSDT", "1", "--type", "l"], ["limit", "limit-maker"]),
    (["borrow", "USDT", "m"], ["max"]),
    (["borrow", "-w", "cross", "USDT", ""], ["max"]),
    (["borrow", "-w", "isolated", ":", "BTCUSDT", "USDT", ""], ["max"]),
    (["borrow", ""], []),
    (["repay", "USDT", ""], ["all"]),
    (["borrow", "USDT", "5", "--wallet", ""], ["spot", "cross", "isolated:"]),
    (["transfer", "USDT", "5", "--from", "s"], ["spot"]),
    (["status", "--format", "j"], ["json", "jsonl"]),
    (["status", "--format", "=", "j"], ["json", "jsonl"]),
    (["status", "--format", "="], ["table", "json", "jsonl", "csv", "md"]),
    (["export", "--format", ""], ["hledger", "ledger", "beancount", "csv", "json"]),
    (["export", "-f", "b"], ["beancount"]),
    (["export", "--output", "a"], ["a.csv"]),
    (["import", "b"], ["b.csv"]),
    (["status", "--ch"], ["--check"]),
    (["status", "--dry"], []),
    (["price", "set", "--vol"], ["--volume"]),
    (["price", "import", "a"], ["a.csv"]),
    (["price", "import", "a.csv", "b"], ["b.csv"]),
    (["status", "--ledger", "a"], ["a.csv"]),
    (["activate", "--leverage", ""], ["3", "5", "10"]),
    (["--v"], ["--version"]),
]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(("words", "offered"), LINES, ids=[" ".join(words) for words, _ in LINES])
def test_bash(words, offered, tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).touch()
    assert completed(["margincli", *words], tmp_path) == offered


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_offers_every_option_of_every_verb(tmp_path):
    for verb in tree.tree():
        names = {name for option in verb.options for name in option.names}
        assert set(completed(["margincli", *verb.path.split(), "-"], tmp_path)) == names, verb.path


@pytest.mark.parametrize(("shell", "name"), [("bash", "margincli.bash"), ("zsh", "_margincli"), ("fish", "margincli.fish")])
def test_the_shell_can_read_it(shell, name):
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    assert subprocess.run([shell, "-n", str(COMPLETIONS / name)], capture_output=True).returncode == 0
