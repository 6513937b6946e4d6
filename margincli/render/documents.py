"""Domain values as the JSON documents of the contract: strings for money and levels, RFC 3339 for times."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..domain.interest import HOUR
from ..domain.journal import Entry, Wallet
from ..domain.loan import Loan
from ..domain.measure import Exposure
from ..domain.money import charge_up, give_down, plain
from ..domain.order import Order
from ..domain.orders import told
from ..domain.risk import Health, shown
from ..domain.standing import Holding, State
from ..domain.world import moment

Document = dict[str, Any]


def health_document(health: Health) -> Document:
    """A wallet of a receipt: levels, totals in USDT, what is still allowed, liquidation prices and their distance."""
    bands, total = health.bands, health.exposure
    counted, moving = health.collateral_level, health.transfer_out_level
    apart = {} if moving == counted else {"transfer_out_margin_level": shown(moving)}  # COL-6
    return {
        "account": health.wallet.owner,
        "wallet": health.wallet.name,
        "account_type": health.account_type or None,
        "leverage": plain(bands.leverage) if bands else None,
        "margin_level": shown(health.level) if bands else None,
        "collateral_margin_level": None if counted is None else shown(counted),
        **apart,
        "status": health.band,
        "total_asset_usdt": plain(give_down(total.total_asset)),
        "total_liability_usdt": plain(charge_up(total.total_liability)),
        "net_asset_usdt": plain(give_down(total.net_asset)),
        "allows": list(health.allows),
        "margin_call_level": plain(bands.margin_call_at) if bands else None,
        "liquidation_level": plain(bands.liquidation_at) if bands else None,
        "liquidation_prices": {symbol: plain(price) for symbol, price in health.liquidation_prices.items()},
        "distance": {symbol: plain(give_down(share)) for symbol, share in health.distances.items()},
        "unpriced": list(total.unpriced),
        **margins_document(total),
        "leverage_chosen": plain(bands.chosen) if bands and bands.chosen is not None else None,
        "tier": bands.tier or None if bands else None,
    }


def margins_document(total: Exposure) -> Document:
    """The margins of a wallet whose mode has them (PRO-3, PRO-5, PRO-7)."""
    if total.initial_margin is None:
        return {}
    return {
        "initial_margin_usdt": plain(charge_up(total.initial_margin)),
        "maintenance_margin_usdt": plain(charge_up(total.weight)),
        "available_margin_usdt": plain(give_down(total.available_margin)),
        "total_open_order_loss_usdt": plain(charge_up(total.order_loss)),
    }


def balance_document(holding: Holding) -> Document:
    figures = ("free", "locked", "borrowed", "interest", "net_asset")
    return {"asset": holding.asset, **{name: plain(getattr(holding, name)) for name in figures}}


def wallet_document(health: Health, state: State) -> Document:
    """A wallet of `status`: its health and its balances."""
    return {**health_document(health), "balances": [balance_document(held) for held in state.holdings(health.wallet).values()]}


def entry_document(entry: Entry, number: int | None) -> Document:
    return {
        "id": number,
        "at": moment(entry.at),
        "kind": entry.kind,
        "account": entry.wallet.owner,
        "wallet": entry.wallet.name,
        "asset": entry.asset or None,
        "amount": plain(entry.amount) if entry.asset else None,
        "facts": entry.facts,
        "postings": [{"account": str(p.account), "asset": p.asset, "amount": plain(p.amount)} for p in entry.postings],
    }


def order_documents(entries: Iterable[Document], type: str) -> list[Document]:
    """The orders that a trade's own entries place, fill or let expire."""
    return [_order(entry["facts"], entry["kind"], type) for entry in entries if entry["kind"] in ("order", "trade", "order_end")]


def _order(facts: Document, kind: str, type: str) -> Document:
    filled = kind == "trade"
    return {
        "id": int(facts["order"] if filled else facts["number"]),
        "symbol": facts["symbol"],
        "side": facts["side"],
        "type": facts.get("type", type),
        "status": "FILLED" if filled else facts["status"],
        "qty": facts["qty"],
        "executed_qty": facts["qty"] if filled else "0",
        "cummulative_quote_qty": facts["quote_qty"] if filled else "0",
        "price": facts.get("price"),
        "stop": facts.get("stop"),
        "fee": facts["fee"] if filled else "0",
        "fee_asset": facts.get("fee_asset"),
        "list": int(facts["list"]) if "list" in facts else None,
        "trailing_delta": int(facts["trailing_delta"]) if "trailing_delta" in facts else None,
    }


def open_order_document(wallet: str, order: Order) -> Document:
    """A resting order as `orders` lists it."""
    row = _order(told(order), "order", order.type)
    trailing = row.pop("trailing_delta")
    row = {"id": row.pop("id"), "wallet": wallet, **row, "at": moment(order.placed_at), "locked": plain(order.locked), "lent": plain(order.lent), "side_effect": order.side_effect}
    level = order.trail.level() if order.delta else None
    return {**row, "trailing_delta": trailing, "extreme": None if level is None else plain(order.best), "trigger": None if level is None else plain(level)}


def period(rules: Document) -> str:
    """When the rules of a profile were those of the exchange (PROF-1)."""
    begin, end = rules.get("from"), rules.get("until")
    return f"{f'from {begin}' if begin else 'from the beginning'}{f' until {end}' if end else ' on'}"


def loan_document(loan: Loan) -> Document:
    """A liquidation loan as the exchange shows it (FUND-5)."""
    figures = ("amount", "repaid", "remaining")
    return {"asset": loan.asset, **{name if name == "amount" else f"{name}_amount": plain(getattr(loan, name)) for name in figures}}


