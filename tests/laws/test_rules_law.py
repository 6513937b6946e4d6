"""A rule book takes effect at its moment, whoever looks when (law 3, PROF-1): one catch-up equals many small ones."""

import pytest
from worlds import D, at

from margincli import account, desk, quotes, records, sweeping
from margincli.domain.interest import HOUR
from margincli.domain.journal import Wallet
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.rules import RulesFileError

BEGIN, CHANGE, END = at("2024-09-01T10:00Z"), at("2024-09-01T12:30Z"), at("2024-09-01T18:15Z")
STRICTER = """
[cross.bands.3]
margin_call_at = ["1.4", "inferred", "THR-1"]

[coins.rates]
basis = "inferred"
rule = "INT-6"

[coins.rates.rows]
USDT = "0.0024"
"""


def begun(path) -> desk.Call:
    """1,900 USDT owed against 0.04833 BTC at 53,000: level 1.3469, between the bar of now and the one to come."""
    call, key = desk.Call(path, "main", BEGIN), records.quiz_key()
    cross = Wallet("main", "cross")
    quotes.price_set(call, "BTCUSDT", D(60000), None, None)
    for request in (
        Deposit("USDT", D(1000)),
        Activate(cross, "3", "DE", "accepted", key, key),
        Transfer("USDT", D(1000), Wallet("main", "spot"), cross),
        Trade(cross, "BUY", "BTCUSDT", None, D(2900), side_effect="MARGIN_BUY"),
    ):
        desk.perform(call, request)
    quotes.price_set(call._replace(at=BEGIN + HOUR), "BTCUSDT", D(53000), None, None)
    records.rules_import(call._replace(at=CHANGE), "mine.toml", STRICTER)
    return call


@pytest.mark.parametrize("step", [HOUR // 4, HOUR, 7 * HOUR // 3, END - BEGIN])
def test_PROF_1_new_bars_call_at_their_own_moment_and_new_rates_charge_from_their_own_hour(tmp_path, step):
    """Hours 11 and 12 at 0.00010811 a day (1900 x 0.00010811 / 24 = 0.00855871 up), 13 to 18 at 0.0024 (0.19 each)."""
    call = begun(tmp_path / "ledger.db")
    for now in [*range(BEGIN + step, END, step), END]:
        sweeping.sweep(call._replace(at=now), "accrue")
    told = call._replace(at=END)
    rows = [row["interest"] for row in records.interest(told, None, None, False)["rows"]]
    assert rows == ["0.00855871"] * 3 + ["0.19"] * 6  # the first of them is the loan's own hour
    calls = records.history(told, "margin_call", None, None, None)["rows"]
    assert [(row["at"], row["facts"]["bar"]) for row in calls] == [("2024-09-01T12:30:00Z", "1.4")]
    assert account.status(told)["wallets"][1]["margin_call_level"] == "1.4"
    assert records.check(told)["findings"] == []


FLAWS = [
    ('[cross.bands.3]\nmargin_cal_at = ["1.2", "inferred", "THR-1"]', "perhaps margin_call_at"),
    ('[cross.bands.3]\nmargin_call_at = ["1.05", "inferred", "THR-1"]', "liquidation_at must lie"),
    ('[collateral.ranks]\nbasis = "inferred"\nrule = "COL-3"\n[collateral.ranks.rows]\nBTC = "77"', "rank 77 has no ladder"),
    ('[isolated]\ndefault_family = ["7", "inferred", "ISO-1"]', "family 7 has no bands"),
    ("not toml", "not TOML"),
]


@pytest.mark.parametrize("text, words", FLAWS)
def test_what_does_not_fit_is_refused_and_nothing_is_written(tmp_path, text, words):
    call = begun(tmp_path / "ledger.db")._replace(at=END)
    before = records.rules_show(call, "THR-1")
    with pytest.raises(RulesFileError, match=words):
        records.rules_import(call, "mine.toml", text)
    assert records.rules_show(call, "THR-1") == before


def test_a_profile_put_in_force_again_takes_back_what_was_imported(tmp_path):
    call = begun(tmp_path / "ledger.db")._replace(at=END)
    records.rules_use(call, "2024")
    (row,) = [row for row in records.rules_show(call, "cross.bands.3.margin_call_at")["rows"]]
    assert row["value"] == "1.3"
