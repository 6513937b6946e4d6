"""isolated: switch an isolated wallet off and on again (MODE-9)."""

from typing import NamedTuple

from ..halts import DISABLED
from ..interest import HOUR
from ..journal import Change, Entry, Wallet
from ..money import ZERO
from ..orders import open_orders
from ..refusals import Refused
from ..world import World, chain, moment
from .activate import require_room_for_isolated
from .words import wallet_lends, wallet_named

LAST = "disabled_last"


class Isolated(NamedTuple):
    """`switch` is 'disable' or 'enable'."""

    wallet: Wallet
    switch: str


def one_pair(world: World, request: Isolated) -> None:
    if not request.wallet.symbol:
        raise Refused("isolated_only", wallet=request.wallet.name)


def switch_turns(world: World, request: Isolated) -> None:
    """MODE-9: only a wallet that is open is disabled, only one that was disabled is enabled."""
    if not world.state.setting(request.wallet, "opened_at"):
        raise Refused("not_active", wallet=request.wallet.name, account=request.wallet.owner)
    if bool(world.state.setting(request.wallet, DISABLED)) == (request.switch == "disable"):
        raise Refused("already_switched", wallet=request.wallet.name, state=f"{request.switch}d")


def wallet_empty(world: World, request: Isolated) -> None:
    """MODE-9: no coin, no debt, no order."""
    if request.switch == "disable" and (world.state.holdings(request.wallet) or open_orders(world.state, request.wallet)):
        raise Refused("wallet_not_empty", wallet=request.wallet.name)


def not_twice_a_day(world: World, request: Isolated) -> None:
    """MODE-9: each pair is disabled once in 24 hours at most."""
    hours, last = int(world.rules.leaf("isolated.disable_every_hours")), world.state.setting(request.wallet, LAST)
    if request.switch == "disable" and last and world.now < int(last) + hours * HOUR:
        raise Refused("disabled_lately", wallet=request.wallet.name, last=moment(int(last)), hours=hours)


def room_again(world: World, request: Isolated) -> None:
    if request.switch == "enable":
        require_room_for_isolated(world, request.wallet)


CHECKS = (wallet_named, wallet_lends, one_pair, switch_turns, wallet_empty, not_twice_a_day, room_again)


def decide(world: World, request: Isolated):
    off = request.switch == "disable"
    changes = (Change(request.wallet, DISABLED, str(world.now) if off else ""), *((Change(request.wallet, LAST, str(world.now)),) if off else ()))
    return chain(world, lambda _: [Entry(world.now, "isolated", request.wallet, "", ZERO, (), changes, {"switch": request.switch})])
