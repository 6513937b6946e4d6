"""Documents in, text out: exact for programs, safe and readable for people."""

import csv
import io
import json
import re

import pytest
from documents import ENTRIES, EVERY, RECEIPT, SOUND, STATUS, entry

from margincli.render import render
from margincli.render import plain as text_of
from margincli.render.sentences import sentence

FORMATS = ("table", "json", "jsonl", "csv", "md")


@pytest.mark.parametrize("verb", EVERY)
@pytest.mark.parametrize("format", FORMATS)
def test_every_document_in_every_format(verb, format):
    text = render(EVERY[verb], format, verb)
    assert text.strip() and "None" not in text and "\x1b" not in text
    assert not re.search(r"\d[eE][+-]?\d", text)


@pytest.mark.parametrize("verb", EVERY)
def test_colour_adds_only_colour(verb):
    coloured = render(EVERY[verb], "table", verb, True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(EVERY[verb], "table", verb)


def test_json_is_the_document():
    assert json.loads(render(STATUS, "json", "status")) == STATUS
    assert render({"a": "é"}, "json", "x") == '{\n  "a": "é"\n}'


def test_json_escapes_what_steers():
    nasty = {"a": "\x9b2J \x1b \u2028 \udcff"}
    text = render(nasty, "json", "x")
    assert text.encode("utf-8").isascii() and json.loads(text) == nasty


def test_jsonl_is_a_row_a_line():
    lines = render(RECEIPT, "jsonl", "borrow").splitlines()
    assert [json.loads(line) for line in lines] == RECEIPT["entries"]
    assert len(render(STATUS, "jsonl", "status").splitlines()) == 3
    assert render({"rows": []}, "jsonl", "history") == ""
    assert json.loads(render(SOUND, "jsonl", "check") or "null") is None


def rows_of_csv(document, verb="x"):
    return list(csv.DictReader(io.StringIO(render(document, "csv", verb))))


def test_csv_is_flat_and_exact():
    rows = rows_of_csv(STATUS, "status")
    assert [row["asset"] for row in rows] == ["BTC", "USDT", "USDT", "USDT"]
    assert rows[1]["net_asset"] == "-6004.97654322" and rows[1]["liquidation_prices.BTCUSDT"] == "50871.3"
    assert rows_of_csv(RECEIPT)[1]["facts.rate_daily"] == "0.0002"


@pytest.mark.parametrize(
    ("value", "cell"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("+x", "'+x"), ("-x", "'-x"), ("-5", "-5"), ("-0.12", "-0.12"), ("-1-1", "'-1-1"), ("+5", "+5"), ("\t=x", "' =x"), ("a,b", "a,b")],
)
def test_csv_runs_no_formulas(value, cell):
    row = rows_of_csv({"rows": [{"note": value}]})[0]["note"]
    assert row == cell or row == cell.removeprefix("'") and not row.startswith(("=", "+", "-", "@"))


def test_csv_header_runs_no_formulas():
    assert "\"=cmd\"" not in render({"rows": [{"=cmd": "1"}]}, "csv", "x").splitlines()[0].split(",")
    assert render({"rows": [{"=cmd": "1"}]}, "csv", "x").startswith("'=cmd")


@pytest.mark.parametrize("format", ["table", "md", "csv"])
def test_data_does_not_steer_the_terminal(format):
    nasty = "x\x1b[2J\x1b]0;title\x07\x9b31m\r\n\u202ey"
    documents = {"history": {"rows": [entry(1, nasty, nasty, nasty, nasty, why=nasty)]}, "rules show": {"rows": [{"name": nasty, nasty: nasty}]}}
    documents["borrow"] = {**RECEIPT, "account": nasty, "notices": [{"code": nasty, "message": nasty}]}
    for verb, document in documents.items():
        text = render(document, format, verb)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text), verb


def test_markdown_of_data_stays_data():
    text = render({"rows": [{"name": "a|b<script>[x](y)`*"}]}, "md", "rules show")
    assert "a\\|b\\<script\\>\\[x\\](y)\\`\\*" in text


