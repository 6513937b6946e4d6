"""The README promises; here it is held to it. `pytest --accept tests/test_readme.py` writes its generated parts anew."""

import re
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


GENERATED = {"verbs": verbs, "refusals": refusals}


def part(text: str, name: str) -> str:
    return text.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0].strip()


@pytest.mark.parametrize("name", GENERATED)
def test_what_can_be_generated_is_current(name, request):
    text, made = README.read_text(), GENERATED[name]()
    if request.config.getoption("--accept", default=False):
        README.write_text(text.replace(f"<!-- {name} -->\n" + text.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0], f"<!-- {name} -->\n{made}\n"))
        return
    assert part(text, name) == made


def test_every_rule_said_to_be_implemented_is_named_by_a_test():
    told = set(re.findall(r"\b[A-Z]{2,5}-\d+\b", part(README.read_text(), "rules")))
    sources = "".join(path.read_text() for path in TESTS.rglob("*") if path.suffix in (".py", ".test") and path.name != "test_readme.py")
    named = {f"{family}-{number}" for family, number in re.findall(r"\b([A-Z]{2,5})[-_](\d+)", sources)}
    named |= {f"{family}-{number}" for family, number in re.findall(r"_([A-Z]{2,5})_(\d+)", sources)}
    assert len(told) > 80 and told - named == set()


def test_the_example_at_the_top_is_the_programs_own_output():
    """The first session of the README stands, line by line, in a transcript that runs."""
    shown = README.read_text().split("```\n")[1].splitlines()
    transcript = (TESTS / "transcripts" / "demo.test").read_text()
    for line in shown:
        assert line.strip() in transcript or not line.strip(), line
