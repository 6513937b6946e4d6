"""One order, and what a price does to it (ORD-1, ORD-3, ORD-11, ORD-14).

There is no order book: an order fills whole. A limit fills when the price trades through it, at the limit, or better where
the price jumped it. A stop is set off by the extreme of a candle and fills at its stop, or at the price that jumped it.
"""

import json
from decimal import Decimal
from typing import NamedTuple

from .journal import Wallet
from .money import ZERO, charge_up, plain
from .rulebook import Pair
from .standing import State
from .trailing import Trail

LIMITS = ("LIMIT", "LIMIT_MAKER")
STOPS = ("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")  # the four that wait for their stop (ORD-3)
OPEN, PENDING = "NEW", "PENDING_NEW"  # ORD-11


class Order(NamedTuple):
    """An order. `lent` was borrowed for it (BOR-9); `locked` is what it holds of the coin it gives (ORD-7).

    `group` is the number of the list it belongs to, `waits_for` the working order of a pending leg (ORD-6), and
    `at_cancel` is REPAY or KEEP: what becomes of the loan when the order is cancelled (BOR-11). A trailing stop has a
    `delta` in basis points, and `best`, the extreme it has followed to by the moment `best_at` (ORD-12).
    """

    number: int
    symbol: str
    side: str
    type: str
    qty: Decimal
    price: Decimal | None = None
    stop: Decimal | None = None
    side_effect: str = "NO_SIDE_EFFECT"
    status: str = OPEN
    lent: Decimal = ZERO
    locked: Decimal = ZERO
    placed_at: int = 0
    group: int = 0
    waits_for: int = 0
    at_cancel: str = "REPAY"
    delta: int = 0
    best: Decimal | None = None
    best_at: int = 0

    @property
    def waits(self) -> bool:
        """Whether it waits for a price that sets it off."""
        return self.stop is not None or bool(self.delta)

    @property
    def trail(self) -> Trail:
        return Trail(self.side, "BELOW" if triggers_below(self) else "ABOVE", self.stop, self.delta, self.best, max(self.placed_at, self.best_at))

    def followed(self, touch: "Touch | None") -> "Order":
        """The order once it has followed the market to this moment (ORD-12)."""
        if not self.delta or touch is None:
            return self
        trail, _ = self.trail.followed(touch)
        return self if trail.best == self.best else self._replace(best=trail.best, best_at=trail.since)

    @property
    def key(self) -> str:
        return f"order.{self.number}"

    def gives(self, pair: Pair) -> str:
        return pair.quote if self.side == "BUY" else pair.base

    def written(self) -> str:
        """The order as the text of its setting."""
        return json.dumps({name: plain(value) if isinstance(value, Decimal) else value for name, value in self._asdict().items()})

    @classmethod
    def read(cls, text: str) -> "Order":
        fields = json.loads(text)
        for name in ("qty", "price", "stop", "lent", "locked", "best"):
            if fields.get(name) is not None:  # one written before there was such a field lacks it
                fields[name] = Decimal(fields[name])
        return cls(**fields)


def open_orders(state: State, wallet: Wallet) -> list[Order]:
    """The orders that rest in a wallet, by number: not to be changed."""
    return state.as_set(wallet, "orders", lambda wallet: _orders_of(state, wallet))


def _orders_of(state: State, wallet: Wallet) -> list[Order]:
    kept = [value for (of, key), value in state.settings.items() if key.startswith("order.") and of == wallet and value]
    return sorted(Order.read(text) for text in kept)


def lock_of(order: Order, places: int) -> Decimal:
    """ORD-7: a buy locks quantity times its limit (its stop where it has none), rounded up; a sell its quantity.

    A trailing buy locks what it costs where it begins to follow: from there on its stop only falls.
    """
    stop = order._replace(best=order.best or order.stop).trail.level() if order.delta else order.stop
    return order.qty if order.side == "SELL" else charge_up(order.qty * (order.price or stop), places)


# --- what a price does to an order ---


class Touch(NamedTuple):
    """What is known of a pair at a moment: its price, the extremes of a candle that closes now, and when that is (ms)."""

    price: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    at: int = 0


def fill_price(order: Order, touch: Touch) -> Decimal | None:
    """The price at which `order` fills at this moment, None if it does not (ORD-14)."""
    if order.status != OPEN:
        return None
    if order.waits:
        return _stopped_out(order, touch)
    return _limit_price(order, touch)


def _limit_price(order: Order, touch: Touch) -> Decimal | None:
    buys, limit = order.side == "BUY", order.price
    stands = touch.price <= limit if buys else touch.price >= limit
    if touch.low is None:
        return touch.price if stands else None
    through = touch.low < limit if buys else touch.high > limit
    return limit if stands or through else None  # a candle closes: its inside counts, at the limit


def _stopped_out(order: Order, touch: Touch) -> Decimal | None:
    """Where a stop is set off; a *_LIMIT form fills only where its limit allows that price (see `set_off`)."""
    set_off = stop_price(order, touch)
    if set_off is None or order.price is None:
        return set_off
    return set_off if (set_off <= order.price if order.side == "BUY" else set_off >= order.price) else None


def stop_price(order: Order, touch: Touch) -> Decimal | None:
    """ORD-3: the price that sets a stop off: the stop itself inside a candle, the price where it stands beyond."""
    if order.delta:
        return order.trail.followed(touch)[1]
    falls = triggers_below(order)
    if touch.low is not None:
        return order.stop if (touch.low <= order.stop if falls else touch.high >= order.stop) else None
    return touch.price if (touch.price <= order.stop if falls else touch.price >= order.stop) else None


def triggers_below(order: Order) -> bool:
    """ORD-3: STOP_LOSS SELL and TAKE_PROFIT BUY wait below the market, the other two above."""
    return order.type.startswith("STOP_LOSS") == (order.side == "SELL")
