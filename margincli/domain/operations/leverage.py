"""leverage: change how far a cross wallet may be leveraged (MODE-6)."""

from typing import NamedTuple

from ..journal import Change, Entry, Wallet
from ..money import ZERO
from ..refusals import Refused
from ..risk import exposure, level_of, require_priced_debts, shown
from ..schemes import scheme_of
from ..world import World, chain, moment
from .words import wallet_active, wallet_lends, wallet_named

CHANGED = "leverage_changed_at"


class Leverage(NamedTuple):
    wallet: Wallet
    leverage: str


def leverage_offered(world: World, request: Leverage) -> None:
    """MODE-5, MODE-6: 3x or 5x for cross; an isolated pair keeps its family's."""
    choices = scheme_of(request.wallet).leverages(world.rules, request.wallet)
    if request.leverage not in choices:
        raise Refused("bad_leverage", leverage=request.leverage, wallet=request.wallet.name, choices=" or ".join(choices))


def not_the_same(world: World, request: Leverage) -> None:
    if world.state.setting(request.wallet, "leverage") == request.leverage:
        raise Refused("already_active", wallet=request.wallet.name, leverage=request.leverage)


def not_within_a_minute(world: World, request: Leverage) -> None:
    """MODE-6: once a minute."""
    every, last = int(world.rules.leaf("cross.leverage_change_every_seconds")), world.state.setting(request.wallet, CHANGED)
    if last and world.now < int(last) + every * 1000:
        raise Refused("leverage_changed_lately", last=moment(int(last)), seconds=every)


def level_allows(world: World, request: Leverage) -> None:
    """MODE-6, MODE-7: the level with haircuts is above the initial ratio of the leverage that is asked for."""
    require_priced_debts(world, request.wallet)
    total = exposure(world, request.wallet)
    level, bar = level_of(total.collateral, total.total_liability), world.rules.number(f"cross.bands.{request.leverage}.initial_risk_ratio")
    if level <= bar:
        raise Refused("level_too_low_for_leverage", wallet=request.wallet.name, level=shown(level), bar=bar, leverage=request.leverage)


CHECKS = (wallet_named, wallet_lends, wallet_active, leverage_offered, not_the_same, not_within_a_minute, level_allows)


def decide(world: World, request: Leverage):
    changes = (Change(request.wallet, "leverage", request.leverage), Change(request.wallet, CHANGED, str(world.now)))
    facts = {"leverage": request.leverage, "before": world.state.setting(request.wallet, "leverage")}
    return chain(world, lambda _: [Entry(world.now, "leverage", request.wallet, "", ZERO, (), changes, facts)])
