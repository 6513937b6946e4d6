"""Every worked example of the rule book, run through the real domain: none is left out.

A vector is run by the function that names it with ``@runs``, in one of the examples_of_*.py. The vector's own figures go
in, the domain's come out; no formula is repeated.
"""

import examples_of_debt  # noqa: F401  registers what runs the vectors
import examples_of_pro  # noqa: F401
import examples_of_risk  # noqa: F401
import pytest
from examples import FILE, RUNNERS, VECTORS

pytestmark = pytest.mark.skipif(not VECTORS, reason=f"the rule book's examples are not at {FILE}")


@pytest.mark.parametrize("name", VECTORS)
def test_example(name):
    assert name in RUNNERS, f"{name} ({VECTORS[name]['rule']}) is run by nobody"
    (runner,) = RUNNERS[name]
    runner(VECTORS[name]["inputs"], VECTORS[name]["expected"])


def test_nobody_runs_an_example_that_is_not_there():
    assert RUNNERS.keys() == VECTORS.keys()
