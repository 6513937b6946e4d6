"""cool-off: a day, three days or a week in which the account borrows nothing (COOL-*)."""

from typing import NamedTuple

from ..halts import UNTIL, cooling_off_until
from ..interest import HOUR
from ..journal import Change, Entry, Wallet
from ..money import ZERO
from ..refusals import Refused, listed
from ..world import World, chain, moment


class CoolOff(NamedTuple):
    """`hours` is one of the rule file's choices."""

    hours: str


def not_cooling_off(world: World, request) -> None:
    """COOL-1: until its end nothing is borrowed, by hand or by an order, in any wallet of the account (-3014)."""
    if until := cooling_off_until(world):
        raise Refused("cooling_off", until=moment(until))


def choice_offered(world: World, request: CoolOff) -> None:
    """COOL-1: a day, three days or a week."""
    choices = world.rules.leaf("cooling_off.hours")
    if request.hours not in choices:
        raise Refused("bad_cooling_off", hours=request.hours, choices=listed(choices))


def ends_later(world: World, request: CoolOff) -> None:
    """COOL-2: a longer one may replace the one that stands, nothing shortens or lifts it."""
    until = cooling_off_until(world)
    if until and _end(world, request) <= until:
        raise Refused("cooling_off_stands", until=moment(until), end=moment(_end(world, request)))


CHECKS = (choice_offered, ends_later)


def decide(world: World, request: CoolOff):
    """COOL-3: only borrowing stops; debts, their interest and their repayment go on as before."""
    spot, end = Wallet(world.owner, "spot"), _end(world, request)
    facts = {"hours": request.hours, "until": moment(end)}
    return chain(world, lambda _: [Entry(world.now, "cool_off", spot, "", ZERO, (), (Change(spot, UNTIL, str(end)),), facts)])


def _end(world: World, request: CoolOff) -> int:
    return world.now + int(request.hours) * HOUR
