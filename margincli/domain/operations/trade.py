"""trade: an order that fills now, at market or at a limit that crosses it (ORD-*, FEE-*).

It may borrow what it lacks and repay with what it gets (BOR-6 to BOR-9, REP-5). Orders that rest come later.
"""

from decimal import Decimal
from typing import NamedTuple

from ..journal import Account, Wallet
from ..money import ONE, ZERO, charge_up, down_to_step, give_down, give_down_quotient, plain
from ..refusals import Refused
from ..rulebook import Pair
from ..schemes import scheme_of
from ..steps import Fill, commission, fill_order, pay_down
from ..world import World, chain, moment
from . import borrow
from .words import not_in_liquidation, require_amount, require_free, wallet_active, wallet_named

BORROWS = ("MARGIN_BUY", "AUTO_BORROW_REPAY")
REPAYS = ("AUTO_REPAY", "AUTO_BORROW_REPAY")


class Trade(NamedTuple):
    """One of `qty` (base coin) and `quote_qty` (quote coin). `type` is MARKET or LIMIT; `side_effect` as in BOR-7."""

    wallet: Wallet
    side: str
    symbol: str
    qty: Decimal | None
    quote_qty: Decimal | None
    type: str = "MARKET"
    price: Decimal | None = None
    side_effect: str = "NO_SIDE_EFFECT"


def pair_open(world: World, request: Trade) -> None:
    """ORD-13: a margin pair (-3028), and the wallet's own if it is isolated (MODE-4)."""
    pair = world.rules.pair(request.symbol)
    if pair is None:
        raise Refused("unknown_pair", symbol=request.symbol)
    if request.wallet.symbol and request.wallet.symbol != request.symbol:
        raise Refused("wrong_symbol", wallet=request.wallet.name, own=request.wallet.symbol, symbol=request.symbol)


def amounts_fit(world: World, request: Trade) -> None:
    pair = world.rules.pair(request.symbol)
    for asset, amount in ((pair.base, request.qty), (pair.quote, request.quote_qty), (pair.quote, request.price)):
        if amount is not None:
            require_amount(world, asset, amount)


def may_borrow_here(world: World, request: Trade) -> None:
    if request.side_effect != "NO_SIDE_EFFECT" and not scheme_of(request.wallet).lends:
        raise Refused("spot_owes_nothing", wallet=request.wallet.name)


def market_known(world: World, request: Trade) -> None:
    _market_price(world, request)


def price_filter(world: World, request: Trade) -> None:
    """ORD-8, PRICE_FILTER: a limit is a whole number of ticks within the pair's bounds (-1013)."""
    pair = world.rules.pair(request.symbol)
    if request.price is None:
        return
    if pair.tick and request.price % pair.tick:
        raise _filter(pair, f"the price {plain(request.price)} is not a multiple of the tick {plain(pair.tick)}")
    if request.price < pair.min_price or (pair.max_price and request.price > pair.max_price):
        raise _filter(pair, f"the price {plain(request.price)} is outside {plain(pair.min_price)} to {plain(pair.max_price)}")


def crosses_now(world: World, request: Trade) -> None:
    """ORD-14: a limit fills when the market stands at it or better."""
    market = _market_price(world, request)
    if request.price is not None and (request.price < market if request.side == "BUY" else request.price > market):
        raise Refused("would_rest", price=plain(request.price), market=plain(market))


def lot_filter(world: World, request: Trade) -> None:
    """ORD-8, LOT_SIZE and MARKET_LOT_SIZE (-1013)."""
    pair, qty = world.rules.pair(request.symbol), _quantity(world, request)
    if not qty:
        raise _filter(pair, f"it comes to less than one step of {plain(pair.step)} {pair.base}")
    if pair.step and qty % pair.step:
        raise _filter(pair, f"the quantity {plain(qty)} is not a multiple of the step {plain(pair.step)}")
    most = min((limit for limit in (pair.max_qty, pair.market_max_qty if request.type == "MARKET" else ZERO) if limit), default=qty)
    if not pair.min_qty <= qty <= most:
        raise _filter(pair, f"the quantity {plain(qty)} is outside {plain(pair.min_qty)} to {plain(most)}")


def notional_filter(world: World, request: Trade) -> None:
    """ORD-8, NOTIONAL: the order is worth at least the pair's minimum (-1013)."""
    pair = world.rules.pair(request.symbol)
    value = _quantity(world, request) * (request.price or _market_price(world, request))
    if value < pair.min_notional:
        raise _filter(pair, f"it is worth {plain(give_down(value))} {pair.quote}, under the least of {plain(pair.min_notional)}")


