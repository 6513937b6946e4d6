"""Outside auditors: hledger, ledger and beancount add the exported journals up themselves.

What they come to is compared with what the ledger keeps, account by account and coin by coin, to the last digit; and
each has to find out what was changed in a journal, however little.
"""

import re
from collections import Counter
from decimal import Decimal

import pytest
from auditors import balances, holds, require
from odd_ledger import exported, ours

from margincli.ledger import reading

pytestmark = pytest.mark.slow
TOOLS = ["hledger", "ledger", "beancount"]


@pytest.fixture(params=TOOLS)
def tool(request):
    require(request.param)
    return request.param


def require_agreement(tool, ledger, folder):
    journal = exported(ledger, folder, tool)
    assert holds(tool, journal) == (True, holds(tool, journal)[1])
    mine, theirs = ours(ledger), balances(tool, journal)
    assert theirs == mine
    return mine


def test_every_balance_of_a_large_ledger_is_the_auditors_too(tool, large, tmp_path):
    mine = require_agreement(tool, large, tmp_path)
    assert len(mine) > 500 and {"WEI", "YEN", "1INCH", "TRUE", "T"} <= {coin for coins in mine.values() for coin in coins}
    with reading(large) as session:
        kinds = Counter(entry.kind for _, entry in session.journal())
        counts, kept = session.counts(), len(list(session.balances()))
    assert counts["entries"] > 3000 and counts["postings"] > 8000 and kept > 1000, "as the README says"
    assert {"accrual", "margin_call", "liquidation", "liquidation_fee", "trade", "repay", "withdraw"} <= kinds.keys(), kinds
    assert any(len(str(amount).replace(".", "").strip("-")) == 19 for coins in mine.values() for amount in coins.values())


def test_the_crash_of_2020_is_the_auditors_too(tool, crash, tmp_path):
    mine = require_agreement(tool, crash, tmp_path)
    assert {name[0] for name in mine} >= {"main", "iso", "both", "short", "house", "world"}


def test_an_account_alone_holds_too(tool, small, tmp_path):
    from margincli import archive, desk

    journal = tmp_path / "alone"
    archive.export_file(desk.Call(small, "a ;b", 0), tool, journal, False)
    ok, said = holds(tool, journal)
    assert ok, said
    mine = {name: coins for name, coins in ours(small).items() if name[0] == "a ;b"}
    assert mine and {name: coins for name, coins in balances(tool, journal).items() if name[0] == "a ;b"} == mine


# --- a journal that was changed is found out ---

POSTING = re.compile(r"^( +[^\s;]+:\S+  )(-?[0-9.]+)( [^ \n]+)( = .*)?$", re.M)
ASSERTED = {"hledger": r"= (-?[0-9.]+)", "ledger": r"= (-?[0-9.]+)", "beancount": r"^\S+ balance \S+  (-?[0-9.]+)"}
TRANSACTION = re.compile(r"\n\d{4}-\d\d-\d\d \*[^\n]*\n( [^\n]*\n)+")


def a_unit_more(number: str, scale: int) -> str:
    return format(Decimal(number) + Decimal(1).scaleb(-scale), "f")


def scale_of(coin: str) -> int:
    return {"WEI": 18, "YEN": 0}.get(coin.strip(' "'), 8)


def one_posting(text, tool, where):
    """A single unit more on one line: the transaction is out of balance."""
    found = list(POSTING.finditer(text))
    hit = found[int(where * (len(found) - 1))]
    return text[: hit.start(2)] + a_unit_more(hit[2], scale_of(hit[3])) + text[hit.end(2) :]


def both_sides(text, tool, where):
    """A unit more there and a unit less here: it balances, and is wrong."""
    found = [block for block in TRANSACTION.finditer(text) if len(POSTING.findall(block[0])) == 2]
    block = found[int(where * (len(found) - 1))]
    first, second = POSTING.finditer(block[0])
    unit = Decimal(1).scaleb(-scale_of(first[3]))
    numbers = [format(Decimal(line[2]) + change, "f") for line, change in ((first, unit), (second, -unit))]
    changed = block[0][: first.start(2)] + numbers[0] + block[0][first.end(2) : second.start(2)] + numbers[1] + block[0][second.end(2) :]
    return text[: block.start()] + changed + text[block.end() :]


def an_entry_gone(text, tool, where):
    """A whole transaction taken out: the rest balances."""
    found = [block for block in TRANSACTION.finditer(text) if POSTING.search(block[0])]
    block = found[int(where * (len(found) - 2))]  # not the balances that stand last
    return text[: block.start()] + text[block.end() :]


def an_assertion(text, tool, where):
    found = list(re.finditer(ASSERTED[tool], text, re.M))
    hit = found[int(where * (len(found) - 1))]
    rest = text[hit.end(1) :].split("\n", 1)[0].split()
    return text[: hit.start(1)] + a_unit_more(hit[1], scale_of(rest[-1])) + text[hit.end(1) :]


@pytest.mark.parametrize("where", [0.0, 0.43, 1.0])
@pytest.mark.parametrize("change", [one_posting, both_sides, an_entry_gone, an_assertion])
def test_the_smallest_change_is_found_out(tool, change, where, small, tmp_path):
    text = exported(small, tmp_path, tool).read_text(encoding="utf-8")
    changed = change(text, tool, where)
    assert changed != text
    (tmp_path / "changed").write_text(changed, encoding="utf-8")
    ok, said = holds(tool, tmp_path / "changed")
    assert not ok and "balance" in said.lower(), "refused, and for the right reason"
