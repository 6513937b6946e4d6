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


# Section 21: the exchange's number of every refusal; None where it has no such rule, or does not say.
NUMBERS = {
    -1013: "filter too_many_orders",  # ORD-8
    -1100: "amount_too_large not_positive",
    -1106: "order_words",
    -1111: "too_many_places",
    -2010: "bad_oco no_trade_in_call would_take would_trigger",  # ORD-3, ORD-4, ORD-5
    -2011: "no_order",
    -2023: "in_liquidation",  # LIQ-2
    -3002: "unknown_asset",
    -3003: "leverage_not_here no_account not_active questionnaire_missing quiz_failed quiz_missing region_denied region_missing terms_not_accepted wallet_disabled",  # MODE-1
    -3006: "above_max_borrow level_too_low_to_borrow no_available_margin",  # BOR-13
    -3007: "exchanged_lately",
    -3012: "delisting_no_loans",  # DEL-1
    -3013: "below_minimum_borrow",  # BOR-5
    -3014: "cooling_off cooling_off_stands",
    -3015: "above_debt above_liquidation_loan no_liquidation_loan no_small_debts nothing_owed",  # REP-4
    -3016: "below_minimum_repay",
    -3019: "deficit_lock",
    -3020: "above_max_transfer delisting_no_transfers nothing_to_move",  # TRF-6
    -3021: "delisted unknown_pair wrong_symbol",  # ORD-13
    -3023: "level_too_low_for_leverage level_too_low_to_move unhealthy_result",
    -3024: "rest_too_small",
    -3025: "time_reversed",
    -3026: "bad_cooling_off bad_leverage bad_setting bad_wallet cross_only disabled_lately isolated_only manual_liquidation_denied same_wallet sells_itself too_many_isolated wallet_not_empty",
    -3027: "not_admitted not_borrowable spot_owes_nothing",  # BOR-13
    -3041: "balance_too_small nothing_to_sell sales_fall_short",
    -3042: "no_price no_quotes",  # IDX-6
    -3045: "pool_empty",  # BOR-4
    -3064: "limit_price",  # ORD-10
    -3111: "trailing_denied",  # ORD-12
    None: "already_active already_switched bad_alert_hours bad_alert_level bad_top_up_coins bad_top_up_target leverage_changed_lately no_dust no_position no_such_topic "
    "not_adjusted not_dust nothing_in_review nothing_to_liquidate ref_taken unknown_setting",
}


def test_the_exchange_s_own_numbers():
    told = {number: " ".join(sorted(code for code, refusal in REFUSALS.items() if refusal.binance_code == number)) for number in NUMBERS}
    assert told == NUMBERS and sum(len(codes.split()) for codes in told.values()) == len(REFUSALS)


def test_what_is_not_there_is_told_from_what_is_not_allowed():
    assert {code for code, refusal in REFUSALS.items() if refusal.gone} == {"no_account", "no_order", "no_price", "no_quotes", "no_such_topic"}
