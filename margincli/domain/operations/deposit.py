"""deposit: coins come in from outside, into the spot wallet."""

from decimal import Decimal
from typing import NamedTuple

from ..journal import OUTSIDE, Account, Entry, Wallet, move
from ..world import World, chain
from .words import amount_fits, asset_known


class Deposit(NamedTuple):
    asset: str
    amount: Decimal


CHECKS = (asset_known, amount_fits)


def decide(world: World, request: Deposit):
    spot = Wallet(world.owner, "spot")
    postings = move(request.asset, request.amount, OUTSIDE, Account(spot, "free"))
    return chain(world, lambda _: [Entry(world.now, "deposit", spot, request.asset, request.amount, postings)])
