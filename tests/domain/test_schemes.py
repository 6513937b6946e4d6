"""The table of margin modes: bars, tiers and what each admits."""

import pytest
from margincli.domain.refusals import Refused
from margincli.domain.isolated import isolated_rungs, isolated_tier
from margincli.domain.schemes import SCHEMES, collateral_value, require_wallet, scheme_of
from margincli.domain.tiers import WHOLE, slices
from worlds import D, NOON, RULES, ruled, wallet, world

# ISO-1, as the rule book prints it: liquidation, call, then IRR and leverage by tier
FAMILIES = {
    "10": ("1.05", "1.10", "1.111 1.1264 1.1418 1.1572 1.1726 1.188 1.2034 1.2188 1.2342 1.2496", "10 8.91 8.05 7.36 6.79 6.31 5.91 5.57 5.26 5"),
    "5": ("1.15", "1.19", "1.25 1.3125 1.375 1.4375 1.5", "5 4.2 3.66 3.28 3"),
    "3": ("1.18", "1.22", "1.5 1.875 2.25 2.625 3", "3 2.14 1.8 1.61 1.5"),
}
CELLS = [
    (family, tier, liquidation, call, initial, leverage)
    for family, (liquidation, call, initials, leverages) in FAMILIES.items()
    for tier, (initial, leverage) in enumerate(zip(initials.split(), leverages.split()), 1)
]


@pytest.mark.parametrize("family, tier, liquidation, call, initial, leverage", CELLS)
def test_ISO_1_ISO_2_ISO_5_bars_of_every_tier(family, tier, liquidation, call, initial, leverage):
    """Tier k reaches to k times the first one's limit, here 1000 USDT: a debt of exactly that is in it."""
    rules = ruled({"isolated.families.rows.BTCUSDT": family, "isolated.tier_step.rows.BTCUSDT": ["1", "1000"]})
    found = world(rules=rules, isolated_BTCUSDT={"BTC": "1", "USDT": f"-{tier * 1000}"})
    name = wallet("isolated:BTCUSDT")
    bands = scheme_of(found, name).bands(found, name)
    assert bands[:8] == (D(2), D(2), D(initial), D(call), D(liquidation), D(initial), D(leverage), tier)
    assert bands.ceiling == 0, "one call level for all tiers"


@pytest.mark.parametrize(
    "symbol, holds, tier",
    [
        ("BTCUSDT", {}, 1),
        ("BTCUSDT", {"USDT": "-90000"}, 1),
        ("BTCUSDT", {"USDT": "-90000.00000001"}, 2),
        ("BTCUSDT", {"USDT": "-89999/1"}, 1),
        ("BTCUSDT", {"USDT": "-89999/1.00000001"}, 2),  # interest counts
        ("BTCUSDT", {"BTC": "-7.2", "USDT": "-90000"}, 1),
        ("BTCUSDT", {"BTC": "-15", "USDT": "-250000"}, 3),  # 15 / 7.2 and 250000 / 90000: 3 and 3
        ("BTCUSDT", {"BTC": "-14.4", "USDT": "-300000"}, 4),  # 2 and 4
        ("BTCUSDT", {"BTC": "-36.00000001", "USDT": "-300000"}, 6),  # 6 and 4
        ("BTCUSDT", {"USDT": "-900000"}, 10),
        ("BTCUSDT", {"USDT": "-99999999"}, 10),  # past the last tier: the last
        ("SOLUSDT", {"SOL": "-200"}, 1),  # no published table: 20000 USDT of each coin, SOL at 100
        ("SOLUSDT", {"SOL": "-200.00000001"}, 2),
        ("SOLUSDT", {"USDT": "-60000.00000001"}, 4),
        ("SOLUSDT", {"USDT": "-999999"}, 5),
    ],
)
def test_ISO_3_the_higher_tier_of_the_two_coins_rules(symbol, holds, tier):
    found = world(prices={"SOLUSDT": "100"}, **{f"isolated_{symbol}": holds})
    assert isolated_tier(found, wallet(f"isolated:{symbol}")) == tier


def test_ISO_5_limits_grow_in_equal_steps():
    """BTCUSDT: 7.2 BTC and 90,000 USDT; tier 2 (8.5x in the text) 14.4 and 180,000."""
    found, name = world(isolated_BTCUSDT={}), wallet("isolated:BTCUSDT")
    assert [rung.limit for rung in isolated_rungs(found, name, "BTC")][:3] == [D("7.2"), D("14.4"), D("21.6")]
    assert [rung.limit for rung in isolated_rungs(found, name, "USDT")][8:] == [D(810000), D(900000)]
    assert [rung.bound for rung in isolated_rungs(found, name, "USDT")][:2] == ["tier 1", "tier 2"]
    usdc = wallet("isolated:BTCUSDC")
    assert [isolated_rungs(world(), usdc, coin)[0].limit for coin in ("BTC", "USDC")] == [D("3.6"), D(45000)]


def test_ISO_5_a_pair_without_a_table_takes_the_worth_of_20000_cut_down():
    found = world(prices={"SOLUSDT": "150"})
    # 20000 / 150 = 133.33333333...
    assert isolated_rungs(found, wallet("isolated:SOLUSDT"), "SOL")[0].limit == D("133.33333333")


