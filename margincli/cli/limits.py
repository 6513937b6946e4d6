"""limits: how much can be borrowed and moved out, and what stands in the way of more."""

from .call import Call
from .verb import verb
from .words import SomeAsset


@verb()
def limits(call: Call, asset: SomeAsset = None):
    """Show how much can be borrowed and moved out, and why.

    For every margin wallet of the account, with the bound that holds for each amount.

    Examples:
      margincli limits
      margincli limits USDT --json
    """
    from margincli import account

    return account.limits(call.mine, asset)
