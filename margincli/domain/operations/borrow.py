"""borrow: lend a coin to a margin wallet (BOR-*)."""

from decimal import Decimal
from typing import NamedTuple

from ..delisting import require_borrowable
from ..journal import Wallet
from ..money import ZERO, charge_up_quotient, plain
from ..refusals import Refused
from ..risk import Room, health, max_borrow, pool_left, shown
from ..steps import lend
from ..world import World, chain
from .cool_off import not_cooling_off
from .words import amount_fits, asset_known, not_in_liquidation, wallet_active, wallet_admits, wallet_lends, wallet_named


class Borrow(NamedTuple):
    """`amount` None borrows as much as may be borrowed. `kind` is MANUAL, or AUTO for an order's own loan (BOR-6)."""

    wallet: Wallet
    asset: str
    amount: Decimal | None
    kind: str = "MANUAL"


def asset_borrowable(world: World, request: Borrow) -> None:
    """COL-8, BOR-13: a coin with a rate (-3027)."""
    if world.rate_daily(request.wallet.mode, request.asset) is None:
        raise Refused("not_borrowable", asset=request.asset)


def not_leaving(world: World, request: Borrow) -> None:
    """DEL-1: not of a coin that is about to be delisted (-3012)."""
    require_borrowable(world, request.wallet, request.asset)


def everything_priced(world: World, request: Borrow) -> None:
    """ML-7: neither the loan nor the debts there are can be judged without a price; of those `not_in_liquidation` asks next."""
    world.price_usdt(request.asset)


def above_minimum(world: World, request: Borrow) -> None:
    """BOR-5: a loan is worth about 10 USDT or more (-3013)."""
    price, least = world.price_usdt(request.asset), world.rules.number("borrow.minimum_usdt")
    if request.amount is not None and request.amount * price < least:
        minimum = plain(minimum_loan(world, request.asset))
        value = shown(request.amount * price)
        raise Refused("below_minimum_borrow", amount=plain(request.amount), asset=request.asset, value_usdt=value, minimum_usdt=least, minimum=minimum)


def level_allows(world: World, request: Borrow) -> None:
    """THR-1, THR-4, BOR-13: only while the level with haircuts is above the borrow bar. PRO-5: and there is an available margin."""
    current = health(world, request.wallet)
    if current.exposure.available_margin == ZERO:
        raise Refused("no_available_margin", wallet=request.wallet.name, needed=shown(current.exposure.initial_margin))
    if "borrow" not in current.allows:
        level = current.level if current.collateral_level is None else current.collateral_level
        raise Refused("level_too_low_to_borrow", wallet=request.wallet.name, bar=current.bands.borrow_above, level=shown(level))


def pool_has_it(world: World, request: Borrow) -> None:
    """BOR-4: the pool lends what it holds (-3045)."""
    left = pool_left(world, request.asset)
    if left is not None and request.amount is not None and request.amount > left:
        raise Refused("pool_empty", left=plain(left), asset=request.asset)


def within_room(world: World, request: Borrow) -> None:
    """BOR-2, BOR-3, BOR-4: no more than leverage, limits and tiers allow (-3006)."""
    room = max_borrow(world, request.wallet, request.asset)
    wanted = minimum_loan(world, request.asset) if request.amount is None else request.amount
    if wanted > room.amount:
        facts = {"amount": plain(wanted), "asset": request.asset, "most": plain(room.amount), "wallet": request.wallet.name}
        raise Refused("above_max_borrow", bound=_named(room), **facts)


def minimum_loan(world: World, asset: str) -> Decimal:
    """BOR-5 in the coin, rounded up so that it is enough."""
    return charge_up_quotient(world.rules.number("borrow.minimum_usdt"), world.price_usdt(asset), world.rules.scale(asset))


def _named(room: Room) -> str:
    return f"bound by the {room.tightest}"


CHECKS = (
    wallet_named,
    wallet_lends,
    asset_known,
    amount_fits,
    wallet_active,
    not_cooling_off,
    wallet_admits,
    asset_borrowable,
    not_leaving,
    everything_priced,
    not_in_liquidation,
    above_minimum,
    level_allows,
    pool_has_it,
    within_room,
)


def decide(world: World, request: Borrow):
    amount = max_borrow(world, request.wallet, request.asset).amount if request.amount is None else request.amount
    return chain(world, lambda now: lend(now, request.wallet, request.asset, amount, request.kind))
