"""borrow ASSET AMOUNT|max: a loan against the collateral of a margin wallet."""

from .call import Call
from .verb import verb
from .words import AmountOrMax, Asset, WalletOption


@verb(writes=True)
def borrow(call: Call, asset: Asset, amount: AmountOrMax, wallet: WalletOption = "cross"):
    """Borrow a coin against the wallet's collateral.

    The first hour of interest is charged at once, then every full hour while the debt lives. max borrows the most the
    rules allow; margincli limits tells how much that is, and why.

    Examples:
      margincli borrow USDT 100
      margincli borrow BTC max --wallet isolated:BTCUSDT --dry-run
    """
    from margincli.domain.operations.borrow import Borrow

    return call.perform(Borrow(call.wallet(wallet), asset, amount))
