"""Questions to a person at a terminal. They go to stderr: stdout is for the answer."""

import sys

from .faults import REFUSED, WordFault


_HINT = "To go without the question, add --yes."


def declined(hint: str = _HINT) -> WordFault:
    return WordFault("declined", "Nothing was done.", hint, REFUSED)


def ask(question: str, hint: str = _HINT) -> str:
    """One line of answer; the end of the input declines."""
    from margincli.render.plain import printable

    print(printable(question), end=" ", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        print(file=sys.stderr)
        raise declined(hint)
    return line.strip()


def confirm(call, question: str) -> None:
    """Go on only with a yes; where nobody can be asked, the command is the yes."""
    if call.may_ask and ask(f"{question} [y/N]").lower() not in ("y", "yes"):
        raise declined()
