"""What a fill costs, in the coin received or in BNB (FEE-3, FEE-4, BNB-7). BNB stands at 500, BTC at 20,000.

1 BTC sold: 20 USDT at 0.1 %; in BNB 20 * 0.75 / 500 = 0.03.
"""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.cancel import Cancel
from margincli.domain.operations.close import Close
from margincli.domain.operations.repay import RepaySelling
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.trade import Trade
from margincli.domain.orders import open_orders
from margincli.domain.walk import settle
from worlds import FREE, D, at, booked, lines, quotes, ruled, time, wallet, world

SPOT, CROSS, BTC = wallet("spot"), wallet(), wallet("isolated:BTCUSDT")


def begun(**told):
    return decide(world(**{"rates": FREE, **told}), Setting("bnb_fees", "on"))[0]


def sell(wallet=CROSS, qty="1", symbol="BTCUSDT", **more):
    return Trade(wallet, "SELL", symbol, D(qty), None, **more)


def buy(wallet=CROSS, qty="1", symbol="BTCUSDT", **more):
    return Trade(wallet, "BUY", symbol, D(qty), None, **more)


def fee(found, order) -> tuple[str, str]:
    told = next(entry.facts for entry in decide(found, order)[1] if entry.kind == "trade")
    return told["fee"], told["fee_asset"]


@pytest.mark.parametrize("name", ["spot", "cross", "isolated_BTCUSDT"])
@pytest.mark.parametrize("order, received", [(sell, ("USDT", "20000")), (buy, ("BTC", "1"))])
def test_BNB_7_FEE_4_three_quarters_from_the_BNB_of_the_same_wallet(name, order, received):
    coins = {"BTC": "1"} if order is sell else {"USDT": "20000"}
    found, entries = decide(begun(**{name: coins | {"BNB": "1"}}), order(wallet(name.replace("_", ":"))))
    told = booked(entries[0])
    mine = f"{name.replace('_', ':')}:free"
    assert (told[f"{mine} {received[0]}"], told[f"{mine} BNB"], told["house:fees BNB"]) == (received[1], "-0.03", "0.03")
    assert (entries[0].facts["fee"], entries[0].facts["fee_asset"]) == ("0.03", "BNB")


@pytest.mark.parametrize("bnb, paid", [("0.03", ("0.03", "BNB")), ("0.02999999", ("20", "USDT")), ("0", ("20", "USDT"))])
def test_BNB_7_all_or_nothing(bnb, paid):
    found = begun(spot={"BTC": "1", "BNB": bnb}, cross={"BTC": "1", "BNB": "9"})
    assert fee(found, sell(SPOT)) == paid
    (entry,) = decide(found, sell(SPOT))[1]
    assert entry.facts.get("bnb_needed") == (None if paid[1] == "BNB" else "0.03")


def test_BNB_7_off_by_default_and_in_the_coin_received_while_BNB_has_no_price():
    coins = {"BTC": "1", "BNB": "1"}
    assert fee(world(cross=coins), sell()) == ("20", "USDT")
    assert fee(begun(prices={"BNBUSDT": None}, cross=coins), sell()) == ("20", "USDT")


def test_BNB_7_BNB_bought_pays_its_own_fee_for_less_and_BNB_sold_counts_no_more():
    """2 BNB bought: 2 * 0.001 * 0.75."""
    assert fee(begun(cross={"USDT": "1000"}), buy(qty="2", symbol="BNBUSDT")) == ("0.0015", "BNB")
    assert fee(begun(cross={"BNB": "2"}), sell(qty="2", symbol="BNBUSDT")) == ("1", "USDT")
    assert fee(begun(cross={"BNB": "2"}), sell(qty="1.9", symbol="BNBUSDT")) == ("0.001425", "BNB")


def test_BNB_7_the_worth_is_that_of_the_fill_in_any_quote_coin():
    """1 ETH at 0.05 BTC, 1,000 USDT: 1 * 0.75 / 500."""
    found = begun(prices={"ETHBTC": "0.05"}, cross={"ETH": "1", "USDT": "1000", "BNB": "1"})
    assert fee(found, sell(symbol="ETHBTC")) == ("0.0015", "BNB")


