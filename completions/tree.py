"""The command tree as plain data: every verb with what can be completed after it."""

import sys
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from margincli.cli import app, trade, words  # noqa: E402

FILES = "<files>"


class Option(NamedTuple):
    names: tuple[str, ...]
    help: str
    takes_value: bool
    choices: tuple[str, ...]


class Verb(NamedTuple):
    path: str  # 'borrow', 'price set'; '' is margincli itself
    help: str
    verbs: tuple[str, ...]
    options: tuple[Option, ...]
    arguments: tuple[tuple[str, ...], ...]  # the choices of each argument
    endless: bool  # whether the last argument may be repeated


def tree() -> list[Verb]:
    """Every verb with what can be completed after it."""
    root = app.command()
    context = root.context_class(root, info_name="margincli", **root.context_settings)
    found = [_verb("", root, context, "")]
    for path, line in app.VERBS.items():
        group, group_context = root, context
        for word in path.split():
            group = group.get_command(group_context, word)
            group_context = group.context_class(group, info_name=word, parent=group_context)
        found.append(_verb(path, group, group_context, line))
    return found


def _verb(path: str, command: Any, context: Any, line: str) -> Verb:
    params = command.get_params(context)
    options = tuple(_option(param, context) for param in params if param.param_type_name == "option")
    arguments = [param for param in params if param.param_type_name == "argument"]
    verbs = tuple(command.list_commands(context)) if hasattr(command, "list_commands") else ()
    endless = bool(arguments) and arguments[-1].nargs == -1
    return Verb(path, line, verbs, options, tuple(_choices(param, context) for param in arguments), endless)


def _option(param: Any, context: Any) -> Option:
    names = tuple(sorted(param.opts, key=len))
    return Option(names, param.help or "", not param.is_flag, () if param.is_flag else _choices(param, context))


def _choices(param: Any, context: Any) -> tuple[str, ...]:
    """Fixed words a value can be: small letters in its metavar are meant literally."""
    metavar = param.make_metavar(context).strip("[]{}<>")
    if metavar in ("PATH", "FILE", "FILE..."):
        return (FILES,)
    if metavar == "WALLET":
        return words.WALLET_WORDS
    if metavar == "TIME":
        return ("now",)
    if metavar == "TYPE":
        return tuple(trade.TYPES)
    known = (word.replace("SYMBOL", "") for word in metavar.split("|"))
    return tuple(word for word in known if word[:1].islower() or word[:1].isdigit())
