"""Slices of a value, each at its own rate (COL-1, PRO-1): 1 up to 100, a half up to 300, nothing above (COL-4)."""

from worlds import D

from margincli.domain.tiers import Line, lines, slices, weighed

TIERS = ((D("100.25"), D(1)), (D("300.25"), D("0.5")))


def test_COL_1_COL_4_PRO_3_the_lines_of_a_table():
    assert lines(TIERS) == (
        Line(D(0), D("100.25"), D(1), D(0)),
        Line(D("100.25"), D("300.25"), D("0.5"), D("50.125")),
        Line(D("300.25"), None, D(0), D("200.25")),
    )


def test_COL_1_slices_from_the_ground_and_from_within():
    assert list(slices(TIERS, D(0))) == [(D("100.25"), D(1)), (D(200), D("0.5")), (None, D(0))]
    assert list(slices(TIERS, D("200.25"))) == [(D(100), D("0.5")), (None, D(0))]


def test_COL_4_past_its_end_a_table_counts_no_more():
    assert [weighed(TIERS, D(value)) for value in ("0", "100.25", "200.25", "300.25", "1000")] == [D(0), D("100.25"), D("150.25"), D("200.25"), D("200.25")]
