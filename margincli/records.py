"""What is on record: the journal in rows, interest hour by hour, resting orders, the rules in force, the proof of the books.

Every function takes a Call and returns the JSON document of the contract; lists are `{"rows": [...]}`.
"""

from decimal import Decimal
from typing import Any, Callable

from .desk import Call, Document, answered_before, bring_up_to_date, default_rules, finished, require_account, written
from .domain.money import ZERO, plain
from .domain.orders import open_orders
from .domain.refusals import Refused
from .domain.rulebook import Rulebook
from .domain.world import moment
from .ledger import reading
from .render.documents import entry_document, interest_rows, open_order_document


def listed(call: Call, rows: list[Document], **more: Any) -> Document:
    return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": rows, **more}


def recorded(call: Call, command: str, words: str, work: Callable[[Any], list[Document]]) -> Document:
    """Write what is not in the journal (prices, rates, rules) and answer with the rows that were taken."""

    def session_work(session) -> Document:
        if answered := answered_before(session, call, f"{command} {words}"):
            return answered
        rows = work(session)
        nothing_booked = {"entries": [], "before": [], "after": [], "notices": []}
        document = listed(call, rows, command=command, ref=call.ref, dry_run=call.dry_run, repeated=False, **nothing_booked)
        return finished(session, call, f"{command} {words}", document)

    return written(call, session_work)


# --- the journal ---


def history(call: Call, kind: str | None, since: int | None, asset: str | None, limit: int | None) -> Document:
    """The journal of the account, oldest first, the newest `limit` entries of those asked for."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        found = session.history(call.account, kind=kind, since=since, until=call.at, asset=asset, limit=limit)
        return listed(call, [entry_document(entry, number) for number, entry in found])


def interest(call: Call, asset: str | None, since: int | None, summed: bool) -> Document:
    """Interest charged, hour by hour as the exchange lists it (INT-11), or summed by wallet and coin."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        found = session.history(call.account, kind="interest", since=since, asset=asset)
        hours = [(at, row) for number, entry in found for at, row in interest_rows(number, entry) if (since or 0) <= at <= call.at]
        rows = [row for _, row in sorted(hours, key=lambda hour: hour[0])]
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
    sums: dict[tuple[str, str], list] = {}
    for row in rows:
        line = sums.setdefault((row["wallet"], row["asset"]), [0, ZERO])
        line[0] += 1
        line[1] += Decimal(row["interest"])
    return [{"wallet": wallet, "asset": asset, "hours": hours, "interest": plain(total)} for (wallet, asset), (hours, total) in sorted(sums.items())]


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
    return listed(call, rows, profile=document["profile"])


def rules_use(call: Call, profile: str) -> Document:
    """Another profile of the package in force from `call.at` on; what was imported before does not carry over."""
    from .rules import load

    return _put_in_force(call, "rules use", profile, load(profile), lambda document, before: document)


def rules_import(call: Call, name: str, text: str) -> Document:
    """Rules of the user's own laid over those in force, from `call.at` on. Raises RulesFileError, naming the line that is wrong."""
    from .rules import merge, read

    return _put_in_force(call, "rules import", name, read(text), lambda document, before: merge(before, document))


def _put_in_force(call: Call, command: str, words: str, document: Document, lay: Callable[[Document, Document], Document]) -> Document:
    from .rules import RulesFileError, describe

    def work(session) -> list[Document]:
        whole = lay(document, session.rulebook(call.at).document)
        if flaw := Rulebook(whole).flaw():
            raise RulesFileError("file", flaw, "mend it there")
        session.add_rulebook(call.at, whole)
        in_force = {"topic": "profile", "name": whole["profile"], "value": f"in force from {moment(call.at)}", "basis": "", "rule": "PROF-1", "note": whole["title"]}
        return [in_force, *(describe(document) if command == "rules import" else ())]

    return recorded(call, command, words, work)


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
