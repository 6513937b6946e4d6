"""How safe a wallet is: margin level, band, what it still allows, and the prices at which it would be liquidated."""

from decimal import Decimal
from typing import NamedTuple

from .journal import POOL, Wallet
from .money import NO_DEBT, PRICE_PLACES, ZERO, charge_up_quotient, give_down, give_down_quotient, plain, price_quotient, ratio
from .refusals import Refused
from .schemes import Bands, Rung, Scheme, Tiers, collateral_value, scheme_of, slices
from .world import World

EXCESSIVE, NORMAL, MARGIN_CALL, FORCE_LIQUIDATION = "EXCESSIVE", "NORMAL", "MARGIN_CALL", "FORCE_LIQUIDATION"


class Exposure(NamedTuple):
    """A wallet in USDT: what it holds, what it owes with interest (ML-1, ML-6), what its coins count for (COL-2)."""

    total_asset: Decimal
    total_liability: Decimal
    collateral: Decimal
    unpriced: tuple[str, ...] = ()

    @property
    def net_asset(self) -> Decimal:
        return self.total_asset - self.total_liability


class Health(NamedTuple):
    """A wallet's standing at a moment. Levels are unrounded ratios (NUM-3); Infinity without debt (ML-5)."""

    wallet: Wallet
    exposure: Exposure
    level: Decimal
    collateral_level: Decimal | None
    band: str
    bands: Bands | None
    allows: tuple[str, ...]
    liquidation_prices: dict[str, Decimal]
    distances: dict[str, Decimal]


def exposure(world: World, wallet: Wallet) -> Exposure:
    """Sum the wallet at index prices (ML-7): no haircut in assets and debts, tiers only in the collateral (ML-1, COL-1)."""
    scheme = scheme_of(wallet)
    asset_sum = debt_sum = counted = ZERO
    unpriced = []
    for asset, holding in world.state.holdings(wallet).items():
        price = world.value_usdt(asset)
        if price is None:
            unpriced.append(asset)
            continue
        value = holding.balance * price
        asset_sum += value
        debt_sum += holding.debt * price
        counted += collateral_value(scheme.tiers(world.rules, asset), value)
    return Exposure(asset_sum, debt_sum, counted, tuple(unpriced))


def level_of(part: Decimal, whole: Decimal) -> Decimal:
    """ML-1, ML-2: assets over liabilities; Infinity without debt."""
    return ratio(part, whole) if whole else NO_DEBT


def level(world: World, wallet: Wallet) -> Decimal:
    """The margin level now, unrounded (ML-1)."""
    total = exposure(world, wallet)
    return level_of(total.total_asset, total.total_liability)


def band_of(level: Decimal, bands: Bands) -> str:
    """THR-6, THR-7: at equality the worse band counts."""
    if level <= bands.liquidation_at:
        return FORCE_LIQUIDATION
    if level <= bands.margin_call_at:
        return MARGIN_CALL
    return EXCESSIVE if level > bands.excessive_above else NORMAL


def allowed(level: Decimal, collateral_level: Decimal, bands: Bands) -> tuple[str, ...]:
    """THR-1, THR-2, THR-4: trading tests the level, borrowing and moving out the level with haircuts."""
    verbs = []
    if level > bands.liquidation_at:
        verbs.append("trade")
        if level > bands.margin_call_at and collateral_level > bands.borrow_above:
            verbs.append("borrow")
        if level > bands.margin_call_at and collateral_level > bands.transfer_out_above:
            verbs.append("transfer_out")
    return tuple(verbs)


def health(world: World, wallet: Wallet) -> Health:
    """Everything a receipt and `status` say about one wallet. A debt without a price counts as nothing: see `unpriced`."""
    if wallet not in world.healths:
        world.healths[wallet] = _health(world, wallet)
    return world.healths[wallet]


