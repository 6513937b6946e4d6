"""What went wrong, as the document of the contract and an exit code. One place for every kind of error.

Errors of other rooms are known by their attributes, not by their classes: to catch a refusal nothing has to be
imported that the command did not import itself.
"""

from typing import Any, NamedTuple

OURS, WORDS, REFUSED, NOT_THERE, NO_ROOM = 1, 2, 3, 4, 5
INTERRUPTED, PIPE_CLOSED = 130, 141
_MISSING_FILE = "no_such_file"


class WordFault(Exception):
    """Words that cannot be meant: what is wrong, why, and what to do."""

    def __init__(self, code: str, message: str, hint: str = "", exit_code: int = WORDS, **facts: Any):
        super().__init__(message)
        self.code, self.message, self.hint, self.exit_code = code, message, hint, exit_code
        self.facts = {key: str(value) for key, value in facts.items()}


class NotWritten(WordFault):
    """Standard output takes no more: a full disk, mostly. A pipe that was closed is none: its reader has enough.

    The exit code is not the one of a ledger that is busy: who gets that asks again, and this was carried out.
    """

    def __init__(self, why: str):
        hint = "Make room there, or send it elsewhere. margincli history shows what was carried out."
        super().__init__("not_written", f"The answer could not be written: {why}.", hint, OURS)


class Told(NamedTuple):
    document: dict[str, Any]
    exit_code: int


def not_yet(what: str, hint: str) -> WordFault:
    """A word of the contract whose meaning is still to be built: known, and refused."""
    return WordFault("not_yet", f"{what} not implemented yet.", hint, REFUSED)


def misuse(message: str, hint: str) -> WordFault:
    """Words that do not go together."""
    return WordFault("usage", message, hint)


def tell(error: BaseException) -> Told:
    """The document and exit code of any error."""
    for kind in (_refusal, _coded, _feed, _usage):
        told = kind(error)
        if told:
            return told
    return _ours(error)


def help_of(error: Any) -> str:
    """The help text, where the error is that nothing was said at all."""
    return error.format_message() if type(error).__name__ == "NoArgsIsHelpError" else ""


def _document(code: str, message: str, hint: str, facts: Any = None, binance_code: int | None = None) -> dict[str, Any]:
    return {"error": code, "message": message, "hint": hint, "facts": facts or {}, "binance_code": binance_code}


def _refusal(error: Any) -> Told | None:
    """A rule of the domain said no."""
    try:
        refusal = error.refusal
        document = _document(error.code, error.message, error.hint, error.facts, refusal.binance_code)
    except (AttributeError, LookupError):  # a refusal without its row or its facts is a fault of ours
        return None
    return Told(document, NOT_THERE if refusal.gone else REFUSED)


def _coded(error: Any) -> Told | None:
    """A fault that brings its own exit code: of the words, or of the ledger."""
    try:
        return Told(_document(error.code, error.message, error.hint, error.facts), error.exit_code)
    except (AttributeError, LookupError):
        return None


def _feed(error: Any) -> Told | None:
    """A file of prices or rates that cannot be taken; its text says what to do."""
    if not isinstance(error, ValueError) or not hasattr(error, "code") or not hasattr(error, "facts"):
        return None
    return Told(_document(error.code, str(error), "", error.facts), NOT_THERE if error.code == _MISSING_FILE else WORDS)


def _usage(error: Any) -> Told | None:
    """Typer could not make sense of the words."""
    if not hasattr(error, "format_message") or not hasattr(error, "exit_code"):
        return None
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "margincli"
    if help_of(error):
        return Told(_document("usage", f"A verb is missing after {path}.", f"See: {path} --help"), WORDS)
    message = " ".join(error.format_message().split())  # one line: choices are listed over several
    return Told(_document("usage", message, _usage_hint(error, context, path)), WORDS)


def _usage_hint(error: Any, context: Any, path: str) -> str:
    if context and context.parent is None and getattr(error, "option_name", ""):
        return f"Options stand after the verb, such as: {path} status {error.option_name}"
    return f"See: {path} --help"


def _ours(error: BaseException) -> Told:
    """Whatever nobody foresaw."""
    said = " ".join(str(error).split())
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    hint = "margincli status shows where the ledger stands. Please report this with what MARGINCLI_DEBUG=1 prints."
    return Told(_document("fault", f"This is a fault of margincli, not of yours: {what}", hint, {"kind": type(error).__name__}), OURS)
