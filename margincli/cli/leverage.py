"""leverage: change how far a margin wallet may be leveraged."""

from typing import Annotated

import typer

from .activate import read_answers
from .call import Call
from .verb import verb
from .words import WalletOption, read_amount


def read_leverage(text: str) -> str:
    """Plain digits, with or without the x; or off."""
    word = text.strip().lower()
    if word == "off":
        return word
    from margincli.domain.money import plain

    return plain(read_amount(word.removesuffix("x")))


How = Annotated[str, typer.Argument(metavar="LEVERAGE|off", help="The leverage from now on, such as 3 or 8.5; cross at 10 is Cross Margin Pro; isolated only: off."), read_leverage]
Answers = Annotated[str | None, typer.Option("--answers", metavar="FILE", help='Answers to the questionnaire of 10x: a JSON file {"question id": "choice"}.')]


@verb(writes=True)
def leverage(call: Call, leverage: How, wallet: WalletOption = "cross", answers: Answers = None):
    """Change how far a margin wallet may be leveraged.

    Cross: 3, 5 or 10. Its bars move with it: 3x borrows above level 1.5 and is called at 1.3, 5x above 1.25 and at 1.16. 10x is
    Cross Margin Pro, measured against its maintenance margin: called under 1.5, liquidated at 1; its questionnaire is asked once.
    Isolated: any leverage up to that of the pair, or off, which is how it begins: then the size of the debt decides. Where
    it is chosen, the limits of a loan are those of its step in the table of the pair (8.5x: tier 2 of 10).
    A leverage is only taken on above its own initial ratio, and once a minute.

    Examples:
      margincli leverage 5
      margincli leverage 10 --answers answers.json
      margincli leverage 8.5 --wallet isolated:BTCUSDT
      margincli leverage off --wallet isolated:BTCUSDT
    """
    from margincli import records
    from margincli.domain.operations.leverage import Leverage

    from .interview import perform_asking

    given = read_answers(answers) if answers is not None else None
    key = records.quiz_key() if leverage == "10" else {}
    return perform_asking(call, Leverage(call.wallet(wallet), leverage, given, key), lambda: records.quiz()["questions"])
