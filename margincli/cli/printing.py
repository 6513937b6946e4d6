"""Putting an answer on the screen: which colours, which encoding, and what when nobody reads it."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from .faults import NotWritten
from .words import short

LONGEST = 4000  # characters of what is said on stderr: a path, say, that was pasted by mistake
EXACT_FORMATS = ("json", "jsonl", "csv")  # read by programs, always UTF-8


def show(document: dict[str, Any], call: Any, verb: str, exit_code: int = 0) -> None:
    """Print the document of a verb. Quiet says nothing of what went well; books that do not hold are never quiet."""
    if call.quiet and document.get("ok") is not False:
        return
    from margincli.render import pieces

    put_all(_ended(pieces(document, call.format, verb, colours(sys.stdout))), exact=call.format in EXACT_FORMATS)


def put(text: str, *, exact: bool = False) -> None:
    """Write to stdout, and know that it arrived."""
    put_all([text if text.endswith("\n") else text + "\n"], exact=exact)


def put_all(pieces: Iterable[str], *, exact: bool = True) -> None:
    """The same piece by piece, as they come."""
    stream = sys.stdout
    if stream is None:  # started without one
        return
    _speak(stream, exact)
    for piece in pieces:
        _write(stream, piece)
    _write(stream, "", flush=True)


def _ended(pieces: Iterable[str]) -> Iterator[str]:
    """With an end of line, where there is anything."""
    last = ""
    for piece in pieces:
        yield piece
        last = piece or last
    if last and not last.endswith("\n"):
        yield "\n"


def _write(stream: Any, text: str, flush: bool = False) -> None:
    try:
        stream.write(text)
        if flush:
            stream.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        silence(stream)
        raise NotWritten(fault.strerror) from None


def complain(message: str, hint: str, after_a_key: bool = False) -> None:
    """Say what went wrong, on stderr; on a line of its own where the terminal has just echoed a key."""
    from margincli.render.plain import printable

    message, hint = short(message, LONGEST), short(hint, LONGEST)
    mark, end = ("\x1b[31m", "\x1b[0m") if colours(sys.stderr) else ("", "")
    gap = "\n" if after_a_key and sys.stderr is not None and sys.stderr.isatty() else ""
    complain_at_length(f"{gap}{mark}margincli:{end} {printable(message)}" + (f"\nhint: {printable(hint)}" if hint else ""))


def complain_at_length(text: str) -> None:
    """Several lines on stderr, as they are. Where it takes none, the exit code has to say it."""
    if sys.stderr is None:
        return
    _speak(sys.stderr, False)
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except BrokenPipeError:
        raise
    except OSError:
        silence(sys.stderr)


def colours(stream: Any) -> bool:
    """Only on a terminal, and not where the user does without (NO_COLOR, TERM=dumb)."""
    if stream is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def silence(stream: Any) -> None:
    """Let what is still buffered vanish: otherwise Python complains about it while it shuts down."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _speak(stream: Any, exact: bool) -> None:
    """A terminal that lacks a character shows a stand-in; a program gets UTF-8."""
    with suppress(AttributeError, ValueError, OSError):  # a stream that is no text file
        if exact:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        else:
            stream.reconfigure(errors="replace")
