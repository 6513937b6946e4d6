"""How far a long import has come, on stderr, where somebody watches."""

import sys


def progress(call):
    """A function (rows, bytes read, bytes in all) that draws one line; None where nobody watches."""
    if call.quiet or call.format != "table" or sys.stderr is None or not sys.stderr.isatty():
        return None

    def draw(rows: int, position: int, size: int) -> None:
        done = position * 100 // size if size else 100
        end = "\r\x1b[K" if position >= size else ""
        print(f"\r{rows} rows, {done} %", end=end, file=sys.stderr, flush=True)

    return draw
