"""Bringing accounts up to date together: while coins have a supply, what one account owes moves the rates of all (INT-6, INT-8).

As long as nobody's principal changes, what is lent stands still and the path of the rates is known ahead, so every
account settles along it on its own. Where some entry moved the pool, all go only to the end of that hour, within which
rates are fixed, and on from there by what is lent then. So the books do not depend on who was looked at first, or when.
"""

from typing import Any, Callable, Iterable, NamedTuple

from .domain.interest import HOUR, next_hour
from .domain.journal import HOUSE, Entry
from .domain.pool import PoolRate, in_force, lent_of, moved, path
from .domain.refusals import Refused
from .domain.standing import State
from .domain.world import World, moment

DAY = 24 * HOUR
FAR = 2**63 - 1  # later than any moment
Settle = Callable[[World, int], tuple[World, list[Entry]]]  # the world brought from a moment to its own now


class Account(NamedTuple):
    """One account on its way: its world at `settled_to`, and what fell due so far, not written yet."""

    world: World
    settled_to: int
    due: list[Entry]


def is_shared(session: Any, at: int) -> bool:
    """Whether any coin has a supply between the hour up to which anybody is settled and `at`.

    Who is settled the furthest takes a look at every account. But somebody is settled as far as the last entry: so the rule
    books from there on are asked first, and mostly none of them knows of a supply.
    """
    if not _any_supply(session, min(session.last_booked(), at), FAR):
        return False
    ahead = session.last_settled()
    return _any_supply(session, *sorted((ahead[1] if ahead else 0, at)))


def _any_supply(session: Any, since: int, until: int) -> bool:
    since = max(since - since % HOUR - 1, 0)  # a supply that ended in this hour has its end written at the next
    return any(session.rulebook(begins).supplies for begins in (since, *session.rulebook_changes(since, until)))


def require_time_order(session: Any, at: int) -> None:
    """Where accounts share a pool, time runs forward for all: no use of an hour changes once its rate has been charged (INT-8).

    That holds for an account that owes nothing, too: nobody could say what it might have borrowed then, and at which rate.
    """
    ahead = session.last_settled()
    if ahead and at < ahead[1] - ahead[1] % HOUR:
        last = moment(ahead[1])
        remedy = f"Accounts that share a lending pool share their time: use --at {last} or later, or wait until then. For what has another time, begin another --ledger."
        raise Refused("time_reversed", at=moment(at), account=ahead[0], last=last, remedy=remedy)


def together(session: Any, accounts: dict[str, Account], at: int, settle: Settle) -> tuple[dict[str, Account], list[PoolRate]]:
    """All accounts brought to `at`, and the rates of the pool that began on the way. `accounts` are all that owe or have
    orders resting, and any others.
    """
    ahead = session.last_settled()
    now = ahead[1] if ahead else 0
    standing, lent = {rate.asset: rate for rate in session.pool_rates(now)}, lent_of(session.state(HOUSE.owner))
    begun: list[PoolRate] = []
    reach = at - now
    while True:
        until = min(at, now + reach)
        rates, settled = _along(session, accounts, standing, lent, now, until, settle)
        first = moved(_new(accounts, settled), standing.keys() | {rate.asset for rate in rates})
        stirred = first is not None and next_hour(max(first, now)) <= until
        if stirred:
            until = next_hour(max(first, now)) - 1
            rates, settled = _along(session, accounts, standing, lent, now, until, settle)
        for asset, more in lent_of(State({}, {}).after(_new(accounts, settled))).items():
            lent[asset] = lent.get(asset, 0) + more
        standing.update((rate.asset, rate) for rate in rates)
        begun, accounts, now = begun + rates, settled, until
        if now >= at:
            return accounts, begun
        reach = DAY if stirred else 2 * reach  # what is thrown away stays in proportion to the way made


def _along(session, accounts, standing, lent, now: int, until: int, settle: Settle) -> tuple[list[PoolRate], dict[str, Account]]:
    """The path of the rates up to `until`, should nothing be lent or paid back, and everybody settled along it."""
    rates: list[PoolRate] = []
    known, begin = dict(standing), now
    for end in (*session.rulebook_changes(now, until), until):
        if begin < end:
            found = path(session.rulebook(end - 1), known, lent, begin, end)
            known.update((rate.asset, rate) for rate in found)
            rates, begin = rates + found, end
    pool = in_force([*standing.values(), *rates])
    return rates, {owner: _settled(account, until, pool, settle) for owner, account in accounts.items()}


def _settled(account: Account, until: int, pool: dict, settle: Settle) -> Account:
    before = account.world
    world, found = settle(World(until, before.owner, before.state, before.market.lent_at(pool), before.rules), account.settled_to)
    return Account(world, until, account.due + found)


def _new(before: dict[str, Account], after: dict[str, Account]) -> list[Entry]:
    return [entry for owner, account in after.items() for entry in account.due[len(before[owner].due) :]]


def with_house(world: World, entries: Iterable[Entry]) -> World:
    """The world in which the house has also seen entries of other accounts."""
    balances = dict(world.state.balances)
    for entry in entries:
        for account, asset, amount in entry.postings:
            if account.wallet == HOUSE:
                balances[account, asset] = balances.get((account, asset), 0) + amount
    return World(world.now, world.owner, State(balances, world.state.settings), world.market, world.rules)
