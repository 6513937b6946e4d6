"""borrow: refusals in their order, then the loan and its first hour."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from worlds import D, at, booked, ladder, lines, outcome, refuses, ruled, wallet, world

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")
RATES = {("cross", "USDT"): [("2000-01-01", "0.0002")], ("isolated", "USDT"): [("2000-01-01", "0.0012")]}
CFX = {"CFXUSDT": "0.1"}

REFUSED = ladder(
    Borrow(wallet("margin"), "NOPE", D("-0.000000001")),
    {"rules": ruled({"pool.supply.rows.CFX": "100"}), "cross": {"USDT": "110", "USDC": "-100"}},
    ("bad_wallet", {}, {"wallet": wallet("isolated:NOPE")}),
    ("unknown_pair", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": BTC}),
    ("unknown_asset: NOPE", {}, {"asset": "BUSD"}),
    ("not_positive", {}, {"amount": D("100000000000.000000001")}),
    ("too_many_places", {}, {"amount": D("100000000000")}),
    ("amount_too_large", {}, {"amount": D("99.99999999")}),  # 9.999999999 USDT, under the least loan
    ("not_active: isolated:BTCUSDT", {"isolated_BTCUSDT": {}}, {}),
    ("not_admitted: isolated:BTCUSDT does not take BUSD", {}, {"wallet": CROSS}),
    ("not_borrowable: BUSD", {}, {"asset": "CFX"}),
    ("no_price: CFXUSDT", {"prices": CFX}, {}),
    ("in_liquidation: level 1.1, at or under its liquidation level 1.1", {"cross": {"USDT": "150", "USDC": "-100"}}, {}),
    ("below_minimum_borrow: worth 9.99999999 USDT", {}, {"amount": D("200.00000001")}),
    ("level_too_low_to_borrow: above level 1.5; it stands at 1.5", {"cross": {"USDT": "160", "USDC": "-100"}}, {}),
    ("pool_empty: 100 CFX", {"rules": ruled({"pool.supply.rows.CFX": "1000"})}, {}),
    # CV 160, L 100: x = (160 - 1.5 * 100) / 0.5 = 20 USDT = 200 CFX
    ("above_max_borrow: more than the 200 that cross may borrow (bound by the leverage)", {}, {"amount": D("200")}),
)
# PRO-5: 30 ETH owed need 30,000 x 0.1112 on top; just that is there
BARE = world(leverage="10", cross={"USDT": "33336", "ETH": "-30"})
REFUSED += [("no_price", "CFXUSDT", world(cross={"USDT": "10", "USDC": "-100", "CFX": "-1"}), Borrow(CROSS, "USDT", D(20)))]  # before any level is looked at
REFUSED += [("no_available_margin", "an initial margin of 3336 USDT", BARE, Borrow(CROSS, "USDT", D(10)))]
LEAVING = ruled({"delistings.rows": {"ETH": "2024-09-02T12:00:00Z"}})  # DEL-1: a day from now
REFUSED += [("delisting_no_loans", "nothing of it is lent since", world(rules=LEAVING, cross={"USDT": "1000"}), Borrow(wallet(), "ETH", D(1)))]


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_BOR_13_THR_1(code, words, found, asked):
    refuses(code, words, found, asked)


@pytest.mark.parametrize(
    "amount, said",
    [("99.99999999", "below_minimum_borrow"), ("100", "done")],  # 100 CFX at 0.1 are worth 10 USDT
)
def test_BOR_5_least_loan(amount, said):
    assert outcome(world(prices=CFX, cross={"USDT": "1000"}), Borrow(CROSS, "CFX", D(amount))) == said


MORE = [
    # a debt that cannot be valued: no more may be lent on it (ML-7)
    ("no_price", "CFXUSDT", world(cross={"USDT": "1000", "CFX": "-1"}), Borrow(CROSS, "USDT", D(20))),
    # in a call the collateral level may be high enough, and still nothing is lent (THR-1: ML <= call, here MCR raised to 1.6)
    ("level_too_low_to_borrow", "", world(rules=ruled({"cross.bands.3.margin_call_at": "1.6"}), cross={"USDT": "155", "USDC": "-100"}), Borrow(CROSS, "USDT", D(10))),
    ("level_too_low_to_borrow", "", world(rules=ruled({"cross.bands.3.margin_call_at": "1.6"}), cross={"USDT": "160", "USDC": "-100"}), Borrow(CROSS, "USDT", D(10))),
    ("done", "", world(rules=ruled({"pool.supply.rows.USDT": "200"}), cross={"USDT": "1000"}), Borrow(CROSS, "USDT", D(200))),  # the pool's last coin
    # 5x: bar 1.25, at equality none, above it some (THR-1, THR-6)
    ("level_too_low_to_borrow", "1.25", world(leverage="5", cross={"USDT": "1250", "USDC": "-1000"}), Borrow(CROSS, "USDT", D(10))),
    # CV 1252.5: (1252.5 - 1250) / 0.25 = 10
    ("done", "", world(leverage="5", cross={"USDT": "1252.5", "USDC": "-1000"}), Borrow(CROSS, "USDT", D(10))),
    # isolated, tier 1 of 10x: bar 1.111 (THR-4)
    ("level_too_low_to_borrow", "1.111", world(isolated_BTCUSDT={"USDT": "22220", "BTC": "-1"}), Borrow(BTC, "USDT", D(10))),
    # (22221.11 - 1.111 * 20000) / 0.111 = 10
    ("done", "", world(isolated_BTCUSDT={"USDT": "22221.11", "BTC": "-1"}), Borrow(BTC, "USDT", D(10))),
    # CFX 1,000,000 count 250,000 (rank 9): 250,000 / 200,000 = 1.25 though the margin level is 5 (THR-2)
    ("level_too_low_to_borrow", "1.25", world(prices={"CFXUSDT": "1"}, cross={"CFX": "1000000", "USDC": "-200000"}), Borrow(CROSS, "USDT", D(10))),
    # as much as may be: less than the least loan is no loan. (150.5 - 150) / 0.5 = 1
    ("above_max_borrow", "10 USDT is more than the 1 ", world(cross={"USDT": "150.5", "USDC": "-100"}), Borrow(CROSS, "USDT", None)),
    # BOR-4: limit of 180 BTC, 100 of them owed already
    ("above_max_borrow", "the 80 that cross may borrow (bound by the limit)", world(cross={"USDT": "9000000", "BTC": "-100"}), Borrow(CROSS, "BTC", D("80.00000001"))),
    ("done", "", world(cross={"USDT": "9000000", "BTC": "-100"}), Borrow(CROSS, "BTC", D("80"))),
    # 10 BTC of own funds; tier 10 of BTCUSDT ends at 10 * 7.2 = 72 BTC, but leverage 10 x of tier 2 (1.1264) stops earlier:
    # tier 10: 10 / 0.2496 = 40.06; tier 6: 10 / 0.188 = 53.19, limit 43.2; tier 7: 10 / 0.2034 = 49.16420845, limit 50.4
    ("above_max_borrow", "49.16420845", world(isolated_BTCUSDT={"BTC": "10"}), Borrow(BTC, "BTC", D("49.16420846"))),
    ("done", "", world(isolated_BTCUSDT={"BTC": "10"}), Borrow(BTC, "BTC", D("49.16420845"))),
]
REFUSED += MORE


@pytest.mark.parametrize("code, words, found, asked", MORE)
def test_bars_limits_and_tiers_THR_1_THR_2_THR_4_BOR_3_BOR_4(code, words, found, asked):
    refuses(code, words, found, asked)


def test_BOR_14_INT_2_INT_4_the_loan_lands_free_and_pays_its_first_hour():
    after, entries = decide(world("2024-09-01T13:20:00Z", rates=RATES, cross={"USDT": "1000"}), Borrow(CROSS, "USDT", D(100)))
    # 100 * 0.0002 / 24 = 0.00083333..., up: 0.00083334
    assert lines(entries) == [("borrow", "USDT", "100"), ("interest", "USDT", "0.00083334")]
    loan, first = entries
    assert booked(loan) == {"house:pool USDT": "-100", "cross:free USDT": "100", "cross:borrowed USDT": "-100", "house:loans USDT": "100"}
    assert booked(first) == {"cross:interest USDT": "-0.00083334", "house:interest USDT": "0.00083334"}
    assert loan.facts == {"type": "MANUAL"}
    assert first.facts == {"type": "ON_BORROW", "principal": "100", "rate_daily": "0.0002", "first": "2024-09-01T13:20:00Z", "hours": 1, "charge": "0.00083334"}
    assert {entry.at for entry in entries} == {at("2024-09-01T13:20:00Z")}
    assert after.state.holding(CROSS, "USDT") == ("USDT", D(1100), D(0), D(100), D("0.00083334"))


def test_INT_3_a_second_loan_pays_its_first_hour_on_the_new_amount_alone():
    _, entries = decide(world(rates=RATES, cross={"USDT": "1100+-100/0.5"}), Borrow(CROSS, "USDT", D(24)))
    assert lines(entries) == [("borrow", "USDT", "24"), ("interest", "USDT", "0.0002")]  # 24 * 0.0002 / 24


def test_INT_10_isolated_has_rates_of_its_own():
    _, entries = decide(world(rates=RATES, isolated_BTCUSDT={"USDT": "1000"}), Borrow(BTC, "USDT", D(20)))
    assert lines(entries)[1] == ("interest", "USDT", "0.001")  # 20 * 0.0012 / 24


@pytest.mark.parametrize(
    "leverage, holds, asset, most",
    [
        ("3", {"USDT": "1000"}, "USDT", "2000"),  # 1000 * (3 - 1)
        ("5", {"USDT": "1000"}, "USDT", "4000"),  # 1000 * (5 - 1)
        ("3", {"BTC": "1"}, "BTC", "2"),  # 1 BTC of own funds at 3x
        ("3", {"BTC": "1"}, "USDT", "40000"),
        ("3", {"USDT": "1000", "USDC": "-100"}, "USDT", "1700"),  # 2 * 1000 - 3 * 100
    ],
)
def test_BOR_1_as_much_as_may_be(leverage, holds, asset, most):
    _, entries = decide(world(leverage=leverage, cross=holds), Borrow(CROSS, asset, None))
    assert lines(entries)[0] == ("borrow", asset, most)
