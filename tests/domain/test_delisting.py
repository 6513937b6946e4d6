"""Delistings: what stops before, what happens at the moment, and that it happens then whoever looks (DEL-1 to DEL-5)."""

import pytest
from worlds import D, booked, lines, outcome, refuses, ruled, time, wallet, walked, world

from margincli.domain.flaws import flaw_of
from margincli.domain.delisting import ends, scheduled
from margincli.domain.journal import Wallet
from margincli.domain.money import plain
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.domain.orders import open_orders
from margincli.domain.risk import health
from margincli.domain.walk import settle
from margincli.domain.world import World

SPOT, CROSS, PAIR = wallet("spot"), wallet(), wallet("isolated:ETHUSDT")
FREE = {(mode, coin): [("2000-01-01", "0")] for mode in ("cross", "isolated") for coin in ("USDT", "BTC", "ETH", "BNB", "USDC")}


def leaves(**rows: str):
    return ruled({"delistings.rows": {name: time(clock) for name, clock in rows.items()}})


AT_14 = leaves(ETH="14:00")
TWO_DAYS = leaves(ETH="3 12:00")  # two days from noon: everything goes on


# --- before (DEL-1) ---


def buy(wallet: Wallet, symbol: str = "ETHUSDT") -> Trade:
    return Trade(wallet, "BUY", symbol, D(1), None)


COINS = {"USDT": "10000"}
REFUSED = [
    ("done", "", world(rules=TWO_DAYS, cross=COINS), Borrow(CROSS, "ETH", D(1))),
    ("done", "", world(rules=leaves(ETH="2 12:01"), cross=COINS), Borrow(CROSS, "ETH", D(1))),
    ("delisting_no_loans", "ETH leaves margin at 2024-09-02T12:00:00Z: nothing of it is lent since 2024-09-01T12:00:00Z", world(rules=leaves(ETH="2 12:00"), cross=COINS), Borrow(CROSS, "ETH", D(1))),
    ("done", "", world(rules=leaves(ETHUSDT="13:00"), cross=COINS), Borrow(CROSS, "ETH", D(1))),  # a pair's end is no end of its coins
    ("delisting_no_loans", "", world(rules=leaves(ETHUSDT="13:00"), isolated_ETHUSDT=COINS), Borrow(PAIR, "USDT", D(100))),
    ("delisting_no_loans", "", world(rules=leaves(ETH="2 12:00"), cross=COINS), buy(CROSS)._replace(side="SELL", side_effect="MARGIN_BUY")),
    ("done", "", world(rules=leaves(ETH="2 12:01"), spot={"ETH": "5"}, cross=COINS), Transfer("ETH", D(5), SPOT, CROSS)),
    ("delisting_no_transfers", "no more than 0 may come into cross", world(rules=AT_14, spot={"ETH": "5"}, cross=COINS), Transfer("ETH", D(5), SPOT, CROSS)),
    # 2 owed, 0.5 held: 1.5 may come
    ("done", "", world(rules=AT_14, spot={"ETH": "5"}, cross={"USDT": "9000", "ETH": "0.5+-2"}), Transfer("ETH", D("1.5"), SPOT, CROSS)),
    ("delisting_no_transfers", "no more than 1.5", world(rules=AT_14, spot={"ETH": "5"}, cross={"USDT": "9000", "ETH": "0.5+-2"}), Transfer("ETH", D("1.50000001"), SPOT, CROSS)),
    ("delisting_no_transfers", "", world(rules=AT_14, spot={"ETH": "5"}, cross=COINS), Transfer("ETH", None, SPOT, CROSS)),
    ("done", "", world(rules=AT_14, spot={"ETH": "5"}, cross={"ETH": "5"}), Transfer("ETH", D(5), CROSS, SPOT)),
    ("done", "", world(rules=AT_14, cross=COINS), buy(CROSS)),
    ("delisted", "ETHUSDT has left margin at 2024-09-01T12:00:00Z", world(rules=leaves(ETH="12:00"), cross=COINS), buy(CROSS)),
    ("delisted", "", world(rules=leaves(ETHUSDT="12:00"), cross=COINS), buy(CROSS)),
    ("done", "", world(rules=leaves(ETHUSDC="12:00"), cross=COINS), buy(CROSS)),
    ("done", "", world(rules=leaves(ETH="12:00"), spot=COINS), buy(SPOT)),  # spot is not concerned
]


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_DEL_1_what_stops_before_and_at_its_time(code, words, found, asked):
    refuses(code, words, found, asked)


