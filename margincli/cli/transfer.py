"""transfer ASSET AMOUNT --from W --to W: between the wallets of one account."""

from typing import Annotated

import typer

from .call import Call
from .verb import verb
from .words import AmountOrMax, Asset, read_wallet

Source = Annotated[str, typer.Option("--from", metavar="WALLET", help="Where the coins leave: spot, cross or isolated:SYMBOL."), read_wallet]
Target = Annotated[str, typer.Option("--to", metavar="WALLET", help="Where they arrive."), read_wallet]


@verb(writes=True)
def transfer(call: Call, asset: Asset, amount: AmountOrMax, source: Source, target: Target):
    """Move coins between the wallets of one account.

    Coins may leave a margin wallet with debts only while its level stays high enough; max moves as much as may leave.

    Examples:
      margincli transfer USDT 500 --from spot --to cross
      margincli transfer USDT max --from isolated:BTCUSDT --to spot
    """
    from margincli.domain.operations.transfer import Transfer

    return call.perform(Transfer(asset, amount, call.wallet(source), call.wallet(target)))
