"""activate and leverage on a terminal: the rules say what is missing, and a person is asked for just that."""

import sys
from typing import Any, Callable

from .asking import ask, declined
from .faults import WordFault
from .words import read_region

_HINT = "Scripts pass it all as options: margincli activate --help"


def perform_asking(call, request, questions: Callable[[], list[dict]]) -> dict[str, Any]:
    """Perform the request; whatever it is refused for that a person can answer is asked, and it is tried again."""
    while True:
        try:
            return call.perform(request)
        except Exception as refusal:
            answer = _ANSWERS.get(getattr(refusal, "code", ""))
            if answer is None or not call.may_ask:
                raise
            why = refusal
        request = answer(request, why, questions)


def _terms(request, refusal, questions):
    _say("Margin multiplies losses as it multiplies gains; a wallet that falls too low is sold to pay its debts.")
    if ask("Do you accept that, on paper? [y/N]", _HINT).lower() not in ("y", "yes"):
        raise declined(_HINT)
    return request._replace(terms="accepted")


def _region(request, refusal, questions):
    while True:
        said = ask("Where do you live (country code, such as DE)?", _HINT)
        try:
            return request._replace(region=read_region(said))
        except WordFault as fault:
            _say(f"{fault.message} {fault.hint}")


def _quiz(request, refusal, questions):
    """The questions that the rules name: all that are needed, or those answered wrong before."""
    facts = getattr(refusal, "facts", {})
    wrong = facts.get("wrong", "")
    named = (wrong or facts.get("questions", "")).split(", ")
    asked = [question for question in questions() if named == [""] or question["id"] in named]
    if wrong:
        _say(f"\nNot right yet: {wrong}.")
    answers = {question["id"]: _answer(number, len(asked), question) for number, question in enumerate(asked, 1)}
    return request._replace(answers={**(request.answers or {}), **answers})


def _answer(number: int, of: int, question: dict) -> str:
    choices = question["choices"]
    _say(f"\n{number}/{of}  {question['question']}")
    for key, text in choices.items():
        _say(f"  {key}  {text}")
    while True:
        said = ask(f"[{'/'.join(choices)}]", _HINT).lower()
        if said in choices:
            return said


def _say(text: str) -> None:
    print(text, file=sys.stderr)


_ANSWERS = {"terms_not_accepted": _terms, "region_missing": _region, "quiz_missing": _quiz, "questionnaire_missing": _quiz, "quiz_failed": _quiz}
