"""transfer: refusals in their order, then the move."""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.transfer import Transfer
from worlds import D, NOON, RULES, booked, ladder, lines, refuses, ruled, wallet, without, world

SPOT, CROSS, BTC = wallet("spot"), wallet(), wallet("isolated:BTCUSDT")
OTHERS = [f"isolated_{symbol}" for symbol in RULES.rows("pairs") if symbol != "BTCUSDT"]
LOW, ENOUGH = {"BTC": "1", "USDC": "-10000"}, {"BTC": "1.1", "USDC": "-10000"}  # level 2 and 2.2


def newcomer(passed=None, **told):
    found = world(**told)
    return found if passed else without(found, "quiz_passed_at")


REFUSED = ladder(
    Transfer("NOPE", D("-0.000000001"), wallet("margin"), wallet("isolated:NOPE")),
    {name: {} for name in OTHERS[:20]},
    ("bad_wallet: margin", {}, {"source": CROSS}),
    ("unknown_pair: NOPE", {}, {"target": CROSS}),
    ("same_wallet: cross", {}, {"target": BTC}),
    ("unknown_asset", {}, {"asset": "ETH"}),
    ("not_positive", {}, {"amount": D("100000000000.000000001")}),
    ("too_many_places", {}, {"amount": D("100000000000")}),
    ("amount_too_large", {}, {"amount": D(2)}),
    ("not_active: cross", {"cross": LOW}, {}),
    ("not_active: isolated:BTCUSDT", {"passed": "yes"}, {}),
    ("too_many_isolated: 20", {OTHERS[0]: None}, {}),
    ("not_admitted: isolated:BTCUSDT does not take ETH", {}, {"asset": "BTC"}),
    ("level_too_low_to_move: above level 2; it stands at 2.", {"cross": ENOUGH}, {}),
    ("balance_too_small: cross has 1.1 BTC free, 2 are needed", {}, {"amount": D("0.10000001")}),
    # (22000 - 2 * 10000) / 20000 = 0.1
    ("above_max_transfer: more than the 0.1 that may leave cross", {}, {"amount": D("0.1")}),
    make=newcomer,
)
MORE = [
    ("not_active", "cross", world(spot={"USDT": "1"}), Transfer("USDT", D(1), SPOT, CROSS)),
    ("not_active", "isolated:BTCUSDT", world(), Transfer("USDT", D(1), BTC, SPOT)),
    ("balance_too_small", "spot has 1 USDT free", world(spot={"USDT": "1"}, cross={}), Transfer("USDT", D("1.00000001"), SPOT, CROSS)),
    ("nothing_to_move", "USDT can leave spot", world(cross={}), Transfer("USDT", None, SPOT, CROSS)),
    ("nothing_to_move", "ETH can leave cross", world(cross=ENOUGH), Transfer("ETH", None, CROSS, SPOT)),
    ("no_price", "CFX", world(cross={"BTC": "1", "CFX": "-1"}), Transfer("BTC", D("0.1"), CROSS, SPOT)),
    ("bad_wallet", "isolated", world(cross={}), Transfer("USDT", D(1), CROSS, wallet("isolated"))),
    ("bad_wallet", "spot:BTCUSDT", world(cross={}), Transfer("USDT", D(1), CROSS, wallet("spot:BTCUSDT"))),
    # TRF-8: none in a call; TRF-4: isolated, none at 2 exactly
    ("level_too_low_to_move", "1.2", world(cross={"USDT": "120", "USDC": "-100"}), Transfer("USDT", D(1), CROSS, SPOT)),
    ("level_too_low_to_move", "2", world(isolated_BTCUSDT=LOW | {"USDC": "0", "USDT": "-10000"}), Transfer("BTC", D("0.1"), BTC, SPOT)),
    # TRF-2 looks at the level with haircuts: CFX 1,000,000 count 250,000 against 125,000
    ("level_too_low_to_move", "2", world(prices={"CFXUSDT": "1"}, cross={"CFX": "1000000", "USDC": "-125000"}), Transfer("CFX", D(1), CROSS, SPOT)),
]
REFUSED += MORE
LEAVING = ruled({"delistings.rows": {"ETH": "2024-09-02T12:00:00Z"}})  # DEL-1: a day from now
REFUSED += [("delisting_no_transfers", "no more than 0 may come into cross", world(rules=LEAVING, spot={"ETH": "5"}, cross={}), Transfer("ETH", D(5), wallet("spot"), wallet()))]


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_TRF_1_TRF_2_TRF_3_TRF_4_TRF_8_MODE_4_MODE_9(code, words, found, asked):
    refuses(code, words, found, asked)


@pytest.mark.parametrize(
    "found, asset, amount, source, target, moved",
    [
        (world(spot={"USDT": "10"}, cross={}), "USDT", D(4), SPOT, CROSS, "4"),
        (world(spot={"USDT": "10"}, cross={}), "USDT", None, SPOT, CROSS, "10"),
        # TRF-1: in without any test of the level
        (world(spot={"USDT": "10"}, cross={"USDT": "110", "USDC": "-100"}), "USDT", D(4), SPOT, CROSS, "4"),
        (world(cross={"BTC": "1"}), "BTC", None, CROSS, SPOT, "1"),  # TRF-2: no debt, all free
        (world(cross=ENOUGH), "BTC", None, CROSS, SPOT, "0.1"),  # TRF-3
        (world(isolated_BTCUSDT={"BTC": "1.1", "USDT": "-10000"}), "BTC", None, BTC, CROSS, "0.1"),  # TRF-4, TRF-5
        (world(isolated_BTCUSDT={"BTC": "1"}), "BTC", D(1), BTC, wallet("isolated:BTCUSDC"), "1"),  # TRF-5
    ],
)
def test_the_coins_move_from_free_to_free(found, asset, amount, source, target, moved):
    if not target.symbol and target.mode == "cross":
        found.state.settings[target, "opened_at"] = "1"
    after, entries = decide(found, Transfer(asset, amount, source, target))
    assert lines(entries) == [("transfer", asset, moved)]
    assert booked(entries[0]) == {f"{source.name}:free {asset}": f"-{moved}", f"{target.name}:free {asset}": moved}
    assert entries[0].facts == {"from": source.name, "to": target.name}
    assert entries[0].wallet == (source if target == SPOT else target), "it is told of the margin wallet"
    assert after.state.holding(source, asset).free == found.state.holding(source, asset).free - D(moved)


def test_MODE_9_the_first_transfer_opens_an_isolated_wallet_and_the_second_does_not():
    found = world(spot={"USDT": "10"})
    after, (first,) = decide(found, Transfer("USDT", D(4), SPOT, BTC))
    assert first.changes == ((BTC, "opened_at", str(NOON)),)
    _, (second,) = decide(after, Transfer("USDT", D(4), SPOT, BTC))
    assert second.changes == ()


def test_TRF_2_TRF_3_after_the_most_the_level_stands_at_two_or_above():
    """0.1 BTC leave: 1.0 * 20000 / 10000 = 2; one unit more would be under it."""
    after, _ = decide(world(cross=ENOUGH), Transfer("BTC", None, CROSS, SPOT))
    assert after.state.holding(CROSS, "BTC").free * 20000 == 2 * after.state.holding(CROSS, "USDC").debt
