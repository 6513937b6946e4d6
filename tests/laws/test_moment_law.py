"""Law 3 at its edge: prices that come at the very moment up to which an account is settled already."""

from decimal import Decimal

import pytest
from worlds import at

from margincli import desk, quotes, records, sweeping
from margincli.domain.journal import Wallet
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer

D = Decimal
NOON, HOUR = at("2024-09-01T12:00:00Z"), 3_600_000


def leveraged(path) -> desk.Call:
    """1,000 USDT at 3x in BTC of 20,000: called at 17,333, liquidated at 14,666."""
    call, cross, key = desk.Call(path, "main", NOON), Wallet("main", "cross"), records.quiz_key()
    quotes.price_set(call, "BTCUSDT", D(20000), None, None)
    for request in (
        Deposit("USDT", D(1000)),
        Activate(cross, "3", "DE", "accepted", key, key),
        Transfer("USDT", D(1000), Wallet("main", "spot"), cross),
        Trade(cross, "BUY", "BTCUSDT", None, D(2900), "MARKET", None, "MARGIN_BUY"),
        Trade(cross, "SELL", "BTCUSDT", D("0.001"), None, "LIMIT", D(26000), "NO_SIDE_EFFECT"),
    ):
        desk.perform(call, request)
    return call


def told(call) -> list[tuple]:
    rows = records.history(call, None, None, None, None)["rows"]
    return [(row["at"], row["kind"], row["amount"]) for row in rows if row["kind"] != "interest"]


@pytest.mark.parametrize("price", ["13000", "17000", "27000"])
def test_a_price_of_the_settled_moment_counts_at_that_moment(tmp_path, price):
    """A fall that liquidates, one that calls, a rise that fills: the same book for a cron that ran at that moment, just before the news."""
    books = []
    for cron in (True, False):
        call = leveraged(tmp_path / f"{cron}.db")
        news, later = call._replace(at=NOON + HOUR), call._replace(at=NOON + 5 * HOUR)
        if cron:
            sweeping.sweep(news._replace(account=None), "accrue")
        quotes.price_set(news, "BTCUSDT", D(price), None, None)
        quotes.price_set(later._replace(at=NOON + 2 * HOUR), "BTCUSDT", D(20000), None, None)
        sweeping.sweep(later._replace(account=None), "accrue")
        books.append(told(later))
        assert records.check(later)["findings"] == []
    assert books[0] == books[1] and any(moment == "2024-09-01T13:00:00Z" for moment, *_ in books[0])
