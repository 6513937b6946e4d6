"""Many accounts charged in one stroke: what the file then says, and that its proof sees each way of bending it."""

from decimal import Decimal

import pytest
from ledgers import RATE, RULES, borrow, by_hand, deposit, hours, scale, story

from margincli.domain.interest import CONVERTED, HOUR, ON_BORROW, Hour, Run, charge_hour_in_bnb_up, interest_entry
from margincli.domain.journal import LOANS, POOL, Account, Entry, Wallet, move
from margincli.domain.quiet import Due
from margincli.ledger import BrokenBooks, LedgerFault, reading, writing
from margincli.ledger.herd import guards_aside
from margincli.ledger.proof import prove

WORTH = [("USDT", Decimal(1), Decimal(1))]


def of(owner, entries):
    """The story of main, told of somebody else."""
    mine = lambda account: account._replace(wallet=Wallet(owner, "cross")) if account.wallet.owner == "main" else account  # noqa: E731
    return [e._replace(wallet=Wallet(owner, "cross"), postings=tuple(p._replace(account=mine(p.account)) for p in e.postings), changes=()) for e in entries]


@pytest.fixture
def charged(path):
    """Three accounts with a loan of 100 USDT; two of them are quiet for two hours, one stands too near its bar."""
    with writing(path, lambda: RULES) as session:
        for owner in ("main", "near", "other"):
            session.append(owner, of(owner, story()), scale)
            session.settle(owner, 49 * HOUR)
        bars = {"cross": Decimal("10")}
        session.append("near", of("near", borrow("100", 49 * HOUR)), scale)  # owes twice as much
        assert session.gather(1000) == []
        (loans,) = session.gather(1)
        assert loans == (49, "cross", "USDT", 49 * HOUR, 49 * HOUR)
        session.screen(WORTH, bars.get, 2)
        assert list(session.loud()) == ["near"]
        ((number, entry),) = session.charge_quiet({loans: [Due("cross", "USDT", 50 * HOUR, 2, RATE)]}, 51 * HOUR)
        assert (number, entry.amount, entry.facts["loans"], entry.at) == (18, 4 * Decimal("0.00083334"), 2, 51 * HOUR)
        session.commit()
    return path


def findings(path):
    with reading(path) as session:
        return {finding["code"] for finding in prove(session)}


def test_each_account_has_its_part(charged):
    assert findings(charged) == set()
    with reading(charged) as session:
        assert [session.settled_to(owner) for owner in ("main", "near", "other")] == [51 * HOUR, 49 * HOUR, 51 * HOUR]
        for owner in ("main", "other"):
            number, part = session.history(owner, limit=1)[0]
            assert (number, part) == (18, of(owner, [hours("100", 50 * HOUR, 2)])[0])
        assert [number for number, _ in session.history("near", kind="interest")] == [9, 10, 17]


def test_the_guards_are_back(charged):
    with pytest.raises(BrokenBooks, match="sealed"), writing(charged) as session:
        session.db.execute("INSERT INTO postings VALUES (18, 1000, 1, 1, 5)")
    with writing(charged) as session:
        with guards_aside(session.db):
            pass
        assert prove(session) == []


