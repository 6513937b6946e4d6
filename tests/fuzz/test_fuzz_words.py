"""The words of a command line, whatever a script may paste into them: carried out, or refused in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from living import NOW, read
from mangling import NASTY, tries

from margincli.cli import alert, call, clock, price, trade, words

# As the system hands them over: no NUL, and bytes that are no UTF-8 as lone surrogates.
pasted = st.integers(0, len(NASTY) - 1).map(lambda number: NASTY[number].replace(b"\0", b"").decode("utf-8", "surrogateescape"))
letters = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
GOOD = ("USDT", "BTC", "BTCUSDT", "BTC/USDT", "spot", "cross", "isolated:BTCUSDT", "10", "0.00000001", "max", "all", "2024-09-02T08:00:00Z", "main", "buy", "sell", "3", "on", "off", "limit", "stop-loss", "DE", "2024", "7d")
anything = st.one_of(pasted, letters, st.sampled_from(GOOD), st.builds(lambda one, other: one + other, st.sampled_from(GOOD), pasted), st.decimals().map(str))

READERS = [reader for module in (words, clock, price, trade, alert, call) for name, reader in vars(module).items() if name.startswith("read_") and callable(reader) and reader.__module__ == module.__name__]
# Where a word of each kind goes; {} is filled with what is drawn.
LINES = (
    "deposit {} {}", "withdraw {} {}", "transfer {} {} --from {} --to {}", "borrow {} {} --wallet {}", "repay {} {} --wallet {}", "close {} {}", "trade {} {} {} --wallet {}",
    "trade buy BTCUSDT {} --type {} --price {} --stop {}", "trade sell BTCUSDT 0.001 --wallet cross --type {} --trailing-delta {} --price {}", "cancel {}", "settings {} {}", "cool-off {}",
    "alert {} {}", "top-up {} {}", "leverage {} {}", "isolated {} {}", "price set {} {} --source {} --volume {}", "price show {}", "rate set {} {} --mode {}", "rate show {}", "rules show {}", "rules use {}",
    "history --asset {} --since {} --limit {}", "interest --asset {} --since {}", "limits {}", "orders {}", "dust {} {}", "exchange-debts {}", "liquidation-loan {} {}", "liquidate {}", "status --account {}",
    "deposit USDT 5 --account {} --ref {}", "deposit USDT 5 --at {} --ref {}", "price import {} --symbol {} --source {}", "rate import {}", "rules import {}", "activate {} --region {} --answers {}", "{} {} {}",
)  # fmt: skip


@pytest.mark.slow
@tries(600)
@given(st.sampled_from(READERS), anything)
def test_a_word_is_read_or_refused(reader, text):
    read(reader, text)


@pytest.mark.slow
@tries(300)
@given(st.integers(0, len(LINES) - 1), st.data())
def test_a_command_line_is_carried_out_or_leaves_no_trace(room, number, data):
    line = [data.draw(anything) if word == "{}" else word for word in LINES[number].split()]
    if any(word in ("demo", "fetch") for word in line):
        return
    if "--at" in line:
        line += ["--account", "elsewhen"]
    room.writes_whole_or_not(*line, at=line[line.index("--at") + 1] if "--at" in line else NOW)