def test_DEL_1_what_is_held_owed_or_ordered_is_known_to_go():
    found = world(rules=leaves(ETH="3 12:00", BTCUSDT="2 12:00", BNB="4 12:00"), spot={"ETH": "1"}, cross={"ETH": "-1", "USDT": "90000", "BTC": "1"}, isolated_BTCUSDT={"USDT": "1"})
    found, _ = decide(found, Trade(CROSS, "SELL", "BTCUSDT", D("0.1"), None, "LIMIT", D(30000)))
    assert [name for name, _ in scheduled(found, CROSS)] == ["BTCUSDT", "ETH"]
    assert [name for name, _ in scheduled(found, wallet("isolated:BTCUSDT"))] == ["BTCUSDT"] and scheduled(found, SPOT) == []


@pytest.mark.parametrize(
    "ends, names",
    [
        ({"ETH": "2 12:00", "BTC": "3 12:00"}, ["ETH", "BTC"]),  # the first to go first
        ({"ETH": "2 12:00", "BTCUSDT": "2 12:00"}, ["BTCUSDT", "ETH"]),
        ({"BTCUSDT": "2 12:00", "BTC": "3 12:00"}, ["BTCUSDT", "BTC"]),  # the pair before its coin
        ({"USDC": "3 12:00"}, []),  # neither held nor ordered
    ],
)
def test_DEL_1_the_first_to_go_first_and_a_pair_that_goes_with_its_coin_is_said_by_that(ends, names):
    found = world(rules=leaves(**ends), cross={"ETH": "1", "USDT": "9000", "BTC": "1"})
    found, _ = decide(found, Trade(CROSS, "SELL", "BTCUSDT", D("0.1"), None, "LIMIT", D(30000)))
    assert [name for name, _ in scheduled(found, CROSS)] == names


# --- at its time (DEL-2 to DEL-5) ---


def happened(entries) -> list[tuple[str, str, str]]:
    return [line for line in lines(entries) if line[0] != "interest"]


def sale(entries):
    (found,) = [entry for entry in entries if entry.kind == "delisting_sell"]
    return found


def test_DEL_2_orders_are_cancelled_and_the_debt_is_repaid_with_the_balance():
    start, _ = decide(world(rules=AT_14, rates=FREE, cross={"ETH": "5+-2", "USDT": "1000"}), Trade(CROSS, "SELL", "ETHUSDT", D(5), None, "LIMIT", D(9000)))
    after, entries = settle(World(start.now + 3 * 3_600_000, "main", start.state, start.market, start.rules), start.now)
    assert happened(entries) == [("delisting", "", "0"), ("order_end", "ETH", "5"), ("repay", "ETH", "2"), ("transfer", "ETH", "3")]
    assert {entry.at for entry in entries} == {start.now + 2 * 3_600_000} and not open_orders(after.state, CROSS)


def test_DEL_2_a_pair_that_leaves_takes_its_orders_and_nothing_else():
    start, _ = decide(world(rules=leaves(ETHUSDT="14:00"), rates=FREE, cross={"ETH": "5+-2"}), Trade(CROSS, "SELL", "ETHUSDT", D(1), None, "LIMIT", D(9000)))
    _, entries = settle(start.at(start.now + 3 * 3_600_000), start.now)
    assert happened(entries) == [("delisting", "", "0"), ("order_end", "ETH", "1")]


def test_DEL_2_what_has_more_time_keeps_its_orders_and_is_not_named():
    start = world(rules=leaves(ETHUSDT="14:00", BTCUSDT="3 12:00", BTC="4 12:00"), rates=FREE, cross={"ETH": "5+-2", "BTC": "1", "BNB": "1"})
    for symbol, price in (("ETHUSDT", "9000"), ("BTCUSDT", "90000"), ("BNBUSDT", "900")):
        start, _ = decide(start, Trade(CROSS, "SELL", symbol, D("0.1"), None, "LIMIT", D(price)))
    after, entries = settle(start.at(start.now + 3 * 3_600_000), start.now)
    assert happened(entries) == [("delisting", "", "0"), ("order_end", "ETH", "0.1")] and [e.facts["names"] for e in entries if e.kind == "delisting"] == ["ETHUSDT"]
    assert [order.symbol for order in open_orders(after.state, CROSS)] == ["BTCUSDT", "BNBUSDT"]


