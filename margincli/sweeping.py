"""Every account brought up to date in one go: `accrue` and `liquidate`, the two reports of one walk.

Where many owe, the quiet ones pay their hours in one stroke (see domain/quiet.py, ledger/herd.py) and only the others are walked
through. The books come out the same; the report names the accounts to which anything but interest happened.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain

from .desk import EVERYONE, Call, Document, answered_before, appended, bring, finished, leaving, lively, receipt, require_account, wallets_health, write_others
from .domain.interest import HOUR
from .domain.money import ONE
from .domain.quiet import call_bar, dues, growth_up, worst_prices
from .domain.standing import State
from .domain.world import World
from .joint import is_shared
from .ledger import writing
from .render.documents import entry_document, health_document, notices
from .render.pile import Pile

MANY = 1000  # debts, from which on a sweep looks at all of them at once


def sweep(call: Call, command: str) -> Document:
    """Bring all accounts that owe anything (or the one named) up to date, in one transaction."""
    with writing(call.ledger, references=False) as session:
        words = f"{command} {call.account or EVERYONE}"
        if answered := answered_before(session, call, words):
            return answered
        entries, before, after, shared = Pile(), Pile(), Pile(), []
        for owners in _walked(session, call, entries):
            brought = bring(session, owners, call.at)
            shared += write_others(session, call, brought, owners)
            for owner in owners:
                account = brought.after[owner]
                entries.extend(appended(session, call._replace(account=owner), account.due, account.world.rules))
                before.extend(map(health_document, wallets_health(brought.before[owner])))
                after.extend(map(health_document, wallets_health(account.world)))
        told = Pile(chain(notices(entries, after), shared))
        return finished(session, call, words, receipt(call, command, *(_at_hand(call, pile) for pile in (entries, before, after, told))))


def _at_hand(call: Call, pile: Pile) -> Sequence[Document]:
    """A few documents, and those that are kept under a ref, as they are."""
    return pile if len(pile) > MANY and not call.ref else list(pile)


def _walked(session, call: Call, entries: Pile) -> Iterable[list[str]]:
    """The accounts that have to be walked through, together where they share a pool, once the quiet ones have paid their hours, told in `entries`."""
    if call.account is not None:
        require_account(session, call.account)
        return [[call.account]]
    if is_shared(session, call.at):
        return [lively(session, call.at)]
    loans = session.gather(MANY)
    since, until = min((some.first for some in loans), default=0), max((some.last for some in loans), default=0)
    if not loans or until > call.at or _rules_act(session, since, call.at):
        return ([owner] for owner in lively(session, call.at))
    entries.extend(entry_document(entry, None if call.dry_run else number) for number, entry in _quiet_hours(session, call.at, since, loans))
    return ([owner] for owner in dict.fromkeys((*session.loud(), *leaving(session, call.at))))


def _rules_act(session, since: int, until: int) -> bool:
    """Whether the rules themselves do something in that time: change, or take a coin off the market (DEL-2)."""
    return bool(session.rulebook_changes(since, until)) or any(since < at <= until for at in session.rulebook(until).delistings.values())


def _quiet_hours(session, now: int, since: int, loans):
    """Screen the accounts, and charge those that pass."""
    assets = session.assets()
    world = World(now, "", State({}, {}), session.market(assets, (), since, now), session.rulebook(now))
    due = {some: dues(world, some.mode, some.asset, some.hour * HOUR) for some in loans}
    growths: dict[str, Decimal] = {}
    for some, hours in due.items():
        growths[some.asset] = max(growths.get(some.asset, ONE), growth_up(hours))
    worth = [(asset, low, high * growths.get(asset, ONE)) for asset, (low, high) in worst_prices(world.market, assets, since, now).items()]
    session.screen(worth, lambda name: call_bar(world, name), (now - since) // HOUR + 1)
    return session.charge_quiet(due, now)
