"""The README promises; here it is held to it. `pytest --accept tests/test_readme.py` writes its generated parts anew."""

import re
import shutil
from pathlib import Path

import pytest

from margincli.cli.app import SECTIONS
from margincli.domain.refusals import REFUSALS

TESTS = Path(__file__).resolve().parent
README = TESTS.parent / "README.md"


def verbs() -> str:
    rows = [f"| `{verb}` | {line} |" for section in SECTIONS.values() for verb, line in section.items() if not any(other.startswith(f"{verb} ") for other in section)]
    return "\n".join(["| verb | what it does |", "| --- | --- |", *rows])


def refusals() -> str:
    rows = [f"| `{code}` | {row.binance_code or ''} | {re.sub(r'[{}]', '', row.message)} |" for code, row in REFUSALS.items()]
    return "\n".join(["| code | exchange | says |", "| --- | --- | --- |", *rows])


FAMILIES = {
    "profiles": "PROF",
    "numbers, modes, regions": "NUM MODE REG",
    "level, bars": "ML THR",
    "collateral, tiers": "COL ISO",
    "Cross Margin Pro": "PRO",
    "interest, BNB": "INT BNB",
    "borrow, repay": "BOR REP SLX",
    "transfers, orders, fees": "TRF ORD FEE",
    "danger": "CALL TOP LIQ FUND",
    "people, prices": "COOL IDX",
    "delistings, dust": "DEL DUST",
}


def named_by_tests() -> set[str]:
    """The rule ids that tests name: LIQ-9 in words, LIQ_9 in the name of a test."""
    sources = "".join(path.read_text() for path in TESTS.rglob("*") if path.suffix in (".py", ".test") and path.name != "test_readme.py")
    families = "|".join(" ".join(FAMILIES.values()).split())
    return {f"{family}-{number}" for family, number in re.findall(rf"(?<![A-Z])({families})[-_](\d{{1,2}})(?!\d)", sources)}


def rules() -> str:
    named, rows = named_by_tests(), ["| | implemented, each named by a test |", "| --- | --- |"]
    for title, families in FAMILIES.items():
        numbers = {family: sorted(int(rule.partition("-")[2]) for rule in named if rule.startswith(f"{family}-")) for family in families.split()}
        rows.append(f"| {title} | {' · '.join(' '.join(f'{family}-{number}' for number in found) for family, found in numbers.items())} |")
    return "\n".join(rows)


GENERATED = {"verbs": verbs, "rules": rules, "refusals": refusals}


def part(text: str, name: str) -> str:
    return text.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0].strip()


@pytest.mark.parametrize("name", GENERATED)
def test_what_can_be_generated_is_current(name, request):
    text, made = README.read_text(), GENERATED[name]()
    if request.config.getoption("--accept", default=False):
        README.write_text(text.replace(f"<!-- {name} -->\n" + text.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0], f"<!-- {name} -->\n{made}\n"))
        return
    assert part(text, name) == made


# --- what it can do ---

SCRATCH = """
price set BTCUSDT 60000 | price set BTCUSDC 60000 | price set ETHUSDT 2500 | price set USDCUSDT 1 | price set BNBUSDT 500
deposit USDT 5000 | activate cross --leverage 3 --region DE --accept-terms --answers ANSWERS | transfer USDT 1000 --from spot --to cross
transfer USDT 1000 --from spot --to isolated:BTCUSDT | transfer USDT 1 --from spot --to isolated:ETHUSDT | transfer USDT 1 --from isolated:ETHUSDT --to spot
borrow USDT 400 | trade buy BTCUSDT --quote-qty 1000
"""
REFUSED = {"activate cross --leverage 3", "activate portfolio", "liquidate --settle-deficit"}  # open already, not there, no deficit


def features() -> list[list[str]]:
    """(feature, rules, commands, files) of every row; headings inside the table are left out."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part(README.read_text(), "features").splitlines()[2:]]
    return [row for row in rows if any(row[1:])]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """Runs a command on its own copy of a ledger where all of them can be carried out."""
    from margincli.cli.shell import run

    room = tmp_path_factory.mktemp("readme")
    (room / "own.toml").write_text('[call]\nown_level_up_to = ["3", "inferred", "CALL-3"]\n')

    def on(ledger: Path, command: str) -> int:
        words = [str(TESTS / "answers.json") if word == "ANSWERS" else str(room / "own.toml") if word == "FILE" else word for word in command.split()]
        return run([*words, "--ledger", str(ledger), "--at", "2024-09-01", "-q"])

    for command in SCRATCH.replace("\n", "|").strip("|").split("|"):
        assert on(room / "begun.db", command) == 0, command
    return lambda command: on(Path(shutil.copy(room / "begun.db", room / "copy.db")), command)


@pytest.mark.parametrize("command", [command for row in features() for command in quoted(row[2])])
def test_every_command_of_the_features_does_its_work(command, scratch):
    if command.startswith("price fetch"):  # asks the network
        command += " --help"
    assert scratch(command) == (3 if command in REFUSED else 0)


@pytest.mark.parametrize("feature, rules, commands, files", features(), ids=lambda cell: cell[:40])
def test_every_feature_has_a_command_and_tests_that_name_its_rules(feature, rules, commands, files):
    texts = {name: (TESTS / name).read_text() for name in quoted(files)}
    assert quoted(commands) and rules.split() and any(name.endswith(".test") for name in texts) and any(name.endswith(".py") for name in texts)
    named = {name: {rule for rule in rules.split() if re.search(rf"(?<![A-Z]){rule.replace('-', '[-_]')}(?!\d)", text)} for name, text in texts.items()}
    assert set().union(*named.values()) == set(rules.split())
    assert all(found for name, found in named.items() if name.endswith(".py")), named


def test_the_example_at_the_top_is_the_programs_own_output():
    """The first sessions of the README stand, line by line, in a transcript that runs."""
    blocks = README.read_text().split("```\n")
    shown = (blocks[1] + blocks[3]).splitlines()
    transcript = (TESTS / "transcripts" / "demo.test").read_text()
    for line in shown:
        assert line.strip() in transcript or not line.strip(), line
