"""The table of refusals: every code is raised somewhere, and its sentences are filled by the facts given."""

import ast
import string
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import margincli
import pytest
from margincli.domain.operations import VERBS, decide
from margincli.domain.refusals import REFUSALS, Refused

SOURCES = Path(margincli.__file__).parent
# Raised by the doors, which have tests of their own: by the desk, the records and the words of the shell.
ELSEWHERE = {"no_account": "desk.py", "time_reversed": "desk.py", "ref_taken": "desk.py", "no_such_topic": "records.py", "no_quotes": "quotes.py"}


def rows_of(verb: str) -> list:
    """The refusals of tests/domain/test_VERB.py: (code, words, world, request)."""
    path = Path(__file__).with_name(f"test_{verb}.py")
    if not path.exists():
        return []
    spec = spec_from_file_location(f"domain_tables_{verb}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return [(verb, *row) for row in module.REFUSED if row[0] != "done"]


ROWS = [row for verb in VERBS for row in rows_of(verb)]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_table_of_refusals(verb):
    assert any(row[0] == verb for row in ROWS)


def test_every_code_is_raised_by_a_table_or_elsewhere():
    raised = {row[1] for row in ROWS}
    assert raised | set(ELSEWHERE) == set(REFUSALS)
    assert not raised & set(ELSEWHERE)


@pytest.mark.parametrize("code, file", ELSEWHERE.items())
def test_what_is_raised_elsewhere_is(code, file):
    assert f'("{code}",' in (SOURCES / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("verb, code, words, found, asked", ROWS)
def test_sentence_and_hint_are_filled_in(verb, code, words, found, asked):
    with pytest.raises(Refused) as caught:
        decide(found, asked)
    refusal = caught.value
    assert refusal.code == code and refusal.refusal is REFUSALS[code]
    for text in (refusal.message, refusal.hint):
        assert text and not set("{}") & set(text) and "None" not in text and "Decimal" not in text and "E+" not in text
    assert refusal.message.endswith(".")
    assert all(isinstance(fact, str) for fact in refusal.facts.values())


def raises() -> list:
    """Every Refused("code", name=...) of the program: (file, line, code, names given, whether **facts come too)."""
    found = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args and isinstance(node.args[0], ast.Constant):
                names = {keyword.arg for keyword in node.keywords}
                found.append((f"{path.relative_to(SOURCES)}:{node.lineno}", node.args[0].value, names - {None}, None in names))
    return found


@pytest.mark.parametrize("place, code, given, more", raises())
def test_wherever_it_is_raised_the_facts_are_all_there(place, code, given, more):
    needed = {name for text in REFUSALS[code][1:3] for _, name, _, _ in string.Formatter().parse(text) if name}
    assert more or needed <= given, place


@pytest.mark.parametrize(
    "code, binance_code",
    [
        ("no_account", -3003),  # MODE-1, section 21
        ("not_active", -3003),
        ("no_price", -3042),  # IDX-6
        ("above_max_borrow", -3006),  # BOR-13
        ("not_borrowable", -3027),  # BOR-13
        ("in_liquidation", -2023),  # LIQ-2
        ("below_minimum_borrow", -3013),  # BOR-5
        ("pool_empty", -3045),  # BOR-4
        ("above_debt", -3015),  # REP-4
        ("below_minimum_repay", -3016),
        ("rest_too_small", -3024),
        ("above_max_transfer", -3020),  # TRF-6
        ("level_too_low_to_move", -3023),
        ("balance_too_small", -3041),  # section 21
        ("filter", -1013),
        ("would_take", -2010),  # ORD-4
        ("would_trigger", -2010),  # ORD-3
        ("no_order", -2011),
        ("unknown_pair", -3021),  # ORD-13
    ],
)
def test_the_exchange_s_own_numbers(code, binance_code):
    assert REFUSALS[code].binance_code == binance_code


def test_what_is_not_there_is_told_from_what_is_not_allowed():
    assert {code for code, refusal in REFUSALS.items() if refusal.gone} == {"no_account", "no_order", "no_price", "no_quotes", "no_such_topic"}
