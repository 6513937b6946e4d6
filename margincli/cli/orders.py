"""orders: what rests until a price reaches it."""

from .call import Call
from .verb import verb
from .words import SomeSymbol


@verb()
def orders(call: Call, symbol: SomeSymbol = None):
    """Show the orders that rest.

    Of one pair if you name it. Those that the prices known at --at have filled are gone.

    Examples:
      margincli orders
      margincli orders BTCUSDT --json
    """
    from margincli import records

    return records.orders(call.mine, symbol)
