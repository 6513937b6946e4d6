"""top-up: the switch for spot coins to move into a wallet at its margin call (TOP-*)."""

from decimal import Decimal
from typing import NamedTuple

from ..journal import Change, Entry, Wallet
from ..money import ZERO, plain
from ..refusals import Refused
from ..schemes import scheme_of
from ..world import World, chain
from .words import wallet_active, wallet_lends, wallet_named


class TopUp(NamedTuple):
    """`switch` is 'on' or 'off'; `coins` in the order in which they are to go (cross); `target` None is the call level."""

    wallet: Wallet
    switch: str
    coins: tuple[str, ...] = ()
    target: Decimal | None = None


def coins_known(world: World, request: TopUp) -> None:
    for coin in request.coins:
        if coin not in world.rules.assets:
            raise Refused("unknown_asset", asset=coin)


def coins_fit(world: World, request: TopUp) -> None:
    """TOP-2: up to three for cross. TOP-3: an isolated pair takes its own two, the quote coin first."""
    most = int(world.rules.leaf("top_up.max_coins"))
    if request.switch == "on" and not request.wallet.symbol and not 1 <= len(set(request.coins)) == len(request.coins) <= most:
        raise Refused("bad_top_up_coins", wallet=request.wallet.name, rule=f"from 1 to {most} different coins")
    if request.wallet.symbol and request.coins:
        raise Refused("bad_top_up_coins", wallet=request.wallet.name, rule="no coins of your choice: it takes its quote coin, then its base coin")


def target_in_range(world: World, request: TopUp) -> None:
    """TOP-2: a target of one's own, for cross, at the call level or above it, up to 2."""
    if request.target is None:
        return
    lowest, most = scheme_of(world, request.wallet).bands(world, request.wallet).margin_call_at, world.rules.number("call.own_level_up_to")
    if request.wallet.symbol or not lowest <= request.target <= most:
        raise Refused("bad_top_up_target", target=plain(request.target), lowest=plain(lowest), most=plain(most))


CHECKS = (wallet_named, wallet_lends, wallet_active, coins_known, coins_fit, target_in_range)


def decide(world: World, request: TopUp):
    on = request.switch == "on"
    coins = (",".join(request.coins) or "pair") if on else ""
    target = plain(request.target) if on and request.target is not None else ""
    changes = (Change(request.wallet, "top_up", coins), Change(request.wallet, "top_up_to", target))
    facts = {"switch": request.switch, "coins": coins, "target": target}
    return chain(world, lambda _: [Entry(world.now, "top_up_switch", request.wallet, "", ZERO, (), changes, facts)])
