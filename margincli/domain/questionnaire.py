"""What the account had to answer: the margin quiz (MODE-2), and the questionnaire of a leverage that has its own (MODE-7).

Answers belong to the account, not to one wallet: what was passed is kept with its spot wallet. The questions of a scheme's own
questionnaire have ids that begin with the scheme's mark; all the others are the margin quiz.
"""

from .journal import Change, Wallet
from .refusals import Refused
from .schemes import SCHEMES, region_listed, scheme_at
from .world import World

OWN = tuple(scheme.quiz for scheme in SCHEMES.values() if scheme.quiz)


def passport(wallet: Wallet) -> Wallet:
    return Wallet(wallet.owner, "spot")


def has_terms(world: World, wallet: Wallet) -> bool:
    return bool(world.state.setting(passport(wallet), "quiz_passed_at"))


def require_quiz(world: World, request) -> None:
    """MODE-2: all answers right, as many tries as it takes; once per account."""
    if not has_terms(world, request.wallet):
        _require(request, {name: right for name, right in request.key.items() if not name.startswith(OWN)}, "quiz_missing")


def require_questionnaire(world: World, request) -> None:
    """MODE-7: a leverage with a questionnaire of its own asks that too, once per account."""
    scheme = scheme_at(world.rules, request.wallet, request.leverage)
    if scheme.quiz and not world.state.setting(passport(request.wallet), _passed(scheme.quiz)):
        key = {name: right for name, right in request.key.items() if name.startswith(scheme.quiz)}
        _require(request, key, "questionnaire_missing")


def _require(request, key: dict[str, str], missing: str) -> None:
    answers = request.answers or {}
    if not answers.keys() & key.keys():
        raise Refused(missing, leverage=request.leverage, questions=", ".join(key))
    wrong = [question for question, right in key.items() if str(answers.get(question, "")).lower() != right]
    if wrong:
        raise Refused("quiz_failed", wrong=", ".join(wrong), total=len(key))


def passed_now(world: World, request) -> tuple[Change, ...]:
    """What is written down of a questionnaire of the leverage's own when it is passed for the first time."""
    scheme, spot = scheme_at(world.rules, request.wallet, request.leverage), passport(request.wallet)
    if not scheme.quiz or world.state.setting(spot, _passed(scheme.quiz)):
        return ()
    return (Change(spot, _passed(scheme.quiz), str(world.now)),)


def _passed(quiz: str) -> str:
    return f"{quiz}quiz_passed_at".replace("-", "_")


def require_region(world: World, wallet: Wallet, leverage: str | None, region: str) -> None:
    """MODE-7: a scheme may be offered in some regions only. Raises Refused leverage_not_here."""
    scheme, lives = scheme_at(world.rules, wallet, leverage), region.upper() or world.state.setting(passport(wallet), "region")
    if scheme.regions and not region_listed(world.rules, scheme.regions, lives):
        raise Refused("leverage_not_here", leverage=leverage, region=lives or "your region", rule=scheme.regions)
