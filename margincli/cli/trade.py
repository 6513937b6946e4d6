"""trade buy|sell SYMBOL QTY: an order, with borrowing and repaying as its side effects."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse, not_yet
from .verb import verb
from .words import Side, Symbol, WalletOption, read_amount, read_price, short

TYPES = ("market", "limit")
LATER = ("stop-limit", "stop-market", "stop-loss", "stop-loss-limit", "take-profit", "take-profit-limit", "limit-maker", "trailing-stop", "oco")
SIDE_EFFECTS = {
    (False, False): "NO_SIDE_EFFECT",
    (True, False): "MARGIN_BUY",
    (False, True): "AUTO_REPAY",
    (True, True): "AUTO_BORROW_REPAY",
}


def read_type(text: str) -> str:
    """The exchange's own spelling is understood too."""
    name = text.strip().lower().replace("_", "-")
    if name in LATER:
        raise not_yet(f"Orders of type {name} are", f"Types are: {', '.join(TYPES)}")
    if name not in TYPES:
        raise misuse(f"'{short(text)}' is not a type of order.", f"Types are: {', '.join(TYPES)}")
    return name.upper()


Qty = Annotated[str | None, typer.Argument(metavar="[QTY]", help="How much of the base coin."), read_amount]
QuoteQty = Annotated[str | None, typer.Option("--quote-qty", metavar="Q", help="How much of the quote coin to spend or get, instead of QTY."), read_amount]
Type = Annotated[str, typer.Option("--type", metavar="|".join(TYPES), help="market fills at the price of the moment, limit at --price or better."), read_type]
Limit = Annotated[str | None, typer.Option("--price", metavar="P", help="The limit of a limit order."), read_price]
Stop = Annotated[str | None, typer.Option("--stop", metavar="P", help="The price that sets off a stop order."), read_price]
Borrow = Annotated[bool, typer.Option("--borrow", help="Borrow what the order lacks.")]
Repay = Annotated[bool, typer.Option("--repay", help="Pay debts with what the order brings.")]


@verb(writes=True)
def trade(
    call: Call,
    side: Side,
    symbol: Symbol,
    qty: Qty = None,
    wallet: WalletOption = "cross",
    quote_qty: QuoteQty = None,
    type: Type = "market",
    price: Limit = None,
    stop: Stop = None,
    borrow: Borrow = False,
    repay: Repay = False,
):
    """Buy or sell, borrowing and repaying if you like.

    Give QTY of the base coin, or --quote-qty of the quote coin. With --borrow the order borrows what the wallet lacks,
    with --repay its proceeds pay down the debt of the same coin.

    Examples:
      margincli trade buy BTCUSDT 0.01
      margincli trade buy BTCUSDT --quote-qty 300 --borrow
      margincli trade sell BTC/USDT 0.01 --type limit --price 60000 --repay
    """
    _require_sense(qty, quote_qty, type, price, stop)
    from margincli.domain.operations.trade import Trade

    effect = SIDE_EFFECTS[borrow, repay]
    return call.perform(Trade(call.wallet(wallet), side.upper(), symbol, qty, quote_qty, type, price, effect))


def _require_sense(qty, quote_qty, type, price, stop) -> None:
    """Words that contradict each other are asked about, not guessed."""
    if (qty is None) == (quote_qty is None):
        raise misuse("An order needs QTY or --quote-qty, one of the two.", "Such as: margincli trade buy BTCUSDT 0.01")
    if type == "LIMIT" and price is None:
        raise misuse("A limit order needs its --price.", "Add --price P, or leave --type limit out.")
    if type == "MARKET" and price is not None:
        raise misuse("A market order takes no --price.", "Add --type limit, or leave --price out.")
    if stop is not None:
        raise not_yet("Orders with a --stop are", f"Types are: {', '.join(TYPES)}")
