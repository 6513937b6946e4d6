"""deposit: refusals in their order, then the entry."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.deposit import Deposit
from worlds import D, booked, ladder, lines, refuses, world

MOST = "92233720368.54775807"  # 2^63 - 1 units of eight decimals

REFUSED = ladder(
    Deposit("NOPE", D("-0.000000001")),
    {},
    ("unknown_asset", {}, {"asset": "USDT"}),
    ("not_positive", {}, {"amount": D(0)}),  # below zero comes before too many places
    ("not_positive", {}, {"amount": D("100000000000.000000001")}),
    ("too_many_places: 8 decimals", {}, {"amount": D("92233720368.54775808")}),
    ("amount_too_large: " + MOST, {}, {"amount": D(MOST)}),
)


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_NUM_1(code, words, found, asked):
    refuses(code, words, found, asked)


@pytest.mark.parametrize("amount", ["0.00000001", "1.50000000000", "1000"])
def test_comes_from_outside_into_spot(amount):
    found = world(spot={"USDT": "5"})
    after, entries = decide(found, Deposit("USDT", D(amount)))
    plainly = amount.rstrip("0").rstrip(".") if "." in amount else amount
    assert lines(entries) == [("deposit", "USDT", plainly)]
    assert booked(entries[0]) == {"world:outside USDT": f"-{plainly}", "spot:free USDT": plainly}
    assert entries[0].at == found.now and entries[0].wallet.name == "spot"
    assert after.state.holding(entries[0].wallet, "USDT").free == D(5) + D(amount)


def test_needs_no_activation_no_price_and_no_borrowable_coin():
    """A coin without price and rate may be held all the same (COL-8)."""
    _, entries = decide(world(prices={"BUSDUSDT": None}), Deposit("BUSD", D(1)))
    assert lines(entries) == [("deposit", "BUSD", "1")]
