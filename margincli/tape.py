"""Batch and replay as one loop: line after line through the desk, in one session of the ledger.

A line that is refused is undone alone and answered by its refusal; what the others did stands at the next commit, and
only then are their answers given out. Where a line comes from and where its answer goes is the door's business.
"""

from itertools import islice
from typing import Any, Callable, Iterable, Iterator, NamedTuple, Protocol

from .ledger.kept import Kept

Document = dict[str, Any] | None  # None: nothing to be said
STOPPING = (1, 5, 8)  # a fault of ours, a ledger that is busy or cannot be written, books that do not hold: no line's own
AHEAD = 64  # lines understood in one go: to read and to carry out in turns, line by line, takes a twentieth longer
OF_ITS_MOMENT = (3, 4)  # refused by a rule, not there: another time it might go well, while wrong words stay wrong


class Step(NamedTuple):
    """A line that has been understood. `ref` is set where the batch gave it: then a refusal is an answer for good, too."""

    account: str
    words: str
    ref: str | None
    carry_out: Callable[[], tuple[Document, int]]


class Manner(NamedTuple):
    """`commit_every` lines, 0 at the end only; `atomic`: all or nothing; `stops`: at the first line that does not end with 0."""

    commit_every: int
    atomic: bool = False
    stops: bool = False


class Answers(Protocol):
    """Who takes the answers: held until what they say is written, then given out, or dropped with it."""

    def hold(self, line: int, document: Document, exit_code: int) -> None: ...
    def give(self, line: int) -> None: ...
    def drop(self) -> None: ...


Reader = Callable[[int, Any], Step]
Teller = Callable[[BaseException], tuple[Document, int]]


def play(ledger: Kept, lines: Iterable[tuple[int, Any]], read: Reader, tell: Teller, answers: Answers, manner: Manner) -> int:
    """Carry out numbered lines; the exit code of the first that did not end with 0. What `tell` puts among STOPPING is raised."""
    first = number = 0
    for count, (number, found) in enumerate(_understood(lines, read, manner.commit_every), 1):
        document, code = _answer(ledger, found, tell)
        first = first or code
        if code and manner.atomic:
            ledger.undo()
            answers.drop()
        answers.hold(number, document, code)
        if code and (manner.atomic or manner.stops):
            break
        if manner.commit_every and count % manner.commit_every == 0:
            ledger.keep()
            answers.give(number)
    ledger.keep()
    answers.give(number)
    return first


def _understood(lines: Iterable[tuple[int, Any]], read: Reader, commit_every: int) -> Iterator[tuple[int, Step | Exception]]:
    """Lines read some at a time, none of them beyond the next commit: who waits for its answers has not written it yet."""
    lines, count = iter(lines), 0
    while some := list(islice(lines, min(AHEAD, commit_every - count % commit_every) if commit_every else AHEAD)):
        count += len(some)
        yield from [(number, _read(read, number, line)) for number, line in some]


def _read(read: Reader, number: int, line: Any) -> Step | Exception:
    """The step, or why there is none: to be told in its turn."""
    try:
        return read(number, line)
    except Exception as error:
        return error


def _answer(ledger: Kept, found: Step | Exception, tell: Teller) -> tuple[Document, int]:
    step = found if isinstance(found, Step) else None
    try:
        if step is None:
            raise found
        return _refused_before(ledger, step) or step.carry_out()
    except Exception as error:
        document, code = tell(error)
        if code in STOPPING:
            raise
        if step and step.ref and code in OF_ITS_MOMENT and ledger.recall(step.ref) is None:
            ledger.remember(step.ref, step.account, _refused(step), {"refused": document, "exit_code": code})
        return document, code


def _refused_before(ledger: Kept, step: Step) -> tuple[Document, int] | None:
    """A line goes wrong once: begun again, the same batch must not do what it could not do in its turn."""
    known = ledger.recall(step.ref) if step.ref else None
    if known is None or known[:2] != (step.account, _refused(step)):
        return None
    return {**known[2]["refused"], "repeated": True}, known[2]["exit_code"]


def _refused(step: Step) -> str:
    return f"refused: {step.words}"
