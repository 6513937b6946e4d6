"""The market in and out: prices and rates, set by hand, read from files, fetched from exchanges, shown.

Every function takes a Call and returns the JSON document of the contract.
"""

from decimal import Decimal
from typing import Callable

from .desk import Call, Document, answered_before, default_rules, pool_rates
from .domain.interest import rate_yearly
from .domain.journal import Wallet
from .domain.market import GIVEN
from .domain.money import PLACES, charge_up_quotient, plain, ratio, round_half_up
from .domain.pool import PoolRate, target_daily
from .domain.refusals import Refused
from .domain.rulebook import Pair, Rulebook
from .domain.world import moment
from .ledger import reading
from .records import listed, recorded

SHOWN_ALWAYS = {"USDT", "USDC", "BTC", "ETH", "BNB"}
Progress = Callable[..., None] | None


# --- prices ---


def price_set(call: Call, symbol: str, price: Decimal, source: str | None, volume: Decimal | None) -> Document:
    """One quote, known from `call.at` on. Without a source it is the index itself (IDX-8)."""
    row = {"symbol": symbol, "source": source or GIVEN, "at": moment(call.at), "price": plain(price), "volume": None if volume is None else plain(volume)}

    def work(session) -> list[Document]:
        require_pair(session.rulebook(call.at), symbol)
        session.set_quote(symbol, row["source"], call.at, row["price"], row["volume"])
        return [row]

    return recorded(call, "price set", f"{symbol} {row['price']} {row['source']} {row['volume']}", work)


def price_import(call: Call, paths: list, symbol: str | None, source: str | None, progress: Progress = None) -> Document:
    """Candles from files, all of them or none; each file's row tells what was taken and what was not."""
    from .feeds.candles import read_candles

    files = [(path, read_candles(path, symbol, progress)) for path in paths]

    def work(session) -> list[Document]:
        for _, found in files:
            require_pair(session.rulebook(call.at), found.symbol)
        return [_imported(session, path, found, source or GIVEN) for path, found in files]

    return recorded(call, "price import", f"{[str(path) for path in paths]} {symbol} {source}", work)


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
    units = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000))
    return next((f"{millis // size}{unit}" for unit, size in units if millis % size == 0), f"{millis}ms")


def price_fetch(call: Call, symbols: list[str], exchanges: list[str], timeout_seconds: int, urls: dict[str, str]) -> Document:
    """The prices of exchanges now, as quotes of `call.at`; without any answer nothing is written and `ok` is false."""
    from .feeds.fetch import fetch

    words, rules = f"{symbols} {exchanges}", Rulebook(default_rules())
    if call.ledger.exists():
        with reading(call.ledger) as session:
            if answered := answered_before(session, call, f"price fetch {words}"):
                return answered
            rules = Rulebook({**rules.document, **session.rulebook(call.at).document})
    pairs = {symbol: "{0.base}/{0.quote}".format(require_pair(rules, symbol)) for symbol in symbols}
    replies = fetch(pairs, exchanges or rules.leaf("index.sources"), timeout_seconds, urls)
    rows = [{**reply._asdict(), "at": moment(call.at)} for reply in replies]
    found = [reply for reply in replies if reply.price is not None]

    def work(session) -> list[Document]:
        for reply in found:
            session.set_quote(reply.symbol, reply.source, call.at, reply.price, reply.volume)
        return rows

    return recorded(call, "price fetch", words, work) if found else listed(call, rows, command="price fetch", ok=False)


def price_show(call: Call, symbol: str | None, sources: bool = False) -> Document:
    """The last price known at `call.at` by symbol and source, and what the ledger has of it; or what each brings to the index price."""
    with reading(call.ledger) as session:
        rows = session.price_shares(symbol, call.at) if sources else session.last_prices(symbol, call.at)
        if symbol and all(row["at"] is None for row in rows):
            raise Refused("no_quotes", symbol=symbol, at=moment(call.at))
        timed = [{key: moment(value) if key in ("at", "first_at", "last_at") and value is not None else value for key, value in row.items()} for row in rows]
        return listed(call, timed)


def require_pair(rules: Rulebook, symbol: str) -> Pair:
    pair = rules.pair(symbol)
    if pair is None:
        raise Refused("unknown_pair", symbol=symbol)
    return pair


# --- rates ---


def rate_set(call: Call, asset: str, rate_daily: Decimal, mode: str | None) -> Document:
    """A daily rate in force from `call.at` on, for cross, isolated or both (INT-6, INT-10)."""
    rows = [{"mode": each, "asset": asset, "since": moment(call.at), "rate_daily": plain(rate_daily)} for each in _modes(mode)]

    def work(session) -> list[Document]:
        _require_asset(session, call, asset)
        for row in rows:
            session.set_rate(row["mode"], asset, call.at, row["rate_daily"], "set")
        return rows

    return recorded(call, "rate set", f"{asset} {plain(rate_daily)} {mode}", work)