def test_DEL_2_spot_goes_on_as_before_its_orders_too():
    start, _ = decide(world(rules=AT_14, rates=FREE, spot={"ETH": "1"}, cross={"ETH": "1+-0.5"}), Trade(SPOT, "SELL", "ETHUSDT", D(1), None, "LIMIT", D(9000)))
    after, entries = settle(start.at(start.now + 3 * 3_600_000), start.now)
    assert {entry.wallet for entry in entries} == {CROSS} and len(open_orders(after.state, SPOT)) == 1


def test_DEL_3_without_debt_all_goes_to_spot_whatever_it_is_worth_and_be_it_without_a_price():
    for prices in ({}, {"ETHUSDT": None}):
        after, entries = walked("15:00", rates=FREE, prices=prices, rules=AT_14, cross={"ETH": "5"})
        assert happened(entries) == [("delisting", "", "0"), ("transfer", "ETH", "5")]
        assert after.state.holding(SPOT, "ETH").free == 5


def test_DEL_3_moved_out_down_to_level_2_and_the_rest_is_sold():
    """(1,000 + 3,000) / 1,500 = 2.67; 1,000 may leave: 1 ETH; the other 2 bring 2,000 USDT, and 0.075 BTC stay owed."""
    after, entries = walked("15:00", rates=FREE, rules=AT_14, cross={"ETH": "3", "USDT": "1000", "BTC": "-0.075"})
    assert happened(entries) == [("delisting", "", "0"), ("transfer", "ETH", "1"), ("delisting_sell", "ETH", "2")]
    assert booked(sale(entries)) == {"cross:free ETH": "-2", "world:market ETH": "2", "world:market USDT": "-2000", "cross:free USDT": "2000"}
    assert health(after, CROSS).level == 2


@pytest.mark.parametrize("usdt, wanted", [("13:00", "BTC"), ("14:00", "BTC"), ("14:01", "USDT")])
def test_DEL_3_what_leaves_is_not_sold_into_a_coin_that_has_left(usdt, wanted):
    """1,000 USDT may leave at first; then 3,000 stand against 1,500, and nothing may. Law 3: else it would have to go once more, whenever somebody looks."""
    after, entries = walked("14:00", rates=FREE, rules=leaves(ETH="14:00", USDT=usdt), cross={"ETH": "3", "USDT": "1000" if usdt == "13:00" else "0", "BTC": "-0.075"})
    assert (sale(entries).amount, sale(entries).facts["for"]) == (3, wanted)


def test_DEL_3_at_level_2_or_under_all_is_sold():
    _, entries = walked("15:00", rates=FREE, rules=AT_14, cross={"ETH": "2", "USDT": "1000", "BTC": "-0.075"})
    assert happened(entries) == [("delisting", "", "0"), ("delisting_sell", "ETH", "2")]


@pytest.mark.parametrize("held, coin, got", [("0.024", "BNB", "0.048"), ("0.02400001", "USDT", "24.00001")])
def test_DEL_3_a_little_is_turned_into_BNB(held, coin, got):
    """0.0012 BTC are 24 USDT; BNB stands at 500."""
    _, entries = walked("15:00", rates=FREE, rules=AT_14, cross={"ETH": held, "USDT": "100", "BTC": "-0.004"})
    assert (sale(entries).facts["for"], sale(entries).facts["got"]) == (coin, got)


def test_DEL_3_where_every_debt_has_its_own_coin_all_are_settled_and_all_moves_out():
    after, entries = walked("15:00", rates=FREE, rules=AT_14, cross={"ETH": "1", "USDT": "1500+-1500", "BTC": "0.01+-0.01"})
    assert happened(entries) == [("delisting", "", "0"), ("repay", "BTC", "0.01"), ("repay", "USDT", "1500"), ("transfer", "ETH", "1")]
    assert after.state.holdings(CROSS) == {}


