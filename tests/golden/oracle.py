"""An independent reckoning of one margin wallet on hourly candles, in exact fractions. It shares no code with margincli.

Written from rules/margin.md alone: INT-1, INT-2, INT-4 (hourly charge, rounded up at the 8th place), ML-1 (A / L),
THR-6 (at equality the worse counts), CALL-1, CALL-2, LIQ-5, LIQ-6, LIQ-8 and section 8 of design.md: a candle's open
is known at its open, its low and high at its close; coins stand at their lows together or at their highs together; what
triggers inside a candle does so where the straight way from the last price to the extreme meets the bar.

Nothing but interest is rounded here. The program rounds prices and amounts to 8 places, each towards the safe side, and
ends so much more debt that one smallest unit of each coin may be lost to rounding: hence `Book.spare`.
"""

from fractions import Fraction
from math import ceil
from typing import NamedTuple

F = Fraction
HOUR = 3_600_000


class Candle(NamedTuple):
    """One hour: coin -> price, at its open, low, high and close."""

    open_at: int
    opened: dict
    low: dict
    high: dict
    close: dict


def hour_charge(principal: Fraction, rate_daily: Fraction) -> Fraction:
    """INT-4: principal x daily / 24, up to the next 0.00000001."""
    return F(ceil(principal * rate_daily / 24 * 10**8), 10**8)


class Book:
    """A wallet: what it holds, what it owes, its bars (call, liquidation, stop). `told` collects what happens to it.

    `rates_daily` lists (from when, rate) in time order.
    """

    def __init__(self, held: dict, principal: dict, interest: dict, rates_daily: dict, bars: tuple, fee="0.02"):
        self.held, self.principal, self.interest = ({c: F(x) for c, x in part.items()} for part in (held, principal, interest))
        self.rates = rates_daily
        self.call_at, self.liquidation_at, self.stop = (F(bar) for bar in bars)
        self.fee, self.called, self.told = F(fee), 0, []
        self.reach = self.stop - 1 - self.fee  # by how much ending one USDT of debt helps (LIQ-6)

    def debt(self, coin) -> Fraction:
        return self.principal.get(coin, F(0)) + self.interest.get(coin, F(0))

    def sums(self, prices) -> tuple[Fraction, Fraction]:
        assets = sum((amount * prices[coin] for coin, amount in self.held.items()), F(0))
        return assets, sum((self.debt(coin) * prices[coin] for coin in self.principal), F(0))

    def level(self, prices) -> Fraction:
        assets, debts = self.sums(prices)
        return assets / debts

    @property
    def spare(self) -> Fraction:
        """How far rounding may carry an amount of BTC or ETH (of USDT: what that is worth): a unit of the coin and one of
        USDT and of another coin, made good by 1 / reach as much debt, twice over for liquidations before; and two for sums."""
        return (2 / self.reach + 2) / 10**8

    # --- time ---

    def live(self, candles, since: int) -> "Book":
        """From `since`, somewhere in the first candle, through all of them."""
        for candle in candles:
            if candle.open_at > since:
                self.charge(candle.open_at)
                self.go(candle.open_at, candle.opened, candle.opened)
            self.go(candle.open_at + HOUR - 1, candle.opened, min(candle.low, candle.high, key=self.level))
            self.go(candle.open_at + HOUR - 1, candle.close, candle.close)
        return self

    def charge(self, at: int) -> None:
        """INT-2, INT-6: a full hour costs what the rate valid at it says."""
        for coin, principal in self.principal.items():
            rate = [rate for since, rate in self.rates[coin] if since <= at][-1]
            self.interest[coin] += hour_charge(principal, F(rate))

    def go(self, at: int, start, target) -> None:
        """Prices go straight from `start` to `target`; a jump is a way without length."""
        while True:
            there = self.level(target)
            if there > self.call_at and self.called:
                self.called = 0
                self.told.append((at, "margin_call_over", {}))
            elif there <= self.call_at and (not self.called or at >= self.called + 24 * HOUR):
                met = self.meet(start, target, self.call_at)
                self.told.append((at, "margin_call", {"reminder": bool(self.called), "level": self.level(met), "prices": met}))
                self.called = at
            if there > self.liquidation_at:
                return
            start = self.meet(start, target, self.liquidation_at)
            self.liquidate(at, start)

    def meet(self, start, target, bar) -> dict:
        """Where A - bar x L, which is linear in the prices, becomes zero on the way: LIQ-9 along one line."""
        above = [assets - bar * debts for assets, debts in (self.sums(start), self.sums(target))]
        if above[0] <= 0 or start == target:
            return start
        part = above[0] / (above[0] - above[1])
        return {coin: start[coin] + part * (target[coin] - start[coin]) for coin in target}

    # --- liquidation ---

    def liquidate(self, at: int, prices) -> None:
        """LIQ-6: end y = (s L - A) / (s - 1 - f) of debt, so that afterwards A / L is s with the fee paid. One debt coin."""
        (owed,) = self.principal
        assets, debts = self.sums(prices)
        worth = ended = (self.stop * debts - assets) / self.reach
        assert 0 < ended < debts
        sold = {}
        own_first = sorted(self.held, key=lambda coin: (coin != owed, -self.held[coin] * prices[coin]))  # LIQ-5
        for coin in own_first:
            sold[coin] = min(self.held[coin], worth / prices[coin])
            self.held[coin] -= sold[coin]
            worth -= sold[coin] * prices[coin]
        assert worth == 0
        repaid = ended / prices[owed]
        paid_interest = min(repaid, self.interest[owed])  # REP-1
        self.interest[owed] -= paid_interest
        self.principal[owed] -= repaid - paid_interest
        payer = max(self.held, key=lambda coin: self.held[coin] * prices[coin])
        self.held[payer] -= self.fee * ended / prices[payer]  # LIQ-8
        self.called = 0
        figures = {"level": assets / debts, "prices": prices, "sold": sold, "repaid": repaid, "fee": {payer: self.fee * ended / prices[payer]}}
        figures |= {"assets": assets, "held": dict(self.held), "owed": self.debt(owed)}
        assert self.level(prices) == self.stop
        self.told.append((at, "liquidation", figures))
