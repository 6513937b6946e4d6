"""CSV for spreadsheets: rows flattened, and no cell that a spreadsheet would run as a formula."""

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

from .exact import rows_of
from .plain import printable

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_SENTENCES = ("denied", "call_ended_by")  # of a wallet: no figures, and the same for every coin in it
_FORMULA = ("=", "+", "-", "@")


def as_csv(document: dict[str, Any]) -> str:
    """A header of all columns in the order they first appear, then a line a row."""
    rows = [_flat(row) for row in _balances(rows_of(document))]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    if not columns:
        return ""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writerow({column: _guarded(printable(column)) for column in columns})
    writer.writerows(rows)
    return text.getvalue()


def _balances(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """A wallet of `status` becomes a row for each coin in it."""
    spread: list[dict[str, Any]] = []
    for row in rows:
        if not isinstance(row, dict):
            spread.append({"value": row})
        elif "balances" in row:
            health = {key: value for key, value in row.items() if key not in ("balances", *_SENTENCES)}
            spread += [{**health, **balance} for balance in row["balances"] or [{}]]
        else:
            spread.append(row)
    return spread


def _flat(row: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested objects become dotted columns, lists one cell."""
    flat: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = cell(value)
    return flat


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        plain = all(isinstance(item, str) for item in value)
        value = "; ".join(value) if plain else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _guarded(printable(str(value)))


def _guarded(text: str) -> str:
    """A leading apostrophe keeps spreadsheets from taking text for a formula; numbers stay numbers."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
