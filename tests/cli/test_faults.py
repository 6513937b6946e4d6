"""The error net: every kind of error, as words on stderr and as the document of the contract."""

import json

import pytest

from margincli.domain.refusals import REFUSALS, Refused
from margincli.feeds.fault import FeedError


class AtTheLedger(Exception):
    code, message, hint, exit_code, facts = "ledger_busy", "It is in use.", "Try again.", 5, {"path": "x"}


NO_PRICE = Refused("no_price", asset="XYZ", symbol="XYZUSDT", at="now")
KINDS = [
    (Refused("not_positive"), "not_positive", 3, REFUSALS["not_positive"].binance_code),
    (NO_PRICE, "no_price", 4, -3042),
    (AtTheLedger(), "ledger_busy", 5, None),
    (FeedError("binary_file", "x is a binary file.", file="x"), "binary_file", 2, None),
    (FeedError("no_such_file", "x: there is none.", file="x"), "no_such_file", 4, None),
    (KeyError("x"), "fault", 1, None),
    (Refused("no_such_code"), "fault", 1, None),
    (Refused("no_price"), "fault", 1, None),  # its facts are missing
    (RecursionError(), "fault", 1, None),
]


@pytest.mark.parametrize(("error", "code", "exit_code", "number"), KINDS, ids=lambda value: type(value).__name__)
def test_as_a_document(margincli, desk, error, code, exit_code, number):
    desk.fault = error
    result = margincli("status", "--json")
    assert result.code == exit_code and result.err == ""
    document = result.document
    assert list(document) == ["error", "message", "hint", "facts", "binance_code"]
    assert (document["error"], document["binance_code"]) == (code, number)
    assert document["message"] and isinstance(document["facts"], dict)


@pytest.mark.parametrize(("error", "code", "exit_code", "number"), KINDS, ids=lambda value: type(value).__name__)
def test_as_words(margincli, desk, error, code, exit_code, number):
    desk.fault = error
    result = margincli("status")
    assert result.code == exit_code and result.out == ""
    lines = result.err.splitlines()
    assert lines[0].startswith("margincli: ") and len(lines) <= 2
    assert len(lines) == 1 or lines[1].startswith("hint: ")


def test_hints_reach_the_reader(margincli, desk):
    desk.fault = NO_PRICE
    assert margincli("status").err.splitlines()[1] == "hint: Give one: margincli price set XYZUSDT PRICE"


def test_a_fault_of_ours_shows_its_trace_only_when_asked(margincli, desk, monkeypatch):
    desk.fault = ZeroDivisionError("oops")
    assert "Traceback" not in margincli("status").err
    monkeypatch.setenv("MARGINCLI_DEBUG", "1")
    assert "Traceback" in margincli("status").err


def test_interrupted(margincli, desk):
    desk.fault = KeyboardInterrupt()
    result = margincli("status")
    assert (result.code, result.out, result.err) == (130, "", "margincli: interrupted\n")


def test_messages_do_not_steer_the_terminal(margincli):
    result = margincli("deposit", "\x1b[2J\x07", "5")
    assert result.code == 2 and "\x1b" not in result.err and "\x07" not in result.err


@pytest.mark.parametrize(
    "line",
    [
        "",
        "price",
        "borow USDT 5",
        "price sett BTCUSDT 5",
        "deposit USDT",
        "deposit USDT 5 6",
        "deposit USDT 5 --refs 1",
        "deposit USDT 5 --ref",
        "deposit USDT 5 --ref=",
        "trade hold BTCUSDT 5",
        "trade buy BTCUSDT",
        "trade buy BTCUSDT 1 --quote-qty 5",
        "trade buy BTCUSDT 1 --type limit",
        "trade buy BTCUSDT 1 --price 5",
        "trade buy BTCUSDT 1 --type sideways",
        "history --limit 0",
        "history --limit x",
        "rate set USDT 0.1 --mode spot",
        "activate --leverage 7",
        "liquidate --manual --settle-deficit",
        "price import",
        "transfer USDT 5 --from spot",
    ],
)
def test_wrong_words(margincli, desk, line):
    words = line.split()
    result = margincli(*words)
    assert result.code == 2 and result.out == "" and result.err and not desk.asked
    if words[1:]:
        result = margincli(*words[:2], "--json", *words[2:])
        assert result.code == 2 and result.err == ""
        assert json.loads(result.out)["error"] == "usage"
        assert "\n" not in result.document["message"]


@pytest.mark.parametrize("asked", ["--json", "-f json", "--format json", "--format=json", "-fjson", "-qf json"])
def test_every_way_to_ask_for_json(margincli, asked):
    assert margincli("deposit", *asked.split()).document["error"] == "usage"


def test_json_by_environment_and_config(margincli, monkeypatch, tmp_path):
    monkeypatch.setenv("MARGINCLI_FORMAT", "json")
    assert margincli("deposit").document["error"] == "usage"
    monkeypatch.delenv("MARGINCLI_FORMAT")
    (tmp_path / "config/margincli").mkdir(parents=True)
    (tmp_path / "config/margincli/config.toml").write_text('format = "json"')
    assert margincli("deposit").document["error"] == "usage"


def test_words_after_the_double_dash_are_no_options(margincli):
    result = margincli("deposit", "USDT", "--", "--json")
    assert result.code == 2 and result.out == "" and "not an amount" in result.err


def test_a_typing_mistake_is_met_with_the_verb_meant(margincli):
    assert "margincli borrow" in margincli("borow").err
    assert "margincli price set" in margincli("price", "sett").err


def test_options_before_the_verb(margincli):
    assert "margincli status --account" in margincli("--account", "x", "status").err


def test_margincli_alone_helps_but_fails(margincli):
    result = margincli()
    assert result.code == 2 and result.out == "" and "Begin:" in result.err


@pytest.mark.parametrize(
    "line",
    ["borrow USDT 5 -w portfolio", "activate portfolio"],
)
def test_known_but_not_built_yet(margincli, desk, line):
    result = margincli(*line.split(), "--json")
    assert (result.code, result.document["error"]) == (3, "not_yet") and not desk.asked
