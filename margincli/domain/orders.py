"""The orders that rest in a wallet: what they lock, how they fill, and what becomes of those they belong with (ORD-*).

An order lives in the settings of its wallet, under `order.NUMBER`; its coins lie in the wallet's locked balance.
"""

from decimal import Decimal
from typing import Iterable

from .bnb import BNB
from .fees import fee_of, fee_rates
from .journal import Account, Change, Entry, Wallet, move
from .money import ZERO, charge_up, give_down, plain
from .order import OPEN, Order, Touch, fill_price, lock_of, open_orders, stop_price
from .standing import State
from .steps import Fill, fill_order, pay_down
from .world import World, chain

REPAYS = ("AUTO_REPAY", "AUTO_BORROW_REPAY")


def next_number(state: State, owner: str) -> int:
    """Orders are numbered through the account, so that a number names one order whatever its wallet."""
    return int(state.setting(Wallet(owner, "spot"), "orders") or 0) + 1


# --- placing, ending ---


def place(world: World, wallet: Wallet, order: Order) -> list[Entry]:
    """Write an order down and lock what it gives (ORD-7)."""
    pair = world.rules.pair(order.symbol)
    postings = move(order.gives(pair), order.locked, Account(wallet, "free"), Account(wallet, "locked")) if order.locked else ()
    last = max(order.number, next_number(world.state, wallet.owner) - 1)  # a leg that waited has an older number
    changes = (Change(wallet, order.key, order.written()), Change(Wallet(wallet.owner, "spot"), "orders", str(last)))
    return [Entry(world.now, "order", wallet, order.gives(pair) if order.locked else "", order.locked, postings, changes, told(order))]


def end(world: World, wallet: Wallet, order: Order, status: str) -> list[Entry]:
    """Take an order away and free what it locked; `status` is CANCELED or EXPIRED (ORD-11)."""
    pair = world.rules.pair(order.symbol)
    postings = move(order.gives(pair), order.locked, Account(wallet, "locked"), Account(wallet, "free")) if order.locked else ()
    facts = {**told(order), "status": status}
    return [Entry(world.now, "order_end", wallet, order.gives(pair) if order.locked else "", order.locked, postings, (Change(wallet, order.key, ""),), facts)]


def told(order: Order) -> dict[str, str]:
    """An order as facts."""
    named = {"price": order.price, "stop": order.stop}
    facts = {"number": str(order.number), "symbol": order.symbol, "side": order.side, "type": order.type, "qty": plain(order.qty), "status": order.status}
    facts |= {name: plain(value) for name, value in named.items() if value is not None}
    facts |= {"trailing_delta": str(order.delta)} if order.delta else {}
    return facts | ({"list": str(order.group)} if order.group else {})


def cancel(world: World, wallet: Wallet, order: Order) -> tuple[World, list[Entry]]:
    """Cancel an order with the rest of its list (ORD-5, ORD-6); what was borrowed for it is paid back (BOR-11)."""
    entries: list[Entry] = []
    for member in members(world, wallet, order):
        world, ended = chain(world, lambda now, m=member: end(now, wallet, m, "CANCELED"), lambda now, m=member: _pay_loan_back(now, wallet, m))
        entries += ended
    return world, entries


def members(world: World, wallet: Wallet, order: Order) -> list[Order]:
    """The open orders of the same list, the order itself where it stands alone."""
    if not order.group:
        return [order]
    return [other for other in open_orders(world.state, wallet) if other.group == order.group]


def _end_the_other_leg(world: World, wallet: Wallet, order: Order) -> tuple[World, list[Entry]]:
    """ORD-5: of an OCO one leg ends with the other filled or set off; a leg that waits for this very order is no other leg of it."""
    others = [other for other in members(world, wallet, order) if order.number not in (other.number, other.waits_for)]
    return chain(world, *((lambda now, o=other: end(now, wallet, o, "EXPIRED")) for other in others))


def _pay_loan_back(world: World, wallet: Wallet, order: Order) -> list[Entry]:
    """BOR-11: from what the order released, at most what it borrowed and what is still owed."""
    if not order.lent or order.at_cancel != "REPAY":
        return []
    asset, free = order.gives(world.rules.pair(order.symbol)), Account(wallet, "free")
    amount = min(order.lent, world.state.holding(wallet, asset).debt, world.state.balance(free, asset))
    return pay_down(world, wallet, asset, amount, free, "repay", type="AUTO", order=str(order.number))


# --- filling ---


def fill_resting(world: World, wallet: Wallet, order: Order, price: Decimal, role: str) -> tuple[World, list[Entry]]:
    """Fill an order at `price`: the other leg of its OCO ends (ORD-5), its coins are freed and traded, it repays if it was told
    to (REP-5), and the legs that waited for it begin (ORD-6). One that can no longer be paid for expires.

    `role` is MAKER or TAKER, for the fee (FEE-1).
    """
    world, entries = _end_the_other_leg(world, wallet, order)
    fill = fill_of(world, wallet, order, price, role)
    given, amount = (fill.quote, fill.quote_qty) if fill.side == "BUY" else (fill.base, fill.qty)
    if amount > world.state.balance(Account(wallet, "free"), given) + order.locked:
        world, ended = chain(world, lambda now: end(now, wallet, order, "EXPIRED"))
        return world, entries + ended
    steps = (
        lambda now: end(now, wallet, order, "FILLED"),
        lambda now: fill_order(now, wallet, fill, order.number),
        lambda now: repay_from(now, wallet, order.side_effect, fill),
    )
    waiting = members(world, wallet, order)  # of its list, but for itself: the other leg of an OCO has ended
    world, traded = chain(world, *steps)
    entries += traded
    for other in waiting:
        if world.state.setting(wallet, other.key):  # not ended by the leg before it
            world, begun = begin(world, wallet, other)
            entries += begun
    return world, entries


