"""trade: an order, alone or in a list; it fills now or rests until a price reaches it (ORD-*, FEE-*).

It may borrow what it lacks and repay with what it gets (BOR-6 to BOR-9, REP-5).
"""

from decimal import Decimal
from typing import NamedTuple

from ..delisting import most_in, require_listed
from ..fees import fee_in_coin, fee_rates
from ..filters import limit_price_filter, lot_filter, market_price, notional_filter, price_filter, quantity, reference_price, trailing_filter
from ..journal import Account, Change, Entry, Wallet, move
from ..money import ONE, ZERO, charge_up, down_to_step, plain
from ..order import LIMITS, STOPS, Order, lock_of, triggers_below
from ..orders import begin, fill_of, next_number, open_orders, place, repay_from, told
from ..refusals import Refused
from ..risk import max_borrow
from ..schemes import scheme_of
from ..steps import Fill, fill_order
from ..world import World, chain
from . import borrow
from .settings import value_of
from .words import may_trade, require_amount, require_free, wallet_active, wallet_named

BORROWS = ("MARGIN_BUY", "AUTO_BORROW_REPAY")


class Trade(NamedTuple):
    """One of `qty` (base coin) and `quote_qty` (quote coin, MARKET only where it rests nowhere).

    `type` is MARKET, one of orders.LIMITS or orders.STOPS, or OCO: a limit at `price` and a stop at `stop` (with
    `stop_limit` a stop-limit). `then_price` and `then_stop` wait for the order to fill, on the other side: one makes it an
    OTO, both an OTOCO (ORD-6). `trailing` makes a stop follow the market at so many basis points; its `stop`, if it has one, is
    where it begins to (ORD-12). `side_effect` as in BOR-7, `tif` is GTC, IOC or FOK, `at_cancel` REPAY or KEEP (BOR-11).
    """

    wallet: Wallet
    side: str
    symbol: str
    qty: Decimal | None
    quote_qty: Decimal | None
    type: str = "MARKET"
    price: Decimal | None = None
    side_effect: str = "NO_SIDE_EFFECT"
    stop: Decimal | None = None
    tif: str = "GTC"
    stop_limit: Decimal | None = None
    then_price: Decimal | None = None
    then_stop: Decimal | None = None
    at_cancel: str = "REPAY"
    trailing: int | None = None


def pair_open(world: World, request: Trade) -> None:
    """ORD-13: a margin pair (-3028) that was not delisted (DEL-1), and the wallet's own if it is isolated (MODE-4)."""
    pair = world.rules.pair(request.symbol)
    if pair is None:
        raise Refused("unknown_pair", symbol=request.symbol)
    if request.wallet.symbol and request.wallet.symbol != request.symbol:
        raise Refused("wrong_symbol", wallet=request.wallet.name, own=request.wallet.symbol, symbol=request.symbol)
    require_listed(world, request.wallet, request.symbol)


def amounts_fit(world: World, request: Trade) -> None:
    pair = world.rules.pair(request.symbol)
    prices = (request.price, request.stop, request.stop_limit, request.then_price, request.then_stop)
    for asset, amount in ((pair.base, request.qty), (pair.quote, request.quote_qty), *((pair.quote, price) for price in prices)):
        if amount is not None:
            require_amount(world, asset, amount)


def may_borrow_here(world: World, request: Trade) -> None:
    if request.side_effect != "NO_SIDE_EFFECT" and not scheme_of(world, request.wallet).lends:
        raise Refused("spot_owes_nothing", wallet=request.wallet.name)


def market_known(world: World, request: Trade) -> None:
    market_price(world, request)


def words_complete(world: World, request: Trade) -> None:
    """ORD-2: every type has its own fields."""
    needs_price = request.type in LIMITS or request.type.endswith("_LIMIT") or request.type == "OCO"
    needs_stop = request.type in STOPS or request.type == "OCO"
    for name, value, needed in (("price", request.price, needs_price), ("stop", request.stop, needs_stop)):
        if (value is not None) != needed and not (name == "stop" and needed and request.trailing is not None):
            raise Refused("order_words", type=request.type, name=name, verb="needs" if needed else "takes no")
    if request.trailing is not None and request.type not in STOPS:
        raise Refused("order_words", type=request.type, name="trailing delta", verb="takes no")
    if request.quote_qty is not None and request.type in (*STOPS, "OCO"):
        raise Refused("order_words", type=request.type, name="quantity in the quote coin", verb="takes no")
    waits = request.then_price is not None or request.then_stop is not None
    if waits and (request.type not in ("MARKET", *LIMITS) or request.side_effect == "AUTO_REPAY"):
        raise Refused("order_words", type=request.type, name="order that waits for it" + (" with --repay alone (BOR-12)" if request.side_effect == "AUTO_REPAY" else ""), verb="takes no")


