"""exchange-debts: the small debts of the cross wallet become debt of one coin (SLX-1)."""

from decimal import Decimal
from typing import NamedTuple

from ..interest import HOUR
from ..journal import EXCHANGE, LOANS, POOL, Account, Change, Entry, Wallet, move
from ..money import charge_up_quotient, plain
from ..refusals import Refused
from ..risk import pool_left
from ..steps import pay_down
from ..world import World, chain, moment
from .borrow import asset_borrowable, everything_priced, not_leaving
from .words import asset_known, not_in_liquidation, wallet_active, wallet_lends, wallet_named

LAST = "debts_exchanged_at"


class ExchangeDebts(NamedTuple):
    """`asset` is the target: the coin that will be owed instead."""

    wallet: Wallet
    asset: str


def small_debts(world: World, wallet: Wallet, target: str = "") -> list[tuple[str, Decimal, Decimal]]:
    """(coin, principal and interest, worth in USDT) of the debts under the bar, the largest first and no more than one exchange takes."""
    bar, most = world.rules.number("exchange_debts.under_usdt"), int(world.rules.leaf("exchange_debts.most_coins"))
    owed = ((asset, h.debt, world.value_usdt(asset)) for asset, h in world.state.holdings(wallet).items() if h.debt and asset != target)
    small = [(asset, debt, debt * price) for asset, debt, price in owed if price is not None and debt * price < bar]
    return sorted(small, key=lambda found: -found[2])[:most]


def not_of_one_pair(world: World, request: ExchangeDebts) -> None:
    """SLX-1: offered for the wallet of many coins, not for one pair's."""
    if request.wallet.symbol:
        raise Refused("cross_only", wallet=request.wallet.name)


def some_small(world: World, request: ExchangeDebts) -> None:
    """SLX-1: there is a debt under the bar that is not the target's own."""
    if not small_debts(world, request.wallet, request.asset):
        bar = world.rules.leaf("exchange_debts.under_usdt")
        raise Refused("no_small_debts", wallet=request.wallet.name, bar=bar, asset=request.asset)


def not_too_soon(world: World, request: ExchangeDebts) -> None:
    """SLX-1: once in so many hours."""
    every = world.rules.leaf("exchange_debts.every_hours")
    last = world.state.setting(request.wallet, LAST)
    if last and world.now < int(last) + int(every) * HOUR:
        raise Refused("exchanged_lately", last=moment(int(last)), hours=every, next=moment(int(last) + int(every) * HOUR))


def pool_has_it(world: World, request: ExchangeDebts) -> None:
    """BOR-4: the target comes out of the lending pool like any loan (-3045)."""
    left = pool_left(world, request.asset)
    needed = sum(amount for *_, amount in exchanged_up(world, request))
    if left is not None and needed > left:
        raise Refused("pool_empty", left=plain(left), asset=request.asset)


CHECKS = (
    wallet_named,
    wallet_lends,
    not_of_one_pair,
    asset_known,
    wallet_active,
    asset_borrowable,
    not_leaving,
    everything_priced,
    not_in_liquidation,
    some_small,
    not_too_soon,
    pool_has_it,
)


def exchanged_up(world: World, request: ExchangeDebts) -> list[tuple[str, Decimal, Decimal]]:
    """(coin, its debt, the target's debt that replaces it) at index prices; the new debt is rounded up."""
    price, places = world.price_usdt(request.asset), world.rules.scale(request.asset)
    return [(asset, debt, charge_up_quotient(worth, price, places)) for asset, debt, worth in small_debts(world, request.wallet, request.asset)]


def decide(world: World, request: ExchangeDebts):
    """One entry a coin; the first also writes down when it was."""
    steps = []
    for number, (asset, debt, amount) in enumerate(exchanged_up(world, request)):
        changes = () if number else (Change(request.wallet, LAST, str(world.now)),)
        steps.append(lambda now, swap=(asset, debt, amount), changes=changes: [_exchange(now, request, *swap, changes)])
    return chain(world, *steps)


def _exchange(world: World, request: ExchangeDebts, asset: str, debt: Decimal, amount: Decimal, changes: tuple[Change, ...]) -> Entry:
    """The market pays the old debt, interest and principal, for coins that the pool lends anew; the wallet's coins stay where they are."""
    (paid,) = pay_down(world, request.wallet, asset, debt, EXCHANGE, "exchange_small_liability")
    loan = move(request.asset, amount, POOL, EXCHANGE) + move(request.asset, amount, Account(request.wallet, "borrowed"), LOANS)
    facts = {"asset": asset, "amount": plain(debt), "target_asset": request.asset, "target_amount": plain(amount), **paid.facts}
    return Entry(world.now, paid.kind, request.wallet, asset, debt, paid.postings + loan, changes, facts)
