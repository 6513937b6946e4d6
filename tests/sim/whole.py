"""The laws that take the whole ledger another way: out and in again, back from a backup, in one batch, without cron.

As in laws.py: the docstring is the law, the answer are the numbers that break it, '' while it holds.
"""

from itertools import zip_longest
from typing import NamedTuple

from copies import books_differ, difference
from hand import Ledger, line_of
from markets import HOUR, Words

SWEEPS = ("accrue", "liquidate")


class Typed(NamedTuple):
    """A command as somebody typed it; `account` is '' for whoever runs the ledger."""

    words: Words
    at: int
    account: str = ""

    @property
    def line(self) -> str:
        return line_of(self.words, self.at, self.account)

    @property
    def is_sweep(self) -> bool:
        return not self.account and self.words[0] in SWEEPS


def an_import_is_the_ledger_exported(ledger: Ledger, imported: Ledger, at: int, accounts: list[str]) -> str:
    """The export of a ledger, imported, is exported again as the same bytes, and every account stands there as it did."""
    files = [(one, one.path.with_suffix(".json")) for one in (ledger, imported)]
    out = ("export", "--format", "json", "--yes", "--output")
    said = [ledger.say((*out, str(files[0][1])), at), imported.say(("import", str(files[0][1])), at), imported.say((*out, str(files[1][1])), at)]
    if failed := [answer.document for answer in said if answer.code]:
        return str(failed)
    if files[0][1].read_bytes() != files[1][1].read_bytes():
        return f"{files[0][1]} and {files[1][1]} differ"
    for account in accounts:
        old, new = (one.say(("status",), at, account) for one in (ledger, imported))
        if (old.code, old.document) != (new.code, new.document):
            return f"{account} was {old.document} and is {new.document}"
    return ""


def a_restored_backup_is_the_ledger(ledger: Ledger, at: int) -> str:
    """Whatever happened since, a restored backup leaves every row as it was when the backup was made."""
    file, before = ledger.path.with_suffix(".backup"), ledger.dump()
    said = [ledger.say(words, when) for words, when in ((("backup", str(file)), at), (("accrue",), at + 100 * HOUR), (("restore", str(file), "--yes"), at))]
    file.unlink()
    ledger.path.with_name(f"{ledger.path.name}.before-restore").unlink(missing_ok=True)
    if failed := [answer.document for answer in (said[0], said[2]) if answer.code]:
        return str(failed)
    return difference(before, ledger.dump())


def a_batch_is_one_by_one(ledger: Ledger, typed: list[Typed], every: int) -> str:
    """Commands in a batch are answered as they are one by one, and leave the same file, row by row."""
    alone, together = ledger.copy("alone"), ledger.copy("together")
    said = [alone.say(*command) for command in typed]
    code, answers = together.batch([command.line for command in typed], "--commit-every", str(every))
    for command, one, other in zip_longest(typed, said, answers):
        if other is None or _without_verb(one.document) != _without_verb(other):
            return f"{command.line}: {one.document if one else None} alone, in the batch {other}"
    if code != next((answer.code for answer in said if answer.code), 0):
        return f"exit code {code}"
    return difference(alone.dump(), together.dump())


def _without_verb(document: dict) -> dict:
    """A batch says the verb of every line, and the number of one that was refused."""
    return {key: value for key, value in document.items() if key not in ("command", "line")}


def cron_changes_nothing(ledger: Ledger, script: list[Typed], at: int, accounts: list[str]) -> str:
    """A ledger that cron came by at any moments holds the same balances, settings and history as one of the same commands without.

    But for those whose clock was behind what was settled: without cron they might not have come too late. The script lacks them.
    """
    with_cron, without = ledger.copy("with-cron"), ledger.beside("without-cron")
    without.batch([command.line for command in script if not command.is_sweep])
    if any(one.say(("accrue",), at).code for one in (with_cron, without)):
        return ""  # a price is missing
    return books_differ(with_cron, without, accounts)


LAWS = (an_import_is_the_ledger_exported, a_restored_backup_is_the_ledger, a_batch_is_one_by_one, cron_changes_nothing)
