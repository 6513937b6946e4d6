"""withdraw: refusals in their order, then the entry."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.withdraw import Withdraw
from worlds import D, booked, ladder, lines, outcome, refuses, wallet, world

BROKE = world(spot={"USDT": "15000"}, cross={"USDT": "-10001"})  # nothing left and 10,001 owed
REFUSED = ladder(
    Withdraw("NOPE", D("-0.000000001")),
    {"cross": {"USDT": "1000"}, "spot": {}},  # what is in the margin wallet does not help
    ("unknown_asset", {}, {"asset": "USDT"}),
    ("not_positive", {}, {"amount": D("100000000000.000000001")}),
    ("too_many_places", {}, {"amount": D("100000000000")}),
    ("amount_too_large", {}, {"amount": D("7")}),
    ("balance_too_small: spot has 0 USDT free, 7 are needed", {"spot": {"USDT": "6.99999999"}}, {}),
    ("balance_too_small: spot has 6.99999999 USDT free", {"spot": {"USDT": "7"}}, {}),
)
# FUND-3: 10,001 of the 15,000 stay, 4,999 may leave; up to 10,000 nothing is held back
REFUSED += [
    ("deficit_lock", "A deficit of 10001 USDT is unpaid", BROKE, Withdraw("USDT", D("4999.00000001"))),
    ("done", "", BROKE, Withdraw("USDT", D(4999))),
    ("done", "", world(spot={"USDT": "15000", "CFX": "9000"}, cross={"USDT": "-10001"}), Withdraw("CFX", D(9000))),  # without a price it covers nothing
    ("done", "", world(spot={"USDT": "15000"}, cross={"USDT": "-10000"}), Withdraw("USDT", D(15000))),
]


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_FUND_3(code, words, found, asked):
    refuses(code, words, found, asked)


def test_leaves_spot_for_outside():
    after, entries = decide(world(spot={"USDT": "7"}, cross={"USDT": "1"}), Withdraw("USDT", D("2.5")))
    assert lines(entries) == [("withdraw", "USDT", "2.5")]
    assert booked(entries[0]) == {"spot:free USDT": "-2.5", "world:outside USDT": "2.5"}
    assert after.state.holding(wallet("spot"), "USDT").free == D("4.5")  # 7 - 2.5
    assert after.state.holding(wallet(), "USDT").free == D(1)


def test_spot_is_free_to_go_while_cross_stands_in_a_margin_call():
    """A spot wallet backs no debt: MODE-4."""
    found = world(spot={"USDT": "7"}, cross={"USDT": "120", "USDC": "-100"})
    assert outcome(found, Withdraw("USDT", D(7))) == "done"
