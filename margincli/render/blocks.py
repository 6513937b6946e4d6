"""What a view is made of, before it is known whether it becomes a table on a terminal or Markdown."""

from typing import NamedTuple

GOOD, WARNING, DANGER, FAINT = "good", "warning", "danger", "faint"


class Cell(NamedTuple):
    text: str
    tone: str = ""


class Line(NamedTuple):
    """A line of text. A warning says so in words as well as in its tone."""

    text: str
    tone: str = ""


class Title(NamedTuple):
    text: str


class Grid(NamedTuple):
    """Rows under headers. `aligns` has a letter a column: l left, r right, d on the decimal point."""

    headers: tuple[str, ...]
    aligns: str
    rows: list[list[str | Cell]]
    bare: bool = False  # without headers on a terminal: rows that read as sentences


Block = Line | Title | Grid
