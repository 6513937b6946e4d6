"""settings: what the account has chosen for itself."""

from typing import Annotated

import typer

from .call import Call
from .verb import verb

Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this setting.")]
Value = Annotated[str | None, typer.Argument(metavar="[VALUE]", help="What it is to be from now on.")]


@verb(writes=True)
def settings(call: Call, name: Name = None, value: Value = None):
    """Show and change the settings of the account.

    vip is the VIP level, 0 to 9: it sets the fees of trades, the rates and the limits of loans. bnb_fees and bnb_interest pay
    in BNB, for less.

    Examples:
      margincli settings
      margincli settings vip 3
      margincli settings bnb_fees on
    """
    if value is None:
        from margincli import account

        return account.settings(call.mine, name)
    from margincli.domain.operations.settings import Setting

    return call.perform(Setting(name, value.strip()))
