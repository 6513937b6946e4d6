"""Reading what is on record and feeding the market: history, interest, prices, rates, rules, and the proof of the books.

Every function takes a Call and returns the JSON document of the contract; the tables of cli.md are `{"rows": [...]}`.
"""

from decimal import Decimal
from typing import Any, Callable

from .desk import Call, Document, answered_before, default_rules, finished, require_account, written
from .domain.interest import rate_yearly
from .domain.market import GIVEN
from .domain.money import PLACES, ZERO, charge_up_quotient, plain
from .domain.refusals import Refused
from .domain.rulebook import Rulebook
from .domain.world import moment
from .ledger import reading
from .render.documents import entry_document, interest_rows

SHOWN_ALWAYS = {"USDT", "USDC", "BTC", "ETH", "BNB"}
Progress = Callable[..., None] | None


def _listed(call: Call, rows: list[Document], **more: Any) -> Document:
    return {"mode": "paper", "account": call.account, "at": moment(call.at), "rows": rows, **more}


def _recorded(call: Call, command: str, words: str, work: Callable[[Any], list[Document]]) -> Document:
    """Write market data and answer with the rows that were taken."""

    def session_work(session) -> Document:
        if answered := answered_before(session, call, f"{command} {words}"):
            return answered
        rows = work(session)
        nothing_booked = {"entries": [], "before": [], "after": [], "notices": []}
        document = _listed(call, rows, command=command, ref=call.ref, dry_run=call.dry_run, repeated=False, **nothing_booked)
        return finished(session, call, f"{command} {words}", document)

    return written(call, session_work)


# --- the journal ---


def history(call: Call, kind: str | None, since: int | None, asset: str | None, limit: int | None) -> Document:
    """The journal of the account, oldest first, the newest `limit` entries of those asked for."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        found = session.history(call.account, kind=kind, since=since, until=call.at, asset=asset, limit=limit)
        return _listed(call, [entry_document(entry, number) for number, entry in found])


def interest(call: Call, asset: str | None, since: int | None, summed: bool) -> Document:
    """Interest charged, hour by hour as the exchange lists it (INT-11), or summed by wallet and coin."""
    with reading(call.ledger) as session:
        require_account(session, call.account)
        found = session.history(call.account, kind="interest", since=since, asset=asset)
        hours = [(at, row) for number, entry in found for at, row in interest_rows(number, entry) if (since or 0) <= at <= call.at]
        rows = [row for _, row in sorted(hours, key=lambda hour: hour[0])]
        return _listed(call, _sums(rows) if summed else rows)


def _sums(rows: list[Document]) -> list[Document]:
    sums: dict[tuple[str, str], list] = {}
    for row in rows:
        line = sums.setdefault((row["wallet"], row["asset"]), [0, ZERO])
        line[0] += 1
        line[1] += Decimal(row["interest"])
    return [{"wallet": wallet, "asset": asset, "hours": hours, "interest": plain(total)} for (wallet, asset), (hours, total) in sorted(sums.items())]


# --- prices ---


def price_set(call: Call, symbol: str, price: Decimal, source: str | None, volume: Decimal | None) -> Document:
    """One quote, known from `call.at` on. Without a source it is the index itself (IDX-8)."""
    row = {"symbol": symbol, "source": source or GIVEN, "at": moment(call.at), "price": plain(price), "volume": None if volume is None else plain(volume)}

    def work(session) -> list[Document]:
        require_pair(session, call, symbol)
        session.set_quote(symbol, row["source"], call.at, row["price"], row["volume"])
        return [row]

    return _recorded(call, "price set", f"{symbol} {row['price']} {row['source']} {row['volume']}", work)


def price_import(call: Call, paths: list, symbol: str | None, source: str | None, progress: Progress = None) -> Document:
    """Candles from files, all of them or none; each file's row tells what was taken and what was not."""
    from .feeds.candles import read_candles

    files = [(path, read_candles(path, symbol, progress)) for path in paths]

    def work(session) -> list[Document]:
        for _, found in files:
            require_pair(session, call, found.symbol)
        return [_imported(session, path, found, source or GIVEN) for path, found in files]

    return _recorded(call, "price import", f"{[str(path) for path in paths]} {symbol} {source}", work)


def _imported(session, path, found, source: str) -> Document:
    loaded = session.add_candles(found.symbol, source, found.interval_ms, found.candles)
    gaps = [{"first": moment(first), "last": moment(last), "missing": missing} for first, last, missing in found.gaps]
    return {
        "file": str(path),
        "symbol": found.symbol,
        "source": source,
        "layout": found.layout,
        "interval": _interval(found.interval_ms),
        "rows": len(found.candles),
        **loaded._asdict(),
        "first": moment(found.candles[0].open_at),
        "last": moment(found.candles[-1].open_at),
        "gaps": gaps,
        "missing": sum(gap["missing"] for gap in gaps),
        "duplicates": found.duplicates,
        "conflicting": found.conflicting,
        "refused": [{"line": line, "reason": reason} for line, reason in found.refused],
    }


