"""repay: refusals in their order, then who gets what."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.repay import Repay
from worlds import D, booked, ladder, lines, outcome, refuses, ruled, wallet, world

CROSS = wallet()
STRICT = ruled({"repay.minimum": "5", "repay.smallest_rest": "3"})

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
    ("done", "", world(cross={"USDT": "9+-2"}), Repay(CROSS, "USDT", D("0.00000001"))),  # the default least is 0
    # a level at the liquidation bar does not keep anybody from paying (REP-2)
    ("done", "", world(cross={"USDT": "50+-10", "USDC": "-40"}), Repay(CROSS, "USDT", D(5))),
]
REFUSED += MORE


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
