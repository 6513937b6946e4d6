"""withdraw ASSET AMOUNT: the spot wallet -> the outside world."""

from .call import Call
from .verb import verb
from .words import Amount, Asset


@verb(writes=True)
def withdraw(call: Call, asset: Asset, amount: Amount):
    """Take coins from the spot wallet to the outside.

    Coins of a margin wallet have to be moved to spot first: margincli transfer.

    Examples:
      margincli withdraw USDT 250
    """
    from margincli.domain.operations.withdraw import Withdraw

    return call.perform(Withdraw(asset, amount))