def maker_only(world: World, request: Trade) -> None:
    """ORD-4: a LIMIT_MAKER that would take is refused (-2010)."""
    if request.type == "LIMIT_MAKER" and crosses(world, request):
        raise Refused("would_take", price=plain(request.price), market=plain(market_price(world, request)))


def stop_on_its_side(world: World, request: Trade) -> None:
    """ORD-3, ORD-5: a stop waits on its own side of the market; an OCO has the market between its two prices (-2010)."""
    market = market_price(world, request)
    for order in legs(world, request):
        if order.stop is not None and (order.stop >= market if triggers_below(order) else order.stop <= market):
            raise Refused("would_trigger", stop=plain(order.stop), market=plain(market), side="below" if triggers_below(order) else "above")
    if request.type == "OCO" and (request.price <= market if request.side == "SELL" else request.price >= market):
        raise Refused("bad_oco", price=plain(request.price), stop=plain(request.stop), market=plain(market))


def room_for_orders(world: World, request: Trade) -> None:
    """ORD-8, MAX_NUM_ORDERS and MAX_NUM_ALGO_ORDERS of a pair (-1013): of orders that might rest."""
    if request.type == "MARKET":
        return
    resting = [order for order in open_orders(world.state, request.wallet) if order.symbol == request.symbol]
    coming = legs(world, request)
    for name, kinds in (("max_orders", (*LIMITS, *STOPS)), ("max_stops", STOPS)):
        most = int(world.rules.leaf(f"order.{name}"))
        if sum(order.type in kinds for order in (*resting, *coming)) > most:
            raise Refused("too_many_orders", most=most, symbol=request.symbol, kind="stop orders" if kinds == STOPS else "orders")


def affordable(world: World, request: Trade) -> None:
    """Without borrowing, the wallet has what the order gives away (-3041)."""
    if request.side_effect not in BORROWS:
        after, _ = chain(world, lambda now: _bring_from_spot(now, request))
        asset, amount = order_cost(world, request)
        require_free(after, request.wallet, asset, amount, f"Add --borrow to borrow the rest, or transfer {asset} in.")


CHECKS = (
    wallet_named,
    pair_open,
    amounts_fit,
    may_borrow_here,
    wallet_active,
    market_known,
    may_trade,
    words_complete,
    price_filter,
    limit_price_filter,
    trailing_filter,
    maker_only,
    stop_on_its_side,
    room_for_orders,
    lot_filter,
    notional_filter,
    affordable,
)


def decide(world: World, request: Trade):
    """BOR-9: borrow with the order, in one step; if the loan is refused, so is the order. Then fill it, or let it rest."""
    number = next_number(world.state, world.owner)
    if request.tif != "GTC" and not fills_now(world, request):
        return chain(world, lambda now: _expired(now, request, number))
    world, moved = chain(world, lambda now: _bring_from_spot(now, request))
    after, entries = _borrow_shortfall(world, request)
    lent = sum((entry.amount for entry in entries if entry.kind == "borrow"), ZERO)
    if fills_now(world, request):
        after, made = _fill_now(after, request, number)
    else:
        after, made = chain(after, *((lambda now, o=order: place(now, request.wallet, o)) for order in resting_legs(world, request, number, lent)))
    return after, moved + entries + made


def crosses(world: World, request: Trade) -> bool:
    """ORD-14: a limit fills at once when the market stands at it or better."""
    market = market_price(world, request)
    return request.price >= market if request.side == "BUY" else request.price <= market


def fills_now(world: World, request: Trade) -> bool:
    return request.type == "MARKET" or (request.type == "LIMIT" and crosses(world, request))


def legs(world: World, request: Trade, number: int = 0) -> list[Order]:
    """The orders of a request at their numbers: one, or the two of an OCO (ORD-5: it counts as two)."""
    qty = quantity(world, request)
    common = {"side_effect": request.side_effect, "placed_at": world.now, "at_cancel": request.at_cancel}
    if request.trailing is not None:
        common |= {"delta": request.trailing, "best": None if request.stop else market_price(world, request)}
    if request.type != "OCO":
        return [Order(number, request.symbol, request.side, request.type, qty, request.price, request.stop, **common)]
    stop_type = "STOP_LOSS" if request.stop_limit is None else "STOP_LOSS_LIMIT"
    return [
        Order(number, request.symbol, request.side, "LIMIT", qty, request.price, None, group=number, **common),
        Order(number + 1, request.symbol, request.side, stop_type, qty, request.stop_limit, request.stop, group=number, **common),
    ]


