"""liquidation-loan [AMOUNT|all]: what a liquidation left unpaid; show it, or repay it from spot."""

from typing import Annotated

import typer

from .call import Call
from .repay import ALL, read_how_much
from .verb import verb

HowMuch = Annotated[str | None, typer.Argument(metavar="[AMOUNT|all]", help="How much to repay; without it the loan is shown."), read_how_much]


@verb(writes=True)
def liquidation_loan(call: Call, amount: HowMuch = None):
    """Show or repay what a liquidation left unpaid.

    Under the rules of 2026 the debt that a liquidated cross wallet cannot pay becomes a loan in USDC, without interest. It is
    repaid from the spot wallet, in parts or whole.

    Examples:
      margincli liquidation-loan
      margincli liquidation-loan 250
      margincli liquidation-loan all
    """
    if amount is None:
        from margincli import account

        return account.liquidation_loan(call.mine)
    from margincli.domain.operations.liquidation_loan import RepayLiquidationLoan

    return call.perform(RepayLiquidationLoan(None if amount == ALL else amount))
