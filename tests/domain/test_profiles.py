"""What differs between the profiles, each a line of a rule file: bars by tier, pre-liquidation, haircuts, ranks in time, fees, deficits."""

import pytest
from margincli.domain.flaws import flaw_of
from margincli.domain.liquidation import DEFICITS, liquidate
from margincli.domain.market import OUTLIERS
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.leverage import Leverage
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.domain.refusals import Refused
from margincli.domain.risk import health, max_borrow, max_transfer_out, shown
from margincli.domain.rulebook import CHOICES, PURPOSES, Rulebook
from margincli.domain.isolated import isolated_bands
from margincli.domain.walk import settle
from margincli.domain.world import World
from margincli.rules import PROFILES, load
from worlds import D, at, outcome, quotes, ruled, time, wallet, walked, world

CROSS, BTC, SPOT = wallet(), wallet("isolated:BTCUSDT"), wallet("spot")
BOOKS = {profile: Rulebook(load(profile)) for profile in PROFILES}
THEN, NOW = BOOKS["2019"], BOOKS["2026"]
SMALL = ruled({"isolated.tier_step.rows.BTCUSDT": ["0.1", "3100"]}, THEN.document)
BY_WORTH = ruled({"isolated.tier_step.rows": {}, "isolated.default_step_usdt": "2500"}, THEN.document)


@pytest.mark.parametrize("profile", PROFILES)
def test_COL_6_the_columns_of_the_file_are_the_purposes_of_the_code(profile):
    assert tuple(BOOKS[profile].document["collateral"]["flat"]["columns"]) == PURPOSES


@pytest.mark.parametrize("profile", PROFILES)
def test_PROF_1_a_profile_is_whole_and_names_itself(profile):
    assert BOOKS[profile].profile == profile and flaw_of(BOOKS[profile]) == ""
    assert BOOKS[profile].document["title"] and BOOKS[profile].document.keys() >= BOOKS["2024"].document.keys() - {"from", "until"}


def test_PROF_1_PROF_2_the_time_of_each():
    times = {profile: (book.document.get("from"), book.document.get("until")) for profile, book in BOOKS.items()}
    assert times["2019"] == (None, "2023-01-12T00:00:00Z")
    assert times["2026"] == ("2026-01-21T13:00:00Z", None)


def test_the_ways_a_rule_book_may_choose_from_are_those_there_are():
    assert CHOICES["index.outlier"] == tuple(OUTLIERS)
    assert CHOICES["liquidation.deficit_cross"] == CHOICES["liquidation.deficit_isolated"] == tuple(DEFICITS)


@pytest.mark.parametrize("profile, offered", [("2019", "3"), ("2024", "3 5"), ("2026", "3 5")])
def test_MODE_5_PRO_9_the_leverages_of_each(profile, offered):
    found = world(rules=BOOKS[profile], leverage="4", cross={"USDT": "1"})
    assert [choice for choice in ("3", "5", "10") if outcome(found, Leverage(CROSS, choice)) == "done"] == offered.split()


# --- isolated bars that rise with the tier ---

TIERS = [  # family, tier, LR, pre-liquidation, MCR, IRR, leverage: the corners of the tables of 2020
    ("10", 1, "1.05", "1.07", "1.09", "1.111", "10"),
    ("10", 4, "1.083", "1.103", "1.123", "1.157", "7.35"),
    ("10", 10, "1.15", "1.17", "1.19", "1.25", "5"),
    ("5", 1, "1.15", "1.17", "1.19", "1.25", "5"),
    ("5", 5, "1.18", "1.2", "1.22", "1.5", "3"),
    ("3", 2, "1.1975", "0", "1.24", "1.875", "2.14"),
]


