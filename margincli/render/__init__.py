"""Documents in, text out: the same document as a table for people, or in a format for programs.

Only the format asked for is imported; JSON needs nothing but the standard library.
"""

from collections.abc import Iterable
from typing import Any


def render(document: dict[str, Any], format: str, verb: str, colour: bool = False) -> str:
    """The document as text. `format` is json, jsonl, csv, md or table; `verb` chooses how people see it."""
    return "".join(pieces(document, format, verb, colour))


def pieces(document: dict[str, Any], format: str, verb: str, colour: bool = False) -> Iterable[str]:
    """The same as it is made: of JSON, an item at a time."""
    if format in ("json", "jsonl"):
        from .exact import as_json, as_jsonl

        return as_json(document) if format == "json" else as_jsonl(document)
    if format == "csv":
        from .sheet import as_csv

        return [as_csv(document)]
    from .layout import as_markdown, as_text
    from .views import view

    blocks = view(document, verb)
    return [as_markdown(blocks) if format == "md" else as_text(blocks, colour)]
