"""Runs the transcripts: a manual for people, whose every command is a real process and every answer is compared.

A transcript is text: lines that begin with ``# `` are for the reader. ``$ `` begins a command of bash, ``> `` continues
it; what follows is what it says, stdout and stderr together, and ``[N]`` where its exit code is not 0. Commands of one
file share a directory that is empty but for answers.json, and a machine set to Tokyo time.

To take what the commands say now, for review with git diff:

    pytest tests/test_transcripts.py --accept [-k NAME]
"""

import difflib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).resolve().parent
FILES = sorted((HERE / "transcripts").glob("*.test"))
SECONDS = 30  # a command that takes longer hangs
WORKERS = 3


class Remark(NamedTuple):
    """Lines for the reader: text and empty lines."""

    text: str


class Block(NamedTuple):
    line: int
    command: str
    said: str  # with the [N] of its exit code


def parse(text: str) -> list[Remark | Block]:
    """Raises ValueError for a line that belongs nowhere."""
    lines, parts, number = text.split("\n"), [], 0
    while number < len(lines):
        begin, line = number, lines[number]
        number += 1
        if not line.startswith("$ "):
            if line and not _is_remark(line):
                raise ValueError(f"line {begin + 1} is neither a remark nor a command: {line}")
            parts.append(Remark(line))
            continue
        command = [line[2:]]
        while number < len(lines) and _continues(lines[number]):
            command.append(lines[number][2:])
            number += 1
        said = []
        while number < len(lines) and not lines[number].startswith("$ ") and not _is_remark(lines[number]):
            said.append(lines[number])
            number += 1
        while said and not said[-1]:  # the empty lines between blocks are for the eye
            said.pop()
            number -= 1
        parts.append(Block(begin + 1, "\n".join(command), "".join(f"{line}\n" for line in said)))
    while parts and parts[-1] == Remark(""):
        parts.pop()
    return parts


def _is_remark(line: str) -> bool:
    return line == "#" or line.startswith("# ")  # the journal numbers its entries #1, without a space


def _continues(line: str) -> bool:
    return line == ">" or line.startswith("> ")


def written(parts: list[Remark | Block]) -> str:
    return "".join(f"{part.text}\n" if isinstance(part, Remark) else _block(part) for part in parts)


def _block(block: Block) -> str:
    first, *rest = block.command.split("\n")
    return "".join([f"$ {first}\n", *(f"> {line}".rstrip() + "\n" for line in rest), block.said])


class Room:
    """A directory of its own, and an environment with nothing of the developer's in it."""

    def __init__(self, base: Path):
        self.directory, tools = base / "work", base / "bin"
        for directory in (self.directory, tools, base / "home"):
            directory.mkdir(parents=True)
        shutil.copy(HERE / "answers.json", self.directory)
        for name, words in (("margincli", "-m margincli "), ("python", "")):
            (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n')
            (tools / name).chmod(0o755)
        self.environment = {
            "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(HERE.parent),
            "HOME": str(base / "home"),
            "XDG_DATA_HOME": str(base / "home" / "data"),
            "XDG_CONFIG_HOME": str(base / "home" / "config"),
            "MARGINCLI_LEDGER": "./ledger.db",
            "TZ": "Asia/Tokyo",
            "LC_ALL": "C.UTF-8",
        }

    def say(self, command: str) -> str:
        """What a command says, and its exit code."""
        try:
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"(nothing within {SECONDS} seconds)\n"
        said = done.stdout.decode("utf-8", "backslashreplace")
        if said and not said.endswith("\n"):
            said += "\n(no end of line)\n"
        return said + (f"[{done.returncode}]\n" if done.returncode else "")


def run(path: Path, base: Path) -> tuple[list[Remark | Block], list[Remark | Block]]:
    """The transcript as it stands and as it would read now."""
    parts, room = parse(path.read_text(encoding="utf-8")), Room(base)
    return parts, [part._replace(said=room.say(part.command)) if isinstance(part, Block) else part for part in parts]


@pytest.fixture(scope="session")
def runs(request, tmp_path_factory):
    """All transcripts asked for, started at once: each is alone in its directory, and most of their time is Python starting."""
    base = tmp_path_factory.mktemp("transcripts")
    asked = [item.callspec.params["path"] for item in request.session.items if getattr(item, "originalname", "") == "test_transcript"]
    with ThreadPoolExecutor(WORKERS) as pool:
        yield {path: pool.submit(run, path, base / path.stem) for path in asked}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript(path, runs, request):
    before, now = runs[path].result()
    if request.config.getoption("--accept", default=False):
        path.write_text(written(now), encoding="utf-8")
        again = [part._replace(line=0) if isinstance(part, Block) else part for part in parse(written(now))]
        assert again == [part._replace(line=0) if isinstance(part, Block) else part for part in now], "what a command says looks like a remark or a command"
    elif before != now:
        name = f"tests/transcripts/{path.name}"
        difference = difflib.unified_diff(written(before).splitlines(), written(now).splitlines(), name, "now", lineterm="")
        pytest.fail("\n".join(difference), pytrace=False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_transcript_accepts_a_fault_of_ours(path):
    assert "fault of margincli" not in path.read_text() and "Traceback" not in path.read_text()


def test_what_is_written_reads_back():
    text = "# A remark.\n\n$ echo one && cat <<E\n> two\n>\n> E\none\ntwo\n\nthree\n[3]\n\n#\n$ true\n$ echo '#1'\n#1\n"
    parts = parse(text)
    assert written(parts) == text
    assert [part.said for part in parts if isinstance(part, Block)] == ["one\ntwo\n\nthree\n[3]\n", "", "#1\n"]


def test_a_line_that_belongs_nowhere_is_found():
    with pytest.raises(ValueError, match="line 2"):
        parse("# A remark.\nan answer without a command\n")


def test_every_verb_has_a_transcript():
    from margincli.cli.app import VERBS

    missing = {verb.partition(" ")[0].replace("-", "_") for verb in VERBS} - {path.stem for path in FILES}
    assert not missing
