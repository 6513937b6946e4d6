"""cancel: refusals, then what is freed and what is repaid (BOR-11, ORD-5, ORD-6)."""

import pytest
from worlds import D, ladder, lines, refuses, wallet, world

from margincli.domain.operations import decide
from margincli.domain.operations.cancel import Cancel
from margincli.domain.operations.trade import Trade
from margincli.domain.orders import open_orders

CROSS = wallet()
RICH = {"USDT": "5000", "BTC": "1"}


def resting(*orders: Trade):
    found = world(cross=RICH)
    for order in orders:
        found, _ = decide(found, order)
    return found


def limit(price="18000", **more) -> Trade:
    return Trade(CROSS, "BUY", "BTCUSDT", D("0.1"), None, "LIMIT", D(price), **more)


REFUSED = ladder(Cancel(1), {"cross": RICH}, ("no_order: There is no open order 1 in account main", {}, {"number": None}))


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order(code, words, found, asked):
    refuses(code, words, found, asked)


def test_what_was_locked_is_free_again_ORD_7():
    after, entries = decide(resting(limit(), limit("17000")), Cancel(1))
    assert lines(entries) == [("order_end", "USDT", "1800")] and entries[0].facts["status"] == "CANCELED"
    assert [order.number for order in open_orders(after.state, CROSS)] == [2]


def borrowed(**more) -> Trade:
    return Trade(CROSS, "BUY", "BTCUSDT", D("0.4"), None, "LIMIT", D(18000), "MARGIN_BUY", **more)


def test_BOR_11_the_loan_of_the_order_is_repaid_from_what_it_releases():
    """7,200 less 5,000 own: 2,200 borrowed and their first hour; 2,200 go back, interest first."""
    after, entries = decide(resting(borrowed()), Cancel(1))
    assert lines(entries) == [("order_end", "USDT", "7200"), ("repay", "USDT", "2200")]
    assert after.state.holding(CROSS, "USDT").free == D(5000)


def test_BOR_11_unless_it_is_to_be_kept():
    _, entries = decide(resting(borrowed(at_cancel="KEEP")), Cancel(1))
    assert lines(entries) == [("order_end", "USDT", "7200")]


@pytest.mark.parametrize("number", [1, 2])
def test_ORD_5_cancelling_one_leg_cancels_both(number):
    oco = Trade(CROSS, "SELL", "BTCUSDT", D("0.1"), None, "OCO", D(25000), stop=D(18000))
    after, entries = decide(resting(oco), Cancel(number))
    assert [entry.facts["number"] for entry in entries] == ["1", "2"] and not open_orders(after.state, CROSS)


def test_ORD_6_cancelling_either_ends_the_list():
    after, entries = decide(resting(limit(then_price=D(22000))), Cancel(2))
    assert [entry.facts["number"] for entry in entries] == ["1", "2"] and not open_orders(after.state, CROSS)


def test_all_of_one_pair_or_of_all():
    eth = Trade(CROSS, "BUY", "ETHUSDT", D("0.5"), None, "LIMIT", D(900))
    after, _ = decide(resting(limit(), eth), Cancel(None, "BTCUSDT"))
    assert [order.symbol for order in open_orders(after.state, CROSS)] == ["ETHUSDT"]
    after, _ = decide(after, Cancel(None))
    assert not open_orders(after.state, CROSS)
