"""Delistings (DEL-*): a coin or a pair that leaves margin at a time the rule book names.

Before it borrowing and transfers in stop; at it, orders are cancelled, debts repaid, and what is left is moved to spot or sold.
Sales are at the index price and without a fee.
"""

from decimal import Decimal
from typing import Iterable

from .interest import HOUR
from .journal import EXCHANGE, Account, Entry, Wallet, move
from .money import ZERO, charge_up_quotient, give_down_quotient, plain
from .orders import cancel, open_orders
from .refusals import Refused
from .risk import LIQUIDATION, health, max_transfer_out, shown
from .rulebook import Rulebook
from .schemes import collateral_value, scheme_of
from .steps import pay_down
from .world import World, chain, moment


# --- when ---


def end_of_pair(rules: Rulebook, symbol: str) -> int | None:
    """When a pair leaves margin (ms): at its own time, or with the first of its coins; None while nobody says so."""
    names = (symbol, *_coins(rules, symbol))
    return min((rules.delistings[name] for name in names if name in rules.delistings), default=None)


def ends(rules: Rulebook) -> dict[str, int]:
    """When each coin and each pair leaves margin, of those that do."""
    pairs = {symbol: end_of_pair(rules, symbol) for symbol in rules.rows("pairs")} if rules.delistings else {}
    return {**rules.delistings, **{symbol: end for symbol, end in pairs.items() if end is not None}}


def end_in(rules: Rulebook, wallet: Wallet, asset: str) -> int | None:
    """When a coin of a wallet leaves margin: with its pair in an isolated one."""
    return end_of_pair(rules, wallet.symbol) if wallet.symbol else rules.delistings.get(asset)


def scheduled(world: World, wallet: Wallet) -> list[tuple[str, int]]:
    """(coin or pair, its time) of all that the wallet holds, owes or has orders in, the first to go first."""
    if not world.rules.delistings or not scheme_of(world, wallet).lends:
        return []
    coins, orders = world.state.holdings(wallet), open_orders(world.state, wallet)
    if wallet.symbol:
        found = {wallet.symbol: end_of_pair(world.rules, wallet.symbol)} if coins or orders else {}
    else:
        found = {asset: end_in(world.rules, wallet, asset) for asset in coins}
        pairs = {order.symbol: end_of_pair(world.rules, order.symbol) for order in orders}
        found |= {symbol: at for symbol, at in pairs.items() if not any(found.get(coin) == at for coin in _coins(world.rules, symbol))}  # said by its coin
    return sorted(((name, at) for name, at in found.items() if at is not None), key=lambda item: (item[1], item[0]))


def _coins(rules: Rulebook, symbol: str) -> tuple[str, ...]:
    pair = rules.pair(symbol)
    return (pair.base, pair.quote) if pair else ()


def gone(world: World, wallet: Wallet) -> list[str]:
    """What of `scheduled` has left by now."""
    return [name for name, at in scheduled(world, wallet) if at <= world.now]


# --- before it (DEL-1) ---


def stops_borrowing(rules: Rulebook, end: int) -> int:
    return end - int(rules.leaf("delistings.borrowing_stops_hours", "24")) * HOUR


def stops_transfers(rules: Rulebook, end: int) -> int:
    return end - int(rules.leaf("delistings.transfers_stop_hours", "24")) * HOUR


def require_borrowable(world: World, wallet: Wallet, asset: str) -> None:
    """DEL-1: nothing is lent of a coin from about a day before it leaves (-3012)."""
    end = end_in(world.rules, wallet, asset)
    if end is not None and world.now >= stops_borrowing(world.rules, end):
        raise Refused("delisting_no_loans", asset=asset, at=moment(end), since=moment(stops_borrowing(world.rules, end)))


def most_in(world: World, wallet: Wallet, asset: str) -> Decimal | None:
    """DEL-1: from then on no more comes in than the debt less what is held; None where all may."""
    end = end_in(world.rules, wallet, asset) if scheme_of(world, wallet).lends else None
    if end is None or world.now < stops_transfers(world.rules, end):
        return None
    return max(ZERO, -world.state.holding(wallet, asset).net_asset)


def require_listed(world: World, wallet: Wallet, symbol: str) -> None:
    """DEL-1: from its time on a pair takes no orders on margin; spot is not concerned."""
    end = end_of_pair(world.rules, symbol) if scheme_of(world, wallet).lends else None
    if end is not None and world.now >= end:
        raise Refused("delisted", symbol=symbol, at=moment(end))


# --- at it (DEL-2 to DEL-5) ---


def take_off(world: World, wallet: Wallet) -> list[Entry]:
    """What happens to all that has left by now; nothing where none is there, or nothing can be done (an order holds the collateral)."""
    names = gone(world, wallet)
    if not names:  # nor of spot, which goes on as before
        return []
    coins = [asset for asset in world.state.holdings(wallet) if (end := end_in(world.rules, wallet, asset)) is not None and end <= world.now]
    steps = [_cancel_orders, *(lambda now, _, step=step, asset=asset: step(now, wallet, asset) for step in (_repay_own, _repay_with_others, _place_rest) for asset in coins)]
    _, entries = chain(world, *(lambda now, step=step: step(now, wallet) for step in steps))
    if not entries:
        return []
    level = health(world, wallet).collateral_level or health(world, wallet).level
    return [Entry(world.now, "delisting", wallet, "", ZERO, (), (), {"names": ", ".join(names), "level": shown(level)}), *entries]


