"""How a margin mode takes its level: worth over weight, and how far a wallet stands above a bar (ML-1, PRO-5, PRO-7).

One notion serves them all. The level stands above a bar exactly while worth - bar x weight is positive; every slice of it is
a straight line in the price of its coin.
"""

from decimal import Decimal
from typing import Callable, Iterable, Iterator, NamedTuple

from .journal import Wallet
from .market import Prices
from .money import NO_DEBT, ZERO, ratio
from .rulebook import Rulebook
from .standing import Holding
from .tiers import WHOLE, Tiers, slices, weighed
from .world import World


Swap = tuple[tuple[str, Decimal], tuple[str, Decimal]]  # the coin an order gives (below 0) and the coin it gets


class Measure(NamedTuple):
    """worth: what is held, by `counts`, less `owes` times the debts, less the open order loss. weight: the debts, by `weighs`.

    `loss` is that of the wallet's open orders in USDT, `bends` where it bends, `swaps` what those orders would change.
    """

    counts: Callable[[World, str], Tiers] = lambda *_: WHOLE
    weighs: Callable[[Rulebook, str], Tiers] = lambda *_: WHOLE
    owes: Decimal = ZERO
    loss: Callable[[World, Wallet], Decimal] = lambda *_: ZERO
    bends: Callable[[World, Wallet], Iterable[tuple[str, Decimal, Decimal]]] = lambda *_: ()
    swaps: Callable[[World, Wallet], Iterable[Swap]] = lambda *_: ()

    def spare(self, world: World, asset: str, worth: Decimal, debt: Decimal, bar: Decimal) -> Decimal:
        """What a coin, held and owed for so much, adds to how far the wallet stands above a bar."""
        if self is PLAIN:
            return worth - bar * debt
        return weighed(self.counts(world, asset), worth) - self.owes * debt - bar * weighed(self.weighs(world.rules, asset), debt)


PLAIN = Measure()  # assets over debts (ML-1)


class Exposure(NamedTuple):
    """A wallet in USDT: what it holds, what it owes with interest (ML-1, ML-6), what its coins count for (COL-2).

    The level is `worth` over `weight`. `initial_margin` and `order_loss` are None where the mode knows of none (PRO-3).
    """

    total_asset: Decimal
    total_liability: Decimal
    collateral: Decimal
    unpriced: tuple[str, ...]
    worth: Decimal
    weight: Decimal
    initial_margin: Decimal | None = None
    order_loss: Decimal | None = None

    @property
    def net_asset(self) -> Decimal:
        return self.total_asset - self.total_liability

    @property
    def available_margin(self) -> Decimal | None:
        """PRO-5: the collateral value less debts and initial margin, not under 0; None where the mode knows of no such margin."""
        return None if self.initial_margin is None else max(ZERO, self.collateral - self.total_liability - self.initial_margin)

    @property
    def level(self) -> Decimal:
        """Unrounded; Infinity without debt."""
        return level_of(self.worth, self.weight)

    def spare(self, bar: Decimal) -> Decimal:
        """How far, in USDT, the wallet stands above a bar: positive exactly while the level is above it."""
        return self.worth - bar * self.weight


def worths_of(world: World, wallet: Wallet) -> list[tuple[str, Decimal, Decimal]]:
    """(coin, what is held of it, what is owed of it) in USDT, of every coin that has a price."""
    return world.once(wallet, "worths", lambda: _worths_of(world, wallet))


def _worths_of(world: World, wallet: Wallet) -> list[tuple[str, Decimal, Decimal]]:
    value, now = world.market.value, world.now
    holdings = world.state.holdings(wallet).items()
    return [(asset, held.balance * price, held.debt * price) for asset, held in holdings if (price := value(asset, now)) is not None]


def level_of(part: Decimal, whole: Decimal) -> Decimal:
    """ML-1, ML-2: assets over liabilities; Infinity without debt."""
    return ratio(part, whole) if whole else NO_DEBT


class Bound(NamedTuple):
    """A straight line under (or over) how far a wallet stands above a bar, whatever the prices: `shares` of each coin's price."""

    shares: dict[str, Decimal]
    per_held: dict[str, Decimal]  # what a unit that is held gives
    per_debt: dict[str, Decimal]  # what a unit of debt takes

    def at(self, prices: Prices) -> Decimal:
        return sum((share * prices[asset] for asset, share in self.shares.items() if asset in prices), ZERO)

    def owe(self, asset: str, amount: Decimal) -> None:
        self.shares[asset] -= self.per_debt[asset] * amount

    def pay(self, asset: str, amount: Decimal) -> None:
        """What is paid leaves both what is held and what is owed."""
        self.shares[asset] += (self.per_debt[asset] - self.per_held[asset]) * amount


def bounds(world: World, wallet: Wallet, measure: Measure, holdings: dict[str, Holding], bar: Decimal) -> list[Bound]:
    """The bound from below, and the one from above where it is another: with one rate throughout they are the same, and exact."""
    floor, ceiling = (_bound(world, measure, holdings, bar, *ends) for ends in ((min, max), (max, min)))
    for (given, amount), _ in measure.swaps(world, wallet):
        floor.shares[given] = floor.shares.get(given, ZERO) + amount  # an order loses no more than all it gives
    return [floor] if floor == ceiling else [floor, ceiling]


def _bound(world: World, measure: Measure, holdings: dict[str, Holding], bar: Decimal, of_held: Callable, of_owed: Callable) -> Bound:
    per_held = {asset: of_held(_rates(measure.counts(world, asset))) for asset in holdings}
    per_debt = {asset: measure.owes + bar * of_owed(_rates(measure.weighs(world.rules, asset))) for asset in holdings}
    shares = {asset: per_held[asset] * held.balance - per_debt[asset] * held.debt for asset, held in holdings.items()}
    return Bound(shares, per_held, per_debt)


def _rates(tiers: Tiers) -> Iterator[Decimal]:
    return (rate for _, rate in slices(tiers, ZERO))