def _health(world: World, wallet: Wallet) -> Health:
    scheme = scheme_of(wallet)
    total = exposure(world, wallet)
    if not scheme.lends:
        return Health(wallet, total, NO_DEBT, None, EXCESSIVE, None, ("trade", "transfer_out"), {}, {})
    bands = scheme.bands(world, wallet)
    level = level_of(total.total_asset, total.total_liability)
    counted = level_of(total.collateral, total.total_liability)
    prices = liquidation_prices(world, wallet, bands)
    return Health(
        wallet,
        total,
        level,
        counted if scheme.shows_collateral_level else None,
        band_of(level, bands),
        bands,
        allowed(level, counted, bands),
        {symbol: price for symbol, (price, _) in prices.items()},
        {symbol: distance for symbol, (_, distance) in prices.items()},
    )


def require_priced_debts(world: World, wallet: Wallet) -> None:
    """A wallet whose debts cannot be valued can decide nothing. Raises Refused no_price."""
    for asset, holding in world.state.holdings(wallet).items():
        if holding.debt:
            world.price_usdt(asset)


# --- liquidation prices ---


def liquidation_prices(world: World, wallet: Wallet, bands: Bands) -> dict[str, tuple[Decimal, Decimal]]:
    """LIQ-9, LIQ-10: per pair the price at which the level meets its bar, other prices fixed, and its distance from now.

    p = (LR x L_o - A_o) / (b - LR x d), in the quote coin of an isolated pair, in USDT for a cross coin. Rounded towards
    the market, so the warning never comes late. Coins without such a price are left out.
    """
    pair = world.rules.pair(wallet.symbol) if wallet.symbol else None
    numeraire = pair.quote if pair else "USDT"
    if not world.state.owes(wallet):
        return {}
    found = {}
    for asset in [pair.base] if pair else sorted(world.state.holdings(wallet)):
        index = _price_in(world, asset, numeraire)
        price = None if asset == numeraire or index is None else liquidation_price(world, wallet, asset, numeraire, bands.liquidation_at)
        if price is not None:
            found[asset + numeraire] = (price, ratio(price - index, index))
    return found


def liquidation_price(world: World, wallet: Wallet, asset: str, numeraire: str, bar: Decimal) -> Decimal | None:
    """LIQ-9 for one coin, or None where no positive price of it would liquidate the wallet."""
    own = world.state.holding(wallet, asset)
    rest_assets = rest_debts = ZERO
    for other, holding in world.state.holdings(wallet).items():
        price = _price_in(world, other, numeraire)
        if other != asset and price is not None:
            rest_assets += holding.balance * price
            rest_debts += holding.debt * price
    top, slope = bar * rest_debts - rest_assets, own.balance - bar * own.debt
    if not slope or (top > 0) != (slope > 0) or not top:
        return None
    return charge_up_quotient(top, slope) if slope > 0 else give_down_quotient(-top, -slope)


def _price_in(world: World, asset: str, numeraire: str) -> Decimal | None:
    if asset == numeraire:
        return Decimal(1)
    own, base = world.value_usdt(asset), world.value_usdt(numeraire)
    return None if own is None or base is None else own if numeraire == "USDT" else price_quotient(own, base)


# --- how much more ---


class Room(NamedTuple):
    """The most of a coin that may be borrowed, and the bound that says so first."""

    amount: Decimal
    bounds: tuple[tuple[str, Decimal], ...]

    @property
    def tightest(self) -> str:
        return min(self.bounds, key=lambda bound: bound[1])[0] if self.bounds else "none"


def max_borrow(world: World, wallet: Wallet, asset: str) -> Room:
    """BOR-2, BOR-3, BOR-4: the largest loan the leverage, the coin's or tier's limit and the pool all allow, cut down."""
    scheme, price = scheme_of(wallet), world.price_usdt(asset)
    require_priced_debts(world, wallet)
    total = exposure(world, wallet)
    own = world.state.holding(wallet, asset)
    tiers = scheme.tiers(world.rules, asset)
    best = Room(ZERO, ())
    for rung in scheme.rungs(world, wallet, asset):
        if not _others_fit(world, wallet, scheme, rung, asset):
            continue
        value = leverage_room(total, tiers, own.balance * price, rung.initial_ratio)
        bounds = [("leverage", give_down_quotient(value, price, world.rules.scale(asset)))]
        if rung.limit is not None:
            bounds.append(("limit" if rung.bound == "leverage" else rung.bound, max(ZERO, rung.limit - own.debt)))
        room = Room(min(amount for _, amount in bounds), tuple(bounds))
        best = max(best, room, key=lambda candidate: candidate.amount) if best.bounds else room
    return _within_pool(world, asset, best)


