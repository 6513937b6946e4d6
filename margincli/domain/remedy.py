"""What a wallet does not allow now, why, and the least that would allow it: coins moved in, or a debt paid down.

There is no second formula: the amount is found by asking the rule itself, so it holds for every mode, tier and haircut. It is
true at the moment asked about; interest and prices move it.
"""

from bisect import bisect_left
from decimal import Decimal
from typing import Callable, Iterator, NamedTuple

from .delisting import most_in
from .journal import Account, Entry, Wallet, move
from .money import ZERO, give_down_quotient, unit
from .operations import borrow
from .operations.cool_off import not_cooling_off
from .operations.repay import CHECKS as REPAY_CHECKS
from .operations.repay import Repay, RepaySelling
from .operations.repay import decide as repaid
from .operations.words import UNITS_MOST, may_trade, not_in_liquidation, wallet_active
from .refusals import Refused
from .risk import BORROW, TRANSFER_OUT, exposure, level, require_level_to_move_out, require_priced_debts
from .schemes import scheme_of
from .world import World

TRANSFER_IN, REPAY = "transfer_in", "repay"
_PART = 8  # of its debts a wallet may lack; only where the search begins
Rule = Callable[[World], None]  # raises Refused where it says no
Permit = Callable[[World], bool]


class Remedy(NamedTuple):
    """The least `amount` of `asset` that suffices, one unit less not. `sell`: the coin to sell where the owed one is not free."""

    verb: str
    asset: str
    amount: Decimal
    sell: str = ""


class Denial(NamedTuple):
    """A verb that is not allowed, the rule that says so, and each way to change that alone; none where only time or a setting can."""

    verb: str
    refusal: Refused
    remedies: tuple[Remedy, ...]


class _Asked(NamedTuple):
    wallet: Wallet


def _level_to_move_out(world: World, request: _Asked) -> None:
    """TRF-2, TRF-8; and how much may leave is only known while every debt is priced (ML-7)."""
    require_level_to_move_out(world, request.wallet)
    require_priced_debts(world, request.wallet)


# What each verb asks of the wallet, whatever the coin, in the order of the verb's own checks (THR-1, THR-4, THR-5).
PERMITS = {
    "trade": (wallet_active, may_trade),
    BORROW: (wallet_active, not_cooling_off, not_in_liquidation, borrow.level_allows),
    TRANSFER_OUT: (wallet_active, _level_to_move_out),
}


def denials(world: World, wallet: Wallet) -> list[Denial]:
    """What the wallet as a whole does not allow now. To borrow, so much is needed that the smallest loan is lent (BOR-5)."""
    if not scheme_of(world, wallet).lends:
        return []
    found = []
    for verb, checks in PERMITS.items():
        rule = _all_of(checks, _Asked(wallet))
        if refusal := refusal_of(world, rule):
            coins = _coins_to_bring(world, wallet)
            enough = something_lent(wallet, coins[0]) if verb == BORROW and coins else rule
            found.append(Denial(verb, refusal, what_would_allow(world, wallet, permitted(enough))))
    return found


def what_would_end_the_call(world: World, wallet: Wallet) -> tuple[Remedy, ...]:
    """CALL-2: the least that brings the level above the call; none where none stands."""

    def over(now: World) -> bool:
        return not scheme_of(now, wallet).bands(now, wallet).calls(level(now, wallet))

    return () if not scheme_of(world, wallet).lends or over(world) else what_would_allow(world, wallet, over)


def loan_denial(world: World, wallet: Wallet, asset: str, refusal: Refused, denied: dict[str, Denial]) -> Denial:
    """Why nothing of a coin is lent: what holds for the whole wallet, else what is in the way of this coin alone."""
    if BORROW in denied and denied[BORROW].refusal.code == refusal.code:
        return denied[BORROW]
    return Denial(BORROW, refusal, what_would_allow(world, wallet, permitted(something_lent(wallet, asset))))


def something_lent(wallet: Wallet, asset: str) -> Rule:
    """The rule that something of a coin is lent."""
    return _all_of(borrow.CHECKS, borrow.Borrow(wallet, asset, None))


