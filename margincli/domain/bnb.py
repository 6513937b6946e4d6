"""BNB as a means to pay: the switches of an account, and what each takes off (BNB-*)."""

from decimal import Decimal

from .journal import Wallet
from .rulebook import Rulebook
from .schemes import scheme_of
from .standing import State
from .world import World

BNB = "BNB"
FEES, INTEREST, REQUIRES_BALANCE = "bnb_fees", "bnb_interest", "bnb_interest_requires_balance"  # BNB-1, BNB-6
AUTO_REPAY = "BNB_AUTO_REPAY"  # REP-9
OF_BEFORE = {"fee_discount": "0.25", "interest_discount": "0.05"}  # for a rule book that was stored before it had these lines


def chosen(state: State, owner: str, switch: str) -> bool:
    """BNB-1: whether the account has switched it on."""
    return state.setting(Wallet(owner, "spot"), switch) == "on"


def needs_price(state: State, owner: str) -> bool:
    """Whether anything the account does may have to be valued in BNB."""
    return chosen(state, owner, FEES) or chosen(state, owner, INTEREST)


def charges_in_bnb(world: World, wallet: Wallet) -> bool:
    """BNB-2: with the switch on, in a wallet of a mode whose interest may be paid so. DEL-1: no debt in BNB begins once BNB has left margin."""
    left = world.rules.delistings.get(BNB)
    return scheme_of(world, wallet).interest_in_bnb and chosen(world.state, wallet.owner, INTEREST) and (left is None or world.now < left)


def discount(rules: Rulebook, name: str) -> Decimal:
    """The share that is taken off: `fee_discount` (BNB-7, FEE-4) or `interest_discount` (BNB-2)."""
    return rules.number(f"bnb.{name}") if name in rules.document.get("bnb", ()) else Decimal(OF_BEFORE[name])


def discounts(world: World) -> dict[str, Decimal]:
    """What is paid in BNB now, and the share that takes off it."""
    kinds = {"fees": (FEES, "fee_discount"), "interest": (INTEREST, "interest_discount")}
    return {kind: discount(world.rules, name) for kind, (switch, name) in kinds.items() if chosen(world.state, world.owner, switch)}