def _others_fit(world: World, wallet: Wallet, scheme: Scheme, rung: Rung, asset: str) -> bool:
    """ISO-3: a tier is open only while the debt in the pair's other coin fits it too."""
    for other, holding in world.state.holdings(wallet).items():
        if other != asset and holding.debt:
            peers = [peer for peer in scheme.rungs(world, wallet, other) if peer.bound == rung.bound]
            if wallet.symbol and peers and holding.debt > peers[0].limit:
                return False
    return True


def _within_pool(world: World, asset: str, room: Room) -> Room:
    left = pool_left(world, asset)
    if left is None:
        return room
    return Room(min(room.amount, max(ZERO, left)), (*room.bounds, ("pool", left)))


def pool_left(world: World, asset: str) -> Decimal | None:
    """What the lending pool still holds of a coin; None while its supply is not limited (BOR-4)."""
    supply = world.rules.leaf("borrow.pool_supply")
    return Decimal(supply) + world.state.balance(POOL, asset) if supply else None


def leverage_room(total: Exposure, tiers: Tiers, value: Decimal, initial_ratio: Decimal) -> Decimal:
    """BOR-2: the largest x in USDT with (CV + c x) / (L + x) >= IRR, walked tier by tier where c changes (BOR-1, BOR-3)."""
    spare, room = total.collateral - initial_ratio * total.total_liability, ZERO
    if spare <= 0:
        return ZERO
    for width, share in slices(tiers, value):
        cost = initial_ratio - share  # of what is spare, for every USDT borrowed
        if width is None or width * cost >= spare:
            return room + give_down_quotient(spare, cost, PRICE_PLACES)
        room, spare = room + width, spare - width * cost
    return room


def max_transfer_out(world: World, wallet: Wallet, asset: str) -> Decimal:
    """TRF-2, TRF-3, TRF-4: what may leave so that the collateral level stays at its bar or above; all that is free without debt."""
    free = world.state.holding(wallet, asset).free
    scheme = scheme_of(wallet)
    if not scheme.lends or not world.state.owes(wallet):
        return free
    require_priced_debts(world, wallet)
    total, bands = exposure(world, wallet), scheme.bands(world, wallet)
    spare = total.collateral - bands.transfer_out_above * total.total_liability
    if spare <= 0:
        return ZERO
    price = world.value_usdt(asset)
    if price is None:  # it counts for nothing, so nothing is lost when it leaves
        return free
    value = world.state.holding(wallet, asset).balance * price
    return min(free, give_down_quotient(removable(scheme.tiers(world.rules, asset), value, spare), price, world.rules.scale(asset)))


def removable(tiers: Tiers, value: Decimal, spare: Decimal) -> Decimal:
    """TRF-3: the largest y with cv(v) - cv(v - y) <= spare: the top slice leaves first, a 0% slice leaves freely."""
    held = []
    for width, share in slices(tiers):
        held.append((value if width is None else min(value, width), share))
        value -= held[-1][0]
    gone = ZERO
    for width, share in reversed(held):
        if share * width > spare:
            return gone + give_down_quotient(spare, share, PRICE_PLACES)
        gone, spare = gone + width, spare - share * width
    return gone


def require_level_to_move_out(world: World, wallet: Wallet) -> None:
    """TRF-2, TRF-8: above its bar, and so never in a margin call. Raises Refused level_too_low_to_move."""
    current = health(world, wallet)
    if current.bands and "transfer_out" not in current.allows:
        level = current.level if current.collateral_level is None else current.collateral_level
        raise Refused("level_too_low_to_move", wallet=wallet.name, bar=current.bands.transfer_out_above, level=shown(level))


def shown(level: Decimal) -> str:
    """A level for people and scripts: 999 without debt (ML-5), else cut to eight places (NUM-3)."""
    return "999" if level == NO_DEBT else plain(give_down(level))

