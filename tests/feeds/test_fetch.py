"""Prices from exchanges: a local server plays two of them, well and badly; nothing leaves this machine."""

import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from margincli.feeds.fetch import FetchFault, Reply, fetch

PAIRS = {"BTCUSDT": "BTC/USDT"}
TWO = {"BTCUSDT": "BTC/USDT", "ETHUSDT": "ETH/USDT"}
HITBTC = {
    "/api/3/public/symbol": {
        f"{base}USDT": {"type": "spot", "base_currency": base, "quote_currency": "USDT", "quantity_increment": "0.00001", "tick_size": "0.01",
                        "take_rate": "0.0025", "make_rate": "0.001", "fee_currency": "USDT", "margin_trading": True, "max_initial_leverage": "10"}
        for base in ("BTC", "XRP")
    },
    # a number without quotes, finer than any binary fraction; and one that ends in zeros
    "/api/3/public/ticker/BTCUSDT": '{"ask": "62756.01", "last": 62755.870000000000001, "open": "65089.27", "volume": 16719.5000, "timestamp": "2024-09-01T12:00:00.000Z"}',
    "/api/3/public/ticker/XRPUSDT": {"ask": "1", "last": None, "volume": "5", "timestamp": "2024-09-01T12:00:00.000Z"},
}  # fmt: skip
BYBIT = {
    "/v5/market/instruments-info": {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": [
        {"symbol": f"{base}USDT", "baseCoin": base, "quoteCoin": "USDT", "status": "Trading", "marginTrading": "both",
         "lotSizeFilter": {"basePrecision": "0.000001", "quotePrecision": "0.00000001", "minOrderQty": "0.00004", "maxOrderQty": "63", "minOrderAmt": "1", "maxOrderAmt": "100000"},
         "priceFilter": {"tickSize": "0.01"}} for base in ("BTC", "ETH")]}},
    "/v5/market/tickers": {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": [{"symbol": "BTCUSDT", "lastPrice": "62800.10", "volume24h": "81.5", "bid1Price": "62800", "ask1Price": "62801"}]}},
}  # fmt: skip
BROKEN = {
    "500": (500, "Internal Server Error"),
    "garbage": (200, '{"result": [1, 2'),
    "html": (200, "<html>\x1b[31mmaintenance</html>"),
    "list": (200, "[]"),
    "null": (200, "null"),
    "wrong": (200, '{"error": {"code": 2001, "message": "No such symbol"}}'),
}


class Exchanges(BaseHTTPRequestHandler):
    """/hitbtc/... and /bybit/... answer; /500/... and the like break; /slow/... answers too late, /drip/... byte by byte."""

    def do_GET(self):
        manner, path = self.path.split("?")[0][1:].split("/", 1)
        if manner == "slow":
            self.server.closing.wait(20)
        if manner == "drip":
            return self.drip()
        code, body = BROKEN.get(manner) or (200, {**HITBTC, **BYBIT}.get("/" + path))
        if body is None:
            code, body = 404, "{}"
        text = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def drip(self):
        self.send_response(200)
        self.end_headers()
        while not self.server.closing.wait(0.1):
            self.wfile.write(b" ")

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("ccxt", reason="price fetch needs ccxt: pip install 'margincli[live]'")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Exchanges)
    server.daemon_threads, server.closing = True, threading.Event()
    server.handle_error = lambda *of: None  # who asks may have hung up
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.closing.set()
    server.shutdown()


def asked(server, hitbtc="hitbtc", bybit="bybit", pairs=PAIRS, timeout=10):
    return fetch(pairs, ["hitbtc", "bybit"], timeout, {"hitbtc": f"{server}/{hitbtc}", "bybit": f"{server}/{bybit}/"})


GOOD = Reply("BTCUSDT", "hitbtc", "62755.870000000000001", "16719.5", "ok", None)
ALSO = Reply("BTCUSDT", "bybit", "62800.1", "81.5", "ok", None)


def test_IDX_7_prices_and_volumes_come_as_the_text_the_exchange_sent(server):
    assert asked(server) == [GOOD, ALSO]


@pytest.mark.parametrize("manner", BROKEN)
def test_one_that_breaks_is_told_and_the_other_counts(server, manner):
    found, broken = asked(server, bybit=manner)
    assert found == GOOD
    assert (broken.price, broken.volume, broken.status) == (None, None, "failed")
    assert broken.error and len(broken.error) < 250 and "\n" not in broken.error