@pytest.mark.parametrize(
    "bent, code",
    [
        ("UPDATE postings SET amount = amount - 1 WHERE entry_id = 18 AND line = (SELECT min(line) FROM postings WHERE entry_id = 18 AND amount < 0)", "interest"),
        ("UPDATE entries SET facts = json_set(facts, '$.hours', 3) WHERE id = 18", "interest"),
        ("UPDATE entries SET facts = json_set(facts, '$.loans', 3) WHERE id = 18", "interest"),
        ("UPDATE entries SET facts = '{}' WHERE id = 18", "interest"),
        ("UPDATE entries SET amount = '1' WHERE id = 18", "interest"),
        ("UPDATE entries SET at = at - 7200000 WHERE id = 18", "interest"),
        ("DELETE FROM postings WHERE entry_id = 18 AND amount < 0", "balance"),
        ("UPDATE postings SET account_id = 1 WHERE entry_id = 18 AND amount > 0", "interest"),
        ("UPDATE postings SET line = 1000 WHERE entry_id = 18 AND amount > 0", "interest"),
        ("UPDATE entries SET facts = json_set(facts, '$.hours', 2.0) WHERE id = 18", "interest"),
        ("UPDATE entries SET facts = json_set(facts, '$.rate_daily', json('[1]')) WHERE id = 18", "interest"),
        ("UPDATE postings SET line = account_id + 1000 WHERE entry_id = 18 AND amount < 0", "interest"),
        ("UPDATE entries SET facts = json_set(facts, '$.rate_daily', 'NaN') WHERE id = 18", "interest"),
        ("UPDATE postings SET asset_id = asset_id + 1 WHERE entry_id = 18", "interest"),
        ("UPDATE entries SET facts = facts || ' ' WHERE id = 18", "seal"),
    ],
)
def test_the_proof_sees_a_bent_accrual(charged, bent, code):
    with by_hand(charged, bent, guards=False):
        pass
    assert code in findings(charged)


def test_a_sum_past_what_the_file_holds_is_told(path):
    with writing(path, lambda: RULES) as session:
        for owner in ("main", "other"):
            session.append(owner, of(owner, story()), scale)
            session.settle(owner, 49 * HOUR)
        (loans,) = session.gather(1)
        session.screen(WORTH, lambda wallet: Decimal(0), 2)
        with pytest.raises((LedgerFault, BrokenBooks), match="more than"):
            session.charge_quiet({loans: [Due("cross", "USDT", 50 * HOUR, 2, Decimal(10**10))]}, 51 * HOUR)


def test_interest_left_of_a_loan_that_is_repaid_is_walked_through(path):
    """No hour falls due for it, so no line of an accrual would settle its account."""
    cross = Wallet("main", "cross")
    principal = move("USDT", Decimal(100), Account(cross, "free"), POOL) + move("USDT", Decimal(100), LOANS, Account(cross, "borrowed"))
    with writing(path, lambda: RULES) as session:
        for owner in ("main", "other"):
            session.append(owner, of(owner, story()), scale)
            session.settle(owner, 49 * HOUR)
        session.append("main", [Entry(49 * HOUR, "repay", cross, "USDT", Decimal(100), principal, (), {"interest": "0", "principal": "100"})], scale)
        assert len(session.gather(1)) == 1
        session.screen(WORTH, lambda wallet: Decimal(0), 2)
        assert list(session.loud()) == ["main"]


def test_a_loan_whose_interest_was_in_bnb_so_far(path):
    """It has owed none of its own coin yet: the first hour that it does comes in the stroke like any other (BNB-3)."""
    terms = {"raw_asset": "USDT", "price_usdt": "1", "bnb_usdt": "500", "discount": "0.05"}
    charge = charge_hour_in_bnb_up(Decimal(100), RATE, Decimal("0.05"), Decimal(1), Decimal(500), 8)
    in_bnb = interest_entry(Wallet("main", "cross"), Run(Hour("BNB", ON_BORROW + CONVERTED, Decimal(100), RATE, charge, tuple(terms.items())), HOUR, 1))
    with writing(path, lambda: RULES) as session:
        for owner, entries in (("main", [deposit("1000", HOUR), borrow("100", HOUR)[0], in_bnb]), ("other", story())):
            session.append(owner, of(owner, entries), scale)
            session.settle(owner, 49 * HOUR)
        (loans,) = session.gather(1)
        session.screen([*WORTH, ("BNB", Decimal(500), Decimal(500))], {"cross": Decimal("1.3")}.get, 1)
        ((number, entry),) = session.charge_quiet({loans: [Due("cross", "USDT", 50 * HOUR, 1, RATE)]}, 50 * HOUR)
        assert entry.facts["loans"] == 2
        session.commit()
    assert findings(path) == set()
    with reading(path) as session:
        assert session.history("main", limit=1) == [(number, hours("100", 50 * HOUR, 1))]
