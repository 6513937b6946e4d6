"""Help: every verb of the table has a file and says what it takes."""

import re

import pytest

from margincli.cli import app

# The contract: what stands in the table of verbs, word for word.
EVERY = ["--ledger", "--account", "--at", "--format", "-f", "--json", "--quiet", "-q"]
WRITING = ["--dry-run", "-n", "--ref", "--yes", "-y"]
OPTIONS = {
    "activate": ["--leverage", "--region", "--accept-terms", "--answers", "--questions", *WRITING],
    "deposit": WRITING,
    "withdraw": WRITING,
    "transfer": ["--from", "--to", *WRITING],
    "isolated": WRITING,
    "leverage": ["--wallet", "-w", "--answers", *WRITING],
    "borrow": ["--wallet", "-w", *WRITING],
    "repay": ["--wallet", "-w", "--sell", "--quick", *WRITING],
    "close": ["--wallet", "-w", *WRITING],
    "exchange-debts": ["--wallet", "-w", "--list", *WRITING],
    "liquidation-loan": WRITING,
    "dust": ["--wallet", "-w", "--all", "--list", *WRITING],
    "cool-off": WRITING,
    "settings": WRITING,
    "trade": ["--wallet", "-w", "--quote-qty", "--type", "--price", "--stop", "--stop-limit", "--trailing-delta", "--then-price", "--then-stop", "--tif", "--keep-loan", "--borrow", "--repay", *WRITING],
    "orders": [],
    "cancel": ["--all", "--symbol", *WRITING],
    "alert": ["--wallet", "-w", "--every", *WRITING],
    "top-up": ["--wallet", "-w", "--coin", "--target", *WRITING],
    "accrue": ["--sum", "--check", *WRITING],
    "liquidate": ["--wallet", "-w", "--manual", "--check", *WRITING],
    "batch": ["--atomic", "--stop-on-error", "--commit-every", *WRITING],
    "status": ["--check"],
    "limits": [],
    "history": ["--kind", "--since", "--asset", "--limit"],
    "interest": ["--asset", "--since", "--sum"],
    "price set": ["--source", "--volume", *WRITING],
    "price import": ["--symbol", "--source", *WRITING],
    "price fetch": ["--exchange", "--timeout", "--url", *WRITING],
    "price show": ["--sources"],
    "rate set": WRITING,
    "rate import": WRITING,
    "rate show": [],
    "rules show": [],
    "rules use": WRITING,
    "rules import": WRITING,
    "check": ["--head"],
    "export": ["--output", "-o", "--yes", "-y"],
    "import": WRITING,
    "backup": ["--yes", "-y"],
    "restore": ["--yes", "-y"],
    "demo": [],
}
GROUPS = ("price", "rate", "rules")


def test_the_table_is_the_contract():
    assert set(app.VERBS) == set(OPTIONS) | set(GROUPS)


@pytest.mark.parametrize("verb", OPTIONS)
def test_help_of_a_verb(margincli, verb):
    result = margincli(*verb.split(), "--help")
    assert result.code == 0 and result.err == ""
    said = set(re.findall(r"--?[a-z][a-z-]*", result.out))
    assert said >= {*EVERY, *OPTIONS[verb], "--help", "-h"}
    assert verb.split()[0] in app.VERBS and result.out.splitlines()[0].startswith(f"Usage: margincli {verb} ")
    if "--dry-run" not in OPTIONS[verb]:
        assert not said & (set(WRITING) - set(OPTIONS[verb]))
    options = result.out.partition("Options:")[2]
    assert all(re.search(r"\S {2,}\S|^ {10,}\S", line) or line.endswith(("|md", "|csv|json")) for line in options.splitlines() if line.strip())


@pytest.mark.parametrize("verb", OPTIONS)
def test_help_leads_with_the_line_of_the_table_and_ends_with_examples(margincli, verb):
    text = margincli(*verb.split(), "-h").out
    assert " ".join(text.split("\n\n")[1].split()) == app.VERBS[verb]
    examples = text.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert examples and all(line.strip().startswith(f"margincli {verb}") for line in examples)


@pytest.mark.parametrize("verb", ["", *GROUPS])
def test_help_of_a_group_lists_its_verbs(margincli, verb):
    text = margincli(*verb.split(), "--help").out
    for name, line in app.VERBS.items():
        words = name.split()
        if words[:-1] == verb.split():
            assert re.search(rf"^  {words[-1]} ", text, re.M) and line.split()[0] in text


def test_version(margincli):
    from margincli import __version__

    assert margincli("--version") == (0, f"margincli {__version__}\n", "")


def test_help_fits_a_terminal(margincli):
    for verb in ["", *OPTIONS, *GROUPS]:
        assert all(len(line) <= 80 for line in margincli(*verb.split(), "--help").out.splitlines()), verb
