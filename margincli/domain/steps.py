"""The steps all verbs are made of: lend, charge the first hour, pay down a debt, fill an order. Each is written once."""

from decimal import Decimal
from typing import NamedTuple

from .bnb import AUTO_REPAY, BNB
from .fees import Fee
from .interest import ON_BORROW, Run, hour_of, interest_entry, promise
from .journal import EXCHANGE, FEES, LOANS, POOL, Account, Change, Entry, Wallet, move
from .money import plain
from .world import World


def lend(world: World, wallet: Wallet, asset: str, amount: Decimal, kind: str) -> list[Entry]:
    """The loan and its first hour: coins land free in the wallet (BOR-14), the hour is charged at once (INT-2, INT-3).

    `kind` is MANUAL or AUTO (REP-9).
    """
    free, borrowed = Account(wallet, "free"), Account(wallet, "borrowed")
    postings = move(asset, amount, POOL, free) + move(asset, amount, borrowed, LOANS)
    loan = Entry(world.now, "borrow", wallet, asset, amount, postings, promise(world, wallet, asset), {"type": kind})
    hour = hour_of(world, wallet, asset, amount, ON_BORROW, world.state.holding(wallet, BNB).interest)
    return [loan, interest_entry(wallet, Run(hour, world.now, 1))]


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


def pay_bnb_interest(world: World, wallet: Wallet) -> list[Entry]:
    """BNB-5: interest in BNB is paid from the BNB that is free, as far as it goes; principal is not."""
    free = Account(wallet, "free")
    amount = min(world.state.balance(free, BNB), world.state.holding(wallet, BNB).interest)
    return pay_down(world, wallet, BNB, amount, free, "repay", type=AUTO_REPAY)


class Fill(NamedTuple):
    """An execution: `qty` of the base coin for `quote_qty` of the quote coin, and its fee."""

    symbol: str
    side: str
    base: str
    quote: str
    qty: Decimal
    price: Decimal
    quote_qty: Decimal
    fee: Fee

    @property
    def received(self) -> tuple[str, Decimal]:
        """Coin and amount, net of the fee where that is in the same coin (REP-6)."""
        coin, gross = (self.base, self.qty) if self.side == "BUY" else (self.quote, self.quote_qty)
        return coin, gross - (self.fee.amount if self.fee.asset == coin else 0)


def fill_order(world: World, wallet: Wallet, fill: Fill, number: int, changes: tuple[Change, ...] = ()) -> list[Entry]:
    """Exchange the coins of order `number` with the market and take the fee."""
    free = Account(wallet, "free")
    gives, takes = (fill.quote, fill.base) if fill.side == "BUY" else (fill.base, fill.quote)
    given, taken = (fill.quote_qty, fill.qty) if fill.side == "BUY" else (fill.qty, fill.quote_qty)
    postings = move(gives, given, free, EXCHANGE) + move(takes, taken, EXCHANGE, free)
    if fill.fee.amount:
        postings += move(fill.fee.asset, fill.fee.amount, free, FEES)
    facts = {
        "order": str(number),
        "side": fill.side,
        "symbol": fill.symbol,
        "qty": plain(fill.qty),
        "price": plain(fill.price),
        "quote_qty": plain(fill.quote_qty),
        "fee": plain(fill.fee.amount),
        "fee_asset": fill.fee.asset,
        **_fee_facts(fill.fee),
    }
    return [Entry(world.now, "trade", wallet, fill.base, fill.qty, postings, changes, facts)]


def _fee_facts(fee: Fee) -> dict[str, str]:
    """Its kinds where there are several (FEE-3), and the BNB that was not there (BNB-7)."""
    facts = {f"fee_{kind}": plain(part) for kind, part in fee.parts._asdict().items()} if any(fee.parts[1:]) else {}
    return facts | ({"bnb_needed": plain(fee.bnb_needed)} if fee.bnb_needed else {})
