"""Collecting rows: one a moment, one symbol a file, and a note of everything that was not taken."""

from collections import Counter

from .fault import FeedError, RowRefused
from .symbols import plain_symbol

PROGRESS_EVERY = 20_000
MOST_REFUSED = 100_000  # rows, each remembered with its reason; beyond that the file is none of ours


def require_few(source, refused):
    if len(refused) > MOST_REFUSED:
        raise FeedError("too_many_refused", f"{source.shown}: more than {MOST_REFUSED} rows cannot be taken, so none was; "
                        f"first, row at line {refused[0][0]}: {refused[0][1]}. Correct the file or export it again.", file=source.shown)


class Gathered:
    """What has been read so far; `rows` maps an open time to (line number, row)."""

    def __init__(self, source):
        self.source = source
        self.rows = {}
        self.refused = []
        self.lasts = Counter()
        self.duplicates = 0
        self.conflicting = 0
        self.symbol = None
        self._written = None  # the symbol as the file writes it: most rows repeat it, and need no second look

    def take(self, items, read, progress):
        """Read every (line number, item) with `read`, which answers a Row or raises RowRefused."""
        source, done = self.source, 0
        for done, (number, item) in enumerate(items, 1):
            try:
                self._add(number, read(number, item))
            except RowRefused as refusal:
                self.refused.append((number, str(refusal)))
                require_few(source, self.refused)
            if progress and done % PROGRESS_EVERY == 0:
                progress(done, source.position(), source.size)
        if progress:
            progress(done, source.size, source.size)

    def _add(self, number, row):
        if row.symbol != self._written:
            self._meet_symbol(number, row.symbol)
        if row.open_at in self.rows:
            self._settle_duplicate(number, row)
        else:
            self.rows[row.open_at] = (number, row)
        if row.lasts is not None:
            self.lasts[row.lasts] += 1

    def _meet_symbol(self, number, written):
        try:
            symbol = plain_symbol(written)
        except ValueError as fault:
            raise RowRefused(f"symbol {fault}") from None
        if self.symbol and symbol != self.symbol:
            name = self.source.shown
            raise FeedError("two_symbols", f"{name}: holds {self.symbol} and, from line {number}, {symbol}; "
                            "nothing was taken. Split it into a file for each.", file=name, line=number,
                            symbols=[self.symbol, symbol])
        self.symbol, self._written = symbol, written

    def _settle_duplicate(self, number, row):
        """The first in the file stays, unless it was counted in seconds and the newcomer is the finer original."""
        kept = self.rows[row.open_at][1]
        self.duplicates += 1
        self.conflicting += kept.prices != row.prices
        if kept.coarse and not row.coarse:
            self.rows[row.open_at] = (number, row)

    def drop(self, times, reason):
        for time in times:
            number, _ = self.rows.pop(time)
            self.refused.append((number, reason))
        self.refused.sort()
