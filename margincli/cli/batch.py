"""batch [FILE]: a verb a line, one session of the ledger, a receipt a line."""

import sys
from contextlib import contextmanager
from typing import Annotated, Any, BinaryIO, Iterator

import typer

from .call import Call
from .faults import NOT_THERE, WordFault, misuse
from .verb import Answer, verb

COMMIT_EVERY = 1000

File = Annotated[str, typer.Argument(metavar="[FILE]", help="The lines; standard input without it, or as -.")]
Atomic = Annotated[bool, typer.Option("--atomic", help="All or nothing: the first refusal undoes every line.")]
Stops = Annotated[bool, typer.Option("--stop-on-error", help="Stop at the first refusal; what was done before stays.")]
Every = Annotated[int | None, typer.Option("--commit-every", min=1, metavar="N", help=f"Lines to a commit, {COMMIT_EVERY} unless said; receipts come with it.")]


@verb(writes=True)
def batch(call: Call, file: File = "-", atomic: Atomic = False, stop_on_error: Stops = False, commit_every: Every = None):
    """Carry out many commands, a line each.

    A line is a command without its first word, or a JSON object: {"verb": "borrow", "args": ["USDT", "100"], "wallet":
    "cross", "at": TIME}. Empty lines and # comments pass. Options given here hold for lines that do not say their own.

    A line that is refused is undone alone; the others go on. The exit code is 0, or that of the first line that failed.
    With --json every line of the answer is the document of one line. With --ref NAME the line N is done once, as
    NAME:N: the same batch again goes on where it was stopped.

    Examples:
      margincli batch orders.txt --ref monday
      margincli batch --atomic --json < orders.jsonl
    """
    if atomic and commit_every is not None:
        raise misuse("--atomic is one commit at the end: it takes no --commit-every.", "Leave one of the two out.")
    if call.format not in ("table", "json", "jsonl"):
        raise misuse(f"A batch does not answer as {call.format}.", "Choose table or jsonl.")
    from margincli.ledger.kept import Kept
    from margincli.tape import Manner, play

    from .answers import Held
    from .faults import tell
    from .lines import numbered

    with _opened(file) as stream, Held(call, stream) as answers, Kept(call.ledger, rehearsal=call.dry_run) as ledger:
        every = commit_every or (1 if stream.isatty() else COMMIT_EVERY)  # a person waits for each answer
        manner = Manner(0 if atomic else every, atomic, stop_on_error)
        return Answer(None, play(ledger, numbered(stream), _Reader(call._replace(ledger=ledger)), tell, answers, manner))


class _Reader:
    """Lines into steps of the tape."""

    def __init__(self, call: Call):
        from margincli.tape import Step

        from . import lines

        self.call, self.lines, self.step = call, lines, Step

    def __call__(self, number: int, line: bytes) -> Any:
        words = self.lines.words_of(line)
        verb, answer, said = self.lines.understood(words)
        given = f"{self.call.ref}:{number}" if self.call.ref and "ref" in said and not said["ref"] else None
        call = self.call.of_line(said, given)
        return self.step(call.owner, " ".join(words), given, lambda: self._carry_out(answer, call, said, verb))

    def _carry_out(self, answer: Any, call: Call, said: dict[str, Any], verb: str) -> tuple[dict[str, Any] | None, int]:
        document, code = answer(call, said)
        if call.quiet and not code:
            return None, 0
        document = {"command": verb, **document}
        if self.call.dry_run:
            entries = [{**entry, "id": None} for entry in document.get("entries", ())]
            document |= {"dry_run": True, **({"entries": entries} if entries else {})}
        return document, code


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    """The file, or standard input. Raises WordFault."""
    if name == "-":
        if sys.stdin is None:
            raise misuse("There is no standard input to read.", "Name a FILE.")
        yield sys.stdin.buffer
        return
    try:
        stream = open(name, "rb")
    except FileNotFoundError:
        raise WordFault("no_such_file", f"There is no file {name}.", "Check the path.", NOT_THERE, file=name) from None
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or "it has no such name"
        raise WordFault("bad_batch_file", f"{name} cannot be read: {why}.", "Name a file of lines, or - for standard input.", file=name) from None
    with stream:
        yield stream
