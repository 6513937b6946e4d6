"""Lists for people: the columns a verb is known for first, whatever else its rows carry after them."""

from typing import Any, Callable

from . import denials
from .blocks import FAINT, WARNING, Block, Grid, Line
from .documents import period
from .plain import clock, divided, level, percent, times

Column = tuple[str, str, str, Callable[[Any], str]]  # key, header, alignment, how it is shown


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(_text(item) for item in value)
    return str(value)


SOURCE = ("source", "Source", "l", _text)
AT, WALLET, ASSET = ("at", "Time", "l", clock), ("wallet", "Wallet", "l", _text), ("asset", "Coin", "l", _text)


_UNTOLD = ("executed_qty", "cummulative_quote_qty", "fee", "fee_asset", "side_effect")  # of an order that rests


_TOLD_BELOW = ("why", "denied")  # of limits


def anything(document: dict[str, Any]) -> list[Block]:
    rows = document.get("rows")
    return _table(rows, []) if isinstance(rows, list) else _table([document], [])


def interest(document: dict[str, Any]) -> list[Block]:
    """The coin of the loan is told where a charge is in another (BNB-3)."""
    rows = document.get("rows") or []
    if all(row.get("raw_asset") == row.get("asset") for row in rows):
        rows = [{key: value for key, value in row.items() if key != "raw_asset"} for row in rows]
    known = [AT, ("account", "Account", "l", _text), WALLET, ASSET, ("raw_asset", "Loan", "l", _text)]
    known += [("hours", "Hours", "r", _text), ("principal", "Principal", "d", _text), ("rate_daily", "Rate a day", "r", percent)]
    known += [("interest", "Interest", "d", _text), ("type", "Type", "l", _text)]
    return _table(rows, known, "No interest was charged.")


def limits(document: dict[str, Any]) -> list[Block]:
    """What keeps the amounts down in a few words; the sentences of refusals, and what would lift them, stand below."""
    known = [WALLET, ASSET, ("max_borrow", "Max borrow", "d", _text), ("max_transfer_out", "Max transfer out", "d", _text)]
    rows = [{key: value for key, value in row.items() if key not in _TOLD_BELOW} for row in document.get("rows") or []]
    table = _table(rows, [*known, ("bounds", "Why not more", "l", _bounds)], "No margin wallet is open.")
    return table + denials.lines(denied for row in document.get("rows") or [] for denied in row.get("denied") or ())


def orders(document: dict[str, Any]) -> list[Block]:
    known = [("id", "Order", "r", _text), WALLET, ("symbol", "Pair", "l", _text), ("side", "Side", "l", _text), ("type", "Type", "l", _text)]
    known += [(key, header, "d", _text) for key, header in (("qty", "Quantity"), ("price", "Price"), ("stop", "Stop"), ("extreme", "Extreme"), ("trigger", "Set off at"), ("trailing_delta", "Trails by bips"), ("locked", "Locked"), ("lent", "Lent"))]
    rows = [{key: value for key, value in row.items() if key not in _UNTOLD} for row in document.get("rows") or []]
    return _table(rows, [*known, ("status", "Status", "l", _text), ("list", "List", "r", _text), AT], "No orders rest.")


def prices(document: dict[str, Any]) -> list[Block]:
    """With what each source brings to the index price, what the ledger has of it would be too much."""
    rows = document.get("rows") or []
    known = [("symbol", "Pair", "l", _text), ("price", "Price", "d", _text), SOURCE, ("volume", "Volume", "d", _text), AT]
    if any("price_used" in row for row in rows):
        rows = [{key: value for key, value in row.items() if key not in ("kind", "rows", "first_at", "last_at")} for row in rows]
        known += [("age_seconds", "Age s", "r", _text), ("weight", "Weight", "r", percent), ("price_used", "Counts at", "d", _text)]
        known += [("state", "Why", "l", lambda state: _text(state).replace("_", " ")), ("index_price", "Index", "d", _text)]
    return _table(rows, known, "No prices are known.")


_OF_ITS_SOURCE = ("basis", "rule", "use", "lent", "supply", "previous_daily", "target_daily", "most_change_hourly", "clamped")


