"""Interest charged and paid in BNB (BNB-1 to BNB-6). BNB stands at 500, BTC at 20,000.

1,000 USDT at 0.0024 a day cost 0.1 an hour; in BNB 0.1 * 0.95 / 500 = 0.00019.
"""

import pytest
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.exchange_debts import ExchangeDebts
from margincli.domain.operations.liquidate import LiquidateByHand
from margincli.domain.operations.repay import QuickRepay, Repay
from margincli.domain.operations.settings import Setting
from margincli.domain.risk import health
from margincli.domain.walk import settle
from margincli.domain.world import moment
from worlds import D, at, lines, quotes, ruled, time, wallet, world

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")
RATES = {(mode, coin): [("2000-01-01", "0.0024")] for mode in ("cross", "isolated") for coin in ("USDT", "BTC", "BNB")}
OWING = {"BTC": "1", "USDT": "-1000"}


def begun(*switches, value="on", since="12:00", **told):
    found = world(time(since), **{"rates": RATES, **told})
    for name in switches:
        found, _ = decide(found, Setting(name, value))
    return found


def after(found, clock):
    return settle(found.at(at(time(clock))), found.now)


def owed(found, asset="BNB"):
    return found.state.holding(CROSS, asset).interest


def held(found, asset="BNB"):
    return found.state.holding(CROSS, asset).free


# --- charged ---


def test_BNB_3_every_hour_is_booked_in_BNB_whatever_the_balance_and_equal_hours_as_one_entry():
    found, entries = after(begun("bnb_interest", cross=OWING), "15:30")
    assert lines(entries) == [("interest", "BNB", "0.00057")] and entries[0].at == at(time("15:00"))
    told = {"type": "PERIODIC_CONVERTED", "principal": "1000", "rate_daily": "0.0024", "first": "2024-09-01T13:00:00Z", "hours": 3, "charge": "0.00019"}
    assert entries[0].facts == {**told, "raw_asset": "USDT", "price_usdt": "1", "bnb_usdt": "500", "discount": "0.05"}
    assert (owed(found), owed(found, "USDT")) == (D("0.00057"), 0)


@pytest.mark.parametrize(
    "coin, principal, rate, bnb, charge",
    [
        ("USDT", "1000", "0.0002", "500", "0.00001584"),  # 0.0083333 * 0.95 / 500 = 0.000015833..., up
        ("BTC", "0.3", "0.0024", "500", "0.00114"),  # 0.00003 * 20000 = 0.6 USDT, * 0.95 / 500
        ("USDT", "1000", "0.0024", "0.00095", "100"),  # 0.095 / 0.00095
        ("USDT", "0.00000001", "0.0002", "500", "0.00000001"),  # INT-4: never nothing
        ("USDT", "1000", "0", "500", "0"),
    ],
)
def test_BNB_3_rounds_up_once_at_the_end(coin, principal, rate, bnb, charge):
    rates = {("cross", coin): [("2000-01-01", rate)]}
    found = begun("bnb_interest", rates=rates, prices={"BNBUSDT": bnb}, cross={"USDC": "90000", coin: f"-{principal}"})
    (entry,) = after(found, "13:00")[1]
    assert (entry.asset, entry.amount, entry.facts["raw_asset"]) == ("BNB", D(charge), coin)


def test_BNB_3_at_the_index_prices_of_each_hour():
    """950 and 475 USDT a BNB: 0.1 * 0.95 / 950 = 0.0001, then 0.0002."""
    path = {"BNBUSDT": quotes((time("12:00"), "950"), (time("14:00"), "475"))}
    _, entries = after(begun("bnb_interest", prices=path, cross=OWING), "15:00")
    assert [(entry.facts["hours"], entry.facts["charge"], entry.facts["bnb_usdt"]) for entry in entries] == [(1, "0.0001", "950"), (2, "0.0002", "475")]


def test_BNB_3_the_first_hour_of_a_loan_too_and_it_is_paid_at_the_next_full_hour():
    found, entries = decide(begun("bnb_interest", since="12:20", cross={"BTC": "1", "BNB": "1"}), Borrow(CROSS, "USDT", D(1000)))
    assert lines(entries) == [("borrow", "USDT", "1000"), ("interest", "BNB", "0.00019")]
    assert entries[1].facts["type"] == "ON_BORROW_CONVERTED" and held(found) == 1
    assert lines(after(found, "13:00")[1]) == [("interest", "BNB", "0.00019"), ("repay", "BNB", "0.00038")]


def test_BNB_3_without_a_price_of_BNB_in_its_own_coin_and_in_full():
    path = {"BNBUSDT": quotes((time("13:30"), "500"))}
    _, entries = after(begun("bnb_interest", prices=path, cross=OWING), "14:00")
    assert lines(entries) == [("interest", "USDT", "0.1"), ("interest", "BNB", "0.00019")]


