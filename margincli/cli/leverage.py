"""leverage: change how far a cross wallet may be leveraged."""

from typing import Annotated, Literal

import typer

from .activate import read_answers
from .call import Call
from .verb import verb
from .words import WalletOption

How = Annotated[Literal["3", "5", "10"], typer.Argument(metavar="3|5|10", help="The leverage from now on; 10 is Cross Margin Pro.")]
Answers = Annotated[str | None, typer.Option("--answers", metavar="FILE", help='Answers to the questionnaire of 10x: a JSON file {"question id": "choice"}.')]


@verb(writes=True)
def leverage(call: Call, leverage: How, wallet: WalletOption = "cross", answers: Answers = None):
    """Change how far a cross wallet may be leveraged.

    Its bars move with it: 3x borrows above level 1.5 and is called at 1.3, 5x above 1.25 and at 1.16. 10x is Cross Margin
    Pro, measured against its maintenance margin: called under 1.5, liquidated at 1; its questionnaire is asked once. A
    leverage is only taken on above its own initial ratio. Once a minute.

    Examples:
      margincli leverage 5
      margincli leverage 10 --answers answers.json
    """
    from margincli import records
    from margincli.domain.operations.leverage import Leverage

    from .interview import perform_asking

    given = read_answers(answers) if answers is not None else None
    key = records.quiz_key() if leverage == "10" else {}
    return perform_asking(call, Leverage(call.wallet(wallet), leverage, given, key), lambda: records.quiz()["questions"])
