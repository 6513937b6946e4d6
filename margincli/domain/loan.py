"""The liquidation loan: what a bankrupt cross wallet still owes is owed on, in one coin and without interest (FUND-5).

It stands in a wallet of its own that nothing else uses, so that the cross wallet starts afresh. The insurance fund pays the
debts; the house has a claim on the user instead.
"""

from decimal import Decimal
from typing import NamedTuple

from .journal import CLAIMS, INSURANCE, Account, Change, Entry, Wallet, move
from .money import ZERO, charge_up_quotient, plain
from .steps import pay_down
from .world import World

WALLET = "liquidation-loan"
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
    return Account(Wallet(owner, WALLET), "borrowed")


def loan_of(world: World) -> Loan:
    """The account's loan, in the coin it was made in, else in that of the rule book; all zero where there never was one."""
    wallet = owed_by(world.owner).wallet
    for asset, owed in world.state.holdings(wallet).items():
        return Loan(asset, Decimal(world.state.setting(wallet, LENT)), owed.borrowed)
    return Loan(world.rules.leaf("liquidation.loan_asset", "USDC"), Decimal(world.state.setting(wallet, LENT) or 0), ZERO)


def price_usdt(world: World, asset: str) -> Decimal:
    """The index price of the loan's coin, or what the rule book lets it count for while none is known."""
    return world.value_usdt(asset) or world.rules.number("liquidation.loan_price_usdt", "1")


def worth_usdt(world: World) -> Decimal:
    """What is still owed of the loan, in USDT."""
    loan = loan_of(world)
    return loan.remaining * price_usdt(world, loan.asset)


def lend_on(world: World, wallet: Wallet, asset: str, value_usdt: Decimal) -> Entry:
    """FUND-5: the fund pays one debt of `wallet`, worth `value_usdt`, and the user owes as much of the loan's coin, rounded up."""
    loan, account = loan_of(world), owed_by(wallet.owner)
    price = price_usdt(world, loan.asset)
    amount = charge_up_quotient(value_usdt, price, world.rules.scale(loan.asset))
    (paid,) = pay_down(world, wallet, asset, world.state.holding(wallet, asset).debt, INSURANCE, "liquidation_loan")
    lent = amount + (loan.amount if loan.remaining else ZERO)
    facts = {**paid.facts, "loan_asset": loan.asset, "loan": plain(amount), "price_usdt": plain(price)}
    changes = (Change(account.wallet, LENT, plain(lent)),)
    return paid._replace(postings=paid.postings + move(loan.asset, amount, account, CLAIMS), changes=changes, facts=facts)


def pay_back(world: World, amount: Decimal) -> Entry:
    """FUND-5: spot coins pay the fund back, and the claim falls by as much."""
    loan, spot = loan_of(world), Wallet(world.owner, "spot")
    postings = move(loan.asset, amount, Account(spot, "free"), INSURANCE) + move(loan.asset, amount, CLAIMS, owed_by(world.owner))
    return Entry(world.now, "liquidation_loan_repay", spot, loan.asset, amount, postings, (), {"remaining": plain(loan.remaining - amount)})
