"""Every worked example of the rule book that concerns a rule implemented now, run through the real domain.

A vector is run by the function that names it with ``@runs``, in one of the examples_of_*.py; the others stand
in NOT_YET with the reason. The vector's own figures go in, the domain's come out; no formula is repeated.
"""

from decimal import Decimal as D

import examples_of_debt  # noqa: F401  registers what runs the vectors
import examples_of_pro  # noqa: F401
import examples_of_risk  # noqa: F401
import pytest
from examples import FILE, RUNNERS, VECTORS

from margincli.domain.steps import commission

NOT_YET = {
    "int-waive-first-hour": "INT-9: promotions that waive hours",
    "rate-cap-up": "INT-8: rates come from the user; none is made up, so none is clamped",
    "fee-three-kinds": "FEE-3: one kind of commission so far; its rounding is tested below",
}

pytestmark = pytest.mark.skipif(not VECTORS, reason=f"the rule book's examples are not at {FILE}")


@pytest.mark.parametrize("name", [name for name in VECTORS if name not in NOT_YET])
def test_example(name):
    assert name in RUNNERS, f"{name} ({VECTORS[name]['rule']}) is neither run nor listed in NOT_YET"
    (runner,) = RUNNERS[name]
    runner(VECTORS[name]["inputs"], VECTORS[name]["expected"])


def test_every_example_is_either_run_or_not_yet():
    assert RUNNERS.keys() | NOT_YET.keys() == VECTORS.keys()
    assert not RUNNERS.keys() & NOT_YET.keys()
    assert all(NOT_YET.values())


# --- what is there of one that is not yet ---


def test_fee_3_rounds_half_up():
    """The part of fee-three-kinds that is there: each kind on its own, taker and seller rates added."""
    given, expected = VECTORS["fee-three-kinds"]["inputs"], VECTORS["fee-three-kinds"]["expected"]
    assert D(given["price"]) * D(given["qty"]) == D(expected["notional"])
    for kind in ("standard", "tax", "special"):
        assert commission(D(expected["notional"]), sum(map(D, given[kind].values())), 8) == D(expected[f"{kind}_commission"])
