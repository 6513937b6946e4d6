"""check: prove the books."""

from .call import Call
from .verb import Answer, verb

DO_NOT_HOLD = 8


@verb()
def check(call: Call):
    """Prove the books.

    Every entry balances, balances are the sum of the journal, every hour of interest is derived again, nothing is below zero that cannot be. Exit code 8 and a
    list where that does not hold.

    Examples:
      margincli check
    """
    from margincli import records

    document = records.check(call.mine)
    return Answer(document, 0 if document["ok"] else DO_NOT_HOLD)
