"""liquidation-loan: repay what a liquidation left unpaid, from spot (FUND-5)."""

from decimal import Decimal
from typing import NamedTuple

from ..journal import Wallet
from ..loan import loan_of, pay_back
from ..money import plain
from ..refusals import Refused
from ..world import World, chain
from .words import require_amount, require_free


class RepayLiquidationLoan(NamedTuple):
    """`amount` None repays all that remains."""

    amount: Decimal | None


def something_remains(world: World, request: RepayLiquidationLoan) -> None:
    """FUND-5: there is a loan to repay."""
    if not loan_of(world).remaining:
        raise Refused("no_liquidation_loan")


def amount_within_the_rest(world: World, request: RepayLiquidationLoan) -> None:
    """FUND-5: more than zero, at most what remains."""
    loan = loan_of(world)
    if request.amount is not None:
        require_amount(world, loan.asset, request.amount)
        if request.amount > loan.remaining:
            raise Refused("above_liquidation_loan", amount=plain(request.amount), asset=loan.asset, remaining=plain(loan.remaining))


def enough_in_spot(world: World, request: RepayLiquidationLoan) -> None:
    """FUND-5: it is repaid from spot (-3041)."""
    loan = loan_of(world)
    amount = loan.remaining if request.amount is None else request.amount
    require_free(world, Wallet(world.owner, "spot"), loan.asset, amount, f"Bring {loan.asset} into spot first, or repay less.")


CHECKS = (something_remains, amount_within_the_rest, enough_in_spot)


def decide(world: World, request: RepayLiquidationLoan):
    amount = loan_of(world).remaining if request.amount is None else request.amount
    return chain(world, lambda now: [pay_back(now, amount)])
