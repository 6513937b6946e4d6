"""The whole ledger as one JSON document, and back: nothing less than what rebuilds the same ledger.

A part of the document is a list, each of its rows a line of its own, so that both ways no more than a line is held in
memory. At the end stands a proof: how many rows each part has, and their SHA-256. A file is taken as it was written, or
not at all.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, BinaryIO

from ..render.exact import safe

Row = dict[str, Any]
MARK = b'"margincli ledger": 1,\n'
LONGEST = 64 * 2**20  # bytes of a line; a rule book has less than one of these
_OPENED = (b"{\n", MARK)


class FileRefused(Exception):
    """A file that cannot be taken, or not be written: what, where, and what to do."""

    EXIT_CODES = {"import_refused": 2, "output_exists": 3, "no_such_file": 4, "output_not_written": 5}

    def __init__(self, code: str, message: str, hint: str, **facts: Any):
        super().__init__(message)
        self.code, self.message, self.hint, self.exit_code = code, message, hint, self.EXIT_CODES[code]
        self.facts = {key: str(value) for key, value in facts.items()}


class Proof:
    """Counts and sums up the rows of a part."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, sha256()

    def add(self, line: bytes) -> None:
        self.rows += 1
        self._sum.update(line + b"\n")

    def told(self) -> Row:
        return {"rows": self.rows, "sha256": self._sum.hexdigest()}


Proofs = dict[str, Proof]


def lines(parts: Iterable[tuple[str, Iterable[Row]]], proofs: Proofs) -> Iterator[str]:
    """The document; what was written of each part goes into `proofs`."""
    yield from (line.decode() for line in _OPENED)
    for name, rows in parts:
        yield f'"{name}": ['
        proof = proofs[name] = Proof()
        for row in rows:
            line = safe(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
            yield f"{',' if proof.rows else ''}\n{line}"
            proof.add(line.encode())
        yield "\n],\n"
    yield _closed(proofs)


def _closed(proofs: Proofs) -> str:
    return f'"proof": {json.dumps({name: proof.told() for name, proof in proofs.items()})}\n}}\n'


class Reader:
    """The rows of a document as they come, with `line` always the number of the last one read."""

    def __init__(self, file: BinaryIO, name: str, parts: Iterable[str]):
        self._file, self._name, self._parts = file, name, parts
        self.line, self.proofs = 0, Proofs()
        self.rewritten = Proofs()  # of the same rows as they are written today: older exports have characters in them that are escaped now
        self._spans: dict[str, tuple[int, int]] = {}  # the first and the last line of each part

    def rows(self) -> Iterator[tuple[str, Row]]:
        """(part, row). Raises FileRefused, after the last row at the latest, for anything that is not as it was written."""
        for expected in _OPENED:
            if self._next() != expected:
                raise self.refused("it is not a ledger exported by this margincli", "Give the file that was written by: margincli export --format json")
        for part in self._parts:
            if self._next() != f'"{part}": [\n'.encode():
                raise self.refused(f"the list of {part} should begin here")
            first = self.line + 1
            yield from self._part(part)
            self._spans[part] = first, self.line - 1
        self._end()

    def _part(self, part: str) -> Iterator[tuple[str, Row]]:
        proof, rewritten = self.proofs.setdefault(part, Proof()), self.rewritten.setdefault(part, Proof())
        line, more = self._next(), False
        while line != b"],\n":
            text, more = line.removesuffix(b"\n").removesuffix(b","), line.endswith(b",\n")
            yield part, self._row(text)
            proof.add(text)
            rewritten.add(safe(text.decode()).encode())
            line = self._next()
            if not more and line != b"],\n":
                raise self.refused(f"the list of {part} should end here")
        if more:
            raise self.refused(f"another row of {part} should stand here")

    def _row(self, text: bytes) -> Row:
        try:
            row = json.loads(text.decode())
        except (ValueError, RecursionError, MemoryError):  # a line can be made to fill a machine
            raise self.refused("the line cannot be read") from None
        if not isinstance(row, dict):
            raise self.refused("the line is no row")
        return row

    def _end(self) -> None:
        """The proof of the file against what was read."""
        proof, brace = _closed(self.proofs).encode().splitlines(keepends=True)
        if (told := self._next()) != proof:
            raise self.refused(f"the rows are not those that were exported: {self._changed(told)}")
        if self._next() != brace or self._file.read(1):
            raise self.refused("the file should end here")

    def _changed(self, told: bytes) -> str:
        """Which parts do not come to what the proof says, and where they stand."""
        proof = self._row(told.removeprefix(b'"proof": ').removesuffix(b"\n"))
        return ", ".join(f"{part} ({f'line {first}' if first >= last else f'lines {first} to {last}'})" for part, (first, last) in self._spans.items() if proof.get(part) != self.proofs[part].told())

    def _next(self) -> bytes:
        self.line += 1
        try:
            line = self._file.readline(LONGEST)
        except OSError as fault:
            raise self.refused(f"the file cannot be read ({fault.strerror})", "See whether the disk is sound, or bring a copy of the file.") from None
        if not line.endswith(b"\n"):
            raise self.refused("the line is too long" if len(line) == LONGEST else "it ends here, before its end")
        return line

    def refused(self, why: str, remedy: str = "Export the ledger again, and bring that file here unchanged: margincli export --format json --output FILE") -> FileRefused:
        return FileRefused("import_refused", f"{self._name}, line {self.line}: {why.rstrip('.')}.", remedy, file=self._name, line=self.line, why=why)
