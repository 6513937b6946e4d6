"""The bars of a wallet, and the steps of what it may borrow."""

from decimal import Decimal
from typing import Callable, NamedTuple

from .money import ZERO
from .tiers import Tiers


class Bands(NamedTuple):
    """The bars of one wallet now, as ratios (THR-1, THR-4, THR-5, ISO-1). `tier` counts from 1, 0 where there are none.

    `trade_from` is a bar of trading above the liquidation level; `call_at_bar`: whether the margin call bar itself calls.
    `pre_liquidation_at` is 0 where there is no such state (THR-7). `ceiling` is the highest call level of any tier where the
    bars move with the tier (ISO-4), else 0.
    `chosen` is the leverage of an isolated wallet whose leverage is adjusted, None where it is not (ISO-6).
    """

    excessive_above: Decimal
    transfer_out_above: Decimal
    borrow_above: Decimal
    margin_call_at: Decimal
    liquidation_at: Decimal
    stop_above: Decimal
    leverage: Decimal
    tier: int = 0
    trade_from: Decimal = ZERO
    call_at_bar: bool = True
    pre_liquidation_at: Decimal = ZERO
    ceiling: Decimal = ZERO
    chosen: Decimal | None = None

    def calls(self, level: Decimal) -> bool:
        """THR-5, THR-6: at its bar a level is called, unless the rule file says otherwise."""
        return level <= self.margin_call_at if self.call_at_bar else level < self.margin_call_at

    def trades(self, level: Decimal) -> bool:
        """THR-1, THR-5."""
        return level > self.liquidation_at and level >= self.trade_from


class Rung(NamedTuple):
    """One step of what may be borrowed of a coin: while its debt stays within `limit`, the initial ratio of each coin's debt applies.

    `room` and `bound` name what the ratio and the limit are.
    """

    initial: Callable[[str], Tiers]
    limit: Decimal | None
    bound: str
    room: str = "leverage"
