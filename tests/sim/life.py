"""One life of a ledger: users, a market, an operator and time, each step drawn from the seed, and every law held after every command."""

from collections import Counter
from pathlib import Path
from random import Random

from margincli import desk
from margincli.domain.refusals import Refused
from margincli.domain.world import World
from margincli.ledger import reading

import copies
import whole
import laws
from hand import Ledger, Said
from markets import HOUR, Market, Words
from scenario import OWN_RULES, PROFILES, Typist, User, arrives, new_rate, new_rules, people

BEGIN = 1_725_148_800_000  # 2024-09-01
PROOF_EVERY = 25
SPANS = (1, 60_000, 1_500_000, HOUR, 3 * HOUR, 9 * HOUR + 123_456, 26 * HOUR, 26 * HOUR, 100 * HOUR)  # ms that pass at once
WRONG_CLOCKS = (-30 * HOUR, -HOUR, -1, 1, 1_200_000)  # ms that a user's clock is ahead


class Broken(Exception):
    """A law does not hold."""


class Tally(Counter):
    """What was simulated, summed over all lives."""

    def told(self) -> str:
        refusals = ", ".join(f"{name.removeprefix('refused ')} {count}" for name, count in sorted(self.items()) if name.startswith("refused "))
        return "\n".join([*(f"{name:>15}: {self[name]:,}" for name in COUNTED), f"{'refusals':>15}: {refusals or 'none'}"])


COUNTED = (
    *("lives", "steps", "commands", "account-hours", "laws checked", "entries", "liquidations", "takeovers", "calls", "deficits", "delistings", "fills"),
    *("kills", "splits", "batches", "settled twice", "imports", "restores", "without cron"),
)
OF_KIND = {"liquidation": "liquidations", "liquidation_takeover": "takeovers", "margin_call": "calls", "deficit": "deficits", "delisting": "delistings", "trade": "fills"}