def interest_rows(number: int | None, entry: Entry) -> Iterable[tuple[int, Document]]:
    """The hours of an interest entry, each with its moment, one row each as the exchange lists them (INT-11)."""
    facts = entry.facts
    first = entry.at - (int(facts["hours"]) - 1) * HOUR
    for at in range(first, entry.at + 1, HOUR):
        yield at, {
            "at": moment(at),
            "asset": entry.asset,
            "principal": facts["principal"],
            "rate_daily": facts["rate_daily"],
            "interest": facts["charge"],
            "type": facts["type"],
            "wallet": entry.wallet.name,
            "account": entry.wallet.owner,
            "entry": number,
            "raw_asset": facts.get("raw_asset", entry.asset),
        }


# --- notices: what the user has to be told, in words ---

_TOLD = {
    "margin_call": "Margin call: level {level} is at or under {bar}; liquidation comes at {liquidation_at}. Repay, or transfer funds in.",
    "margin_alert": "Your alert: level {level} is at or under {bar}; the margin call comes later, liquidation at {liquidation_at}.",
    "top_up": "Auto top-up ({status}): {amount} {asset} moved in from spot at level {level}.",
    "pre_liquidation": "Pre-liquidation: level {level} is at or under {bar}; liquidation comes at {liquidation_at}. Repay, or transfer funds in, now.",
    "pre_liquidation_over": "Pre-liquidation is over: level {level}.",
    "delisting": "{names} left margin at level {level}: orders were cancelled, debts repaid, and the rest was moved to spot or sold.",
    "margin_call_over": "The margin call is over: level {level}.",
    "liquidation": "Liquidated at level {level}, bar {bar}: collateral was sold to repay debts.",
    "liquidation_fee": "Liquidation fee of {amount} {asset} went to the insurance fund.",
    "deficit": "The insurance fund paid a deficit of {amount} {asset}.",
    "liquidation_loan": "The debt of {amount} {asset} that was left became a liquidation loan of {loan} {loan_asset}; repay it from spot: margincli liquidation-loan all --account {account}",
    "deficit_review": "A deficit of {deficit_usdt} USDT is in review: settle it with margincli liquidate --settle-deficit -w {wallet} --account {account}",
}


def notices(entries: Sequence[Document], after: Sequence[Document]) -> Iterator[Document]:
    """What happened that the user did not ask for, and warnings that stand; each names its wallet, and its account where there are several."""
    several, called = len({item["account"] for items in (entries, after) for item in items}) > 1, set()
    for entry in entries:
        if entry["kind"] in _TOLD and entry["facts"].get("reason") != "asked for":
            words = {**entry["facts"], **{key: entry[key] for key in ("at", "account", "wallet", "asset", "amount")}}
            yield _notice(entry["kind"], entry, several, _TOLD[entry["kind"]].format(**words), f"{entry['at']} ", {**entry["facts"], "at": entry["at"]})
            called.add((entry["account"], entry["wallet"], entry["kind"]))
    for wallet in after:
        yield from _standing(wallet, several, called)


def _notice(code: str, whose: Document, several: bool, words: str, when: str, facts: Document) -> Document:
    name = f"{whose['account']} {whose['wallet']}" if several else whose["wallet"]
    return {"code": code, "wallet": whose["wallet"], "message": f"{when}{name}: {words}", "facts": {**facts, "account": whose["account"]}}


def pool_notice(booked: dict[str, int]) -> Document:
    """That others were brought up to date as well, with how many entries each: who shares a pool moves together (INT-6)."""
    names = ", ".join(booked)
    facts = {"accounts": names, "entries": str(sum(booked.values()))}
    return {"code": "pool_shared", "wallet": None, "message": f"The lending pool is shared: {names} came up to date too (entries: {facts['entries']}).", "facts": facts}


def _standing(wallet: Document, several: bool, called: set) -> Iterable[Document]:
    level, bar = wallet["margin_level"], wallet["liquidation_level"]
    if wallet["status"] == "MARGIN_CALL" and (wallet["account"], wallet["wallet"], "margin_call") not in called:
        yield _notice("margin_call", wallet, several, f"a margin call stands at level {level}; liquidation comes at {bar}.", "", {"level": level})
    if wallet["status"] == "PRE_LIQUIDATION" and (wallet["account"], wallet["wallet"], "pre_liquidation") not in called:
        yield _notice("pre_liquidation", wallet, several, f"pre-liquidation at level {level}; liquidation comes at {bar}.", "", {"level": level})
    if wallet["status"] == "FORCE_LIQUIDATION":
        yield _notice("liquidation_due", wallet, several, f"level {level} is at or under the liquidation level {bar}.", "", {"level": level})
    if unpriced := wallet["unpriced"]:
        words = f"no price of {', '.join(unpriced)} is known, so they count as nothing. Give one: margincli price set {unpriced[0]}USDT PRICE"
        yield _notice("unpriced", wallet, several, words, "", {"assets": ",".join(unpriced)})


def delisting_notices(leaving: Iterable[tuple[Wallet, str, int]]) -> list[Document]:
    """DEL-1: what is held or owed and leaves margin at a time that is known."""
    words = "leaves margin at {}. Repay and move it out before: then its orders are cancelled, its debt is repaid, and the rest is moved to spot or sold."
    return [
        {"code": "delisting_ahead", "wallet": wallet.name, "message": f"{wallet.name}: {name} {words.format(moment(at))}", "facts": {"name": name, "at": moment(at), "account": wallet.owner}}
        for wallet, name, at in leaving
    ]
