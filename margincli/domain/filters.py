"""The filters of a pair (ORD-8, ORD-9): what an order's price, quantity and worth must be. Refused with -1013.

Each looks at a request with `symbol`, `side`, `type`, `qty`, `quote_qty`, `price`, `stop`, `then_price` and `trailing`.
"""

from decimal import Decimal

from .money import ONE, ZERO, down_to_step, give_down, give_down_quotient, plain
from .order import LIMITS
from .refusals import Refused
from .rulebook import Pair
from .world import World, moment


def price_filter(world: World, request) -> None:
    """ORD-8, PRICE_FILTER: a limit or stop is a whole number of ticks within the pair's bounds (-1013)."""
    pair = world.rules.pair(request.symbol)
    for name, price in (("price", request.price), ("stop", request.stop)):
        if price is None:
            continue
        if pair.tick and price % pair.tick:
            raise _filter(pair, f"the {name} {plain(price)} is not a multiple of the tick {plain(pair.tick)}")
        if price < pair.min_price or (pair.max_price and price > pair.max_price):
            raise _filter(pair, f"the {name} {plain(price)} is outside {plain(pair.min_price)} to {plain(pair.max_price)}")


def limit_price_filter(world: World, request) -> None:
    """ORD-10: on pairs of the limit-price list no buy limit stands far above the index and no sell limit far below it (-3064).

    Limits only, an OCO's and a waiting one's among them: the limit of a stop is not looked at.
    """
    if request.symbol not in world.rules.leaf("order.limit_price_pairs", []):
        return
    other = "SELL" if request.side == "BUY" else "BUY"
    limits = [(request.side, request.price)] if request.type in (*LIMITS, "OCO") else []
    index, share = market_price(world, request), Decimal(world.rules.leaf("order.limit_price_band", "0.15"))
    for side, price in (*limits, (other, request.then_price)):
        if price is None:
            continue
        end = index * (ONE + share if side == "BUY" else ONE - share)
        if price > end if side == "BUY" else price < end:
            side_of = "above" if side == "BUY" else "below"
            raise Refused("limit_price", side=side.lower(), price=plain(price), index=plain(index), symbol=request.symbol, side_of=side_of, end=plain(end))


def trailing_filter(world: World, request) -> None:
    """ORD-8, TRAILING_DELTA: the distance of a trailing stop lies within the pair's bounds (-1013). ORD-12: where it is taken at all."""
    if request.trailing is None:
        return
    if request.wallet.mode not in world.rules.leaf("order.trailing_wallets", ["spot", "cross", "isolated"]):
        raise Refused("trailing_denied", wallet=request.wallet.name)
    least, most = (int(bound) for bound in world.rules.leaf("order.trailing_delta", ["10", "2000"]))
    if not least <= request.trailing <= most:
        raise _filter(world.rules.pair(request.symbol), f"the trailing delta {request.trailing} is outside {least} to {most} basis points")


def lot_filter(world: World, request) -> None:
    """ORD-8, LOT_SIZE and MARKET_LOT_SIZE (-1013)."""
    pair, qty = world.rules.pair(request.symbol), quantity(world, request)
    if not qty:
        raise _filter(pair, f"it comes to less than one step of {plain(pair.step)} {pair.base}")
    if pair.step and qty % pair.step:
        raise _filter(pair, f"the quantity {plain(qty)} is not a multiple of the step {plain(pair.step)}")
    most = min((limit for limit in (pair.max_qty, pair.market_max_qty if request.type == "MARKET" else ZERO) if limit), default=qty)
    if not pair.min_qty <= qty <= most:
        raise _filter(pair, f"the quantity {plain(qty)} is outside {plain(pair.min_qty)} to {plain(most)}")


def notional_filter(world: World, request) -> None:
    """ORD-8, NOTIONAL: the order is worth at least the pair's minimum (-1013)."""
    pair = world.rules.pair(request.symbol)
    value = quantity(world, request) * reference_price(world, request)
    if value < pair.min_notional:
        raise _filter(pair, f"it is worth {plain(give_down(value))} {pair.quote}, under the least of {plain(pair.min_notional)}")


def quantity(world: World, request) -> Decimal:
    """The base quantity; of a quote amount the largest whole number of steps that it pays for (ORD-8)."""
    if request.qty is not None:
        return request.qty
    return world.once(request.wallet, ("quantity", request.symbol, request.side, request.quote_qty, request.price), lambda: _quantity(world, request))


def _quantity(world: World, request) -> Decimal:
    pair = world.rules.pair(request.symbol)
    price = request.price if request.price is not None and request.side == "BUY" else market_price(world, request)
    return down_to_step(give_down_quotient(request.quote_qty, price, world.rules.scale(pair.base)), pair.step)


def reference_price(world: World, request) -> Decimal:
    """What an order is valued at before it fills: its limit, else its stop, else the market."""
    return request.price or request.stop or market_price(world, request)


def market_price(world: World, request) -> Decimal:
    price = world.market.last(request.symbol, world.now)
    if price is None:
        pair = world.rules.pair(request.symbol)
        raise Refused("no_price", asset=pair.base, symbol=request.symbol, at=moment(world.now))
    return price


def _filter(pair: Pair, why: str) -> Refused:
    return Refused("filter", symbol=pair.symbol, why=why)