@pytest.mark.parametrize("stop", ["13:00", "13:30", "14:00", "14:30"])
def test_DEL_1_once_BNB_has_left_margin_interest_goes_on_in_its_own_coin_whoever_looks_when(stop):
    found = begun("bnb_interest", cross=OWING, rules=ruled({"delistings.rows": {"BNB": time("14:00")}}))
    once, _ = after(found, "16:00")
    twice, _ = after(after(found, stop)[0], "16:00")
    assert once.state.balances == twice.state.balances
    assert owed(once) == 0 and owed(once, "USDT") == D("0.3")  # 14:00, 15:00, 16:00; the hour of 13:00 was paid when BNB left


def test_BNB_4_what_was_charged_before_stays_in_its_coin_and_switching_off_is_for_later_hours():
    found, _ = after(begun(cross=OWING), "13:30")
    found, _ = after(decide(found, Setting("bnb_interest", "on"))[0], "14:30")
    found, _ = after(decide(found, Setting("bnb_interest", "off"))[0], "15:30")
    assert (owed(found, "USDT"), owed(found)) == (D("0.2"), D("0.00019"))


def test_BNB_1_BNB_2_each_switch_is_its_own_and_an_isolated_wallet_is_charged_in_its_coin():
    told = {"cross": OWING, "isolated_BTCUSDT": OWING}
    assert {entry.asset for entry in after(begun("bnb_fees", **told), "13:00")[1]} == {"USDT"}
    _, entries = after(begun("bnb_interest", **told), "13:00")
    assert [(entry.wallet.name, entry.asset, entry.facts["charge"]) for entry in entries] == [("cross", "BNB", "0.00019"), ("isolated:BTCUSDT", "USDT", "0.1")]


def test_BNB_2_the_discount_is_a_line_of_the_rule_book_and_an_old_book_has_it_too():
    _, entries = after(begun("bnb_interest", rules=ruled({"bnb.interest_discount": "0.5"}), cross=OWING), "13:00")
    assert entries[0].facts["charge"] == "0.0001"
    found = begun("bnb_interest", "bnb_fees", cross=OWING)
    before = {name: part for name, part in found.rules.document.items() if name not in ("bnb", "interest")}
    found.rules = type(found.rules)({**before, "fees": {"trade": before["fees"]["trade"]}})
    found, entries = after(found, "13:00")
    assert entries[0].facts["charge"] == "0.00019"
    assert decide(found, Borrow(CROSS, "USDT", D(10)))[1][1].asset == "BNB"


# --- paid ---


def test_BNB_5_each_hour_is_paid_from_the_free_BNB_at_once_as_far_as_it_goes_and_the_rest_is_owed():
    """0.0003 pay one hour and 0.00011 of the second."""
    found, entries = after(begun("bnb_interest", cross=OWING | {"BNB": "0.0003"}), "15:30")
    hour = ("interest", "BNB", "0.00019")
    assert lines(entries) == [hour, ("repay", "BNB", "0.00019"), hour, ("repay", "BNB", "0.00011"), hour]
    assert entries[1].facts == {"interest": "0.00019", "principal": "0", "type": "BNB_AUTO_REPAY"}
    assert (held(found), owed(found)) == (0, D("0.00027"))


def test_BNB_5_principal_in_BNB_is_not_paid_so_and_a_loan_of_BNB_is_charged_with_the_discount_too():
    """10 BNB at 0.0024 a day: 0.001 an hour, 0.00095 with the discount."""
    found, entries = after(begun("bnb_interest", cross={"BTC": "5", "BNB": "2+-10"}), "13:30")
    assert lines(entries) == [("interest", "BNB", "0.00095"), ("repay", "BNB", "0.00095")]
    assert found.state.holding(CROSS, "BNB")[1:] == (D("1.99905"), 0, 10, 0)


def test_BNB_5_BNB_that_comes_later_pays_what_stands_after_all_loans_are_repaid():
    found = begun("bnb_interest", cross={"USDC": "1000", "BNB": "1+-0/0.5"})
    found, entries = after(found, "14:00")
    assert lines(entries) == [("repay", "BNB", "0.5")] and not found.state.owes(CROSS)
    off, entries = after(begun(cross={"USDC": "1000", "BNB": "1+-0/0.5"}), "14:00")  # BNB-4: with the switch off the user pays himself
    assert entries == [] and owed(off) == D("0.5")


