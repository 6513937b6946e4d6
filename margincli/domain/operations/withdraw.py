"""withdraw: coins leave the spot wallet for the outside."""

from decimal import Decimal
from typing import NamedTuple

from ..journal import OUTSIDE, Account, Entry, Wallet, move
from ..world import World, chain
from .words import amount_fits, asset_known, require_free


class Withdraw(NamedTuple):
    asset: str
    amount: Decimal


def enough_in_spot(world: World, request: Withdraw) -> None:
    """Only what is free in spot may leave; margin funds are moved there first."""
    remedy = f"Withdraw less, or move it there first: margincli transfer {request.asset} AMOUNT --from WALLET --to spot"
    require_free(world, Wallet(world.owner, "spot"), request.asset, request.amount, remedy)


CHECKS = (asset_known, amount_fits, enough_in_spot)


def decide(world: World, request: Withdraw):
    spot = Wallet(world.owner, "spot")
    postings = move(request.asset, request.amount, Account(spot, "free"), OUTSIDE)
    return chain(world, lambda _: [Entry(world.now, "withdraw", spot, request.asset, request.amount, postings)])
