"""The table of verbs, and a group of commands that builds only the one asked for.

A verb ``x`` is the function ``x`` of ``margincli/cli/x.py``; a verb of two words ``x y`` is the function ``x_y`` of
the same file. In the names of files and functions a hyphen becomes an underscore, and a verb that is a word of Python
has one at its end. To add one, add its line here.
"""

import re
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any, Callable

import typer
from typer.core import TyperCommand, TyperGroup

from .faults import WordFault, misuse
from .words import bad_number

SECTIONS: dict[str, dict[str, str]] = {
    "Begin": {
        "demo": "Tell the whole story on a scratch ledger.",
        "activate": "Open a margin wallet: terms, region, quiz.",
        "deposit": "Bring coins from outside into the spot wallet.",
        "withdraw": "Take coins from the spot wallet to the outside.",
        "transfer": "Move coins between the wallets of one account.",
    },
    "Margin": {
        "isolated": "Switch an isolated wallet off and on again.",
        "leverage": "Change how far a margin wallet may be leveraged.",
        "borrow": "Borrow a coin against the wallet's collateral.",
        "repay": "Pay a debt down, interest first.",
        "close": "Trade a position back and repay its debt.",
        "exchange-debts": "Turn small debts into debt of one coin.",
        "liquidation-loan": "Show or repay what a liquidation left unpaid.",
        "dust": "Turn small balances into BNB.",
        "trade": "Buy or sell, now or when a price is reached.",
        "orders": "Show the orders that rest.",
        "cancel": "Cancel orders that rest.",
        "settings": "Show and change the settings of the account.",
    },
    "Protect": {
        "cool-off": "Borrow nothing for a day, three days or a week.",
        "alert": "Be warned at a level of your own.",
        "top-up": "Let spot coins move into a wallet at its margin call.",
    },
    "Time": {
        "accrue": "Bring accounts up to date and report the interest.",
        "liquidate": "Bring accounts up to date and report margin calls and liquidations.",
    },
    "Scripts": {
        "batch": "Carry out many commands, a line each.",
    },
    "Look": {
        "status": "Show wallets, levels, debts and liquidation prices.",
        "limits": "Show how much can be borrowed and moved out, and why.",
        "history": "Show the journal in words.",
        "interest": "Show the interest charged, hour by hour or summed.",
        "check": "Prove the books.",
        "export": "Write the ledger for an outside auditor.",
        "import": "Make a new ledger from an export.",
    },
    "Keep": {
        "backup": "Copy the whole ledger, proved, while others write.",
        "restore": "Put a backup in the place of the ledger.",
    },
    "Market and rules": {
        "price": "Bring prices in and show them.",
        "price set": "Quote a price.",
        "price import": "Read candles from files.",
        "price fetch": "Fetch prices from exchanges.",
        "price show": "Show the prices known.",
        "rate": "Bring interest rates in and show them.",
        "rate set": "Set the daily interest rate of a coin.",
        "rate import": "Read daily interest rates from a file.",
        "rate show": "Show the interest rates in force.",
        "rules": "Show the rule book in force.",
        "rules show": "Show the rules and where each comes from.",
        "rules use": "Put a profile in force.",
        "rules import": "Lay rules of your own over those in force.",
    },
}
VERBS = {verb: line for section in SECTIONS.values() for verb, line in section.items()}
PLAIN = {"rich_markup_mode": None, "add_completion": False, "pretty_exceptions_enable": False}


def _print_help(ctx: typer.Context, _: Any, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from .printing import put

        put(ctx.get_help())
        raise typer.Exit


class Helpful:
    """A command whose help goes the way of every answer: Typer's own would end in an error of its own where there is no room for it."""

    def get_help_option(self, ctx: typer.Context) -> Any:
        option = super().get_help_option(ctx)
        if option:
            option.callback = _print_help
        return option


class Verb(Helpful, TyperCommand):
    """A verb; it says in one line that nothing here is below zero, before the minus is taken for an option."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        for word in args:
            if word == "--":
                break
            if re.match(r"-\.?\d", word):
                raise bad_number(word, "amount", "it must be above zero")
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: typer.Context) -> list[str]:
        """Arguments as they are written, the options after them."""
        arguments = [param.make_metavar(ctx) for param in self.get_params(ctx) if param.param_type_name == "argument"]
        return [*arguments, "[OPTIONS]"]


class Verbs(Helpful, TyperGroup):
    """A group that knows its verbs from the table and imports a verb's file only to run it or to show its help."""

    path = ""

    def list_commands(self, ctx: typer.Context) -> list[str]:
        return [verb.removeprefix(self.path) for verb in VERBS if self._holds(verb)]

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:
        verb = self.path + cmd_name
        if verb not in VERBS or not self._holds(verb):
            return None
        return _group(verb) if any(name.startswith(f"{verb} ") for name in VERBS) else command_of(function_of(verb), verb)

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:
        if not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            raise no_such_verb(args[0], self.list_commands(ctx), ctx.command_path)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:
        """The verbs by section, from the table alone."""
        for title, verbs in SECTIONS.items():
            rows = [(verb.removeprefix(self.path), line) for verb, line in verbs.items() if self._holds(verb)]
            if rows:
                with formatter.section("Verbs" if self.path else title):
                    formatter.write_dl(rows, col_spacing=2)

    def _holds(self, verb: str) -> bool:
        return verb.startswith(self.path) and " " not in verb.removeprefix(self.path)


def no_such_verb(word: str, known: list[str], path: str) -> WordFault:
    from difflib import get_close_matches

    meant = get_close_matches(word, known)
    hint = f"Did you mean: {path} {meant[0]}" if meant else f"See: {path} --help"
    return misuse(f"'{word[:60]}' is not a verb of {path}.", hint)


def function_of(verb: str) -> Callable:
    module = import_module(f"{__package__}.{_named(verb.partition(' ')[0])}")
    return getattr(module, _named(verb))


def command_of(function: Callable, verb: str, **how: Any) -> Any:
    alone = typer.Typer(**PLAIN)
    alone.command(verb.rpartition(" ")[2], cls=Verb, **how)(function)
    return typer.main.get_command(alone)


def _named(verb: str) -> str:
    return re.sub("[ -]", "_", verb) + "_" * iskeyword(verb)


def _group(verb: str) -> Verbs:
    group = Verbs(name=verb, help=VERBS[verb], no_args_is_help=True, subcommand_metavar="VERB [ARGS]...", options_metavar="", rich_markup_mode=None)
    group.path = f"{verb} "
    return group


def _print_version(asked: bool) -> None:
    if asked:
        from margincli import __version__

        from .printing import put

        put(f"margincli {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    subcommand_metavar="VERB [ARGS]...",
    options_metavar="",
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    epilog="margincli VERB --help explains a verb. Every verb takes --json. Exit codes: 0 done, 1 a fault of ours, 2 wrong words, "
    "3 refused by a rule, 4 not there, 5 ledger busy or disk full, 8 the books do not hold.",
    **PLAIN,
)


@app.callback()
def margincli(version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")] = False) -> None:
    """A Binance Margin account on your own machine: paper money, the exchange's rules, your prices."""


def command() -> Any:
    """The whole command line as one command."""
    return typer.main.get_command(app)
