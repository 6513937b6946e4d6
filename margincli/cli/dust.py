"""dust ASSET...: small free balances are turned into BNB."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse
from .verb import verb
from .words import WalletOption, read_asset

Coins = Annotated[list[str] | None, typer.Argument(metavar="[ASSET]...", help="The coins to turn into BNB."), read_asset]
All = Annotated[bool, typer.Option("--all", help="Every small balance of the wallet.")]
Listed = Annotated[bool, typer.Option("--list", help="Show what is small enough, and change nothing.")]


@verb(writes=True)
def dust(call: Call, assets: Coins = None, wallet: WalletOption = "cross", all: All = False, list: Listed = False):
    """Turn small balances into BNB.

    What is free of a coin, worth up to 0.0012 BTC and not owed, at index prices, for a fee (margincli rules show dust).

    Examples:
      margincli dust --list
      margincli dust LTC ADA
      margincli dust --all --wallet spot
    """
    if bool(assets) + all + list != 1:
        raise misuse("dust takes coins, --all or --list, one of the three.", "Such as: margincli dust LTC")
    if list:
        from margincli import account

        return account.small_balances(call.mine, call.wallet(wallet))
    from margincli.domain.operations.dust import Dust

    return call.perform(Dust(call.wallet(wallet), tuple(dict.fromkeys(assets or ()))))
