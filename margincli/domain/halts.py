"""What stops a wallet whatever its level: switched off (MODE-9), or the account cooling off (COOL-1)."""

from .journal import Wallet
from .world import World

DISABLED = "disabled_at"  # the setting of an isolated wallet that is switched off
UNTIL = "cooling_off_until"  # kept with the spot wallet, like all that belongs to the account


def cooling_off_until(world: World) -> int:
    """When the cooling-off that stands ends; 0 where none does. At its end it is over (COOL-2)."""
    until = int(world.state.setting(Wallet(world.owner, "spot"), UNTIL) or 0)
    return until if world.now < until else 0


def left_by_halts(world: World, wallet: Wallet, verbs: tuple[str, ...]) -> tuple[str, ...]:
    """What they leave of the verbs that the level allows."""
    if world.state.setting(wallet, DISABLED):
        return ()
    return tuple(verb for verb in verbs if verb != "borrow") if cooling_off_until(world) else verbs
