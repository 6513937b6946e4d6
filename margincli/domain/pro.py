"""Cross Margin Pro: brackets of a debt, what net equity counts, and the loss that open orders would bring (PRO-*)."""

from decimal import Decimal
from typing import Iterator, NamedTuple

from .journal import Wallet
from .measure import Measure, Swap
from .money import ONE, ZERO, charge_up_quotient
from .order import OPEN, Order, open_orders
from .rulebook import Rulebook
from .tiers import WHOLE, Tiers, lines, weighed
from .world import World


class Brackets(NamedTuple):
    """PRO-1: the rates of a coin's debt by its worth in USDT; what is owed above the table's end keeps the last rates."""

    initial: Tiers
    maintenance: Tiers
    end_usdt: Decimal | None


def brackets_of(rules: Rulebook, asset: str) -> Brackets:
    """The brackets of a coin, the rule file's default where it has none of its own."""
    return rules.once(("brackets", asset), lambda: _read(rules.rows("pro.brackets").get(asset) or rules.leaf("pro.default_brackets")))


def _read(rows: list[list[str]]) -> Brackets:
    ends = [Decimal(end) if end else None for end, _, _ in rows]
    open_ended = [*ends[:-1], None]
    initial = tuple((end, initial_rate_up(Decimal(leverage))) for end, (_, leverage, _) in zip(open_ended, rows))
    return Brackets(initial, tuple((end, Decimal(rate)) for end, (_, _, rate) in zip(open_ended, rows)), ends[-1])


def initial_rate_up(leverage: Decimal) -> Decimal:
    """PRO-2: 1 / (leverage - 1), rounded up to 0.01 %."""
    return charge_up_quotient(ONE, leverage - 1, 4)


def initial_tiers(rules: Rulebook, asset: str) -> Tiers:
    """PRO-3: the slices of IM."""
    return brackets_of(rules, asset).initial


def maintenance_tiers(rules: Rulebook, asset: str) -> Tiers:
    """PRO-3: the slices of MM."""
    return brackets_of(rules, asset).maintenance


# --- net equity: of the coins in full (PRO-5), or of their collateral value less open order loss (PRO-7) ---


NET_EQUITY = ("assets", "collateral")


def counts_collateral(rules: Rulebook) -> bool:
    return rules.leaf("pro.net_equity") == "collateral"


def equity_tiers(world: World, asset: str) -> Tiers:
    """How a held coin counts in net equity."""
    return world.rules.tiers(asset, world.now, "liquidation") if counts_collateral(world.rules) else WHOLE


def orders_that_cost(world: World, wallet: Wallet) -> list[Order]:
    """The open orders whose loss the level counts: none while net equity takes coins in full."""
    return [order for order in open_orders(world.state, wallet) if order.status == OPEN] if counts_collateral(world.rules) else []


def open_order_loss(world: World, wallet: Wallet) -> Decimal:
    """PRO-7: of each open order the collateral value given away less the collateral value received, if positive, summed.

    An order alone against what the wallet holds now, at its limit (its stop, or where it trails now, where it has none); of an OCO the larger loss,
    since only one leg can fill.
    """
    losses: dict[int, Decimal] = {}
    for order in orders_that_cost(world, wallet):
        swing = sum((_counted_change(world, wallet, asset, amount) for asset, amount in swap_of(world.rules, order)), ZERO)
        key = order.group or order.number
        losses[key] = max(losses.get(key, ZERO), -swing)
    return sum(losses.values(), ZERO)


def swaps(world: World, wallet: Wallet) -> list[Swap]:
    return [swap_of(world.rules, order) for order in orders_that_cost(world, wallet)]


def swap_of(rules: Rulebook, order: Order) -> Swap:
    """The coin an order gives and the coin it gets, as changes of the balance."""
    pair, worth = rules.pair(order.symbol), order.qty * (order.price or order.stop or order.trail.level())
    sells = order.side == "SELL"
    return ((pair.base, -order.qty), (pair.quote, worth)) if sells else ((pair.quote, -worth), (pair.base, order.qty))


def _counted_change(world: World, wallet: Wallet, asset: str, amount: Decimal) -> Decimal:
    price, balance = world.value_usdt(asset) or ZERO, world.state.holding(wallet, asset).balance
    tiers = equity_tiers(world, asset)
    return weighed(tiers, max(ZERO, balance + amount) * price) - weighed(tiers, balance * price)


def order_bends(world: World, wallet: Wallet) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Where the loss of an order bends as prices move: (coin, worth in USDT, amount) for price = worth / amount."""
    for swap in swaps(world, wallet):
        for asset, amount in swap:
            balance = world.state.holding(wallet, asset).balance
            for line in lines(equity_tiers(world, asset)):
                yield from ((asset, line.low, held) for held in (balance, balance + amount))


# What is held by its net equity, less the debts and the open order loss, over the maintenance margin.
MEASURE = Measure(equity_tiers, maintenance_tiers, ONE, open_order_loss, order_bends, swaps)
