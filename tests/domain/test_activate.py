"""activate: refusals in their order, then the settings it makes."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.activate import Activate
from margincli.domain.risk import health
from worlds import NOON, RULES, ladder, lines, outcome, refuses, ruled, wallet, without, world

KEY = {"level": "b", "call": "c"}
RIGHT = {"level": "B", "call": "c"}  # capitals do not matter
OTHERS = [f"isolated_{symbol}" for symbol in RULES.rows("pairs") if symbol != "BTCUSDT"]
CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")


def stranger(**told):
    """An account that never passed activation."""
    return without(world(**told), "quiz_passed_at", "region")


REFUSED = ladder(
    Activate(wallet("margin"), "7", None, "", None, KEY),
    {"isolated_BTCUSDT": {}, **{name: {} for name in OTHERS[:20]}},
    ("bad_wallet: margin", {}, {"wallet": wallet("isolated:NOPE")}),
    ("unknown_pair: NOPE", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": BTC}),
    ("already_active: isolated:BTCUSDT is active already, at 10x", {"isolated_BTCUSDT": None}, {}),
    ("terms_not_accepted", {}, {"terms": "accepted"}),
    ("region_missing", {}, {"region": "us"}),
    ("region_denied: US", {}, {"region": "de"}),
    ("quiz_missing", {}, {"answers": {}}),
    ("quiz_missing", {}, {"answers": {"level": "a"}}),
    ("quiz_failed: level, call", {}, {"answers": {"level": "b", "call": "d"}}),
    ("quiz_failed: answers: call", {}, {"answers": RIGHT}),
    ("bad_leverage: 7x is not offered for isolated:BTCUSDT; it can be 10", {}, {"leverage": "10"}),
    ("too_many_isolated: 20", {OTHERS[0]: None}, {}),
    make=stranger,
)

PRO_KEY = {**KEY, "pro-level": "c", "pro-call": "b"}
REFUSED += ladder(
    Activate(CROSS, "10", "DE", "accepted", RIGHT, PRO_KEY),
    {"rules": ruled({"pro.regions": ["FR"]})},
    ("leverage_not_here: 10x is not offered in DE", {}, {"region": "fr"}),
    ("questionnaire_missing: 10x needs the answers to a questionnaire of its own: pro-level, pro-call", {}, {"answers": {**RIGHT, "pro-level": "c"}}),
    ("quiz_failed: answers: pro-call", {}, {"answers": {**RIGHT, "pro-level": "C", "pro-call": "b"}}),
    make=stranger,
)
REFUSED += [("bad_leverage", "10x is not offered for cross; it can be 3 or 5", stranger(rules=ruled({"cross.leverages": ["3", "5"]})), Activate(CROSS, "10", "DE", "accepted", PRO_KEY, PRO_KEY))]  # PRO-9


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_MODE_1_MODE_2_REG_1_MODE_5_MODE_9(code, words, found, asked):
    refuses(code, words, found, asked)


@pytest.mark.parametrize(
    "symbol, leverage, said",
    [("", "3", "done"), ("", "5", "done"), ("", "4", "bad_leverage"), ("", "7", "bad_leverage"), ("BTCUSDT", "5", "bad_leverage"), ("SOLUSDT", "5", "done")],
)
def test_leverages_offered_MODE_5_ISO_1(symbol, leverage, said):
    asked = Activate(wallet(f"isolated:{symbol}" if symbol else "cross"), leverage, "DE", "accepted", RIGHT, KEY)
    assert outcome(stranger(), asked) == said


def made(found, asked):
    _, entries = decide(found, asked)
    (entry,) = entries
    return entry, {(change.wallet.name, change.key): change.value for change in entry.changes}


def test_opens_the_wallet_and_keeps_terms_and_region_with_the_account_MODE_1():
    entry, changes = made(stranger(), Activate(CROSS, "3", "de", "accepted", RIGHT, KEY))
    assert (entry.kind, entry.at, entry.wallet, entry.postings) == ("activate", NOON, CROSS, ())
    assert changes == {
        ("cross", "opened_at"): str(NOON),
        ("cross", "leverage"): "3",
        ("spot", "region"): "DE",
        ("spot", "quiz_passed_at"): str(NOON),
    }


def test_MODE_7_pro_asks_its_own_questions_once_and_classic_never():
    """Classic opens on the quiz alone; the account that later goes to Pro answers what is left, and then never again."""
    _, changes = made(stranger(), Activate(CROSS, "5", "de", "accepted", RIGHT, PRO_KEY))
    assert ("spot", "pro_quiz_passed_at") not in changes
    after, _ = decide(stranger(), Activate(CROSS, "10", "de", "accepted", PRO_KEY, PRO_KEY))
    assert after.state.setting(wallet("spot"), "pro_quiz_passed_at") == str(NOON)
    assert health(after, CROSS).account_type == "MARGIN_2"


@pytest.mark.parametrize("asked_for, leverage", [(CROSS, "5"), (BTC, "10"), (wallet("isolated:SOLUSDT"), "5")])
def test_default_leverage_MODE_5_and_family_ISO_1(asked_for, leverage):
    entry, changes = made(stranger(), Activate(asked_for, None, "DE", "accepted", RIGHT, KEY))
    assert changes[asked_for.name, "leverage"] == leverage == entry.facts["leverage"] and lines([entry]) == [("activate", "", "0")]


def test_terms_region_and_quiz_count_once_for_the_account_MODE_1():
    entry, changes = made(world(cross={}), Activate(BTC, None, None, "", None, KEY))
    assert changes == {("isolated:BTCUSDT", "opened_at"): str(NOON), ("isolated:BTCUSDT", "leverage"): "10"}
    assert entry.facts["region"] == "DE"


def test_the_limit_of_isolated_wallets_is_none_of_cross_MODE_9():
    found = stranger(**{name: {} for name in OTHERS[:20]})
    assert outcome(found, Activate(CROSS, None, "DE", "accepted", RIGHT, KEY)) == "done"
    assert outcome(found, Activate(BTC, None, "DE", "accepted", RIGHT, KEY)) == "too_many_isolated"


def test_a_region_already_known_is_judged_again_when_another_is_named_REG_1():
    assert outcome(world(), Activate(CROSS, None, "KP", "", None, KEY)) == "region_denied"
