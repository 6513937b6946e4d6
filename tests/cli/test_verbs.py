"""Each verb: what its words become at the desk."""

from decimal import Decimal as D
from pathlib import Path

import pytest

CASES = [
    ("deposit usdt 5", ("Deposit", "USDT", D(5))),
    ("withdraw USDT 0.5", ("Withdraw", "USDT", D("0.5"))),
    ("transfer USDT 5 --from spot --to cross", ("Transfer", "USDT", D(5), "spot", "cross")),
    ("transfer --to isolated:BTC/USDT --from spot usdt max", ("Transfer", "USDT", None, "spot", "isolated:BTCUSDT")),
    ("borrow USDT 100", ("Borrow", "cross", "USDT", D(100))),
    ("borrow BTC max -w isolated:BTCUSDT", ("Borrow", "isolated:BTCUSDT", "BTC", None)),
    ("repay USDT all", ("Repay", "cross", "USDT", None)),
    ("repay USDT 5 --wallet isolated:ETHUSDT", ("Repay", "isolated:ETHUSDT", "USDT", D(5))),
    ("trade buy BTC/USDT 0.01", ("Trade", "cross", "BUY", "BTCUSDT", D("0.01"), None, "MARKET", None, "NO_SIDE_EFFECT")),
    ("trade SELL BTCUSDT 1 --type limit --price 5 --repay", ("Trade", "cross", "SELL", "BTCUSDT", D(1), None, "LIMIT", D(5), "AUTO_REPAY")),
    ("trade buy BTCUSDT --quote-qty 7 --borrow", ("Trade", "cross", "BUY", "BTCUSDT", None, D(7), "MARKET", None, "MARGIN_BUY")),
    ("trade buy BTCUSDT 1 --borrow --repay -w spot", ("Trade", "spot", "BUY", "BTCUSDT", D(1), None, "MARKET", None, "AUTO_BORROW_REPAY")),
    ("liquidate --manual", ("LiquidateByHand", "cross")),
    ("liquidate --settle-deficit -w isolated:BTCUSDT", ("SettleDeficit", "isolated:BTCUSDT")),
]


@pytest.mark.parametrize(("line", "request_"), CASES, ids=[line for line, _ in CASES])
def test_requests(margincli, desk, line, request_):
    assert margincli(*line.split(), "--json").code == 0
    assert desk.request[: len(request_)] == request_


def test_the_call_goes_along(margincli, desk):
    margincli(*"borrow USDT 5 --account ann --ref x7 --dry-run --at 2024-09-01 --ledger /l.db".split())
    _, call, request = desk.last
    assert call == (Path("/l.db"), "ann", 1_725_148_800_000, "x7", True)
    assert request.wallet.owner == "ann"


READS = [
    ("status", ("status",)),
    ("limits", ("limits", None)),
    ("limits usdt", ("limits", "USDT")),
    ("history", ("history", None, None, None, None)),
    ("history --kind borrow --since 2024-09-01 --asset btc --limit 5", ("history", "borrow", 1_725_148_800_000, "BTC", 5)),
    ("interest --sum --asset usdt", ("interest", "USDT", None, True)),
    ("price set BTC/USDT 5 --source kraken --volume 7", ("price_set", "BTCUSDT", D(5), "kraken", D(7))),
    ("price import a.csv b.csv --symbol btcusdt", ("price_import", ["a.csv", "b.csv"], "BTCUSDT", None, None)),
    ("price show", ("price_show", None, False)),
    ("rate set usdt 0.0002 --mode cross", ("rate_set", "USDT", D("0.0002"), "cross")),
    ("rate import r.csv", ("rate_import", "r.csv", None)),
    ("rate show BTC", ("rate_show", "BTC")),
    ("rules show liquidation", ("rules_show", "liquidation")),
    ("check", ("check", None)),
    (f"check --head {'AB' * 32}", ("check", "ab" * 32)),
    ("backup copy.db", ("backup", "copy.db", False)),
    ("backup copy.db --yes", ("backup", "copy.db", True)),
    ("restore copy.db -y", ("restore", "copy.db", True)),
]