@pytest.mark.parametrize("stop", ["12:20", "13:00", "13:30", "14:00", "16:59:59.999"])
def test_BNB_5_once_and_in_two_steps_to_the_last_unit_while_BNB_moves(stop):
    path = {"BNBUSDT": quotes(*((time(f"{hour}:00"), str(500 + 37 * hour % 90)) for hour in range(12, 18)), (time("14:30"), "777"))}
    found = begun("bnb_interest", prices=path, cross=OWING | {"BNB": "0.00041"})
    whole, _ = after(found, "18:00")
    first, _ = after(found, stop)
    both, _ = after(first, "18:00")
    assert both.state.balances == whole.state.balances and owed(whole) > 0 and not held(whole)


# --- BNB-6 ---


def test_BNB_6_only_what_the_free_BNB_covers_is_charged_in_it():
    """0.0004 cover two hours; the third is charged in USDT, in full."""
    found, entries = after(begun("bnb_interest", "bnb_interest_requires_balance", cross=OWING | {"BNB": "0.0004"}), "15:00")
    assert [entry.asset for entry in entries if entry.kind == "interest"] == ["BNB", "BNB", "USDT"]
    assert (held(found), owed(found), owed(found, "USDT")) == (D("0.00002"), 0, D("0.1"))


@pytest.mark.parametrize(
    "bnb, btc_in, usdt_in",
    [("0.00018999", "BTC", "USDT"), ("0.00019", "BTC", "BNB"), ("0.00114", "BNB", "USDT"), ("0.00132999", "BNB", "USDT"), ("0.00133", "BNB", "BNB")],
)
def test_BNB_6_coin_by_coin_each_after_those_before_it(bnb, btc_in, usdt_in):
    """0.3 BTC cost 0.00114 BNB, 1,000 USDT then 0.00019."""
    found = begun("bnb_interest", "bnb_interest_requires_balance", cross={"USDC": "90000", "USDT": "-1000", "BTC": "-0.3", "BNB": bnb})
    _, entries = after(found, "13:00")
    charged = {entry.facts.get("raw_asset", entry.asset): entry.asset for entry in entries if entry.kind == "interest"}
    assert charged == {"BTC": btc_in, "USDT": usdt_in}


def test_BNB_6_says_nothing_while_interest_is_not_in_BNB():
    _, entries = after(begun("bnb_interest_requires_balance", cross=OWING | {"BNB": "9"}), "13:00")
    assert lines(entries) == [("interest", "USDT", "0.1")]


# --- BNB owed for interest alone ---


def test_ML_6_it_counts_in_the_level_and_costs_nothing():
    """0.5 BNB owed: 250 of 1,000."""
    found, entries = after(begun("bnb_interest", cross={"USDC": "1000", "BNB": "-0/0.5"}), "4 12:00")
    assert entries == [] and health(found, CROSS).level == 4


def test_REP_1_it_is_repaid_like_any_debt():
    found = begun(cross={"USDC": "1000", "BNB": "0.4+-0/0.5"})
    paid, entries = decide(found, Repay(CROSS, "BNB", D("0.1")))
    assert entries[0].facts == {"interest": "0.1", "principal": "0", "type": "MANUAL"} and owed(paid) == D("0.4")
    paid, entries = decide(found, QuickRepay(CROSS, "BNB"))
    assert (owed(paid), held(paid)) == (D("0.1"), 0)


def test_SLX_1_it_is_exchanged_like_any_small_debt():
    """0.01 BNB are 5 USDT."""
    found, entries = decide(begun(cross={"USDC": "1000", "BNB": "-0/0.01"}), ExchangeDebts(CROSS, "USDT"))
    assert found.state.holding(CROSS, "USDT").borrowed == 5 and not owed(found)


def test_LIQ_5_it_is_set_off_and_bought_back_like_any_debt():
    found, entries = decide(begun(cross={"USDC": "1000", "BNB": "0.1+-0/0.5"}), LiquidateByHand(CROSS))
    assert [(entry.kind, entry.amount) for entry in entries if entry.kind == "liquidation_repay"] == [("liquidation_repay", D("0.1")), ("liquidation_repay", D("0.4"))]
    assert not found.state.owes(CROSS)


@pytest.mark.parametrize("bnb, hour", [({}, "00:00"), ({"BNB": "0.1"}, "01:00")])
def test_LIQ_1_interest_in_BNB_alone_liquidates_at_the_hour_that_does_it(bnb, hour):
    """17,000 USDT at 5 % a day: 33.645835 USDT an hour (0.06729167 BNB). At 20,000 / 1.1 = 18,181.82 of debt: the 36th hour, or
    the 37th where 0.1 BNB pay the first 50 USDT of it."""
    found = begun("bnb_interest", rates={("cross", "USDT"): [("2000-01-01", "0.05")]}, cross={"BTC": "1", "USDT": "-17000", **bnb})
    _, entries = after(found, "5 12:00")
    assert moment(next(entry.at for entry in entries if entry.kind == "liquidation")) == f"2024-09-03T{hour}:00Z"
