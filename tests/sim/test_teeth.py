"""The simulator has teeth: the program is broken on purpose, one rule at a time, and the law that stands against it is found broken within a bounded run.

Each break is a function: its docstring says what is broken; the table at the end names the laws that must find it. No other law is looked at
meanwhile, so that every law is shown to bite by itself.
"""

import pkgutil
from decimal import Decimal
from importlib import import_module

import copies
import whole
import laws
import pytest
import simulate

import margincli
from margincli import desk
from margincli.domain import fees, interest, judgement, liquidation, operations, risk, steps, takeover, walk
from margincli.domain.interest import HOUR
from margincli.domain.journal import INSURANCE
from margincli.domain.money import ZERO, give_down, ratio, unit
from margincli.domain.operations import transfer
from margincli.domain.refusals import Refused
from margincli.domain.risk import exposure
from margincli.ledger import copies as backups
from margincli.ledger import memory, parts, session

for found in pkgutil.walk_packages(margincli.__path__, "margincli."):  # whatever is loaded while something is broken would keep it
    if not found.name.endswith("__main__"):
        import_module(found.name)


# --- the books ---


def liquidations_crash(patch):
    """A fault of ours in the midst of a command."""
    patch.setattr(liquidation._Run, "take_fee", lambda run: 1 / 0)


def interest_is_dated_late(patch):
    """An entry lies an hour after the command that wrote it."""
    honest = interest.interest_entry
    patch.setattr(walk, "interest_entry", lambda wallet, run: (entry := honest(wallet, run))._replace(at=entry.at + HOUR))


def _past_the_guards(patch, question):
    """With every commit the file is changed past its own triggers and checks."""
    honest = session.Session.commit

    def commit(self):
        self.db.execute("PRAGMA ignore_check_constraints = ON")
        for name, trigger in self.db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'balances'").fetchall():
            self.db.execute(f"DROP TRIGGER {name}")
            restored.append(trigger)
        self.db.execute(question)
        while restored:
            self.db.execute(restored.pop())
        honest(self)

    restored = []
    patch.setattr(session.Session, "commit", commit)


FREE = "(SELECT id FROM accounts WHERE bucket = 'free')"


def a_balance_grows_by_a_unit(patch):
    """A balance is changed by no entry."""
    _past_the_guards(patch, f"UPDATE balances SET amount = amount + 1 WHERE account_id IN {FREE} AND amount > 0")


def balances_fall_below_zero(patch):
    """Coins that nobody has are spent."""
    _past_the_guards(patch, f"UPDATE balances SET amount = amount - 100000000000 WHERE account_id IN {FREE}")


def interest_is_rounded_down(patch):
    """INT-4: the charge of an hour is cut."""
    patch.setattr(interest, "charge_hour_up", lambda principal, rate_daily, places: give_down(ratio(principal * rate_daily, Decimal(24)), places))


# --- one command, one time ---


def a_refusal_keeps_the_time(patch):
    """What is refused writes until when the account was settled."""
    honest = desk._carry_out

    def leaky(session, call, request):
        try:
            return honest(session, call, request)
        except Refused:
            session.settle(call.account, call.at)
            session.commit()
            raise

    patch.setattr(desk, "_carry_out", leaky)


def refs_are_forgotten(patch):
    """A --ref is not looked up."""
    patch.setattr(desk, "answered_before", lambda *_: None)


def a_rehearsal_is_kept(patch):
    """A dry run is committed."""
    honest = desk.finished
    patch.setattr(desk, "finished", lambda session, call, words, document: honest(session, call._replace(dry_run=False), words, document))


def entries_are_committed_early(patch):
    """A command is two transactions."""
    honest = session.Session.append

    def hasty(self, *asked):
        numbers = honest(self, *asked)
        self.db.execute("COMMIT")
        self.db.execute("BEGIN IMMEDIATE")
        return numbers

    patch.setattr(session.Session, "append", hasty)


def each_settling_costs_a_unit(patch):
    """Who looks often pays more: a unit with every entry of interest."""
    honest = interest.interest_entry

    def dearer(wallet, run):
        entry = honest(wallet, run)
        more = unit(8)
        postings = tuple(posting._replace(amount=posting.amount + (more if posting.amount > 0 else -more)) for posting in entry.postings)
        return entry._replace(amount=entry.amount + more, postings=postings) if entry.amount else entry

    patch.setattr(walk, "interest_entry", dearer)


def fees_are_cut(patch):
    """FEE-3: a fee is cut to four places, so that a small order pays none."""
    patch.setattr(fees, "round_half_up", lambda value, places: give_down(value, min(places, 4)))


# --- the user, and what befalls him ---


def twice_as_much_is_lent(patch):
    """BOR-2: the room to borrow counts double, and nobody looks at the result."""
    honest = risk.leverage_room
    patch.setattr(operations, "require_health", lambda *_: None)
    patch.setattr(risk, "leverage_room", lambda *asked: 2 * honest(*asked))


def all_may_leave(patch):
    """TRF-2, TRF-3: collateral leaves as if nothing were owed, and nobody looks at the result."""
    patch.setattr(operations, "require_health", lambda *_: None)
    patch.setattr(transfer, "require_level_to_move_out", lambda *_: None)
    patch.setattr(transfer, "max_transfer_out", lambda world, wallet, asset: world.state.holding(wallet, asset).free)


