"""Isolated wallets: tiers that go by the debt, their bars, and the leverage that a user may choose within them (ISO-*, THR-4)."""

from decimal import Decimal

from .bands import Bands, Rung
from .journal import Wallet
from .money import ONE, PRICE_PLACES, ZERO, give_down_quotient
from .rulebook import Rulebook
from .tiers import flat
from .world import World

ADJUSTED = "adjusted_leverage"  # the setting of an isolated wallet; empty while the adjustment is off (ISO-6)


def isolated_bands(world: World, wallet: Wallet) -> Bands:
    rules, family = world.rules, world.rules.family(wallet.symbol)
    tier, bars, chosen = isolated_tier(world, wallet), f"isolated.bands.{family}.", chosen_leverage(world, wallet)
    names = ("initial_risk_ratio", "margin_call_at", "liquidation_at", "leverage", "pre_liquidation_at")
    initial, call, liquidation, leverage, before = (rules.of_tier(bars + name, tier) for name in names)
    excessive, out = rules.number("isolated.excessive_above"), rules.number("isolated.transfer_out_above")
    calls = rules.numbers(bars + "margin_call_at")
    ceiling = max(calls) if len(calls) > 1 else ZERO
    if chosen is not None:  # the worse of what was chosen and what the debt's own tier allows
        initial, leverage, tier = max(initial, initial_ratio_down(chosen)), min(leverage, chosen), max(tier, adjusted_tier(world, wallet, chosen))
    return Bands(excessive, out, initial, call, liquidation, initial, leverage, tier, pre_liquidation_at=before, ceiling=ceiling, chosen=chosen)


def isolated_tier(world: World, wallet: Wallet) -> int:
    """ISO-3: the smallest tier whose limit covers the debt, for each coin of the pair; the higher of the two rules."""
    holdings = world.state.holdings(wallet)
    tiers = [1]
    for asset, holding in holdings.items():
        if holding.debt:
            rungs = _ladder(world, wallet, asset)
            fitting = [number for number, rung in enumerate(rungs, 1) if holding.debt <= rung.limit]
            tiers.append(fitting[0] if fitting else len(rungs))
    return max(tiers)


def isolated_rungs(world: World, wallet: Wallet, asset: str) -> list[Rung]:
    """Every tier of the pair; with the leverage adjusted, only the one that goes with it (ISO-6)."""
    chosen, rungs = chosen_leverage(world, wallet), _ladder(world, wallet, asset)
    if chosen is None:
        return rungs
    tier, initial = adjusted_tier(world, wallet, chosen), flat(initial_ratio_down(chosen))
    return [rungs[tier - 1]._replace(initial=lambda _: initial)]


def chosen_leverage(world: World, wallet: Wallet) -> Decimal | None:
    """ISO-6: the leverage the user adjusted the wallet to, at most the family's; None while the adjustment is off."""
    chosen = world.state.setting(wallet, ADJUSTED)
    return min(Decimal(chosen), Decimal(world.rules.family(wallet.symbol))) if chosen else None


def adjustment(rules: Rulebook, wallet: Wallet) -> tuple[Decimal, Decimal]:
    """ISO-6: the least and the most an isolated wallet may be adjusted to."""
    return Decimal(rules.leaf("isolated.leverage_from", "1.5")), Decimal(rules.family(wallet.symbol))


def adjusted_tier(world: World, wallet: Wallet, chosen: Decimal) -> int:
    """ISO-6: the last tier whose own leverage still reaches the chosen one: 8.5x lies under the 8.91x of tier 2, above the 8.05x of tier 3."""
    steps = world.rules.numbers(f"isolated.bands.{world.rules.family(wallet.symbol)}.leverage")
    return max(1, sum(step >= chosen for step in steps))


def initial_ratio_down(leverage: Decimal) -> Decimal:
    """ISO-2 the other way round: with IRR = leverage / (leverage - 1) the room of BOR-3 is equity x (leverage - 1) less the debt (ISO-6).

    Cut at 18 places: rounded up, a room of 7,500 would come out at 7,499.99999999.
    """
    return give_down_quotient(leverage, leverage - ONE, PRICE_PLACES)


def _ladder(world: World, wallet: Wallet, asset: str) -> list[Rung]:
    """ISO-5: tier k allows k times the first tier's debt."""
    family = world.rules.family(wallet.symbol)
    ratios = world.rules.numbers(f"isolated.bands.{family}.initial_risk_ratio")
    step = _tier_step(world, wallet, asset)
    return [Rung(lambda _, initial=flat(ratio): initial, step * tier, f"tier {tier}") for tier, ratio in enumerate(ratios, 1)]


def _tier_step(world: World, wallet: Wallet, asset: str) -> Decimal:
    published = world.rules.cells("isolated.tier_step", wallet.symbol)
    if published:
        return Decimal(published[0 if world.rules.pair(wallet.symbol).base == asset else 1])
    return give_down_quotient(world.rules.number("isolated.default_step_usdt"), world.price_usdt(asset))


def both_coins(rules: Rulebook, wallet: Wallet, asset: str) -> bool:
    pair = rules.pair(wallet.symbol)
    return pair is not None and asset in (pair.base, pair.quote)
