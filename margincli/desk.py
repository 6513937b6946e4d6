"""The desk: settle, decide, write, tell. The one road every door takes to the books.

Every function takes a Call and returns the JSON document of the contract. What it refuses leaves no trace.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple

from .domain.bnb import BNB, needs_price
from .domain.delisting import ends
from .domain.journal import Entry, Wallet
from .domain.lull import is_lull
from .domain.market import IndexRules
from .domain.operations import decide
from .domain.orders import open_orders
from .domain.pool import PoolRate
from .domain.refusals import Refused
from .domain.risk import Health, health
from .domain.rulebook import Rulebook
from .domain.schemes import scheme_of
from .domain.standing import State
from .domain.walk import settle
from .domain.world import World, moment
from .joint import Account, is_shared, require_time_order, together, with_house
from .ledger import scratch, writing
from .render.documents import entry_document, health_document, notices, order_documents, pool_notice

Document = dict[str, Any]
EVERYONE = "*"


class Call(NamedTuple):
    """What every command says besides its own words: which ledger and account, when, and how to write."""

    ledger: Path  # or one kept open: see ledger/kept.py
    account: str | None  # None: every account (accrue and liquidate only)
    at: int  # ms since 1970, UTC
    ref: str | None = None
    dry_run: bool = False


# --- one account, one request ---


def perform(call: Call, request) -> Document:
    """Bring the account up to date, decide the request, write both, tell.

    Raises Refused, or LedgerFault when the ledger cannot be used. The same ref with the same request answers with the
    first receipt; with another request it is refused.
    """
    return written(call, lambda session: _carry_out(session, call, request))


def written(call: Call, work: Callable[[Any], Document], rules: Callable[[], Document] | None = None) -> Document:
    """Do `work` in one writing session of the ledger.

    The first write creates the ledger, with `rules` or the default profile; so it is tried on a scratch one before: a refusal must leave nothing behind.
    """
    rules = rules or default_rules
    if not call.ledger.exists():
        with scratch(rules) as session:
            rehearsal = work(session)
        if call.dry_run:
            return rehearsal
    with writing(call.ledger, rules) as session:
        return work(session)


def begins_account(request) -> bool:
    """Whether the request may be an account's first: money coming in, or activation."""
    return type(request).__name__ in ("Deposit", "Activate")


def _carry_out(session, call: Call, request) -> Document:
    command, words = command_of(request), words_of(request) if call.ref else ""
    if answered := answered_before(session, call, words):
        return answered
    if not begins_account(request):
        require_account(session, call.account)
    brought = bring(session, [call.account], call.at, request)
    world, due = brought.mine(call.account)
    after, made = decide(world, request)
    after, follows = settle(after, call.at)  # THR-8: what the request itself set off, such as an alert, at the same moment
    told = write_others(session, call, brought, [call.account])
    entries = appended(session, call, due + made + follows, world.rules, after.state)
    asked = entries[len(due) : len(due) + len(made)]
    before, now = ([health_document(wallet) for wallet in wallets_health(account)] for account in (world, after))
    document = receipt(call, command, entries, before, now, [*notices(entries, now), *told])
    if command == "trade":
        document["order"], *others = order_documents(asked, request.type)
        if others:
            document["orders"] = [document["order"], *others]
    return finished(session, call, words, document)


def bring_up_to_date(session, owner: str, at: int, request=None) -> tuple[World, list[Entry]]:
    """The account's world at `at` with all that fell due, and those entries (not written yet)."""
    return bring(session, [owner], at, request).mine(owner)


class Brought(NamedTuple):
    """Accounts as the ledger has them, and brought up to date with what fell due; and the pool's rates that began on the way."""

    before: dict[str, World]
    after: dict[str, Account]
    rates: list[PoolRate]

    def mine(self, owner: str) -> tuple[World, list[Entry]]:
        """One account's world and its entries; in it the house has seen what fell due for the others, too."""
        others = (entry for name, account in self.after.items() if name != owner for entry in account.due)
        return with_house(self.after[owner].world, others) if len(self.after) > 1 else self.after[owner].world, self.after[owner].due


