"""The margin modes as rows of one table: what a wallet admits, how its coins count, where its bars stand.

Code asks the row; nobody asks for the mode. A new mode is a new row.
"""

from decimal import Decimal
from typing import Callable, Iterator, NamedTuple

from .journal import Wallet
from .money import ONE, ZERO, give_down_quotient
from .refusals import Refused
from .rulebook import Rulebook
from .world import World

Tiers = tuple[tuple[Decimal | None, Decimal], ...]  # (upper end in USD or None, ratio), ascending
WHOLE: Tiers = ((None, ONE),)


class Bands(NamedTuple):
    """The bars of one wallet now, as ratios (THR-1, THR-4, ISO-1). `tier` counts from 1, 0 where there are none."""

    excessive_above: Decimal
    transfer_out_above: Decimal
    borrow_above: Decimal
    margin_call_at: Decimal
    liquidation_at: Decimal
    stop_above: Decimal
    leverage: Decimal
    tier: int = 0


class Rung(NamedTuple):
    """One step of what may be borrowed of a coin: the initial ratio that applies while its debt stays within `limit`."""

    initial_ratio: Decimal
    limit: Decimal | None
    bound: str


class Scheme(NamedTuple):
    """How one mode works. `account_type` is the exchange's name for it (MODE-3); `shows_collateral_level`: whether a level with haircuts exists beside the margin level; `call_bars`: every level at which such a wallet may be called."""

    mode: str
    account_type: str
    lends: bool
    shows_collateral_level: bool
    fee_rule: str
    admits: Callable[[Rulebook, Wallet, str], bool]
    tiers: Callable[[Rulebook, str], Tiers]
    bands: Callable[[World, Wallet], Bands]
    rungs: Callable[[World, Wallet, str], list[Rung]]
    leverages: Callable[[Rulebook, Wallet], tuple[str, ...]]
    hand_liquidation: Callable[[World, Wallet], bool]
    call_bars: Callable[[Rulebook, str], list[Decimal]]


def slices(tiers: Tiers, above: Decimal = ZERO) -> Iterator[tuple[Decimal | None, Decimal]]:
    """The tiers from `above` upwards as (width, ratio); the last has no end, and past a table's end the ratio is 0 (COL-4)."""
    low = ZERO
    for high, share in (*tiers, (None, ZERO)):
        if high is None:
            yield None, share
            return
        if high > above:
            yield high - max(low, above), share
        low = high


def collateral_value(tiers: Tiers, value: Decimal) -> Decimal:
    """COL-1: each slice of value takes the ratio of its own tier."""
    counted = ZERO
    for width, share in slices(tiers):
        if width is None or width >= value:
            return counted + share * value
        counted, value = counted + share * width, value - width
    return counted


# --- cross (THR-1, COL-*) ---


def cross_bands(world: World, wallet: Wallet) -> Bands:
    leverage = world.state.setting(wallet, "leverage") or world.rules.leaf("cross.default_leverage")
    return world.rules.once(("cross bands", leverage), lambda: _cross_bands(world.rules, leverage))


def _cross_bands(rules: Rulebook, leverage: str) -> Bands:
    names = ("excessive_above", "transfer_out_above", "borrow_above", "margin_call_at", "liquidation_at", "stop_above")
    return Bands(*(rules.number(f"cross.bands.{leverage}.{name}") for name in names), leverage=Decimal(leverage))


def cross_rungs(world: World, wallet: Wallet, asset: str) -> list[Rung]:
    """BOR-2 and BOR-4: one initial ratio, and the coin's own limit where one is published."""
    leverage = cross_bands(world, wallet).leverage
    limit = world.rules.rows("borrow.limits").get(asset)
    return [Rung(world.rules.number(f"cross.bands.{leverage}.initial_risk_ratio"), Decimal(limit) if limit else None, "leverage")]


# --- isolated (ISO-*, THR-4) ---


def isolated_bands(world: World, wallet: Wallet) -> Bands:
    rules, family = world.rules, world.rules.family(wallet.symbol)
    tier = isolated_tier(world, wallet)
    initial = rules.numbers(f"isolated.bands.{family}.initial_risk_ratio")[tier - 1]
    call, liquidation = (rules.number(f"isolated.bands.{family}.{bar}") for bar in ("margin_call_at", "liquidation_at"))
    leverage = rules.numbers(f"isolated.bands.{family}.leverage")[tier - 1]
    excessive, out = rules.number("isolated.excessive_above"), rules.number("isolated.transfer_out_above")
    return Bands(excessive, out, initial, call, liquidation, initial, leverage, tier)