@pytest.mark.parametrize(("line", "asked"), READS, ids=[line for line, _ in READS])
def test_other_questions(margincli, desk, line, asked):
    assert margincli(*line.split(), "--json").code == 0
    name, call, *words = desk.last
    assert (name, *words) == asked and call.account == "main"


@pytest.mark.parametrize("verb", ["accrue", "liquidate"])
def test_sweeps_take_every_account_unless_one_is_named(margincli, desk, verb, monkeypatch):
    assert margincli(verb).code == 0
    assert desk.last[0] == "sweep" and desk.last[1].account is None and desk.last[2] == verb
    margincli(verb, "--account", "main")
    assert desk.last[1].account == "main"
    monkeypatch.setenv("MARGINCLI_ACCOUNT", "ann")
    margincli(verb)
    assert desk.last[1].account == "ann"


def test_accrue_summed(margincli, desk):
    line = {"account": "main", "wallet": "cross", "asset": "USDT", "kind": "interest", "amount": "0.1", "facts": {"hours": 2}}
    desk.answers["sweep"] = {"entries": [line, line, {**line, "kind": "repay"}], "before": [], "after": [], "notices": []}
    in_bnb = {**line, "asset": "BNB", "amount": "0.001", "facts": {"hours": 1, "raw_asset": "USDT"}}
    desk.answers["sweep"]["entries"].append(in_bnb)
    document = margincli("accrue", "--sum", "--json").document
    whose = {"account": "main", "wallet": "cross"}
    assert document["sums"] == [
        {**whose, "asset": "BNB", "hours": 1, "interest": "0.001", "raw_asset": "USDT"},
        {**whose, "asset": "USDT", "hours": 4, "interest": "0.2", "raw_asset": "USDT"},
    ]
    assert "sums" not in margincli("accrue", "--json").document


def test_liquidate_reports_one_wallet(margincli, desk):
    desk.answers["sweep"] = {"entries": [{"wallet": "cross"}, {"wallet": "isolated:BTCUSDT"}], "before": [], "after": [], "notices": []}
    assert margincli("liquidate", "-w", "cross", "--json").document["entries"] == [{"wallet": "cross"}]


@pytest.mark.parametrize(("states", "code"), [(["NORMAL", "EXCESSIVE"], 0), (["NORMAL", "MARGIN_CALL"], 10), (["FORCE_LIQUIDATION", "MARGIN_CALL"], 11), ([None], 0)])
def test_status_check(margincli, desk, states, code):
    desk.answers["status"] = {"wallets": [{"wallet": "cross", "status": state} for state in states]}
    assert margincli("status", "--check", "--quiet").code == code
    assert margincli("status", "--json").code == 0


def test_check(margincli, desk):
    assert margincli("check").out.startswith("OK")
    desk.answers["check"] = {"ok": False, "findings": ["x"], "counts": {}}
    assert margincli("check").code == 8
    assert "DO NOT HOLD" in margincli("check", "--quiet").out
    assert margincli("check", "--json").document["ok"] is False


def test_quiet(margincli, desk):
    assert margincli("borrow", "USDT", "5", "-q") == (0, "", "")
    assert margincli("borrow", "USDT", "5", "-q", "--json") == (0, "", "")
    assert margincli("borrow", "USDT", "x", "-q").err != ""


def test_hand_liquidation_asks_a_person(margincli, desk, terminal):
    terminal("no")
    assert margincli("liquidate", "--manual").code == 3 and not desk.asked
    terminal()
    assert margincli("liquidate", "--manual").code == 3 and not desk.asked
    terminal("y")
    assert margincli("liquidate", "--manual").code == 0 and desk.request == ("LiquidateByHand", "cross")
    for words in (["--yes"], ["--dry-run"], ["--json"]):
        terminal("no")
        assert margincli("liquidate", "--manual", *words).code == 0


def test_demo_tells_or_answers(margincli, monkeypatch):
    import sys
    from types import SimpleNamespace

    told = SimpleNamespace(tell=lambda: print("Once.") or 0)
    monkeypatch.setitem(sys.modules, "margincli.demo", told)
    assert margincli("demo") == (0, "Once.\n", "")
    assert margincli("demo", "--json").document["story"] == "Once.\n"
    assert margincli("demo", "--quiet") == (0, "", "")
    told.tell = lambda: 8
    assert margincli("demo").code == 8
