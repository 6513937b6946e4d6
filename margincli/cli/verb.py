"""What every verb is wrapped in: its own words and the shared options in, the answer printed, an exit code out."""

import inspect
from typing import Any, Callable, NamedTuple

from .call import OF_WRITING_VERBS, Call


class Answer(NamedTuple):
    """A document and, where it is not 0, the exit code that goes with it."""

    document: dict[str, Any] | None
    exit_code: int = 0


def verb(*, writes: bool = False) -> Callable:
    """Make a command of ``body(call, its own words) -> document or Answer``.

    Typer sees a function of the body's words and the shared options, those of writing verbs only where it `writes`,
    and none that the body has a word of its own for.
    """

    def dress(body: Callable) -> Callable:
        own = list(inspect.signature(body).parameters.values())[1:]
        readers = {word.name: _reader(word.annotation) for word in own}
        shared = [option for option in _shared() if option.name not in readers and (writes or option.name not in OF_WRITING_VERBS)]

        def answer(call: Call, words: dict[str, Any]) -> Answer:
            said = body(call, **{name: _read(reader, words[name]) for name, reader in readers.items()})
            return said if isinstance(said, Answer) else Answer(said)

        def run(**words: Any) -> int:
            call = Call.of(**{option.name: words[option.name] for option in shared})
            return _shown(call, body, answer(call, words))

        run.__name__, run.__doc__, run.__module__ = body.__name__, _as_help(body.__doc__), body.__module__
        run.answer = answer
        declare(run, own + shared)
        return run

    return dress


def _shown(call: Call, body: Callable, answer: Answer) -> int:
    document, exit_code = answer
    if document is not None:
        from .printing import show

        show(document, call, body.__name__.replace("_", " ").strip(), exit_code)
    return exit_code


def _shared() -> list[inspect.Parameter]:
    """Keywords only: in Python they may follow words with and without a default."""
    options = inspect.signature(Call.of).parameters.values()
    return [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in options]


def declare(run: Callable, words: list[inspect.Parameter]) -> None:
    """Typer reads both the signature and the annotations."""
    run.__signature__ = inspect.Signature(words)
    run.__annotations__ = {word.name: word.annotation for word in words}


def _reader(annotation: Any) -> Callable | None:
    """The function beside Typer's part of the declaration."""
    return next((part for part in getattr(annotation, "__metadata__", ()) if inspect.isfunction(part)), None)


def _read(reader: Callable | None, value: Any) -> Any:
    if reader is None or value is None:
        return value
    return [reader(item) for item in value] if isinstance(value, (list, tuple)) else reader(value)


def _as_help(text: str | None) -> str:
    """Keep the lines of the examples apart: to Typer a backspace on a line of its own says so."""
    return inspect.cleandoc(text or "").replace("\n\nExamples:\n", "\n\n\b\nExamples:\n")