def nobody_is_liquidated(patch):
    """LIQ-1: a liquidation does nothing."""
    patch.setattr(judgement, "liquidate", lambda world, *_: (world, []))


def a_liquidation_takes_a_percent_more(patch):
    """LIQ-6: more is sold than is needed."""
    honest = liquidation._Run.need_of
    patch.setattr(liquidation._Run, "need_of", lambda run, owed, sold: min(run.world.state.holding(run.wallet, owed).debt, give_down(honest(run, owed, sold) * Decimal("1.01"))))


def the_liquidated_keep_their_coins(patch):
    """FUND-1: who is liquidated is let off, and nothing is sold."""

    def early(world, wallet):
        total = exposure(world, wallet)
        return total.total_liability if total.worth < Decimal("1.2") * total.weight else ZERO

    patch.setattr(liquidation, "deficit_of", early)
    patch.setattr(liquidation._Run, "sell", lambda run: None)


def fees_feed_the_fund(patch):
    """FUND-1: the fees of trading go to the insurance fund."""
    patch.setattr(steps, "FEES", INSURANCE)


def the_house_keeps_what_is_left(patch):
    """LIQ-4, LIQ-7: what is left of a wallet that was taken over is not returned."""
    patch.setattr(takeover, "_return", lambda *_, **__: [])


def nothing_leaves_margin(patch):
    """DEL-2: at its time nothing happens to what is delisted."""
    patch.setattr(walk, "take_off", lambda *_: [])


# --- the whole ledger ---


def exports_forget_quotes(patch):
    """Prices stay behind."""
    patch.setitem(parts._QUESTIONS, "quotes", parts._QUESTIONS["quotes"].replace("ORDER BY", "WHERE 0 ORDER BY"))


def nothing_is_put_back(patch):
    """A restore leaves the ledger as it is."""
    patch.setattr(backups, "_exchange", lambda path, part: path)


def a_batch_forgets_its_own_lines(patch):
    """What a line of a batch has written is not seen by the next ones."""
    append, settle = memory.KeptSession.append, memory.KeptSession.settle

    def forgetful(session, owner, entries, scale):
        before = session._states.get(owner)
        numbers = append(session, owner, entries, scale)
        if before is not None:
            session._states[owner] = before
        return numbers

    patch.setattr(memory.KeptSession, "append", forgetful)
    patch.setattr(memory.KeptSession, "settle", lambda session, owner, at, state=None: settle(session, owner, at))


BREAKS = {  # which law finds it, and in which life
    (liquidations_crash, laws.no_fault_of_ours): 1,
    (interest_is_dated_late, laws.time_runs_forward): 1,
    (a_balance_grows_by_a_unit, laws.every_coin_sums_to_nothing): 1,
    (a_balance_grows_by_a_unit, copies.balances_are_the_folded_journal): 1,
    (balances_fall_below_zero, laws.nothing_below_zero): 1,
    (interest_is_rounded_down, copies.the_proof_is_clean): 1,
    (a_refusal_keeps_the_time, laws.a_refusal_leaves_no_trace): 1,
    (refs_are_forgotten, copies.the_same_ref_twice_is_once): 1,
    (a_rehearsal_is_kept, copies.a_dry_run_leaves_no_trace): 1,
    (entries_are_committed_early, copies.killed_is_all_or_nothing): 12,
    (each_settling_costs_a_unit, copies.small_steps_equal_one): 1,
    (each_settling_costs_a_unit, whole.cron_changes_nothing): 4,
    (interest_is_rounded_down, copies.splitting_never_pays): 1,
    (fees_are_cut, copies.splitting_a_trade_never_pays): 4,
    (twice_as_much_is_lent, laws.no_request_makes_unhealthy): 2,
    (all_may_leave, laws.no_request_makes_unhealthy): 1,
    (nobody_is_liquidated, laws.nothing_sellable_under_liquidation): 1,
    (a_liquidation_takes_a_percent_more, laws.a_liquidation_takes_what_it_needs): 4,
    (the_liquidated_keep_their_coins, laws.a_deficit_only_without_collateral): 4,
    (fees_feed_the_fund, laws.the_fund_moves_by_fees_and_deficits): 1,
    (the_house_keeps_what_is_left, laws.the_takeover_desk_is_empty): 1,
    (nothing_leaves_margin, laws.what_left_margin_is_gone): 4,
    (exports_forget_quotes, whole.an_import_is_the_ledger_exported): 3,
    (nothing_is_put_back, whole.a_restored_backup_is_the_ledger): 1,
    (a_batch_forgets_its_own_lines, whole.a_batch_is_one_by_one): 1,
}
SEEDS = range(1, 9)  # looked at where the life that found it last does so no more


def test_every_law_has_a_tooth():
    assert {law for _, law in BREAKS} == {*laws.LAWS, *copies.LAWS, *whole.LAWS}


@pytest.mark.slow
@pytest.mark.parametrize("broken", BREAKS, ids=[f"{broken.__name__}-{law.__name__}" for broken, law in BREAKS])
def test_what_is_broken_is_found(broken, monkeypatch):
    break_it, law = broken
    break_it(monkeypatch)
    with pytest.raises(simulate.Broken, match=law.__name__) as found:
        for seed in sorted(SEEDS, key=lambda seed: seed != BREAKS[broken]):
            simulate.live(seed, simulate.STEPS_OF_A_LIFE, simulate.Tally(), only=law.__name__)
    print(str(found.value).partition(":")[0])
