"""demo: the whole story on a scratch ledger."""

import io
from contextlib import redirect_stdout

from .call import Call
from .verb import Answer, verb


@verb()
def demo(call: Call):
    """Tell the whole story on a scratch ledger.

    Deposit, borrow, trade, interest, a margin call and a liquidation, in one minute of reading. Your own ledger is not
    touched.

    Examples:
      margincli demo
    """
    from margincli.demo import tell

    if call.format == "table" and not call.quiet:
        return Answer(None, tell())
    story = io.StringIO()
    with redirect_stdout(story):
        exit_code = tell()
    return Answer({"mode": "paper", "command": "demo", "ok": not exit_code, "story": story.getvalue()}, exit_code)
