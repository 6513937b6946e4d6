"""repay: pay a debt in its own coin, interest first (REP-*); with coins sold for it, or quickly with what is free."""

from decimal import Decimal
from itertools import product
from typing import NamedTuple

from ..fees import fee_rates, shares_lost
from ..journal import Account, Change, Entry, Wallet
from ..money import ONE, ZERO, charge_up_quotient, down_to_step, give_down_quotient, plain, unit
from ..order import Order
from ..orders import fill_of, next_number
from ..refusals import Refused, listed
from ..rulebook import Pair
from ..steps import fill_order, pay_down
from ..world import World, chain, moment
from .words import amount_fits, asset_known, may_trade, require_admitted, require_free, wallet_active, wallet_lends, wallet_named


class Repay(NamedTuple):
    """`amount` None pays principal and interest exactly (REP-4)."""

    wallet: Wallet
    asset: str
    amount: Decimal | None


class RepaySelling(NamedTuple):
    """The same, selling coins for what is not free of the owed one, in the order given, until the amount is covered (REP-7)."""

    wallet: Wallet
    asset: str
    amount: Decimal | None
    sell: tuple[str, ...]


class QuickRepay(NamedTuple):
    """As much as is owed and free (REP-8)."""

    wallet: Wallet
    asset: str

    @property
    def amount(self) -> None:
        return None


def owed(world: World, request) -> Decimal:
    return world.state.holding(request.wallet, request.asset).debt


def free(world: World, wallet: Wallet, asset: str) -> Decimal:
    return world.state.balance(Account(wallet, "free"), asset)


def wanted(world: World, request) -> Decimal:
    """What is to be paid: the amount named, all that is owed, or of that what is free."""
    if isinstance(request, QuickRepay):
        return min(owed(world, request), free(world, request.wallet, request.asset))
    return owed(world, request) if request.amount is None else request.amount


def coins_sold(request) -> tuple[str, ...]:
    return request.sell if isinstance(request, RepaySelling) else ()


def sold_coins_known(world: World, request) -> None:
    """REP-7: other coins of the rule book, not the owed one itself."""
    for coin in coins_sold(request):
        if coin not in world.rules.assets:
            raise Refused("unknown_asset", asset=coin)
        if coin == request.asset:
            raise Refused("sells_itself", asset=coin)


def something_owed(world: World, request) -> None:
    if not owed(world, request):
        raise Refused("nothing_owed", wallet=request.wallet.name, asset=request.asset)


def not_above_debt(world: World, request) -> None:
    """REP-4 (-3015)."""
    debt = owed(world, request)
    if request.amount is not None and request.amount > debt:
        raise Refused("above_debt", amount=plain(request.amount), asset=request.asset, owed=plain(debt))


def above_minimum(world: World, request) -> None:
    """BOR-5, REP-4 (-3016); the whole debt may always be paid."""
    least = world.rules.number("repay.minimum")
    if request.amount is not None and request.amount < min(least, owed(world, request)):
        raise Refused("below_minimum_repay", amount=plain(request.amount), asset=request.asset, minimum=plain(least))


def rest_large_enough(world: World, request) -> None:
    """REP-4 (-3024)."""
    least = world.rules.number("repay.smallest_rest")
    rest = owed(world, request) - (owed(world, request) if request.amount is None else request.amount)
    if 0 < rest < least:
        raise Refused("rest_too_small", rest=plain(rest), asset=request.asset, minimum=plain(least))


def coins_can_be_sold(world: World, request) -> None:
    """REP-7: selling is trading, so the wallet must be allowed to; every coin is there, and has a market of its own with the owed one."""
    if coins_sold(request):
        may_trade(world, request)
    for coin in coins_sold(request):
        require_admitted(world, request.wallet, coin)
        if not free(world, request.wallet, coin):
            raise Refused("nothing_to_sell", wallet=request.wallet.name, asset=coin)
        market_between(world, coin, request.asset)


def enough_free(world: World, request) -> None:
    """REP-3: from the free balance of the same wallet (-3041); a quick repayment is content with any."""
    if coins_sold(request):
        return
    amount = wanted(world, request) or owed(world, request)
    remedy = f"Transfer {request.asset} in, buy some, or repay less."
    require_free(world, request.wallet, request.asset, amount, remedy)


