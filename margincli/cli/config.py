"""Where a setting of the command line comes from: option, environment, config file, default, in this order.

Typer reads options and environment; this file knows the other two.
"""

import os
from pathlib import Path

from .faults import WordFault
from .words import text_of

FORMATS = ("table", "json", "jsonl", "csv", "md")
KEYS = ("ledger", "account", "at", "format")


def config_path() -> Path:
    return _xdg("XDG_CONFIG_HOME", ".config") / "config.toml"


def default_ledger() -> Path:
    return _xdg("XDG_DATA_HOME", ".local/share") / "ledger.db"


def read_config() -> dict[str, str]:
    """The config file's settings; nothing without a file. Raises WordFault when it cannot be understood."""
    path = config_path()
    try:
        text = text_of(path)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as fault:
        raise _broken(path, getattr(fault, "strerror", None) or "it is not UTF-8 text") from None
    import tomllib

    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as fault:  # too deep a nest, or a number of too many digits, has no error of TOML's own
        raise _broken(path, f"it is not TOML: {fault}") from None
    _require_known(path, found)
    return found


def wants_json(words: list[str]) -> bool:
    """Whether an error is to be a JSON document, asked of words that may not have been understood."""
    asked = _format_of(words) or os.environ.get("MARGINCLI_FORMAT")
    if not asked:
        try:
            asked = read_config().get("format")
        except WordFault:
            return False
    return asked == "json"


def _format_of(words: list[str]) -> str | None:
    asked = None
    for word, following in zip(words, [*words[1:], ""]):
        if word == "--":
            break
        if word == "--json":
            return "json"
        if word in ("-f", "--format", "-qf"):
            asked = following
        elif word.startswith("--format="):
            asked = word.partition("=")[2]
        elif word.startswith("-f"):
            asked = word[2:]
    return asked


def _require_known(path: Path, found: dict) -> None:
    for key, value in found.items():
        if key not in KEYS:
            raise _broken(path, f"{key} is not a setting; there are {', '.join(KEYS)}", key=key)
        if not isinstance(value, str):
            raise _broken(path, f"{key} must be a text in quotes", key=key)


def _broken(path: Path, why: str, **facts: str) -> WordFault:
    return WordFault("bad_config", f"The config file {path} cannot be used: {why}.", "Correct it, or move it away.", file=path, **facts)


def _xdg(variable: str, otherwise: str) -> Path:
    """The XDG rules: a relative path in the variable is to be ignored."""
    named = os.environ.get(variable, "")
    return (Path(named) if os.path.isabs(named) else Path(os.path.expanduser("~")) / otherwise) / "margincli"
