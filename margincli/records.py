"""What is on record: the journal in rows, interest hour by hour, resting orders, the rules in force, the proof of the books.

Every function takes a Call and returns the JSON document of the contract; lists are `{"rows": [...]}`.
"""

from decimal import Decimal
from typing import Any, Callable, Iterable

from .desk import Call, Document, answered_before, bring_up_to_date, default_rules, finished, require_account, written
from .domain.flaws import flaw_of
from .domain.money import ZERO, plain
from .domain.orders import open_orders
from .domain.refusals import Refused
from .domain.rulebook import Rulebook, millis
from .domain.world import moment
from .joint import is_shared, require_time_order
from .ledger import reading
from .render.documents import entry_document, interest_rows, open_order_document, period


def listed(call: Call, rows: list[Document], **more: Any) -> Document:
    return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": rows, **more}


def recorded(call: Call, command: str, words: str, work: Callable[[Any], list[Document]], rules: Document | None = None, told: Iterable[Document] = ()) -> Document:
    """Write what is not in the journal (prices, rates, rules) and answer with the rows that were taken.

    A new ledger begins under `rules`, if they are given; `told` are notices.
    """

    def session_work(session) -> Document:
        if answered := answered_before(session, call, f"{command} {words}"):
            return answered
        rows = work(session)
        nothing_booked = {"entries": [], "before": [], "after": [], "notices": list(told)}
        document = listed(call, rows, command=command, ref=call.ref, dry_run=call.dry_run, repeated=False, **nothing_booked)
        return finished(session, call, f"{command} {words}", document)

    return written(call, session_work, rules and (lambda: rules))


# --- the journal ---


def history(call: Call, kind: str | None, since: int | None, asset: str | None, limit: int | None) -> Document:
    """The journal of the account, oldest first, the newest `limit` entries of those asked for."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        found = session.history(call.account, kind=kind, since=since, until=call.at, asset=asset, limit=limit)
        return listed(call, [entry_document(entry, number) for number, entry in found])


def interest(call: Call, asset: str | None, since: int | None, summed: bool) -> Document:
    """Interest charged, hour by hour as the exchange lists it (INT-11), or summed by wallet, coin and coin of the loan."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        found = session.history(call.account, kind="interest", since=since)
        hours = [(at, row) for number, entry in found for at, row in interest_rows(number, entry) if (since or 0) <= at <= call.at]
        rows = [row for _, row in sorted(hours, key=lambda hour: hour[0]) if asset in (None, row["asset"], row["raw_asset"])]
        return listed(call, _sums(rows) if summed else rows)


def orders(call: Call, symbol: str | None) -> Document:
    """The orders that rest as of `call.at`, of one pair if it is named; those that fell due are filled in memory first."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        world, _ = bring_up_to_date(session, call.account, call.at)
        if symbol and world.rules.pair(symbol) is None:
            raise Refused("unknown_pair", symbol=symbol)
        resting = [(wallet.name, order) for wallet in world.state.wallets(call.account) for order in open_orders(world.state, wallet)]
        return listed(call, [open_order_document(name, order) for name, order in resting if symbol in (None, order.symbol)])


def _sums(rows: list[Document]) -> list[Document]:
    sums: dict[tuple[str, str, str], list] = {}
    for row in rows:
        line = sums.setdefault((row["wallet"], row["asset"], row["raw_asset"]), [0, ZERO])
        line[0] += 1
        line[1] += Decimal(row["interest"])
    lines = sorted(sums.items())
    return [{"wallet": wallet, "asset": asset, "hours": hours, "interest": plain(total), "raw_asset": raw} for (wallet, asset, raw), (hours, total) in lines]


# --- rules and proof ---


def rules_show(call: Call, topic: str | None) -> Document:
    """The rule book in force: every number with its basis and rule id. Without a ledger, the default profile."""
    from .rules import describe

    document = default_rules()
    if call.ledger.exists():
        with reading(call.ledger) as session:
            document = session.rulebook(call.at).document
    rows = list(describe(document, topic))
    if topic and not rows:
        raise Refused("no_such_topic", topic=topic)
    return listed(call, rows, **{key: document.get(key) for key in ("profile", "title", "from", "until")})


def rules_use(call: Call, profile: str) -> Document:
    """Another profile of the package in force from `call.at` on; what was imported before does not carry over.

    A ledger that does not exist yet begins with it.
    """
    from .rules import load

    document = load(profile)
    return _put_in_force(call, "rules use", profile, document, lambda document, before: document, document)


def _out_of_its_time(call: Call, document: Document) -> list[Document]:
    """PROF-1: a notice where a profile is used for a time it is not of."""
    begin, end = document.get("from"), document.get("until")
    if (not begin or millis(begin) <= call.at) and (not end or call.at < millis(end)):
        return []
    words = f"Profile {document['profile']} holds the rules {period(document)}: {moment(call.at)} lies outside that time."
    return [{"code": "profile_out_of_date", "wallet": None, "message": words, "facts": {"profile": document["profile"], "from": begin, "until": end}}]


def rules_import(call: Call, name: str, text: str) -> Document:
    """Rules of the user's own laid over those in force, from `call.at` on. Raises RulesFileError, naming the line that is wrong."""
    from .rules import load, merge, read

    def lay(document: Document, before: Document) -> Document:
        missing = [section for section in document if section not in before]  # of a book made when there was no such section
        packaged = load() if missing else {}
        return merge({**{section: packaged[section] for section in missing}, **before}, document)

    return _put_in_force(call, "rules import", name, read(text), lay)


