"""Which view shows a document: by its verb, otherwise by what it holds."""

from importlib import import_module
from typing import Any

from .blocks import WARNING, Block, Line

_BY_VERB = {
    "status": ("status", "status"),
    "history": ("receipt", "history"),
    "interest": ("rows", "interest"),
    "limits": ("rows", "limits"),
    "orders": ("rows", "orders"),
    "price set": ("rows", "prices"),
    "price fetch": ("rows", "prices"),
    "price show": ("rows", "prices"),
    "rate set": ("rows", "rates"),
    "rate show": ("rows", "rates"),
    "rules show": ("rows", "rules"),
    "rules import": ("rows", "rules"),
    "rules use": ("rows", "rules"),
    "price import": ("reports", "imported"),
    "rate import": ("reports", "imported"),
    "check": ("reports", "checked"),
    "export": ("reports", "exported"),
    "import": ("reports", "rebuilt"),
    "backup": ("reports", "copied"),
    "restore": ("reports", "copied"),
}
_BY_PART = {"entries": ("receipt", "receipt"), "questions": ("reports", "quiz"), "rows": ("rows", "anything"), "wallets": ("status", "status")}


def view(document: dict[str, Any], verb: str) -> list[Block]:
    """The document as blocks of text and tables."""
    found = next((view for part, view in _BY_PART.items() if part in document), ("rows", "anything"))
    if verb in _BY_VERB:
        found = _BY_VERB[verb]
    module, name = found
    return remarks(document) + getattr(import_module(f".{module}", __package__), name)(document)


def remarks(document: dict[str, Any]) -> list[Block]:
    """What has to be known about the whole document before it is read."""
    told: list[Block] = []
    if document.get("dry_run"):
        told.append(Line("DRY RUN: this would happen; nothing was written.", WARNING))
    if document.get("repeated"):
        told.append(Line(f"ALREADY DONE under ref {document.get('ref')}: this is its first receipt; nothing was written now.", WARNING))
    return told
