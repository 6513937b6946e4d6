"""repay: refusals in their order, then who gets what."""

from decimal import Context

import pytest
from hypothesis import given
from hypothesis import strategies as st
from margincli.domain.operations import decide
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.repay import QuickRepay, Repay, RepaySelling, quantity_up
from worlds import RULES, D, booked, ladder, lines, outcome, refuses, ruled, wallet, world

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")
STRICT = ruled({"repay.minimum": "5", "repay.smallest_rest": "3"})
ROUGH = Context(prec=60)

REFUSED = ladder(
    Repay(wallet("margin"), "NOPE", D("-0.000000001")),
    {"rules": STRICT},
    ("bad_wallet", {}, {"wallet": wallet("isolated:NOPE")}),
    ("unknown_pair", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": CROSS}),
    ("unknown_asset", {}, {"asset": "USDT"}),
    ("not_positive", {}, {"amount": D("100000000000.000000001")}),
    ("too_many_places", {}, {"amount": D("100000000000")}),
    ("amount_too_large", {}, {"amount": D("10.50000001")}),
    ("not_active: cross", {"cross": {"USDT": "1", "USDC": "-1"}}, {}),
    ("nothing_owed: cross owes no USDT", {"cross": {"USDT": "-10/0.5"}}, {}),
    ("above_debt: more than the 10.5 owed", {}, {"amount": D("4.99999999")}),
    ("below_minimum_repay: 4.99999999 USDT is under the least repayment of 5", {}, {"amount": D("7.50000001")}),
    ("rest_too_small: 2.99999999 USDT, under the least of 3", {}, {"amount": D("7.5")}),
    ("balance_too_small: cross has 0 USDT free, 7.5 are needed", {"cross": {"USDT": "7.49999999+-10/0.5"}}, {}),
    ("balance_too_small: cross has 7.49999999 USDT free", {"cross": {"USDT": "7.5+-10/0.5"}}, {}),
)
MORE = [
    ("balance_too_small", "10.5 are needed", world(cross={"USDT": "10+-10/0.5"}), Repay(CROSS, "USDT", None)),
    ("done", "", world(rules=STRICT, cross={"USDT": "9+-5.00000001"}), Repay(CROSS, "USDT", D("5.00000001"))),
    ("done", "", world(rules=STRICT, cross={"USDT": "9+-2"}), Repay(CROSS, "USDT", D(2))),  # all of it, though under the least
    ("below_minimum_repay", "", world(rules=STRICT, cross={"USDT": "9+-2"}), Repay(CROSS, "USDT", D("1.99999999"))),
    ("rest_too_small", "0.00000001 USDT", world(rules=STRICT, cross={"USDT": "9+-8"}), Repay(CROSS, "USDT", D("7.99999999"))),
    ("done", "", world(cross={"USDT": "9+-2"}), Repay(CROSS, "USDT", D("0.00000001"))),  # the default least is 0
    # a level at the liquidation bar does not keep anybody from paying (REP-2)
    ("done", "", world(cross={"USDT": "50+-10", "USDC": "-40"}), Repay(CROSS, "USDT", D(5))),
]
REFUSED += MORE

SELLING = ladder(
    RepaySelling(BTC, "USDT", D("200"), ("NOPE", "USDT", "LTC", "DOGE", "ETH")),
    {"isolated_BTCUSDT": {"BTC": "0.01"}, "cross": {"USDT": "20", "LTC": "1", "ETH": "0.06", "USDC": "-200"}},
    ("unknown_asset: NOPE", {}, {"sell": ("USDT", "LTC", "DOGE", "ETH")}),
    ("sells_itself: USDT is the coin that is owed", {}, {"sell": ("LTC", "DOGE", "ETH")}),
    ("nothing_owed", {"isolated_BTCUSDT": {"BTC": "0.01", "USDT": "-190"}}, {}),
    ("above_debt", {"isolated_BTCUSDT": {"BTC": "0.01", "USDT": "-200"}}, {}),
    ("in_liquidation: level 1, at or under", {"isolated_BTCUSDT": {"BTC": "0.02", "USDT": "-200"}}, {}),
    ("not_admitted: isolated:BTCUSDT does not take LTC", {}, {"wallet": CROSS}),
    ("nothing_owed: cross owes no USDT", {"cross": {"LTC": "1", "ETH": "0.06", "USDT": "-200"}}, {}),
    ("in_liquidation", {"cross": {"BTC": "1", "LTC": "1", "BUSD": "5", "ETH": "0.06", "USDT": "-200"}}, {}),
    ("no_price: LTC cannot be valued: no price of LTCUSDT", {"prices": {"LTCUSDT": "100"}}, {"sell": ("LTC", "ADA", "BUSD", "ETH")}),
    ("nothing_to_sell: cross has no ADA free to sell", {}, {"sell": ("LTC", "BUSD", "ETH")}),
    ("no_price: no price of BUSDUSDT", {}, {"sell": ("LTC", "ETH")}),
    # 1 LTC brings 100 less 0.1, 0.06 ETH 60 less 0.06: 159.84
    ("sales_fall_short: Selling LTC and ETH brings the free balance to 159.84 USDT, 200 are needed", {}, {"amount": D("159.84")}),
)
NO_PAIR = world(prices={"ADAUSDT": "1", "DOGEUSDT": "0.1"}, cross={"ADA": "900", "DOGE": "-100", "USDT": "9"})
SELLING.append(("unknown_pair", "ADADOGE", NO_PAIR, RepaySelling(CROSS, "DOGE", None, ("ADA",))))
QUICK = ladder(
    QuickRepay(wallet("margin"), "NOPE"),
    {},
    ("bad_wallet", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": CROSS}),
    ("unknown_asset", {}, {"asset": "USDT"}),
    ("not_active", {"cross": {"BTC": "1"}}, {}),
    ("nothing_owed", {"cross": {"BTC": "1", "USDT": "-10"}}, {}),
    ("balance_too_small: cross has 0 USDT free, 10 are needed", {"cross": {"BTC": "1", "USDT": "0.00000001+-10"}}, {}),
)
REFUSED += SELLING + QUICK


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_REP_3_REP_4(code, words, found, asked):
    refuses(code, words, found, asked)


def test_REP_1_interest_first_then_principal():
    """14 BNB with 0.01866667 of interest due: 14 - 0.01866667 = 13.98133333 of principal."""
    after, entries = decide(world(cross={"BNB": "15+-20/0.01866667"}), Repay(CROSS, "BNB", D(14)))
    assert lines(entries) == [("repay", "BNB", "14")]
    # postings of one account may stand apart: free pays 0.01866667 for interest and 13.98133333 for principal
    assert sorted((p.account.bucket, p.amount) for p in entries[0].postings) == sorted(
        [
            ("free", D("-0.01866667")),
            ("interest", D("0.01866667")),
            ("free", D("-13.98133333")),
            ("pool", D("13.98133333")),
            ("loans", D("-13.98133333")),
            ("borrowed", D("13.98133333")),
        ]
    )
    assert entries[0].facts == {"interest": "0.01866667", "principal": "13.98133333", "type": "MANUAL"}
    assert after.state.holding(CROSS, "BNB") == ("BNB", D(1), D(0), D("6.01866667"), D(0))  # 20 - 13.98133333


def test_REP_1_less_than_the_interest_touches_no_principal():
    _, entries = decide(world(cross={"USDT": "1+-10/0.5"}), Repay(CROSS, "USDT", D("0.2")))
    assert booked(entries[0]) == {"cross:free USDT": "-0.2", "cross:interest USDT": "0.2"}
    assert (entries[0].facts["interest"], entries[0].facts["principal"]) == ("0.2", "0")


def test_REP_4_all_pays_principal_and_interest_exactly():
    after, entries = decide(world(cross={"USDT": "11+-10/0.12345678"}), Repay(CROSS, "USDT", None))
    assert lines(entries) == [("repay", "USDT", "10.12345678")]
    assert after.state.holding(CROSS, "USDT") == ("USDT", D("0.87654322"), D(0), D(0), D(0))
    assert not after.state.owes(CROSS)


def test_REP_10_one_debt_for_each_wallet_and_coin():
    found = world(cross={"USDT": "11+-10"}, isolated_BTCUSDT={"USDT": "11+-4"})
    after, _ = decide(found, Repay(CROSS, "USDT", D(10)))
    assert after.state.holding(wallet("isolated:BTCUSDT"), "USDT").debt == D(4)
    assert outcome(after, Repay(CROSS, "USDT", D(1))) == "nothing_owed"


# --- selling coins for it (REP-7) ---


def sold(entries) -> list[tuple[str, str, str]]:
    """(pair, side, quantity) of each trade."""
    return [(e.facts["symbol"], e.facts["side"], e.facts["qty"]) for e in entries if e.kind == "trade"]


def test_REP_7_FEE_2_just_enough_is_sold_in_whole_steps():
    """100 less 10 free: 90 / (20,000 x 0.999) = 0.0045045..., in steps of 0.00001: 0.00451 BTC brings 90.2, less 0.0902."""
    found = world(cross={"BTC": "1", "USDT": "10+-80/20"})
    after, entries = decide(found, RepaySelling(CROSS, "USDT", None, ("BTC",)))
    assert sold(entries) == [("BTCUSDT", "SELL", "0.00451")] and lines(entries)[-1] == ("repay", "USDT", "100")
    assert (entries[0].facts["fee"], entries[0].facts["fee_asset"]) == ("0.0902", "USDT")
    assert (entries[1].facts["interest"], entries[1].facts["principal"]) == ("20", "80")
    # what is too much stays as balance of the owed coin: 10 + 90.2 - 0.0902 - 100
    assert after.state.holding(CROSS, "USDT") == ("USDT", D("0.1098"), D(0), D(0), D(0))


def test_REP_7_in_the_order_given_and_no_more_coins_than_it_takes():
    found = world(prices={"LTCUSDT": "100"}, cross={"BTC": "1", "LTC": "1", "ETH": "1", "USDT": "-200"})
    _, entries = decide(found, RepaySelling(CROSS, "USDT", None, ("LTC", "ETH", "BTC")))
    # 1 LTC: 99.9; 100.1 / 999 = 0.1002002..., in steps of 0.0001: 0.1003 ETH; BTC is not needed
    assert sold(entries) == [("LTCUSDT", "SELL", "1"), ("ETHUSDT", "SELL", "0.1003")]
    assert [e.facts["order"] for e in entries if e.kind == "trade"] == ["1", "2"]


def test_REP_7_what_is_free_of_the_owed_coin_comes_first():
    found = world(cross={"BTC": "1", "USDT": "150+-200"})
    after, entries = decide(found, RepaySelling(CROSS, "USDT", D(150), ("BTC",)))
    assert lines(entries) == [("repay", "USDT", "150")] and after.state.holding(CROSS, "BTC").free == D(1)


def test_REP_7_the_owed_coin_may_be_the_base():
    """0.1 BTC / 0.999 = 0.1001001..., in steps of 0.00001; the fee is in the BTC that come in."""
    after, entries = decide(world(cross={"USDT": "5000", "BTC": "-0.1"}), RepaySelling(CROSS, "BTC", None, ("USDT",)))
    assert sold(entries) == [("BTCUSDT", "BUY", "0.10011")]
    assert entries[0].facts["fee_asset"] == "BTC" and not after.state.owes(CROSS)
    assert after.state.holding(CROSS, "BTC").free == D("0.10011") * D("0.999") - D("0.1")
    assert after.state.holding(CROSS, "USDT").free == 5000 - D("0.10011") * 20000


def test_REP_7_where_the_fee_rounds_a_unit_away_one_step_more_is_sold():
    """CFX at 0.00000150 USDT and no fee: each of 1000 steps of 1 brings 0.0000015; half a unit is cut off at the end."""
    rules = ruled({"fees.trade": [["0", "0"]]})
    found = world(rules=rules, prices={"CFXUSDT": "0.0000015"}, cross={"CFX": "1000", "BTC": "1", "USDT": "-0.00000299"})
    after, entries = decide(found, RepaySelling(CROSS, "USDT", None, ("CFX",)))
    assert sold(entries) == [("CFXUSDT", "SELL", "2")] and after.state.holding(CROSS, "USDT").free == D("0.00000001")


FINE = {"pairs.rows.BTCUSDT": ["BTC", "USDT", "0.01", "-", *RULES.cells("pairs", "BTCUSDT")[4:]]}  # no lots


@pytest.mark.parametrize(
    "decimals, side, price, lacking, qty",
    [
        ("8", "BUY", "166", "0.00002667", "0.0000267"),  # a fee of 0.00000003 rounded down
        ("8", "SELL", "0.000298", "0.00001526", "0.05127517"),  # a unit of the total and half a one of the fee are lost: for two units more
        ("6", "SELL", "0.000131", "0.00000907", "0.06939"),  # units of the coin that is lacking, not of the one sold
        ("6", "SELL", "3.11", "0.00001858", "0.000006"),
    ],
)
def test_REP_7_NUM_3_where_there_are_no_lots_a_unit_is_the_step(decimals, side, price, lacking, qty):
    found = world(rules=ruled({**FINE, "coins.scales.rows.BTC": decimals}), prices={"BTCUSDT": price})
    assert quantity_up(found, CROSS, found.rules.pair("BTCUSDT"), side, D(price), D(lacking)) == D(qty)


def test_ORD_8_NUM_3_a_quote_amount_buys_what_it_pays_for_cut_down():
    """100 / 30,000."""
    found = world(rules=ruled(FINE), prices={"BTCUSDT": "30000"}, cross={"USDT": "100"})
    assert lines(decide(found, Trade(CROSS, "BUY", "BTCUSDT", None, D(100)))[1]) == [("trade", "BTC", "0.00333333")]


def test_REP_7_NUM_3_what_the_coins_sold_can_buy_is_cut_down():
    """100 USDT buy 0.00333333 BTC at 30,000, less 0.00000333."""
    found = world(rules=ruled(FINE), prices={"BTCUSDT": "30000"}, cross={"USDT": "100", "ETH": "900", "BTC": "-1"})
    refuses("sales_fall_short", "to 0.00333 BTC", found, RepaySelling(CROSS, "BTC", None, ("USDT",)))


@given(
    st.decimals("0.00000001", "5000", places=8),
    st.decimals("0.00000001", "3", places=8),
    st.decimals("0.01", "90000", places=2),
    st.sampled_from(["USDT", "BTC"]),
)
def test_REP_7_enough_and_not_a_step_too_much(debt, held, price, asset):
    """Whatever is sold covers the debt or is refused; with one step less it would not have."""
    coin = "BTC" if asset == "USDT" else "USDT"
    owed = debt if asset == "USDT" else (debt / 1000).quantize(D("0.00000001"), context=ROUGH) + D("0.00000001")
    coins = {"ETH": "1000000", asset: f"-{owed:f}", coin: f"{held if coin == 'BTC' else held * 10000:f}"}
    found = world(prices={"BTCUSDT": f"{price:f}"}, cross=coins)
    if outcome(found, RepaySelling(CROSS, asset, None, (coin,))) != "done":
        return
    after, entries = decide(found, RepaySelling(CROSS, asset, None, (coin,)))
    trade = entries[0]
    step = D("0.00001")
    brought = sum((p.amount for p in trade.postings if p.asset == asset and p.account.bucket == "free"), D(0))
    assert not after.state.owes(CROSS) and brought >= owed and D(trade.facts["qty"]) % step == 0
    per_step = step * (price if asset == "USDT" else 1)
    assert brought - owed < per_step + D("0.00000004")


# --- quick (REP-8) ---


@pytest.mark.parametrize("free, paid", [("0.2", "0.2"), ("7", "7"), ("10.5", "10.5"), ("99", "10.5")])
def test_REP_8_quick_pays_what_is_owed_and_free(free, paid):
    after, entries = decide(world(rules=STRICT, cross={"BTC": "1", "USDT": f"{free}+-10/0.5"}), QuickRepay(CROSS, "USDT"))
    assert lines(entries) == [("repay", "USDT", paid)] and entries[0].facts["type"] == "MANUAL"
    assert after.state.holding(CROSS, "USDT").debt == D("10.5") - D(paid)
