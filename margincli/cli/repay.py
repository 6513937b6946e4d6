"""repay ASSET AMOUNT|all: interest first, then principal."""

from typing import Annotated

import typer

from .call import Call
from .faults import not_yet
from .verb import verb
from .words import AmountOrAll, Asset, WalletOption, read_asset

Sell = Annotated[list[str] | None, typer.Option("--sell", metavar="ASSET", help="Sell this coin for it; may be repeated."), read_asset]


@verb(writes=True)
def repay(call: Call, asset: Asset, amount: AmountOrAll, wallet: WalletOption = "cross", sell: Sell = None):
    """Pay a debt down, interest first.

    Pays with the coins the wallet holds free; all pays whatever is owed.

    Examples:
      margincli repay USDT 50
      margincli repay BTC all --wallet isolated:BTCUSDT
    """
    if sell:
        raise not_yet("Selling coins to repay is", f"Sell first: margincli trade sell {sell[0]}{asset} QTY --repay")
    from margincli.domain.operations.repay import Repay

    return call.perform(Repay(call.wallet(wallet), asset, amount))
