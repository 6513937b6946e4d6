"""Blocks as text on a terminal, and as Markdown. tabulate is known here and nowhere else."""

from typing import Any

from .blocks import DANGER, FAINT, GOOD, WARNING, Block, Cell, Grid, Line, Title
from .plain import printable

_CODES = {GOOD: "32", WARNING: "33;1", DANGER: "31;1", FAINT: "2", "title": "1"}
_ALIGNS = {"l": "left", "r": "right", "d": "decimal"}


def as_text(blocks: list[Block], colour: bool) -> str:
    """Tables set apart by empty lines."""
    parts: list[str] = []
    for before, block in zip([None, *blocks], blocks):
        if before is not None and (isinstance(block, (Grid, Title)) and not isinstance(before, Title) or isinstance(before, Grid)):
            parts.append("")
        parts.append(_text(block, colour))
    return "\n".join(parts) + "\n" if parts else ""


def as_markdown(blocks: list[Block]) -> str:
    return "\n\n".join(_markdown(block) for block in blocks) + "\n" if blocks else ""


def paint(text: str, tone: str, colour: bool) -> str:
    return f"\x1b[{_CODES[tone]}m{text}\x1b[0m" if colour and tone and text else text


def _text(block: Block, colour: bool) -> str:
    if isinstance(block, Line):
        return paint(printable(block.text), block.tone, colour)
    if isinstance(block, Title):
        return paint(printable(block.text), "title", colour)
    headers = () if block.bare else tuple(paint(printable(name), "title", colour) for name in block.headers)
    rows = [[_shown(cell, colour) for cell in row] for row in block.rows]
    drawn = _tabulate(rows, headers, block.aligns, "plain" if block.bare else "simple")
    return "\n".join(line.rstrip() for line in drawn.splitlines())


def _markdown(block: Block) -> str:
    if isinstance(block, Line):
        text = _escaped(block.text).strip()  # what is set in would be read as code
        return f"**{text}**" if block.tone in (WARNING, DANGER) else text
    if isinstance(block, Title):
        return f"## {_escaped(block.text)}"
    rows = [[_escaped(_shown(cell, False)) for cell in row] for row in block.rows]
    return _tabulate(rows, tuple(_escaped(name) for name in block.headers), block.aligns.replace("d", "r"), "pipe")


def _shown(cell: Any, colour: bool) -> str:
    text, tone = cell if isinstance(cell, Cell) else (cell, "")
    return paint(printable(text), tone, colour)


def _escaped(text: str) -> str:
    """Data must not become Markdown of its own: no cells, links, tags or emphasis."""
    text = printable(text)
    for mark in "\\|<>[]*`":
        text = text.replace(mark, f"\\{mark}")
    return text


def _tabulate(rows: list[list[str]], headers: tuple[str, ...], aligns: str, style: str) -> str:
    import tabulate

    tabulate.MIN_PADDING = 0  # no wider than its words
    # Numbers come as exact text and leave as they came.
    return tabulate.tabulate(rows, headers, tablefmt=style, disable_numparse=True, colalign=[_ALIGNS[align] for align in aligns] if rows else None)
