"""Many documents, such as the receipt of a sweep has: packed, in a fiftieth of the memory, and made again when they are looked at."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

TOGETHER = 100  # documents packed at a time


class Pile(Sequence):
    """Documents in their order, to be looked through one after the other."""

    def __init__(self, documents: Iterable[dict[str, Any]] = ()):
        self._packed: list[bytes] = []
        self._loose: list[dict[str, Any]] = []
        self.extend(documents)

    def extend(self, documents: Iterable[dict[str, Any]]) -> None:
        for document in documents:
            self._loose.append(document)
            if len(self._loose) == TOGETHER:
                self._packed.append(zlib.compress(json.dumps(self._loose).encode(), 1))
                self._loose = []

    def __len__(self) -> int:
        return TOGETHER * len(self._packed) + len(self._loose)

    def __getitem__(self, place: int) -> dict[str, Any]:
        return next(self._from(*divmod(range(len(self))[place], TOGETHER)))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self._from(0, 0)

    def _from(self, pack: int, place: int) -> Iterator[dict[str, Any]]:
        for packed in self._packed[pack:]:
            yield from json.loads(zlib.decompress(packed))[place:]
            place = 0
        yield from self._loose[place:]
