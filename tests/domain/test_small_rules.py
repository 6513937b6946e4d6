"""Rules that a line or two of code carries, each with the test that holds it."""

import pytest
from worlds import DOCUMENT, D, booked, lines, outcome, ruled, wallet, world

from margincli.domain.flaws import flaw_of
from margincli.domain.journal import Account
from margincli.domain.liquidation import liquidate
from margincli.domain.operations import decide
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.dust import Dust
from margincli.domain.operations.leverage import Leverage
from margincli.domain.operations.trade import Trade
from margincli.domain.operations.transfer import Transfer
from margincli.domain.risk import health
from margincli.domain.rulebook import Rulebook
from margincli.domain.schemes import SCHEMES, collateral_value
from margincli.render.documents import health_document

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")


def test_MODE_3_classic_cross_is_margin_1():
    assert health_document(health(world(cross={}), CROSS))["account_type"] == "MARGIN_1"
    assert SCHEMES["isolated"].account_type == ""


def test_MODE_8_a_position_stays_where_it_was_opened():
    """The same pair is held in cross and isolated at once; an order in one leaves the other untouched."""
    before = world(cross={"BTC": "1", "USDT": "-5000"}, isolated_BTCUSDT={"USDT": "1000"})
    after, _ = decide(before, Trade(BTC, "BUY", "BTCUSDT", D("0.01"), None))
    assert after.state.holdings(CROSS) == before.state.holdings(CROSS)


def test_COL_5_the_printed_table_of_token_x():
    """5,000,000 USD: 500,000 whole, 500,000 at 0.9, 1 M at 0.8, 2 M at 0.6, 1 M at 0.3: 500 + 450 + 800 + 1200 + 300 thousand; the whole table comes to 4150."""
    ends = [("500000", "1"), ("1000000", "0.9"), ("2000000", "0.8"), ("4000000", "0.6"), ("7000000", "0.3"), ("10000000", "0.1")]
    tiers = tuple((D(end), D(share)) for end, share in ends)
    assert collateral_value(tiers, D("5000000")) == D("3250000")
    assert collateral_value(tiers, D("99000000")) == collateral_value(tiers, D("10000000")) == D("4150000")


def test_FEE_1_an_account_is_of_level_0_until_it_says_otherwise():
    assert world().vip == 0


def test_BOR_10_an_orders_loan_pays_its_first_hour_when_the_order_is_placed():
    _, entries = decide(world(cross={"USDT": "1000"}), Trade(CROSS, "BUY", "BTCUSDT", None, D("2000"), side_effect="MARGIN_BUY"))
    assert [(entry.kind, entry.at == entries[0].at) for entry in entries] == [("borrow", True), ("interest", True), ("trade", True)]


def test_ORD_7_what_fills_at_once_leaves_nothing_locked():
    after, _ = decide(world(cross={"USDT": "1000"}), Trade(CROSS, "BUY", "BTCUSDT", None, D("500")))
    assert not any(amount for (account, _), amount in after.state.balances.items() if account.bucket == "locked")


def test_FEE_5_borrowing_and_repaying_cost_no_fee_of_their_own():
    """Sold for 200 less 0.2 (FEE-2): the loan and the repayment move nothing to the house's fees."""
    found = world(rules=ruled({"coins.default_rate_daily": ""}), cross={"BTC": "1", "USDT": "-100"})
    _, loan = decide(found, Borrow(CROSS, "USDT", D("50")))
    _, sale = decide(found, Trade(CROSS, "SELL", "BTCUSDT", D("0.01"), None, side_effect="AUTO_REPAY"))
    assert not any("house:fees" in key for entry in loan for key in booked(entry))
    assert [line for line in lines(sale) if line[0] == "repay"] == [("repay", "USDT", "100")]
    assert [key for entry in sale for key in booked(entry) if "house:fees" in key] == ["house:fees USDT"]


def test_LIQ_1_LIQ_14_each_wallet_is_tested_alone():
    """The isolated wallet is under its bar, the cross wallet far above: each has its own band."""
    found = world(cross={"USDT": "1000"}, isolated_BTCUSDT={"BTC": "1", "USDT": "-19100"})
    assert (health(found, CROSS).band, health(found, BTC).band) == ("EXCESSIVE", "FORCE_LIQUIDATION")
    assert found.state.balance(Account(CROSS, "free"), "USDT") == 1000


def test_PROF_1_the_book_of_a_ledger_made_before_a_rule_had_a_name_goes_on():
    """Leverage adjusted, a trailing stop, limits, transfers, small balances: what has no name yet is taken as it was meant."""
    newer = {"isolated": ["leverage_from"], "order": ["trailing_delta", "trailing_wallets", "limit_price_pairs", "limit_price_band"], "liquidation": ["takeover_above_usdt"]}
    document = {part: {name: rule for name, rule in section.items() if name not in newer.get(part, ())} if isinstance(section, dict) else section for part, section in DOCUMENT.items()}
    for part in ("delistings", "dust"):
        del document[part]
    before = world(rules=Rulebook(document), spot={"ETH": "0.001", "USDT": "10"}, cross={"USDT": "1000"}, isolated_BTCUSDT={"USDT": "1000"})
    trailing = Trade(CROSS, "BUY", "BTCUSDT", D("0.01"), None, "STOP_LOSS", trailing=100)
    limit = Trade(CROSS, "BUY", "BTCUSDT", D("0.01"), None, "LIMIT", D(15000))
    for asked in (Leverage(BTC, "8.5"), trailing, limit, Transfer("USDT", D(10), wallet("spot"), CROSS), Dust(wallet("spot"))):
        assert outcome(before, asked) == "done", asked
    assert flaw_of(before.rules) == ""
    _, entries = liquidate(world(rules=Rulebook(document), cross={"BTC": "1", "USDT": "-19000"}), CROSS, D("1.5"), "level")
    assert "liquidation_fee" in [entry.kind for entry in entries]


@pytest.mark.parametrize("places", ["19", "-1", "8.5"])
def test_NUM_1_decimals_of_a_coin_are_those_the_ledger_can_count_in(places):
    assert flaw_of(ruled({"coins.scales.rows": {"BTC": "18", "ETH": "0"}})) == ""
    assert flaw_of(ruled({"coins.scales.rows": {"ETH": "0", "BTC": places}})) == "coins.scales.BTC: decimals are a whole number from 0 to 18"