@pytest.mark.parametrize("family, tier, liquidation, before, call, initial, leverage", TIERS)
def test_ISO_4_THR_7_the_bars_of_2020(family, tier, liquidation, before, call, initial, leverage):
    rules = ruled({"isolated.families.rows.BTCUSDT": family, "isolated.tier_step.rows.BTCUSDT": ["1", "1000"]}, THEN.document)
    bands = isolated_bands(world(rules=rules, isolated_BTCUSDT={"BTC": "1", "USDT": f"-{tier * 1000}"}), BTC)
    assert (*bands[2:8], bands.pre_liquidation_at) == (D(initial), D(call), D(liquidation), D(initial), D(leverage), tier, D(before))
    assert bands.ceiling == {"10": D("1.19"), "5": D("1.22"), "3": D("1.3")}[family], "the highest call of any tier"


@pytest.mark.parametrize("family", ["10", "5"])
def test_ISO_4_the_bars_lie_two_and_four_hundredths_above_the_liquidation_ratio(family):
    bars = [THEN.numbers(f"isolated.bands.{family}.{name}_at") for name in ("liquidation", "pre_liquidation", "margin_call")]
    assert all((before - low, call - low) == (D("0.02"), D("0.04")) for low, before, call in zip(*bars))


@pytest.mark.parametrize("debt, band", [("9174", "NORMAL"), ("9175", "MARGIN_CALL"), ("9345", "MARGIN_CALL"), ("9346", "PRE_LIQUIDATION"), ("9523", "PRE_LIQUIDATION"), ("9524", "FORCE_LIQUIDATION")])
def test_THR_7_pre_liquidation_lies_between_the_call_and_the_end(debt, band):
    """10,000 against a debt in tier 1: called at 1.09, pre-liquidation at 1.07, liquidated at 1.05."""
    found = health(world(rules=THEN, prices={"BTCUSDT": "10000"}, isolated_BTCUSDT={"BTC": "1", "USDT": f"-{debt}"}), BTC)
    assert found.band == band and "borrow" not in found.allows  # at 1.111 and less
    assert health(world(prices={"BTCUSDT": "10000"}, isolated_BTCUSDT={"BTC": "1", "USDT": f"-{debt}"}), BTC).band != "PRE_LIQUIDATION"  # in 2024


def test_THR_7_out_of_pre_liquidation_into_the_call_is_no_harm():
    """1.0638 becomes 1.0798: coins may come in, though it is a call still."""
    found = world(rules=THEN, prices={"BTCUSDT": "10000"}, spot={"USDT": "200"}, isolated_BTCUSDT={"BTC": "1", "USDT": "-9400"})
    after, _ = decide(found, Transfer("USDT", D(150), SPOT, BTC))
    assert (health(found, BTC).band, health(after, BTC).band) == ("PRE_LIQUIDATION", "MARGIN_CALL")


def test_THR_7_no_request_takes_a_call_into_pre_liquidation():
    """The fee of a sale would take 1.07043459 to 1.0693 and the bar is 1.07; with 12 USDT less of debt it may be sold."""
    owing = lambda debt: world(rules=THEN, prices={"BTCUSDT": "10000"}, isolated_BTCUSDT={"BTC": "1", "USDT": f"-{debt}"})  # noqa: E731
    sale = Trade(BTC, "SELL", "BTCUSDT", D(1), None)
    assert health(owing("9342"), BTC).band == "MARGIN_CALL"
    with pytest.raises(Refused, match="unhealthy_result") as refused:
        decide(owing("9342"), sale)
    assert (D(refused.value.facts["bar"]), refused.value.facts["consequence"]) == (D("1.07"), "pre-liquidation would begin")
    assert outcome(owing("9330"), sale) == "done"


def told(entries):
    return [(entry.kind, entry.at) for entry in entries if entry.kind != "interest"]


def test_THR_7_it_is_heard_after_the_call_ends_when_the_level_is_above_and_is_heard_again():
    path = {"BTCUSDT": quotes((time("12:00"), "11000"), (time("13:30"), "10700"), (time("14:30"), "10800"), (time("14:45"), "10650"), (time("15:00"), "12000"))}
    _, entries = walked("16:00", rules=THEN, prices=path, isolated_BTCUSDT={"BTC": "1", "USDT": "-10000"})
    at_half = at(time("13:30"))
    assert told(entries) == [
        ("margin_call", at_half),
        ("pre_liquidation", at_half),
        ("pre_liquidation_over", at(time("14:30"))),
        ("pre_liquidation", at(time("14:45"))),
        ("margin_call_over", at(time("15:00"))),
        ("pre_liquidation_over", at(time("15:00"))),
    ]


