"""repay ASSET AMOUNT|all: interest first, then principal; with coins sold for it, or quickly with what is free."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse
from .verb import verb
from .words import Asset, WalletOption, read_amount_or_all, read_asset

ALL = "all"


def read_how_much(text: str):
    """All keeps its name here: None is an amount that was not given."""
    amount = read_amount_or_all(text)
    return ALL if amount is None else amount


HowMuch = Annotated[str | None, typer.Argument(metavar="[AMOUNT|all]", help="How much, or all that is owed."), read_how_much]
Sell = Annotated[list[str] | None, typer.Option("--sell", metavar="ASSET", help="Sell this coin for it; may be repeated."), read_asset]
Quick = Annotated[bool, typer.Option("--quick", help="As much as is owed and free, instead of AMOUNT.")]


@verb(writes=True)
def repay(call: Call, asset: Asset, amount: HowMuch = None, wallet: WalletOption = "cross", sell: Sell = None, quick: Quick = False):
    """Pay a debt down, interest first.

    Pays with the coins the wallet holds free; all pays whatever is owed. With --sell other coins are sold at the market
    for what is missing, in the order given and no more of them than it takes.

    Examples:
      margincli repay USDT 50
      margincli repay BTC all --wallet isolated:BTCUSDT
      margincli repay USDT all --sell BNB --sell BTC
      margincli repay USDT --quick
    """
    _require_sense(amount, sell, quick)
    from margincli.domain.operations.repay import QuickRepay, Repay, RepaySelling

    payer = call.wallet(wallet)
    if quick:
        return call.perform(QuickRepay(payer, asset))
    exact = None if amount == ALL else amount
    return call.perform(RepaySelling(payer, asset, exact, tuple(dict.fromkeys(sell))) if sell else Repay(payer, asset, exact))


def _require_sense(amount, sell, quick) -> None:
    """Words that contradict each other are asked about, not guessed."""
    if quick and (amount is not None or sell):
        raise misuse("--quick takes neither AMOUNT nor --sell.", "It pays what is owed and free: margincli repay USDT --quick")
    if not quick and amount is None:
        raise misuse("Repaying needs AMOUNT, all or --quick.", "Such as: margincli repay USDT all")
