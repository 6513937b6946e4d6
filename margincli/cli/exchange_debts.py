"""exchange-debts TARGET: small debts of the cross wallet become debt of one coin."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse
from .verb import verb
from .words import WalletOption, read_asset

Target = Annotated[str | None, typer.Argument(metavar="[TARGET]", help="The coin to owe instead."), read_asset]
Listed = Annotated[bool, typer.Option("--list", help="Show the debts that are small enough, and change nothing.")]


@verb(writes=True)
def exchange_debts(call: Call, target: Target = None, wallet: WalletOption = "cross", list: Listed = False):
    """Turn small debts into debt of one coin.

    Debts worth under 10 USDT each, at index prices and without a fee; interest becomes principal. Up to ten coins, once
    in six hours, in the cross wallet.

    Examples:
      margincli exchange-debts --list
      margincli exchange-debts USDT
    """
    if list == (target is not None):
        raise misuse("exchange-debts takes TARGET or --list, one of the two.", "Such as: margincli exchange-debts USDT")
    if list:
        from margincli import account

        return account.small_debts(call.mine, call.wallet(wallet))
    from margincli.domain.operations.exchange_debts import ExchangeDebts

    return call.perform(ExchangeDebts(call.wallet(wallet), target))
