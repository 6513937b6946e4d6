"""The takeover of a wallet that is too large to be sold in its own account (LIQ-4).

All that can be sold moves to the liquidation account of the house, which sells it there, pays all the debts out of it, takes the
fee on all of it, and returns the rest in one coin. What there is not enough for stays the wallet's debt. It ends as it began: empty.
"""

from decimal import Decimal
from functools import partial

from .journal import EXCHANGE, HOUSE, INSURANCE, Account, Entry, Wallet, move
from .money import ZERO, charge_up, charge_up_quotient, give_down_quotient, plain
from .risk import exposure, shown
from .schemes import scheme_of
from .standing import Holding
from .steps import pay_down
from .world import World, chain

DESK = Account(HOUSE, "takeover")


def is_taken_over(world: World, wallet: Wallet) -> bool:
    """LIQ-4: whether its assets are worth more than the bar; never while the rule book has none, or the coin to return no price."""
    bar = world.rules.leaf("liquidation.takeover_above_usdt", "")
    return bool(bar) and exposure(world, wallet).total_asset > Decimal(bar) and world.value_usdt(returned_in(world, wallet)) is not None


def take_over(world: World, wallet: Wallet, fee_rate: Decimal, keep: Decimal) -> list[Entry]:
    """The entries of a takeover at the world's prices; `keep` is the share of a price that slippage leaves (LIQ-5)."""
    holdings = {asset: held for asset, held in world.state.holdings(wallet).items() if world.value_usdt(asset)}
    into, fee = returned_in(world, wallet), exposure(world, wallet).total_asset * fee_rate
    debts = sorted(holdings, key=lambda asset: -holdings[asset].debt * world.value_usdt(asset))
    steps = [partial(_seize, wallet=wallet, holdings=holdings)]
    steps += [partial(_pay, wallet=wallet, asset=asset) for asset in debts]
    steps += [partial(_sell, wallet=wallet, asset=asset, into=into, keep=keep) for asset in holdings if asset != into]
    for asset in debts:
        steps += [partial(_buy, wallet=wallet, asset=asset, into=into), partial(_pay, wallet=wallet, asset=asset)]
    _, entries = chain(world, *steps, partial(_take_fee, wallet=wallet, into=into, due=fee), partial(_return, wallet=wallet, into=into))
    return entries


def returned_in(world: World, wallet: Wallet) -> str:
    """LIQ-4: USDT, or the quote coin of a pair that does not hold it."""
    return "USDT" if scheme_of(world, wallet).admits(world.rules, wallet, "USDT") else world.rules.pair(wallet.symbol).quote


def _seize(world: World, wallet: Wallet, holdings: dict[str, Holding]) -> list[Entry]:
    postings = ()
    for asset, held in holdings.items():
        postings += move(asset, held.free, Account(wallet, "free"), DESK) if held.free else ()
    facts = {"assets": _listed((asset, held.free) for asset, held in holdings.items()), "debts": _listed((asset, held.debt) for asset, held in holdings.items())}
    return [Entry(world.now, "liquidation_takeover", wallet, "", ZERO, postings, (), facts)]


def _listed(amounts) -> str:
    return ", ".join(f"{plain(amount)} {asset}" for asset, amount in amounts if amount)


def _pay(world: World, wallet: Wallet, asset: str) -> list[Entry]:
    """REP-1: as much of a debt as is there; first with the same coin held (LIQ-5)."""
    amount = min(world.state.balance(DESK, asset), world.state.holding(wallet, asset).debt)
    return pay_down(world, wallet, asset, amount, DESK, "liquidation_repay")


def _sell(world: World, wallet: Wallet, asset: str, into: str, keep: Decimal) -> list[Entry]:
    """All that is left of a coin; what it brings is cut down."""
    amount = world.state.balance(DESK, asset)
    got = give_down_quotient(amount * world.value_usdt(asset) * keep, world.value_usdt(into), world.rules.scale(into))
    return [_exchange(world, wallet, asset, amount, into, got)] if amount else []


def _buy(world: World, wallet: Wallet, asset: str, into: str) -> list[Entry]:
    """What a debt lacks, as far as the proceeds go; what it costs is rounded up."""
    debt, there, price = world.state.holding(wallet, asset).debt, world.state.balance(DESK, into), world.value_usdt(asset)
    amount = min(debt, give_down_quotient(there * world.value_usdt(into), price, world.rules.scale(asset)))
    cost = charge_up_quotient(amount * price, world.value_usdt(into), world.rules.scale(into))
    return [_exchange(world, wallet, into, cost, asset, amount)] if amount and asset != into else []


def _exchange(world: World, wallet: Wallet, sold: str, qty: Decimal, wanted: str, got: Decimal) -> Entry:
    postings = move(sold, qty, DESK, EXCHANGE) + (move(wanted, got, EXCHANGE, DESK) if got else ())
    return Entry(world.now, "liquidation_sell", wallet, sold, qty, postings, (), {"sold": sold, "qty": plain(qty), "for": wanted, "got": plain(got)})


def _take_fee(world: World, wallet: Wallet, into: str, due: Decimal) -> list[Entry]:
    """LIQ-8: on all assets, out of what is left, into the insurance fund; it never makes the user owe."""
    price, places = world.value_usdt(into), world.rules.scale(into)
    amount = min(charge_up_quotient(due, price, places), world.state.balance(DESK, into))
    facts = {"value_usdt": shown(charge_up(amount * price)), "takeover": "yes"}
    return [Entry(world.now, "liquidation_fee", wallet, into, amount, move(into, amount, DESK, INSURANCE), (), facts)] if amount else []


def _return(world: World, wallet: Wallet, into: str) -> list[Entry]:
    """LIQ-7: what is left is the user's."""
    rest = world.state.balance(DESK, into)
    return [Entry(world.now, "liquidation_return", wallet, into, rest, move(into, rest, DESK, Account(wallet, "free")))] if rest else []