def test_PROF_1_a_state_that_the_next_profile_does_not_know_ends_with_it():
    path = {"BTCUSDT": quotes((time("12:00"), "10650"))}
    there, entries = walked("13:30", rules=THEN, prices=path, isolated_BTCUSDT={"BTC": "1", "USDT": "-10000"})
    assert [kind for kind, _ in told(entries)] == ["margin_call", "pre_liquidation"]
    _, entries = settle(World(at(time("14:00")), "main", there.state, there.market, BOOKS["2024"]), there.now)
    assert [kind for kind, _ in told(entries)] == ["pre_liquidation_over"]


def test_ISO_4_interest_lifts_a_debt_to_a_tier_with_a_higher_bar_at_its_own_hour():
    """9,299 of at most 9,300 in tier 3, called at 1.112: an hour's 19.4 makes it tier 4, called at 1.123; the level is 1.1182."""
    rates = {("isolated", "USDT"): [("2000-01-01", "0.05")]}
    _, entries = walked("14:00", rules=SMALL, rates=rates, prices={"BTCUSDT": "10420"}, isolated_BTCUSDT={"BTC": "1", "USDT": "-9299"})
    assert told(entries) == [("margin_call", at(time("13:00")))]


def test_ISO_4_a_price_lifts_a_debt_to_a_tier_whose_limit_is_told_in_usdt():
    """0.5 BTC fit twice 2,500 USDT until 10,000; above, tier 3 is called at 1.112, and the level is 1.11189."""
    path = {"BTCUSDT": quotes((time("12:00"), "9999"), (time("13:30"), "10001"))}
    _, entries = walked("14:00", rules=BY_WORTH, prices=path, isolated_BTCUSDT={"BTC": "-0.5", "USDT": "5560"})
    assert told(entries) == [("margin_call", at(time("13:30")))]


# --- fees of liquidation ---


@pytest.mark.parametrize("profile, tier, rate", [("2019", 1, "0.02"), ("2019", 4, "0.0332"), ("2019", 10, "0.06"), ("2024", 4, "0.02"), ("2026", 4, "0.02")])
def test_LIQ_8_before_2024_08_12_the_isolated_fee_was_a_share_of_the_ratio(profile, tier, rate):
    """0.4 of what the tier's liquidation ratio is above 1: 0.05, 0.083, 0.15."""
    rules = ruled({"isolated.tier_step.rows.BTCUSDT": ["1", "1000"]}, BOOKS[profile].document)
    _, entries = liquidate(world(rules=rules, isolated_BTCUSDT={"BTC": "1", "USDT": f"-{tier * 1000}"}), BTC, None, "asked for")
    (fee,) = [entry for entry in entries if entry.kind == "liquidation_fee"]
    assert D(fee.facts["rate"]) == D(rate)


# --- haircuts ---


def test_ML_2_PROF_1_before_haircuts_every_coin_counts_whole_and_one_level_is_shown():
    coins = {"CFX": "900000", "BTC": "2", "USDT": "-400000"}
    told = {"prices": {"CFXUSDT": "1"}, "cross": coins}
    old, new = (health(world(rules=BOOKS[profile], **told), CROSS) for profile in ("2019", "2024"))
    assert (old.exposure.collateral, old.collateral_level, old.transfer_out_level) == (D(940000), None, None)
    assert (new.exposure.collateral, new.collateral_level, new.transfer_out_level) == (D(290000), D("0.725"), D("0.725"))
    assert old.allows == ("trade", "borrow", "transfer_out") and new.allows == ("trade",)


