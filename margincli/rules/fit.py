"""Whether somebody's rule file fits the rules there are: a misspelt name or a word for a number is told at once,
not found out by an account that runs on the old value."""

import re
from typing import Any

from margincli.domain.rulebook import SILENT, cells_of

from .shape import HEADINGS, TABLE_KEYS, Document, RulesFileError, check_columns

# Sections whose members are alike and may be added to: another leverage, another rank.
OPEN = ("cross.bands", "isolated.bands", "collateral.ladders")
_NUMBER = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})?")


def check_fit(document: Document, model: Document, key: str = "") -> None:
    """Every name in `document` is known to `model`, and its value is of the same kind."""
    for name, value in document.items():
        where = f"{key}.{name}" if key else name
        if where in HEADINGS or (key and name in TABLE_KEYS):
            continue
        known = model.get(name) or _sibling(key, model) or _refuse_name(where, name, model)
        if isinstance(value, dict) != isinstance(known, dict):
            raise RulesFileError(where, *_MISPLACED[isinstance(known, dict)])
        if not isinstance(value, dict):
            _check_kind(where, value[0], known[0])
            continue
        if name not in model:
            _check_complete(where, value, known)
        check_fit(value, known, where)
        _check_rows(where, value, known)


_MISPLACED = {
    True: ("is a section, not a rule", "write its rules in lines of their own below it"),
    False: ("is a rule, not a section", 'write it as ["value", "basis", "RULE-1"]'),
}


def _sibling(key: str, model: Document) -> Any:
    return next(iter(model.values()), None) if key in OPEN else None


def _refuse_name(where: str, name: str, model: Document) -> None:
    from difflib import get_close_matches

    names = [known for known in model if known not in (*TABLE_KEYS, *HEADINGS)]
    if "rows" in model:
        raise RulesFileError(where, "is not under rows", f"put it under [{where.removesuffix('.' + name)}.rows]")
    close = get_close_matches(name, names, n=1)
    remedy = f"perhaps {close[0]}" if close else "known here: " + ", ".join(names)
    raise RulesFileError(where, "is not a name of the rule book", remedy)


def _check_complete(where: str, section: Document, sibling: Document) -> None:
    for name in sibling:
        if name not in section:
            raise RulesFileError(where, f"lacks {name}", "a new section names all its rules: " + ", ".join(sibling))


def _check_rows(where: str, table: Document, model: Document) -> None:
    if "rows" not in table:
        return
    if "rows" not in model:
        raise RulesFileError(f"{where}.rows", "is not a table", "known here: " + ", ".join(model))
    sample = next(iter(model["rows"].values()), None)
    for name, row in table["rows"].items():
        check_columns(f"{where}.{name}", row, model.get("columns"))
        if model.get("columns"):
            _check_cells(f"{where}.{name}", row, sample, model["columns"])
        elif sample is not None:
            _check_kind(f"{where}.{name}", row, sample)


def _check_cells(where: str, row: str | list[str], sample: str, columns: list[str]) -> None:
    for cell, like, column in zip(cells_of(row), cells_of(sample), columns, strict=True):
        if _is_number(like) and cell not in SILENT and not _is_number(cell):
            raise RulesFileError(where, f'{column} "{cell}" is not a number', 'write it with a point, as "0.01"')


def _check_kind(where: str, value: Any, like: Any) -> None:
    if isinstance(value, list) != isinstance(like, list):
        form = 'a list: ["...", "..."]' if isinstance(like, list) else 'one text: "..."'
        raise RulesFileError(where, "has a value of another form", f"the value is {form}")
    if value and like and isinstance(value, list) and isinstance(value[0], list) != isinstance(like[0], list):
        raise RulesFileError(where, "has a list of another form", f"write it as {like[:2]}")
    # An empty value or cell stands for a number nobody knows or nobody limits.
    numeric = like != [] and all(_is_number(atom) for atom in _atoms(like) if atom)
    may_be_empty = like == "" or isinstance(like, list)
    for atom in _atoms(value):
        if numeric and not _is_number(atom) and (atom or not may_be_empty):
            raise RulesFileError(where, f'"{atom}" is not a number', 'write it with a point, as "1.25"')


def _atoms(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [atom for part in value for atom in _atoms(part)]


def _is_number(text: str) -> bool:
    """Plain digits that can be reckoned with exactly: no sign, no exponent, no digits of other scripts."""
    return _NUMBER.fullmatch(text) is not None