@pytest.mark.parametrize(
    "coins, told",
    [
        ({"ETH": "1", "USDT": "90000+-1500", "BTC": "0.01+-0.01"}, [("transfer", "ETH", "1")]),  # all may leave as it is
        # (3,000 + 1,000 + 200) / 1,700: 800 above level 2. Of the BTC owed only a part is there, and nothing is settled
        ({"ETH": "3", "USDT": "1000", "BTC": "0.01+-0.085"}, [("transfer", "ETH", "0.8"), ("delisting_sell", "ETH", "2.2")]),
    ],
)
def test_DEL_3_debts_of_other_coins_are_settled_only_where_that_frees_the_rest(coins, told):
    _, entries = walked("15:00", rates=FREE, rules=AT_14, cross=coins)
    assert happened(entries) == [("delisting", "", "0"), *told]


def test_DEL_4_a_debt_that_is_left_is_settled_with_the_most_valuable_of_the_others():
    """1 of 2 ETH are held; the other 1,000 USDT are 0.05 of the 0.5 BTC, worth more than the 900 USDT."""
    after, entries = walked("15:00", rates=FREE, rules=AT_14, cross={"ETH": "1+-2", "BTC": "0.5", "USDT": "900"})
    assert happened(entries) == [("delisting", "", "0"), ("repay", "ETH", "1"), ("delisting_sell", "BTC", "0.05"), ("repay", "ETH", "1")]
    assert after.state.holding(CROSS, "ETH") == ("ETH", 0, 0, 0, 0)


def test_DEL_4_one_coin_after_the_other_until_it_is_paid():
    after, entries = walked("15:00", rates=FREE, rules=AT_14, cross={"ETH": "-2", "BTC": "0.06", "USDT": "900", "BNB": "2"})
    assert [line for line in lines(entries) if line[0] == "delisting_sell"] == [("delisting_sell", "BTC", "0.06"), ("delisting_sell", "BNB", "1.6")]
    assert after.state.holding(CROSS, "USDT").free == 900 and not after.state.owes(CROSS)


def test_DEL_4_LIQ_5_of_equals_the_first_by_name_and_nothing_of_what_has_no_price():
    """0.05 BTC are worth the 1,000 USDT beside them; the CFX has no price."""
    after, entries = walked("15:00", rates=FREE, rules=AT_14, cross={"CFX": "9000", "USDT": "1000", "ETH": "-0.5", "BTC": "0.05"})
    assert [line for line in lines(entries) if line[0] == "delisting_sell"] == [("delisting_sell", "BTC", "0.025")]
    start, _ = decide(world(rules=AT_14, rates=FREE, cross={"CFX": "9000", "ETH": "-0.5", "BTC": "1"}), Trade(CROSS, "SELL", "BTCUSDT", D(1), None, "LIMIT", D(90000)))
    after, entries = settle(start.at(start.now + 3 * 3_600_000), start.now)
    assert happened(entries) == [] and after.state.holding(CROSS, "ETH").debt == D("0.5"), "what is locked in an order that goes on pays nothing"


def test_NUM_2_what_pays_is_sold_up_and_no_more_is_bought_than_is_owed():
    after, entries = walked("15:00", rates=FREE, rules=AT_14, prices={"ETHUSDT": "1000.3333"}, cross={"ETH": "-0.1", "BTC": "0.5"})
    assert [entry.facts for entry in entries if entry.kind == "delisting_sell"] == [{"qty": "0.00500167", "for": "ETH", "got": "0.1"}]
    assert after.state.holding(CROSS, "ETH").free == 0


@pytest.mark.parametrize(
    "coins, told, moved",
    [
        ({"ETH": "3", "USDT": "-1000"}, [("delisting_sell", "ETH", "1"), ("repay", "USDT", "1000")], {"ETH": "2"}),
        ({"ETH": "-1", "USDT": "3000"}, [("delisting_sell", "USDT", "1000"), ("repay", "ETH", "1")], {"USDT": "2000"}),
        ({"ETH": "1+-0.5", "USDT": "5"}, [("repay", "ETH", "0.5")], {"ETH": "0.5", "USDT": "5"}),
        ({"ETH": "1", "USDT": "5"}, [], {"ETH": "1", "USDT": "5"}),
    ],
)
def test_DEL_4_an_isolated_pair_is_closed_and_the_rest_goes_to_spot(coins, told, moved):
    after, entries = walked("15:00", rates=FREE, rules=AT_14, isolated_ETHUSDT=coins)
    assert happened(entries) == [("delisting", "", "0"), *told, *(("transfer", coin, amount) for coin, amount in moved.items())]
    assert {coin: plain(held.free) for coin, held in after.state.holdings(SPOT).items()} == moved and after.state.holdings(PAIR) == {}