@pytest.mark.parametrize("purpose", ["borrow", "transfer_out", "liquidation"])
@pytest.mark.parametrize("profile", PROFILES)
def test_COL_6_the_three_ratios_are_the_same_before_2026(profile, purpose):
    ratio = {"2019": "1", "2024": "0.8", "2025": "0.8", "2026": "1" if purpose == "liquidation" else "0.2"}[profile]
    tiers = BOOKS[profile].tiers("GALA", at("2026-03-01"), purpose)
    assert (tiers[1] if profile in ("2024", "2025") else tiers[0])[1] == D(ratio)


def split(borrow: str, transfer_out: str):
    return ruled({"collateral.flat.rows.4": [borrow, transfer_out, "1"]}, NOW.document)


def test_COL_6_the_borrow_ratio_bounds_loans_and_the_transfer_ratio_what_moves_out():
    """20 BNB at 500 against 3,000 USDC: 0.8 x 10,000 to borrow by, 0.65 x 10,000 to move out by."""
    found = world(rules=split("0.8", "0.65"), cross={"BNB": "20", "USDC": "-3000"})
    standing = health(found, CROSS)
    assert [shown(level) for level in (standing.level, standing.collateral_level, standing.transfer_out_level)] == ["3.33333333", "2.66666666", "2.16666666"]
    # (8000 + 0.8 x) / (3000 + x) = 1.5: x = 3500 / 0.7 = 5000 USDT, 10 BNB
    assert max_borrow(found, CROSS, "BNB").amount == 10
    # 6500 - 2 x 3000 = 500 may be lost: 500 / 0.65 = 769.23 USDT, 1.53846153 BNB
    assert max_transfer_out(found, CROSS, "BNB") == D("1.53846153")
    assert outcome(found, Transfer("BNB", D("1.53846154"), CROSS, SPOT)) == "above_max_transfer"


@pytest.mark.parametrize(
    "borrow, transfer_out, may_borrow, may_move, bar",
    [("0.44", "0.66", "level_too_low_to_borrow", "done", "1.46666666"), ("0.66", "0.44", "done", "level_too_low_to_move", "1.46666666")],
)
def test_COL_6_THR_1_each_permission_by_its_own_level(borrow, transfer_out, may_borrow, may_move, bar):
    found = world(rules=split(borrow, transfer_out), cross={"BNB": "20", "USDC": "-3000"})
    assert (outcome(found, Borrow(CROSS, "USDT", D(20))), outcome(found, Transfer("BNB", D("0.1"), CROSS, SPOT))) == (may_borrow, may_move)
    refused = Borrow(CROSS, "USDT", D(20)) if may_move == "done" else Transfer("BNB", D("0.1"), CROSS, SPOT)
    with pytest.raises(Exception, match=may_borrow if may_move == "done" else may_move) as refusal:
        decide(found, refused)
    assert refusal.value.facts["level"] == bar


def test_COL_6_THR_2_no_ratio_calls_or_liquidates_a_classic_wallet():
    found = health(world(rules=NOW, prices={"GALAUSDT": "1"}, cross={"GALA": "2000", "USDC": "-1500"}), CROSS)
    assert (found.band, found.allows) == ("NORMAL", ("trade",)) and found.collateral_level < D("0.3")


@pytest.mark.parametrize(
    "asset, moment, rank",
    [
        ("ADA", "2026-01-11T23:59:59.999Z", "4"),
        ("ADA", "2026-01-12T00:00:00Z", "5"),
        ("ADA", "2019-01-01", "4"),
        ("BAKE", "2025-07-24", "9"),
        ("BAKE", "2025-07-31", "10"),
        ("BAKE", "2026-02-01", "9"),  # reported to fall from 9 to 10, a week later from 8 to 9: the later word stands
        ("BTC", "2026-01-12", "1"),
        ("GALA", "2026-01-12", "9"),
    ],
)
def test_COL_7_a_rank_is_that_of_the_moment(asset, moment, rank):
    assert NOW.rank(asset, at(moment)) == rank


def test_COL_7_a_change_takes_effect_on_what_is_held():
    told = {"rules": NOW, "prices": {"ADAUSDT": "1"}, "cross": {"ADA": "1000"}}
    assert [health(world(now, **told), CROSS).exposure.collateral for now in ("2026-01-11T23:59:59Z", "2026-01-12T00:00:00Z")] == [D(900), D(800)]


