"""Ways through the domain that an ordinary day does not take; beside tests/mutants this keeps every line and branch of it held by a test."""

import pytest
from test_orders import kinds, later, placed, walked
from worlds import FREE, NOON, RULES, D, at, booked, candles, lines, refuses, ruled, time, wallet, world

from margincli.domain import bnb, delisting, pool
from margincli.domain.flaws import flaw_of, is_sound
from margincli.domain.interest import HOUR
from margincli.domain.journal import EXCHANGE, POOL, Account, Change, Entry, Unbalanced, move
from margincli.domain.judgement import crossing
from margincli.domain.liquidation import liquidate
from margincli.domain.money import ZERO
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.cancel import Cancel
from margincli.domain.operations.dust import Dust
from margincli.domain.operations.settings import Setting
from margincli.domain.operations.top_up import TopUp
from margincli.domain.operations.trade import Trade
from margincli.domain.order import Order
from margincli.domain.orders import fills_at, open_orders
from margincli.domain.risk import level
from margincli.domain.rulebook import Rulebook
from margincli.domain.schemes import SCHEMES
from margincli.domain.tiers import flat, lines as tier_lines, side_by_side, slices, top_rate, weighed
from margincli.domain.walk import settle
from margincli.domain.world import World
from margincli.rules.shape import BASES

SPOT, CROSS, BTC = wallet("spot"), wallet(), wallet("isolated:BTCUSDT")
TABLE = ((D(100), D("0.5")), (D(300), D("0.2")))  # and nothing above 300


# --- tiers (COL-1, COL-4, PRO-1) ---


@pytest.mark.parametrize("value, sum_, top", [("0", "0", "0.5"), ("100", "50", "0.5"), ("101", "50.2", "0.2"), ("300", "90", "0.2"), ("301", "90", "0"), ("9000", "90", "0")])
def test_COL_1_COL_4_each_slice_at_its_own_rate_and_nothing_past_the_end(value, sum_, top):
    assert (weighed(TABLE, D(value)), top_rate(TABLE, D(value))) == (D(sum_), D(top))


def test_COL_4_the_slices_from_somewhere_upwards_have_no_end():
    assert list(slices(TABLE, D(40))) == [(60, D("0.5")), (200, D("0.2")), (None, 0)]
    assert list(slices(TABLE, D(100))) == [(200, D("0.2")), (None, 0)]
    assert [line.offset for line in tier_lines(TABLE)] == [0, 30, 90]


def test_BOR_3_two_tables_are_cut_at_each_others_edges():
    cut = [(100, D("0.5"), 1), (200, D("0.2"), 1), (None, 0, 1)]
    assert list(side_by_side(slices(TABLE, D(0)), slices(flat(D(1)), D(0)))) == cut
    other = ((D(100), D(7)), (D(150), D(8)), (None, D(9)))
    assert list(side_by_side(slices(TABLE, D(0)), slices(other, D(0)))) == [(100, D("0.5"), 7), (50, D("0.2"), 8), (150, D("0.2"), 9), (None, 0, 9)]


# --- the books ---


def test_an_entry_that_does_not_balance_cannot_be_made():
    there = move("USDT", D(5), POOL, Account(CROSS, "free"))
    with pytest.raises(Unbalanced, match="deposit"):
        Entry(NOON, "deposit", CROSS, "USDT", D(5), there[:1], (), {})
    with pytest.raises(Unbalanced):
        Entry(NOON, "deposit", CROSS, "USDT", D(5), (there[0], there[1]._replace(asset="USDC")), (), {})


def test_MODE_1_spot_knows_no_bars():
    assert SCHEMES["spot"].bands(RULES, SPOT) is None


# --- BNB and dust ---


@pytest.mark.parametrize("switch, off", [("bnb_fees", {"fees": D("0.05")}), ("bnb_interest", {"interest": D("0.05")})])
def test_BNB_1_what_is_paid_in_BNB_and_its_discount(switch, off):
    found = world(spot={"BNB": "1"}, cross={"USDT": "5"})
    assert not bnb.needs_price(found.state, "main") and bnb.discounts(found) == {}
    found, _ = decide(found, Setting(switch, "on"))
    assert bnb.needs_price(found.state, "main") and not bnb.needs_price(found.state, "sub") and bnb.discounts(found).keys() == off.keys()
    assert all(0 < share < 1 for share in bnb.discounts(found).values())