def test_BNB_7_FEE_4_rounds_half_up():
    """0.001 BTC at 65,982.53: 0.06598253 * 0.75 / 500 = 0.000098973795. Without a discount, at 5.005 USDT: 0.005005 / 1,000 = 0.000005005."""
    found = begun(prices={"BTCUSDT": "65982.53"}, cross={"BTC": "1", "BNB": "1"})
    assert fee(found, sell(qty="0.001")) == ("0.00009897", "BNB")
    found = begun(prices={"BTCUSDT": "5005", "BNBUSDT": "1000"}, rules=ruled({"bnb.fee_discount": "0"}), cross={"BTC": "1", "BNB": "1"})
    assert fee(found, sell(qty="0.001")) == ("0.00000501", "BNB")


def test_REP_6_what_comes_in_repays_whole_when_the_fee_is_in_BNB():
    found, entries = decide(begun(cross={"BTC": "2", "USDT": "-25000", "BNB": "1"}), sell(side_effect="AUTO_REPAY"))
    assert lines(entries) == [("trade", "BTC", "1"), ("repay", "USDT", "20000")]
    found, entries = decide(begun(cross={"BTC": "2", "USDT": "-25000"}), sell(side_effect="AUTO_REPAY"))
    assert lines(entries)[1] == ("repay", "USDT", "19980")


@pytest.mark.parametrize("bnb, qty", [("1", "0.5"), ("0", "0.50051")])
def test_REP_8_a_short_is_closed_with_no_more_than_it_takes(bnb, qty):
    """0.5 BTC and the fee on it: 0.5 / 0.999 = 0.5005005..., in steps of 0.00001."""
    found, entries = decide(begun(cross={"USDT": "50000", "BTC": "-0.5", "BNB": bnb}), Close(CROSS, "BTCUSDT"))
    assert lines(entries) == [("trade", "BTC", qty), ("repay", "BTC", "0.5")]


def test_REP_7_a_debt_in_BNB_is_bought_net_of_its_discounted_fee():
    """1 / (1 - 0.00075) = 1.00075056..., in steps of 0.001; without the switch 1.001001 asks for 1.002."""
    one, ten = ({"cross": {"USDT": "50000", "BNB": debt}} for debt in ("-1", "-10"))
    for found, qty in ((begun(**one), "1.001"), (world(**one), "1.002"), (begun(**ten), "10.008"), (world(**ten), "10.011")):
        _, entries = decide(found, RepaySelling(CROSS, "BNB", None, ("USDT",)))
        assert lines(entries)[0] == ("trade", "BNB", qty)


@pytest.mark.parametrize("bnb, paid", [("0.0015", ("0.0015", "BNB")), ("0.0014", ("1", "USDT"))])
def test_BNB_7_ORD_7_a_resting_order_too_and_the_BNB_it_locks_is_not_there_for_fees(bnb, paid):
    """1 ETH at 1,000: 1 * 0.75 / 500. 1 BNB lies locked in another order."""
    path = {"ETHUSDT": quotes((time("12:00"), "900"), (time("13:00"), "1000"))}
    found = begun(now=time("12:00"), prices=path, cross={"ETH": "1", "BNB": f"{D(bnb) + 1}"})
    for order in (sell(symbol="BNBUSDT", type="LIMIT", price=D(9000)), sell(symbol="ETHUSDT", type="LIMIT", price=D(1000))):
        found, _ = decide(found, order)
    _, entries = settle(found.at(at(time("13:00"))), found.now)
    told = next(entry.facts for entry in entries if entry.kind == "trade")
    assert (told["fee"], told["fee_asset"]) == paid


def test_BNB_7_an_order_that_sells_BNB_frees_its_lock_first():
    path = {"BNBUSDT": quotes((time("12:00"), "500"), (time("13:00"), "600"))}
    found, _ = decide(begun(now=time("12:00"), prices=path, cross={"BNB": "1"}), sell(symbol="BNBUSDT", qty="0.999", type="LIMIT", price=D(600)))
    _, entries = settle(found.at(at(time("13:00"))), found.now)
    assert [entry.facts["fee"] for entry in entries if entry.kind == "trade"] == ["0.00074925"]  # of the 0.001 left


def test_ORD_6_a_leg_that_waits_is_sized_as_if_there_were_no_BNB():
    """1 BTC less 0.1 %, though the fee was in BNB: it may be gone when the order fills."""
    found, entries = decide(begun(cross={"USDT": "20000", "BNB": "1"}), buy(then_stop=D(19000)))
    assert entries[0].facts["fee_asset"] == "BNB"
    assert [order.qty for order in open_orders(found.state, CROSS)] == [D("0.999")]
    assert decide(found, Cancel(None))[0].state.holding(CROSS, "BTC").free == 1