def test_amounts_stay_exact_and_right():
    text = render(STATUS, "table", "status")
    assert "-6004.97654322" in text
    lines = [line for line in text.splitlines() if re.match(r"(cross|spot|isolated:BTCUSDT) +(BTC|USDT) ", line)]
    assert len(lines) == 4 and len({re.search(r"\S+ +\S+ +\S", line).end() and line.rindex(" ") for line in lines}) >= 1


@pytest.mark.parametrize("recorded", ENTRIES, ids=lambda recorded: recorded["kind"])
def test_a_sentence_survives_missing_facts(recorded):
    whole = sentence(recorded)
    bare = sentence({"kind": recorded["kind"], "at": recorded["at"], "asset": None, "amount": None, "facts": None})
    assert whole and bare and "None" not in whole + bare and len(bare) <= len(whole)


def test_sentences():
    told = {recorded["kind"]: sentence(recorded) for recorded in ENTRIES}
    assert told["trade"] == "Bought 0.01 BTC at 60000 for 600 USDT, fee 0.00001 BTC"
    assert told["transfer"] == "Moved 800 USDT from spot to cross"
    assert told["repay"] == "Repaid 50 USDT (interest 0.00333336, principal 49.99666664)"
    assert told["interest"].startswith("Interest 0.00250002 USDT on 100 USDT at 0.02 % a day for 3 hours from")
    assert sentence({"kind": "new_kind", "amount": "5", "asset": "BTC", "facts": {"a": "b"}}) == "New kind 5 BTC: a b"


def test_receipts_compare_then_and_now():
    text = render(RECEIPT, "table", "borrow")
    assert "999 → 1.29" in text and "EXCESSIVE → MARGIN CALL" in text and "15.2 % below" in text
    assert "isolated" not in text  # it neither moved nor owes
    assert "WARNING The level 1.29" in text


def test_what_must_not_be_overlooked_stands_first():
    assert render({**RECEIPT, "dry_run": True}, "table", "borrow").startswith("DRY RUN")
    assert render({**RECEIPT, "repeated": True, "ref": "a"}, "table", "borrow").startswith("ALREADY DONE under ref a")
    assert render(STATUS, "table", "status").splitlines()[1].startswith("MARGIN CALL on cross")


def test_empty_documents_say_so():
    assert "No entries" in render({"rows": []}, "table", "history")
    assert "Nothing happened" in render({"entries": [], "before": [], "after": [], "notices": []}, "table", "accrue")
    assert "No wallet" in render({"wallets": []}, "table", "status")


@pytest.mark.parametrize(
    ("function", "given", "shown"),
    [
        (text_of.level, "1.29999999", "1.2999"),
        (text_of.level, "999", "999"),
        (text_of.level, None, ""),
        (text_of.level, "1.3", "1.30"),
        (text_of.worth, "-0.5", "-0.5"),
        (text_of.worth, "1234.5678", "1234.56"),
        (text_of.worth, "0.00001", "0.00001"),
        (text_of.worth, "0", "0"),
        (text_of.percent, "0.0002", "0.02 %"),
        (text_of.percent, "0", "0 %"),
        (text_of.percent, "1", "100 %"),
        (text_of.away, "-0.15214", "15.2 % below"),
        (text_of.away, "0.1", "10 % above"),
        (text_of.clock, "2024-09-01T00:00:00.250Z", "2024-09-01 00:00:00.250"),
        (text_of.level, "soon", "soon"),
    ],
)
def test_figures_for_people(function, given, shown):
    assert function(given) == shown


def test_figures_survive_the_context_of_the_domain():
    """The domain traps every rounding in this thread; what is shown is rounded all the same."""
    import margincli.domain.money  # noqa: F401

    assert text_of.divided("0.0001", 24).startswith("0.00000416666")
    assert text_of.times("0.0002", 365) == "0.0730"