def test_DUST_1_asks_for_the_price_of_BNB():
    assert Dust(CROSS).asset == "BNB"


# --- the pool (BOR-4, INT-8) ---


def test_BOR_4_what_the_pool_has_lent_and_when_that_changes_first():
    found, entries = decide(world(cross={"USDT": "1000"}), Borrow(CROSS, "USDT", D(300)))
    assert pool.lent_of(found.state) == {"USDT": 300}
    later = [entry._replace(at=entry.at + HOUR) for entry in entries]
    assert pool.moved([*later, *entries], ["USDT", "BTC"]) == NOON
    assert pool.moved(entries, ["BTC"]) is None
    assert pool.moved([entry for entry in entries if entry.kind == "interest"], ["USDT"]) is None


def test_INT_6_where_a_rate_that_nobody_gave_comes_from():
    coins = RULES.document["coins"]
    for asset in (*coins["rates"]["rows"], *coins["rates_placeholder"]["rows"], "NOPE"):
        basis, rule = RULES.rate_mark(asset)
        assert basis in BASES and rule.startswith("INT-"), (asset, basis, rule)
    tables = {name: (coins[name]["rows"].keys() - coins[name]["marks"].keys(), coins[name]["basis"]) for name in ("rates_placeholder", "rates")}
    assert all(RULES.rate_mark(asset)[0] == basis for unmarked, basis in tables.values() for asset in unmarked - coins["rates"]["rows"].keys())
    assert all(RULES.rate_mark(asset)[0] == coins["rates"]["basis"] for asset in tables["rates"][0])
    assert list(RULES.rate_mark("NOPE")) == coins["default_rate_daily"][1:3]


def test_INT_13_without_a_factor_a_rate_is_what_it_is_to_the_last_place():
    rate = D("0.0001234567891")
    assert [RULES.rate_at_level("NOPE", vip, rate) for vip in (0, 9)] == [rate, rate]


def test_ORD_13_the_coins_of_a_book_are_those_of_its_pairs_and_of_its_rates():
    book = ruled({})
    assert {"BTC", "USDT", "DAI"} | book.document["coins"]["rates"]["rows"].keys() <= book.assets
    assert not any(name.replace(".", "").isdigit() and "." in name for name in book.assets), "a tick is no coin"


def test_INT_8_in_a_book_without_a_pool_no_rate_moves():
    assert Rulebook({name: part for name, part in RULES.document.items() if name != "pool"}).most_change_hourly == 0


# --- rule books with flaws ---


FLAWS = [
    ({"bnb.interest_discount": "1.01"}, "bnb: a discount must lie between 0 and 1"),
    ({"bnb.fee_discount": "-0.01"}, "bnb: a discount must lie between 0 and 1"),
    ({"pro.net_equity": "none"}, "pro.net_equity must be one of"),
    ({"pro.brackets.rows.ETH": [["", "1", "0.05"]]}, "pro brackets of ETH: each names its end, a leverage above 1"),
    ({"pro.brackets.rows.ETH": [["", "10", "0"]]}, "pro brackets of ETH: each names its end, a leverage above 1 and a rate above 0"),
    ({"pro.brackets.rows.ETH": [["", "10"]]}, "pro brackets of ETH: each names"),
    ({"pro.brackets.rows.ETH": []}, "pro brackets of ETH: their ends must rise"),
    ({"pro.brackets.rows.ETH": [["0", "10", "0.05"], ["", "8", "0.07"]]}, "pro brackets of ETH: their ends must rise"),
    ({"pro.brackets.rows.ETH": [["9", "10", "0.05"], ["9", "8", "0.07"]]}, "pro brackets of ETH: their ends must rise"),
    ({"pro.default_brackets": [["9", "10", "0.05"], ["8", "8", "0.07"]]}, "pro brackets of default: their ends must rise"),
    ({"cross.bands.5.scheme": ["mixed", "inferred", "MODE-3", ""]}, 'cross.bands: the scheme is "cross" or "pro", not "mixed"'),
    ({f"cross.bands.{leverage}.scheme": [name, "inferred", "MODE-3", ""] for leverage, name in (("3", "odd"), ("5", "mixed"))}, 'cross.bands: the scheme is "cross" or "pro", not "mixed"'),
    ({"collateral.ranks.rows": {"BTC": "x", "ETH": "w"}}, "collateral rank w has no ladder"),
    ({"isolated.families.rows": {"BTCUSDT": "9", "ETHUSDT": "8"}}, "leverage family 8 has no bands"),
    ({"cross.bands.3.liquidation_at": "0"}, "cross.bands.3: liquidation_at must lie above 0"),
    ({"cross.bands.3.liquidation_at": "1.3"}, "cross.bands.3: liquidation_at must lie above 0 and under margin_call_at"),
    ({"isolated.bands.10.pre_liquidation_at": "1.05"}, "isolated.bands.10: pre_liquidation_at must lie between"),
    ({"isolated.bands.10.pre_liquidation_at": "1.10"}, "isolated.bands.10: pre_liquidation_at must lie between"),
]