def _put_in_force(call: Call, command: str, words: str, document: Document, lay: Callable[[Document, Document], Document], begins: Document | None = None) -> Document:
    from .rules import RulesFileError, describe

    def work(session) -> list[Document]:
        whole = lay(document, session.rulebook(call.at).document)
        if flaw := flaw_of(Rulebook(whole)):
            raise RulesFileError("file", flaw, "mend it there")
        if Rulebook(whole).supplies or is_shared(session, call.at):
            require_time_order(session, call.at)
        if session.rulebook(call.at).document != whole:
            session.add_rulebook(call.at, whole)
        since = session.rulebook_since(call.at)
        in_force = {"topic": "profile", "name": whole["profile"], "value": f"in force from {moment(since) if since else 'the start'}", "basis": "", "rule": "PROF-1", "note": whole["title"]}
        return [in_force, *(describe(document) if command == "rules import" else ())]

    return recorded(call, command, words, work, begins, _out_of_its_time(call, document) if begins else ())


def quiz() -> Document:
    """The questions of the margin quiz with their choices, without the answers (MODE-2)."""
    from .rules import quiz as questions

    return {"questions": [{key: question[key] for key in ("id", "question", "choices")} for question in questions()]}


def quiz_key() -> dict[str, str]:
    """The right choice of each question."""
    from .rules import quiz as questions

    return {question["id"]: question["answer"] for question in questions()}


def check(call: Call, earlier_head: str | None = None) -> Document:
    """Prove the books (law 4): a list of findings, empty when they hold; and that they continue those of an earlier head."""
    from .ledger.proof import prove

    with reading(call.ledger) as session:
        findings, head = prove(session, earlier_head), session.head()
        document = {"mode": "paper", "at": moment(call.at), "ok": not findings, "findings": findings, "counts": session.counts(), "head": head}
        if earlier_head is not None and (entry := session.entry_sealed(earlier_head)) is not None:
            document["continues"] = {"head": earlier_head, "entry": entry, "entries_since": document["counts"]["entries"] - entry}
        return document


def backup(call: Call, target: str, replace: bool) -> Document:
    """A proved copy of the whole ledger in the file `target`, as it stands while others go on writing."""
    from .ledger.copies import back_up

    with reading(call.ledger) as session:
        told = back_up(session, target, replace)
    return {"mode": "paper", "command": "backup", "at": moment(call.at), "ok": True, "ledger": str(call.ledger), "file": target, **told}


def restore(call: Call, source: str, replace: bool) -> Document:
    """The books of the file `source` in place of those of the ledger, which are kept beside it."""
    from .ledger.copies import restore as put_back

    told = put_back(str(call.ledger), source, replace)
    return {"mode": "paper", "command": "restore", "at": moment(call.at), "ok": True, "ledger": str(call.ledger), "file": source, **told}
