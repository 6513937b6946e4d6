"""activate: answers from a file for scripts, questions for a person."""

import json

import pytest

ANSWERS = {"margin-level": "b"}


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(ANSWERS))
    return str(path)


def test_from_options(margincli, desk, answers):
    assert margincli("activate", "cross", "--leverage", "5", "--region", "de", "--accept-terms", "--answers", answers).code == 0
    assert desk.request == ("Activate", "cross", "5", "DE", "accepted", ANSWERS, {"margin-level": "b"})


def test_nothing_is_made_up(margincli, desk):
    assert margincli("activate", "isolated:btcusdt").code == 0
    assert desk.request == ("Activate", "isolated:BTCUSDT", None, None, "", None, {"margin-level": "b"})


def test_questions_need_no_ledger(margincli, desk):
    result = margincli("activate", "--questions")
    assert result.code == 0 and "margin-level" in result.out and desk.asked == [("quiz",)]
    assert margincli("activate", "--questions", "--json").document["questions"][0]["choices"] == {"a": "This", "b": "That"}


@pytest.mark.parametrize(
    ("content", "exit_code"), [(None, 4), ("", 2), ("[]", 2), ('{"a": 1}', 2), ("{" * 5000, 2), ("\udcff", 2)], ids=["none", "empty", "list", "number", "deep", "bytes"]
)
def test_bad_answers(margincli, desk, tmp_path, content, exit_code):
    path = tmp_path / "bad.json"
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
    result = margincli("activate", "--answers", str(path))
    assert result.code == exit_code and result.err.count("\n") == 2 and not desk.asked
    assert margincli("activate", "--answers", str(tmp_path)).code == 2


@pytest.fixture
def strict(desk, monkeypatch):
    """A desk that refuses an activation in the order of the rules until all is there."""
    import margincli.desk
    from margincli.domain.operations import activate
    from margincli.domain.refusals import Refused

    def perform(call, request):
        desk.asked.append(("perform", call, request))
        if not request.terms:
            raise Refused("terms_not_accepted")
        if not request.region:
            raise Refused("region_missing")
        if not request.answers:
            raise Refused("quiz_missing")
        wrong = [question for question, right in request.key.items() if request.answers.get(question) != right]
        if wrong:
            raise Refused("quiz_failed", wrong=", ".join(wrong), total=1)
        return {"entries": []}

    assert activate.Activate._fields[3:] == ("terms", "answers", "key")
    monkeypatch.setattr(margincli.desk, "perform", perform)
    return desk


def test_a_person_is_asked_for_what_is_missing(margincli, strict, terminal):
    terminal("y", "nowhere", "de", "x", "a", "B")
    result = margincli("activate")
    assert result.code == 0
    assert strict.request == ("Activate", "cross", None, "DE", "accepted", ANSWERS, {"margin-level": "b"})
    assert "What does it compare?" in result.err and "What does it compare?" not in result.out
    assert "Not right yet: margin-level." in result.err


def test_a_person_is_not_asked_twice(margincli, strict, terminal, answers):
    terminal()
    assert margincli("activate", "--region", "de", "--accept-terms", "--answers", answers).code == 0


@pytest.mark.parametrize("typed", [(), ("n",), ("y",), ("y", "de"), ("y", "de", "z")])
def test_a_person_may_walk_away(margincli, strict, terminal, typed):
    terminal(*typed)
    result = margincli("activate")
    assert result.code == 3 and "Nothing was done" in result.err


@pytest.mark.parametrize("words", [["--yes"], ["--quiet"], ["--json"], []])
def test_a_script_is_never_asked(margincli, strict, terminal, words):
    if words:
        terminal("y", "de", "b")
    result = margincli("activate", *words)
    assert result.code == 3 and len(strict.asked) == 2  # the key, and one try


def test_a_person_is_asked_only_the_questions_that_the_rules_name_MODE_7(margincli, desk, monkeypatch, terminal):
    """Opening at 10x: the margin quiz first, then the questionnaire of Pro; classic names the first alone."""
    from margincli import desk as the_desk
    from margincli.domain.refusals import Refused

    def perform(call, request):
        for code, question in (("quiz_missing", "margin-level"), ("questionnaire_missing", "pro-level")):
            if question not in (request.answers or {}):
                raise Refused(code, leverage="10", questions=question)
        desk.asked.append(("perform", call, request))
        return {"entries": []}

    monkeypatch.setattr(the_desk, "perform", perform)
    (known,) = desk.answers["quiz"]["questions"]
    desk.answers["quiz"] = {"questions": [known, {**known, "id": "pro-level", "question": "What of Pro?"}]}
    terminal("b", "a")
    result = margincli("activate", "--leverage", "10", "--region", "de", "--accept-terms")
    assert result.code == 0 and result.err.count("What does it compare?") == result.err.count("What of Pro?") == 1
    terminal("b", "a")
    assert margincli("leverage", "10").code == 0 and desk.request[:4] == ("Leverage", "cross", "10", {"margin-level": "b", "pro-level": "a"})
