"""The answers of a batch, each beginning with the number of its line: a document a line, or a sentence an entry."""

import json
from typing import Any

from .exact import safe
from .plain import clock, printable
from .sentences import sentence

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=list).encode  # no circles; `list` of a pile


def as_line(number: int, document: dict[str, Any]) -> str:
    return safe(_encode({"line": number, **document}))


def in_words(number: int, document: dict[str, Any]) -> str:
    """Several lines of text at most, for people."""
    if "error" in document:
        hint = f"\nhint: {printable(document['hint'])}" if document["hint"] else ""
        again = "again: " if document.get("repeated") else ""
        return f"line {number}: {again}{printable(document['message'])}{hint}"
    again = "ALREADY DONE " if document.get("repeated") else "DRY RUN " if document.get("dry_run") else ""
    told = [*_entries(document), *(f"WARNING {notice['message']}" for notice in document.get("notices", ()))]
    return "\n".join(f"{number}  {again}{printable(text)}" for text in told or _rows(document))


def _entries(document: dict[str, Any]) -> list[str]:
    return [f"{_number(entry)}{clock(entry['at'])}  {entry['account']}  {entry['wallet']}  {sentence(entry)}" for entry in document.get("entries", ())]


def _number(entry: dict[str, Any]) -> str:
    return "" if entry["id"] is None else f"#{entry['id']}  "


def _rows(document: dict[str, Any]) -> list[str]:
    """What booked nothing, or was only asked: its rows as they are."""
    from .exact import rows_of

    command = document["command"]
    rows = [row for row in rows_of(document) if row is not document]
    if not rows:
        return [f"{command}: {'OK' if document.get('ok') else 'nothing'}"]
    return [f"{command}: {_told(row)}" for row in rows]


def _told(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    return "  ".join(f"{name} {value}" for name, value in row.items() if isinstance(value, (str, int)) and value != "")