def rate_import(call: Call, path, progress: Progress = None) -> Document:
    """A rate history, in the exchange's JSON or as CSV; each row holds until the next."""
    from .feeds.rates import read_rates

    found = read_rates(path)

    def work(session) -> list[Document]:
        for asset in sorted({rate.asset for rate in found.rates}):
            _require_asset(session, call, asset)
        rows = [(mode, rate.asset, rate.effective_at, rate.rate_daily, "import") for rate in found.rates for mode in _modes(None)]
        return [_taken(path, found, session.add_rates(rows))]

    return recorded(call, "rate import", str(path), work)


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
    """Rates in force at `call.at` for the account's VIP level: daily, hourly and yearly (INT-7), and where each comes from."""
    rules, own, pool, vip = Rulebook(default_rules()), {}, {}, 0
    if call.ledger.exists():
        with reading(call.ledger) as session:
            rules = session.rulebook(call.at)
            own = {(row["mode"], row["asset"]): row for row in session.rates_in_force(asset, call.at)}
            vip = int(session.state(call.account).setting(Wallet(call.account, "spot"), "vip") or 0)
            pool = _pool_rates(session, call.at) if rules.supplies else {}
    if asset and asset not in rules.assets:
        raise Refused("unknown_asset", asset=asset)
    names = [asset] if asset else sorted({name for _, name in own} | SHOWN_ALWAYS | pool.keys())
    found = [(name, mode, _in_force(rules, name, vip, own.get((mode, name)), pool.get(name))) for name in names for mode in _modes(None)]
    rows = [_rate(name, mode, vip, *rate) for name, mode, rate in found if rate]
    if asset and not rows:
        raise Refused("not_borrowable", asset=asset)
    return listed(call, rows)


def _in_force(rules: Rulebook, asset: str, vip: int, own: Document | None, pool: Document | None) -> tuple[Decimal, str | None, str, Document] | None:
    """Rate, since when, source and what more there is to say of it: as World.rate_daily chooses."""
    if own:
        return Decimal(own["rate_daily"]), moment(own["since"]), own["source"], {}
    if pool:
        return rules.rate_at_level(asset, vip, pool["rate"]), pool["since"], "pool", pool["told"]
    rate_daily = rules.rate_daily(asset, vip)
    return None if rate_daily is None else (rate_daily, None, f"rules {rules.profile}", dict(zip(("basis", "rule"), rules.rate_mark(asset))))


def _pool_rates(session, at: int) -> dict[str, Document]:
    """Of each coin with a supply the pool's rate, and how it came about at the hour it began: by use, target and clamp (INT-8)."""
    last: dict[str, list[PoolRate]] = {}
    for rate in pool_rates(session, at):
        last.setdefault(rate.asset, [rate]).append(rate)
    return {asset: _pool_rate(session, *rates[-2:]) for asset, rates in last.items() if asset in session.rulebook(at).supplies and rates[-1].rate_daily is not None}


def _pool_rate(session, before: PoolRate, rate: PoolRate) -> Document:
    rules = session.rulebook(rate.since - 1)
    previous = before.rate_daily if before.since < rate.since and before.rate_daily is not None else rules.default_rate_daily(rate.asset)
    target = target_daily(rules, rate.asset, rate.lent, rate.supply)
    use = plain(round_half_up(ratio(rate.lent, rate.supply))) if rate.supply else "1"
    figures = {"lent": rate.lent, "supply": rate.supply, "previous_daily": previous, "target_daily": target, "most_change_hourly": rules.most_change_hourly}
    told = {"use": use, **{name: plain(figure) for name, figure in figures.items()}, "clamped": rate.rate_daily != target}
    return {"rate": rate.rate_daily, "since": moment(rate.since), "told": told}


def _rate(asset: str, mode: str, vip: int, rate_daily: Decimal, since: str | None, source: str, told: Document) -> Document:
    hourly = charge_up_quotient(rate_daily, Decimal(24), PLACES)
    figures = {"rate_daily": plain(rate_daily), "rate_hourly": plain(hourly), "rate_yearly": plain(rate_yearly(rate_daily))}
    return {"asset": asset, "mode": mode, **figures, "since": since, "source": source, "vip": str(vip), **told}


def _modes(mode: str | None) -> tuple[str, ...]:
    return (mode,) if mode else ("cross", "isolated")


def _require_asset(session, call: Call, asset: str) -> None:
    if asset not in session.rulebook(call.at).assets:
        raise Refused("unknown_asset", asset=asset)
