"""Trailing stops (ORD-2, ORD-12): a stop that follows the market at a distance and never goes back.

A sell is set off by a fall of so much from the highest price, a buy by a rise from the lowest, since it was placed; where it
has a stop too, since that was met. Which of a candle's extremes came first is not known, so the worse counts: the stop as it
stood before is held against the extreme that hurts; only then does it follow the other one, and the close, which came after
both, is held against where it stands then. The extreme is a function of the market alone, whoever looks and how often.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .journal import Change, Entry, Wallet
from .money import ONE, ZERO, charge_up, give_down, plain
from .world import moment

if TYPE_CHECKING:  # order.py leans on this room
    from .order import Order, Touch

BIP = Decimal("0.0001")


class Trail(NamedTuple):
    """How far an order has followed: `best` is the extreme, None before it began; `since` the moment (ms) of it.

    `begins` is BELOW or ABOVE: the side of the market on which its stop waits (ORD-3). `delta` is in basis points.
    """

    side: str
    begins: str
    stop: Decimal | None
    delta: int
    best: Decimal | None
    since: int

    def level(self) -> Decimal | None:
        """Where it would be set off now; rounded against whom it fills."""
        if self.best is None:
            return None
        return give_down(self.best * (ONE - self.delta * BIP)) if self.side == "SELL" else charge_up(self.best * (ONE + self.delta * BIP))

    def followed(self, touch: "Touch") -> tuple["Trail", Decimal | None]:
        """After one moment: how far it follows, and the price that set it off, None if nothing did.

        A moment it has seen changes nothing more.
        """
        if touch.at <= self.since:
            return self, None
        return self._begun(touch) if self.best is None else self._moved(touch)

    def _begun(self, touch: "Touch") -> tuple["Trail", Decimal | None]:
        """Its stop is met: by the price itself, which is its first extreme; or inside a candle, at the stop."""
        hurts = self.begins == ("BELOW" if self.side == "SELL" else "ABOVE")
        reached = self._worst(touch) if hurts else self._kindest(touch)
        if reached < self.stop if self.begins == "ABOVE" else reached > self.stop:
            return self, None
        if touch.low is None:
            return self._at(touch.price, touch), None
        begun = self._at(self.stop, touch)
        if not hurts:  # the way on to that extreme came after the stop was met, the other extreme perhaps before
            return begun._at(reached, touch)._closed(touch)
        return (begun, begun.level()) if begun._met_by(reached) else begun._at(touch.price, touch)._closed(touch)

    def _moved(self, touch: "Touch") -> tuple["Trail", Decimal | None]:
        if self._met_by(self._worst(touch)):
            return self, touch.price if touch.low is None else self.level()
        return self._at(self._kindest(touch), touch)._closed(touch)

    def _closed(self, touch: "Touch") -> tuple["Trail", Decimal | None]:
        """The price now, on the way to which the stop as it stands was passed if it lies beyond."""
        return self, self.level() if self._met_by(touch.price) else None

    def _at(self, price: Decimal, touch: "Touch") -> "Trail":
        better = self.best is None or (price > self.best if self.side == "SELL" else price < self.best)
        return self._replace(best=price, since=touch.at) if better else self

    def _met_by(self, price: Decimal) -> bool:
        return price <= self.level() if self.side == "SELL" else price >= self.level()

    def _worst(self, touch: "Touch") -> Decimal:
        return touch.price if touch.low is None else touch.low if self.side == "SELL" else touch.high

    def _kindest(self, touch: "Touch") -> Decimal:
        return touch.price if touch.low is None else touch.high if self.side == "SELL" else touch.low


def trail_entry(at: int, wallet: Wallet, order: "Order") -> Entry:
    """How far an order has followed by now, written down: one entry for all the moments since the last.

    Like the hours of interest that are booked together, how many there are depends on how often the account is settled; the
    extreme and its moment do not.
    """
    facts = {"number": str(order.number), "symbol": order.symbol, "side": order.side, "extreme": plain(order.best), "extreme_at": moment(order.best_at), "trigger": plain(order.trail.level())}
    return Entry(at, "order_trail", wallet, "", ZERO, (), (Change(wallet, order.key, order.written()),), facts)