def _interval(millis: int) -> str:
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if millis % size == 0:
            return f"{millis // size}{unit}"
    return f"{millis}ms"


def price_show(call: Call, symbol: str | None) -> Document:
    """The last price known at `call.at` by symbol and source, and what the ledger has of it."""
    with reading(call.ledger) as session:
        rows = session.last_prices(symbol, call.at)
        if symbol and all(row["at"] is None for row in rows):
            raise Refused("no_quotes", symbol=symbol, at=moment(call.at))
        timed = [{key: moment(value) if key in ("at", "first_at", "last_at") and value is not None else value for key, value in row.items()} for row in rows]
        return _listed(call, timed)


def require_pair(session, call: Call, symbol: str) -> None:
    if session.rulebook(call.at).pair(symbol) is None:
        raise Refused("unknown_pair", symbol=symbol)


# --- rates ---


def rate_set(call: Call, asset: str, rate_daily: Decimal, mode: str | None) -> Document:
    """A daily rate in force from `call.at` on, for cross, isolated or both (INT-6, INT-10)."""
    rows = [{"mode": each, "asset": asset, "since": moment(call.at), "rate_daily": plain(rate_daily)} for each in _modes(mode)]

    def work(session) -> list[Document]:
        _require_asset(session, call, asset)
        for row in rows:
            session.set_rate(row["mode"], asset, call.at, row["rate_daily"], "set")
        return rows

    return _recorded(call, "rate set", f"{asset} {plain(rate_daily)} {mode}", work)


def rate_import(call: Call, path, progress: Progress = None) -> Document:
    """A rate history, in the exchange's JSON or as CSV; each row holds until the next."""
    from .feeds.rates import read_rates

    found = read_rates(path)

    def work(session) -> list[Document]:
        for asset in sorted({rate.asset for rate in found.rates}):
            _require_asset(session, call, asset)
        rows = [(mode, rate.asset, rate.effective_at, rate.rate_daily, "import") for rate in found.rates for mode in _modes(None)]
        return [_taken(path, found, session.add_rates(rows))]

    return _recorded(call, "rate import", str(path), work)


def _taken(path, found, loaded) -> Document:
    times = [rate.effective_at for rate in found.rates]
    return {
        "file": str(path),
        "layout": found.layout,
        "assets": len({rate.asset for rate in found.rates}),
        "rows": len(found.rates),
        "modes": list(_modes(None)),
        **loaded._asdict(),  # over both modes
        "first": moment(min(times)),
        "last": moment(max(times)),
        "duplicates": found.duplicates,
        "refused": [{"line": line, "reason": reason} for line, reason in found.refused],
    }


def rate_show(call: Call, asset: str | None) -> Document:
    """Rates in force at `call.at`: daily, hourly and yearly (INT-7), and where each comes from."""
    rules, own = Rulebook(default_rules()), {}
    if call.ledger.exists():
        with reading(call.ledger) as session:
            rules = session.rulebook(call.at)
            own = {(row["mode"], row["asset"]): row for row in session.rates_in_force(asset, call.at)}
    if asset and asset not in rules.assets:
        raise Refused("unknown_asset", asset=asset)
    names = [asset] if asset else sorted({name for _, name in own} | SHOWN_ALWAYS)
    rows = [row for name in names for mode in _modes(None) if (row := _rate_in_force(rules, name, mode, own.get((mode, name))))]
    if asset and not rows:
        raise Refused("not_borrowable", asset=asset)
    return _listed(call, rows)


def _rate_in_force(rules: Rulebook, asset: str, mode: str, own: Document | None) -> Document | None:
    if own:
        return _rate(asset, mode, Decimal(own["rate_daily"]), moment(own["since"]), own["source"])
    rate_daily = rules.default_rate_daily(asset)
    return None if rate_daily is None else _rate(asset, mode, rate_daily, None, f"rules {rules.profile}")


def _rate(asset: str, mode: str, rate_daily: Decimal, since: str | None, source: str) -> Document:
    hourly = charge_up_quotient(rate_daily, Decimal(24), PLACES)
    figures = {"rate_daily": plain(rate_daily), "rate_hourly": plain(hourly), "rate_yearly": plain(rate_yearly(rate_daily))}
    return {"asset": asset, "mode": mode, **figures, "since": since, "source": source}


def _modes(mode: str | None) -> tuple[str, ...]:
    return (mode,) if mode else ("cross", "isolated")


def _require_asset(session, call: Call, asset: str) -> None:
    if asset not in session.rulebook(call.at).assets:
        raise Refused("unknown_asset", asset=asset)


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
    return _listed(call, rows, profile=document["profile"])


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
