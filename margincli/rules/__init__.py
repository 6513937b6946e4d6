"""The rules as data: dated profiles, the coins and pairs they speak of, and the margin quiz.

Import this inside the call that needs it: reading TOML takes longer than most commands do.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from margincli.domain.rulebook import SILENT, cells_of

from .fit import check_fit
from .shape import HEADINGS, Document, RulesFileError, mark_of, merge, shaped

PROFILES = ("2019", "2024", "2025", "2026")
DEFAULT = "2024"
INCLUDES = ("coins.toml", "pairs.toml", "ranks.toml")

__all__ = ["DEFAULT", "PROFILES", "RulesFileError", "UnknownProfile", "describe", "load", "merge", "quiz", "read"]


class UnknownProfile(ValueError):
    """There is no such profile."""

    def __init__(self, name: str):
        super().__init__(f'no rule profile "{name}"; there are: {", ".join(PROFILES)}')
        self.name = name
        self.code, self.facts = "unknown_profile", {"profile": name}


def load(profile: str = DEFAULT) -> Document:
    """One profile with all it includes, as plain data."""
    if profile not in PROFILES:
        raise UnknownProfile(profile)
    return _compose(_packaged(f"{profile}.toml"))


def read(text: str) -> Document:
    """A rule file of the user's: a few lines to lay over a profile (see `merge`), or a profile of its own."""
    document = _compose(text)
    check_fit(document, _all_names())
    return document


@cache
def quiz() -> list[dict[str, Any]]:
    """The questions in order: id, question, choices, and the answer with its rule and reason."""
    return tomllib.loads(_packaged("quiz.toml"))["questions"]


def describe(document: Document, topic: str | None = None) -> Iterator[dict[str, str]]:
    """Every rule as a row, in the order of the files; `topic` is a first part, a rule id, or a name such as BTCUSDT."""
    for part, section in document.items():
        if isinstance(section, dict):
            for name, value, basis, rule, note in _flat(section, ()):
                row = {"topic": part, "name": name, "value": value, "basis": basis, "rule": rule, "note": note}
                if topic is None or _concerns(row, topic.upper()):
                    yield row


def _packaged(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _parse(text: str) -> Document:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # too deep a nest, or a number of too many digits, has no error of TOML's own
        raise RulesFileError("file", f"not TOML: {error}", "mend that line") from error


def _compose(text: str) -> Document:
    raw = _parse(text)
    base = _base(raw.pop("based_on", None))
    merged = _layers(raw, base)
    # The file's own sections come first, as its reader saw them; over another profile, those of that one.
    headings = [name for name in raw if name in HEADINGS]
    return {name: merged[name] for name in [*headings, *base, *raw, *merged]}


def _base(profile: Any) -> Document:
    """The rules of the profile that a file lies over, without its headings; none where it stands by itself."""
    if profile is None:
        return {}
    if profile not in PROFILES:
        raise RulesFileError("based_on", f"{profile!r} is no profile", "choose from: " + ", ".join(PROFILES))
    return {name: section for name, section in load(profile).items() if name not in HEADINGS}


def _all_names() -> Document:
    """The default profile, and beside its lines every name that only another has."""
    names = load()
    for profile in PROFILES:
        if profile != DEFAULT:
            raw = _parse(_packaged(f"{profile}.toml"))
            raw.pop("based_on", None)
            names = merge(names, merge(_layers(raw, {}), names))
    return names


def _layers(raw: Document, below: Document) -> Document:
    """The file over what it includes, over `below`."""
    for name in _include(raw.pop("include", [])):
        below = merge(below, shaped(_parse(_packaged(name))))
    return merge(below, shaped(raw))


def _include(names: Any) -> list[str]:
    # Only what is packaged: a rule file must not be able to name other files of the machine.
    if not isinstance(names, list) or any(name not in INCLUDES for name in names):
        raise RulesFileError("include", f"cannot include {names!r}", "choose from: " + ", ".join(INCLUDES))
    return names


def _flat(section: Document, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, value in section.items():
        if name == "rows":
            yield from _rows(section, path)
        elif name in ("columns", "marks") or isinstance(value, str):
            continue
        elif isinstance(value, dict):
            yield from _flat(value, (*path, name))
        else:
            content, basis, rule, *note = value
            yield ".".join((*path, name)), _short(content), basis, rule, *(note or [""])


def _rows(table: Document, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    columns = table.get("columns")
    for name, value in table["rows"].items():
        text = _named(value, columns) if columns else _short(value)
        yield ".".join((*path, name)), text, *mark_of(table, name)


def _named(row: str | list[str], columns: list[str]) -> str:
    return ", ".join(f"{column} {cell}" for column, cell in zip(columns, cells_of(row), strict=True) if cell not in SILENT)


def _short(value: Any) -> str:
    if isinstance(value, str):
        return value or "-"
    parts = [" ".join(map(_short, part)) if isinstance(part, list) else _short(part) for part in value]
    return ", ".join(parts) or "-"


def _concerns(row: dict[str, str], topic: str) -> bool:
    path = f"{row['topic']}.{row['name']}".upper()
    return topic == row["rule"] or topic in path.split(".") or f"{path}.".startswith(f"{topic}.")
