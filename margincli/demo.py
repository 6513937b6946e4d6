"""The story of a margin account on a scratch ledger: the real commands, run one after another, with a word on each.

Nothing is staged: every line that begins with $ is carried out by the same program, at its own moment of a week in
September 2024, on prices that the story sets.
"""

import json
import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Iterator

from .cli.printing import put
from .cli.shell import run
from .records import quiz_key

# (time, what the reader is told, command); a command that ends in -q is shown without it
STORY = (
    ("09-02T08:00", "BTC stands at 60,000 USDT.", "price set BTCUSDT 60000 -q"),
    ("09-02T08:00", "You bring 1,000 USDT into the spot wallet.", "deposit USDT 1000 -q"),
    ("09-02T08:01", "Terms, region, quiz: a cross margin wallet opens, at 3x.", "activate cross --leverage 3 --region DE --accept-terms --answers answers.json -q"),
    ("09-02T08:02", "The money moves into it as collateral.", "transfer USDT 1000 --from spot --to cross -q"),
    ("09-02T08:03", "At 3x, 1,000 USDT control 3,000: 2,000 more can be borrowed.", "limits USDT"),
    ("09-02T08:04", "You buy for 2,900. The missing 1,900 are borrowed with the order, and their first hour is charged at once.", "trade buy BTCUSDT --quote-qty 2900 --borrow"),
    ("09-03T08:04", "A day goes by. Interest runs by the hour, each hour rounded up at the eighth decimal.", "accrue"),
    ("09-03T09:00", "The price falls by a tenth.", "price set BTCUSDT 54000 -q"),
    ("09-03T09:01", "You sell a little; with --repay what comes in pays the debt, interest first.", "trade sell BTCUSDT 0.005 --repay"),
    ("09-04T15:30", "It falls on.", "price set BTCUSDT 47500 -q"),
    ("09-04T15:31", "At level 1.3 the margin call comes.", "status"),
    ("09-05T02:10", "And on, while you sleep.", "price set BTCUSDT 40000 -q"),
    ("09-05T02:11", "At level 1.1 the house sells until the level is back at 1.5, and takes 2 % for the insurance fund.", "liquidate"),
    ("09-05T02:12", "What the loan has cost so far.", "interest --sum"),
    ("09-05T02:13", "And the books: every entry balanced, every balance the sum of its entries, every hour of interest derived again.", "check"),
)


def tell() -> int:
    """Run the story, on standard output. The exit code of the first command that failed, or 0."""
    with TemporaryDirectory(prefix="margincli-demo-") as scratch, _stage(Path(scratch)) as answers:
        for time, told, command in STORY:
            os.environ["MARGINCLI_AT"] = f"2024-{time}:00Z"
            put(f"{told}\n$ margincli {command.removesuffix(' -q')}")
            code = run(command.replace("answers.json", str(answers)).split())
            if code:
                return code
            put("")
        put("That was a scratch ledger, and it is gone. Yours begins with: margincli deposit USDT 1000")
    return 0


@contextmanager
def _stage(scratch: Path) -> Iterator[Path]:
    """A ledger of its own for the time of the story; whatever the user has set is back afterwards."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("MARGINCLI_", "XDG_CONFIG"))}
    for name in kept:
        del os.environ[name]
    os.environ.update(MARGINCLI_LEDGER=str(scratch / "ledger.db"), XDG_CONFIG_HOME=str(scratch))
    answers = scratch / "answers.json"
    answers.write_text(json.dumps(quiz_key()), encoding="utf-8")
    try:
        yield answers
    finally:
        for name in [name for name in os.environ if name.startswith(("MARGINCLI_", "XDG_CONFIG"))]:
            del os.environ[name]
        os.environ.update(kept)
