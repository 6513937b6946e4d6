"""The answers of a batch: held until what they say is written, then printed in their order."""

import os
import sys
from contextlib import suppress
from itertools import groupby
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

from .call import Call
from .faults import NO_ROOM, WordFault
from .printing import complain_at_length, put
from .progress import progress

IN_MEMORY = 4_000_000  # bytes; beyond that a file of the system holds them
OUT, ERR = b"o", b"e"  # the first letter of a line held, for where it goes


class Held:
    """What was answered since the last commit, however much it is. A refusal is told on stderr, unless programs read it."""

    def __init__(self, call: Call, stream: BinaryIO):
        self.call, self.stream = call, stream
        self.exact = call.format != "table"
        self.spool = SpooledTemporaryFile(IN_MEMORY)
        self.counts, self.given = {OUT: 0, ERR: 0}, 0
        self.draw = None if sys.stdout is None or sys.stdout.isatty() else progress(call)  # the answers themselves show it
        self.size = os.fstat(stream.fileno()).st_size if self.draw else 0

    def __enter__(self) -> "Held":
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        with suppress(OSError):  # what is still held will not be given
            self.spool.close()
        if kind and self.given and not self.call.dry_run and not issubclass(kind, BrokenPipeError):
            complain_at_length(f"Lines up to {self.given} are done; nothing of those after it was written.")
        if kind is None and not self.exact and not self.call.quiet:
            failed = f", {self.counts[ERR]} failed" if self.counts[ERR] else ""
            put(f"{self.counts[OUT]} done{failed}" + (" (DRY RUN: nothing was written)" if self.call.dry_run else ""))

    def hold(self, line: int, document: dict[str, Any] | None, exit_code: int) -> None:
        """`document` is None where the line itself asked for quiet."""
        self.counts[ERR if exit_code else OUT] += 1
        if document is None or self.call.quiet and not exit_code:
            return
        from margincli.render.lines import as_line, in_words

        where = ERR if "error" in document and not self.exact else OUT
        texts = [as_line(line, document)] if self.exact else in_words(line, document).split("\n")
        try:
            self.spool.writelines(b"%b%b\n" % (where, text.encode("utf-8", "backslashreplace")) for text in texts)
        except OSError as fault:
            message = f"The answers could not be held until they may be given: {fault.strerror}. What was not committed is undone."
            raise WordFault("no_temporary_room", message, "Make room for temporary files, or name a directory with room: TMPDIR=DIRECTORY margincli ...", NO_ROOM) from None

    def give(self, line: int) -> None:
        self.given = line
        self.spool.seek(0)
        for where, texts in groupby(self.spool, key=lambda text: text[:1]):
            said = b"".join(text[1:] for text in texts).decode("utf-8")
            put(said, exact=self.exact) if where == OUT else complain_at_length(said.removesuffix("\n"))
        self._empty()
        if self.draw and self.size:
            self.draw(line, self.stream.tell(), self.size)

    def drop(self) -> None:
        self.counts[OUT] = 0
        self._empty()

    def _empty(self) -> None:
        self.spool.seek(0)
        self.spool.truncate()