def test_DEL_5_the_level_is_the_one_with_haircuts():
    """CFX of 150,000 at rank 9 counts 140,000; against 100,000: no more than 1.4 with the 40,000 USDT... all of it is sold."""
    told = {"prices": {"CFXUSDT": "1"}, "rules": leaves(CFX="14:00"), "rates": FREE}
    _, entries = walked("15:00", **told, cross={"CFX": "150000", "USDT": "61000", "BTC": "-5"})
    assert happened(entries)[1:] == [("transfer", "CFX", "1250"), ("delisting_sell", "CFX", "148750")]  # 201,000 - 200,000, at 0.8


def test_LIQ_1_a_wallet_at_its_liquidation_level_is_liquidated_first():
    _, entries = walked("15:00", rates=FREE, rules=AT_14, prices={"ETHUSDT": "1000"}, cross={"ETH": "10.9", "USDT": "-10000"}, since="13:59")
    kinds = [entry.kind for entry in entries]
    assert kinds.index("liquidation") < kinds.index("delisting")


def test_DEL_2_rules_that_come_later_than_the_time_take_off_what_is_there_then():
    found = world(time("15:00"), rates=FREE, rules=leaves(ETH="13:00"), cross={"ETH": "1"})
    after, entries = settle(found, found.now - 1)
    assert happened(entries) == [("delisting", "", "0"), ("transfer", "ETH", "1")] and entries[0].at == found.now


def test_BOR_11_what_was_borrowed_for_a_cancelled_order_is_paid_back():
    start, _ = decide(world(rules=leaves(ETHUSDT="14:00"), rates=FREE, cross={"USDT": "1000"}), Trade(CROSS, "BUY", "ETHUSDT", D(2), None, "LIMIT", D(900), "MARGIN_BUY"))
    after, entries = settle(start.at(start.now + 3 * 3_600_000), start.now)
    assert happened(entries) == [("delisting", "", "0"), ("order_end", "USDT", "1800"), ("repay", "USDT", "800")] and not after.state.owes(CROSS)


def test_DEL_1_a_top_up_brings_no_more_in_than_is_lacking():
    from margincli.domain.operations.top_up import TopUp

    start, _ = decide(world(rules=AT_14, spot={"ETH": "10"}, cross={"BTC": "1", "USDT": "-14000"}), TopUp(CROSS, "on", ("ETH",)))
    fallen = world("2024-09-01T12:30:00Z", prices={"BTCUSDT": "18000"}, rules=AT_14)
    _, entries = settle(World(fallen.now, "main", start.state, fallen.market, start.rules), start.now)
    assert "margin_call" in [entry.kind for entry in entries] and "top_up" not in [entry.kind for entry in entries]


def test_an_unknown_name_or_a_bad_time_is_told_when_the_rules_are_read():
    assert "neither a coin nor a pair" in flaw_of(ruled({"delistings.rows": {"NOPE": "2024-09-10T08:00:00Z"}}))
    for text in ("tomorrow", "2024-09-10T08:00:00", "2024-13-10T08:00:00Z"):
        assert "a time is written in UTC" in flaw_of(ruled({"delistings.rows": {"ETH": text}}))
    assert flaw_of(AT_14) == "" and outcome(world(rules=AT_14, cross=COINS), Borrow(CROSS, "USDT", D(10))) == "done"


def test_DEL_1_a_pair_leaves_with_the_first_of_its_coins():
    found = ends(ruled({"delistings.rows": {"ETH": "2024-09-10T08:00:00Z", "BNBUSDT": "2024-09-09T08:00:00Z"}}))
    assert (found["ETH"], found["ETHUSDT"], found["BNBUSDT"]) == (1_725_955_200_000, 1_725_955_200_000, 1_725_868_800_000)
    assert all(name == "BNBUSDT" or "ETH" in name for name in found) and ends(ruled({})) == {}
