"""exchange-debts: refusals in their order, then which debts become which."""

import pytest
from margincli.domain.journal import Wallet
from margincli.domain.operations import decide
from margincli.domain.refusals import Refused
from margincli.domain.operations.exchange_debts import ExchangeDebts, small_debts
from margincli.domain.standing import State
from margincli.domain.world import World
from worlds import D, at, booked, ladder, lines, outcome, refuses, ruled, wallet, world

CROSS = wallet()
OWING = {"USDT": "1000", "ETH": "-0.005", "BNB": "-0.01/0.001"}  # 5 USDT, and 5.5 with the interest


def exchanged(last: str = "", **told) -> World:
    """A world in which debts were exchanged at `last`."""
    found = world(**told)
    settings = {**found.state.settings, (Wallet("main", "cross"), "debts_exchanged_at"): str(at(last)) if last else ""}
    return World(found.now, found.owner, State(found.state.balances, settings), found.market, found.rules)


REFUSED = ladder(
    ExchangeDebts(wallet("margin"), "NOPE"),
    {"rules": ruled({"pool.supply.rows.BTC": "0.00027499"}), "last": "2024-09-01T06:00:00.001Z", "prices": {"ETHUSDT": None}},
    ("bad_wallet", {}, {"wallet": wallet("spot")}),
    ("spot_owes_nothing", {}, {"wallet": wallet("isolated:BTCUSDT")}),
    ("cross_only: isolated:BTCUSDT cannot exchange debts", {}, {"wallet": CROSS}),
    ("unknown_asset", {}, {"asset": "BUSD"}),
    ("not_active", {"cross": {"USDT": "1", "ETH": "-0.005", "BTC": "-0.001"}}, {}),
    ("not_borrowable: BUSD", {}, {"asset": "CFX"}),
    ("no_price: CFXUSDT", {}, {"asset": "ETH"}),
    ("no_price: ETHUSDT", {"prices": {}}, {}),
    ("in_liquidation", {"cross": {"USDT": "1000", "ETH": "-0.005", "BTC": "-0.0005"}}, {}),
    # 0.0005 BTC are worth 10 USDT: not under 10; the target's own small debt stays what it is
    ("no_small_debts: no debt under 10 USDT in another coin than ETH", {"cross": {"USDT": "1000", "ETH": "-0.005", "BNB": "-0.01/0.001"}}, {"asset": "BTC"}),
    ("exchanged_lately: at 2024-09-01T06:00:00.001Z; it can be done once in 6 hours", {"last": "2024-09-01T06:00:00Z"}, {}),
    # 5 + 5.5 USDT are 0.00025 + 0.000275 BTC
    ("pool_empty: 0.00027499 BTC left", {"rules": ruled({"pool.supply.rows.BTC": "0.00052499"})}, {}),
    ("pool_empty", {"rules": ruled({"pool.supply.rows.BTC": "0.000525"})}, {}),
    make=exchanged,
)


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_SLX_1(code, words, found, asked):
    refuses(code, words, found, asked)


def test_SLX_1_principal_and_interest_become_debt_of_the_target():
    after, entries = decide(world(cross=OWING), ExchangeDebts(CROSS, "BTC"))
    assert lines(entries) == [("exchange_small_liability", "BNB", "0.011"), ("exchange_small_liability", "ETH", "0.005")]
    facts = {"asset": "BNB", "amount": "0.011", "target_asset": "BTC", "target_amount": "0.000275", "interest": "0.001", "principal": "0.01"}
    assert entries[0].facts == facts
    assert after.state.holding(CROSS, "BTC") == ("BTC", D(0), D(0), D("0.000525"), D(0))
    assert not after.state.holding(CROSS, "BNB").debt and not after.state.holding(CROSS, "ETH").debt
    assert after.state.holding(CROSS, "USDT").free == D(1000)  # no fee, and the wallet's coins stay where they are


