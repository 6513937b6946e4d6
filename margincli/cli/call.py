"""One command as the verbs see it: which ledger and account, when, and how to answer.

The signature of `Call.of` is the declaration of the options every verb has; nothing repeats them.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from . import config
from .clock import read_as_of
from .faults import WordFault, misuse
from .words import read_account, read_text

DEFAULT_ACCOUNT = "main"
OF_WRITING_VERBS = ("dry_run", "ref", "yes")


class Call(NamedTuple):
    ledger: Path  # for a line of a batch the one kept open
    account: str | None  # as named; None where nothing names one
    at: int
    format: str
    quiet: bool = False
    dry_run: bool = False
    ref: str | None = None
    yes: bool = False

    @classmethod
    def of(
        cls,
        ledger: Annotated[str | None, typer.Option("--ledger", metavar="PATH", envvar="MARGINCLI_LEDGER", help="The ledger file.")] = None,
        account: Annotated[str | None, typer.Option("--account", metavar="NAME", envvar="MARGINCLI_ACCOUNT", help="The account.")] = None,
        at: Annotated[str | None, typer.Option("--at", metavar="TIME", envvar="MARGINCLI_AT", help="The time it happens, RFC 3339 (UTC without a zone), or now.")] = None,
        format: Annotated[str | None, typer.Option("--format", "-f", metavar="|".join(config.FORMATS), envvar="MARGINCLI_FORMAT", help="How to answer.")] = None,
        json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing when all went well.")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Show what would happen, write nothing.")] = False,
        ref: Annotated[str | None, typer.Option("--ref", metavar="ID", help="Your own name for this command: a ledger carries out each at most once.")] = None,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    ) -> "Call":
        """Read the options every verb has, filling in what was not said."""
        written = config.read_config()
        account = account or written.get("account")
        return cls(
            ledger=_ledger(ledger if ledger is not None else written.get("ledger")),
            account=read_account(account) if account else None,
            at=read_as_of(at or written.get("at") or "now"),
            format=_format(format or os.environ.get("MARGINCLI_FORMAT") or written.get("format") or "table", json),  # export has a --format of its own
            quiet=quiet,
            dry_run=dry_run,
            ref=_ref(ref),
            yes=yes,
        )

    def of_line(self, said: dict[str, Any], ref: str | None) -> "Call":
        """The call of a line of a batch: what it said itself, taken out of its words; otherwise as the batch. Nobody is asked."""
        account, at, named = said["account"], said["at"], said.get("ref")
        return Call(
            self.ledger,
            read_account(account) if account else self.account,
            read_as_of(at) if at else self.at,
            self.format,
            said["quiet"],
            said.get("dry_run", False),
            ref or _ref(named),
            yes=True,
        )

    @property
    def mine(self) -> Any:
        """The call as the desk takes it, on one account."""
        return self._at_desk(self.owner)

    @property
    def every(self) -> Any:
        """The call as the desk takes it, on all accounts unless one is named."""
        return self._at_desk(self.account)

    def _at_desk(self, account: str | None) -> Any:
        from margincli.desk import Call as AtDesk

        return AtDesk(self.ledger, account, self.at, self.ref, self.dry_run)

    @property
    def owner(self) -> str:
        return self.account or DEFAULT_ACCOUNT

    @property
    def may_ask(self) -> bool:
        """Whether a person is there to answer: never in a script, a pipe or under cron."""
        if self.yes or self.quiet or self.format != "table":
            return False
        return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))

    def wallet(self, name: str) -> Any:
        """The account's wallet of that name."""
        from margincli.domain.journal import Wallet

        return Wallet.named(self.owner, name)

    def perform(self, request: Any) -> dict[str, Any]:
        """Have the desk carry out a request of the domain."""
        from margincli.desk import perform

        return perform(self.mine, request)


def _ledger(named: str | None) -> Path:
    if named is None:
        return config.default_ledger()
    if not named.strip() or "\0" in named:
        raise WordFault("bad_ledger", "A ledger needs a path.", "Name the file: --ledger PATH")
    return Path(named).expanduser()


def _format(named: str, json: bool) -> str:
    """--json goes before any other format, but a format that is none is never let pass."""
    if named not in config.FORMATS:
        raise WordFault("bad_format", f"'{named}' is not a format.", f"Choose one of: {', '.join(config.FORMATS)}", format=named)
    return "json" if json else named


def _ref(named: str | None) -> str | None:
    if named is not None and not named.strip():
        raise misuse("A --ref cannot be empty.", "Leave it out, or give an id of your own.")
    return None if named is None else read_text(named)