def affordable(world: World, request: Trade) -> None:
    """Without borrowing, the wallet has what the order gives away (-3041)."""
    if request.side_effect not in BORROWS:
        asset, amount = order_cost(world, request)
        require_free(world, request.wallet, asset, amount, f"Add --borrow to borrow the rest, or transfer {asset} in.")


CHECKS = (
    wallet_named,
    pair_open,
    amounts_fit,
    may_borrow_here,
    wallet_active,
    market_known,
    not_in_liquidation,
    price_filter,
    crosses_now,
    lot_filter,
    notional_filter,
    affordable,
)


def decide(world: World, request: Trade):
    """BOR-9: borrow, fill and repay in one step; if the loan is refused, so is the order."""
    after, entries = _borrow_shortfall(world, request)
    fill = _fill(world, request)
    after, filled = chain(after, lambda now: fill_order(now, request.wallet, fill), lambda now: _auto_repay(now, request, fill))
    return after, entries + filled


def order_cost(world: World, request: Trade) -> tuple[str, Decimal]:
    """BOR-6: the coin the order gives away and how much: price x qty when buying, qty when selling; fees are not added."""
    pair = world.rules.pair(request.symbol)
    if request.side == "SELL":
        return pair.base, _quantity(world, request)
    price = request.price or _market_price(world, request)
    return pair.quote, request.quote_qty or charge_up(price * request.qty, world.rules.scale(pair.quote))


def with_market_buffer_up(shortfall: Decimal, buffer: Decimal, places: int) -> Decimal:
    """BOR-8: a market order has no price of its own, so a little more is borrowed."""
    return charge_up(shortfall * (ONE + buffer), places)


def shortfall_to_borrow(world: World, request: Trade) -> tuple[str, Decimal]:
    """BOR-6, BOR-8: what the order lacks; with the buffer where its cost is an estimate; at least the smallest loan."""
    asset, amount = order_cost(world, request)
    lacking = amount - world.state.balance(Account(request.wallet, "free"), asset)
    if lacking <= 0:
        return asset, ZERO
    if request.type == "MARKET" and request.side == "BUY" and request.qty is not None:
        lacking = with_market_buffer_up(lacking, world.rules.number("order.market_buffer"), world.rules.scale(asset))
    return asset, max(lacking, borrow.minimum_loan(world, asset))


def _borrow_shortfall(world: World, request: Trade):
    if request.side_effect not in BORROWS:
        return world, []
    asset, amount = shortfall_to_borrow(world, request)
    if not amount:
        return world, []
    loan = borrow.Borrow(request.wallet, asset, amount, "AUTO")
    for check in borrow.CHECKS:
        check(world, loan)
    return borrow.decide(world, loan)


def _auto_repay(world: World, request: Trade, fill: Fill):
    """REP-5, REP-6: what came in, net of the fee, pays the debt of that same coin, at most the debt."""
    if request.side_effect not in REPAYS:
        return []
    asset, net = fill.received
    amount = min(net, world.state.holding(request.wallet, asset).debt)
    return pay_down(world, request.wallet, asset, amount, Account(request.wallet, "free"), "repay", type="AUTO")


def _fill(world: World, request: Trade) -> Fill:
    pair, price, qty = world.rules.pair(request.symbol), _market_price(world, request), _quantity(world, request)
    places = world.rules.scale(pair.quote)
    rounded = charge_up if request.side == "BUY" else give_down
    quote_qty = rounded(price * qty, places)
    coin, gross = (pair.base, qty) if request.side == "BUY" else (pair.quote, quote_qty)
    fee = commission(gross, taker_rate(world), world.rules.scale(coin))
    return Fill(pair.symbol, request.side, pair.base, pair.quote, qty, price, quote_qty, fee)


def taker_rate(world: World) -> Decimal:
    """FEE-1: maker and taker by VIP level; an order that fills at once takes. Level 0 until levels can be set."""
    return Decimal(world.rules.leaf("fees.trade")[0][1])


def _quantity(world: World, request: Trade) -> Decimal:
    """The base quantity; of a quote amount the largest whole number of steps that it pays for (ORD-8)."""
    if request.qty is not None:
        return request.qty
    pair = world.rules.pair(request.symbol)
    price = request.price if request.price is not None and request.side == "BUY" else _market_price(world, request)
    return down_to_step(give_down_quotient(request.quote_qty, price, world.rules.scale(pair.base)), pair.step)


def _market_price(world: World, request: Trade) -> Decimal:
    price = world.market.last(request.symbol, world.now)
    if price is None:
        pair = world.rules.pair(request.symbol)
        raise Refused("no_price", asset=pair.base, symbol=request.symbol, at=moment(world.now))
    return price


def _filter(pair: Pair, why: str) -> Refused:
    return Refused("filter", symbol=pair.symbol, why=why)


