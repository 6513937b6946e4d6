"""cancel: take back orders that rest; what they locked is free again, what they borrowed is repaid (BOR-11)."""

from typing import NamedTuple

from ..journal import Wallet
from ..order import Order
from ..orders import cancel, open_orders
from ..refusals import Refused
from ..world import World


class Cancel(NamedTuple):
    """`number` None cancels every open order, of `symbol` if it is given."""

    number: int | None
    symbol: str | None = None


def found(world: World, request: Cancel) -> list[tuple[Wallet, Order]]:
    """The open orders that are meant, with their wallets."""
    resting = [(wallet, order) for wallet in world.state.wallets(world.owner) for order in open_orders(world.state, wallet)]
    if request.number is not None:
        return [(wallet, order) for wallet, order in resting if order.number == request.number]
    return [(wallet, order) for wallet, order in resting if request.symbol in (None, order.symbol)]


def order_there(world: World, request: Cancel) -> None:
    """A named order is open (-2011)."""
    if request.number is not None and not found(world, request):
        raise Refused("no_order", order=request.number, account=world.owner)


CHECKS = (order_there,)


def decide(world: World, request: Cancel):
    entries = []
    for wallet, order in found(world, request):
        if world.state.setting(wallet, order.key):  # not ended with the list of one before it
            world, ended = cancel(world, wallet, order)
            entries += ended
    return world, entries