def bring(session, owners: list[str], at: int, request=None) -> Brought:
    """The accounts brought to `at`, alone where they share nothing; else all that anything can fall due for, together.

    Raises Refused time_reversed.
    """
    shared = is_shared(session, at)
    if shared:
        require_time_order(session, at)
        others = (owner for owner in lively(session, at) if owner not in owners)
        owners = [*owners, *(owner for owner in others if (session.settled_to(owner) or 0) <= at)]  # one may be ahead, within the hour
    found = {owner: load(session, owner, at, request) for owner in owners}
    accounts = {owner: Account(world, settled_to, []) for owner, (world, settled_to) in found.items()}
    before = {owner: account.world for owner, account in accounts.items()}
    if shared:
        return Brought(before, *together(session, accounts, at, lambda world, since: settle_under_the_rules(session, world, since)))
    alone = {owner: settle_under_the_rules(session, account.world, account.settled_to) for owner, account in accounts.items()}
    return Brought(before, {owner: Account(world, at, due) for owner, (world, due) in alone.items()}, [])


def lively(session, at: int) -> list[str]:
    """The accounts for which anything can fall due until `at`: with debts or resting orders, or with something that leaves margin."""
    return sorted({*session.owners(owing_only=True), *leaving(session, at)})


def leaving(session, at: int) -> list[str]:
    """Those that have a coin, or anything in the wallet of a pair, that leaves margin until `at`, which has not been booked (DEL-2 to DEL-5)."""
    found: dict[str, int] = {}
    for begins in session.rulebook_changes(-1, at):
        moments = {name: max(end, begins) for name, end in ends(session.rulebook(begins)).items()}
        found |= {name: max(when, found.get(name, when)) for name, when in moments.items() if when <= at}
    return session.owners_leaving(found) if found else []


def pool_rates(session, at: int) -> list[PoolRate]:
    """The last rates of the pool that began by `at`, two of each coin at least where there are: kept ones, and what follows now."""
    ahead = session.last_settled()
    news = bring(session, [], at).rates if ahead is None or ahead[1] < at else []
    return [*session.pool_rates(at, rows=2), *news]


def settle_under_the_rules(session, world: World, settled_to: int) -> tuple[World, list[Entry]]:
    """Settle each stretch of time under the rule book in force then; a new one is judged by at the moment it takes effect (PROF-*).

    The settled moment comes first, once more: a price set at that very moment, after it was settled, counts as if it had been there.
    """
    entries: list[Entry] = []
    changes = session.rulebook_changes(settled_to, world.now)
    if not changes:
        now = _under(world, world.now, session.rulebook(world.now))
        if is_lull(now, settled_to):
            return now, []
    for until in [settled_to, *(end for change in changes for end in (change - 1, change)), world.now]:
        world, found = settle(_under(world, until, session.rulebook(until)), settled_to)
        entries, settled_to = entries + found, until
    return world, entries


def _under(world: World, at: int, rules: Rulebook) -> World:
    """The world at a moment, judged by the rules of then."""
    return World(at, world.owner, world.state, world.market.under(IndexRules.of(rules)), rules)


def load(session, owner: str, at: int, request=None) -> tuple[World, int]:
    """The account as the ledger has it, with the market of its coins and of the request's. Raises Refused time_reversed."""
    last = session.settled_to(owner)
    if last is not None and at < last:
        remedy = f"Time runs forward in an account: use --at {moment(last)} or later, or another account."
        raise Refused("time_reversed", at=moment(at), account=owner, last=moment(last), remedy=remedy)
    settled_to = at if last is None else last
    rules, state = session.rulebook(at), session.state(owner)
    wallets = state.wallets(owner)
    assets = {asset for wallet in wallets for asset in state.holdings(wallet)}
    resting = {order.symbol for wallet in wallets for order in open_orders(state, wallet)}
    symbols = _asked(request, rules, assets, resting)
    since, *new = (session.rulebook(change) for change in (settled_to, *session.rulebook_changes(settled_to, at)))
    assets.update(since.deficit_coins, *(book.deficit_coins for book in new))
    if needs_price(state, owner) or any(book.delistings for book in new or [since]):  # what is delisted may be turned into it (DEL-3)
        assets.add(BNB)
    world = World(at, owner, state, session.market(assets, symbols, settled_to, at), rules)
    return world, settled_to


