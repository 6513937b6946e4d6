"""A simulator of the simulator: random users, prices, rates, faults and clock over the real command line, with every law checked after every step.

    python tests/sim/simulate.py [--seed N] [--steps N | --minutes M]

It goes on until it is told to stop, one short life of a ledger after another, each with a seed of its own, the first of which it
prints. A broken law ends it with the seed of that life, which reproduces it exactly, and the commands that led there.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).parent)]

from margincli import desk  # noqa: E402
from margincli.domain.world import World  # noqa: E402
from margincli.ledger import reading  # noqa: E402

import copies  # noqa: E402
import laws  # noqa: E402
from hand import Ledger, Said, alone  # noqa: E402
from markets import HOUR, Market, Words  # noqa: E402
from scenario import PROFILES, Typist, arrives, new_rate, new_rules, people  # noqa: E402

BEGIN = 1_725_148_800_000  # 2024-09-01
STEPS_OF_A_LIFE = 100
PROOF_EVERY = 25
SPANS = (1, 60_000, 1_500_000, HOUR, 3 * HOUR, 9 * HOUR + 123_456, 26 * HOUR, 26 * HOUR, 100 * HOUR)  # ms that pass at once
MEMORY = "/dev/shm"  # where there is one: on a disk every command waits for it


class Broken(Exception):
    """A law does not hold."""


class Tally(Counter):
    """What was simulated, summed over all lives."""

    def told(self) -> str:
        refusals = ", ".join(f"{name.removeprefix('refused ')} {count}" for name, count in sorted(self.items()) if name.startswith("refused "))
        names = ("lives", "steps", "commands", "account-hours", "entries", "liquidations", "calls", "deficits", "fills", "kills", "splits", "settled twice")
        return "\n".join([*(f"{name:>14}: {self[name]:,}" for name in names), f"{'refusals':>14}: {refusals or 'none'}"])


class Life:
    """One ledger from its first command on, all of it drawn from one seed."""

    def __init__(self, seed: int, folder: Path, tally: Tally):
        self.seed, self.random, self.tally = seed, Random(seed), tally
        self.ledger, self.folder, self.now = Ledger(folder / "ledger.db"), folder, BEGIN
        self.books, self.market, self.steps = laws.Books(), Market(self.random, folder), 0
        self.lines: list[str] = []
        profile = self.random.choice(PROFILES)
        self.ledger.say(("rules", "use", profile), BEGIN)
        self.users = people(self.random, profile)
        self.operate(self.market.opening())
        for user in self.users:
            for words in arrives(self.random, user):
                self.command(words, user.name)

    def step(self) -> None:
        """One thing happens: somebody types, mostly; or time passes, prices or rules change, cron comes by."""
        self.steps += 1
        self.tally["steps"] += 1
        self.random.choices(list(HAPPENS), list(HAPPENS.values()))[0](self)
        if self.steps % PROOF_EVERY == 0:
            self.prove()

    def prove(self) -> None:
        self.hold(copies.the_proof_is_clean, self.ledger, self.now)
        self.hold(copies.balances_are_the_folded_journal, self.ledger, self.books.states)

    # --- what happens ---

    def time_passes(self) -> None:
        since, until = self.now, self.now + self.random.choice(SPANS)
        owing = self.ledger.rows("SELECT count(DISTINCT a.owner_id) FROM accounts a JOIN balances b ON b.account_id = a.id WHERE a.sign = -1 AND b.amount <> 0")[0][0]
        self.tally["account-hours"] += owing * (until - since) // HOUR
        self.operate(self.market.passes(since, until))
        if owing and self.random.random() < 0.25:
            self.tally["settled twice"] += 1
            self.hold(copies.small_steps_equal_one, self.ledger, self.random, since, until, [user.name for user in self.users])
        self.now = until
        self.operate(self.market.quotes())

    def prices_move(self) -> None:
        self.operate(self.market.quotes())

    def rates_change(self) -> None:
        self.operate([new_rate(self.random)])

    def rules_change(self) -> None:
        self.operate([new_rules(self.random, self.folder, self.steps, self.now)])

    def cron_comes_by(self) -> None:
        self.operate([(self.random.choice(["accrue", "liquidate"]),)])

    def operate(self, commands: list[Words]) -> None:
        """Commands of whoever runs the ledger; they belong to no account."""
        for words in commands:
            self.command(words, "")

    # --- users ---

    def somebody_types(self) -> None:
        """One command of one user; before it now and then the same on a copy, in parts, as a dry run, or killed on its way."""
        user = self.random.choice(self.users)
        words = Typist(self.random, user, self.world(user.name)).words()
        told, asked = f"margincli {' '.join(words)}", (self.ledger, words, self.now, user.name)
        fault = self.random.random()
        if fault < 0.04:
            self.remember(f"{told}   (killed on the way)")
            self.tally["kills"] += 1
            self.hold(copies.killed_is_all_or_nothing, *asked, f"kill-{self.steps}", self.random.randint(1, 120))
        elif fault < 0.14:
            self.remember(f"{told} --dry-run")
            self.hold(copies.a_dry_run_leaves_no_trace, *asked)
        elif fault < 0.40 and words[0] in copies.SPLITTABLE:
            self.tally["splits"] += 1
            self.hold(copies.splitting_never_pays, *asked, self.random)
        self.command(words, user.name, ref=f"ref-{self.steps}" if self.random.random() < 0.15 else "")

    def world(self, account: str) -> World:
        """How an account stands now; where a debt has no price, as it stands in the file."""
        try:
            return self.ledger.worlds([account], self.now)[account]
        except laws.Refused:
            return self.stored([account])[account]

    def stored(self, accounts: list[str]) -> dict[str, World]:
        with reading(self.ledger.path) as session:
            return {account: desk.load(session, account, self.now)[0] for account in accounts if session.settled_to(account) is not None}

    # --- one command, and the laws ---

    def command(self, words: Words, account: str, ref: str = "") -> None:
        asked, bytes_before = bool(account), self.ledger.bytes()
        before = {account: self.world(account)} if asked and self.stored([account]) else {}
        said = self.ledger.say(words, self.now, account, *(("--ref", ref) if ref else ()))
        self.remember(f"{said.line}   -> {said.refusal or 'done'}")
        self.count(said)
        sweeps = words[0] in ("accrue", "liquidate") and not account
        news = self.books.read(self.ledger)
        self.count_news(news)
        after = self.stored([account] if asked else [user.name for user in self.users] if sweeps else [])
        after = {owner: world for owner, world in after.items() if self.settled_now(owner)}
        step = laws.Step(said, self.ledger, self.now, asked, bytes_before, before, after, news)
        for law in laws.LAWS:
            self.hold(law, step)
        if ref and not said.code:
            self.hold(copies.the_same_ref_twice_is_once, self.ledger, words, self.now, account, ref)

    def settled_now(self, owner: str) -> bool:
        return self.ledger.rows("SELECT settled_to FROM owners WHERE name = ?", owner)[0][0] == self.now

    def hold(self, law, *seen) -> None:
        if numbers := law(*seen):
            last = "\n".join(f"  {line}" for line in self.lines)
            raise Broken(f"step {self.steps}: broken is the law {law.__name__}: {law.__doc__.strip()}\n  {numbers}\nthe last commands:\n{last}")

    def remember(self, line: str) -> None:
        self.lines = [*self.lines[-9:], line]

    def count(self, said: Said) -> None:
        self.tally["commands"] += 1
        if said.code:
            self.tally[f"refused {said.refusal}"] += 1

    def count_news(self, news: list[laws.News]) -> None:
        self.tally["entries"] += len(news)
        for kind, name in (("liquidation", "liquidations"), ("margin_call", "calls"), ("deficit", "deficits"), ("trade", "fills")):
            self.tally[name] += sum(found.entry.kind == kind for found in news)


HAPPENS = {Life.somebody_types: 64, Life.time_passes: 22, Life.prices_move: 6, Life.cron_comes_by: 4, Life.rates_change: 2, Life.rules_change: 2}


def live(seed: int, steps: int, tally: Tally, until: float | None = None) -> None:
    """One life of so many steps, or until the time is up. Raises Broken, which says how to come back to the same place."""
    root = MEMORY if Path(MEMORY).is_dir() else None
    with tempfile.TemporaryDirectory(dir=root) as folder, alone(Path(folder)):
        tally["lives"] += 1
        life = None
        try:
            life = Life(seed, Path(folder), tally)
            while life.steps < steps and (until is None or time.monotonic() < until):
                life.step()
            life.prove()
        except Broken as broken:
            raise Broken(f"seed {seed}, {broken}\nagain:  python tests/sim/simulate.py --seed {seed} --steps {steps}") from None
        except Exception as error:
            error.add_note(f"seed {seed}, step {life.steps if life else 0}")
            raise


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seed", type=int, default=int(time.time()), help="of the first life; the next ones count on")
    words.add_argument("--steps", type=int, help="stop after so many steps")
    words.add_argument("--minutes", type=float, help="stop after so many minutes")
    asked = words.parse_args()
    print(f"seed {asked.seed}", flush=True)
    tally, seed, began = Tally(), asked.seed, time.monotonic()
    until = None if asked.minutes is None else began + asked.minutes * 60
    try:
        while (asked.steps is None or tally["steps"] < asked.steps) and (until is None or time.monotonic() < until):
            live(seed, STEPS_OF_A_LIFE if asked.steps is None else min(STEPS_OF_A_LIFE, asked.steps - tally["steps"]), tally, until)
            seed += 1
            if sys.stderr.isatty():
                print(f"\r{tally['lives']} lives, {tally['steps']} steps, {tally['account-hours']:,} account-hours", end="", file=sys.stderr)
    except KeyboardInterrupt:
        pass
    except Broken as broken:
        print(f"{broken}\n{tally.told()}")
        return 1
    print(f"{tally.told()}\n{'seconds':>14}: {time.monotonic() - began:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
