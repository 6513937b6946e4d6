"""Every worked example of the rule book that concerns a rule implemented now, run through the real domain.

A vector is run by the function that names it with ``@runs``, in examples_of_debt.py or examples_of_risk.py; the others stand
in NOT_YET with the reason. The vector's own figures go in, the domain's come out; no formula is repeated.
"""

from decimal import Decimal as D

import examples_of_debt  # noqa: F401  registers what runs the vectors
import pytest
from examples import FILE, RUNNERS, VECTORS
from examples_of_risk import first_tier
from worlds import wallet, world

from margincli.domain.schemes import isolated_tier
from margincli.domain.steps import commission

NOT_YET = {
    "int-waive-first-hour": "INT-9: promotions that waive hours",
    "tier-limits-8.5x": "ISO-6: leverage adjustment within a family",
    "iso-tier-two-debts": "ISO-4: the tables of 2020, whose LR rises with the tier; ISO-3 itself is tested below",
    "pro-im-mm": "PRO-3: Cross Pro",
    "pro-imr-10": "PRO-2: Cross Pro",
    "pro-imr-3": "PRO-2: Cross Pro",
    "pro-imr-6": "PRO-2: Cross Pro",
    "pro-imr-8": "PRO-2: Cross Pro",
    "pro-imr-5": "PRO-2: Cross Pro",
    "fee-three-kinds": "FEE-3: one kind of commission so far; its rounding is tested below",
    "delist-cross": "DEL-3: delisting",
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


# --- what is there of two that are not yet ---


def test_iso_3_the_worse_of_two_tiers_rules():
    """The part of iso-tier-two-debts that is not of 2020."""
    given, expected = VECTORS["iso-tier-two-debts"]["inputs"], VECTORS["iso-tier-two-debts"]["expected"]
    held = {"BTC": f"100+-{given['debts']['BTC']}", "USDT": f"100+-{given['debts']['USDT']}"}
    found = []
    for coins in ({"BTC": held["BTC"]}, {"BTC": "100", "USDT": held["USDT"]}, held):
        found.append(isolated_tier(world(rules=first_tier(given), isolated_BTCUSDT=coins), wallet("isolated:BTCUSDT")))
    assert found == [expected["tier_base"], expected["tier_quote"], expected["tier"]]


def test_fee_3_rounds_half_up():
    """The part of fee-three-kinds that is there: each kind on its own, taker and seller rates added."""
    given, expected = VECTORS["fee-three-kinds"]["inputs"], VECTORS["fee-three-kinds"]["expected"]
    assert D(given["price"]) * D(given["qty"]) == D(expected["notional"])
    for kind in ("standard", "tax", "special"):
        assert commission(D(expected["notional"]), sum(map(D, given[kind].values())), 8) == D(expected[f"{kind}_commission"])
