"""repay: pay a debt in its own coin, interest first (REP-*)."""

from decimal import Decimal
from typing import NamedTuple

from ..journal import Account, Wallet
from ..money import plain
from ..refusals import Refused
from ..steps import pay_down
from ..world import World, chain
from .words import amount_fits, asset_known, require_free, wallet_active, wallet_lends, wallet_named


class Repay(NamedTuple):
    """`amount` None pays principal and interest exactly (REP-4)."""

    wallet: Wallet
    asset: str
    amount: Decimal | None


def owed(world: World, request: Repay) -> Decimal:
    return world.state.holding(request.wallet, request.asset).debt


def something_owed(world: World, request: Repay) -> None:
    if not owed(world, request):
        raise Refused("nothing_owed", wallet=request.wallet.name, asset=request.asset)


def not_above_debt(world: World, request: Repay) -> None:
    """REP-4 (-3015)."""
    debt = owed(world, request)
    if request.amount is not None and request.amount > debt:
        raise Refused("above_debt", amount=plain(request.amount), asset=request.asset, owed=plain(debt))


def above_minimum(world: World, request: Repay) -> None:
    """BOR-5, REP-4 (-3016); the whole debt may always be paid."""
    least = world.rules.number("repay.minimum")
    if request.amount is not None and request.amount < min(least, owed(world, request)):
        raise Refused("below_minimum_repay", amount=plain(request.amount), asset=request.asset, minimum=plain(least))


def rest_large_enough(world: World, request: Repay) -> None:
    """REP-4 (-3024)."""
    least = world.rules.number("repay.smallest_rest")
    rest = owed(world, request) - (owed(world, request) if request.amount is None else request.amount)
    if 0 < rest < least:
        raise Refused("rest_too_small", rest=plain(rest), asset=request.asset, minimum=plain(least))


def enough_free(world: World, request: Repay) -> None:
    """REP-3: from the free balance of the same wallet (-3041)."""
    amount = owed(world, request) if request.amount is None else request.amount
    remedy = f"Transfer {request.asset} in, buy some, or repay less."
    require_free(world, request.wallet, request.asset, amount, remedy)


CHECKS = (
    wallet_named,
    wallet_lends,
    asset_known,
    amount_fits,
    wallet_active,
    something_owed,
    not_above_debt,
    above_minimum,
    rest_large_enough,
    enough_free,
)


def decide(world: World, request: Repay):
    amount = owed(world, request) if request.amount is None else request.amount
    free = Account(request.wallet, "free")
    return chain(world, lambda now: pay_down(now, request.wallet, request.asset, amount, free, "repay", type="MANUAL"))
