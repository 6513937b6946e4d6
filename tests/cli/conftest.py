"""The command line in this process: isolated from the user's own files, and a desk that only remembers."""

import io
import sys
from types import SimpleNamespace
from typing import NamedTuple

import pytest


import documents  # noqa: E402
from margincli.cli import shell  # noqa: E402


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def document(self):
        import json

        return json.loads(self.out)


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """No settings of whoever runs the tests."""
    import os

    for name in [name for name in os.environ if name.startswith("MARGINCLI_") or name == "NO_COLOR"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def margincli(capsys):
    """Run one command line: margincli("borrow", "USDT", "100")."""

    def run(*words: str) -> Result:
        capsys.readouterr()
        code = shell.run(list(words))
        return Result(code, *capsys.readouterr())

    return run


class Desk:
    """Remembers what it was asked; answers with a fixed document, or raises what it was told to."""

    def __init__(self):
        self.asked = []
        self.fault = None
        self.answers = {"status": documents.STATUS, "check": documents.SOUND, "quiz": documents.QUIZ, "quiz_key": {"margin-level": "b"}}

    def __getattr__(self, name):
        def answer(*words):
            self.asked.append((name, *words))
            if self.fault:
                raise self.fault
            return self.answers.get(name, documents.RECEIPT)

        return answer

    @property
    def last(self):
        return self.asked[-1]

    @property
    def request(self):
        """The last request of the domain, as plain words."""
        name, call, request = self.asked[-1]
        assert name == "perform"
        return (type(request).__name__, *(getattr(word, "name", word) for word in request))


@pytest.fixture
def desk(monkeypatch):
    import margincli.account
    import margincli.desk
    import margincli.quotes
    import margincli.records
    import margincli.sweeping

    fake = Desk()
    stand_in = SimpleNamespace(Call=margincli.desk.Call, perform=fake.perform)
    for name, module in (("desk", stand_in), ("account", fake), ("quotes", fake), ("records", fake), ("sweeping", fake)):
        monkeypatch.setitem(sys.modules, f"margincli.{name}", module)
        monkeypatch.setattr(f"margincli.{name}", module)
    return fake


@pytest.fixture
def terminal(monkeypatch):
    """A person at the keyboard who types the given lines."""

    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self):
            return True

    def sit(*lines: str) -> None:
        monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in lines)))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    return sit