def test_SLX_1_the_pool_gets_the_old_coin_back_and_lends_the_new_one():
    _, (entry,) = decide(world(cross={"USDT": "1000", "ETH": "-0.005"}), ExchangeDebts(CROSS, "BTC"))
    assert booked(entry) == {
        "world:market ETH": "-0.005",
        "house:pool ETH": "0.005",
        "house:loans ETH": "-0.005",
        "cross:borrowed ETH": "0.005",
        "house:pool BTC": "-0.00025",
        "world:market BTC": "0.00025",
        "cross:borrowed BTC": "-0.00025",
        "house:loans BTC": "0.00025",
    }


def test_NUM_2_the_new_debt_is_rounded_up():
    _, (entry,) = decide(world(prices={"BTCUSDT": "30000"}, cross={"USDT": "9", "ETH": "-0.001"}), ExchangeDebts(CROSS, "BTC"))
    assert entry.facts["target_amount"] == "0.00003334"  # 1 / 30,000 = 0.0000333333...


def test_SLX_1_it_adds_to_what_is_owed_of_the_target_whatever_its_size():
    after, _ = decide(world(cross={"USDT": "1000", "ETH": "-0.005", "BTC": "-0.01/0.0001"}), ExchangeDebts(CROSS, "BTC"))
    assert after.state.holding(CROSS, "BTC")[3:] == (D("0.01025"), D("0.0001"))


def test_SLX_1_ten_coins_at_most_the_largest_first():
    coins = {f"{name}USDT": "1" for name in ("ADA", "ARB", "ATOM", "AVAX", "BCH", "CFX", "DOGE", "DOT", "ETC", "FIL", "LINK", "LTC")}
    owed = {symbol.removesuffix("USDT"): f"-{place}.5" for place, symbol in enumerate(coins)}  # 0.5 to 11.5 USDT
    found = world(prices=coins, cross={"USDT": "1000", **owed})
    assert [asset for asset, *_ in small_debts(found, CROSS)] == ["FIL", "ETC", "DOT", "DOGE", "CFX", "BCH", "AVAX", "ATOM", "ARB", "ADA"]
    two = world(rules=ruled({"exchange_debts.most_coins": "2", "exchange_debts.under_usdt": "11"}), prices=coins, cross={"USDT": "1000", **owed})
    after, entries = decide(two, ExchangeDebts(CROSS, "USDT"))
    assert [entry.asset for entry in entries] == ["LINK", "FIL"] and after.state.holding(CROSS, "USDT").borrowed == D(20)


def test_SLX_1_of_debts_of_the_same_worth_the_first_by_name():
    """0.01 BNB and 0.005 ETH are 5 USDT each."""
    assert [asset for asset, *_ in small_debts(world(cross={"USDT": "1000", "ETH": "-0.005", "BNB": "-0.01"}), CROSS)] == ["BNB", "ETH"]


def test_SLX_1_the_refusal_says_when_it_can_be_done_again():
    with pytest.raises(Refused) as caught:
        decide(exchanged("2024-09-01T06:00:00.001Z", cross=OWING), ExchangeDebts(CROSS, "BTC"))
    assert caught.value.facts == {"last": "2024-09-01T06:00:00.001Z", "hours": "6", "next": "2024-09-01T12:00:00.001Z"}


def test_SLX_1_once_in_six_hours():
    after, _ = decide(world("2024-09-01T12:00:00Z", cross={"USDT": "1000", "ETH": "-0.005"}), ExchangeDebts(CROSS, "BTC"))
    assert outcome(after.at(at("2024-09-01T17:59:59.999Z")), ExchangeDebts(CROSS, "USDT")) == "exchanged_lately"
    assert outcome(after.at(at("2024-09-01T18:00:00Z")), ExchangeDebts(CROSS, "USDT")) == "done"


def test_SLX_1_a_cooling_off_does_not_stand_in_its_way_COOL_1():
    """Nothing more is owed than before."""
    found = world(cross=OWING)
    settings = {**found.state.settings, (Wallet("main", "spot"), "cooling_off_until"): str(at("2024-09-02"))}
    assert outcome(World(found.now, "main", State(found.state.balances, settings), found.market, found.rules), ExchangeDebts(CROSS, "BTC")) == "done"
