"""The packaged rules say what the rule book says."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from margincli import rules
from margincli.domain.money import give_down_quotient
from margincli.rules.shape import BASES

ANSWERS = Path(__file__).parents[1] / "answers.json"
# Kept here so that a slip in the packaged numbers cannot hide behind a test reading the same file.
CROSS = {
    "3": {"transfer_out_above": "2", "borrow_above": "1.5", "margin_call_at": "1.3", "liquidation_at": "1.1"},
    "5": {"transfer_out_above": "2", "borrow_above": "1.25", "margin_call_at": "1.16", "liquidation_at": "1.1"},
}


@pytest.fixture(scope="module")
def document():
    return rules.load()


def decimals(document, *path):
    for part in path:
        document = document[part]
    return [Decimal(text) for text in document[0]]


@pytest.mark.parametrize("leverage", CROSS)
def test_cross_bands_are_the_published_ones_THR_1(document, leverage):
    bands = document["cross"]["bands"][leverage]
    assert {name: bands[name][0] for name in CROSS[leverage]} == CROSS[leverage]


@pytest.mark.parametrize("leverage", CROSS)
def test_cross_initial_ratio_follows_from_leverage_and_ends_liquidation_BOR_2_LIQ_3(document, leverage):
    bands = document["cross"]["bands"][leverage]
    initial = Decimal(bands["initial_risk_ratio"][0])
    assert initial * (Decimal(leverage) - 1) == Decimal(leverage)
    assert initial == Decimal(bands["stop_above"][0]) == Decimal(bands["borrow_above"][0])


@pytest.mark.parametrize(("family", "tiers"), [("10", 10), ("5", 5), ("3", 5)])
def test_isolated_tiers_reproduce_the_leverage_column_ISO_1_ISO_2(document, family, tiers):
    ratios = decimals(document, "isolated", "bands", family, "initial_risk_ratio")
    leverages = decimals(document, "isolated", "bands", family, "leverage")
    assert len(ratios) == len(leverages) == tiers
    assert ratios == sorted(ratios)
    cut = [give_down_quotient(ratio, ratio - 1, 2) for ratio in ratios]
    assert cut == leverages
    assert leverages[0] == Decimal(family)


@pytest.mark.parametrize("family", ["10", "5", "3"])
def test_isolated_thresholds_ascend_THR_4(document, family):
    (liquidation,), (call,) = (decimals(document, "isolated", "bands", family, bar) for bar in ("liquidation_at", "margin_call_at"))
    assert 1 < liquidation < call < decimals(document, "isolated", "bands", family, "initial_risk_ratio")[0]


def test_families_and_steps_speak_of_known_pairs_ISO_5(document):
    isolated, pairs = document["isolated"], document["pairs"]["rows"]
    assert set(isolated["tier_step"]["rows"]) <= set(isolated["families"]["rows"])
    assert set(isolated["families"]["rows"]) <= set(pairs)
    assert set(isolated["families"]["rows"].values()) | {isolated["default_family"][0]} <= set(isolated["bands"])
    assert isolated["tier_step"]["rows"]["BTCUSDT"] == "7.2 90000"


def test_ladders_ascend_and_their_ratios_never_rise_COL_1_COL_3(document):
    for rank, ladder in document["collateral"]["ladders"].items():
        tiers = ladder["tiers"][0]
        ends = [Decimal(end) for end, _ in tiers[:-1]]
        ratios = [Decimal(ratio) for _, ratio in tiers]
        assert tiers[-1][0] == "", rank
        assert ends == sorted(set(ends)), rank
        assert ratios == sorted(ratios, reverse=True) and 0 <= ratios[-1] <= ratios[0] == 1, rank


def test_rank_9_counts_as_published_COL_3(document):
    tiers = document["collateral"]["ladders"]["9"]["tiers"][0]
    published = "100000 1, 150000 0.8, 200000 0.6, 400000 0.3, 600000 0.1"
    assert tiers == [*(tier.split() for tier in published.split(", ")), ["", "0"]]


def test_every_rank_has_a_ladder_COL_9(document):
    collateral = document["collateral"]
    used = {*collateral["ranks"]["rows"].values(), collateral["default_rank"][0]}
    assert used <= set(collateral["ladders"])


def test_rates_are_daily_shares_of_the_debt_INT_6(document):
    rates = document["coins"]["rates"]["rows"]
    assert len(rates) == 248
    assert all(0 < Decimal(rate) < 1 for rate in rates.values())


def test_main_coins_can_be_borrowed_INT_13_COL_8(document):
    coins = document["coins"]
    lent = {*coins["rates"]["rows"], *coins["rates_placeholder"]["rows"]}
    assert {"BTC", "ETH", "BNB", "USDT", "USDC", "FDUSD"} <= lent
    assert not lent & set(coins["collateral_only"]["rows"])
    assert coins["default_rate_daily"][0] == ""


def test_fees_fall_with_the_vip_level_FEE_1(document):
    fees = document["fees"]["trade"][0]
    assert len(fees) == 10
    for side in (0, 1):
        column = [Decimal(row[side]) for row in fees]
        assert column == sorted(column, reverse=True) and column[0] == Decimal("0.001")


def test_pairs_are_named_by_their_coins_ORD_13(document):
    pairs = document["pairs"]
    assert len(pairs["rows"]) > 1000
    assert list(pairs["rows"]) == sorted(pairs["rows"])
    for symbol, row in pairs["rows"].items():
        base, quote, *filters = row.split()
        assert len(filters) == len(pairs["columns"]) - 2 and base + quote == symbol


def test_pair_filters_agree_with_each_other_ORD_8_ORD_9(document):
    for symbol, row in document["pairs"]["rows"].items():
        cells = row.split()
        tick, step, notional = map(Decimal, cells[2:5])
        assert tick > 0 and step > 0 and notional > 0, symbol
        low, high, least, most = (None if cell == "-" else Decimal(cell) for cell in cells[5:9])
        assert low is None or not low % tick, symbol
        assert low is None or low < high, symbol
        assert least is None or (not least % step and least < most), symbol


@pytest.mark.parametrize("base", ["USDC", "FDUSD", "BUSD", "TUSD", "DAI", "UST", "LUNA", "BTC", "ETH"])
def test_coins_needed_for_valuing_and_replays_have_a_pair_IDX_8(document, base):
    assert f"{base}USDT" in document["pairs"]["rows"]


def test_every_rule_has_a_basis_and_a_rule_id_PROF_3(document):
    for row in rules.describe(document):
        assert row["basis"] in BASES, row
        assert re.fullmatch(r"[A-Z]+-\d+", row["rule"]), row
        assert all(isinstance(text, str) for text in row.values()), row
        assert row["value"], row


def test_document_survives_json_unchanged_NUM_1(document):
    def no_float(text):
        raise AssertionError(f"float {text}")

    assert json.loads(json.dumps(document), parse_float=no_float, parse_int=no_float) == document


def test_profile_dates_PROF_2(document):
    assert (document["profile"], document["from"], document["until"]) == (
        "2024",
        "2024-08-12T06:00:00Z",
        "2025-01-21T10:00:00Z",
    )
    assert rules.DEFAULT in rules.PROFILES and "include" not in document


def test_unknown_profile_names_the_known_ones_PROF_1():
    with pytest.raises(rules.UnknownProfile, match="2031.*2024"):
        rules.load("2031")


def test_quiz_can_be_answered_and_answers_file_is_right_MODE_2():
    questions = rules.quiz()
    assert json.loads(ANSWERS.read_text()) == {question["id"]: question["answer"] for question in questions}
    assert len({question["id"] for question in questions}) == len(questions) == 10
    assert sum(question["id"].startswith("pro-") for question in questions) == 3
    for question in questions:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", question["id"])
        assert list(question["choices"]) == ["a", "b", "c", "d"] and question["answer"] in question["choices"]
        assert question["question"].endswith("?") and question["why"] and re.fullmatch(r"[A-Z]+-\d+", question["rule"])
    assert {question["answer"] for question in questions} == set("abcd")


def test_describe_has_a_row_per_rule_in_file_order_PROF_3(document):
    rows = list(rules.describe(document))
    tables = [
        document["pairs"],
        document["coins"]["rates"],
        document["collateral"]["ranks"],
        document["isolated"]["families"],
    ]
    assert len(rows) > sum(len(table["rows"]) for table in tables)
    assert [row["topic"] for row in rows[:1]] == ["terms"] and rows[-1]["topic"] == "pairs"
    assert len({(row["topic"], row["name"]) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("topic", "count", "first"),
    [
        ("THR-1", 8, "bands.3.transfer_out_above"),
        ("thr-1", 8, "bands.3.transfer_out_above"),
        ("btcusdt", 3, "families.BTCUSDT"),
        ("cross.bands.5", 7, "bands.5.transfer_out_above"),
        ("fees", 4, "trade"),
        ("no-such-thing", 0, None),
    ],
)
def test_describe_finds_by_topic_rule_and_name_THR_1(document, topic, count, first):
    rows = list(rules.describe(document, topic))
    assert len(rows) == count
    assert not rows or rows[0]["name"] == first


def test_rows_keep_a_basis_of_their_own_ISO_5(document):
    found = {row["name"]: row["basis"] for row in rules.describe(document, "isolated")}
    assert found["families.BTCUSDT"] == "official"
    assert found["families.ETHUSDT"] == "placeholder"
    assert found["families.1INCHUSDT"] == "third party"


# --- Cross Margin Pro, and the profile of 2025 ---


def test_pro_bars_are_the_published_ones_THR_5_PRO_11_MODE_7(document):
    bands = {name: leaf[0] for name, leaf in document["cross"]["bands"]["10"].items()}
    published = {"scheme": "pro", "margin_call_at": "1.5", "call_at_bar": "no", "trade_from": "1.5", "liquidation_at": "1", "stop_above": "2", "transfer_out_above": "2"}
    assert bands.items() >= published.items() and bands["initial_risk_ratio"] == "1.25"
    assert (document["liquidation"]["fee_pro"][0], document["pro"]["net_equity"][0]) == ("0.03", "assets")


def test_pro_brackets_ascend_and_cost_more_with_every_step_PRO_1(document):
    tables = {**document["pro"]["brackets"]["rows"], "default": document["pro"]["default_brackets"][0]}
    for coin, rows in tables.items():
        ends, leverages, rates = ([Decimal(row[place] or "Infinity") for row in rows] for place in range(3))
        assert ends == sorted(set(ends)) and leverages == sorted(leverages, reverse=True) and rates == sorted(rates), coin
        assert leverages[0] == 10 and all(rate * (leverage - 1) < 1 for leverage, rate in zip(leverages, rates)), coin


def test_profile_2025_differs_from_2024_in_the_new_level_alone_PRO_7(document):
    later = rules.load("2025")
    assert (later["profile"], later["from"], later["until"]) == ("2025", document["until"], "2026-01-21T13:00:00Z")
    assert later["pro"]["net_equity"][0] == "collateral"
    same = {**later, **{name: document[name] for name in ("profile", "title", "from", "until")}, "pro": {**later["pro"], "net_equity": document["pro"]["net_equity"]}}
    assert same == document
