"""A pile of documents is a list of them, whatever is packed by now."""

import json

import pytest

from margincli.render import render
from margincli.render.pile import TOGETHER, Pile

EDGES = (0, 1, TOGETHER - 1, TOGETHER, TOGETHER + 1, 2 * TOGETHER, 2 * TOGETHER + 3)


def documents(count):
    return [{"id": number, "note": f"é \ud800 {number}", "facts": {"level": "1.1", "none": None}, "postings": [1, 2]} for number in range(count)]


@pytest.mark.parametrize("count", EDGES)
def test_what_is_put_on_it_comes_back_in_order(count):
    pile = Pile(documents(count))
    assert len(pile) == count and bool(pile) == bool(count)
    assert list(pile) == list(pile) == [pile[place] for place in range(count)] == documents(count)
    pile.extend(documents(2))
    assert list(pile) == documents(count) + documents(2) and pile[-1] == documents(2)[1]
    with pytest.raises(IndexError):
        pile[count + 2]


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "table", "md"])
@pytest.mark.parametrize("count", EDGES)
def test_it_is_shown_as_a_list_is(count, format):
    entries = [{"id": n, "at": "2024-09-01T00:00:00Z", "kind": "deposit", "account": "main", "wallet": "spot", "asset": "USDT", "amount": "1", "facts": {}, "postings": []} for n in range(count)]
    document = {"account": None, "at": "2024-09-01T00:00:00Z", "entries": entries, "before": [], "after": [], "notices": []}
    shown = render({**document, "entries": Pile(entries)}, format, "accrue")
    assert shown == render(document, format, "accrue")
    if format == "json":
        assert shown == json.dumps(document, indent=2)
