"""The lines of a batch: text into words, and words into a verb ready to be carried out.

Typer's own declarations are read, never repeated: plain words go straight by them, and whatever is not plain (an error
first of all) is left to Typer itself, so that it means and says the same as on the command line.
"""

import inspect
import json
import re
import shlex
from functools import cache
from typing import Any, BinaryIO, Callable, Iterator

import typer

from . import app
from .faults import WordFault, misuse
from .verb import Answer, declare
from .words import short

LONGEST = 65_536  # bytes of a line
NOT_IN_A_LINE = {
    "batch": "a batch has no batch in it",
    "demo": "it has a ledger of its own",
    "price fetch": "the network must not keep a ledger waiting",
    "export": "what it reads might yet be undone",
    "import": "it makes a ledger of its own",
    "backup": "what it copies might yet be undone",
    "restore": "it takes the place of the ledger that the batch holds",
}
OF_THE_BATCH = ("ledger", "format", "json")  # said once, for all lines
_OPTIONS_OF_THE_BATCH = (*(f"--{name}" for name in OF_THE_BATCH), "-f")


def numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that say something, each with its number; of one that is too long as much as shows that it is."""
    number = 0
    while line := _read(stream):
        number += 1
        said = line
        while not line.endswith(b"\n") and len(line) > LONGEST:
            line = _read(stream)
        said = said.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else said.strip()
        if said and not said.startswith(b"#"):
            yield number, said


def _read(stream: BinaryIO) -> bytes:
    """A line, or as much of it as shows that it is too long. A disk or a pipe that fails ends the batch there."""
    try:
        return stream.readline(LONGEST + 1)
    except OSError as fault:
        name = str(stream.name)
        raise WordFault("bad_batch_file", f"{name} cannot be read: {fault.strerror}.", "Name a file of lines, or - for standard input.", file=name) from None


def words_of(line: bytes) -> list[str]:
    """The words of a line, as on the command line. Raises WordFault."""
    if len(line) > LONGEST:
        raise _bad_line(f"it is longer than {LONGEST} bytes")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad_line("it is not UTF-8 text") from None
    words = _of_object(text) if text.startswith("{") else _of_text(text)
    if "\0" in " ".join(words):
        raise _bad_line("it is not text")
    words = words[1:] if words[:1] == ["margincli"] else words
    if not words:
        raise _bad_line("it names no verb")
    return words


def _of_text(text: str) -> list[str]:
    if not re.search(r"[\"'\\]", text):
        return text.split()
    try:
        return shlex.split(text)
    except ValueError as fault:
        raise _bad_line(f"{str(fault).lower()}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands twice Python would keep the last value: which was meant nobody knows."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _bad_line("a name stands in it twice")
    return found


_decode = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once).decode  # numbers stay as they were written


def _of_object(text: str) -> list[str]:
    """{"verb": ..., "args": [...], option: value}; true is a flag, a list an option several times, null and false nothing."""
    try:
        found = _decode(text)
    except (ValueError, RecursionError):
        raise _bad_line("it is not one JSON object") from None
    verb, args = found.pop("verb", None), found.pop("args", [])
    if not isinstance(verb, str) or not verb.strip():
        raise _bad_line('it names no "verb"')
    words = [*verb.split(), *map(_plain, args if isinstance(args, list) else [args])]
    for name, value in found.items():
        for each in value if isinstance(value, list) else (value,):
            if each is not None and each is not False:
                words += [f"--{name}"] if each is True else [f"--{name}", _plain(each)]
    return words


def _plain(value: Any) -> str:
    if not isinstance(value, str):
        raise _bad_line("its values are texts, numbers, true and false")
    return value


def _bad_line(why: str) -> WordFault:
    hint = 'Write a command, such as borrow USDT 100, or {"verb": "borrow", "args": ["USDT", "100"], "wallet": "cross"}.'
    return WordFault("bad_line", f"This line cannot be read: {why}.", hint)


def understood(words: list[str]) -> tuple[str, Callable[..., Answer], dict[str, Any]]:
    """The verb, what carries it out, and its words as Typer reads them. Raises WordFault and Typer's own errors."""
    pair = " ".join(words[:2])
    verb, rest = (pair, words[2:]) if " " in pair and pair in app.VERBS else (words[0], words[1:])
    declared = _declared(verb)
    return verb, declared.answer, declared.read(rest)


def _require_sense(verb: str) -> None:
    if why := NOT_IN_A_LINE.get(verb):
        raise misuse(f"{verb} cannot stand in a batch: {why}.", "Run it by itself.")
    if verb not in app.VERBS:
        raise app.no_such_verb(verb, list(app.VERBS), "margincli")
    if any(name.startswith(f"{verb} ") for name in app.VERBS):
        raise misuse(f"A verb is missing after {verb}.", f"See: margincli {verb} --help")


class Declared:
    """A verb as Typer knows it, built once, without the options that are the batch's own."""

    def __init__(self, verb: str):
        _require_sense(verb)
        self.verb, run = verb, app.function_of(verb)
        self.answer = run.answer

        def collect(**words: Any) -> dict[str, Any]:
            return words

        collect.__name__ = run.__name__
        declare(collect, [word for word in inspect.signature(run).parameters.values() if word.name not in OF_THE_BATCH])
        self.command = app.command_of(collect, verb, add_help_option=False)
        for param in self.command.params:
            param.envvar = None  # the batch has asked the environment
        self.options = {name: param for param in self.command.params if param.param_type_name == "option" for name in param.opts}
        self.arguments = [param for param in self.command.params if param.param_type_name == "argument"]
        self.defaults = {param.name: param.default for param in self.command.params}
        self.needed = {param.name for param in self.command.params if param.required}
        self.plain = all(param.nargs == 1 for param in self.command.params)

    def read(self, words: list[str]) -> dict[str, Any]:
        found = self._plainly(words) if self.plain else None
        if found is not None:
            return found
        for word in words:
            if word.partition("=")[0] in _OPTIONS_OF_THE_BATCH:
                raise misuse(f"{short(word)} holds for a whole batch, not for a line of it.", f"Say it once: margincli batch {short(word)}")
        with self.command.make_context(self.verb, list(words), parent=_root()) as context:
            return self.command.invoke(context)

    def _plainly(self, words: list[str]) -> dict[str, Any] | None:
        """Each word a whole option, an option's value or an argument; None for anything else."""
        found, arguments, rest = dict(self.defaults), iter(self.arguments), iter(words)
        needed = set(self.needed)
        for word in rest:
            dashed = word.startswith("-")
            param = self.options.get(word) if dashed else next(arguments, None)
            if param is None or getattr(param, "multiple", False):
                return None
            value = True if dashed and param.is_flag else next(rest, None) if dashed else word
            if value is None:
                return None
            try:
                found[param.name] = value if value is True else param.type.convert(value, param, None)
            except typer.BadParameter:
                return None
            needed.discard(param.name)
        return None if needed else found


_declared = cache(Declared)


@cache
def _root() -> Any:
    """What a line would stand in as a command of its own: its errors name it so."""
    root = app.command()
    return root.context_class(root, info_name="margincli")
