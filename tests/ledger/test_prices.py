"""Prices and rates: in many at once, and out as they were known at a moment and never later."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import RULES

from margincli.domain.chart import Point
from margincli.ledger import LedgerFault, scratch

D = Decimal
HOUR = 3_600_000


def candle(n, interval=HOUR, close="105", volume="3", start=0):
    open_at = start + n * interval
    return (open_at, open_at + interval - 1, str(100 + n), "110", "90", close, volume)


@pytest.fixture
def session():
    with scratch(lambda: RULES) as session:
        yield session


def points(session, symbol, since, until, source="binance"):
    market = session.market([], [symbol], since, until)
    return list(market.tickers[symbol].sources[source].points) if symbol in market.tickers else []


def test_a_candle_is_two_events(session):
    session.add_candles("BTCUSDT", "binance", HOUR, [candle(1), candle(2)])
    opens, close = [Point(HOUR, D(101)), Point(2 * HOUR, D(102))], Point(2 * HOUR - 1, D(105), D(90), D(110), D(3))
    assert points(session, "BTCUSDT", 0, HOUR - 1) == []
    assert points(session, "BTCUSDT", 0, HOUR) == opens[:1]
    assert points(session, "BTCUSDT", 0, 2 * HOUR - 2) == opens[:1]
    assert points(session, "BTCUSDT", 0, 2 * HOUR - 1) == [opens[0], close]
    assert points(session, "BTCUSDT", 0, 2 * HOUR) == [opens[0], close, opens[1]]
    assert points(session, "BTCUSDT", 2 * HOUR - 1, 2 * HOUR) == [close, opens[1]]
    assert points(session, "BTCUSDT", 2 * HOUR, 2 * HOUR) == [opens[1]]
    assert points(session, "BTCUSDT", 90 * HOUR, 99 * HOUR)[0].at == 3 * HOUR - 1


def test_a_quote_stands_after_a_candle(session):
    session.add_candles("BTCUSDT", "binance", HOUR, [candle(1)])
    session.set_quote("BTCUSDT", "binance", HOUR, "200", "7")
    session.set_quote("BTCUSDT", "binance", HOUR + 5, "201")
    session.set_quote("BTCUSDT", "other", 3, "9")
    known = points(session, "BTCUSDT", 0, 2 * HOUR)
    assert known[:3] == [Point(HOUR, D(101)), Point(HOUR, D(200), volume=D(7)), Point(HOUR + 5, D(201))] and len(known) == 4
    assert points(session, "BTCUSDT", HOUR, HOUR) == [Point(HOUR, D(200), volume=D(7))]
    assert points(session, "BTCUSDT", 0, HOUR, "other") == [Point(3, D(9))]


moments = st.integers(0, 12 * 4)


@settings(max_examples=80, deadline=None)
@given(st.sets(st.integers(0, 11)), st.dictionaries(moments, st.sampled_from(["a", "b"])), moments, moments)
def test_no_look_ahead_and_nothing_left_out(candles, quotes, since, until):
    """Against the plain reading of the rule, over candles of 4 ms and quotes of two sources."""
    since, until = min(since, until), max(since, until)
    rows = [candle(n, 4) for n in candles]
    with scratch(lambda: RULES) as session:
        session.add_candles("BTCUSDT", "a", 4, rows)
        for at, source in quotes.items():
            session.set_quote("BTCUSDT", source, at, str(1000 + at))
        for source in "ab":
            known = [] if source == "b" else [p for r in rows for p in ((r[0], 0, D(r[2])), (r[1], 1, D(r[5])))]
            known = sorted(known + [(at, 2, D(1000 + at)) for at, of in quotes.items() if of == source])
            expected = [p for p in known if p[0] <= since][-1:] + [p for p in known if since < p[0] <= until]
            market = session.market([], ["BTCUSDT"], since, until)
            series = market.tickers["BTCUSDT"].sources.get(source) if "BTCUSDT" in market.tickers else None
            assert [(p.at, p.price) for p in (series.points if series else ())] == [(at, price) for at, _, price in expected]


def test_only_symbols_on_the_routes(session):
    for symbol in ("BTCUSDT", "ETHBTC", "ETHUSDT", "SOLUSDC", "USDCUSDT", "DOGEUSDT", "USDTTRY"):
        session.set_quote(symbol, "s", 5, "2")
    assert session.symbols_priced() == {"BTCUSDT", "ETHBTC", "ETHUSDT", "SOLUSDC", "USDCUSDT", "DOGEUSDT", "USDTTRY"}

    def tickers(assets, symbols=()):
        return set(session.market(assets, symbols, 0, 10).tickers)

    assert tickers(["USDT"]) == set() and tickers(["SOL"]) == {"SOLUSDC", "USDCUSDT"} and tickers(["TRY"]) == {"USDTTRY"}
    assert tickers(["ETH"]) == {"ETHUSDT", "ETHBTC", "BTCUSDT"} and tickers(["BTC"], ["DOGEUSDT", "XRPUSDT"]) >= {"BTCUSDT", "DOGEUSDT"}
    assert session.market(["BTC"], [], 0, 4).tickers == {} and session.market(["ETH"], [], 0, 9).value("ETH", 9) == 2


def test_rates_between(session):
    for since, rate in ((10, "0.1"), (20, "0.2"), (30, "0.3"), (40, "0.4")):
        session.set_rate("cross", "USDT", since, rate, "me")
    session.set_rate("isolated", "USDT", 20, "0.9", "me")
    session.set_rate("isolated", "USDT", 20, "0.8", "me")
    session.set_rate("cross", "BTC", 20, "0.7", "me")
    rates = session.market(["USDT"], [], 25, 35).rates
    assert rates == {("cross", "USDT"): ((20, 30), (D("0.2"), D("0.3"))), ("isolated", "USDT"): ((20,), (D("0.8"),))}
    assert session.market(["USDT"], [], 0, 9).rates == {} and session.market(["USDT"], [], 0, 10).rates["cross", "USDT"].since == (10,)
    assert [tuple(row.values()) for row in session.rates_in_force("USDT", at=35)] == [("cross", "USDT", 30, "0.3", "me"), ("isolated", "USDT", 20, "0.8", "me")]
    assert len(session.rates_in_force(at=35)) == 3 and session.rates_in_force(at=9) == []


def test_candles_already_there_are_kept(session):
    rows = [candle(n) for n in range(50)]
    assert session.add_candles("BTCUSDT", "binance", HOUR, rows[:40]) == (40, 0, 0)
    again = [*rows[10:50], candle(50), candle(3, close="106"), candle(50)]
    assert session.add_candles("BTCUSDT", "binance", HOUR, again) == (11, 31, 1)
    assert session.db.execute("SELECT count(*), max(close) FROM candles").fetchone() == (51, "105")
    assert session.add_candles("ETHUSDT", "binance", HOUR, []) == (0, 0, 0) and session.symbols_priced() == {"BTCUSDT"}


def test_rates_already_there_are_kept(session):
    rates = [("cross", "USDT", n, f"0.{n}", "file") for n in range(1, 9)]
    assert session.add_rates(rates) == (8, 0, 0)
    more = [*rates[:3], ("cross", "USDT", 4, "0.5", "file"), ("isolated", "USDT", 4, "0.5", "file"), ("isolated", "USDT", 4, "0.4", "file")]
    assert session.add_rates(more) == (1, 3, 2)
    assert session.rates_in_force("USDT", 9)[1]["rate_daily"] == "0.5"  # the first of the two


@pytest.mark.parametrize(
    ("interval", "start", "count", "clashes"),
    [
        (60_000, 0, 60, True),  # minutes inside an hour there is
        (60_000, 10 * HOUR, 60, False),
        (60_000, 5 * HOUR, 60, False),  # in a gap
        (4 * HOUR, 0, 1, True),
        (4 * HOUR, 8 * HOUR, 1, False),
        (24 * HOUR, 0, 1, True),
        (HOUR, HOUR // 2, 1, True),  # the same interval on another grid
        (HOUR, 0, 9, False),
    ],
)
def test_two_intervals_may_not_overlap(session, interval, start, count, clashes):
    session.add_candles("BTCUSDT", "binance", HOUR, [candle(n) for n in (0, 1, 2, 3, 4, 6, 7)])
    rows = [candle(n, interval, start=start) for n in range(count)]
    for symbol, source in (("BTCUSDT", "other"), ("ETHUSDT", "binance")):
        assert session.add_candles(symbol, source, interval, rows).added == count
    if not clashes:
        session.add_candles("BTCUSDT", "binance", interval, rows)
        return
    with pytest.raises(LedgerFault) as caught:
        session.add_candles("BTCUSDT", "binance", interval, rows)
    assert (caught.value.code, caught.value.exit_code) == ("interval_clash", 3) and "BTCUSDT" in caught.value.message


def test_last_prices(session):
    session.add_candles("BTCUSDT", "binance", HOUR, [candle(1), candle(2)])
    session.set_quote("BTCUSDT", "binance", 10, "7")
    session.set_quote("BTCUSDT", "binance", 10, "8", "2")
    session.set_quote("ADAUSDT", "x", 5 * HOUR, "1")
    assert [tuple(row.values()) for row in session.last_prices(at=2 * HOUR)] == [
        ("ADAUSDT", "x", None, None, None, "quote", 1, 5 * HOUR, 5 * HOUR),
        ("BTCUSDT", "binance", 2 * HOUR, "102", None, "candle", 2, HOUR, 3 * HOUR - 1),
        ("BTCUSDT", "binance", 10, "8", "2", "quote", 1, 10, 10),
    ]
    assert list(session.last_prices("BTCUSDT", 3 * HOUR)[0].values())[2:5] == [3 * HOUR - 1, "105", "3"]
    assert session.last_prices("BTCUSDT") == session.last_prices("BTCUSDT", 3 * HOUR)
    assert session.last_prices()[0]["price"] == "1" and session.last_prices("NONE", at=0) == []


@pytest.mark.bench
def test_a_hundred_thousand_candles(session):
    """Against the plain rows into a plain table and out again; a moment asks for no more than a thousandth of them."""
    from time import process_time

    rows = [candle(n, 60_000) for n in range(100_000)]
    began = process_time()
    session.db.execute("CREATE TEMP TABLE plain (a, b, c, d, e)")
    session.db.executemany("INSERT INTO temp.plain VALUES (?, ?, ?, ?, ?)", (tuple(map(str, row[:5])) for row in rows))
    assert len(session.db.execute("SELECT * FROM temp.plain").fetchall()) == 100_000
    floor = process_time() - began
    assert session.add_candles("BTCUSDT", "binance", 60_000, rows).added == 100_000
    loaded = process_time()
    assert len(points(session, "BTCUSDT", 0, 100_000 * 60_000)) == 200_000
    read = process_time()
    assert len(points(session, "BTCUSDT", 99_999 * 60_000, 99_999 * 60_000)) == 1
    last = process_time()
    print(f"floor {floor:.2f} s, load {(loaded - began - floor) / floor:.1f} x, read {(read - loaded) / floor:.1f} x, one {(last - read) / floor:.4f} x")
    assert loaded - began - floor < 6 * floor and read - loaded < 5 * floor and last - read < floor / 50
