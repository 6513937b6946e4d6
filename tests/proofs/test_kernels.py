"""Pure kernels, proved: the domain's own functions, run on a symbol instead of a number, hold for every number there is.

For each rate and each ladder of the rule file a solver looks for a counterexample and finds that there is none. Skipped where
z3 is not installed (extra `proofs`).
"""

from decimal import Decimal

import pytest
from symbols import Symbol, holds, term_of, ways, z3
from worlds import DOCUMENT, NOON, RULES

from margincli import rules
from margincli.domain.journal import LOANS, Account, Wallet
from margincli.domain.market import Market
from margincli.domain.pro import initial_tiers, maintenance_tiers
from margincli.domain.quiet import Due, units_charge_up
from margincli.domain.rulebook import PURPOSES, Rulebook
from margincli.domain.standing import State
from margincli.domain.steps import pay_down
from margincli.domain.tiers import weighed
from margincli.domain.world import World

RATES = sorted({Decimal(rate) for rate in DOCUMENT["coins"]["rates"]["rows"].values()} | {Decimal(rate) for rate in ("0", "0.0000000001", "0.25", "1", "7.77777777")})


# --- interest ---


def charge(rate: Decimal, principal):
    return units_charge_up(Due("cross", "USDT", 0, 1, rate))(Symbol(principal)).term


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


# --- tiers ---


def ladders() -> dict[str, tuple]:
    """Every table of tiers there is, by one of its users: what coins count as collateral, and what Pro asks for a debt."""
    found = {}
    for profile in rules.PROFILES:
        book = Rulebook(rules.load(profile))
        for asset in sorted(book.assets):
            for purpose in PURPOSES:
                found.setdefault(book.tiers(asset, NOON, purpose), f"{profile} {asset} {purpose}")
            if "pro" in book.document:
                found.setdefault(initial_tiers(book, asset), f"{profile} {asset} initial")
                found.setdefault(maintenance_tiers(book, asset), f"{profile} {asset} maintenance")
    return {name: tiers for tiers, name in found.items()}


def sliced(tiers, value):
    """The rule itself: of each tier, what of the value lies in it, at its rate."""
    total, low = z3.RealVal(0), Decimal(0)
    for high, rate in tiers:
        past = value - str(low)
        inside = past if high is None else z3.If(value > str(high), z3.RealVal(str(high - low)), past)
        total, low = total + z3.If(value > str(low), inside, 0) * str(rate), high
    return total


@pytest.mark.parametrize("tiers", [pytest.param(tiers, id=name) for name, tiers in ladders().items()])
def test_col_1_and_pro_1_each_slice_of_a_value_takes_the_rate_of_its_own_tier(tiers):
    value, more = z3.Reals("value more")
    least, most = (rate_of(rate for _, rate in tiers) for rate_of in (min, max))
    for given, found in ways(value >= 0, lambda: weighed(tiers, Symbol(value))):
        assert holds(z3.Implies(given, found.term == sliced(tiers, value)))
        for also, further in ways(z3.And(given, more >= value), lambda: weighed(tiers, Symbol(more))):
            step = further.term - found.term
            assert holds(z3.Implies(also, z3.And(step >= 0, step <= (more - value) * str(most)))), "it never falls, and never leaps at an edge"
            if tiers[-1][0] is None:
                assert holds(z3.Implies(also, step >= (more - value) * str(least)))


# --- the split of a repayment ---


CROSS = Wallet("main", "cross")
FREE, BORROWED, INTEREST_OWED = (Account(CROSS, bucket) for bucket in ("free", "borrowed", "interest"))


def test_rep_1_a_payment_goes_to_interest_first_and_never_past_what_is_owed():
    """Whatever is held, owed and paid. That the entry balances is the entry's own claim: no way through ends in Unbalanced."""
    free, principal, interest, paid = z3.Reals("free principal interest paid")
    owes = z3.And(free >= paid, principal >= 0, interest >= 0, paid >= 0, paid <= principal + interest)
    for given, after in ways(owes, lambda: _after_paying(*map(Symbol, (free, principal, interest, paid)))):
        held, still, unpaid, claims = (term_of(after.balance(account, "USDT")) for account in (FREE, BORROWED, INTEREST_OWED, LOANS))
        assert holds(z3.Implies(given, held == free - paid)), "no more and no less leaves the wallet"
        assert holds(z3.Implies(given, -still - unpaid == principal + interest - paid)), "and all of it goes into the debt"
        assert holds(z3.Implies(given, z3.And(still <= 0, unpaid <= 0))), "which never turns into a claim"
        assert holds(z3.Implies(z3.And(given, unpaid < 0), still == -principal)), "no principal is paid while interest is open"
        assert holds(z3.Implies(given, claims == -still)), "the house's claim is the principal"


def _after_paying(free, principal, interest, paid) -> State:
    state = State({(FREE, "USDT"): free, (BORROWED, "USDT"): -principal, (INTEREST_OWED, "USDT"): -interest, (LOANS, "USDT"): principal}, {})
    return state.after(pay_down(World(NOON, "main", state, Market({}, {}), RULES), CROSS, "USDT", paid, FREE, "repay"))