def fill_of(world: World, wallet: Wallet, order: Order, price: Decimal, role: str) -> Fill:
    """The execution of a whole order at `price`: the user pays up, is paid down; the fee is in the coin received (FEE-2), or in
    the BNB that the wallet has free when the coins have changed hands (BNB-7)."""
    pair = world.rules.pair(order.symbol)
    quote_qty = (charge_up if order.side == "BUY" else give_down)(price * order.qty, world.rules.scale(pair.quote))
    base, quote = (pair.base, order.qty), (pair.quote, quote_qty)
    given, taken = (quote, base) if order.side == "BUY" else (base, quote)
    moved = (taken, (given[0], order.locked - given[1]))
    bnb_left = sum((amount for coin, amount in moved if coin == BNB), world.state.balance(Account(wallet, "free"), BNB))
    fee = fee_of(world, fee_rates(world, role, order.side), taken, quote, bnb_left)
    return Fill(pair.symbol, order.side, pair.base, pair.quote, order.qty, price, quote_qty, fee)


def repay_from(world: World, wallet: Wallet, side_effect: str, fill: Fill) -> list[Entry]:
    """REP-5, REP-6: what came in, net of the fee, pays the debt of that same coin, at most the debt."""
    if side_effect not in REPAYS:
        return []
    asset, net = fill.received
    amount = min(net, world.state.holding(wallet, asset).debt)
    return pay_down(world, wallet, asset, amount, Account(wallet, "free"), "repay", type="AUTO")


def begin(world: World, wallet: Wallet, order: Order) -> tuple[World, list[Entry]]:
    """A pending leg becomes an order, if what it gives is there; the second leg of an OCO leans on the lock of the first.

    The price of the moment may fill it at once.
    """
    shares = any(other.status == OPEN and other.waits_for == 0 and other.group == order.group for other in open_orders(world.state, wallet))
    pair = world.rules.pair(order.symbol)
    needed = ZERO if shares else lock_of(order, world.rules.scale(pair.quote))
    begun = order._replace(status=OPEN, waits_for=0, locked=needed)
    if needed > world.state.balance(Account(wallet, "free"), begun.gives(pair)):
        return chain(world, lambda now: end(now, wallet, order, "EXPIRED"))
    world, entries = chain(world, lambda now: place(now, wallet, begun))
    price = world.market.last(begun.symbol, world.now)
    world, done = (world, []) if price is None else react(world, wallet, begun, Touch(price))
    return world, entries + done


# --- at a moment ---


def fills_at(world: World, wallet: Wallet, touch_of) -> tuple[World, list[Entry]]:
    """Everything the prices of this moment do to the wallet's orders: stops before limits (the worse counts), then by number.

    `touch_of(symbol)` answers a Touch, or None where nothing is known.
    """
    entries: list[Entry] = []
    for order in sorted(open_orders(world.state, wallet), key=lambda order: (not order.waits, order.number)):
        if not world.state.setting(wallet, order.key):  # ended by a fill before it
            continue
        touch = touch_of(order.symbol)
        if touch is None:
            continue
        world, done = react(world, wallet, order, touch)
        entries += done
    return world, entries


def react(world: World, wallet: Wallet, order: Order, touch: Touch) -> tuple[World, list[Entry]]:
    """One order at one moment: it fills, or its stop is set off and it rests on as a limit, or nothing."""
    price = fill_price(order, touch)
    if price is not None:
        return fill_resting(world, wallet, order, price, "TAKER" if order.waits else "MAKER")
    if order.status == OPEN and order.waits and stop_price(order, touch) is not None:
        return _set_off(world, wallet, order)
    return world, []


def _set_off(world: World, wallet: Wallet, order: Order) -> tuple[World, list[Entry]]:
    """The stop is gone and its limit rests on; of an OCO the other leg ends, and this one takes over what it locked (ORD-5, ORD-7)."""
    world, entries = _end_the_other_leg(world, wallet, order)
    pair = world.rules.pair(order.symbol)
    rests = order._replace(type="LIMIT", stop=None, delta=0, best=None, best_at=0)
    rests = rests._replace(locked=lock_of(rests, world.rules.scale(pair.quote)))
    asset, more = order.gives(pair), rests.locked - order.locked
    postings = move(asset, more, Account(wallet, "free"), Account(wallet, "locked")) if more else ()
    facts, changes = {**told(rests), "status": "TRIGGERED"}, (Change(wallet, order.key, rests.written()),)
    entry = Entry(world.now, "order_set_off", wallet, asset if more else "", more, postings, changes, facts)
    return world.after([entry]), [*entries, entry]


def stirs(orders: Iterable[Order], touch_of) -> bool:
    """Whether any order would do anything at this moment."""
    for order in orders:
        touch = touch_of(order.symbol)
        if touch is not None and order.status == OPEN:
            if fill_price(order, touch) is not None or (order.waits and stop_price(order, touch) is not None):
                return True
    return False