def rates(document: dict[str, Any]) -> list[Block]:
    """A daily fraction means little to people: it is shown by the day, the hour and the year in percent too."""
    rows = [_with_rates(row) for row in document.get("rows") or []]
    known = [ASSET, ("mode", "Mode", "l", _text), ("rate_daily", "Rate daily", "d", _text), ("a_day", "A day", "d", percent)]
    known += [("rate_hourly", "An hour", "d", percent), ("rate_yearly", "A year", "d", percent), ("vip", "VIP", "r", _text), ("since", "Since", "l", clock), SOURCE]
    if all(row.get("vip") in (None, "0") for row in rows):
        rows = [{key: value for key, value in row.items() if key != "vip"} for row in rows]
    return _table(rows, known, "No rates are known.")


def rules(document: dict[str, Any]) -> list[Block]:
    known = [("topic", "Topic", "l", _text), ("name", "Name", "l", _text), ("value", "Value", "l", _text), ("basis", "Basis", "l", _text), ("rule", "Rule", "l", _text)]
    table = _table(document.get("rows") or [], [*known, ("note", "Note", "l", _text)], "No rule of that name.")
    heading = [Line(f"profile {document['profile']}, {period(document)}: {document['title']}", FAINT)] if document.get("title") else []
    return [*heading, *table, *(Line(f"NOTE {notice['message']}", WARNING) for notice in document.get("notices", ()))]


def _bounds(bounds: list[dict[str, Any]]) -> str:
    """The tightest bound is the amount in the table; the next ones say how far they would reach."""
    told = []
    for place, bound in enumerate(bounds):
        name = str(bound.get("bound")).replace("_", " ")
        told.append(f"{name} {bound['amount']}" if bound.get("amount") and place else name)
    return "; ".join(told)


def _with_rates(row: dict[str, Any]) -> dict[str, Any]:
    daily = row.get("rate_daily")
    figures = {"a_day": daily, "rate_hourly": divided(daily, 24), "rate_yearly": times(daily, 365), **row}
    return {**{key: value for key, value in figures.items() if key not in _OF_ITS_SOURCE}, "source": _rate_source(row)}


def _rate_source(row: dict[str, Any]) -> str | None:
    """Where a rate comes from, with what explains it: how far to trust a rule, or what the pool's use makes of it."""
    source = row.get("source")
    if row.get("basis"):
        return f"{source} ({row['basis']}, {row.get('rule')})"
    if row.get("use") is None:
        return source
    clamp = f", at most {percent(row.get('most_change_hourly'))} an hour" if row.get("clamped") else ""
    return f"{source}: {percent(row['use'], 2)} lent, from {row.get('previous_daily')} to {row.get('target_daily')}{clamp}"


def _table(rows: list[dict[str, Any]], known: list[Column], nothing: str = "Nothing to show.") -> list[Block]:
    """Known columns that any row has, then the unknown ones in the order they appear."""
    if not rows:
        return [Line(nothing)]
    keys = dict.fromkeys(key for row in rows for key in row)
    if len({row.get("account") for row in rows}) == 1:
        keys.pop("account", None)  # the user knows whose they are
    columns = [column for column in known if column[0] in keys and any(row.get(column[0]) is not None for row in rows)]
    seen = {column[0] for column in known}
    columns += [(key, _headed(key), "l", _shown_as(key)) for key in keys if key not in seen and not _empty(rows, key)]
    cells: list[list[Any]] = [[shown(row[key]) if row.get(key) is not None else "" for key, _, _, shown in columns] for row in rows]
    return [Grid(tuple(header for _, header, _, _ in columns), "".join(align for _, _, align, _ in columns), cells)]


def _empty(rows: list[dict[str, Any]], key: str) -> bool:
    return all(row.get(key) in (None, "", [], {}) for row in rows)


def _headed(key: str) -> str:
    return key.removesuffix("_at").replace("_", " ").capitalize()


def _shown_as(key: str) -> Callable[[Any], str]:
    return level if key.endswith("level") else clock if key.endswith("_at") else _text
