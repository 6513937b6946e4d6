"""The simulator has teeth: the program is broken on purpose, one rule at a time, and the bounded run finds it."""

import pkgutil
from decimal import Decimal
from importlib import import_module

import pytest
import simulate

import margincli
from margincli import desk
from margincli.domain import interest, liquidation, walk
from margincli.domain.money import give_down, ratio, unit
from margincli.domain.refusals import Refused


for found in pkgutil.walk_packages(margincli.__path__, "margincli."):  # whatever is loaded while something is broken would keep it
    if not found.name.endswith("__main__"):
        import_module(found.name)


def interest_rounded_down(patch):
    patch.setattr(interest, "charge_hour_up", lambda principal, rate_daily, places: give_down(ratio(principal * rate_daily, Decimal(24)), places))


def liquidation_takes_a_percent_more(patch):
    honest = liquidation._Run.need_of
    patch.setattr(liquidation._Run, "need_of", lambda run, owed, sold: min(run.world.state.holding(run.wallet, owed).debt, give_down(honest(run, owed, sold) * Decimal("1.01"))))


def a_refusal_keeps_the_time(patch):
    honest = desk._carry_out

    def leaky(session, call, request):
        try:
            return honest(session, call, request)
        except Refused:
            session.settle(call.account, call.at)
            session.commit()
            raise

    patch.setattr(desk, "_carry_out", leaky)


def interest_starts_with_each_settling(patch):
    """Who looks often pays more: a unit at the first hour of every settling."""
    honest = interest.interest_entry

    def dearer(wallet, run):
        entry = honest(wallet, run)
        more = unit(8)
        postings = tuple(posting._replace(amount=posting.amount + (more if posting.amount > 0 else -more)) for posting in entry.postings)
        return entry._replace(amount=entry.amount + more, postings=postings) if entry.amount else entry

    patch.setattr(walk, "interest_entry", dearer)


BREAKS = {interest_rounded_down: 4, liquidation_takes_a_percent_more: 1, a_refusal_keeps_the_time: 1, interest_starts_with_each_settling: 1}
SEEDS = (1, 2, 3, 4)  # of the bounded run; a break names the one that found it last


@pytest.mark.slow
@pytest.mark.parametrize("break_it", BREAKS, ids=[found.__name__ for found in BREAKS])
def test_what_is_broken_is_found(break_it, monkeypatch):
    break_it(monkeypatch)
    with pytest.raises(simulate.Broken) as broken:
        for seed in sorted(SEEDS, key=lambda seed: seed != BREAKS[break_it]):
            simulate.live(seed, simulate.STEPS_OF_A_LIFE, simulate.Tally())
    print(str(broken.value).partition(":")[0])
