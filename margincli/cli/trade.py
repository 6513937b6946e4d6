"""trade buy|sell SYMBOL QTY: an order, with borrowing and repaying as its side effects."""

from typing import Annotated

import typer

from .call import Call
from .faults import misuse
from .verb import verb
from .words import Side, Symbol, WalletOption, read_amount, read_price, short

TYPES = {
    "market": "MARKET",
    "limit": "LIMIT",
    "limit-maker": "LIMIT_MAKER",
    "stop-loss": "STOP_LOSS",
    "stop-limit": "STOP_LOSS_LIMIT",
    "stop-loss-limit": "STOP_LOSS_LIMIT",
    "take-profit": "TAKE_PROFIT",
    "take-profit-limit": "TAKE_PROFIT_LIMIT",
    "oco": "OCO",
}
SIDE_EFFECTS = {
    (False, False): "NO_SIDE_EFFECT",
    (True, False): "MARGIN_BUY",
    (False, True): "AUTO_REPAY",
    (True, True): "AUTO_BORROW_REPAY",
}


def read_type(text: str) -> str:
    """The exchange's own spelling is understood too."""
    name = text.strip().lower().replace("_", "-")
    if name == "trailing-stop":
        raise misuse("A trailing stop is a stop with a distance.", "Use --type stop-loss --trailing-delta BIPS, or another of the four that wait for a stop.")
    if name not in TYPES:
        raise misuse(f"'{short(text)}' is not a type of order.", f"Types are: {', '.join(TYPES)}")
    return TYPES[name]


def read_tif(text: str) -> str:
    if text.strip().upper() not in ("GTC", "IOC", "FOK"):
        raise misuse(f"'{short(text)}' is not a time in force.", "It is GTC, IOC or FOK.")
    return text.strip().upper()


def read_bips(text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit() or len(text.strip()) > 9:
        raise misuse(f"'{short(text)}' is not a number of basis points.", "A whole number: 100 is 1 %.")
    return int(text)


Qty = Annotated[str | None, typer.Argument(metavar="[QTY]", help="How much of the base coin."), read_amount]
QuoteQty = Annotated[str | None, typer.Option("--quote-qty", metavar="Q", help="How much of the quote coin to spend or get, instead of QTY."), read_amount]
Type = Annotated[str, typer.Option("--type", metavar="TYPE", help=f"One of {', '.join(TYPES)}."), read_type]
Limit = Annotated[str | None, typer.Option("--price", metavar="P", help="The limit of a limit order."), read_price]
Stop = Annotated[str | None, typer.Option("--stop", metavar="P", help="The price that sets off a stop order."), read_price]
StopLimit = Annotated[str | None, typer.Option("--stop-limit", metavar="P", help="With oco: the limit of its stop leg."), read_price]
ThenPrice = Annotated[str | None, typer.Option("--then-price", metavar="P", help="When it fills: a limit order the other way (OTO)."), read_price]
ThenStop = Annotated[str | None, typer.Option("--then-stop", metavar="P", help="When it fills: a stop the other way; with --then-price both (OTOCO)."), read_price]
Trailing = Annotated[str | None, typer.Option("--trailing-delta", metavar="BIPS", help="Makes a stop follow the market at this distance: 100 is 1 %."), read_bips]
Tif = Annotated[str, typer.Option("--tif", metavar="GTC|IOC|FOK", help="How long a limit order stays: until cancelled, or now or never."), read_tif]
KeepLoan = Annotated[bool, typer.Option("--keep-loan", help="Do not repay what was borrowed for it when it is cancelled.")]
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
    stop_limit: StopLimit = None,
    trailing_delta: Trailing = None,
    then_price: ThenPrice = None,
    then_stop: ThenStop = None,
    tif: Tif = "GTC",
    borrow: Borrow = False,
    repay: Repay = False,
    keep_loan: KeepLoan = False,
):
    """Buy or sell, now or when a price is reached.

    Give QTY of the base coin, or --quote-qty of the quote coin. With --borrow the order borrows what the wallet lacks,
    with --repay its proceeds pay down the debt of the same coin. A limit that does not cross the market rests, and so do
    stops; they fill as the prices you bring in reach them, by the convention of margincli rules show order. A stop with
    --trailing-delta follows the market; its --stop, if any, is where it begins to.

    Examples:
      margincli trade buy BTCUSDT 0.01
      margincli trade buy BTCUSDT --quote-qty 300 --borrow
      margincli trade sell BTCUSDT 0.01 --type limit --price 70000 --repay
      margincli trade sell BTCUSDT 0.01 --type oco --price 70000 --stop 55000
      margincli trade sell BTCUSDT 0.01 --type stop-loss --trailing-delta 250
      margincli trade buy BTCUSDT 1 --type limit --price 58000 --then-stop 55000
    """
    _require_sense(qty, quote_qty, type, price, stop, trailing_delta)
    from margincli.domain.operations.trade import Trade

    prices = {"stop": stop, "stop_limit": stop_limit, "then_price": then_price, "then_stop": then_stop}
    request = Trade(call.wallet(wallet), side.upper(), symbol, qty, quote_qty, type, price, SIDE_EFFECTS[borrow, repay], tif=tif, trailing=trailing_delta, **prices)
    return call.perform(request._replace(at_cancel="KEEP" if keep_loan else "REPAY"))


def _require_sense(qty, quote_qty, type, price, stop, trailing) -> None:
    """Words that contradict each other are asked about, not guessed."""
    if (qty is None) == (quote_qty is None):
        raise misuse("An order needs QTY or --quote-qty, one of the two.", "Such as: margincli trade buy BTCUSDT 0.01")
    name = next(name for name, known in TYPES.items() if known == type)
    stops = type.startswith(("STOP", "TAKE"))
    if trailing is not None and not stops:
        raise misuse(f"A {name} order takes no --trailing-delta.", "Trailing stops are of type stop-loss, take-profit, or their limit forms.")
    if trailing is not None and stop is None:
        stop = trailing  # a stop of its own is optional then
    for option, value, needed in (("--price", price, "LIMIT" in type or type == "OCO"), ("--stop", stop, stops or type == "OCO")):
        if (value is not None) != needed:
            hint = f"Add {option} P." if needed else f"Leave {option} out, or choose another --type."
            raise misuse(f"A {name} order {'needs its' if needed else 'takes no'} {option}.", hint)
