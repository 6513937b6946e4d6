"""deposit ASSET AMOUNT: the outside world -> the spot wallet."""

from .call import Call
from .verb import verb
from .words import Amount, Asset


@verb(writes=True)
def deposit(call: Call, asset: Asset, amount: Amount):
    """Bring coins from outside into the spot wallet.

    The first deposit creates the ledger and the account.

    Examples:
      margincli deposit USDT 1000
      margincli deposit BTC 0.5 --at 2024-09-01T12:00:00Z
    """
    from margincli.domain.operations.deposit import Deposit

    return call.perform(Deposit(asset, amount))
