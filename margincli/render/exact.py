"""JSON: one document, or a row a line."""

import json
import re
from typing import Any

# Lone surrogates are no valid UTF-8, C1 controls steer some terminals, marks of direction show text as what it is not, and two separators break JavaScript.
_UNSAFE = "[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
PARTS = ("sums", "rows", "entries", "wallets", "findings", "questions")


def as_json(document: dict[str, Any]) -> str:
    return safe(json.dumps(document, indent=2, ensure_ascii=False))


def as_jsonl(document: dict[str, Any]) -> str:
    """A row a line; a document without rows is one line."""
    return "".join(safe(json.dumps(row, ensure_ascii=False, separators=(",", ":"))) + "\n" for row in rows_of(document))


def rows_of(document: dict[str, Any]) -> list[Any]:
    """What of a document is a list of things: its rows, entries, wallets, findings."""
    for part in PARTS:
        if isinstance(document.get(part), list):
            return document[part]
    return [document]


def safe(text: str) -> str:
    """Such characters stand only inside strings, where an escape means the same."""
    return text if text.isascii() and "\x7f" not in text else re.sub(_UNSAFE, lambda found: f"\\u{ord(found[0]):04x}", text)