def _cancel_orders(world: World, wallet: Wallet) -> list[Entry]:
    """DEL-2: orders of a pair that has left are cancelled; what was borrowed for one is paid back (BOR-11)."""
    entries: list[Entry] = []
    for order in open_orders(world.state, wallet):
        end = end_of_pair(world.rules, order.symbol)
        if end is not None and end <= world.now and world.state.setting(wallet, order.key):  # not ended with its list
            world, ended = cancel(world, wallet, order)
            entries += ended
    return entries


def _repay_own(world: World, wallet: Wallet, asset: str) -> list[Entry]:
    """DEL-2: its debt is repaid with its balance."""
    held = world.state.holding(wallet, asset)
    return pay_down(world, wallet, asset, min(held.free, held.debt), Account(wallet, "free"), "repay", type="DELISTING")


def _repay_with_others(world: World, wallet: Wallet, asset: str) -> list[Entry]:
    """DEL-4: a debt that is left is settled with other collateral, the most valuable first (LIQ-5)."""
    entries: list[Entry] = []
    for coin in _others(world, wallet):
        if debt := world.state.holding(wallet, asset).debt:
            wanted = charge_up_quotient(debt * world.price_usdt(asset), world.value_usdt(coin), world.rules.scale(coin))
            sold = min(wanted, world.state.holding(wallet, coin).free)
            world, done = chain(world, lambda now, c=coin, q=sold, d=debt: _sell(now, wallet, c, q, asset, d), lambda now: _repay_own(now, wallet, asset))
            entries += done
    return entries


def _others(world: World, wallet: Wallet) -> list[str]:
    """What is free and priced once each coin has paid its own debt, by falling collateral value; of equals the first by name."""
    tiers = scheme_of(world, wallet).tiers
    held = ((coin, h.free * (world.value_usdt(coin) or ZERO)) for coin, h in world.state.holdings(wallet).items())
    counted = ((collateral_value(tiers(world, coin, LIQUIDATION), value), coin) for coin, value in held if value)
    return [coin for _, coin in sorted(counted, key=lambda item: -item[0])]


def _place_rest(world: World, wallet: Wallet, asset: str) -> list[Entry]:
    """DEL-3, DEL-5: moved to spot as far as the collateral level stays at 2; where every debt has its own coin to pay it, all of it; the rest is sold."""
    free, steps = world.state.holding(wallet, asset).free, []
    if max_transfer_out(world, wallet, asset) < free and _debts_have_their_coins(world, wallet):
        steps = [lambda now, coin=coin: _repay_own(now, wallet, coin) for coin in world.state.holdings(wallet)]
    _, entries = chain(world, *steps, lambda now: _move_out(now, wallet, asset), lambda now: _sell_rest(now, wallet, asset))
    return entries


def _debts_have_their_coins(world: World, wallet: Wallet) -> bool:
    return all(held.free >= held.debt for held in world.state.holdings(wallet).values())


def _move_out(world: World, wallet: Wallet, asset: str) -> list[Entry]:
    spot, amount = Wallet(wallet.owner, "spot"), max_transfer_out(world, wallet, asset)
    postings = move(asset, amount, Account(wallet, "free"), Account(spot, "free"))
    return [Entry(world.now, "transfer", wallet, asset, amount, postings, (), {"from": wallet.name, "to": "spot", "type": "DELISTING"})] if amount else []


def _sell_rest(world: World, wallet: Wallet, asset: str) -> list[Entry]:
    """DEL-3: at the market into USDT; a little of it into BNB. Not into a coin that has left too; nothing where the wallet takes none of them, or a price is missing."""
    free, price, btc = world.state.holding(wallet, asset).free, world.value_usdt(asset), world.value_usdt("BTC")
    bar = Decimal(world.rules.leaf("delistings.to_bnb_up_to_btc", "0.0012"))
    little = price is not None and btc is not None and free * price <= bar * btc
    left = {asset, *(name for name, at in world.rules.delistings.items() if at <= world.now)}
    for coin in ("BNB", "USDT", "BTC") if little else ("USDT", "BTC"):
        if free and price and coin not in left and world.value_usdt(coin) and scheme_of(world, wallet).admits(world.rules, wallet, coin):
            return _sell(world, wallet, asset, free, coin)
    return []


def _sell(world: World, wallet: Wallet, held: str, sold: Decimal, wanted: str, most: Decimal | None = None) -> list[Entry]:
    """At index prices: what is got is cut down, and no more than `most`. Nothing for what is worth less than a unit."""
    free = Account(wallet, "free")
    got = give_down_quotient(sold * world.value_usdt(held), world.value_usdt(wanted), world.rules.scale(wanted))
    got = got if most is None else min(got, most)
    if not got:
        return []
    postings = move(held, sold, free, EXCHANGE) + move(wanted, got, EXCHANGE, free)
    facts = {"qty": plain(sold), "for": wanted, "got": plain(got)}
    return [Entry(world.now, "delisting_sell", wallet, held, sold, postings, (), facts)]


def announced(world: World, wallets: Iterable[Wallet]) -> list[tuple[Wallet, str, int]]:
    """What still has to go, of every wallet."""
    return [(wallet, name, at) for wallet in wallets for name, at in scheduled(world, wallet)]
