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
    ('[cross.bands.10]\nscheme = ["portfolio", "inferred", "MODE-3"]', "the scheme is"),
    ('[pro]\nnet_equity = ["collaterals", "inferred", "PRO-7"]', "one of: assets, collateral"),
    ('[pro.brackets.rows]\nSOL = [[["1000", "1", "0.05"]], "inferred", "PRO-1"]', "SOL: each names its end"),
    ('[pro.brackets.rows]\nSOL = [[["1000", "10", "0.05"], ["900", "8", "0.07"]], "inferred", "PRO-1"]', "SOL: their ends must rise"),
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


@pytest.mark.parametrize("step", [HOUR, END - BEGIN])
def test_PROF_1_PRO_7_the_new_level_of_pro_calls_at_its_own_moment(tmp_path, step):
    """424,775 CFX at 1 USDT against 225,000 USDT and their hours: 199,772 / 6,750 in full; what they count for,
    232,477.5, leaves 7,474 / 6,750."""
    call, key = desk.Call(tmp_path / "ledger.db", "main", BEGIN), records.quiz_key()
    cross = Wallet("main", "cross")
    quotes.price_set(call, "CFXUSDT", D(1), None, None)
    for request in (
        Deposit("CFX", D(200000)),
        Activate(cross, "10", "DE", "accepted", key, key),
        Transfer("CFX", D(200000), Wallet("main", "spot"), cross),
        Trade(cross, "BUY", "CFXUSDT", None, D(225000), side_effect="MARGIN_BUY"),
    ):
        desk.perform(call, request)
    assert D(account.status(call)["wallets"][1]["margin_level"]) > 29
    records.rules_use(call._replace(at=CHANGE), "2025")
    for now in [*range(BEGIN + step, END, step), END]:
        sweeping.sweep(call._replace(at=now), "accrue")
    told = call._replace(at=END)
    calls = records.history(told, "margin_call", None, None, None)["rows"]
    assert [(row["at"], row["facts"]["bar"], row["facts"]["level"][:6]) for row in calls] == [("2024-09-01T12:30:00Z", "1.5", "1.1073")]
    assert records.check(told)["findings"] == []
def outlier(path, first: str, then: str) -> desk.Call:
    """1,900 USDT owed against 0.0483 BTC; from 11:00 on a source of three stands at 35,000 beside 52,000, and from 12:30 on another profile holds."""
    call, key, cross = desk.Call(path, "main", BEGIN), records.quiz_key(), Wallet("main", "cross")
    records.rules_use(call, first)
    for source in ("a", "b", "c"):
        quotes.price_set(call, "BTCUSDT", D(60000), source, D(1))
    for request in (
        Deposit("USDT", D(1000)),
        Activate(cross, "3", "DE", "accepted", key, key),
        Transfer("USDT", D(1000), Wallet("main", "spot"), cross),
        Trade(cross, "BUY", "BTCUSDT", None, D(2900), side_effect="MARGIN_BUY"),
    ):
        desk.perform(call, request)
    for source, price in (("a", 52000), ("b", 52000), ("c", 35000)):
        quotes.price_set(call._replace(at=BEGIN + HOUR), "BTCUSDT", D(price), source, D(1))
    records.rules_use(call._replace(at=CHANGE), then)
    return call


@pytest.mark.parametrize("step", [HOUR // 2, 3 * HOUR, END - BEGIN])
@pytest.mark.parametrize("first, then, told", [("2019", "2024", ["margin_call 12:30"]), ("2024", "2019", ["margin_call 11:00", "margin_call_over 12:30"])])
def test_PROF_1_IDX_3_the_index_is_made_by_the_rules_of_its_own_moment(tmp_path, step, first, then, told):
    """35,000 beside twice 52,000: in 2021 it has no weight, since 2024 it counts at 49,400, which makes 51,133.33. The levels of
    0.0483 BTC against 1,900 USDT and some interest are 1.32 and 1.299."""
    call = outlier(tmp_path / "ledger.db", first, then)
    for now in [*range(BEGIN + step, END, step), END]:
        sweeping.sweep(call._replace(at=now), "accrue")
    found = records.history(call._replace(at=END), None, None, None, None)["rows"]
    assert [f"{row['kind']} {row['at'][11:16]}" for row in found if row["kind"].startswith("margin_call")] == told