def sales_cover(world: World, request) -> None:
    """REP-7: what the sales bring, with what is free already, covers the amount (-3041)."""
    if not coins_sold(request):
        return
    after, _ = chain(world, *_sales(world, request))
    brought, amount = free(after, request.wallet, request.asset), wanted(world, request)
    if brought < amount:
        facts = {"brought": plain(brought), "amount": plain(amount), "asset": request.asset}
        raise Refused("sales_fall_short", coins=listed(request.sell, "and"), **facts)


CHECKS = (
    wallet_named,
    wallet_lends,
    asset_known,
    amount_fits,
    sold_coins_known,
    wallet_active,
    something_owed,
    not_above_debt,
    above_minimum,
    rest_large_enough,
    coins_can_be_sold,
    enough_free,
    sales_cover,
)


def decide(world: World, request):
    amount, payer = wanted(world, request), Account(request.wallet, "free")
    pay = lambda now: pay_down(now, request.wallet, request.asset, amount, payer, "repay", type="MANUAL")  # noqa: E731
    return chain(world, *_sales(world, request), pay)


def _sales(world: World, request) -> tuple:
    """A step for every coin to be sold; what is free of the owed coin counts first, and a coin no longer needed is not sold."""
    amount = wanted(world, request)
    return tuple(lambda now, coin=coin: sell_for(now, request.wallet, coin, request.asset, amount) for coin in coins_sold(request))


# --- at the market (also for `close`) ---


def market_between(world: World, coin: str, asset: str) -> tuple[Pair, str, Decimal]:
    """The pair that turns `coin` into `asset`, the side to take there, and its last price.

    Raises Refused unknown_pair or no_price, naming the missing pair.
    """
    listed = [(pair, side) for symbol, side in ((coin + asset, "SELL"), (asset + coin, "BUY")) if (pair := world.rules.pair(symbol))]
    if not listed:
        raise Refused("unknown_pair", symbol=coin + asset)
    for pair, side in listed:
        price = world.market.last(pair.symbol, world.now)
        if price is not None:
            return pair, side, price
    raise Refused("no_price", asset=coin, symbol=listed[0][0].symbol, at=moment(world.now))


def sell_for(world: World, wallet: Wallet, coin: str, asset: str, amount: Decimal) -> list[Entry]:
    """Trade `coin` at the market until `amount` of `asset` is free, or as far as it goes. Nothing where that is free already."""
    lacking = max(ZERO, amount - free(world, wallet, asset))
    pair, side, price = market_between(world, coin, asset)
    step, held = step_of(world, pair), free(world, wallet, coin)
    most = down_to_step(held if side == "SELL" else give_down_quotient(held, price, world.rules.scale(pair.base)), step)
    qty = min(most, quantity_up(world, wallet, pair, side, price, lacking))
    return fill_at_market(world, wallet, pair, side, qty, price) if qty else []


def quantity_up(world: World, wallet: Wallet, pair: Pair, side: str, price: Decimal, lacking: Decimal) -> Decimal:
    """FEE-2: the least whole number of steps whose trade brings `lacking` net of the fee, if that is taken from it (BNB-7).

    Where the roundings of total and fee leave a unit or so missing, two units more are asked for.
    """
    asset = pair.quote if side == "SELL" else pair.base
    wishes = (lacking, lacking + 2 * unit(world.rules.scale(asset)))
    for wished, lost in product(wishes, shares_lost(world, fee_rates(world, "TAKER", side))):  # pragma: no branch: the last wish is enough
        exact = charge_up_quotient(wished, (price if side == "SELL" else ONE) * (ONE - lost), world.rules.scale(pair.base))
        qty = _up_to_step(exact, step_of(world, pair))
        if fill_of(world, wallet, Order(0, pair.symbol, side, "MARKET", qty), price, "TAKER").received[1] >= lacking:
            break
    return qty


def fill_at_market(world: World, wallet: Wallet, pair: Pair, side: str, qty: Decimal, price: Decimal) -> list[Entry]:
    number = next_number(world.state, wallet.owner)
    fill = fill_of(world, wallet, Order(number, pair.symbol, side, "MARKET", qty), price, "TAKER")
    return fill_order(world, wallet, fill, number, (Change(Wallet(wallet.owner, "spot"), "orders", str(number)),))


def step_of(world: World, pair: Pair) -> Decimal:
    """ORD-8; where the rule is off, the smallest unit of the coin."""
    return pair.step or unit(world.rules.scale(pair.base))


def _up_to_step(value: Decimal, step: Decimal) -> Decimal:
    down = down_to_step(value, step)
    return down if down == value else down + step
