"""The prices at which a wallet would be liquidated (LIQ-9, LIQ-10)."""

from decimal import Decimal

from .bands import Bands
from .journal import Wallet
from .measure import Measure
from .money import ZERO, charge_up_quotient, give_down_quotient, price_quotient, ratio
from .schemes import scheme_of
from .standing import Holding
from .tiers import Line, lines, weighed
from .world import World


def liquidation_prices(world: World, wallet: Wallet, bands: Bands) -> dict[str, tuple[Decimal, Decimal]]:
    """LIQ-9, LIQ-10: per pair the price at which the level meets its bar, other prices fixed, and its distance from now.

    In the quote coin of an isolated pair, in USDT for a cross coin. Rounded towards the market, so the warning never comes
    late. Coins without such a price are left out.
    """
    pair = world.rules.pair(wallet.symbol) if wallet.symbol else None
    numeraire = pair.quote if pair else "USDT"
    if not world.state.owes(wallet):
        return {}
    found = {}
    for asset in [pair.base] if pair else sorted(world.state.holdings(wallet)):
        index = _price_in(world, asset, numeraire)
        price = None if asset == numeraire or index is None else liquidation_price(world, wallet, asset, numeraire, bands.liquidation_at, index)
        if price is not None:
            found[asset + numeraire] = (price, ratio(price - index, index))
    return found


def liquidation_price(world: World, wallet: Wallet, asset: str, numeraire: str, bar: Decimal, index: Decimal) -> Decimal | None:
    """LIQ-9 for one coin, solved tier by tier; None where no positive price of it would liquidate the wallet.

    Where both a fall and a rise would (PRO-1: the rates rise with the debt), the price nearer to the index. The loss of open
    orders is taken as it stands now.
    """
    measure, rules = scheme_of(world, wallet).measure, world.rules
    rest = -measure.loss(world, wallet)
    for other, holding in world.state.holdings(wallet).items():
        price = _price_in(world, other, numeraire)
        if other != asset and price is not None:
            debt = holding.debt * price
            rest += weighed(measure.counts(world, other), holding.balance * price) - measure.owes * debt - bar * weighed(measure.weighs(rules, other), debt)
    own = world.state.holding(wallet, asset)
    tiers = ((held, owed) for held in lines(measure.counts(world, asset)) for owed in lines(measure.weighs(rules, asset)))
    prices = [price for held, owed in tiers if (price := _meets(measure, own, held, owed, rest, bar))]
    return min(prices, key=lambda price: (abs(price - index), price), default=None)


def _meets(measure: Measure, own: Holding, held: Line, owed: Line, rest: Decimal, bar: Decimal) -> Decimal | None:
    """p = (LR x L_o - A_o) / (b - LR x d) while balance and debt are in these tiers: None where the line meets the bar outside them."""
    slope = held.rate * own.balance - (measure.owes + bar * owed.rate) * own.debt
    top = bar * owed.offset - held.offset - rest
    exact = ratio(top, slope) if slope else ZERO
    if exact <= 0 or not (_within(held, own.balance * exact) and _within(owed, own.debt * exact)):
        return None
    return charge_up_quotient(top, slope) if slope > 0 else give_down_quotient(-top, -slope)


def _within(line: Line, value: Decimal) -> bool:
    return line.low <= value and (line.high is None or value <= line.high)


def _price_in(world: World, asset: str, numeraire: str) -> Decimal | None:
    if asset == numeraire:
        return Decimal(1)
    own, base = world.value_usdt(asset), world.value_usdt(numeraire)
    return None if own is None or base is None else own if numeraire == "USDT" else price_quotient(own, base)
