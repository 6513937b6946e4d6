"""The bars that make themselves heard: the user's own alert, the margin call, pre-liquidation (CALL-*, THR-7)."""

from decimal import Decimal
from typing import NamedTuple

from .bands import Bands
from .interest import HOUR
from .journal import Wallet
from .standing import State
from .world import World

HEARD = ("alerted_at", "called_at", "pre_liquidated_at")  # the settings by which a wallet knows what it heard


class Alarm(NamedTuple):
    """A bar that makes itself heard when the level falls to it, and again while it stays there (CALL-1 to CALL-3).

    `key` is the wallet's setting that holds when it was last heard, `every` the ms until it is heard again; `at_bar`: whether
    the bar itself counts.
    """

    key: str
    kind: str
    bar: Decimal
    every: int
    at_bar: bool = True

    def rings(self, level: Decimal) -> bool:
        return level <= self.bar if self.at_bar else level < self.bar

    def heard_at(self, world: World, wallet: Wallet) -> int:
        """When it was last heard, 0 while the level is above the bar."""
        return int(world.state.setting(wallet, self.key) or 0)


def has_heard(state: State, wallet: Wallet) -> bool:
    """Whether the wallet is under any bar that it has heard."""
    return state.as_set(wallet, "heard", lambda wallet: any(state.setting(wallet, key) for key in HEARD))


def alarms(world: World, wallet: Wallet, bands: Bands) -> tuple[Alarm, ...]:
    """The user's own alert where one is set (CALL-3), the margin call, and pre-liquidation where there is such a state (THR-7).

    A state that a change of the rules took away is still to be ended.
    """
    every, setting = int(world.rules.leaf("call.remind_every_hours")) * HOUR, world.state.setting
    found = [Alarm("called_at", "margin_call", bands.margin_call_at, every, bands.call_at_bar)]
    if bands.pre_liquidation_at or setting(wallet, "pre_liquidated_at"):
        found.append(Alarm("pre_liquidated_at", "pre_liquidation", bands.pre_liquidation_at, every))
    own = setting(wallet, "alert_at")
    if own and Decimal(own) > bands.margin_call_at:
        found.append(Alarm("alerted_at", "margin_alert", Decimal(own), int(setting(wallet, "alert_hours")) * HOUR))
    return tuple(found)
