"""The charge of an hour, proved: the domain's own function, run on a symbol instead of a number, holds for every principal there is.

For each rate of the rule file and some at the edges, a solver looks for a counterexample among all integers and finds that there is
none. Skipped where z3 is not installed (extra `proofs`).
"""

from decimal import Decimal

import pytest
from worlds import DOCUMENT

from margincli.domain.quiet import Due, units_charge_up

z3 = pytest.importorskip("z3", reason="z3 is not installed: pip install 'margincli[proofs]'")

RATES = sorted({Decimal(rate) for rate in DOCUMENT["coins"]["rates"]["rows"].values()} | {Decimal(rate) for rate in ("0", "0.0000000001", "0.25", "1", "7.77777777")})


class Symbol:
    """A whole number nobody has named yet, as far as the charge needs one."""

    def __init__(self, term):
        self.term = term

    def __neg__(self):
        return Symbol(-self.term)

    def __mul__(self, factor: int):
        return Symbol(self.term * factor)

    def __floordiv__(self, divisor: int):
        assert divisor > 0  # z3 divides towards minus infinity there, as Python does
        return Symbol(self.term / divisor)


def charge(rate: Decimal, principal):
    return units_charge_up(Due("cross", "USDT", 0, 1, rate))(Symbol(principal)).term


def holds(claim) -> bool:
    solver = z3.Solver()
    solver.set("timeout", 20_000)
    solver.add(z3.Not(claim))
    return solver.check() == z3.unsat


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_int_4_an_hour_is_charged_up_for_every_principal(rate):
    p, q = z3.Ints("p q")
    numerator, denominator = rate.as_integer_ratio()
    owed, parts = 24 * denominator, z3.And(p >= 0, q >= 0)
    assert holds(z3.Implies(p >= 0, z3.And(charge(rate, p) * owed >= p * numerator, (charge(rate, p) - 1) * owed < p * numerator))), "rounded up, and no further"
    assert holds(z3.Implies(parts, charge(rate, p) + charge(rate, q) >= charge(rate, p + q))), "splitting a loan never pays"
    assert holds(z3.Implies(z3.And(parts, p <= q), charge(rate, p) <= charge(rate, q))), "who owes more pays no less"
    assert holds(z3.Implies(p > 0, charge(rate, p) > 0)) is (rate > 0), "a debt never costs nothing, unless its rate is 0"


def test_the_solver_would_find_a_counterexample():
    p = z3.Int("p")
    assert not holds(z3.Implies(p >= 0, charge(Decimal("0.0001"), p) * 240_000 == p)), "the charge is not the exact quotient"
