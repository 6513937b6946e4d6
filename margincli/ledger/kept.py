"""A ledger kept open over many steps: each is done or undone alone, and all stand once they are kept.

`reading` and `writing` of it are steps of its one session: see memory.py.
"""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable

from .faults import translated
from .memory import KeptSession
from .session import Session

TURN_SECONDS, PAUSE_SECONDS = 4.0, 0.12  # others wait up to ten seconds, and look again every tenth of one


class Kept:
    """The ledger at `path`, taken by the first step that needs it. A rehearsal leaves no trace, of whatever is kept in it."""

    def __init__(self, path: Path, rehearsal: bool = False):
        self.path, self._rehearsal = path, rehearsal
        self._session: KeptSession | None = None
        self._open = ExitStack()
        self._remembered: list[tuple] = []
        self._turn = time.monotonic()

    def __enter__(self) -> "Kept":
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)

    def exists(self) -> bool:
        return self._session is not None or self.path.exists()

    def step(self, document: Callable[[], dict[str, Any]] | None) -> "_Step":
        """The session, for one step: undone as a whole unless it commits. Raises LedgerFault."""
        return _Step(self._session or self._take(document), str(self.path))

    def keep(self) -> None:
        """Let all steps stand that were committed; others may then have their turn. Of a rehearsal nothing ever stands."""
        if self._session is None or self._rehearsal:
            return
        with translated(str(self.path)):
            self._session.keep()
        if time.monotonic() - self._turn > TURN_SECONDS:
            time.sleep(PAUSE_SECONDS)
            self._turn = time.monotonic()

    def undo(self) -> None:
        """Undo all since the last `keep`."""
        self._remembered = []
        if self._session is not None:
            with translated(str(self.path)):
                self._session.undo()

    def recall(self, ref: str) -> tuple[str, str, dict[str, Any]] | None:
        from .opening import is_begun

        if self._session is None and not is_begun(str(self.path)):
            return None
        with self.step(None) as session:
            return session.recall(ref)

    def remember(self, ref: str, owner: str, request: str, document: dict[str, Any]) -> None:
        """Between two steps, whatever becomes of them; written with the next `keep` for which there is a ledger to write it in."""
        if self._session is None:
            self._remembered.append((ref, owner, request, document))
        else:
            self._session.note(ref, owner, request, document)

    def _take(self, document: Callable[[], dict[str, Any]] | None) -> "KeptSession":
        from .opening import scratch, writing

        if self._rehearsal and document is not None and not self.path.exists():
            opened = self._open.enter_context(scratch(document))
        else:
            opened = self._open.enter_context(writing(self.path, document))
        opened.db.execute("PRAGMA cache_size = -16384")
        self._session = KeptSession(opened.db, opened.path)
        for row in self._remembered:
            self._session.note(*row)
        return self._session


class _Step:
    """One step of a session as a context."""

    def __init__(self, session: KeptSession, path: str):
        self.session, self.path = session, path

    def __enter__(self) -> Session:
        with translated(self.path):
            self.session.begin()
        return self.session

    def __exit__(self, *raised: Any) -> None:
        with translated(self.path):
            self.session.end()
        if raised[1] is not None:
            translated(self.path).__exit__(*raised)