def _asked(request, rules: Rulebook, assets: set[str], resting: set[str]) -> set[str]:
    """Adds the coins that a request and the resting orders name to `assets`; returns the pairs."""
    symbols = {getattr(request, "symbol", ""), getattr(getattr(request, "wallet", None), "symbol", ""), *resting} - {"", None}
    for symbol in symbols:
        pair = rules.pair(symbol)
        assets.update((pair.base, pair.quote) if pair else ())
    if asset := getattr(request, "asset", ""):
        assets.add(asset)
    return symbols


def require_account(session, owner: str) -> None:
    if not session.owner_exists(owner):
        raise Refused("no_account", account=owner)


def wallets_health(world: World) -> list[Health]:
    """The margin wallets of the account, in their order."""
    return [health(world, wallet) for wallet in world.state.wallets(world.owner) if scheme_of(world, wallet).lends]


# --- writing and telling ---


def write_others(session, call: Call, brought: Brought, asked: list[str]) -> list[Document]:
    """Write what the pool brought along: its rates, and what fell due for accounts that were not asked for. A notice of these."""
    if brought.rates and brought.after:  # without an account nothing says that these hours are past
        session.add_pool_rates(brought.rates)
    booked = {}
    for owner, account in brought.after.items():
        if owner not in asked and (found := appended(session, call._replace(account=owner), account.due, account.world.rules, account.world.state)):
            booked[owner] = len(found)
    return [pool_notice(booked)] if booked else []


def appended(session, call: Call, entries: list[Entry], rules: Rulebook, state: State | None = None) -> list[Document]:
    """Write entries, which leave the account in `state`."""
    numbers = session.append(call.account, entries, rules.scale)
    session.settle(call.account, call.at, state)
    return [entry_document(entry, None if call.dry_run else number) for entry, number in zip(entries, numbers)]


def receipt(call: Call, command: str, entries: Sequence[Document], before: Sequence[Document], after: Sequence[Document], told: Sequence[Document]) -> Document:
    return {
        "mode": "paper",
        "command": command,
        "account": call.account,
        "at": moment(call.at),
        "ref": call.ref,
        "dry_run": call.dry_run,
        "repeated": False,
        "entries": entries,
        "before": before,
        "after": after,
        "notices": told,
    }


def finished(session, call: Call, words: str, document: Document) -> Document:
    """Keep what was written, and the receipt under its ref; nothing of a dry run."""
    if not call.dry_run:
        if call.ref:
            session.remember(call.ref, call.account or EVERYONE, words, document)
        session.commit()
    return document


def answered_before(session, call: Call, words: str) -> Document | None:
    """The receipt a ref got the first time. Raises Refused ref_taken when it was for other words."""
    known = session.recall(call.ref) if call.ref else None
    if known is None:
        return None
    owner, first, document = known
    if (owner, first) != (call.account or EVERYONE, words):
        raise Refused("ref_taken", ref=call.ref)
    return {**document, "repeated": True}


def command_of(request) -> str:
    return type(request).__module__.rpartition(".")[2]


def words_of(request) -> str:
    """The request as words that two equal requests share."""
    fields = {name: _word(value) for name, value in request._asdict().items() if name != "key"}
    return f"{type(request).__name__} {json.dumps(fields, sort_keys=True)}"


def _word(value: Any) -> Any:
    return value.name if isinstance(value, Wallet) else value if isinstance(value, (dict, type(None))) else str(value)


def default_rules() -> Document:
    from .rules import load as load_rules

    return load_rules()
