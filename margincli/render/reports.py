"""Reports for people: what an import took, whether the books hold, the questions of the quiz."""

from typing import Any

from .blocks import DANGER, GOOD, WARNING, Block, Cell, Grid, Line, Title
from .plain import clock

MOST_SHOWN = 5  # of a long list of the same trouble; the other formats have them all


def imported(document: dict[str, Any]) -> list[Block]:
    rows = document.get("rows") or []
    headers = ("What", "Source", "Interval", "Rows", "Added", "Known", "Differ", "First", "Last", "Missing", "Refused")
    return [Grid(headers, "lllrrrrllrr", [_file(row) for row in rows])] + [line for row in rows for line in _troubles(row)]


def _file(row: dict[str, Any]) -> list[str | Cell]:
    refused = len(row.get("refused") or ())
    counts = [_count(row.get(key)) for key in ("rows", "added", "already_there", "kept_different")]
    missing = _count(row.get("missing"))
    return [
        _name(row),
        row.get("source") or "",
        row.get("interval") or "",
        *counts,
        clock(row.get("first")),
        clock(row.get("last")),
        Cell(missing, WARNING if missing not in ("", "0") else ""),
        Cell(str(refused), WARNING if refused else ""),
    ]


def _name(row: dict[str, Any]) -> str:
    """The pair of a file of candles, the file itself where it holds several coins."""
    return row.get("symbol") or row.get("asset") or str(row.get("file") or "file").rpartition("/")[2]


def _troubles(row: dict[str, Any]) -> list[Line]:
    """Gaps, doubles and refused rows, each with where it is."""
    name = _name(row)
    told = [f"WARNING {name}: {_count(gap.get('missing'))} missing, from {clock(gap.get('first'))} to {clock(gap.get('last'))}." for gap in row.get("gaps") or ()]
    told = _cut_short(told, f"WARNING {name}: {{}} more gaps.")
    if row.get("conflicting"):
        told.append(f"WARNING {name}: {row['conflicting']} of {row.get('duplicates')} doubled rows contradict the first; the first was kept.")
    if row.get("kept_different"):
        told.append(f"WARNING {name}: {row['kept_different']} rows differ from what the ledger has; the ledger's were kept.")
    refused = [f"WARNING {name}: line {item.get('line')} was not taken: {item.get('reason')}." for item in row.get("refused") or ()]
    return [Line(text, WARNING) for text in told + _cut_short(refused, f"WARNING {name}: {{}} more lines were not taken.")]


def _cut_short(lines: list[str], rest: str) -> list[str]:
    return lines if len(lines) <= MOST_SHOWN else [*lines[:MOST_SHOWN], rest.format(len(lines) - MOST_SHOWN)]


def _count(value: Any) -> str:
    return "" if value is None else str(value)


def checked(document: dict[str, Any]) -> list[Block]:
    findings = document.get("findings") or []
    counted = ", ".join(_counted(name, count) for name, count in (document.get("counts") or {}).items())
    if document.get("ok"):
        return [Line(f"OK: the books hold{' (' + counted + ')' if counted else ''}.", GOOD), *_head(document)]
    told = [Line(f"THE BOOKS DO NOT HOLD: {len(findings)} finding{'' if len(findings) == 1 else 's'}{' in ' + counted if counted else ''}.", DANGER)]
    return told + [Line(f"  {_finding(finding)}") for finding in findings]


def exported(document: dict[str, Any]) -> list[Block]:
    return [Line(f"Wrote {document['output']} for {document['format']}: {_counts(document)}.")]


def rebuilt(document: dict[str, Any]) -> list[Block]:
    return [Line(f"OK: {document['ledger']} is the ledger that {document['file']} was exported from ({_counts(document)}), and its books hold.", GOOD)]


def _counts(document: dict[str, Any]) -> str:
    return ", ".join(_counted(name, count) for name, count in document["counts"].items())


def copied(document: dict[str, Any]) -> list[Block]:
    """A backup or a restore: from where to where, and what was there before."""
    ledger, file = document["ledger"], document["file"]
    source, target = (ledger, file) if document["command"] == "backup" else (file, ledger)
    told = [Line(f"OK: {source} is copied to {target}, and its books hold ({_counts(document)}).", GOOD), *_head(document)]
    return told + ([Line(f"What was there before is kept as {document['kept']}.")] if document.get("kept") else [])


def _head(document: dict[str, Any]) -> list[Line]:
    """The hash to keep elsewhere, and what has come since the one that was."""
    lines = [Line(f"Head: {document['head']}")] if document.get("head") else []
    if then := document.get("continues"):
        lines.append(Line(f"It continues {then['head']}, the seal of entry {then['entry']}: {_counted('entries', then['entries_since'])} since."))
    return lines


def _counted(name: str, count: Any) -> str:
    words = name.replace("_", " ")
    one = f"{words.removesuffix('ies')}y" if words.endswith("ies") else words.removesuffix("s")
    return f"{count} {one if str(count) == '1' else words}"


def _finding(finding: Any) -> str:
    if not isinstance(finding, dict):
        return str(finding)
    message = finding.get("message")
    return f"{finding.get('code')}: {message}" if finding.get("code") and message else str(message or finding)


def quiz(document: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = []
    for question in document["questions"]:
        choices = [[key, text] for key, text in question["choices"].items()]
        blocks += [Title(f"{question['id']}: {question['question']}"), Grid(("Choice", "Answer"), "ll", choices, bare=True)]
    blocks.append(Line("Those that begin with pro- are asked for 10x alone, Cross Margin Pro."))
    return [*blocks, Line('Answer with: margincli activate --answers FILE, the file being {"id": "choice", ...}')]
