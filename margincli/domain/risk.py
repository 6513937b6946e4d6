"""How safe a wallet is: margin level, band, what it still allows, and the prices at which it would be liquidated."""

from decimal import Decimal
from typing import Iterator, NamedTuple

from .bands import Bands, Rung
from .halts import left_by_halts
from .journal import POOL, Wallet
from .liquidation_price import liquidation_prices
from .measure import PLAIN, Exposure, level_of, worths_of
from .money import NO_DEBT, PRICE_PLACES, ZERO, give_down, give_down_quotient, plain
from .refusals import Refused
from .rulebook import PURPOSES
from .schemes import Scheme, scheme_of
from .tiers import Tiers, side_by_side, slices, weighed
from .world import World

EXCESSIVE, NORMAL, MARGIN_CALL, PRE_LIQUIDATION, FORCE_LIQUIDATION = "EXCESSIVE", "NORMAL", "MARGIN_CALL", "PRE_LIQUIDATION", "FORCE_LIQUIDATION"
BORROW, TRANSFER_OUT, LIQUIDATION = PURPOSES


class Health(NamedTuple):
    """A wallet's standing at a moment. Levels are unrounded ratios (NUM-3); Infinity without debt (ML-5).

    The two levels with haircuts are as borrowing and as moving out count the coins; they differ since 2026 (COL-6).
    """

    wallet: Wallet
    exposure: Exposure
    level: Decimal
    collateral_level: Decimal | None
    transfer_out_level: Decimal | None
    band: str
    bands: Bands | None
    allows: tuple[str, ...]
    liquidation_prices: dict[str, Decimal]
    distances: dict[str, Decimal]
    account_type: str = ""


def exposure(world: World, wallet: Wallet) -> Exposure:
    """Sum the wallet at index prices (ML-7): no haircut in assets and debts (ML-1, COL-1); worth and weight, whose ratio is the
    level, by the measure of the wallet's scheme.
    """
    return world.once(wallet, "exposure", lambda: _exposure(world, wallet))


def _exposure(world: World, wallet: Wallet) -> Exposure:
    scheme, worths = scheme_of(world, wallet), worths_of(world, wallet)
    assets = debts = ZERO
    for _, value, debt in worths:
        assets, debts = assets + value, debts + debt
    counted, weight, loss = assets, debts, ZERO
    if (measure := scheme.measure) is not PLAIN:
        counted = sum((weighed(measure.counts(world, asset), value) for asset, value, _ in worths), ZERO)
        weight = sum((weighed(measure.weighs(world.rules, asset), debt) for asset, _, debt in worths), ZERO)
        loss = measure.loss(world, wallet)
    unpriced = () if len(worths) == len(held := world.state.holdings(wallet)) else tuple(asset for asset in held if world.value_usdt(asset) is None)
    initial = sum((weighed(scheme.initial(world.rules, asset), debt) for asset, _, debt in worths), ZERO) if scheme.initial else None
    worth = counted - measure.owes * debts - loss
    return Exposure(assets, debts, counted_as_collateral(world, wallet, BORROW), unpriced, worth, weight, initial, None if initial is None else loss)


def counted_as_collateral(world: World, wallet: Wallet, purpose: str) -> Decimal:
    """What the coins held count for, each by its tiers for the purpose (COL-1, COL-6)."""
    if purpose != BORROW and world.rules.counts_alike:
        return exposure(world, wallet).collateral
    tiers, counted = scheme_of(world, wallet).tiers, ZERO
    for asset, value, _ in worths_of(world, wallet):
        counted += weighed(tiers(world, asset, purpose), value)
    return counted


def level(world: World, wallet: Wallet) -> Decimal:
    """The margin level now, unrounded (ML-1)."""
    return exposure(world, wallet).level


def spare(world: World, wallet: Wallet, bar: Decimal) -> Decimal:
    """How far, in USDT, the wallet stands above a bar; not positive at or under it."""
    return exposure(world, wallet).spare(bar)


def band_of(level: Decimal, bands: Bands) -> str:
    """THR-6, THR-7: at equality the worse band counts, but for a bar of THR-5."""
    if level <= bands.liquidation_at:
        return FORCE_LIQUIDATION
    if level <= bands.pre_liquidation_at:
        return PRE_LIQUIDATION
    if bands.calls(level):
        return MARGIN_CALL
    return EXCESSIVE if level > bands.excessive_above else NORMAL


def allowed(total: Exposure, level: Decimal, to_borrow: Decimal, to_move: Decimal, bands: Bands) -> tuple[str, ...]:
    """THR-1, THR-2, THR-4, THR-5: trading tests the level, borrowing and moving out each its level with haircuts (COL-6).

    Where there is an available margin, borrowing needs some of it too (PRO-5).
    """
    verbs = ["trade"] if bands.trades(level) else []
    if not bands.calls(level):
        margin = total.available_margin
        if to_borrow > bands.borrow_above and (margin is None or margin):
            verbs.append("borrow")
        if to_move > bands.transfer_out_above:
            verbs.append("transfer_out")
    return tuple(verbs)


def health(world: World, wallet: Wallet) -> Health:
    """Everything a receipt and `status` say about one wallet. A debt without a price counts as nothing: see `unpriced`."""
    return world.once(wallet, "health", lambda: _health(world, wallet))


