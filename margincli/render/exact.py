"""JSON: one document, or a row a line."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

# Lone surrogates are no valid UTF-8, C1 controls steer some terminals, marks of direction show text as what it is not, and two separators break JavaScript.
_UNSAFE = "[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
PARTS = ("sums", "rows", "entries", "wallets", "findings", "questions")


def as_json(document: dict[str, Any]) -> Iterator[str]:
    """Indented by two; of what is a list, an item at a time."""
    begins = "{\n  "
    for key, value in document.items():
        yield f"{begins}{_indented(key, 1)}: "
        yield from _items(value) if is_list(value) else [_indented(value, 1)]
        begins = ",\n  "
    yield "\n}" if document else "{}"


def _items(values: Sequence[Any]) -> Iterator[str]:
    begins = "[\n    "
    for value in values:
        yield begins + _indented(value, 2)
        begins = ",\n    "
    yield "\n  ]" if values else "[]"


def _indented(value: Any, depth: int) -> str:
    return safe(json.dumps(value, indent=2, ensure_ascii=False)).replace("\n", "\n" + "  " * depth)  # inside strings none is left


def as_jsonl(document: dict[str, Any]) -> Iterator[str]:
    """A row a line; a document without rows is one line."""
    return (safe(json.dumps(row, ensure_ascii=False, separators=(",", ":"))) + "\n" for row in rows_of(document))


def rows_of(document: dict[str, Any]) -> Sequence[Any]:
    """What of a document is a list of things: its rows, entries, wallets, findings."""
    for part in PARTS:
        if is_list(document.get(part)):
            return document[part]
    return [document]


def is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def safe(text: str) -> str:
    """Such characters stand only inside strings, where an escape means the same."""
    return text if text.isascii() and "\x7f" not in text else re.sub(_UNSAFE, lambda found: f"\\u{ord(found[0]):04x}", text)
