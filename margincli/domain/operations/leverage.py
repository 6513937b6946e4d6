"""leverage: change how far a margin wallet may be leveraged: cross between its steps, and with them Classic and Pro, isolated as it likes (MODE-6, MODE-7, ISO-6)."""

from decimal import Decimal
from typing import NamedTuple

from ..journal import Change, Entry, Wallet
from ..measure import level_of
from ..money import ZERO, places_of, plain
from ..questionnaire import passed_now, require_questionnaire, require_region
from ..refusals import Refused, listed
from ..risk import exposure, require_priced_debts, shown
from ..schemes import scheme_of
from ..world import World, chain, moment
from .words import wallet_active, wallet_lends, wallet_named

CHANGED = "leverage_changed_at"
OFF = "off"  # an isolated wallet goes by the tiers of its pair again
ADJUSTED_PLACES = 2  # as the leverage of a tier has them (ISO-2)


class Leverage(NamedTuple):
    """`leverage` in plain digits; 'off' ends the adjustment of an isolated wallet.

    `answers` and `key` map question ids to choices, for a leverage that has a questionnaire of its own; the door brings the key.
    """

    wallet: Wallet
    leverage: str
    answers: dict[str, str] | None = None
    key: dict[str, str] = {}


def leverage_offered(world: World, request: Leverage) -> None:
    """MODE-5, MODE-6, PRO-9: 3x or 5x for cross, 10x where the rules have Pro. ISO-6: any leverage up to the family's for an isolated pair, or off."""
    scheme = scheme_of(world, request.wallet)
    choices, span = scheme.leverages(world.rules, request.wallet), scheme.adjusts(world.rules, request.wallet)
    if request.leverage == OFF:
        if not span:
            raise Refused("isolated_only", wallet=request.wallet.name)
        return
    if span:
        choices = (f"{plain(span[0])} to {plain(span[1])}, in steps of 0.01",)
        offered = span[0] <= Decimal(request.leverage) <= span[1] and places_of(Decimal(request.leverage)) <= ADJUSTED_PLACES
    else:
        offered = request.leverage in choices
    if not offered:
        raise Refused("bad_leverage", leverage=request.leverage, wallet=request.wallet.name, choices=listed(choices))


def not_the_same(world: World, request: Leverage) -> None:
    if before(world, request) == request.leverage:
        code = "not_adjusted" if request.leverage == OFF else "already_active"
        raise Refused(code, wallet=request.wallet.name, leverage=request.leverage)


def not_within_a_minute(world: World, request: Leverage) -> None:
    """MODE-6: once a minute."""
    every, last = int(world.rules.leaf("cross.leverage_change_every_seconds")), world.state.setting(request.wallet, CHANGED)
    if last and world.now < int(last) + every * 1000:
        raise Refused("leverage_changed_lately", last=moment(int(last)), seconds=every)


def level_allows(world: World, request: Leverage) -> None:
    """MODE-6, MODE-7, ISO-7: the level with haircuts is above the initial ratio of the leverage that is asked for."""
    require_priced_debts(world, request.wallet)
    after, total = _changed(world, request), exposure(world, request.wallet)  # the collateral counts alike in Classic and in Pro
    scheme, level = scheme_of(after, request.wallet), level_of(total.collateral, total.total_liability)
    bar = scheme.taken_on_above(after, request.wallet)
    if level <= bar:
        leverage = plain(scheme.bands(after, request.wallet).leverage)
        raise Refused("level_too_low_for_leverage", wallet=request.wallet.name, level=shown(level), bar=shown(bar), leverage=leverage)


def region_offers(world: World, request: Leverage) -> None:
    """MODE-7: Pro only where it is offered."""
    require_region(world, request.wallet, request.leverage, "")


def questionnaire_passed(world: World, request: Leverage) -> None:
    """MODE-7: Pro's own questionnaire, once per account."""
    require_questionnaire(world, request)


CHECKS = (wallet_named, wallet_lends, wallet_active, leverage_offered, not_the_same, region_offers, questionnaire_passed, not_within_a_minute, level_allows)


def before(world: World, request: Leverage) -> str:
    """What holds now, in the words of a request."""
    chosen = world.state.setting(request.wallet, scheme_of(world, request.wallet).leverage_key)
    return chosen or OFF


def decide(world: World, request: Leverage):
    changes = (*_changes(world, request), Change(request.wallet, CHANGED, str(world.now)), *passed_now(world, request))
    facts = {"leverage": request.leverage, "before": before(world, request)}
    return chain(world, lambda _: [Entry(world.now, "leverage", request.wallet, "", ZERO, (), changes, facts)])


def _changes(world: World, request: Leverage) -> tuple[Change, ...]:
    return (Change(request.wallet, scheme_of(world, request.wallet).leverage_key, "" if request.leverage == OFF else request.leverage),)


def _changed(world: World, request: Leverage) -> World:
    """The world with the leverage that is asked for."""
    return world.after([Entry(world.now, "leverage", request.wallet, "", ZERO, (), _changes(world, request))])
