"""Exact decimals and every verb that rounds them."""

import decimal
from decimal import Decimal

import pytest
from margincli.domain import money
from margincli.domain.money import NO_DEBT, parse, plain

D = Decimal
VERBS = [
    # value, up, down, half up
    ("1.000000001", "1.00000001", "1", "1"),
    ("1.000000005", "1.00000001", "1", "1.00000001"),
    ("1.000000009", "1.00000001", "1", "1.00000001"),
    ("1.00000001", "1.00000001", "1.00000001", "1.00000001"),
    ("0", "0", "0", "0"),
    ("-1.000000001", "-1", "-1.00000001", "-1"),  # up is towards more, down towards less, on either side of zero
    ("-1.000000005", "-1", "-1.00000001", "-1.00000001"),
    ("99999999999999999999999999999999999999.000000001", "99999999999999999999999999999999999999.00000001", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
]


@pytest.mark.parametrize("value, up, down, half", VERBS)
def test_NUM_2_NUM_3_FEE_3_the_verbs_round_one_way_each(value, up, down, half):
    assert money.charge_up(D(value)) == D(up)
    assert money.give_down(D(value)) == D(down)
    assert money.round_half_up(D(value)) == D(half)


@pytest.mark.parametrize("places, up, down, half", [(0, "2", "1", "2"), (2, "1.56", "1.55", "1.56"), (4, "1.5551", "1.5550", "1.5551"), (18, "1.55505", "1.55505", "1.55505")])
def test_they_round_at_the_place_they_are_told(places, up, down, half):
    assert money.charge_up(D("1.55505"), places) == D(up)
    assert money.give_down(D("1.55505"), places) == D(down)
    assert money.round_half_up(D("1.55505"), places) == D(half)


@pytest.mark.parametrize(
    "top, bottom, up, down",
    [
        ("1", "3", "0.33333334", "0.33333333"),
        ("2", "3", "0.66666667", "0.66666666"),
        ("6", "3", "2", "2"),
        ("1", "100000000", "0.00000001", "0.00000001"),
        ("1", "100000001", "0.00000001", "0"),
        ("-1", "3", "-0.33333333", "-0.33333334"),
        # a quotient that is whole but for a digit far behind is still rounded on
        ("1." + "0" * 110 + "1", "1", "1.00000001", "1"),
    ],
)
def test_quotients_round_once(top, bottom, up, down):
    assert money.charge_up_quotient(D(top), D(bottom)) == D(up)
    assert money.give_down_quotient(D(top), D(bottom)) == D(down)


def test_ratios_are_fine_enough_to_compare():
    """Two levels that differ by one unit in 92 billion (the most a file holds) are told apart."""
    most, unit = D("92233720368.54775807"), D("0.00000001")
    assert money.ratio(most, most - unit) > 1 > money.ratio(most - unit, most)
    assert money.ratio(D(1), D(3)) == D("0." + "3" * 50)
    assert money.ratio(D(13), D(10)) == D("1.3")


def test_a_price_divided_out_has_18_places_half_up():
    assert money.price_quotient(D(2), D(3)) == D("0.666666666666666667")
    assert money.price_quotient(D(1), D(3)) == D("0.333333333333333333")


@pytest.mark.parametrize(
    "value, step, expected",
    [("0.050005", "0.00001", "0.05"), ("0.05", "0.00001", "0.05"), ("0.000009", "0.00001", "0"), ("7.9", "1", "7"), ("7.9", "0", "7.9"), ("10", "0.3", "9.9")],
)
def test_ORD_8_down_to_a_whole_number_of_steps_and_zero_switches_off(value, step, expected):
    assert money.down_to_step(D(value), D(step)) == D(expected)


def test_what_must_be_exact_traps_what_is_not():
    with pytest.raises(decimal.Inexact):
        D(1) / D(3)
    with pytest.raises(decimal.Inexact):
        D("1e70") * D("1e-70") + D("1e-130")
    with pytest.raises(decimal.DivisionByZero):
        D(1) / D(0)
    with pytest.raises(decimal.InvalidOperation):
        D("nan") + D("sNaN")
    assert D("0.1") + D("0.2") == D("0.3")
    assert D("12345678901234567890.12345678") * D("98765432109876543210.87654321")  # 56 digits: exact


@pytest.mark.parametrize(
    "value, text",
    [("100", "100"), ("1E+2", "100"), ("1.50", "1.5"), ("0.00000001", "0.00000001"), ("1E-8", "0.00000001"), ("-0", "0"), ("0.000", "0"), ("-0.00", "0"), ("-5.10", "-5.1"), ("1000.0", "1000")],
)
def test_plain_digits_without_exponent_and_trailing_zeros(value, text):
    assert plain(D(value)) == text


@pytest.mark.parametrize(
    "text, value",
    [("100", "100"), ("0.00004", "0.00004"), ("007", "7"), (".5", "0.5"), ("5.", "5"), ("0", "0"), ("9" * 60, "9" * 60), ("0." + "0" * 57 + "1", "1e-58")],
)
def test_parse_reads_plain_decimals(text, value):
    assert parse(text) == D(value)


@pytest.mark.parametrize(
    "text, why",
    [
        ("", "empty"),
        (" ", "empty"),
        ("\t\n", "empty"),
        *((text, "not a plain decimal") for text in ("nan", "NaN", "sNaN", "inf", "Infinity", "-inf", "1e400", "1E5", "1e-8", "+5", "-5", "--5", "5-")),
        *((text, "not a plain decimal") for text in (".", "..", "1.2.3", "1,000", "1_000", "1 000", " 5", "5 ", "5\n", "0x10", "five", "5USDT", "1/3")),
        *((text, "not a plain decimal") for text in ("٣", "１００", "五", "²", "½", "1\u00a0000", "5\u0660", "1\u2024", "5\x00")),
        ("9" * 61, "more than 60 digits"),
        ("0." + "0" * 59 + "1", "more than 60 digits"),
        ("9" * 100_000, "more than 60 digits"),
    ],
)
def test_parse_refuses_everything_else_and_says_why(text, why):
    with pytest.raises(ValueError, match=why):
        parse(text)


@pytest.mark.parametrize("value, places", [("1", 0), ("100", 0), ("1.50", 1), ("0.00000001", 8), ("0.000000001", 9), ("1E+3", 0), ("0.0", 0), ("0", 0)])
def test_places_an_amount_needs(value, places):
    assert money.places_of(D(value)) == places


def test_units_and_the_level_of_no_debt():
    assert [money.unit(places) for places in (0, 2, 8)] == [D(1), D("0.01"), D("0.00000001")]
    assert money.unit() == D("0.00000001")
    assert NO_DEBT > D("1e100")  # ML-5