@pytest.mark.parametrize(
    "leverage, bars",
    [("3", ("2", "2", "1.5", "1.3", "1.1", "1.5")), ("5", ("2", "2", "1.25", "1.16", "1.1", "1.25")), ("", ("2", "2", "1.25", "1.16", "1.1", "1.25"))],
)
def test_THR_1_MODE_5_LIQ_3_bars_of_cross(leverage, bars):
    found = world(leverage=leverage, cross={})
    bands = scheme_of(found, wallet()).bands(found, wallet())
    assert bands[:8] == (*map(D, bars), D(leverage or 5), 0) and bands.ceiling == bands.pre_liquidation_at == 0


@pytest.mark.parametrize(
    "name, asset, takes",
    [
        ("cross", "CFX", True),
        ("spot", "CFX", True),
        ("isolated:BTCUSDT", "BTC", True),
        ("isolated:BTCUSDT", "USDT", True),
        ("isolated:BTCUSDT", "USDC", False),
        ("isolated:BTCUSDT", "BT", False),
    ],
)
def test_MODE_4_what_a_wallet_admits(name, asset, takes):
    assert scheme_of(world(), wallet(name)).admits(RULES, wallet(name), asset) is takes


@pytest.mark.parametrize(
    "name, code",
    [
        ("spot", None),
        ("cross", None),
        ("isolated:BTCUSDT", None),
        ("isolated", "bad_wallet"),
        ("spot:BTCUSDT", "bad_wallet"),
        ("cross:BTCUSDT", "bad_wallet"),
        ("margin", "bad_wallet"),
        ("pro", "bad_wallet"),  # a row of the table, not a wallet: it is the cross wallet's at 10x
        ("", "bad_wallet"),
        ("isolated:BTC", "unknown_pair"),
    ],
)
def test_wallets_that_there_are(name, code):
    try:
        assert require_wallet(RULES, wallet(name)) is SCHEMES[wallet(name).mode] and code is None
    except Refused as refusal:
        assert refusal.code == code


def test_only_cross_has_haircuts_and_only_margin_wallets_lend_COL_1():
    assert {mode: (row.lends, row.shows_collateral_level(RULES)) for mode, row in SCHEMES.items()} == {
        "spot": (False, False),
        "cross": (True, True),
        "pro": (True, True),
        "isolated": (True, False),
    }
    assert SCHEMES["cross"].tiers(world(), "CFX", "borrow")[1] == (D(150000), D("0.8"))
    assert SCHEMES["isolated"].tiers(world(), "CFX", "borrow") == WHOLE


TIERS = ((D(100), D(1)), (D(150), D("0.8")))


@pytest.mark.parametrize(
    "above, expected",
    [
        ("0", [("100", "1"), ("50", "0.8"), (None, "0")]),
        ("100", [("50", "0.8"), (None, "0")]),
        ("120", [("30", "0.8"), (None, "0")]),
        ("150", [(None, "0")]),
    ],
)
def test_COL_4_slices_from_a_value_upwards_and_nothing_past_the_table(above, expected):
    assert list(slices(TIERS, D(above))) == [(width and D(width), D(share)) for width, share in expected]


FAQ = ((D(100_000_000), D(1)), (D(120_000_000), D("0.975")), (D(150_000_000), D("0.95")), (D(180_000_000), D("0.9")), (D(200_000_000), D("0.85")))


@pytest.mark.parametrize(
    "tiers, value, counted",
    [
        (FAQ, 120_000_000, "119500000"),  # COL-1, COL-5: 100 M + 0.975 * 20 M, the FAQ's 6,000 BTC at 20,000
        (FAQ, 130_000_000, "129000000"),  # + 0.95 * 10 M
        (FAQ, 300_000_000, "192000000"),  # 100 + 19.5 + 28.5 + 27 + 17 M; COL-4: 0 above the last tier
        ("CFX", 100_000, "100000"),  # COL-3: rank 9
        ("CFX", 120_000, "116000"),  # 100000 + 0.8 * 20000
        ("CFX", 150_000, "140000"),
        ("CFX", 200_000, "170000"),  # + 0.6 * 50000
        ("CFX", 400_000, "230000"),  # + 0.3 * 200000
        ("CFX", 600_000, "250000"),  # + 0.1 * 200000
        ("CFX", 9_000_000, "250000"),
        ("BNB", 1_200_000, "1180000"),  # rank 6: 800000 + 0.95 * 400000
        ("TRX", 6_000_000, "2610000"),  # + 0.85 * 800000 + 0.5 * 500000 + 0.2 * 1500000 + 0.1 * 2000000
        ("ADA", 800_001, "800000.95"),  # COL-9
        ("ARB", 500_000, "370000"),  # rank 7: 100000 + 0.8 * 150000 + 0.6 * 250000
        ("1INCH", 600_000, "250000"),  # any other coin: rank 9
        ("USDC", 10**9, "1000000000"),
        ("BTC", 10**9, "1000000000"),
    ],
)
def test_COL_1_COL_3_COL_4_COL_5_COL_9_tiered_collateral(tiers, value, counted):
    assert collateral_value(RULES.tiers(tiers, NOON) if isinstance(tiers, str) else tiers, D(value)) == D(counted)
