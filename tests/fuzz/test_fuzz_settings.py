"""The config file, the answers to the quiz and the environment, spoilt: understood, or refused in one line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from living import ANSWERS, NOW, lawful, read
from mangling import NASTY, spoilt, tries

from margincli.cli.activate import read_answers

CONFIG = b'account = "main"\nat = "2024-09-02T08:00:00Z"\nformat = "json"\n'
QUIZ = ANSWERS.read_bytes()
texts = st.one_of(st.integers(0, len(NASTY) - 1).map(lambda number: NASTY[number].replace(b"\0", b"").decode("utf-8", "surrogateescape")), st.text(max_size=20).filter(lambda text: "\0" not in text and text.isprintable()))
VARIABLES = ("MARGINCLI_ACCOUNT", "MARGINCLI_AT", "MARGINCLI_FORMAT", "MARGINCLI_LEDGER", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME", "NO_COLOR", "TERM", "COLUMNS", "TZ", "LC_ALL")


def lawful_in_any_format(said):
    """Where the setting asks for JSON, the fault is a document."""
    if said.code and said.out and said.code != 8:
        document = json.loads(said.out)
        assert said.err == "" and document["error"] and document["message"], said
        assert said.code in (2, 3, 4, 5)
        return said
    return lawful(said)


@pytest.mark.slow
@tries(80)
@given(spoilt((CONFIG, b'ledger = "%s"\n' % b"x.db", b"")))
def test_a_config_file(room, raw):
    (room.directory / "config" / "margincli").mkdir(parents=True, exist_ok=True)
    room.write("config/margincli/config.toml", raw)
    lawful_in_any_format(room.run("status", "--ledger", room.ledger))
    lawful_in_any_format(room.run("nonsense"))


@pytest.mark.slow
@tries(400)
@given(spoilt((QUIZ, json.dumps(json.loads(QUIZ)).encode())))
def test_answers_are_read_or_refused(room, raw):
    found = read(read_answers, str(room.write("answers.json", raw)))
    assert found is None or all(isinstance(text, str) for pair in found.items() for text in pair)


@pytest.mark.slow
@tries(40)
@given(spoilt((QUIZ,), most=3))
def test_an_activation_is_whole_or_leaves_no_trace(room, raw):
    words = ("activate", "--account", "other", "--region", "DE", "--accept-terms", "--answers", room.write("answers.json", raw), "--ref", "once")
    room.writes_whole_or_not(*words, then=[words])


@pytest.mark.slow
@tries(200)
@given(st.dictionaries(st.sampled_from(VARIABLES), texts, min_size=1, max_size=3))
def test_the_environment(room, variables):
    """Whatever a shell hands over; a ledger it names is only read, and lies nowhere near the user's own."""
    if "MARGINCLI_LEDGER" in variables:
        variables["MARGINCLI_LEDGER"] = str(room.directory / "of") + "/" + variables["MARGINCLI_LEDGER"]
    lawful_in_any_format(room.run("status", environment={"MARGINCLI_LEDGER": str(room.ledger), "MARGINCLI_AT": NOW, **variables}))
