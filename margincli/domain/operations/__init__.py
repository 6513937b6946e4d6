"""One file a verb: a request, its checks in the order in which they refuse, and the entries it makes.

``decide`` finds the decision for a request by its type, and asks of every result that it leave no wallet in danger.
"""

from functools import cache
from importlib import import_module
from typing import Any

from ..journal import Entry
from ..refusals import Refused
from ..risk import EXCESSIVE, FORCE_LIQUIDATION, MARGIN_CALL, NORMAL, PRE_LIQUIDATION, health, shown
from ..schemes import scheme_of
from ..world import World

VERBS = ("activate", "alert", "borrow", "cancel", "close", "cool_off", "deposit", "dust", "exchange_debts", "isolated", "leverage", "liquidate", "liquidation_loan", "repay", "settings", "top_up", "trade", "transfer", "withdraw")


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


BANDS = (EXCESSIVE, NORMAL, MARGIN_CALL, PRE_LIQUIDATION, FORCE_LIQUIDATION)  # each worse than the one before (THR-7)
CONSEQUENCES = {
    MARGIN_CALL: ("margin_call_at", "a margin call would stand"),
    PRE_LIQUIDATION: ("pre_liquidation_at", "pre-liquidation would begin"),
    FORCE_LIQUIDATION: ("liquidation_at", "it would be liquidated"),
}


@cache
def _verb_of(request: type) -> Any:
    return import_module(request.__module__)


def require_health(before: World, after: World) -> None:
    """THR-7: no request takes a wallet from one band into a worse one in which it is called or liquidated. Raises Refused unhealthy_result."""
    for wallet in after.state.wallets(after.owner):
        if not after.state.owes(wallet) or not scheme_of(after, wallet).lends:
            continue
        old, new = health(before, wallet), health(after, wallet)
        if new.band in CONSEQUENCES and BANDS.index(new.band) > BANDS.index(old.band):
            bar, consequence = CONSEQUENCES[new.band]
            raise Refused("unhealthy_result", wallet=wallet.name, level=shown(new.level), bar=getattr(new.bands, bar), consequence=consequence)
