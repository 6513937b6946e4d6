"""leverage: change how far a cross wallet may be leveraged, and with it between Classic and Pro (MODE-6, MODE-7)."""

from typing import NamedTuple

from ..journal import Change, Entry, Wallet
from ..measure import level_of
from ..money import ZERO
from ..questionnaire import passed_now, require_questionnaire, require_region
from ..refusals import Refused
from ..risk import exposure, require_priced_debts, shown
from ..schemes import scheme_of
from ..world import World, chain, moment
from .words import wallet_active, wallet_lends, wallet_named

CHANGED = "leverage_changed_at"


class Leverage(NamedTuple):
    """`answers` and `key` map question ids to choices, for a leverage that has a questionnaire of its own; the door brings the key."""

    wallet: Wallet
    leverage: str
    answers: dict[str, str] | None = None
    key: dict[str, str] = {}


def leverage_offered(world: World, request: Leverage) -> None:
    """MODE-5, MODE-6, PRO-9: 3x or 5x for cross, 10x where the rules have Pro; an isolated pair keeps its family's."""
    choices = scheme_of(world, request.wallet).leverages(world.rules, request.wallet)
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
    total = exposure(world, request.wallet)  # the collateral counts alike in Classic and in Pro
    level, bar = level_of(total.collateral, total.total_liability), world.rules.number(f"cross.bands.{request.leverage}.initial_risk_ratio")
    if level <= bar:
        raise Refused("level_too_low_for_leverage", wallet=request.wallet.name, level=shown(level), bar=bar, leverage=request.leverage)


def region_offers(world: World, request: Leverage) -> None:
    """MODE-7: Pro only where it is offered."""
    require_region(world, request.wallet, request.leverage, "")


def questionnaire_passed(world: World, request: Leverage) -> None:
    """MODE-7: Pro's own questionnaire, once per account."""
    require_questionnaire(world, request)


CHECKS = (wallet_named, wallet_lends, wallet_active, leverage_offered, not_the_same, region_offers, questionnaire_passed, not_within_a_minute, level_allows)


def decide(world: World, request: Leverage):
    changes = (Change(request.wallet, "leverage", request.leverage), Change(request.wallet, CHANGED, str(world.now)), *passed_now(world, request))
    facts = {"leverage": request.leverage, "before": world.state.setting(request.wallet, "leverage")}
    return chain(world, lambda _: [Entry(world.now, "leverage", request.wallet, "", ZERO, (), changes, facts)])
