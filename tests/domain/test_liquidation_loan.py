"""liquidation-loan: refusals in their order, how the loan comes about, and how it is paid back (FUND-5)."""

import pytest
from margincli.domain.journal import CLAIMS, INSURANCE, Account, Wallet
from margincli.domain.liquidation import liquidate
from margincli.domain.loan import Loan, loan_of, owed_by, worth_usdt
from margincli.domain.operations import decide
from margincli.domain.operations.liquidate import LiquidateByHand
from margincli.domain.operations.liquidation_loan import RepayLiquidationLoan
from margincli.domain.operations.withdraw import Withdraw
from margincli.domain.rulebook import Rulebook
from margincli.domain.standing import State
from margincli.domain.world import World
from margincli.rules import load
from worlds import D, booked, ladder, lines, outcome, refuses, ruled, wallet, walked, world

CROSS, BTC = wallet(), wallet("isolated:BTCUSDT")
NOW = Rulebook(load("2026"))
BROKE = {"USDC": "18000", "USDT": "-20000.00000001"}  # 2,000.00000001 short


def owing(remaining: str = "", lent: str = "1000", **told) -> World:
    """A world under the rules of 2026 in which `remaining` of a loan of `lent` USDC is owed."""
    found = world(**{"rules": NOW, **told})
    if not remaining:
        return found
    account = owed_by("main")
    balances = {**found.state.balances, (account, "USDC"): -D(remaining), (CLAIMS, "USDC"): D(remaining)}
    return World(found.now, found.owner, State(balances, {**found.state.settings, (account.wallet, "lent"): lent}), found.market, found.rules)


REFUSED = ladder(
    RepayLiquidationLoan(D("-0.000000001")),
    {"spot": {"USDC": "49.99999999", "USDT": "9999"}},
    ("no_liquidation_loan", {"remaining": "700"}, {}),
    ("not_positive", {}, {"amount": D("0.000000001")}),
    ("too_many_places", {}, {"amount": D("700.00000001")}),
    ("above_liquidation_loan: 700.00000001 USDC is more than the 700 that remain", {}, {"amount": D(700)}),
    ("balance_too_small: spot has 49.99999999 USDC free, 700 are needed", {}, {"amount": None}),  # all of it
    ("balance_too_small: 700 are needed", {}, {"amount": D(50)}),
    ("balance_too_small", {"spot": {"USDC": "50"}}, {}),
    make=owing,
)


@pytest.mark.parametrize("code, words, found, asked", REFUSED)
def test_refusals_in_their_order_FUND_5(code, words, found, asked):
    refuses(code, words, found, asked)


def test_FUND_5_what_the_sale_left_unpaid_becomes_a_loan_and_the_wallet_starts_afresh():
    """The fund pays the pool; the house has a claim of as much USDC, here at 0.8 USDT: 2500.00000002, rounded up."""
    found = world(rules=NOW, prices={"USDCUSDT": "0.8"}, cross={"USDC": "22500", "USDT": "-20000.00000001"})
    after, entries = liquidate(found, CROSS, D("1.5"), "level")
    *_, loan = entries
    assert (loan.kind, loan.asset, loan.amount) == ("liquidation_loan", "USDT", D("2000.00000001"))
    left = "2000.00000001"
    assert booked(loan) == {
        "house:insurance USDT": f"-{left}",
        "house:pool USDT": left,
        "house:loans USDT": f"-{left}",
        "cross:borrowed USDT": left,
        "liquidation-loan:borrowed USDC": "-2500.00000002",
        "house:claims USDC": "2500.00000002",
    }
    assert after.state.holdings(CROSS) == {} and not after.state.owes(CROSS)
    assert loan_of(after) == Loan("USDC", D("2500.00000002"), D("2500.00000002"))
    assert after.state.wallets("main") == found.state.wallets("main")  # it is no wallet of the user's


def test_FUND_5_every_debt_is_lent_on_interest_too_and_a_second_loan_adds_to_the_first():
    after, entries = liquidate(owing("700", cross={"USDC": "1000", "USDT": "-1500/10", "ETH": "-0.2/0.1"}), CROSS, D("1.5"), "level")
    assert lines(entries)[3:] == [("liquidation_loan", "USDT", "510"), ("liquidation_loan", "ETH", "0.3")]
    assert entries[4].facts == {"interest": "0.1", "principal": "0.2", "loan_asset": "USDC", "loan": "300", "price_usdt": "1"}
    assert loan_of(after) == Loan("USDC", D(1810), D(1510))
    again, _ = liquidate(owing("", cross={"USDC": "900", "USDT": "-1000"}), CROSS, D("1.5"), "level")
    assert loan_of(again).amount == D(100)


