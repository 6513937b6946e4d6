"""The shell around every command: it runs one, and turns whatever happens into words and an exit code."""

import os
import sys

from .faults import INTERRUPTED, OURS, PIPE_CLOSED, NotWritten, help_of, tell


def run(words: list[str]) -> int:
    """Carry out the words of one command line; the only place that catches what nobody else did."""
    try:
        return _invoke(words)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except BaseException as error:
        return _survive(error, words)


def _invoke(words: list[str]) -> int:
    import typer

    from .app import command

    try:
        with command().make_context("margincli", list(words)) as context:
            return context.command.invoke(context) or 0
    except typer.Exit as done:
        return done.exit_code


def _survive(error: BaseException, words: list[str]) -> int:
    """Report an error; a second one on the way (a closed pipe, Ctrl-C again) must not bring a traceback either."""
    try:
        return _report(error, words)
    except BrokenPipeError:
        return _pipe_closed()
    except NotWritten as lost:  # told on stderr, where the first error was to be told on stdout
        return _survive(lost, words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException as second:  # the report itself failed: say the least that can be said
        os.write(2, f"margincli: {type(error).__name__}, and then {type(second).__name__}\n".encode("ascii", "replace"))
        return OURS


def _report(error: BaseException, words: list[str]) -> int:
    from .printing import complain, complain_at_length, put
    from .config import wants_json

    if isinstance(error, BrokenPipeError):
        return _pipe_closed()
    if isinstance(error, KeyboardInterrupt):
        complain("interrupted", "", after_a_key=True)
        return INTERRUPTED
    if os.environ.get("MARGINCLI_DEBUG"):
        import traceback

        traceback.print_exception(error)
    document, exit_code = tell(error)
    if wants_json(words) and not isinstance(error, NotWritten):
        from margincli.render import render

        put(render(document, "json", "error", False), exact=True)
    elif help_text := help_of(error):
        complain_at_length(help_text)
    else:
        complain(document["message"], document["hint"])
    return exit_code


def _pipe_closed() -> int:
    """The reader has enough (`| head`): leave without a word, as other programs do."""
    from .printing import silence

    silence(sys.stdout)
    silence(sys.stderr)
    return PIPE_CLOSED
