"""What a fill costs: three kinds of commission, in the coin received or, for less, in BNB (FEE-*, BNB-7)."""

from decimal import Decimal
from typing import NamedTuple

from .bnb import BNB, FEES, chosen, discount
from .money import ONE, ZERO, round_half_up, round_half_up_quotient
from .rulebook import Rulebook
from .world import World


class Rates(NamedTuple):
    """FEE-3: the share of the three kinds; only the first is less in BNB."""

    standard: Decimal
    tax: Decimal
    special: Decimal


class Fee(NamedTuple):
    """What is taken: `amount` of `asset`, made of `parts` as Rates has them. `bnb_needed` is what it would have been in BNB, had there been enough."""

    asset: str
    amount: Decimal
    parts: Rates
    bnb_needed: Decimal = ZERO


def fee_rates(world: World, role: str, side: str) -> Rates:
    """FEE-1, FEE-3: by the VIP level as MAKER or TAKER, and what every kind adds for the role and for the side."""
    return world.rules.once(("fee rates", world.vip, role, side), lambda: _fee_rates(world.rules, world.vip, role, side))


def _fee_rates(rules: Rulebook, level: int, role: str, side: str) -> Rates:
    levels = rules.leaf("fees.trade")  # rules that came into force later may have fewer
    by_level = Decimal(levels[min(level, len(levels) - 1)][0 if role == "MAKER" else 1])
    columns = (0 if role == "MAKER" else 1, 2 if side == "BUY" else 3)
    kinds = [rules.cells("fees.parts", kind) for kind in Rates._fields]  # a rule book of before has none
    standard, tax, special = (sum((Decimal(cells[column]) for column in columns if cells), ZERO) for cells in kinds)
    return Rates(by_level + standard, tax, special)


def fee_of(world: World, rates: Rates, received: tuple[str, Decimal], worth: tuple[str, Decimal], bnb_left: Decimal) -> Fee:
    """FEE-2: on what is received and in its coin; BNB-7: or whole in BNB, where that is switched on and `bnb_left` covers it.

    Each kind is rounded half up (FEE-3). `worth` is the same in the quote coin, by which it is turned into BNB (FEE-4).
    """
    in_bnb = _parts_in_bnb(world, rates, *worth) if chosen(world.state, world.owner, FEES) else None
    needed = sum(in_bnb, ZERO) if in_bnb else ZERO
    if in_bnb and 0 < needed <= bnb_left:
        return Fee(BNB, needed, in_bnb)
    return fee_in_coin(world, rates, *received)._replace(bnb_needed=needed)


def fee_in_coin(world: World, rates: Rates, asset: str, gross: Decimal) -> Fee:
    """FEE-2, FEE-3: the full fee, out of what is received."""
    parts = Rates(*(round_half_up(gross * rate, world.rules.scale(asset)) for rate in rates))
    return Fee(asset, sum(parts, ZERO), parts)


def _parts_in_bnb(world: World, rates: Rates, quote: str, total: Decimal) -> Rates | None:
    """By the last prices of the quote coin and of BNB; None where either has none."""
    price, bnb_price = world.value_usdt(quote), world.value_usdt(BNB)
    if not price or not bnb_price:
        return None
    return Rates(*(round_half_up_quotient(total * price * rate, bnb_price, world.rules.scale(BNB)) for rate in _discounted(world, rates)))


def _discounted(world: World, rates: Rates) -> Rates:
    return rates._replace(standard=rates.standard * (ONE - discount(world.rules, "fee_discount")))


def shares_lost(world: World, rates: Rates) -> tuple[Decimal, ...]:
    """The shares of what is received that a fill may lose to its fee: none (it is in BNB), the discounted one (BNB is received), the full one."""
    return ZERO, sum(_discounted(world, rates), ZERO), sum(rates, ZERO)
