"""The steps all verbs are made of: lend, charge the first hour, pay down a debt, fill an order. Each is written once."""

from decimal import Decimal
from typing import NamedTuple

from .interest import ON_BORROW, Run, charge_hour_up, interest_entry
from .journal import EXCHANGE, FEES, LOANS, POOL, Account, Change, Entry, Wallet, move
from .money import plain, round_half_up
from .world import World


def lend(world: World, wallet: Wallet, asset: str, amount: Decimal, kind: str) -> list[Entry]:
    """The loan and its first hour: coins land free in the wallet (BOR-14), the hour is charged at once (INT-2, INT-3).

    `kind` is MANUAL or AUTO (REP-9).
    """
    free, borrowed = Account(wallet, "free"), Account(wallet, "borrowed")
    postings = move(asset, amount, POOL, free) + move(asset, amount, borrowed, LOANS)
    loan = Entry(world.now, "borrow", wallet, asset, amount, postings, (), {"type": kind})
    rate = world.rate_daily(wallet.mode, asset)
    run = Run(amount, rate, world.now, charge_hour_up(amount, rate, world.rules.scale(asset)))
    return [loan, interest_entry(wallet, asset, run, ON_BORROW)]


def pay_down(world: World, wallet: Wallet, asset: str, amount: Decimal, payer: Account, kind: str, **facts: str) -> list[Entry]:
    """Pay `amount` of a debt from `payer`: interest first, then principal (REP-1). Nothing for an amount of zero.

    The caller has made sure that no more is paid than is owed.
    """
    if not amount:
        return []
    owed = world.state.holding(wallet, asset)
    interest = min(amount, owed.interest)
    principal = amount - interest
    postings = ()
    if interest:
        postings += move(asset, interest, payer, Account(wallet, "interest"))
    if principal:
        postings += move(asset, principal, payer, POOL) + move(asset, principal, LOANS, Account(wallet, "borrowed"))
    told = {"interest": plain(interest), "principal": plain(principal), **facts}
    return [Entry(world.now, kind, wallet, asset, amount, postings, (), told)]


class Fill(NamedTuple):
    """An execution: `qty` of the base coin for `quote_qty` of the quote coin; the fee is in the coin received (FEE-2)."""

    symbol: str
    side: str
    base: str
    quote: str
    qty: Decimal
    price: Decimal
    quote_qty: Decimal
    fee: Decimal

    @property
    def received(self) -> tuple[str, Decimal]:
        """Coin and amount, net of the fee (REP-6)."""
        coin, gross = (self.base, self.qty) if self.side == "BUY" else (self.quote, self.quote_qty)
        return coin, gross - self.fee


def commission(received: Decimal, rate: Decimal, places: int) -> Decimal:
    """FEE-2, FEE-3: the fee on what is received, half up."""
    return round_half_up(received * rate, places)


def fill_order(world: World, wallet: Wallet, fill: Fill, number: int, changes: tuple[Change, ...] = ()) -> list[Entry]:
    """Exchange the coins of order `number` with the market and take the fee out of what came in."""
    free = Account(wallet, "free")
    gives, takes = (fill.quote, fill.base) if fill.side == "BUY" else (fill.base, fill.quote)
    given, taken = (fill.quote_qty, fill.qty) if fill.side == "BUY" else (fill.qty, fill.quote_qty)
    postings = move(gives, given, free, EXCHANGE) + move(takes, taken, EXCHANGE, free)
    if fill.fee:
        postings += move(takes, fill.fee, free, FEES)
    facts = {
        "order": str(number),
        "side": fill.side,
        "symbol": fill.symbol,
        "qty": plain(fill.qty),
        "price": plain(fill.price),
        "quote_qty": plain(fill.quote_qty),
        "fee": plain(fill.fee),
        "fee_asset": takes,
    }
    return [Entry(world.now, "trade", wallet, fill.base, fill.qty, postings, changes, facts)]
