"""The liquidation loan: what a bankrupt cross wallet still owes is owed on, in one coin and without interest (FUND-5).

It stands in a wallet of its own that nothing else uses, so that the cross wallet starts afresh. The insurance fund pays the
debts; the house has a claim on the user instead.
"""

from decimal import Decimal
from typing import NamedTuple

from .journal import CLAIMS, INSURANCE, Account, Change, Entry, Wallet, move
from .money import ZERO, charge_up_quotient, plain
from .standing import State
from .steps import pay_down
from .world import World

LENT = "lent"  # the setting that holds how much was lent since the account last owed nothing of it


class Loan(NamedTuple):
    """`amount` was lent in all, `remaining` of it is still owed."""

    asset: str
    amount: Decimal
    remaining: Decimal

    @property
    def repaid(self) -> Decimal:
        return self.amount - self.remaining


def owed_by(owner: str) -> Account:
    return Account(Wallet(owner, "liquidation-loan"), "borrowed")


def loan_of(state: State, owner: str, asset: str) -> Loan:
    """The account's loan in `asset`; all zero where there never was one."""
    account = owed_by(owner)
    return Loan(asset, Decimal(state.setting(account.wallet, LENT) or 0), -state.balance(account, asset))


def loan_asset(world: World) -> str:
    return world.rules.leaf("liquidation.loan_asset", "USDC")


def price_usdt(world: World) -> Decimal:
    """The index price of the loan's coin, or what the rule book lets it count for while none is known."""
    return world.value_usdt(loan_asset(world)) or world.rules.number("liquidation.loan_price_usdt", "1")


def worth_usdt(world: World) -> Decimal:
    """What is still owed of the loan, in USDT."""
    return loan_of(world.state, world.owner, loan_asset(world)).remaining * price_usdt(world)


def lend_on(world: World, wallet: Wallet, asset: str, value_usdt: Decimal) -> Entry:
    """FUND-5: the fund pays one debt of `wallet`, worth `value_usdt`, and the user owes as much of the loan's coin, rounded up."""
    owed, coin, account = world.state.holding(wallet, asset).debt, loan_asset(world), owed_by(wallet.owner)
    amount, before = charge_up_quotient(value_usdt, price_usdt(world), world.rules.scale(coin)), loan_of(world.state, wallet.owner, coin)
    (paid,) = pay_down(world, wallet, asset, owed, INSURANCE, "liquidation_loan")
    lent = amount + (before.amount if before.remaining else ZERO)
    facts = {**paid.facts, "loan_asset": coin, "loan": plain(amount), "price_usdt": plain(price_usdt(world))}
    changes = (Change(account.wallet, LENT, plain(lent)),)
    return paid._replace(postings=paid.postings + move(coin, amount, account, CLAIMS), changes=changes, facts=facts)


def pay_back(world: World, amount: Decimal) -> Entry:
    """FUND-5: spot coins pay the fund back, and the claim falls by as much."""
    coin, spot = loan_asset(world), Wallet(world.owner, "spot")
    postings = move(coin, amount, Account(spot, "free"), INSURANCE) + move(coin, amount, CLAIMS, owed_by(world.owner))
    rest = loan_of(world.state, world.owner, coin).remaining - amount
    return Entry(world.now, "liquidation_loan_repay", spot, coin, amount, postings, (), {"remaining": plain(rest)})
