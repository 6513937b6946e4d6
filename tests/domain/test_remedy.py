"""What would allow it: every amount is tried out on the verb itself, and one unit less is not enough (THR-1, THR-4, THR-5, TRF-8, BOR-5)."""

import pytest
from worlds import D, at, outcome, ruled, wallet, world

from margincli.domain.journal import Wallet
from margincli.domain.money import unit
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.borrow import CHECKS as BORROW_CHECKS
from margincli.domain.operations.isolated import Isolated
from margincli.domain.operations.repay import Repay, RepaySelling
from margincli.domain.operations.trade import CHECKS as TRADE_CHECKS
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.domain.remedy import PERMITS, REPAY, TRANSFER_IN, Remedy, denials, least, loan_denial, permitted, refusal_of, something_lent, what_would_allow, what_would_end_the_call
from margincli.domain.risk import health

CROSS, BTC, SPOT = wallet(), wallet("isolated:BTCUSDT"), wallet("spot")
LONG = {"BTC": "0.15", "USDT": "-2000/0.01"}  # at 1.49999: under the bar of 1.5
RICH = {"USDT": "1000000", "USDC": "1000000"}  # spot, so that a transfer is only a question of its amount

TOLD = [  # wallet, world, {verb: (code, [(remedy, coin, amount, sold)])}
    (CROSS, {"cross": {"USDT": "200.000001", "USDC": "-100"}}, {}),
    (CROSS, {"cross": {"USDT": "200"}}, {}),
    # 5.015 + 3000 + 10.0 own = 1.5 x (2000.01 + 10): (1.5 x 2010.01) - 3010 = 5.015; 2 x 2000.01 - 3000 and a unit
    (CROSS, {"cross": LONG}, {"borrow": ("level_too_low_to_borrow", [(TRANSFER_IN, "USDT", "5.015", ""), (REPAY, "USDT", "10.0504", "BTC")]), "transfer_out": ("level_too_low_to_move", [(TRANSFER_IN, "USDT", "1000.02000001", ""), (REPAY, "USDT", "1001.02220001", "BTC")])}),
    # at 2 itself nothing leaves: (200 - y) / (100 - y) > 2 from the first unit on
    (CROSS, {"cross": {"USDT": "200", "USDC": "100+-200"}}, {"borrow": ("level_too_low_to_borrow", [(TRANSFER_IN, "USDT", "5", ""), (REPAY, "USDC", "10", "")]), "transfer_out": ("level_too_low_to_move", [(TRANSFER_IN, "USDT", "100.00000001", ""), (REPAY, "USDC", "100.00100001", "USDT")])}),
    # an isolated pair: 2 x 18000 - 20000 and a unit, in the quote coin
    (BTC, {"isolated_BTCUSDT": {"BTC": "1", "USDT": "-18000"}}, {"transfer_out": ("level_too_low_to_move", [(TRANSFER_IN, "USDT", "16000.00000001", ""), (REPAY, "USDT", "16016.03220001", "BTC")])}),
    # Pro at 10x: 1014 - 1000 over its maintenance of 30 is 0.46: 1.5 x 30 = 45 wanted, 31 more, and trading goes on at the bar itself
    (CROSS, {"leverage": "10", "cross": {"USDT": "1014", "USDC": "-1000"}}, {"trade": ("in_liquidation", [(TRANSFER_IN, "USDT", "31", "")]), "borrow": ("in_liquidation", [(TRANSFER_IN, "USDT", "98.312", "")]), "transfer_out": ("level_too_low_to_move", [(TRANSFER_IN, "USDT", "986.00000001", "")])}),
    (CROSS, {"leverage": "10", "cross": {"USDT": "1040", "USDC": "-1000"}}, {"trade": ("no_trade_in_call", [(TRANSFER_IN, "USDT", "5", "")]), "borrow": ("no_available_margin", [(TRANSFER_IN, "USDT", "72.312", "")]), "transfer_out": ("level_too_low_to_move", [(TRANSFER_IN, "USDT", "960.00000001", "")])}),
    # the largest debt is the one to pay: 9,000 in ETH, not 6,000 in BTC. 26,000 - v > 2 x (15,000 - v)
    (CROSS, {"cross": {"ETH": "6+-9", "BTC": "-0.3", "USDC": "20000"}}, {"transfer_out": ("level_too_low_to_move", [(TRANSFER_IN, "USDT", "4000.00000001", ""), (REPAY, "ETH", "4.00000001", "")])}),
    # and the most valuable coin is the one to sell: 10,000 in BTC, not 9,000 in ETH, whatever their prices
    (CROSS, {"prices": {"CFXUSDT": "0.1"}, "cross": {"CFX": "30000", "ETH": "9", "BTC": "0.5", "USDT": "-11500"}}, {"transfer_out": ("level_too_low_to_move", [(TRANSFER_IN, "USDT", "1000.00000001", ""), (REPAY, "USDT", "1001.00220001", "BTC")])}),
    # neither moving in nor repaying helps against a debt that cannot be valued
    (CROSS, {"prices": {"ETHUSDT": None}, "cross": {"USDT": "500", "ETH": "-1", "USDC": "-100"}}, {"trade": ("no_price", []), "borrow": ("no_price", []), "transfer_out": ("no_price", [])}),
]


