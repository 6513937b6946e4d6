"""activate: accept the terms, live where margin is offered, pass the quiz, open a margin wallet (MODE-*).

Identity check and two-factor login of MODE-1 have no meaning on paper and are left out.
"""

from typing import NamedTuple

from ..halts import DISABLED
from ..journal import Change, Entry, Wallet
from ..money import ZERO
from ..questionnaire import has_terms, passed_now, passport, require_questionnaire, require_quiz, require_region
from ..refusals import Refused, listed
from ..schemes import scheme_of
from ..world import World, chain
from .words import wallet_lends, wallet_named


class Activate(NamedTuple):
    """`terms` is 'accepted' or ''. `answers` and `key` map question ids to choices; the door brings the key."""

    wallet: Wallet
    leverage: str | None
    region: str | None
    terms: str
    answers: dict[str, str] | None
    key: dict[str, str]


def not_yet_active(world: World, request: Activate) -> None:
    if world.state.setting(request.wallet, "opened_at"):
        leverage = scheme_of(world, request.wallet).bands(world, request.wallet).leverage
        raise Refused("already_active", wallet=request.wallet.name, leverage=leverage)


def terms_accepted(world: World, request: Activate) -> None:
    """MODE-1: terms before the quiz."""
    if not has_terms(world, request.wallet) and request.terms != "accepted":
        raise Refused("terms_not_accepted")


def region_allowed(world: World, request: Activate) -> None:
    """REG-1, REG-2: a deny list in the rule file."""
    region = request.region or world.state.setting(passport(request.wallet), "region")
    if not region:
        raise Refused("region_missing")
    if region.upper() in world.rules.leaf("regions.denied"):
        raise Refused("region_denied", region=region.upper())


def quiz_passed(world: World, request: Activate) -> None:
    """MODE-2: all answers right, as many tries as it takes; once per account."""
    require_quiz(world, request)


def leverage_offered(world: World, request: Activate) -> None:
    """MODE-5, ISO-1, PRO-9: 3x or 5x for cross, 10x where the rules have Pro, the pair's own family for isolated."""
    choices = scheme_of(world, request.wallet).leverages(world.rules, request.wallet)
    if request.leverage is not None and request.leverage not in choices:
        raise Refused("bad_leverage", leverage=request.leverage, wallet=request.wallet.name, choices=listed(choices))


def region_offers(world: World, request: Activate) -> None:
    """MODE-7: Pro only where it is offered."""
    require_region(world, request.wallet, request.leverage, request.region or "")


def questionnaire_passed(world: World, request: Activate) -> None:
    """MODE-7: a wallet that opens as Pro asks Pro's own questionnaire too."""
    require_questionnaire(world, request)


def room_for_isolated(world: World, request: Activate) -> None:
    require_room_for_isolated(world, request.wallet)


def require_room_for_isolated(world: World, wallet: Wallet) -> None:
    """MODE-9: so many isolated wallets and no more."""
    most = world.rules.leaf("isolated.max_wallets")
    enabled = [other for other in world.state.wallets(wallet.owner) if other.symbol and not world.state.setting(other, DISABLED)]
    if wallet.symbol and len(enabled) >= int(most):
        raise Refused("too_many_isolated", most=most)


def require_terms(world: World, wallet: Wallet) -> None:
    """An account that never passed activation has no margin wallet at all (-3003)."""
    if not has_terms(world, wallet):
        raise Refused("not_active", wallet=wallet.name, account=wallet.owner)


CHECKS = (wallet_named, wallet_lends, not_yet_active, terms_accepted, region_allowed, quiz_passed, leverage_offered, region_offers, questionnaire_passed, room_for_isolated)


def decide(world: World, request: Activate):
    spot = passport(request.wallet)
    changes = [Change(request.wallet, "opened_at", str(world.now))]
    if request.region:
        changes.append(Change(spot, "region", request.region.upper()))
    if not has_terms(world, request.wallet):
        changes.append(Change(spot, "quiz_passed_at", str(world.now)))
    leverage = request.leverage or _default_leverage(world, request.wallet)
    changes += (Change(request.wallet, "leverage", leverage), *passed_now(world, request))
    facts = {"leverage": leverage, "region": (request.region or world.state.setting(spot, "region")).upper()}
    return chain(world, lambda _: [Entry(world.now, "activate", request.wallet, "", ZERO, (), tuple(changes), facts)])


def _default_leverage(world: World, wallet: Wallet) -> str:
    choices = scheme_of(world, wallet).leverages(world.rules, wallet)
    default = world.rules.leaf("cross.default_leverage")
    return default if default in choices else choices[0]
