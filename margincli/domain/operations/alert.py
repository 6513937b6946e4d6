"""alert: a level of one's own at which to be warned, before the margin call (CALL-3). It changes no permission."""

from decimal import Decimal
from typing import NamedTuple

from ..journal import Change, Entry, Wallet
from ..money import ZERO, plain
from ..refusals import Refused
from ..schemes import scheme_of
from ..world import World, chain
from .words import wallet_active, wallet_lends, wallet_named


class Alert(NamedTuple):
    """`level` None switches it off; `hours` is how often it is repeated while the level stays there."""

    wallet: Wallet
    level: Decimal | None
    hours: int


def level_in_range(world: World, request: Alert) -> None:
    """CALL-3: above the margin call, up to 2."""
    lowest, most = scheme_of(world, request.wallet).bands(world, request.wallet).margin_call_at, world.rules.number("call.own_level_up_to")
    if request.level is not None and not lowest < request.level <= most:
        raise Refused("bad_alert_level", level=plain(request.level), lowest=plain(lowest), most=plain(most))


def hours_in_range(world: World, request: Alert) -> None:
    """CALL-3."""
    least, most = (int(hours) for hours in world.rules.leaf("call.own_reminder_hours"))
    if not least <= request.hours <= most:
        raise Refused("bad_alert_hours", hours=request.hours, least=least, most=most)


CHECKS = (wallet_named, wallet_lends, wallet_active, level_in_range, hours_in_range)


def decide(world: World, request: Alert):
    level = "" if request.level is None else plain(request.level)
    hours = str(request.hours) if level else ""
    told = {"alert_at": level, "alert_hours": hours, "alerted_at": ""}
    changes = tuple(Change(request.wallet, key, value) for key, value in told.items())
    facts = {"level": level or "off", "hours": hours}
    return chain(world, lambda _: [Entry(world.now, "alert", request.wallet, "", ZERO, (), changes, facts)])
