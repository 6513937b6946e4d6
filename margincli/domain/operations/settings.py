"""settings: what the owner of an account chooses for all its wallets."""

from typing import Callable, NamedTuple

from ..journal import Change, Entry, Wallet
from ..money import ZERO
from ..refusals import Refused, listed
from ..world import World, chain


class Setting(NamedTuple):
    name: str
    value: str


class Known(NamedTuple):
    """A setting there is: its rule, what it means, the value it has unless chosen, and the values it can have."""

    rule: str
    meaning: str
    default: str
    choices: Callable[[World], tuple[str, ...]]


def _switch(_: World) -> tuple[str, ...]:
    return "off", "on"


SETTINGS: dict[str, Known] = {
    "vip": Known("FEE-1", "VIP level: the fees of its trades, the rates and limits of its loans", "0", lambda world: tuple(str(level) for level in range(len(world.rules.leaf("fees.trade"))))),
    "auto_transfer": Known("BOR-15", "orders may use spot coins, before anything is borrowed", "off", _switch),
    "bnb_fees": Known("BNB-7", "trading fees are paid in BNB, for less, where the wallet has enough of it free", "off", _switch),
    "bnb_interest": Known("BNB-3", "interest of the cross wallet is charged in BNB, for less, and paid from its BNB every hour", "off", _switch),
    "bnb_interest_requires_balance": Known("BNB-6", "only the interest that the free BNB covers is charged in BNB", "off", _switch),
}


def value_of(world: World, name: str) -> str:
    """What the account chose, or the default. Raises Refused unknown_setting."""
    require_known(name)
    return world.state.setting(Wallet(world.owner, "spot"), name) or SETTINGS[name].default


def require_known(name: str) -> None:
    if name not in SETTINGS:
        raise Refused("unknown_setting", name=name, known=listed(SETTINGS, "and"))


def setting_known(world: World, request: Setting) -> None:
    """A name of the table."""
    require_known(request.name)


def value_offered(world: World, request: Setting) -> None:
    """FEE-1 and the like: one of the values the rule book has something to say about."""
    choices = SETTINGS[request.name].choices(world)
    if request.value not in choices:
        raise Refused("bad_setting", name=request.name, value=request.value, choices=listed(choices))


CHECKS = (setting_known, value_offered)


def decide(world: World, request: Setting):
    spot = Wallet(world.owner, "spot")
    facts = {"name": request.name, "value": request.value, "before": value_of(world, request.name)}
    return chain(world, lambda _: [Entry(world.now, "setting", spot, "", ZERO, (), (Change(spot, request.name, request.value),), facts)])
