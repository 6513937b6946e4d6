"""A batch is its lines, one after the other: the same entries, balances and answers, whatever is asked and refused."""

import io
import json
import sqlite3
import tempfile
from contextlib import closing, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from margincli import sweeping
from margincli.cli import shell

ANSWERS = Path(__file__).resolve().parents[1] / "answers.json"
accounts = st.sampled_from(["amy", "bob", "cy"])
wallets = st.sampled_from(["spot", "cross", "isolated:BTCUSDT"])
amounts = st.sampled_from(["10", "150.5", "700", "max", "99999999", "0", "x"])
coins = st.sampled_from(["USDT", "USDT", "BTC", "NOPE"])
asked = st.one_of(
    st.builds("deposit {} {}".format, coins, amounts),
    st.builds("withdraw {} {}".format, coins, amounts),
    st.builds("transfer {} {} --from {} --to {}".format, coins, amounts, wallets, wallets),
    st.builds("borrow {} {} -w {}".format, coins, amounts, wallets),
    st.builds("repay {} {}".format, coins, st.sampled_from(["10", "all", "--quick"])),
    st.builds("trade {} BTCUSDT --quote-qty {} {}".format, st.sampled_from(["buy", "sell"]), st.sampled_from(["20", "800", "5000"]), st.sampled_from(["", "--borrow", "--repay"])),
    st.builds("trade buy BTCUSDT 0.01 --type limit --price {}".format, st.sampled_from(["15000", "19500", "30000"])),
    st.builds("alert {}".format, st.sampled_from(["1.6", "off"])),
    st.sampled_from(["cancel --all", "close BTCUSDT", "top-up on --coin USDT", "settings vip 3", "liquidate --manual", "leverage 5", "rules use 2024", "isolated disable BTCUSDT"]),
    st.sampled_from(["status", "limits", "orders", "history --limit 3", "check"]),
)
of_all = st.one_of(
    st.builds("price set BTCUSDT {}".format, st.integers(11000, 26000)),
    st.builds("rate set USDT {}".format, st.sampled_from(["0.0002", "0.001"])),
    st.sampled_from(["accrue", "liquidate"]),
)
refs = st.sampled_from(["", "", "", " --ref a", " --ref b"])
minutes = st.sampled_from([0, 0, 1, 59, 60, 500])
steps = st.lists(st.tuples(minutes, st.one_of(st.builds("{} --account {}{}".format, asked, accounts, refs), of_all)), min_size=5, max_size=40)
BEGIN = [
    "price set BTCUSDT 20000",
    *(f"{line} --account {name}" for name in ("amy", "bob") for line in ("deposit USDT 3000", f"activate cross --leverage 3 --region DE --accept-terms --answers {ANSWERS}", "transfer USDT 1000 --from spot --to cross")),
]


def dated(lines: list[tuple[int, str]]) -> list[str]:
    """Every line with its moment; now and then one of the past."""
    found, now = [], 0
    for ahead, line in lines:
        now += ahead
        found.append(f"{line} --at 2024-09-{2 + now // 1440:02}T{now // 60 % 24:02}:{now % 60:02}")
    return found


def said(*words: str) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out):
        code = shell.run(list(words))
    return code, out.getvalue()


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [line for line in db.iterdump() if "_sqlite_migrations" not in line]


@settings(max_examples=10, deadline=None)
@given(steps=steps, every=st.sampled_from(["1", "7", "1000"]), many=st.sampled_from([0, 10**9]))
def test_a_batch_is_its_lines_one_by_one(steps, every, many):
    lines = dated([*((0, line) for line in BEGIN), *steps])
    with tempfile.TemporaryDirectory() as folder, patch.object(sweeping, "MANY", many):
        one, whole, file = (Path(folder) / name for name in ("one.db", "whole.db", "lines.txt"))
        file.write_text("\n".join(lines))
        singly = [said(*line.split(), "--json", "--ledger", str(one)) for line in lines]
        code, out = said("batch", str(file), "--json", "--ledger", str(whole), "--commit-every", every)
        together = [json.loads(line) for line in out.splitlines()]
        assert code == next((code for code, _ in singly if code), 0)
        for number, ((_, alone), answer) in enumerate(zip(singly, together, strict=True), 1):
            alone = json.loads(alone)
            assert answer.pop("line") == number
            if "command" not in alone:
                answer.pop("command", None)
            assert answer == alone, lines[number - 1]
        assert content(one) == content(whole)
