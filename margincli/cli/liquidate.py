"""liquidate: bring accounts up to date and report calls and liquidations; or end one wallet's debts by hand."""

from typing import Annotated

import typer

from .call import Call
from .danger import danger
from .faults import misuse
from .verb import Answer, verb
from .words import DangerOption, read_wallet

OneWallet = Annotated[str | None, typer.Option("--wallet", "-w", metavar="WALLET", help="Only this wallet: cross or isolated:SYMBOL."), read_wallet]
Manual = Annotated[bool, typer.Option("--manual", help="Sell the wallet's coins now and pay all its debts (cross, unless --wallet says otherwise).")]
Settle = Annotated[bool, typer.Option("--settle-deficit", help="As the operator: let the insurance fund pay a deficit in review.")]


@verb(writes=True)
def liquidate(call: Call, wallet: OneWallet = None, manual: Manual = False, settle_deficit: Settle = False, check: DangerOption = False):
    """Bring accounts up to date and report margin calls and liquidations.

    All accounts of the ledger, or the one of --account. With --manual one wallet is liquidated because you ask for it;
    on a terminal that is confirmed first.

    Examples:
      margincli liquidate
      margincli liquidate --manual --wallet isolated:BTCUSDT --yes
    """
    if manual and settle_deficit:
        raise misuse("--manual and --settle-deficit are two different things.", "Choose one.")
    if manual:
        return _by_hand(call, wallet or "cross")
    if settle_deficit:
        from margincli.domain.operations.liquidate import SettleDeficit

        return call.perform(SettleDeficit(call.wallet(wallet or "cross")))
    from margincli import sweeping

    document = _only(sweeping.sweep(call.every, "liquidate"), wallet)
    return Answer(document, danger(document) if check else 0)


def _by_hand(call: Call, wallet: str):
    if not call.dry_run:
        from .asking import confirm

        confirm(call, f"Sell what {wallet} of account {call.owner} holds, as far as its debts need it, and pay them all?")
    from margincli.domain.operations.liquidate import LiquidateByHand

    return call.perform(LiquidateByHand(call.wallet(wallet)))


def _only(document: dict, wallet: str | None) -> dict:
    """The sweep is of whole accounts; the report can be of one wallet of them."""
    if wallet is None:
        return document
    parts = ("entries", "before", "after", "notices")
    return {**document, **{part: [item for item in document.get(part, ()) if item.get("wallet") == wallet] for part in parts}}