class Life:
    """One ledger from its first command on, all of it drawn from one seed. `only` names the one law that is looked at, where not all are."""

    def __init__(self, seed: int, folder: Path, tally: Tally, only: str = ""):
        self.seed, self.random, self.tally, self.only = seed, Random(seed), tally, only
        self.ledger, self.folder, self.now = Ledger(folder / "ledger.db"), folder, BEGIN
        self.books, self.market, self.steps = laws.Books(), Market(self.random, folder), 0
        self.script: list[whole.Typed] = []  # all that was said to the ledger, but what came too late for it
        self.lines: list[str] = []
        self.known: dict[tuple[str, int], tuple[World, int]] = {}  # how accounts stand, until the next command
        self.ticks = self.random.random() < 0.5  # no news of the market comes at a moment for which anything was settled
        profile = self.random.choice(PROFILES)
        self.command(("rules", "use", profile))
        self.users = people(self.random, profile)
        self.operate([new_rules(self.random, folder, -number, BEGIN, OWN_RULES) for number in range(self.random.randint(0, 2))])
        self.operate(self.market.opening())
        for user in self.users:
            for words in arrives(self.random, user):
                self.command(words, user.name)

    @property
    def names(self) -> list[str]:
        return [user.name for user in self.users]

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

    def end(self) -> None:
        """What can only be said of a whole life."""
        self.prove()
        if self.ticks and self.random.random() < 0.5 and any(typed.is_sweep for typed in self.script):
            self.tally["without cron"] += 1
            self.hold(whole.cron_changes_nothing, self.ledger, self.script, self.now, self.names)

    # --- what happens ---

    def time_passes(self) -> None:
        self.tick()
        since, until = self.now, self.now + self.random.choice(SPANS)
        owing = self.ledger.rows("SELECT count(DISTINCT a.owner_id) FROM accounts a JOIN balances b ON b.account_id = a.id WHERE a.sign = -1 AND b.amount <> 0")[0][0]
        self.tally["account-hours"] += owing * (until - since) // HOUR
        self.operate(self.market.passes(since, until))
        if owing and self.random.random() < 0.25:
            self.tally["settled twice"] += 1
            self.hold(copies.small_steps_equal_one, self.ledger, self.random, since, until, self.names)
        self.now = until
        self.operate(self.market.quotes())

    def tick(self) -> None:
        self.now += 1 if self.ticks else 0

    def prices_move(self) -> None:
        self.tick()
        self.operate(self.market.quotes())

    def rates_change(self) -> None:
        self.tick()
        self.operate([new_rate(self.random)])

    def rules_change(self) -> None:
        self.tick()
        self.operate([new_rules(self.random, self.folder, self.steps, self.now)])

    def cron_comes_by(self) -> None:
        self.operate([(self.random.choice(whole.SWEEPS),)])

    def operate(self, commands: list[Words]) -> None:
        """Commands of whoever runs the ledger; they belong to no account."""
        for words in commands:
            self.command(words)

    def ledger_is_carried_over(self) -> None:
        """Everybody goes on with a ledger made of the export of the old one."""
        self.tally["imports"] += 1
        old, new = self.ledger, self.ledger.beside(f"imported-{self.steps}")
        self.hold(whole.an_import_is_the_ledger_exported, old, new, self.now, self.names)
        if new.path.exists():
            self.ledger = new
            old.vanish()

    def ledger_is_put_back(self) -> None:
        self.tally["restores"] += 1
        self.hold(whole.a_restored_backup_is_the_ledger, self.ledger, self.now)

    # --- users ---

    def somebody_types(self) -> None:
        """One command of one user; before it now and then the same on a copy, in parts, as a dry run, or killed on its way. His clock may be wrong."""
        user = self.random.choice(self.users)
        words = self.typist(user).words()
        at = self.now + (self.random.choice(WRONG_CLOCKS) if self.random.random() < 0.04 else 0)
        told, asked = f"margincli {' '.join(words)}", (self.ledger, words, at, user.name)
        fault = self.random.random()
        if fault < 0.04:
            self.tally["kills"] += 1
            self.command(words, user.name, f"kill-{self.steps}", at, killed=True)
        elif fault < 0.14:
            self.remember(f"{told} --dry-run")
            self.hold(copies.a_dry_run_leaves_no_trace, *asked)
        elif fault < 0.40 and words[0] in copies.SPLITTABLE:
            self.tally["splits"] += 1
            self.hold(copies.splitting_never_pays, *asked, self.random)
        elif fault < 0.40 and words[0] == "trade":
            self.tally["splits"] += 1
            self.hold(copies.splitting_a_trade_never_pays, *asked, self.random)
        self.command(words, user.name, ref=f"ref-{self.steps}" if self.random.random() < 0.15 else "", at=at)

    def somebody_grabs(self) -> None:
        """Prices move, and at once somebody takes all he can, again and again."""
        self.prices_move()
        user = self.random.choice(self.users)
        for _ in range(self.random.randint(1, 3)):
            self.command(self.typist(user).grab(), user.name)

    def many_type(self) -> None:
        """Some commands in a row, of users and of whoever runs the ledger, known beforehand: so they might as well be a batch."""
        typed = []
        for _ in range(self.random.randint(2, 6)):
            user = self.random.choice(self.users)
            self.now += self.random.choice((1, 1, 1000, HOUR))
            words = [(self.random.choice(whole.SWEEPS),)] if self.random.random() < 0.1 else self.market.quotes() if self.random.random() < 0.2 else []
            typed += [whole.Typed(said, self.now) for said in words] or [whole.Typed(self.typist(user).words(), self.now, user.name)]
        self.tally["batches"] += 1
        self.hold(whole.a_batch_is_one_by_one, self.ledger, typed, self.random.choice((1, 2, 1000)))
        for words, at, account in typed:
            self.command(words, account, at=at)

    def typist(self, user: User) -> Typist:
        return Typist(self.random, user, self.brought(user.name, self.now)[0])

    def brought(self, account: str, at: int) -> tuple[World, int]:
        """How an account stands now; where a debt has no price, or the account is ahead, as it stands in the file. And how much fell due until then."""
        if (account, at) not in self.known:
            try:
                self.known[account, at] = self.ledger.brought(account, at)
            except Refused:
                self.known[account, at] = self.stored([account], at)[account], 0
        return self.known[account, at]

    def stored(self, accounts: list[str], at: int) -> dict[str, World]:
        with reading(self.ledger.path) as session:
            settled = {account: session.settled_to(account) for account in accounts}
            return {account: desk.load(session, account, max(at, moment))[0] for account, moment in settled.items() if moment is not None}

    # --- one command, and the laws ---

    def command(self, words: Words, account: str = "", ref: str = "", at: int | None = None, killed: bool = False) -> None:
        """Say it and hold every law over what came of it; or have it `killed` on its way first, and say it once more."""
        at = self.now if at is None else at
        asked, bytes_before = bool(account), self.ledger.bytes() if self.ledger.path.exists() else b""
        before, due = self.brought(account, at) if self.books.settled.get(account) is not None else (None, 0)
        typed = whole.Typed((*words, "--ref", ref) if ref else words, at, account)
        if killed:
            self.remember(f"{typed.line}   (killed on the way)")
            self.hold(copies.killed_is_all_or_nothing, self.ledger, words, at, account, ref, self.random)
        said = self.ledger.say(*typed)
        self.known.clear()
        self.script += [typed] if said.refusal != "time_reversed" else []
        self.remember(f"{said.line}   -> {said.refusal or 'done'}")
        self.count(said)
        news = self.books.read(self.ledger)
        self.count_news(news)
        after = self.stored([account] if asked else self.names if typed.is_sweep else [], at)
        after = {owner: world for owner, world in after.items() if self.settled_at(owner, at)}
        step = laws.Step(said, self.ledger, at, asked, bytes_before, self.ledger.balances(), {account: before} if before else {}, due, after, news)
        for law in laws.LAWS:
            self.hold(law, step)
        if ref and not said.code:
            self.hold(copies.the_same_ref_twice_is_once, self.ledger, words, at, account, ref)

    def settled_at(self, owner: str, at: int) -> bool:
        return self.ledger.rows("SELECT settled_to FROM owners WHERE name = ?", owner)[0][0] == at

    def hold(self, law, *seen) -> None:
        if self.only not in ("", law.__name__):
            return
        self.tally["laws checked"] += 1
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
        for kind, name in OF_KIND.items():
            self.tally[name] += sum(found.entry.kind == kind for found in news)


HAPPENS = {
    Life.somebody_types: 55,
    Life.time_passes: 22,
    Life.somebody_grabs: 7,
    Life.prices_move: 4,
    Life.cron_comes_by: 4,
    Life.rates_change: 2,
    Life.rules_change: 3,
    Life.many_type: 2,
    Life.ledger_is_carried_over: 0.6,
    Life.ledger_is_put_back: 0.4,
}