def test_FUND_5_a_new_loan_after_one_that_is_repaid_begins_at_its_own_amount():
    repaid, _ = decide(owing("700", spot={"USDC": "700"}, cross={"BNB": "2", "USDT": "-1100"}), RepayLiquidationLoan(None))
    assert loan_of(repaid) == Loan("USDC", D(1000), D(0)) and loan_of(world()) == Loan("USDC", D(0), D(0))
    after, _ = liquidate(repaid, CROSS, D("1.5"), "level")
    assert loan_of(after) == Loan("USDC", D(100), D(100))


def test_FUND_5_without_a_price_of_its_coin_the_rule_book_says_what_it_counts_for():
    blind = {"prices": {"USDCUSDT": None, "BTCUSDC": None}, "cross": {"BNB": "2", "USDT": "-1100"}}
    for rules, lent in ((NOW, "100"), (ruled({"liquidation.loan_price_usdt": "0.5"}, NOW.document), "200")):
        after, _ = liquidate(world(rules=rules, **blind), CROSS, D("1.5"), "level")
        assert loan_of(after).amount == D(lent)


def test_FUND_5_by_hand_too_but_isolated_wallets_and_older_profiles_have_the_fund():
    _, entries = decide(world(rules=NOW, cross=BROKE), LiquidateByHand(CROSS))
    assert entries[-1].kind == "liquidation_loan"
    _, entries = liquidate(world(rules=NOW, isolated_BTCUSDT={"BTC": "0.9", "USDT": "-18500"}), BTC, D("1.1"), "level")
    assert entries[-1].kind == "deficit"
    _, entries = liquidate(world(cross=BROKE), CROSS, D("1.5"), "level")
    assert entries[-1].kind == "deficit_review"


def test_FUND_5_it_comes_at_the_moment_of_the_liquidation_and_bears_no_interest():
    after, entries = walked("2 12:00", rules=NOW, prices={"BTCUSDT": "18000"}, cross={"BTC": "1", "USDT": "-20000"})
    assert [(entry.kind, entry.at) for entry in entries if entry.kind.startswith("liquidation_loan")] == [("liquidation_loan", entries[0].at)]
    assert loan_of(after).remaining == D(2000)


def test_FUND_5_spot_pays_the_fund_back_and_the_claim_falls_by_as_much():
    after, entries = decide(owing("700", spot={"USDC": "800"}), RepayLiquidationLoan(D("200.5")))
    assert lines(entries) == [("liquidation_loan_repay", "USDC", "200.5")] and entries[0].facts == {"remaining": "499.5"}
    assert booked(entries[0]) == {"spot:free USDC": "-200.5", "house:insurance USDC": "200.5", "house:claims USDC": "-200.5", "liquidation-loan:borrowed USDC": "200.5"}
    loan = loan_of(after)
    assert (loan.amount, loan.repaid, loan.remaining) == (D(1000), D("500.5"), D("499.5"))
    assert after.state.balance(Account(Wallet("main", "spot"), "free"), "USDC") == D("599.5")
    assert after.state.balance(INSURANCE, "USDC") == D("200.5")


@pytest.mark.parametrize("remaining, amount, code", [("10001", "4999", "done"), ("10001", "4999.00000001", "deficit_lock"), ("10000", "15000", "done")])
def test_FUND_3_FUND_5_a_loan_holds_its_worth_back_in_spot(remaining, amount, code):
    assert outcome(owing(remaining, spot={"USDT": "15000"}), Withdraw("USDT", D(amount))) == code
    free = ruled({"liquidation.loan_holds_withdrawals": "no"}, NOW.document)
    assert outcome(owing(remaining, spot={"USDT": "15000"}, rules=free), Withdraw("USDT", D(15000))) == "done"


def test_FUND_5_a_loan_stays_in_its_coin_whatever_the_rule_book_says_later():
    found = owing("700", rules=ruled({"liquidation.loan_asset": "USDT"}, NOW.document), cross={"BNB": "2", "USDT": "-1100"})
    after, _ = liquidate(found, CROSS, D("1.5"), "level")
    assert loan_of(after) == Loan("USDC", D(1100), D(800))


def test_its_worth_is_by_the_index_of_its_coin():
    assert worth_usdt(owing("700", prices={"USDCUSDT": "0.99"})) == D(693)
