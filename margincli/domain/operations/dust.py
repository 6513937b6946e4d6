"""dust: small free balances of a wallet are turned into BNB (DUST-1)."""

from decimal import Decimal
from typing import NamedTuple

from ..journal import EXCHANGE, FEES, Account, Entry, Wallet, move
from ..money import give_down_quotient, plain, round_half_up
from ..refusals import Refused
from ..risk import shown
from ..world import World, chain
from .words import not_in_liquidation, require_admitted, wallet_active, wallet_named

INTO = "BNB"


class Dust(NamedTuple):
    """`assets` are the coins meant; none named means every small one."""

    wallet: Wallet
    assets: tuple[str, ...] = ()

    @property
    def asset(self) -> str:
        """What they are turned into: its price is needed."""
        return INTO


def bar_usdt(world: World) -> Decimal:
    """DUST-1: the worth up to which a balance is small. Raises Refused no_price without a price of BTC."""
    return Decimal(world.rules.leaf("dust.up_to_btc", "0.0012")) * world.price_usdt("BTC")


def small_balances(world: World, wallet: Wallet) -> list[tuple[str, Decimal, Decimal]]:
    """(coin, what is free of it, its worth in USDT) of the balances up to the bar, by name; not of a coin that is owed, nor what is worth no unit of BNB."""
    bar, places = bar_usdt(world), world.rules.scale(INTO)
    held = ((asset, h.free, world.value_usdt(asset)) for asset, h in world.state.holdings(wallet).items() if h.free and not h.debt and asset != INTO)
    small = [(asset, free, free * price) for asset, free, price in held if price is not None and free * price <= bar]
    return [row for row in small if give_down_quotient(row[2], world.price_usdt(INTO), places)]


def into_admitted(world: World, request: Dust) -> None:
    """MODE-4: an isolated wallet holds the coins of its pair only, so BNB has to be one of them."""
    require_admitted(world, request.wallet, INTO)


def coins_known(world: World, request: Dust) -> None:
    for asset in request.assets:
        if asset not in world.rules.assets:
            raise Refused("unknown_asset", asset=asset)


def coins_small(world: World, request: Dust) -> None:
    """DUST-1: what is named, or anything at all, is free, owed nothing of, and worth no more than the bar."""
    small = [asset for asset, *_ in small_balances(world, request.wallet)]
    for asset in request.assets:
        if asset not in small:
            raise Refused("not_dust", asset=asset, wallet=request.wallet.name, bar_usdt=shown(bar_usdt(world)))
    if not small:
        raise Refused("no_dust", wallet=request.wallet.name, bar_usdt=shown(bar_usdt(world)))


CHECKS = (wallet_named, wallet_active, into_admitted, coins_known, not_in_liquidation, coins_small)


def decide(world: World, request: Dust):
    """One entry a coin, at index prices: what is got is cut down, the fee is taken out of it."""
    meant = [row for row in small_balances(world, request.wallet) if not request.assets or row[0] in request.assets]
    return chain(world, *(lambda now, row=row: [_convert(now, request.wallet, *row)] for row in meant))


def _convert(world: World, wallet: Wallet, asset: str, amount: Decimal, worth: Decimal) -> Entry:
    free, places = Account(wallet, "free"), world.rules.scale(INTO)
    got = give_down_quotient(worth, world.price_usdt(INTO), places)
    fee = round_half_up(got * Decimal(world.rules.leaf("dust.fee", "0.02")), places)
    postings = move(asset, amount, free, EXCHANGE) + move(INTO, got, EXCHANGE, free) + (move(INTO, fee, free, FEES) if fee else ())
    facts = {"for": INTO, "got": plain(got), "fee": plain(fee), "value_usdt": shown(worth)}
    return Entry(world.now, "small_balance_convert", wallet, asset, amount, postings, (), facts)
