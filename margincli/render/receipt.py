"""Receipts for people: what happened, how the wallets stood before and stand now, and what to watch."""

from typing import Any

from .blocks import DANGER, FAINT, GOOD, WARNING, Block, Cell, Grid, Line
from .plain import clock, level, owed, worth
from .rows import interest
from .sentences import sentence
from .status import heading, leverage, liquidation_prices, may, told, word

_TONES = {"margin_call": WARNING, "margin_call_over": GOOD, "pre_liquidation": DANGER, "pre_liquidation_over": GOOD, "liquidation_loan_repay": GOOD, "deficit": DANGER, "deficit_review": DANGER}
_HEALTH = ("Wallet", "Level", "Status", "Collateral", "Assets USDT", "Debts USDT", "May")
_ARROW = " → "


def receipt(document: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = [heading(document)]
    entries = document.get("entries") or []
    if "sums" in document:
        blocks += interest({"rows": document["sums"]})
        entries = [entry for entry in entries if entry.get("kind") not in ("interest", "accrual")]
    if entries:
        blocks.append(_entries(entries))
    elif "sums" not in document:
        blocks.append(Line("Nothing happened."))
    if document.get("order"):
        blocks.append(Line(_order(document["order"])))
    return blocks + _health(document) + told(document, document.get("after") or [])


def history(document: dict[str, Any]) -> list[Block]:
    rows = document.get("rows") or []
    return [_entries(rows)] if rows else [Line("No entries.")]


def _entries(entries: list[dict[str, Any]]) -> Grid:
    """One line an entry, as a sentence."""
    several = len({entry.get("account") for entry in entries}) > 1
    rows = [_entry(entry, several) for entry in entries]
    if several:
        return Grid(("#", "Time", "Account", "Wallet", "What happened"), "rllll", rows, bare=True)
    return Grid(("#", "Time", "Wallet", "What happened"), "rlll", rows, bare=True)


def _entry(entry: dict[str, Any], several: bool) -> list[str | Cell]:
    kind = entry.get("kind", "")
    tone = _TONES.get(kind, DANGER if kind.startswith("liquidation") else "")
    number = Cell(f"#{entry['id']}" if entry.get("id") is not None else "", FAINT)
    account = [entry.get("account") or ""] if several else []
    return [number, Cell(clock(entry.get("at")), FAINT), *account, entry.get("wallet") or "", Cell(sentence(entry), tone)]


def _order(order: dict[str, Any]) -> str:
    number = f" {order['id']}" if order.get("id") is not None else ""
    return f"Order{number}: {order.get('side', '')} {order.get('symbol', '')} {order.get('type', '')}, {order.get('status', '')}"


def _health(document: dict[str, Any]) -> list[Block]:
    """Every wallet that owes, owed or moved, then against now."""
    before = {_whose(wallet): wallet for wallet in document.get("before") or ()}
    several = len({account for account, _ in before}) > 1
    rows, shown = [], []
    for wallet in document.get("after") or ():
        then = before.get(_whose(wallet), {})
        if wallet.get("margin_level") is None or (then == wallet and _owes_nothing(wallet)):
            continue
        shown.append(wallet)
        rows.append(_compared(then, wallet, whose=f"{wallet.get('account')} " if several else ""))
    if not rows:
        return []
    return [Grid(_HEALTH, "lrlrrrl", rows), *liquidation_prices(shown)]


def _whose(wallet: dict[str, Any]) -> tuple[Any, Any]:
    return wallet.get("account"), wallet.get("wallet")


def _owes_nothing(wallet: dict[str, Any]) -> bool:
    return wallet.get("total_liability_usdt") in (None, "0")


def _compared(then: dict[str, Any], now: dict[str, Any], whose: str) -> list[str | Cell]:
    state = word(now.get("status"))
    return [
        whose + leverage(now),
        Cell(_change(level(then.get("margin_level")), level(now.get("margin_level"))), state.tone),
        Cell(_change(word(then.get("status")).text, state.text), state.tone),
        _change(level(then.get("collateral_margin_level")), level(now.get("collateral_margin_level"))),
        _change(worth(then.get("total_asset_usdt")), worth(now.get("total_asset_usdt"))),
        _change(owed(then.get("total_liability_usdt")), owed(now.get("total_liability_usdt"))),
        may(now) or Cell("nothing", WARNING),
    ]


def _change(then: str, now: str) -> str:
    return f"{then}{_ARROW}{now}" if then and then != now else now
