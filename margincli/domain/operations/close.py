"""close: trade a position back and repay its debt, in one go (REP-8)."""

from decimal import Decimal
from typing import NamedTuple

from ..filters import market_price
from ..journal import Account, Entry, Wallet
from ..money import ZERO, down_to_step
from ..orders import cancel, open_orders
from ..refusals import Refused
from ..rulebook import Pair
from ..steps import pay_down
from ..world import World, chain
from .repay import fill_at_market, free, quantity_up, step_of
from .trade import pair_open
from .words import may_trade, require_free, wallet_active, wallet_lends, wallet_named


class Close(NamedTuple):
    """The position of a wallet in one pair: what it holds of the base coin less what it owes of it (ML-8)."""

    wallet: Wallet
    symbol: str


def position(world: World, request: Close) -> Decimal:
    """Above zero for a long, below for a short."""
    return world.state.holding(request.wallet, world.rules.pair(request.symbol).base).net_asset


def market_known(world: World, request: Close) -> None:
    """At the market means at the pair's own last price."""
    market_price(world, request)


def position_there(world: World, request: Close) -> None:
    """REP-8: a debt in the pair, with something to trade back or to pay it with."""
    after, _ = chain(world, lambda now: _cancel_orders(now, request))
    pair = world.rules.pair(request.symbol)
    owes_base, owes_quote = (after.state.holding(request.wallet, coin).debt for coin in (pair.base, pair.quote))
    if not owes_base and not (owes_quote and _to_sell(after, request)):
        raise Refused("no_position", wallet=request.wallet.name, symbol=request.symbol, base=pair.base, quote=pair.quote)


def buying_affordable(world: World, request: Close) -> None:
    """REP-8: a short is bought back with the quote coin that is free (-3041)."""
    after, _ = chain(world, lambda now: _cancel_orders(now, request))
    pair, qty = world.rules.pair(request.symbol), _to_buy(after, request)
    for entry in fill_at_market(after, request.wallet, pair, "BUY", qty, market_price(after, request)) if qty else ():
        remedy = f"Transfer {pair.quote} in, or pay with other coins: margincli repay {pair.base} all --sell COIN"
        require_free(after, request.wallet, pair.quote, Decimal(entry.facts["quote_qty"]), remedy)


CHECKS = (
    wallet_named,
    wallet_lends,
    pair_open,
    wallet_active,
    market_known,
    may_trade,
    position_there,
    buying_affordable,
)


def decide(world: World, request: Close):
    """Orders of the coin are cancelled first. A short buys back what it lacks and repays; a long repays what it owes of the base
    coin itself, sells all the rest, and pays the quote debt with all that is free of it."""
    pair = world.rules.pair(request.symbol)
    after, cancelled = chain(world, lambda now: _cancel_orders(now, request))
    steps = [lambda now: _buy(now, request), lambda now: _repay(now, request, pair.base)]
    if position(after, request) > 0:
        steps += [lambda now: _sell(now, request), lambda now: _repay(now, request, pair.quote)]
    after, entries = chain(after, *steps)
    return after, cancelled + entries


# --- the steps ---


def _cancel_orders(world: World, request: Close) -> list[Entry]:
    """REP-8: every order that gives or takes the base coin; what was borrowed for one is paid back (BOR-11)."""
    base, entries = world.rules.pair(request.symbol).base, []
    for order in open_orders(world.state, request.wallet):
        pair = world.rules.pair(order.symbol)
        if base in (pair.base, pair.quote) and world.state.setting(request.wallet, order.key):  # not ended with its list
            world, ended = cancel(world, request.wallet, order)
            entries += ended
    return entries


def _buy(world: World, request: Close) -> list[Entry]:
    pair, qty = world.rules.pair(request.symbol), _to_buy(world, request)
    return fill_at_market(world, request.wallet, pair, "BUY", qty, market_price(world, request)) if qty else []


def _sell(world: World, request: Close) -> list[Entry]:
    """Nothing where the pair's quote coin is not owed: what is held is the user's own."""
    pair, qty = world.rules.pair(request.symbol), _to_sell(world, request)
    owed = world.state.holding(request.wallet, pair.quote).debt
    return fill_at_market(world, request.wallet, pair, "SELL", qty, market_price(world, request)) if qty and owed else []


def _repay(world: World, request: Close, asset: str) -> list[Entry]:
    """REP-1: the debt, as far as the coin is free."""
    amount = min(world.state.holding(request.wallet, asset).debt, free(world, request.wallet, asset))
    return pay_down(world, request.wallet, asset, amount, Account(request.wallet, "free"), "repay", type="MANUAL")


def _to_buy(world: World, request: Close) -> Decimal:
    """What the debt in the base coin lacks, with the fee on top, up to a whole step."""
    pair: Pair = world.rules.pair(request.symbol)
    lacking = world.state.holding(request.wallet, pair.base).debt - free(world, request.wallet, pair.base)
    return quantity_up(world, request.wallet, pair, "BUY", market_price(world, request), max(ZERO, lacking))


def _to_sell(world: World, request: Close) -> Decimal:
    """All that is free of the base coin, in whole steps."""
    pair = world.rules.pair(request.symbol)
    return down_to_step(free(world, request.wallet, pair.base), step_of(world, pair))
