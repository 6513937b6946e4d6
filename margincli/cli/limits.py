"""limits: how much can be borrowed and moved out, and what stands in the way of more."""

from .call import Call
from .verb import verb
from .words import SomeAsset


@verb()
def limits(call: Call, asset: SomeAsset = None):
    """Show how much can be borrowed and moved out, and why.

    For every margin wallet of the account: the tightest bound first, then how far the next ones would reach. What is
    not allowed at all is told with its reason, and with the commands of which one would allow it.

    Examples:
      margincli limits
      margincli limits USDT --json
    """
    from margincli import account

    return account.limits(call.mine, asset)
