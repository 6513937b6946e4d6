"""liquidate --manual: the user asks for the end of a wallet's debts (LIQ-11); or, as operator, settles a deficit (FUND-2)."""

from typing import NamedTuple

from .. import liquidation
from ..journal import Wallet
from ..refusals import Refused
from ..risk import require_priced_debts
from ..schemes import scheme_of
from ..world import World
from .words import wallet_active, wallet_lends, wallet_named


class LiquidateByHand(NamedTuple):
    wallet: Wallet


class SettleDeficit(NamedTuple):
    wallet: Wallet


def allowed_here(world: World, request) -> None:
    """LIQ-11: cross always; isolated only where the region's rules ask for it."""
    if isinstance(request, LiquidateByHand) and not scheme_of(world, request.wallet).hand_liquidation(world, request.wallet):
        region = world.state.setting(Wallet(request.wallet.owner, "spot"), "region")
        raise Refused("manual_liquidation_denied", region=region or "your region")


def something_owed(world: World, request) -> None:
    if not world.state.owes(request.wallet):
        raise Refused("nothing_to_liquidate", wallet=request.wallet.name)
    require_priced_debts(world, request.wallet)


def in_review(world: World, request) -> None:
    if isinstance(request, SettleDeficit) and not liquidation.deficit_of(world, request.wallet):
        raise Refused("nothing_in_review", wallet=request.wallet.name)


CHECKS = (wallet_named, wallet_lends, wallet_active, something_owed, in_review, allowed_here)


def decide(world: World, request):
    if isinstance(request, SettleDeficit):
        return liquidation.settle_deficit(world, request.wallet)
    return liquidation.liquidate(world, request.wallet, None, "asked for")