def resting_legs(world: World, request: Trade, number: int, lent: Decimal) -> list[Order]:
    """The same with what they lock (an OCO the larger need, once: ORD-7), the loan, and the legs that wait for them (ORD-6)."""
    first, *rest = legs(world, request, number)
    _, locked = order_cost(world, request)
    waiting = waiting_legs(world, request, number)
    group = first.group or (number if waiting else 0)
    return [first._replace(locked=locked, lent=lent, group=group), *rest, *waiting]


def waiting_legs(world: World, request: Trade, number: int) -> list[Order]:
    """ORD-6: the other way round, for what the working order brings net of its fee, in whole steps: of the full fee, since the BNB
    that would pay it may be gone when it fills (BNB-7)."""
    pair, side = world.rules.pair(request.symbol), "SELL" if request.side == "BUY" else "BUY"
    qty = quantity(world, request)
    if side == "SELL":
        fee = fee_in_coin(world, fee_rates(world, "TAKER", request.side), pair.base, qty)
        qty = down_to_step(qty - fee.amount, pair.step)
    wanted = ((("LIMIT", request.then_price, None)), ("STOP_LOSS", None, request.then_stop))
    chosen = [(kind, price, stop) for kind, price, stop in wanted if price is not None or stop is not None]
    effect = "AUTO_REPAY" if request.side_effect in ("AUTO_REPAY", "AUTO_BORROW_REPAY") else "NO_SIDE_EFFECT"
    return [
        Order(number + 1 + place, request.symbol, side, kind, qty, price, stop, effect, "PENDING_NEW", placed_at=world.now, group=number, waits_for=number)
        for place, (kind, price, stop) in enumerate(chosen)
    ]


def order_cost(world: World, request: Trade) -> tuple[str, Decimal]:
    """BOR-6, ORD-7: the coin the order gives away and how much: price x qty when buying, qty when selling; fees are not added."""
    pair = world.rules.pair(request.symbol)
    if request.side == "SELL":
        return pair.base, quantity(world, request)
    if request.quote_qty is not None and fills_now(world, request):
        return pair.quote, request.quote_qty
    if fills_now(world, request):
        return pair.quote, charge_up(reference_price(world, request) * request.qty, world.rules.scale(pair.quote))
    return pair.quote, max(lock_of(order, world.rules.scale(pair.quote)) for order in legs(world, request))


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
        buffered = with_market_buffer_up(lacking, world.rules.number("order.market_buffer"), world.rules.scale(asset))
        lacking = max(lacking, min(buffered, max_borrow(world, request.wallet, asset).amount))  # the buffer alone refuses nothing
    return asset, max(lacking, borrow.minimum_loan(world, asset))


def _bring_from_spot(world: World, request: Trade) -> list[Entry]:
    """BOR-15: with the setting on, what the order lacks moves in from spot, as far as it is there."""
    spot, (asset, cost) = Wallet(world.owner, "spot"), order_cost(world, request)
    lacking = cost - world.state.balance(Account(request.wallet, "free"), asset)
    most = most_in(world, request.wallet, asset)
    amount = min(lacking, world.state.balance(Account(spot, "free"), asset), lacking if most is None else most)
    if value_of(world, "auto_transfer") != "on" or request.wallet == spot or amount <= 0:
        return []
    facts = {"from": spot.name, "to": request.wallet.name, "type": "AUTO"}
    return [Entry(world.now, "transfer", request.wallet, asset, amount, move(asset, amount, Account(spot, "free"), Account(request.wallet, "free")), (), facts)]


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


def _fill_now(world: World, request: Trade, number: int):
    """Fill at the market, repay with what came in (REP-5), and begin the legs that waited for it."""
    order = Order(number, request.symbol, request.side, request.type, quantity(world, request), side_effect=request.side_effect)
    fill: Fill = fill_of(world, request.wallet, order, market_price(world, request), "TAKER")
    counter = (Change(Wallet(world.owner, "spot"), "orders", str(number)),)
    after, entries = chain(
        world,
        lambda now: fill_order(now, request.wallet, fill, number, counter),
        lambda now: repay_from(now, request.wallet, request.side_effect, fill),
    )
    for waiting in waiting_legs(world, request, number):
        after, begun = begin(after, request.wallet, waiting)
        entries += begun
    return after, entries


def _expired(world: World, request: Trade, number: int) -> list[Entry]:
    """ORD-4: an IOC or FOK that finds no price leaves nothing but the record."""
    (order,) = legs(world, request, number)
    counter = (Change(Wallet(world.owner, "spot"), "orders", str(number)),)
    return [Entry(world.now, "order_end", request.wallet, "", ZERO, (), counter, {**told(order), "status": "EXPIRED"})]
