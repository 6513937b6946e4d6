"""Numbers nobody has named yet: the domain's own functions run on them, and a solver looks for the number that would break a claim.

Where a function asks how two such numbers compare, it is run once for each answer that can be; `ways` tells under which conditions what came out.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

z3 = pytest.importorskip("z3", reason="z3 is not installed: pip install 'margincli[proofs]'")


class Symbol:
    """As much of a number as the domain needs of one."""

    def __init__(self, term):
        self.term = term

    def __add__(self, other):
        return Symbol(self.term + term_of(other))

    def __sub__(self, other):
        return Symbol(self.term - term_of(other))

    def __rsub__(self, other):
        return Symbol(term_of(other) - self.term)

    def __mul__(self, factor):
        return Symbol(self.term * term_of(factor))

    def __floordiv__(self, divisor: int):
        assert divisor > 0  # z3 divides towards minus infinity there, as Python does
        return Symbol(self.term / divisor)

    def __neg__(self):
        return Symbol(-self.term)

    def __lt__(self, other):
        return Truth(self.term < term_of(other))

    def __le__(self, other):
        return Truth(self.term <= term_of(other))

    def __gt__(self, other):
        return Truth(self.term > term_of(other))

    def __ge__(self, other):
        return Truth(self.term >= term_of(other))

    def __bool__(self):
        return bool(Truth(self.term != 0))

    def __format__(self, how: str) -> str:
        return "0"

    __radd__, __rmul__ = __add__, __mul__


class Truth:
    """A comparison. To a Python `if` it is whatever the way being walked says."""

    way: "Way | None" = None  # the one being walked

    def __init__(self, condition):
        self.condition = condition

    def __bool__(self) -> bool:
        return Truth.way.decide(self.condition)


class Way:
    """One run of a function: the answers given so far, and those that could have been given instead."""

    def __init__(self, given, answers: tuple[bool, ...]):
        self.conditions, self.answers, self.others = [given], answers, []
        self.taken: tuple[bool, ...] = ()

    def decide(self, condition) -> bool:
        met = len(self.taken)
        if met < len(self.answers):
            answer = self.answers[met]
        else:
            answer, other = (not holds(z3.Implies(z3.And(self.conditions), which)) for which in (z3.Not(condition), condition))
            if answer and other:
                self.others.append((*self.taken, False))
        self.taken = (*self.taken, answer)
        self.conditions.append(condition if answer else z3.Not(condition))
        return answer


def ways(given, function: Callable[[], Any]) -> Iterator[tuple[Any, Any]]:
    """(the condition, what `function` answers under it) for every way through it that `given` allows; together they leave nothing out."""
    waiting: list[tuple[bool, ...]] = [()]
    while waiting:
        Truth.way = way = Way(given, waiting.pop())
        found = function()
        waiting += way.others
        yield z3.And(way.conditions), found


def term_of(number):
    if isinstance(number, Symbol):
        return number.term
    return z3.RealVal(str(number)) if isinstance(number, Decimal) else number


def holds(claim) -> bool:
    """Whether the solver has shown that no numbers break it; not to know is not to hold."""
    solver = z3.Solver()
    solver.set("timeout", 20_000)
    solver.add(z3.Not(claim))
    return solver.check() == z3.unsat
