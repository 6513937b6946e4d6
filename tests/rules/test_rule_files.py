"""A rule file of the user's: read with care, refused in one line, laid over a profile."""

from pathlib import Path

import pytest

from margincli import rules


@pytest.fixture(scope="module")
def document():
    return rules.load()


def test_own_lines_lie_over_a_profile_and_keep_their_basis_THR_1_INT_6(document):
    own = rules.read(
        """
        [cross.bands.3]
        margin_call_at = ["1.4", "seed", "THR-1", "mine"]
        [coins.rates.rows]
        BTC = ["0.0005", "seed", "INT-6"]
        [pairs.rows]
        NEWUSDT = [["NEW", "USDT", "0.01", "0.1", "5", "", "", "", "", ""], "placeholder", "ORD-9"]
        OLDUSDT = ["OLD USDT 0.01 0.1 5 - - - - -", "placeholder", "ORD-9"]
        """
    )
    merged = rules.merge(document, own)
    assert merged["cross"]["bands"]["3"]["margin_call_at"][0] == "1.4"
    assert merged["cross"]["bands"]["3"]["liquidation_at"] == document["cross"]["bands"]["3"]["liquidation_at"]
    assert merged["coins"]["rates"]["rows"]["BTC"] == "0.0005"
    assert merged["pairs"]["rows"]["NEWUSDT"] == "NEW USDT 0.01 0.1 5 - - - - -", "a list of cells or one text of them: the same"
    assert merged["pairs"]["rows"]["OLDUSDT"] == "OLD USDT 0.01 0.1 5 - - - - -"
    bases = {row["name"]: row["basis"] for row in rules.describe(merged, "coins")}
    assert (bases["rates.BTC"], bases["rates.ETH"]) == ("seed", "third party")
    assert document == rules.load(), "merging leaves what it merges alone"


def test_a_table_given_anew_speaks_only_for_its_own_rows_INT_6(document):
    own = rules.read('[coins.rates]\nbasis = "seed"\nrule = "INT-6"\nrows.BTC = "0.0005"')
    bases = {row["name"]: row["basis"] for row in rules.describe(rules.merge(document, own), "coins")}
    assert (bases["rates.BTC"], bases["rates.ETH"]) == ("seed", "third party")


@pytest.mark.parametrize("profile", rules.PROFILES)
def test_a_packaged_profile_can_be_read_as_a_users_PROF_1(profile):
    text = Path(rules.__file__).with_name(f"{profile}.toml").read_text()
    assert rules.read(text) == rules.load(profile)


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("a =", "file", "not TOML"),
        ("[cross]\n[cross]", "file", "not TOML"),
        ('from = "yesterday"', "from", "not a moment"),
        ("from = 2024-08-12T06:00:00Z", "from", "quotes"),
        ('limit = "1"', "limit", "outside any section"),
        ('include = ["../../secret.toml"]', "include", "cannot include"),
        ('include = "coins.toml"', "include", "cannot include"),
        ('based_on = "2031"', "based_on", "no profile"),
        ('based_on = ["2024"]', "based_on", "no profile"),
        ("[cros]", "cros", "perhaps cross"),
        ("[cross.bands.3]\nmargin_call_at = 1.3", "cross.bands.3.margin_call_at", "bare value"),
        ('[cross.bands.3]\nmargin_call_at = [1.3, "seed", "THR-1"]', "cross.bands.3.margin_call_at", "in quotes"),
        ('[cross.bands.3]\nmargin_call_at = ["1.3"]', "cross.bands.3.margin_call_at", "1 parts"),
        ('[cross.bands.3]\nmargin_call_at = ["1,3", "seed", "THR-1"]', "cross.bands.3.margin_call_at", "not a number"),
        ('[cross.bands.3]\nmargin_call_at = ["NaN", "seed", "THR-1"]', "cross.bands.3.margin_call_at", "not a number"),
        ('[cross.bands.3]\nmargin_call_at = ["", "seed", "THR-1"]', "cross.bands.3.margin_call_at", "not a number"),
        ('[cross.bands.3]\nmargin_call_at = ["1.3", "guess", "THR-1"]', "cross.bands.3.margin_call_at", "no basis"),
        ('[cross.bands.3]\nmargin_call_at = ["1.3", "seed", "thr1"]', "cross.bands.3.margin_call_at", "no rule id"),
        ('[cross.bands.3]\nmargin_call_at = ["1.3", "seed", "THR-1", 5]', "cross.bands.3.margin_call_at", "remark"),
        ('[cross.bands.3]\nmargin_cal_at = ["1.3", "seed", "THR-1"]', "cross.bands.3.margin_cal_at", "margin_call_at"),
        ('[cross.bands.4]\nmargin_call_at = ["1.3", "seed", "THR-1"]', "cross.bands.4", "lacks"),
        ('[cross.default_leverage]\nx = ["3", "seed", "MODE-5"]', "cross.default_leverage", "not a section"),
        ('[cross]\nbands = ["3", "seed", "THR-1"]', "cross.bands", "is a section"),
        ('[cross]\nleverages = ["3", "seed", "MODE-6"]', "cross.leverages", "another form"),
        ('[fees]\ntrade = [["0.001", "0.001"], "seed", "FEE-1"]', "fees.trade", "another form"),
        ('[coins.rates]\nBTC = ["0.1", "seed", "INT-6"]', "coins.rates.BTC", "[coins.rates.rows]"),
        ('[coins.rates]\nbasis = "seed"\nrule = "INT-6"', "coins.rates", "no rows"),
        ('[coins.rates]\nrule = "INT-6"\nrows.BTC = "0.1"', "coins.rates.basis", "missing"),
        ('[coins.rates]\nbasis = "seed"\nrows.BTC = "0.1"', "coins.rates.rule", "missing"),
        ('[coins.rates]\nbasis = "seed"\nrule = "INT-6"\nrows = "BTC"', "coins.rates.rows", "[coins.rates.rows]"),
        ('[coins.rates.rows]\nBTC = "0.1"', "coins.rates.BTC", "no basis"),
        ('[coins.rates.rows]\nBTC = ["0.1", "sed", "INT-6"]', "coins.rates.BTC", "no basis"),
        ('[coins.rates.rows]\nBTC = ["much", "seed", "INT-6"]', "coins.rates.BTC", "not a number"),
        ('[pairs.rows]\nABUSDT = [["AB", "USDT"], "seed", "ORD-9"]', "pairs.ABUSDT", "2 of 10"),
        ('[pool.supply]\nbasis = "seed"\nrule = "BOR-4"\n[pool.supply.rows]\nUSDT = "lots"', "pool.supply.USDT", "not a number"),
        ('[isolated.tier_step.rows]\nABUSDT = [["1", "many"], "seed", "ISO-5"]', "isolated.tier_step.ABUSDT", "quote"),
    ],
)
def test_a_malformed_rule_file_is_refused_by_key_PROF_3(text, key, says):
    with pytest.raises(rules.RulesFileError) as refusal:
        rules.read(text)
    message = str(refusal.value)
    assert refusal.value.key == key and message.startswith(f"{key}: ")
    assert says in message and ";" in message and "\n" not in message
