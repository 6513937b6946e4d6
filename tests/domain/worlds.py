"""Small worlds to decide in: an account described by what it holds (positive) and owes (negative), prices and rules."""

from decimal import Decimal

from margincli import rules
from margincli.domain.chart import Point, Series
from margincli.domain.journal import Account, Wallet
from margincli.domain.market import GIVEN, Market, Rates, Ticker
from margincli.domain.money import plain
from margincli.domain.operations import decide
from margincli.domain.refusals import Refused
from margincli.domain.rulebook import Rulebook
from margincli.domain.standing import State
from margincli.domain.walk import settle
from margincli.domain.world import World
from margincli.feeds.moments import parse_time
from margincli.rules.shape import BASES

DOCUMENT = rules.load("2024")
RULES = Rulebook(DOCUMENT)
NOON = parse_time("2024-09-01T12:00:00Z")
D = Decimal


def at(text: str) -> int:
    return parse_time(text)


def quotes(*points: tuple[str, str]) -> Series:
    """A given index series: (time, price) pairs."""
    return Series(Point(at(time), D(price)) for time, price in points)


def candles(*rows: tuple[str, str, str, str, str], minutes: int = 60) -> Series:
    """Candles (open time, open, high, low, close), each read as two points."""
    points = []
    for time, opened, high, low, close in rows:
        points.append(Point(at(time), D(opened)))
        points.append(Point(at(time) + minutes * 60_000 - 1, D(close), D(low), D(high)))
    return Series(points)


def market(prices: dict, rates: dict | None = None) -> Market:
    """`prices` by symbol: a number known since 2000, or a Series; `rates` by (mode, asset): (time, daily) pairs."""
    series = {s: p if isinstance(p, Series) else quotes(("2000-01-01", p)) for s, p in prices.items()}
    own = {key: Rates(tuple(at(t) for t, _ in rows), tuple(D(r) for _, r in rows)) for key, rows in (rates or {}).items()}
    return Market({symbol: Ticker(symbol, {GIVEN: found}) for symbol, found in series.items()}, own)


def state(owner: str = "main", leverage: str = "3", **wallets: dict) -> State:
    """Wallets by name (isolated as `isolated_BTCUSDT`): coin -> amount; `"-5"` is principal, `"-5/0.1"` adds unpaid interest."""
    balances, settings = {}, {(Wallet(owner, "spot"), "quiz_passed_at"): "1", (Wallet(owner, "spot"), "region"): "DE"}
    for name, coins in wallets.items():
        wallet = Wallet.named(owner, name.replace("_", ":"))
        if wallet.mode != "spot":
            settings[wallet, "opened_at"] = "1"
            settings[wallet, "leverage"] = leverage
        for asset, amount in coins.items():
            for part in str(amount).split("+"):
                principal, _, unpaid = part.partition("/")
                bucket = "borrowed" if principal.startswith("-") else "free"
                balances[Account(wallet, bucket), asset] = D(principal)
                if unpaid:
                    balances[Account(wallet, "interest"), asset] = -D(unpaid)
    return State(balances, settings)


def world(now: int | str = NOON, prices: dict | None = None, rates: dict | None = None, leverage: str = "3", rules: Rulebook = RULES, **wallets: dict) -> World:
    """An account named main in a market; BTCUSDT stands at 20,000 unless told otherwise."""
    listed = {"BTCUSDT": "20000", "ETHUSDT": "1000", "USDCUSDT": "1", "BTCUSDC": "20000", "BNBUSDT": "500", **(prices or {})}
    listed = {symbol: price for symbol, price in listed.items() if price is not None}
    moment = at(now) if isinstance(now, str) else now
    return World(moment, "main", state(leverage=leverage, **wallets), market(listed, rates), rules)


def wallet(name: str = "cross", owner: str = "main") -> Wallet:
    return Wallet.named(owner, name)


# --- deciding in them ---


def ruled(leaves: dict, document: dict = DOCUMENT) -> Rulebook:
    """The rule book with other values: dotted path -> value of the leaf (or of the row, where the path goes through `rows`)."""
    for path, value in leaves.items():
        document = _laid(document, path.split("."), value)
    return Rulebook(document)


def _laid(node: dict, path: list, value) -> dict:
    head, *rest = path
    if rest:
        return {**node, head: _laid(node[head], rest, value)}
    leaf = node.get(head)
    is_rule = isinstance(leaf, list) and len(leaf) > 1 and leaf[1] in BASES  # [value, basis, rule id, remark]
    return {**node, head: [value, *leaf[1:]] if is_rule else value}


def without(found: World, *keys: str) -> World:
    """The same world with these settings never made."""
    settings = {key: value for key, value in found.state.settings.items() if key[1] not in keys}
    return World(found.now, found.owner, State(found.state.balances, settings), found.market, found.rules)


def outcome(found: World, asked) -> str:
    """What `decide` says: the code of the refusal, or 'done'."""
    try:
        decide(found, asked)
    except Refused as refusal:
        return refusal.code
    return "done"


def ladder(asked, start: dict, *rungs: tuple, make=world) -> list:
    """Everything broken at once, then mended one thing at a time: rows (outcome, words of the message, world, request).

    A rung is ("code" or "code: words", {world: mends}, {request: mends}); the mends are made after the rung is noted.
    The last row is 'done'. A world's argument mended to None is left out.
    """
    rows, told = [], dict(start)
    for said, mends, fields in (*rungs, ("done", {}, {})):
        code, _, words = said.partition(": ")
        rows.append((code, words, make(**{name: value for name, value in told.items() if value is not None}), asked))
        told.update(mends)
        fields = dict(fields)
        asked = fields.pop("instead")(asked) if "instead" in fields else asked._replace(**fields)
    return rows


def refuses(code: str, words: str, found: World, asked) -> None:
    """One row of a ladder, asserted."""
    try:
        decide(found, asked)
    except Refused as refusal:
        assert (refusal.code, words in refusal.message) == (code, True), refusal.message
    else:
        assert code == "done"


def booked(entry) -> dict[str, str]:
    """The postings of an entry as {'cross:free USDT': '-5', 'house:pool USDT': '5'}."""
    return {f"{str(p.account).removeprefix('main:')} {p.asset}": plain(p.amount) for p in entry.postings}


def lines(entries) -> list[tuple[str, str, str]]:
    """(kind, coin, amount) of each entry, in order."""
    return [(entry.kind, entry.asset, plain(entry.amount)) for entry in entries]


# --- bringing them up to date ---

FREE = {(mode, coin): [("2000-01-01", "0")] for mode in ("cross", "isolated") for coin in ("USDT", "BTC", "ETH")}  # no interest


def time(clock: str) -> str:
    """'13:00' on 2024-09-01, '2 13:00' on the day after."""
    day, _, clock = clock.rpartition(" ")
    return f"2024-09-{int(day or 1):02}T{clock}" + ("Z" if clock.count(":") == 2 else ":00Z")


def at_rates(*pairs: tuple[str, str]) -> dict:
    """Daily rates of USDT in cross: ('13:30', rate), from then on."""
    return {("cross", "USDT"): [(clock if "-" in clock else time(clock), rate) for clock, rate in pairs]}


def walked(until: str, since: str = "12:00", rates: dict = FREE, **told):
    """An account settled to `since` and brought up to `until`: the world then, and what fell due."""
    return settle(world(time(until), rates=rates, **told), at(time(since)))