@pytest.mark.parametrize("name, told, expected", TOLD)
def test_THR_1_THR_4_THR_5_TRF_8_what_is_denied_and_the_least_that_would_allow_it(name, told, expected):
    found = denials(world(**told), name)
    assert {denial.verb: (denial.refusal.code, [tuple(remedy) for remedy in denial.remedies]) for denial in found} == {
        verb: (code, [(way, coin, D(amount), sold) for way, coin, amount, sold in ways]) for verb, (code, ways) in expected.items()
    }


def test_ML_7_a_debt_that_cannot_be_valued_is_the_one_to_pay_where_there_is_anything_of_its_coin():
    found = denials(world(prices={"ETHUSDT": None}, cross={"USDT": "500", "ETH": "1+-1", "USDC": "-100"}), CROSS)
    assert [(denial.verb, denial.refusal.code, denial.remedies) for denial in found] == [(verb, "no_price", (Remedy(REPAY, "ETH", D(1)),)) for verb in PERMITS]


def done(found, name: Wallet, remedy: Remedy, amount):
    """The world after the verb that the remedy names has really been carried out."""
    if remedy.verb == TRANSFER_IN:
        request = Transfer(remedy.asset, amount, SPOT, name)
    else:
        request = RepaySelling(name, remedy.asset, amount, (remedy.sell,)) if remedy.sell else Repay(name, remedy.asset, amount)
    return decide(found, request)[0] if amount else found


def is_allowed(found, name: Wallet, verb: str) -> bool:
    coin = "USDC" if name.symbol.endswith("USDC") else "USDT"
    if verb == "borrow":
        return outcome(found, Borrow(name, coin, None)) == "done"
    if verb == "trade":
        rests = Trade(name, "BUY", "BTCUSDT", D("0.001"), None, "LIMIT", D(15000))  # costs no fee that would bring the level down again
        return outcome(found, rests) == "done"
    return verb in health(found, name).allows


@pytest.mark.parametrize(
    "name, told",
    [(name, told) for name, told, expected in TOLD if any(ways for _, ways in expected.values())]
    + [
        (CROSS, {"cross": {"USDT": "300", "BTC": "-0.01"}}),  # short
        (CROSS, {"leverage": "5", "cross": {"BTC": "1", "ETH": "3", "USDC": "-19000/3", "USDT": "-100"}}),
        (CROSS, {"prices": {"CFXUSDT": "0.5"}, "cross": {"CFX": "2000000", "USDC": "-240000"}}),  # THR-2, COL-1: the haircut alone
        (CROSS, {"cross": {"BTC": "1", "USDT": "-15500", "USDC": "900"}}),  # in the call
        (wallet("isolated:BTCUSDC"), {"isolated_BTCUSDC": {"BTC": "1", "USDC": "-13400"}}),
        (BTC, {"isolated_BTCUSDT": {"BTC": "-8", "USDT": "178000"}}),  # ISO-3: a lower tier, and a lower bar
    ],
)
def test_BOR_13_TRF_8_carried_out_it_is_allowed_and_one_unit_less_is_not(name, told):
    found = world(spot=RICH, **told)
    for denial in denials(found, name):
        assert not is_allowed(found, name, denial.verb)
        for remedy in denial.remedies:
            assert is_allowed(done(found, name, remedy, remedy.amount), name, denial.verb)
            assert not is_allowed(done(found, name, remedy, remedy.amount - unit(8)), name, denial.verb)


@pytest.mark.parametrize(
    "name, told, coins",
    [
        (CROSS, {"cross": {"BTC": "1", "USDT": "-15500"}}, "150.00000001"),  # 1.3 x 15500 - 20000 and a unit: at the bar it stands
        (BTC, {"isolated_BTCUSDT": {"BTC": "1", "USDT": "-18500"}}, "350.00000001"),  # 1.1 x 18500 - 20000
        (CROSS, {"leverage": "10", "cross": {"USDT": "1040", "USDC": "-1000"}}, "5"),  # THR-5: at the bar itself it is over
        (CROSS, {"cross": {"BTC": "1", "USDT": "-10000"}}, None),
        (SPOT, {"spot": {"USDT": "1"}}, None),
    ],
)
def test_CALL_2_THR_5_the_least_that_ends_a_margin_call(name, told, coins):
    found = world(**{"spot": RICH, **told})
    remedies = what_would_end_the_call(found, name)
    assert [remedy.amount for remedy in remedies if remedy.verb == TRANSFER_IN] == ([D(coins)] if coins else [])
    for remedy in remedies:
        ended, short = (health(done(found, name, remedy, amount), name) for amount in (remedy.amount, remedy.amount - unit(8)))
        assert (ended.bands.calls(ended.level), short.bands.calls(short.level)) == (False, True)


