"""Words in: what is understood, and what is refused in one clear line."""

from decimal import Decimal

import pytest

from margincli.cli import words
from margincli.cli.faults import WordFault


@pytest.mark.parametrize(
    ("read", "text", "meant"),
    [
        (words.read_asset, "usdt", "USDT"),
        (words.read_asset, "1INCH", "1INCH"),
        (words.read_symbol, "btc/usdt", "BTCUSDT"),
        (words.read_symbol, "BTCUSDT", "BTCUSDT"),
        (words.read_wallet, "spot", "spot"),
        (words.read_wallet, "Cross", "cross"),
        (words.read_wallet, "isolated:btc/usdt", "isolated:BTCUSDT"),
        (words.read_account, "Main-2.x_y", "Main-2.x_y"),
        (words.read_region, "de", "DE"),
        (words.read_amount, "0.50", Decimal("0.5")),
        (words.read_amount_or_max, "max", None),
        (words.read_amount_or_all, "ALL", None),
        (words.read_rate, "0", Decimal(0)),
    ],
)
def test_read(read, text, meant):
    assert read(text) == meant


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (words.read_asset, "", "bad_asset"),
        (words.read_asset, "US DT", "bad_asset"),
        (words.read_asset, "A" * 21, "bad_asset"),
        (words.read_asset, "\u0661", "bad_asset"),
        (words.read_symbol, "BTC-USDT", "bad_symbol"),
        (words.read_symbol, "B/T/C", "bad_symbol"),
        (words.read_wallet, "margin", "bad_wallet"),
        (words.read_wallet, "cross:BTCUSDT", "bad_wallet"),
        (words.read_wallet, "isolated", "bad_wallet"),
        (words.read_wallet, "isolated:", "bad_wallet"),
        (words.read_wallet, "portfolio", "not_yet"),
        (words.read_account, "house", "bad_account"),
        (words.read_account, "World", "bad_account"),
        (words.read_account, "a b", "bad_account"),
        (words.read_account, "a" * 65, "bad_account"),
        (words.read_account, "a:b", "bad_account"),
        (words.read_region, "Germany", "bad_region"),
        *((words.read_amount, text, "bad_amount") for text in ("0", "0.0", "-5", "+5", "1e3", "1,000", "nan", "inf", "", " ", "0x1", "٣", "9" * 61, "1_0")),
        (words.read_price, "0", "bad_amount"),
        (words.read_amount_or_max, "all", "bad_amount"),
        (words.read_rate, "-0.1", "bad_amount"),
    ],
)
def test_refused(read, text, code):
    with pytest.raises(WordFault) as refused:
        read(text)
    fault = refused.value
    assert fault.code == code
    assert fault.exit_code == (3 if code == "not_yet" else 2)
    assert fault.message.endswith(".") and fault.hint and "\n" not in fault.message + fault.hint


@pytest.mark.parametrize("line", ["deposit USDT -5", "deposit USDT -.5", "borrow USDT -1e9 --json", "trade buy BTCUSDT 1 --type limit --price -3"])
def test_below_zero_is_no_option(margincli, line):
    result = margincli(*line.split())
    assert result.code == 2
    assert "above zero" in (result.out or result.err)


def test_a_long_word_is_cut_short():
    with pytest.raises(WordFault) as refused:
        words.read_asset("A" * 500)
    assert len(refused.value.message) < 140


@pytest.mark.parametrize("line", ["deposit USDT 5 --ref \udc8b", "price set BTCUSDT 5 --source a\udcff"])
def test_a_name_that_is_no_text_is_refused_and_not_a_fault_of_ours(margincli, line):
    result = margincli(*line.split())
    assert result.code == 2 and "UTF-8" in result.err
