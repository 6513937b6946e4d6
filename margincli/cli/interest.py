"""interest: what the debts have cost."""

from .call import Call
from .verb import verb
from .words import AssetOption, SinceOption, SumOption


@verb()
def interest(call: Call, asset: AssetOption = None, since: SinceOption = None, sum: SumOption = False):
    """Show the interest charged, hour by hour or summed.

    Rows carry the same columns as the exchange's own.

    Examples:
      margincli interest --asset USDT
      margincli interest --since 2024-09-01 --sum
    """
    from margincli import records

    return records.interest(call.mine, asset, since, sum)