@pytest.mark.parametrize(
    "setting, told, expected",
    [
        ((SPOT, "cooling_off_until", str(at("2024-09-02"))), {"cross": {"USDT": "100"}}, {"borrow": "cooling_off"}),  # COOL-1
        ((BTC, "disabled_at", "1"), {"isolated_BTCUSDT": {}}, dict.fromkeys(PERMITS, "wallet_disabled")),  # MODE-9
    ],
)
def test_COOL_1_MODE_9_what_only_time_or_a_switch_allows_has_no_amount(setting, told, expected):
    found = world(**told)
    found.state.settings[setting[:2]] = setting[2]
    name = BTC if "isolated_BTCUSDT" in told else CROSS
    assert {denial.verb: (denial.refusal.code, denial.remedies) for denial in denials(found, name)} == {verb: (code, ()) for verb, code in expected.items()}


def test_spot_denies_nothing():
    assert denials(world(spot={"USDT": "1"}), SPOT) == []


def test_BOR_4_neither_coins_nor_repaying_fill_an_empty_pool_or_lift_a_limit():
    empty = world(rules=ruled({"pool.supply.rows.BTC": "0"}), cross={"USDT": "1000"})
    assert outcome(empty, Borrow(CROSS, "BTC", None)) == "above_max_borrow" and what_would_allow(empty, CROSS, permitted(something_lent(CROSS, "BTC"))) == ()
    full = world(cross={"BTC": "900+-180"})
    assert what_would_allow(full, CROSS, permitted(something_lent(CROSS, "BTC"))) == (Remedy(REPAY, "BTC", D("0.0005")),)  # 10 USDT


def test_DEL_1_a_coin_about_to_leave_is_not_the_one_to_bring():
    found = world(rules=ruled({"delistings.rows": {"USDT": "2024-09-01T18:00:00Z"}}), cross=LONG)
    assert TRANSFER_IN not in [remedy.verb for denial in denials(found, CROSS) for remedy in denial.remedies]


def test_what_a_wallet_is_asked_keeps_the_order_of_the_verbs_own_checks():
    for verb, checks in (("borrow", BORROW_CHECKS), ("trade", TRADE_CHECKS)):
        assert [check for check in checks if check in PERMITS[verb]] == list(PERMITS[verb])


@pytest.mark.parametrize("bar, guess", [(1, 1), (1, 1000), (7, 1), (7, 7), (7, 8), (7, 1000), (1000, 3), (1000, 2000)])
def test_NUM_3_the_least_is_found_wherever_the_search_begins(bar, guess):
    assert least(1000, guess, lambda units: units >= bar) == bar


@pytest.mark.parametrize("bar, guess, asked", [(1, 1, 2), (7, 7, 4), (7, 4, 5), (7, 0, 7), (1000, 1000, 11), (1000, 600, 13), (1000, 1, 21), (600, 1500, 13), (10**9, 9 * 10**8, 33)])
def test_the_better_the_guess_the_fewer_times_the_rule_is_asked(bar, guess, asked):
    times = []
    assert least(10**18, guess, lambda units: not times.append(units) and units >= bar) == bar
    assert len(times) == asked


def test_nothing_is_enough():
    assert least(1, 5, lambda units: True) == 1
    assert least(1000, 5, lambda units: False) is None and least(0, 5, lambda units: True) is None


def test_BOR_13_nothing_of_a_coin_is_lent_for_what_holds_for_the_wallet_or_for_the_coin_alone():
    low = world(cross=LONG)
    denied = {denial.verb: denial for denial in denials(low, CROSS)}
    assert loan_denial(low, CROSS, "USDT", denied["borrow"].refusal, denied) is denied["borrow"]
    leaving = world(rules=ruled({"delistings.rows": {"ETH": "2024-09-02T11:00:00Z"}}), cross={"USDT": "1000"})
    why = refusal_of(leaving, something_lent(CROSS, "ETH"))
    found = loan_denial(leaving, CROSS, "ETH", why, {})
    assert (found.verb, found.refusal.code, found.remedies) == ("borrow", "delisting_no_loans", ())


def test_MODE_9_a_wallet_that_is_switched_off_allows_nothing():
    off, _ = decide(world(isolated_BTCUSDT={}), Isolated(BTC, "disable"))
    assert health(off, BTC).allows == ()
