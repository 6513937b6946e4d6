"""transfer: coins move between the wallets of one account (TRF-*)."""

from decimal import Decimal
from typing import NamedTuple

from ..delisting import end_in, most_in
from ..journal import Account, Change, Entry, Wallet, move
from ..money import plain
from ..refusals import Refused
from ..risk import max_transfer_out, require_level_to_move_out
from ..schemes import require_wallet, scheme_of
from ..world import World, chain, moment
from .activate import require_room_for_isolated, require_terms
from .words import amount_fits, asset_known, require_active, require_admitted, require_free


class Transfer(NamedTuple):
    """`amount` None moves as much as may leave."""

    asset: str
    amount: Decimal | None
    source: Wallet
    target: Wallet


def wallets_differ(world: World, request: Transfer) -> None:
    for wallet in (request.source, request.target):
        require_wallet(world.rules, wallet)
    if request.source == request.target:
        raise Refused("same_wallet", wallet=request.source.name)


def source_active(world: World, request: Transfer) -> None:
    require_active(world, request.source)


def target_ready(world: World, request: Transfer) -> None:
    """MODE-9: an isolated wallet of an activated account is created by its first transfer; cross has to be opened."""
    if request.target.symbol and not world.state.setting(request.target, "opened_at"):
        require_terms(world, request.target)
        require_room_for_isolated(world, request.target)
    else:
        require_active(world, request.target)


def target_admits(world: World, request: Transfer) -> None:
    """TRF-1, MODE-4."""
    require_admitted(world, request.target, request.asset)


def not_leaving(world: World, request: Transfer) -> None:
    """DEL-1: of a coin that is about to be delisted, no more than the debt less what is held (-3020)."""
    most = most_in(world, request.target, request.asset)
    if most is not None and (request.amount or max_transfer_out(world, request.source, request.asset)) > most:
        end = end_in(world.rules, request.target, request.asset)
        raise Refused("delisting_no_transfers", asset=request.asset, at=moment(end), most=plain(most), wallet=request.target.name)


def level_allows(world: World, request: Transfer) -> None:
    """TRF-2, TRF-4, TRF-8: with a debt only above level 2."""
    require_level_to_move_out(world, request.source)


def amount_may_leave(world: World, request: Transfer) -> None:
    """TRF-3: no more than leaves the level at 2 (-3020), nor than is free (-3041)."""
    most = max_transfer_out(world, request.source, request.asset)
    if request.amount is None:
        if not most:
            raise Refused("nothing_to_move", asset=request.asset, wallet=request.source.name)
        return
    require_free(world, request.source, request.asset, request.amount, "Transfer less, or max: as much as may leave.")
    if request.amount > most:
        raise Refused("above_max_transfer", amount=plain(request.amount), asset=request.asset, most=plain(most), wallet=request.source.name)


CHECKS = (wallets_differ, asset_known, amount_fits, source_active, target_ready, target_admits, not_leaving, level_allows, amount_may_leave)


def decide(world: World, request: Transfer):
    amount = request.amount or max_transfer_out(world, request.source, request.asset)
    postings = move(request.asset, amount, Account(request.source, "free"), Account(request.target, "free"))
    opens = scheme_of(world, request.target).lends and not world.state.setting(request.target, "opened_at")
    changes = (Change(request.target, "opened_at", str(world.now)),) if opens else ()
    facts = {"from": request.source.name, "to": request.target.name}
    wallet = request.target if scheme_of(world, request.target).lends else request.source
    return chain(world, lambda _: [Entry(world.now, "transfer", wallet, request.asset, amount, postings, changes, facts)])
