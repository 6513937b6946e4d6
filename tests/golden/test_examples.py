"""Every worked example of the rule book that concerns a rule implemented now, run through the real domain.

A vector is run by the function that names it with ``@runs``, in one of the examples_of_*.py; the others stand
in NOT_YET with the reason. The vector's own figures go in, the domain's come out; no formula is repeated.
"""

import examples_of_debt  # noqa: F401  registers what runs the vectors
import examples_of_pro  # noqa: F401
import examples_of_risk  # noqa: F401
import pytest
from examples import FILE, RUNNERS, VECTORS


NOT_YET = {
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