def what_would_allow(world: World, wallet: Wallet, enough: Permit) -> tuple[Remedy, ...]:
    """The ways to what is asked for: coins moved in from spot, or a debt paid with what the wallet has."""
    return tuple(remedy for remedy in (_by_transfer(world, wallet, enough), _by_repaying(world, wallet, enough)) if remedy)


def least(most: int, guess: int, enough: Callable[[int], bool]) -> int | None:
    """The number of units up to `most` that is enough while one less is not; None where even `most` is not. A good guess is found sooner."""
    if most <= 0 or not enough(most):
        return None
    low, high = 0, max(1, min(guess, most))
    while not enough(high):
        low, high = high, min(2 * high, most)
    return low + 1 + bisect_left(range(low + 1, high), True, key=enough)


def _units(amount: Decimal, one: Decimal) -> int:
    return int(amount / one)


def _by_transfer(world: World, wallet: Wallet, enough: Permit) -> Remedy | None:
    for asset in _coins_to_bring(world, wallet):
        one = unit(world.rules.scale(asset))
        guess = _units(give_down_quotient(exposure(world, wallet).total_liability, _PART * world.value_usdt(asset), world.rules.scale(asset)), one)
        if units := least(UNITS_MOST, guess, lambda n, a=asset, u=one: enough(_with(world, wallet, a, n * u))):
            return Remedy(TRANSFER_IN, asset, units * one)
    return None


def _coins_to_bring(world: World, wallet: Wallet) -> list[str]:
    """USDT, or the coins of the pair, the quote first; priced, and not about to leave margin (DEL-1)."""
    pair = world.rules.pair(wallet.symbol) if wallet.symbol else None
    coins = (pair.quote, pair.base) if pair else ("USDT",)
    return [coin for coin in coins if world.value_usdt(coin) and most_in(world, wallet, coin) is None]


def _with(world: World, wallet: Wallet, asset: str, amount: Decimal) -> World:
    postings = move(asset, amount, Account(Wallet(wallet.owner, "spot"), "free"), Account(wallet, "free"))
    return world.after([Entry(world.now, "transfer", wallet, asset, amount, postings)])


def _by_repaying(world: World, wallet: Wallet, enough: Permit) -> Remedy | None:
    """The first that is enough: the largest debt with what is free of its coin, else with one other coin sold for it (REP-3, REP-7)."""
    for asset, sell, most in _repayments(world, wallet):
        one = unit(world.rules.scale(asset))
        ask = lambda amount, a=asset, s=sell: RepaySelling(wallet, a, amount, (s,)) if s else Repay(wallet, a, amount)  # noqa: E731

        def pays(units: int, ask=ask, one=one) -> bool:
            request = ask(units * one)
            return not refusal_of(world, _all_of(REPAY_CHECKS, request)) and enough(repaid(world, request)[0])

        if units := least(_units(most, one), _units(most, one), pays):
            return Remedy(REPAY, asset, units * one, sell)
    return None


def _repayments(world: World, wallet: Wallet) -> Iterator[tuple[str, str, Decimal]]:
    """(coin owed, coin sold for it, the most that this way pays). A debt without a price stands in the way of all (ML-7): it comes first."""
    worth = {asset: world.value_usdt(asset) or ZERO for asset in world.state.holdings(wallet)}
    holdings = world.state.holdings(wallet)
    owed = max((asset for asset, held in holdings.items() if held.debt), key=lambda asset: (world.value_usdt(asset) is None, holdings[asset].debt * worth[asset]), default=None)
    if owed is None:
        return
    debt = holdings[owed].debt
    yield owed, "", min(holdings[owed].free, debt)
    for coin in sorted(holdings, key=lambda coin: -holdings[coin].free * worth[coin]):
        refusal = refusal_of(world, _all_of(REPAY_CHECKS, RepaySelling(wallet, owed, debt, (coin,))))
        yield owed, coin, Decimal(refusal.facts.get("brought", 0)) if refusal else debt


def _all_of(checks: tuple, request) -> Rule:
    def rule(world: World) -> None:
        for check in checks:
            check(world, request)

    return rule


def permitted(rule: Rule) -> Permit:
    return lambda world: not refusal_of(world, rule)


def refusal_of(world: World, rule: Rule) -> Refused | None:
    try:
        rule(world)
    except Refused as refusal:
        return refusal
    return None