def test_COL_7_COL_9_a_rank_of_the_users_own_comes_before_the_changes():
    rules = ruled({"collateral.ranks.rows.ADA": "2"}, NOW.document)
    assert rules.rank("ADA", at("2026-02-01")) == "2" and BOOKS["2024"].rank("ADA", at("2020-01-01")) == "5"


# --- books of before ---


def test_a_ledger_of_the_version_before_goes_on_as_it_was():
    """Its rule book has one bar for all tiers, and none of the names that came with the profiles."""
    old = load("2024")
    for bands in old["isolated"]["bands"].values():
        del bands["pre_liquidation_at"]
        for bar in ("liquidation_at", "margin_call_at"):
            bands[bar] = [bands[bar][0][0], *bands[bar][1:]]
    for section, names in {"collateral": ("shown", "flat"), "index": ("outlier",)}.items():
        for name in names:
            del old[section][name]
    for name in ("fee_isolated_by_tier", "deficit_cross", "deficit_isolated", "loan_asset", "loan_price_usdt", "loan_holds_withdrawals"):
        del old["liquidation"][name]
    book, told = Rulebook(old), {"cross": {"BTC": "1", "CFX": "9", "USDT": "-19000"}, "isolated_BTCUSDT": {"BTC": "1", "USDT": "-19900"}, "prices": {"CFXUSDT": "1"}}
    assert flaw_of(book) == "" and book.deficit_coins == {"BTC"}
    before, now = world(rules=book, **told), world(**told)
    for name in (CROSS, BTC):
        assert health(before, name) == health(now, name)
        assert liquidate(before, name, None, "level")[1] == liquidate(now, name, None, "level")[1]


FLAWS = [
    ({"isolated.bands.10.pre_liquidation_at": ["1.11"]}, "isolated.bands.10: pre_liquidation_at must lie between"),
    ({"isolated.bands.10.liquidation_at": ["1.05", "1.2"]}, "isolated.bands.10: liquidation_at must lie above 0"),
    ({"isolated.bands.10.liquidation_at": [], "isolated.bands.10.margin_call_at": []}, "isolated.bands.10: liquidation_at must lie above 0"),
    ({"collateral.flat.rows.4": ["0.9", "", "1"]}, "collateral.flat.4: a ratio is a number from 0 to 1"),
    ({"collateral.flat.rows.4": "0.9 - 1"}, "collateral.flat.4: a ratio is a number from 0 to 1"),
    ({"fees.parts.rows.tax": "0 2 0 0"}, "fees.parts.tax: a ratio is a number from 0 to 1"),
    ({"fees.trade": [["0.001", "1.1"]] * 10}, "fees.trade: a ratio is a number from 0 to 1"),
    ({"collateral.flat.rows.4": ["0.9", "1.01", "1"]}, "collateral.flat.4: a ratio"),
    ({"liquidation.deficit_cross": "nobody"}, "liquidation.deficit_cross: nobody is none of fund, loan"),
    ({"index.outlier": "kept"}, "index.outlier: kept is none of"),
    ({"collateral.rank_changes.rows.ADA": [["someday", "4", "5"]]}, "collateral.rank_changes.ADA: a change is"),
    ({"collateral.rank_changes.rows.ADA": [["2026-01-12T00:00:00", "4", "5"]]}, "collateral.rank_changes.ADA: a change is"),
    ({"collateral.rank_changes.rows.ADA": [["4", "5"]]}, "collateral.rank_changes.ADA: a change is"),
    ({"collateral.rank_changes.rows.ADA": [["2026-01-12T00:00:00Z", "4", "77"]]}, "collateral rank 77 has no ladder"),
]


@pytest.mark.parametrize("leaves, words", FLAWS)
def test_what_a_decision_would_stumble_over_is_found_before(leaves, words):
    assert flaw_of(ruled(leaves, NOW.document)).startswith(words)