PARTS = {"fees.parts.rows.standard": ["0", "0.0002", "0", "0.0008"], "fees.parts.rows.tax": ["0", "0.001", "0", "0.001"], "fees.parts.rows.special": ["0.5", "0", "0.5", "0.003"]}


@pytest.mark.parametrize("bnb, parts, total", [("0", ("40", "40", "60"), ("140", "USDT")), ("1", ("0.06", "0.08", "0.12"), ("0.26", "BNB"))])
def test_FEE_3_three_kinds_of_which_only_the_standard_one_is_less_in_BNB(bnb, parts, total):
    """20,000 as taker and seller: (0.1 + 0.02 + 0.08) %, 0.2 %, 0.3 %. In BNB 40 * 0.75 / 500, 40 / 500, 60 / 500."""
    found = begun(rules=ruled(PARTS), cross={"BTC": "1", "BNB": bnb})
    (entry,) = decide(found, sell())[1]
    assert tuple(entry.facts[f"fee_{kind}"] for kind in ("standard", "tax", "special")) == parts
    assert (entry.facts["fee"], entry.facts["fee_asset"]) == total


def test_FEE_1_rules_with_fewer_levels_than_the_account_has_take_their_last():
    """VIP 3 under two levels: 0.05 % of 20,000."""
    found = begun(rules=ruled({"fees.trade": [["0.001", "0.001"], ["0.0005", "0.0005"]]}), cross={"BTC": "1"})
    found.state.settings[SPOT, "vip"] = "3"
    assert fee(found, sell()) == ("10", "USDT")


@pytest.mark.parametrize("order, role_and_side", [(sell, "7"), (buy, "5")])
@pytest.mark.parametrize("limit, role", [(None, "2"), (20000, "1")])
def test_FEE_3_every_kind_has_a_part_for_the_role_and_one_for_the_side(order, role_and_side, limit, role):
    """In thousandths: 1 as maker, 2 as taker, 3 more for who buys, 5 for who sells."""
    rules = ruled({"fees.trade": [["0", "0"]], "fees.parts.rows.tax": ["0.001", "0.002", "0.003", "0.005"]})
    more = {"type": "LIMIT", "price": D(limit + (1 if order is sell else -1))} if limit else {}
    path = {"BTCUSDT": quotes((time("12:00"), "20000"), (time("13:00"), "20001" if order is sell else "19999"))}
    found, entries = decide(world(time("12:00"), rules=rules, rates=FREE, prices=path, cross={"BTC": "1", "USDT": "20000"}), order(**more))
    _, later = settle(found.at(at(time("13:00"))), found.now)
    (trade,) = [entry for entry in [*entries, *later] if entry.kind == "trade"]
    share = D(trade.facts["fee"]) / D(trade.facts["quote_qty"] if order is sell else trade.facts["qty"])
    assert share * 1000 == int(role) + {"7": 5, "5": 3}[role_and_side]


def test_FEE_2_BNB_7_a_fee_of_nothing_is_told_in_the_coin_received_and_no_BNB_is_missed():
    found = begun(rules=ruled({"fees.trade": [["0", "0"]]}), cross={"BTC": "1", "BNB": "1"})
    assert fee(found, sell()) == ("0", "USDT")
    (entry,) = decide(world(cross={"BTC": "1"}), sell())[1]
    assert "bnb_needed" not in entry.facts, "where the switch is off none was looked for"


def test_FEE_3_a_rule_book_of_before_with_one_kind_laid_over_it():
    """A tax of 0.1 % alone, on a book that had no kinds and no discounts of BNB: 15 and 20 USDT of 20,000 in BNB."""
    found = begun(cross={"BTC": "1", "BNB": "1"})
    before = {name: part for name, part in found.rules.document.items() if name != "bnb"}
    kinds = {"rows": {"tax": ["0", "0.001", "0", "0"]}, "marks": {}}
    found.rules = type(found.rules)({**before, "bnb": {"interest_discount": ["0.5", "inferred", "BNB-2"]}, "fees": {"trade": before["fees"]["trade"], "parts": kinds}})
    assert fee(found, sell()) == ("0.07", "BNB")