@pytest.mark.parametrize("leaves, words", FLAWS)
def test_BNB_1_PRO_1_PRO_5_a_flaw_is_told(leaves, words):
    assert flaw_of(ruled(leaves)).startswith(words)


def test_PRO_1_a_book_of_before_Pro_has_no_flaw():
    cross = {**RULES.document["cross"], "bands": {name: RULES.document["cross"]["bands"][name] for name in ("3", "5")}}
    assert flaw_of(Rulebook({name: section for name, section in {**RULES.document, "cross": cross}.items() if name != "pro"})) == ""


@pytest.mark.parametrize("leaves", [{"bnb.interest_discount": "0"}, {"bnb.interest_discount": "1"}, {"pro.brackets.rows.ETH": [["0.5", "10", "0.05"], ["", "8", "0.07"]]}])
def test_BNB_1_PRO_1_a_discount_may_be_nothing_or_all_and_a_bracket_as_small_as_one_likes(leaves):
    assert flaw_of(ruled(leaves)) == ""


@pytest.mark.parametrize("figure, sound", [("0", True), ("-1", False), ("9" * 18, True), ("1e18", False), ("1e-18", True), ("1e-19", False)])
def test_NUM_1_a_figure_that_can_be_reckoned_with_exactly(figure, sound):
    assert is_sound(D(figure)) is sound


# --- orders ---


def test_ORD_2_an_order_with_a_stop_takes_no_quantity_in_the_quote_coin():
    for kind, told in (("STOP_LOSS", {}), ("TAKE_PROFIT_LIMIT", {"price": D(90)}), ("OCO", {"price": D(30000)})):
        asked = Trade(CROSS, "SELL", "BTCUSDT", None, D(100), kind, told.get("price"), stop=D(19000))
        refuses("order_words", f"{kind} takes no quantity in the quote coin", world(cross={"BTC": "1"}), asked)


def test_ORD_14_a_stop_that_the_price_jumped_expires_where_it_cannot_be_paid_for():
    """0.1 BTC at 21,000 lock 2,100; at 30,000 they cost 3,000 and 100 more are free."""
    start, _ = placed(world(cross={"USDT": "2200"}), "STOP_LOSS", stop="21000")
    after, entries = walked(start, ("13:00", "30000"))
    assert lines(entries) == [("order_end", "USDT", "2100")] and entries[0].facts["status"] == "EXPIRED"
    assert (after.state.holding(CROSS, "USDT").free, open_orders(after.state, CROSS)) == (2200, [])
    start, _ = placed(world(cross={"USDT": "3000"}), "STOP_LOSS", stop="21000")
    _, entries = walked(start, ("13:00", "30000"))
    assert kinds(entries) == ["order_end", "trade"], "what is free and what it locked is enough"


def test_ORD_6_a_leg_that_waited_expires_where_what_it_gives_is_gone():
    start, _ = placed(world(cross={"USDT": "2000"}), price="18000", then_price="19000")
    (first, leg) = open_orders(start.state, CROSS)
    changed = leg._replace(qty=D(5))
    start = start.after([Entry(NOON, "order", CROSS, "", ZERO, (), (Change(CROSS, leg.key, changed.written()),), {})])
    after, entries = walked(start, ("13:00", "17900"))
    assert kinds(entries) == ["order_end", "trade", "order_end"] and entries[-1].facts["status"] == "EXPIRED"
    assert open_orders(after.state, CROSS) == []