def isolated_tier(world: World, wallet: Wallet) -> int:
    """ISO-3: the smallest tier whose limit covers the debt, for each coin of the pair; the higher of the two rules."""
    holdings = world.state.holdings(wallet)
    tiers = [1]
    for asset, holding in holdings.items():
        if holding.debt:
            rungs = isolated_rungs(world, wallet, asset)
            fitting = [number for number, rung in enumerate(rungs, 1) if holding.debt <= rung.limit]
            tiers.append(fitting[0] if fitting else len(rungs))
    return max(tiers)


def isolated_rungs(world: World, wallet: Wallet, asset: str) -> list[Rung]:
    """ISO-5: tier k allows k times the first tier's debt."""
    family = world.rules.family(wallet.symbol)
    ratios = world.rules.numbers(f"isolated.bands.{family}.initial_risk_ratio")
    step = _tier_step(world, wallet, asset)
    return [Rung(initial, step * tier, f"tier {tier}") for tier, initial in enumerate(ratios, 1)]


def _tier_step(world: World, wallet: Wallet, asset: str) -> Decimal:
    published = world.rules.rows("isolated.tier_step").get(wallet.symbol)
    if published:
        return Decimal(published[0 if world.rules.pair(wallet.symbol).base == asset else 1])
    return give_down_quotient(world.rules.number("isolated.default_step_usdt"), world.price_usdt(asset))


def _both_coins(rules: Rulebook, wallet: Wallet, asset: str) -> bool:
    pair = rules.pair(wallet.symbol)
    return pair is not None and asset in (pair.base, pair.quote)


def _allowed_by_region(world: World, wallet: Wallet) -> bool:
    """LIQ-11: by hand only where the region's rules ask for it; '*' in the list means everywhere."""
    regions = world.rules.leaf("liquidation.manual_isolated_regions")
    return "*" in regions or world.state.setting(Wallet(wallet.owner, "spot"), "region") in regions


# --- the table ---


def _none(*_: object) -> None:
    return None


SCHEMES: dict[str, Scheme] = {
    "spot": Scheme("spot", "", False, False, "", lambda *_: True, lambda *_: WHOLE, _none, lambda *_: [], lambda *_: (), lambda *_: False, lambda *_: []),
    "cross": Scheme(
        mode="cross",
        account_type="MARGIN_1",
        lends=True,
        shows_collateral_level=True,
        fee_rule="liquidation.fee_cross",
        admits=lambda *_: True,
        tiers=lambda rules, asset: rules.tiers(asset),
        bands=cross_bands,
        rungs=cross_rungs,
        leverages=lambda rules, _: tuple(rules.leaf("cross.leverages")),
        hand_liquidation=lambda *_: True,
        call_bars=lambda rules, _: [rules.number(f"cross.bands.{leverage}.margin_call_at") for leverage in rules.leaf("cross.leverages")],
    ),
    "isolated": Scheme(
        mode="isolated",
        account_type="",
        lends=True,
        shows_collateral_level=False,
        fee_rule="liquidation.fee_isolated",
        admits=_both_coins,
        tiers=lambda *_: WHOLE,
        bands=isolated_bands,
        rungs=isolated_rungs,
        leverages=lambda rules, wallet: (rules.family(wallet.symbol),),
        hand_liquidation=_allowed_by_region,
        call_bars=lambda rules, symbol: [rules.number(f"isolated.bands.{rules.family(symbol)}.margin_call_at")],
    ),
}


def scheme_of(wallet: Wallet) -> Scheme:
    return SCHEMES[wallet.mode]


def require_wallet(rules: Rulebook, wallet: Wallet) -> Scheme:
    """The scheme of a wallet the user named. Raises Refused bad_wallet or unknown_pair."""
    scheme = SCHEMES.get(wallet.mode)
    if scheme is None or bool(wallet.symbol) != (wallet.mode == "isolated"):
        raise Refused("bad_wallet", wallet=wallet.name)
    if wallet.symbol and rules.pair(wallet.symbol) is None:
        raise Refused("unknown_pair", symbol=wallet.symbol)
    return scheme
