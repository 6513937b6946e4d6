"""The prices at which a wallet would be liquidated (LIQ-9, LIQ-10)."""

from decimal import Decimal
from itertools import product

from .bands import Bands
from .journal import Wallet
from .market import VALUED_IN
from .measure import Measure, worths_of
from .money import ONE, ZERO, charge_up_quotient, give_down_quotient, price_quotient, ratio
from .schemes import scheme_of
from .standing import Holding
from .tiers import Line, lines
from .world import World


def liquidation_prices(world: World, wallet: Wallet, bands: Bands) -> dict[str, tuple[Decimal, Decimal]]:
    """LIQ-9, LIQ-10: per pair the price at which the level meets its bar, other prices fixed, and its distance from now.

    In the quote coin of an isolated pair, in USDT for a cross coin. Rounded towards the market, so the warning never comes
    late. Coins without such a price are left out.
    """
    if not world.state.owes(wallet):
        return {}
    pair = world.rules.pair(wallet.symbol) if wallet.symbol else None
    numeraire = pair.quote if pair else VALUED_IN
    found, spares = {}, _spares(world, wallet, numeraire, bands.liquidation_at)
    for asset in [pair.base] if pair else world.state.holdings(wallet):
        index = None if asset == numeraire else _price_in(world, asset, numeraire)
        price = None if index is None else _liquidation_price(world, wallet, asset, bands.liquidation_at, index, spares)
        if price is not None:
            found[asset + numeraire] = (price, ratio(price - index, index))
    return found


def _spares(world: World, wallet: Wallet, numeraire: str, bar: Decimal) -> dict[str, Decimal]:
    """What every priced coin adds to how far the wallet stands above the bar; under '' what its open orders may lose."""
    measure, worths = scheme_of(world, wallet).measure, worths_of(world, wallet)
    if numeraire != VALUED_IN:
        priced = ((asset, held, _price_in(world, asset, numeraire)) for asset, held in world.state.holdings(wallet).items())
        worths = [(asset, held.balance * price, held.debt * price) for asset, held, price in priced if price is not None]
    found = {asset: measure.spare(world, asset, worth, debt, bar) for asset, worth, debt in worths}
    return {**found, "": -measure.loss(world, wallet)}


def _liquidation_price(world: World, wallet: Wallet, asset: str, bar: Decimal, index: Decimal, spares: dict[str, Decimal]) -> Decimal | None:
    """LIQ-9 for one coin, solved tier by tier; None where no positive price of it would liquidate the wallet.

    Where both a fall and a rise would (PRO-1: the rates rise with the debt), the price nearer to the index. The loss of open
    orders is taken as it stands now.
    """
    measure, own = scheme_of(world, wallet).measure, world.state.holding(wallet, asset)
    rest = sum(spares.values(), -spares.get(asset, ZERO))
    tiers = product(lines(measure.counts(world, asset)), lines(measure.weighs(world.rules, asset)))
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
        return ONE
    own = world.value_usdt(asset)
    if own is None or numeraire == VALUED_IN:
        return own
    base = world.value_usdt(numeraire)
    return None if base is None else price_quotient(own, base)
