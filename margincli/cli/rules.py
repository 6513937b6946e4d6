"""rules show: the rule book in force."""

from typing import Annotated

import typer

from .call import Call
from .verb import verb

Topic = Annotated[str | None, typer.Argument(metavar="[TOPIC]", help="Only this part: a topic, a coin, a pair.")]


@verb()
def rules_show(call: Call, topic: Topic = None):
    """Show the rules and where each comes from.

    Every number the decisions use, with its basis and the id of its rule.

    Examples:
      margincli rules show
      margincli rules show liquidation
      margincli rules show BTCUSDT
    """
    from margincli import records

    return records.rules_show(call.mine, topic)
