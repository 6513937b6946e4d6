"""What is on record: the journal in rows, interest hour by hour, resting orders, the rules in force, the proof of the books.

Every function takes a Call and returns the JSON document of the contract; lists are `{"rows": [...]}`.
"""

from decimal import Decimal
from typing import Any

from .desk import Call, Document, bring_up_to_date, default_rules, require_account
from .domain.money import ZERO, plain
from .domain.orders import open_orders
from .domain.refusals import Refused
from .domain.world import moment
from .ledger import reading
from .render.documents import entry_document, interest_rows, open_order_document


def listed(call: Call, rows: list[Document], **more: Any) -> Document:
    return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": rows, **more}


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


def quiz() -> Document:
    """The questions of the margin quiz with their choices, without the answers (MODE-2)."""
    from .rules import quiz as questions

    return {"questions": [{key: question[key] for key in ("id", "question", "choices")} for question in questions()]}


def quiz_key() -> dict[str, str]:
    """The right choice of each question."""
    from .rules import quiz as questions

    return {question["id"]: question["answer"] for question in questions()}


def check(call: Call) -> Document:
    """Prove the books (law 4): a list of findings, empty when they hold."""
    from .ledger.proof import prove

    with reading(call.ledger) as session:
        findings = prove(session)
        return {"mode": "paper", "at": moment(call.at), "ok": not findings, "findings": findings, "counts": session.counts()}
