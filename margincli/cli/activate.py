"""activate: terms, region and quiz, and a margin wallet opens."""

from typing import Annotated, Literal

import typer

from .call import Call
from .faults import NOT_THERE, WordFault
from .verb import verb
from .words import read_region, read_wallet, text_of

WalletArgument = Annotated[str, typer.Argument(metavar="[cross|isolated:SYMBOL|portfolio]", help="Which wallet to open; portfolio is not there yet."), read_wallet]
Leverage = Annotated[Literal["3", "5", "10"] | None, typer.Option("--leverage", metavar="3|5|10", help="The most the wallet may be leveraged.")]
Region = Annotated[str | None, typer.Option("--region", metavar="CC", help="Where you live, a country code such as DE."), read_region]
Accept = Annotated[bool, typer.Option("--accept-terms", help="Accept the margin terms.")]
Answers = Annotated[str | None, typer.Option("--answers", metavar="FILE", help='Answers to the quiz: a JSON file {"question id": "choice"}.')]
Questions = Annotated[bool, typer.Option("--questions", help="List the questions of the quiz and their choices.")]


@verb(writes=True)
def activate(
    call: Call,
    wallet: WalletArgument = "cross",
    leverage: Leverage = None,
    region: Region = None,
    accept_terms: Accept = False,
    answers: Answers = None,
    questions: Questions = False,
):
    """Open a margin wallet: terms, region, quiz.

    On a terminal whatever is missing is asked for. Scripts pass it all as options, the quiz as a file of answers. Terms,
    region and quiz are needed once for an account.

    Examples:
      margincli activate --questions
      margincli activate --region DE --accept-terms --answers answers.json
      margincli activate isolated:BTCUSDT --leverage 10
    """
    from margincli import records

    if questions:
        return records.quiz()
    given = read_answers(answers) if answers is not None else None
    from margincli.domain.operations.activate import Activate

    from .interview import perform_asking

    terms = "accepted" if accept_terms else ""
    request = Activate(call.wallet(wallet), leverage, region, terms, given, records.quiz_key())
    return perform_asking(call, request, lambda: records.quiz()["questions"])


def read_answers(name: str) -> dict[str, str]:
    """The answers in a JSON file. Raises WordFault for anything but an object of texts."""
    import json

    try:
        found = json.loads(text_of(name))
    except FileNotFoundError:
        raise WordFault("no_such_file", f"There is no file {name}.", "Check the path of --answers.", NOT_THERE, file=name) from None
    except OSError as fault:
        raise _unreadable(name, fault.strerror or "it cannot be read") from None
    except (ValueError, RecursionError):
        raise _unreadable(name, "it is not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(choice, str) for choice in found.values()):
        raise _unreadable(name, "it is not one object of texts")
    return found


def _unreadable(name: str, why: str) -> WordFault:
    hint = 'Write {"question id": "choice", ...}; margincli activate --questions lists both.'
    return WordFault("bad_answers", f"The answers in {name} cannot be used: {why}.", hint, file=name)
