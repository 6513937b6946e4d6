"""The worked examples of the rule book (rules/examples.json), and the table of what runs them."""

import json
from copy import deepcopy
from decimal import Decimal as D
from pathlib import Path

from worlds import DOCUMENT, wallet

from margincli.domain.journal import Account
from margincli.domain.rulebook import Rulebook

FILE = Path(__file__).resolve().parents[3] / "shared" / "rules" / "examples.json"
VECTORS = {vector["id"]: vector for vector in json.loads(FILE.read_text())} if FILE.exists() else {}
RUNNERS = {}
UNIT = D("0.00000001")


def runs(*ids):
    def register(function):
        RUNNERS.update({name: [*RUNNERS.get(name, ()), function] for name in ids})
        return function

    return register


def ruled(**changes):
    """The rule book with some of its leaves or rows changed: `a__b="x"` for a.b."""
    document = deepcopy(DOCUMENT)
    for path, value in changes.items():
        *sections, last = path.split("__")
        node = document
        for section in sections:
            node = node[section]
        node[last] = [value, "seed", "TEST-1"] if isinstance(node.get(last), list) and "rows" not in sections else value
    return Rulebook(document)


def owned(after, asset, name="cross"):
    return after.state.balance(Account(wallet(name), "free"), asset)


def only(entries, kind):
    (found,) = [entry for entry in entries if entry.kind == kind]
    return found