def _health(world: World, wallet: Wallet) -> Health:
    scheme = scheme_of(world, wallet)
    total = exposure(world, wallet)
    level = total.level
    if not scheme.lends:
        return Health(wallet, total, NO_DEBT, None, None, EXCESSIVE, None, ("trade", "transfer_out"), {}, {}, scheme.account_type)
    bands = scheme.bands(world, wallet)
    to_borrow = level_of(total.collateral, total.total_liability)
    to_move = level_of(counted_as_collateral(world, wallet, TRANSFER_OUT), total.total_liability)
    shows = scheme.shows_collateral_level(world.rules)
    prices = liquidation_prices(world, wallet, bands)
    return Health(
        wallet,
        total,
        level,
        to_borrow if shows else None,
        to_move if shows else None,
        band_of(level, bands),
        bands,
        left_by_halts(world, wallet, allowed(total, level, to_borrow, to_move, bands)),
        {symbol: price for symbol, (price, _) in prices.items()},
        {symbol: distance for symbol, (_, distance) in prices.items()},
        scheme.account_type,
    )


def require_priced_debts(world: World, wallet: Wallet) -> None:
    """A wallet whose debts cannot be valued can decide nothing. Raises Refused no_price."""
    for asset, holding in world.state.holdings(wallet).items():
        if holding.debt:
            world.price_usdt(asset)


# --- how much more ---


class Room(NamedTuple):
    """The most of a coin that may be borrowed, and the bound that says so first."""

    amount: Decimal
    bounds: tuple[tuple[str, Decimal], ...]

    @property
    def tightest(self) -> str:
        return min(self.bounds, key=lambda bound: bound[1])[0] if self.bounds else "none"


def max_borrow(world: World, wallet: Wallet, asset: str) -> Room:
    """BOR-2, BOR-3, BOR-4, PRO-5: the largest loan the leverage, the coin's or tier's limit and the pool all allow, cut down."""
    scheme, price = scheme_of(world, wallet), world.price_usdt(asset)
    require_priced_debts(world, wallet)
    collateral = exposure(world, wallet).collateral
    own = world.state.holding(wallet, asset)
    tiers = scheme.tiers(world, asset, BORROW)
    best = Room(ZERO, ())
    for rung in scheme.rungs(world, wallet, asset):
        if not _others_fit(world, wallet, scheme, rung, asset):
            continue
        spare = collateral - _initially_needed(world, wallet, rung)
        value = leverage_room(spare, slices(tiers, own.balance * price), slices(rung.initial(asset), own.debt * price))
        bounds = [(rung.room, give_down_quotient(value, price, world.rules.scale(asset)))]
        if rung.limit is not None:
            bounds.append((rung.bound, max(ZERO, rung.limit - own.debt)))
        room = Room(min(amount for _, amount in bounds), tuple(bounds))
        best = max(best, room, key=lambda candidate: candidate.amount) if best.bounds else room
    return _within_pool(world, asset, best)


def _initially_needed(world: World, wallet: Wallet, rung: Rung) -> Decimal:
    """The collateral value that the debts take up: each coin's worth at its initial ratio."""
    owed = ((asset, holding.debt, world.value_usdt(asset)) for asset, holding in world.state.holdings(wallet).items())
    return sum((weighed(rung.initial(asset), debt * price) for asset, debt, price in owed if price is not None), ZERO)


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
    supply = world.rules.supply(asset)
    return None if supply is None else supply + world.state.balance(POOL, asset)


def leverage_room(spare: Decimal, held: Iterator, owed: Iterator) -> Decimal:
    """BOR-2: the largest x in USDT with (CV + c x) / (L + x) >= IRR, walked slice by slice where c changes (BOR-1, BOR-3) or IRR (PRO-5).

    `held` and `owed` are the slices above what the coin is held and owed for now.
    """
    room = ZERO
    if spare <= 0:
        return ZERO
    for width, share, initial_ratio in side_by_side(held, owed):  # pragma: no branch: the last slice has no end
        cost = initial_ratio - share  # of what is spare, for every USDT borrowed
        if width is None or width * cost >= spare:
            return room + give_down_quotient(spare, cost, PRICE_PLACES)
        room, spare = room + width, spare - width * cost


def max_transfer_out(world: World, wallet: Wallet, asset: str) -> Decimal:
    """TRF-2, TRF-3, TRF-4: what may leave so that the collateral level stays at its bar or above; all that is free without debt."""
    free = world.state.holding(wallet, asset).free
    scheme = scheme_of(world, wallet)
    if not scheme.lends or not world.state.owes(wallet):
        return free
    require_priced_debts(world, wallet)
    bands = scheme.bands(world, wallet)
    spare = counted_as_collateral(world, wallet, TRANSFER_OUT) - bands.transfer_out_above * exposure(world, wallet).total_liability
    if spare <= 0:
        return ZERO
    price = world.value_usdt(asset)
    if price is None:  # it counts for nothing, so nothing is lost when it leaves
        return free
    value = world.state.holding(wallet, asset).balance * price
    return min(free, give_down_quotient(removable(scheme.tiers(world, asset, TRANSFER_OUT), value, spare), price, world.rules.scale(asset)))


def removable(tiers: Tiers, value: Decimal, spare: Decimal) -> Decimal:
    """TRF-3: the largest y with cv(v) - cv(v - y) <= spare: the top slice leaves first, a 0% slice leaves freely."""
    held = []
    for width, share in slices(tiers, ZERO):
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
        level = current.level if current.transfer_out_level is None else current.transfer_out_level
        raise Refused("level_too_low_to_move", wallet=wallet.name, bar=current.bands.transfer_out_above, level=shown(level))


def shown(level: Decimal) -> str:
    """A level for people and scripts: 999 without debt (ML-5), else cut to eight places (NUM-3)."""
    return "999" if level == NO_DEBT else plain(give_down(level))

