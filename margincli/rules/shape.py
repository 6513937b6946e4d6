"""The form of a rule file: what a line and a section look like, and how one document lies over another.

A loaded document is plain data. Leaves are ``[value, basis, rule id, note]``; a table keeps its ``rows`` as bare
values, and a row with a basis of its own has it in ``marks``, so that readers of values never meet two forms. A row of a
table with ``columns`` is one text of cells, ``-`` for an empty one; a file may also write it as a list.
"""

import re
from typing import Any

from margincli.domain.rulebook import cells_of

BASES = ("official", "official, older", "third party", "inferred", "placeholder", "seed")
TABLE_KEYS = ("basis", "rule", "note", "columns", "rows", "marks")
HEADINGS = ("profile", "title", "from", "until")
RULE = re.compile(r"[A-Z]+-\d+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FORM = '["value", "basis", "RULE-1"] or ["value", "basis", "RULE-1", "remark"]'

Document = dict[str, Any]


class RulesFileError(ValueError):
    """A rule file that cannot be used: which key, what is wrong with it, what to do."""

    def __init__(self, key: str, wrong: str, remedy: str):
        super().__init__(f"{key}: {wrong}; {remedy}")
        self.key = key
        self.code, self.facts = "bad_rules_file", {"key": key}


def shaped(raw: Document) -> Document:
    """The parsed file as a document, or RulesFileError at the first line out of form."""
    document: Document = {}
    for name, value in raw.items():
        if name in HEADINGS:
            document[name] = _heading(name, value)
        elif isinstance(value, dict):
            document[name] = _section(name, value)
        else:
            raise RulesFileError(name, "stands outside any section", "put it under one, such as [cross.bands.3]")
    return document


def merge(under: Document, over: Document) -> Document:
    """`over` laid on `under`: its lines win, all others stay. A row keeps the basis of the file it came from."""
    if "rows" in under and "rows" in over:
        return _merge_table(under, over)
    merged = dict(under)
    for name, value in over.items():
        below = under.get(name)
        merged[name] = merge(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


def mark_of(table: Document, row: str) -> list[str]:
    """Basis, rule id and note of one row of a table."""
    return table["marks"].get(row) or [table["basis"], table["rule"], table["note"]]


def _merge_table(under: Document, over: Document) -> Document:
    own = [under.get("basis"), under.get("rule"), under.get("note")]
    marks = dict(under["marks"])
    for name in over["rows"]:
        mark = mark_of(over, name)
        marks.pop(name, None)
        if mark != own:
            marks[name] = mark
    # The head of the table below stays: it speaks for the rows that were not replaced.
    above = {name: in_one(row) for name, row in over["rows"].items()} if "columns" in under else over["rows"]
    return {**over, **under, **_leaves(over), "rows": {**under["rows"], **above}, "marks": marks}


def _leaves(table: Document) -> Document:
    return {name: value for name, value in table.items() if name != "columns" and isinstance(value, list)}


def _heading(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise RulesFileError(name, "is not text", "write it in quotes")
    if name in ("from", "until") and not MOMENT.fullmatch(value):
        raise RulesFileError(name, f'"{value}" is not a moment', 'write it in UTC as "2024-08-12T06:00:00Z"')
    return value


def _section(key: str, raw: Document) -> Document:
    if "rows" in raw:
        return _table(key, raw)
    if "basis" in raw or "rule" in raw:
        raise RulesFileError(key, "has a basis or rule but no rows", f"put its lines under [{key}.rows]")
    return {name: _entry(f"{key}.{name}", value) for name, value in raw.items()}


def _entry(key: str, value: Any) -> Any:
    return _section(key, value) if isinstance(value, dict) else _leaf(key, value)


def _table(key: str, raw: Document) -> Document:
    if not isinstance(raw["rows"], dict):
        raise RulesFileError(f"{key}.rows", "is not a section", f"write the lines under [{key}.rows]")
    table = _head(key, raw)
    rows, marks = {}, {}
    for name, value in raw["rows"].items():
        where = f"{key}.{name}"
        if _has_mark(value):
            value, *mark = _leaf(where, value)
            marks[name] = (mark + [""])[:3]
        elif "basis" not in table:
            raise RulesFileError(where, "has no basis", f"give [{key}] a basis and a rule, or write {FORM}")
        value = _value(where, value)
        check_columns(where, value, table.get("columns"))
        rows[name] = in_one(value) if "columns" in table else value
    return {**table, "rows": rows, "marks": marks}


def _head(key: str, raw: Document) -> Document:
    head = {name: _entry(f"{key}.{name}", value) for name, value in raw.items() if name not in TABLE_KEYS}
    if "basis" in raw or "rule" in raw:
        head["basis"] = _basis(f"{key}.basis", raw.get("basis"))
        head["rule"] = _rule(f"{key}.rule", raw.get("rule"))
        head["note"] = _note(f"{key}.note", raw.get("note", ""))
    if "columns" in raw:
        head["columns"] = _columns(f"{key}.columns", raw["columns"])
    return head


def _has_mark(value: Any) -> bool:
    """Whether a row means to carry its own basis: one good part is enough, so that a slip is told, not swallowed."""
    if not isinstance(value, list) or len(value) not in (3, 4):
        return False
    basis, rule = value[1:3]
    return (isinstance(basis, str) and basis in BASES) or (isinstance(rule, str) and bool(RULE.fullmatch(rule)))


def _leaf(key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise RulesFileError(key, "is a bare value", f"write {FORM}, numbers in quotes too")
    if len(value) not in (3, 4):
        raise RulesFileError(key, f"has {len(value)} parts", f"write {FORM}")
    _value(key, value[0])
    _basis(key, value[1])
    _rule(key, value[2])
    if len(value) == 4:
        _note(key, value[3])
    return value


def _value(key: str, value: Any) -> Any:
    for part in value if isinstance(value, list) else [value]:
        for atom in part if isinstance(part, list) else [part]:
            if not isinstance(atom, str):
                raise RulesFileError(key, f"{atom!r} is not text", "write every value in quotes, numbers too")
    return value


def _basis(key: str, basis: Any) -> str:
    if not isinstance(basis, str) or basis not in BASES:
        wrong = "is missing" if basis is None else f"{basis!r} is no basis"
        raise RulesFileError(key, wrong, "use one of: " + "; ".join(BASES))
    return basis


def _rule(key: str, rule: Any) -> str:
    if not isinstance(rule, str) or not RULE.fullmatch(rule):
        raise RulesFileError(key, "is missing" if rule is None else f"{rule!r} is no rule id", 'write it as "THR-1"')
    return rule


def _note(key: str, note: Any) -> str:
    if not isinstance(note, str):
        raise RulesFileError(key, f"the remark {note!r} is not text", "write it in quotes")
    return note


def _columns(key: str, columns: Any) -> list[str]:
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        raise RulesFileError(key, "is not a list of names", 'write it as ["base", "quote"]')
    return columns


def check_columns(key: str, row: str | list[str], columns: list[str] | None) -> None:
    """A row of a table with named columns has a value for each."""
    if not columns:
        return
    cells = cells_of(row)
    if any(not isinstance(cell, str) or cell.split() != [cell] for cell in cells if cell):
        raise RulesFileError(key, "has a value of several words", "give, in order, one word each: " + ", ".join(columns))
    if len(cells) != len(columns):
        raise RulesFileError(key, f"has {len(cells)} of {len(columns)} values", "give, in order: " + ", ".join(columns))


def in_one(row: str | list[str]) -> str:
    """A row with columns as one text."""
    return " ".join(cell or "-" for cell in cells_of(row))
