"""Auto top-up: spot coins that move into a wallet at its margin call (TOP-*)."""

from decimal import Decimal

from .bands import Bands
from .delisting import most_in
from .journal import Account, Entry, Wallet, move
from .money import PRICE_PLACES, ZERO, charge_up_quotient, give_down_quotient, plain, unit
from .risk import level, shown, spare
from .schemes import scheme_of
from .tiers import slices
from .world import World


def coins_of(world: World, wallet: Wallet) -> tuple[str, ...]:
    """The coins that may move, in their order; none while the switch is off (TOP-1 to TOP-3)."""
    told = world.state.setting(wallet, "top_up")
    if not told:
        return ()
    pair = world.rules.pair(wallet.symbol) if wallet.symbol else None
    return (pair.quote, pair.base) if pair else tuple(told.split(","))


def target_of(world: World, wallet: Wallet, bands: Bands) -> Decimal:
    """TOP-2: cross, back to the call level or to the user's own target. TOP-3: isolated, to the initial ratio of its tier."""
    own = world.state.setting(wallet, "top_up_to")
    return bands.borrow_above if wallet.symbol else Decimal(own) if own else bands.margin_call_at


def top_up(world: World, wallet: Wallet, bands: Bands) -> list[Entry]:
    """TOP-4, TOP-5, TOP-6: coin by coin, each as much as is needed and there; too little is moved and marked PARTIAL."""
    spot, target, entries = Wallet(wallet.owner, "spot"), target_of(world, wallet, bands), []
    before = level(world, wallet)
    for asset in coins_of(world, wallet):
        price = world.value_usdt(asset)
        need = _worth_of(world, wallet, asset, price, -spare(world, wallet, target)) if price else ZERO
        if need <= 0:
            continue
        source = Account(spot, "free")
        amount, most = min(world.state.balance(source, asset), just_past(need, price, world.rules.scale(asset))), most_in(world, wallet, asset)
        amount = amount if most is None else min(amount, most)  # DEL-1
        if amount:
            postings = move(asset, amount, source, Account(wallet, "free"))
            entries.append(Entry(world.now, "top_up", wallet, asset, amount, postings, (), {"from": "spot", "to": wallet.name, "level": shown(before), "target": plain(target)}))
            world = world.after(entries[-1:])
    status = "DONE" if level(world, wallet) >= target else "PARTIAL"
    return [entry._replace(facts={**entry.facts, "status": status}) for entry in entries]


def just_past(need: Decimal, price: Decimal, places: int) -> Decimal:
    """TOP-4: the coin for a value, rounded up past it: at its bar, a level would still be called (THR-6)."""
    return give_down_quotient(need, price, places) + unit(places)


def _worth_of(world: World, wallet: Wallet, asset: str, price: Decimal, need: Decimal) -> Decimal:
    """What has to move in of a coin, in USDT, to count for `need`: more where only a part of it counts (COL-1, PRO-7); 0 where nothing does."""
    tiers, worth = scheme_of(world, wallet).measure.counts(world, asset), ZERO
    if need <= 0:
        return ZERO
    for width, share in slices(tiers, world.state.holding(wallet, asset).balance * price):  # pragma: no branch: the last slice has no end
        if width is None or share * width >= need:
            return worth + charge_up_quotient(need, share, PRICE_PLACES) if share else worth
        worth, need = worth + width, need - share * width