def test_ORD_6_of_two_legs_that_waited_one_fills_as_it_begins_and_ends_the_other():
    """A buy at 18,000, then an OCO: the price that filled the buy is through the stop of one leg already."""
    start, _ = placed(world(cross={"USDT": "2000"}), price="18000", then_price="19000", then_stop="17500")
    after, entries = walked(start, ("13:00", "17000"))
    assert kinds(entries)[:2] == ["order_end", "trade"] and open_orders(after.state, CROSS) == []
    assert kinds(entries).count("trade") == 2 and not any(order.symbol for order in open_orders(after.state, CROSS))


@pytest.mark.parametrize("more", [{}, {"BTC": "1"}])
def test_ORD_5_ORD_6_of_two_legs_that_waited_the_first_fills_as_it_begins_and_ends_the_other(more):
    """Inside a candle the buy fills at 18,000; its close is above the limit at which the first leg sells. More BTC change nothing."""
    start, _ = placed(world(cross={"USDT": "2000", **more}), price="18000", then_price="19000", then_stop="17500")
    series = candles(("2000-01-01T00:00:00Z", "20000", "20000", "20000", "20000"), (time("13:00"), "20000", "20100", "17900", "19500"))
    after, entries = walked(start, series=series)
    assert [entry.facts["number"] + entry.facts["status"] for entry in entries if entry.kind == "order_end"] == ["1FILLED", "3EXPIRED", "2FILLED"]
    assert kinds(entries).count("trade") == 2 and open_orders(after.state, CROSS) == []


def test_ORD_14_an_order_rests_while_no_price_of_its_pair_is_known():
    start, _ = placed(world(cross={"USDT": "5000"}), price="18000")
    assert fills_at(start, CROSS, lambda symbol: None) == (start, [])


def test_ORD_5_all_orders_cancelled_a_list_ends_once():
    start, _ = placed(world(cross={"BTC": "1"}), "OCO", "SELL", price="25000", stop="18000")
    after, entries = decide(start, Cancel(None))
    assert [entry.facts["status"] for entry in entries] == ["CANCELED", "CANCELED"] and open_orders(after.state, CROSS) == []


def test_ORD_12_a_trail_that_has_not_begun_stands_nowhere():
    assert Order(1, "BTCUSDT", "SELL", "STOP_LOSS", D(1), None, D(100), delta=500).trail.level() is None


# --- delistings ---


def test_DEL_2_a_list_of_a_pair_that_has_left_ends_once():
    rules = ruled({"delistings.rows": {"BTCUSDC": time("14:00")}})
    start = world(rules=rules, cross={"BTC": "1", "USDT": "5"})
    start, _ = decide(start, Trade(CROSS, "SELL", "BTCUSDC", D("0.1"), None, "OCO", D(25000), stop=D(18000)))
    _, entries = settle(start.at(NOON + 3 * HOUR), NOON)
    assert kinds(entries) == ["delisting", "order_end", "order_end"]


def test_DEL_2_a_coin_that_left_and_of_which_nothing_can_be_done_is_left_in_peace():
    """At 20,000 to 15,000 nothing may move out, and without a price it cannot be sold."""
    rules = ruled({"delistings.rows": {"CFX": time("14:00")}})
    start = world(rules=rules, cross={"BTC": "1", "USDT": "-15000", "CFX": "5"})
    _, entries = settle(start.at(NOON + 3 * HOUR), NOON)
    assert "delisting" not in kinds(entries)


def test_DEL_3_what_is_worth_less_than_a_unit_is_not_sold():
    rules = ruled({"delistings.rows": {"CFX": time("14:00")}})
    start = world(rules=rules, prices={"CFXUSDT": "0.0000001"}, cross={"BTC": "1", "USDT": "-15000", "CFX": "0.01"})
    after, entries = settle(start.at(NOON + 3 * HOUR), NOON)
    assert "delisting_sell" not in kinds(entries)


