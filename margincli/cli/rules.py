"""rules show, use, import: the rule book in force, and how to change it."""

from typing import Annotated

import typer

from .call import Call
from .faults import NOT_THERE, WordFault
from .verb import verb
from .words import text_of

Topic = Annotated[str | None, typer.Argument(metavar="[TOPIC]", help="Only this part: a topic, a coin, a pair, a rule id.")]
Profile = Annotated[str, typer.Argument(metavar="PROFILE", help="A profile of the package: 2019, 2024, 2025 or 2026.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="A TOML file of rules, in the form that the package's own have.")]


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


@verb(writes=True)
def rules_use(call: Call, profile: Profile):
    """Put a profile in force.

    The whole ledger goes by it from --at on; what was settled before stays as it was. Rules imported earlier do not
    carry over. As the first command of a new ledger it holds from the start.

    Examples:
      margincli rules use 2024
      margincli rules use 2019 --at 2020-01-01
    """
    from margincli import records

    return records.rules_use(call.mine, profile)


@verb(writes=True)
def rules_import(call: Call, file: File):
    """Lay rules of your own over those in force.

    From --at on, and only the lines that differ. A placeholder you know better, a region, a limit: no code is needed.

    Examples:
      margincli rules import mine.toml
      margincli rules import mine.toml --dry-run
    """
    from margincli import records

    return records.rules_import(call.mine, file, _text(file))


def _text(name: str) -> str:
    try:
        return text_of(name)
    except FileNotFoundError:
        raise WordFault("no_such_file", f"There is no file {name}.", "Check the path.", NOT_THERE, file=name) from None
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or "it is not UTF-8 text"
        raise WordFault("bad_rules_file", f"The rules in {name} cannot be read: {why}.", "Write them as TOML.", file=name) from None
