"""withdraw: coins leave the spot wallet for the outside."""

from decimal import Decimal
from typing import NamedTuple

from .. import loan
from ..journal import OUTSIDE, Account, Entry, Wallet, move
from ..liquidation import deficit_of
from ..money import ZERO
from ..refusals import Refused
from ..risk import exposure, shown
from ..world import World, chain
from .words import amount_fits, asset_known, require_free


class Withdraw(NamedTuple):
    asset: str
    amount: Decimal


def enough_in_spot(world: World, request: Withdraw) -> None:
    """Only what is free in spot may leave; margin funds are moved there first."""
    remedy = f"Withdraw less, or move it there first: margincli transfer {request.asset} AMOUNT --from WALLET --to spot"
    require_free(world, Wallet(world.owner, "spot"), request.asset, request.amount, remedy)


def deficit_stays_covered(world: World, request: Withdraw) -> None:
    """FUND-3: while a bankrupt account owes more than 10,000 USDT, a liquidation loan included, that much of its spot funds stays (-3019)."""
    owed = sum((deficit_of(world, wallet) for wallet in world.state.wallets(world.owner)), ZERO)
    if world.rules.leaf("liquidation.loan_holds_withdrawals", "yes") == "yes":
        owed += loan.worth_usdt(world)
    if owed <= world.rules.number("liquidation.withdrawal_blocked_above_usdt"):
        return
    held = exposure(world, Wallet(world.owner, "spot")).total_asset
    if held - request.amount * (world.value_usdt(request.asset) or ZERO) < owed:
        raise Refused("deficit_lock", deficit_usdt=shown(owed), held_usdt=shown(held))


CHECKS = (asset_known, amount_fits, enough_in_spot, deficit_stays_covered)


def decide(world: World, request: Withdraw):
    spot = Wallet(world.owner, "spot")
    postings = move(request.asset, request.amount, Account(spot, "free"), OUTSIDE)
    return chain(world, lambda _: [Entry(world.now, "withdraw", spot, request.asset, request.amount, postings)])