@pytest.mark.parametrize("manner", ["slow", "drip"])
def test_nobody_is_waited_for_longer_than_said(server, manner):
    asked(server)  # ccxt itself takes a second to load
    begun = time.monotonic()
    found, late = asked(server, bybit=manner, timeout=2)
    assert time.monotonic() - begun < 4
    assert found == GOOD
    assert (late.status, late.price) == ("failed", None) and late.error.startswith(("no answer within 2 s", "RequestTimeout"))


def test_a_pair_that_an_exchange_does_not_trade_or_price(server):
    rows = asked(server, pairs={**TWO, "XRPUSDT": "XRP/USDT"})
    assert [(row.symbol, row.source, row.status) for row in rows][:3] == [("BTCUSDT", "hitbtc", "ok"), ("BTCUSDT", "bybit", "ok"), ("ETHUSDT", "hitbtc", "failed")]
    told = {(row.symbol, row.source): row.error for row in rows}
    assert told["ETHUSDT", "hitbtc"] == "it does not trade ETH/USDT"
    assert told["XRPUSDT", "hitbtc"] == "it tells no price of XRP/USDT" and told["XRPUSDT", "bybit"] == "it does not trade XRP/USDT"


def test_a_name_that_ccxt_does_not_know_is_a_failure_like_another(server):
    (reply,) = fetch(PAIRS, ["nowhere"], 5, {})
    assert reply.status == "failed" and "knows no exchange 'nowhere'" in reply.error


def test_the_default_list_is_known_to_ccxt_IDX_1(server):
    import ccxt

    from margincli.rules import load

    assert set(load()["index"]["sources"][0]) <= set(ccxt.exchanges)


def test_a_url_for_who_is_not_asked():
    with pytest.raises(FetchFault) as caught:
        fetch(PAIRS, ["okx"], 1, {"bybit": "http://localhost:1"})
    assert (caught.value.code, caught.value.exit_code) == ("not_asked", 2)


def test_without_ccxt_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ccxt", None)
    with pytest.raises(FetchFault) as caught:
        fetch(PAIRS, ["okx"], 1, {})
    assert (caught.value.code, caught.value.exit_code) == ("no_ccxt", 4)
    assert caught.value.hint == "Install it with: pip install 'margincli[live]'"


# --- from the command line ---


@pytest.fixture
def margincli(server, tmp_path):
    def run(*words):
        urls = [word for name in ("hitbtc", "bybit") for word in ("--exchange", name)]
        command = [sys.executable, "-m", "margincli", "price", *words, "--ledger", str(tmp_path / "ledger.db"), "--json", "--at", "2024-09-01"]
        done = subprocess.run(command + (urls if words[0] == "fetch" else []), capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    return run


def test_quotes_are_kept_at_the_moment_of_the_call_and_make_the_index(server, margincli, tmp_path):
    well = ["--url", f"hitbtc={server}/hitbtc", "--url", f"bybit={server}/bybit"]
    assert margincli("fetch", "btc/usdt", "BTCUSDT", *well, "--dry-run")[0] == 0 and not (tmp_path / "ledger.db").exists()
    code, document = margincli("fetch", "btc/usdt", "BTCUSDT", *well, "--ref", "one")
    rows = [(row["source"], row["price"], row["volume"], row["status"], row["error"], row["at"]) for row in document["rows"]]
    at = "2024-09-01T00:00:00Z"
    assert (code, rows) == (0, [("hitbtc", "62755.870000000000001", "16719.5", "ok", None, at), ("bybit", "62800.1", "81.5", "ok", None, at)])
    broken = ["--url", f"hitbtc={server}/500", "--url", f"bybit={server}/garbage"]
    code, again = margincli("fetch", "btc/usdt", "BTCUSDT", *broken, "--ref", "one")  # a ref is answered without asking anyone
    assert code == 0 and again == {**document, "repeated": True}
    shown = margincli("show", "BTCUSDT", "--sources")[1]["rows"]
    assert {row["index_price"] for row in shown} == {"62756.08455538"}  # (16719.5 x 62755.87.. + 81.5 x 62800.1) / 16801
    code, document = margincli("fetch", "BTCUSDT", *broken)
    assert code == 4 and document["ok"] is False and [row["status"] for row in document["rows"]] == ["failed", "failed"]
    assert margincli("show", "BTCUSDT", "--sources")[1]["rows"] == shown
    code, document = margincli("fetch", "BTCUSDT", "--url", f"hitbtc={server}/hitbtc", "--url", f"bybit={server}/500")
    assert code == 0 and [row["status"] for row in document["rows"]] == ["ok", "failed"]
    assert margincli("fetch", "NOPE", *well)[1]["error"] == "unknown_pair"