def test_DEL_1_what_still_has_to_go_of_every_wallet():
    rules = ruled({"delistings.rows": {"ETH": time("14:00")}})
    found = world(rules=rules, cross={"ETH": "1"}, isolated_BTCUSDT={"USDT": "1"})
    assert delisting.announced(found, found.state.wallets("main")) == [(CROSS, "ETH", at(time("14:00")))]


# --- the judgement ---


def test_LIQ_3_under_the_bar_yet_above_its_stop_level_nothing_is_sold_and_the_walk_goes_on():
    """A rule book may say so: at 1.08 a wallet is under its bar of 1.1 and above its stop of 1.05."""
    rules = ruled({"cross.bands.3.stop_above": "1.05"})
    start = world(rules=rules, rates=FREE, cross={"BTC": "1", "USDT": "-18518"})
    _, entries = settle(start.at(NOON + 1), NOON)
    assert kinds(entries) == ["margin_call"]


def test_LIQ_1_a_bar_that_is_not_met_on_the_way_is_met_nowhere_before_its_end():
    found = world(cross={"BTC": "1", "USDT": "-10000"})
    start, target = {"BTC": D(20000), "USDT": D(1)}, {"BTC": D(19000), "USDT": D(1)}
    assert crossing(found, CROSS, start, target, D("1.1")) is target
    assert crossing(found, CROSS, start, target, D(2)) is start
    assert crossing(found, CROSS, start, target, D("1.95")) == {"BTC": D(19500), "USDT": D(1)}
    assert crossing(found, CROSS, start, target, D("1.99995")) == {"BTC": D("19999.5"), "USDT": D(1)}, "a hair above the bar is above it"


def test_LIQ_5_a_sale_that_brings_less_than_a_unit_of_the_coin_owed_brings_nothing():
    """A hundred-millionth of a CFX at a ten-thousandth of a USDT."""
    _, entries = liquidate(world(prices={"CFXUSDT": "0.0001"}, cross={"CFX": "0.00000001", "USDT": "-100"}), CROSS, D("1.5"), "level")
    (sale,) = [entry for entry in entries if entry.kind == "liquidation_sell"]
    assert sale.facts["got"] == "0" and booked(sale) == {"cross:free CFX": "-0.00000001", f"{EXCHANGE} CFX": "0.00000001"}


# --- top-ups ---


def topped(found: World, prices: dict, coins: tuple[str, ...]):
    start, _ = decide(found, TopUp(CROSS, "on", coins))
    return settle(later(start, prices, 1), NOON)[1]


def test_TOP_4_a_coin_is_left_alone_once_the_ones_before_it_were_enough():
    entries = topped(world(cross={"BTC": "1", "USDT": "-12000"}, spot={"USDT": "9000", "ETH": "9"}), {"BTCUSDT": "15000"}, ("USDT", "ETH"))
    assert {entry.asset for entry in entries if entry.kind == "top_up"} == {"USDT"}


@pytest.mark.parametrize("price, amount", [("18700", "0.12000001"), ("18709.5", "0.10100001")])
def test_TOP_4_COL_1_PRO_7_more_comes_in_of_a_coin_that_counts_for_less_the_more_there_is(price, amount):
    """700 over a maintenance margin of 540 is under 1.5: 110 are lacking. 100 of ETH count in full, the rest for half: 120 in ETH, and a unit past it.
    Where 100.5 are lacking: 100 and twice 0.5."""
    rules = ruled({"pro.net_equity": "collateral", "collateral.ranks.rows.ETH": "9", "collateral.ladders.9.tiers": [["100", "1"], ["", "0.5"]]})
    start = world(rules=rules, rates=FREE, leverage="10", cross={"BTC": "1", "USDT": "-18000"}, spot={"ETH": "90"})
    start, _ = decide(start, TopUp(CROSS, "on", ("ETH",)))
    moved = world(NOON + HOUR, prices={"BTCUSDT": price}, rates=FREE, rules=rules)
    after, entries = settle(World(moved.now, "main", start.state, moved.market, rules), NOON)
    assert [(entry.asset, entry.amount, entry.facts["status"]) for entry in entries if entry.kind == "top_up"] == [("ETH", D(amount), "DONE")]
    assert 0 < level(after, CROSS) - D("1.5") < D("0.0000001")
