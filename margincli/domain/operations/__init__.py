"""One file a verb: a request, its checks in the order in which they refuse, and the entries it makes.

``decide`` finds the decision for a request by its type, and asks of every result that it leave no wallet in danger.
"""

from functools import cache
from importlib import import_module
from typing import Any

from ..journal import Entry
from ..refusals import Refused
from ..risk import FORCE_LIQUIDATION, MARGIN_CALL, health, shown
from ..schemes import scheme_of
from ..world import World

VERBS = ("activate", "alert", "borrow", "cancel", "close", "cool_off", "deposit", "dust", "exchange_debts", "isolated", "leverage", "liquidate", "liquidation_loan", "repay", "settings", "top_up", "trade", "transfer", "withdraw")


_UNSOUND = (FORCE_LIQUIDATION, MARGIN_CALL)


def decide(world: World, request) -> tuple[World, list[Entry]]:
    """Run the request's checks, make its entries, require health of the result.

    Returns the world after them and the entries in order. Raises Refused, having changed nothing.
    """
    verb = _verb_of(type(request))
    for check in verb.CHECKS:
        check(world, request)
    after, entries = verb.decide(world, request)
    require_health(world, after)
    return after, entries


@cache
def _verb_of(request: type) -> Any:
    return import_module(request.__module__)


def require_health(before: World, after: World) -> None:
    """No request turns a healthy wallet unhealthy, and none takes one to liquidation. Raises Refused unhealthy_result."""
    for wallet in after.state.wallets(after.owner):
        if not after.state.owes(wallet) or not scheme_of(after, wallet).lends:
            continue
        old, new = health(before, wallet), health(after, wallet)
        if new.band in _UNSOUND and old.band not in (new.band, FORCE_LIQUIDATION):
            bar, consequence = (new.bands.liquidation_at, "it would be liquidated") if new.band == FORCE_LIQUIDATION else (new.bands.margin_call_at, "a margin call would stand")
            raise Refused("unhealthy_result", wallet=wallet.name, level=shown(new.level), bar=bar, consequence=consequence)
