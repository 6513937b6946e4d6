"""The proof finds nothing in sound books, and each way in which a hand with a SQLite shell may have bent them."""

from decimal import Decimal

import pytest
from ledgers import RULES, by_hand, borrow, deposit, hours, scale, setting, story

from margincli.domain.interest import HOUR
from margincli.domain.journal import CLAIMS, Change, Entry, Wallet, move
from margincli.domain.loan import LENT, owed_by
from margincli.ledger import LedgerFault, reading, scratch, writing
from margincli.ledger.proof import SHOWN_OF_A_KIND, prove


@pytest.fixture
def told(path):
    """A ledger of five entries: deposit, activate, borrow, interest, interest."""
    with writing(path, lambda: RULES) as session:
        session.append("main", story(), scale)
        session.settle("main", 60 * HOUR)
        session.commit()
    return path


def codes(path):
    with reading(path) as session:
        return {finding["code"] for finding in prove(session)}


def test_sound_books(told):
    with writing(told) as session:
        session.append("other", [deposit("9", 5, wallet=Wallet("other", "spot"))], scale)  # times run by account
        session.settle("other", 5)
        session.append("main", [*borrow("50.5", 50 * HOUR), hours("150.5", 51 * HOUR, 3), *borrow("1", 53 * HOUR + 1, "BTC")], scale)
        assert prove(session) == []
        session.commit()
    assert codes(told) == set()


def test_fund_5_a_liquidation_loan_is_no_flaw(told):
    """FUND-5: it stands in a wallet of its own, which the proof knows."""
    owed, change = owed_by("main"), Change(owed_by("main").wallet, LENT, "5")
    with writing(told) as session:
        session.append("main", [Entry(60 * HOUR, "liquidation_loan", owed.wallet, "USDC", Decimal(5), move("USDC", Decimal(5), owed, CLAIMS), (change,), {})], scale)
        session.settle("main", 60 * HOUR)
        session.commit()
    assert codes(told) == set()


def test_a_fresh_ledger_holds():
    with scratch(lambda: RULES) as session:
        assert prove(session) == []


def entry_facts(number, name, value):
    return f"UPDATE entries SET facts = json_set(facts, '$.{name}', {value}) WHERE id = {number}"


TAMPERING = [
    ("UPDATE balances SET amount = amount + 1 WHERE sign = 1", {"balance", "total"}),
    ("DELETE FROM balances WHERE sign = 1", {"balance", "total"}),
    ("INSERT INTO balances VALUES (1, 7, 0, 5)", {"balance", "total", "reference"}),
    ("UPDATE postings SET amount = amount + 1 WHERE entry_id = 1 AND amount > 0", {"unbalanced", "balance"}),
    ("UPDATE postings SET amount = amount * 2 WHERE entry_id = 1", {"balance"}),
    ("DELETE FROM postings WHERE entry_id = 1", {"balance"}),
    ("UPDATE postings SET amount = -amount WHERE entry_id = 1", {"balance", "sign"}),
    ("DELETE FROM entries WHERE id = 2", {"numbering", "stray", "reference", "setting"}),
    ("DELETE FROM entries WHERE id = 5", {"stray", "reference", "balance"}),
    ("UPDATE entries SET at = 5 WHERE id = 3", {"time"}),
    ("UPDATE entries SET amount = '1' WHERE id = 5", {"interest"}),
    (entry_facts(5, "hours", 47), {"interest"}),
    (entry_facts(5, "hours", "'48'"), {"interest"}),
    (entry_facts(5, "principal", "'99'"), {"interest"}),
    (entry_facts(5, "rate_daily", "'0.0001'"), {"interest"}),
    (entry_facts(5, "rate_daily", "'NaN'"), {"interest"}),
    (entry_facts(5, "charge", "'0.1'"), {"interest"}),
    (entry_facts(5, "type", "'GIFT'"), {"interest"}),
    (entry_facts(5, "first", "'2024-01-01T00:00:00Z'"), {"interest"}),
    (entry_facts(4, "principal", "'50'"), {"interest"}),
    ("UPDATE entries SET facts = '[]' WHERE id = 5", {"illegible"}),
    ("UPDATE entries SET kind = 'gift' WHERE id = 3", {"interest"}),
    ("UPDATE settings SET value = '10'", {"setting"}),
    ("DELETE FROM settings", {"setting"}),
    ("UPDATE changes SET value = '10'", {"setting"}),
    ("UPDATE owners SET settled_to = 5 WHERE name = 'main'", {"settled"}),
    ("UPDATE owners SET settled_to = NULL WHERE name = 'main'", {"settled"}),
    ("UPDATE accounts SET sign = 0 WHERE bucket = 'free'", {"account"}),
    ("UPDATE accounts SET bucket = 'locked' WHERE bucket = 'interest' AND wallet = 'cross'", {"account", "interest"}),
    ("UPDATE assets SET scale = 2", {"interest"}),
]


@pytest.mark.parametrize(("statement", "expected"), TAMPERING, ids=[statement[:60] for statement, _ in TAMPERING])
def test_tampering_is_found(told, statement, expected):
    with by_hand(told, statement, guards=False):
        pass
    found = codes(told)
    assert "guard" in found and found - {"guard"} >= expected, found


def test_whole_entries_forged_are_found(told):
    """A line too many that was booked with all guards on cannot be told from a true one; without them it leaves traces."""
    with by_hand(told, "INSERT INTO postings VALUES (1, 9, 1, 1, 5)", "INSERT INTO postings VALUES (1, 8, 2, 1, -5)", guards=False):
        pass
    assert codes(told) == {"guard", "balance", "amount", "seal"}


def test_a_guard_that_was_weakened(told):
    with by_hand(told, "DROP TRIGGER entries_never_deleted", "CREATE TRIGGER entries_never_deleted BEFORE DELETE ON entries BEGIN SELECT 1; END"):
        pass
    assert codes(told) == {"guard"}
    with by_hand(told, "CREATE VIEW mine AS SELECT 1", "DROP TRIGGER entries_never_deleted"):
        pass
    with reading(told) as session:
        (finding,) = prove(session)
    assert finding["facts"] == {"type": "trigger", "name": "entries_never_deleted"} and "is gone" in finding["message"]


def test_damage_is_found(told):
    with by_hand(told) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'postings'").fetchone()
    content, root = bytearray(told.read_bytes()), 4096 * (page - 1)
    content[root + 200 : root + 4096] = bytes(4096 - 200)
    told.write_bytes(content)
    try:
        assert "file" in codes(told)
    except LedgerFault as fault:
        assert fault.exit_code == 8


def test_rules_that_were_changed_are_found_and_not_gone_by(told):
    with by_hand(told, "UPDATE rulebooks SET document = '{\"profile\": \"mine\"}'"):
        pass
    assert codes(told) == {"rules"}
    with pytest.raises(LedgerFault, match="not what was put in force"):
        with reading(told) as session:
            session.rulebook(0)


@pytest.mark.parametrize(("table", "column"), [("quotes", "price"), ("candles", "high"), ("rates", "rate_daily")])
@pytest.mark.parametrize("number", ["", "1.2.3", "-1", "1e5", "NaN", "\x01", "."])
def test_prices_and_rates_are_numbers(told, table, column, number):
    with writing(told) as session:
        session.set_quote("BTCUSDT", "me", HOUR, "0.5")
        session.add_candles("BTCUSDT", "binance", HOUR, [(HOUR, 2 * HOUR - 1, "1", "4.00", "1", "3", "9")])
        session.set_rate("cross", "USDT", 0, "0.0002", "me")
        session.commit()
    assert codes(told) == set()
    with by_hand(told) as connection:
        connection.execute(f"UPDATE {table} SET {column} = ?", (number,))
    assert codes(told) == {"illegible"}


def test_an_entry_that_cannot_be_read(told):
    for spoilt in ("UPDATE entries SET amount = 'x' WHERE id = 1", "UPDATE postings SET amount = amount + 1 WHERE entry_id = 3 AND line = 0"):
        with by_hand(told, spoilt, guards=False):
            pass
        with pytest.raises(LedgerFault, match="cannot be read") as caught:
            with reading(told) as session:
                session.history("main", limit=None, kind="deposit" if "id = 1" in spoilt else "borrow")
        assert caught.value.exit_code == 8


def test_many_findings_are_counted():
    with scratch(lambda: RULES) as session:
        session.append("main", [deposit("1", 1000 - n) for n in range(100)], scale)
        session.settle("main", 1000)
        findings = prove(session)
    assert len(findings) == SHOWN_OF_A_KIND + 1 and findings[-1]["facts"] == {"more": str(99 - SHOWN_OF_A_KIND)}
    assert {finding["code"] for finding in findings} == {"time"}


@pytest.mark.slow
def test_proof_is_linear_and_flat():
    import tracemalloc
    from time import process_time

    def measure(count):
        with scratch(lambda: RULES) as session:
            session.append("main", borrow("100", HOUR) + [hours("100", n * HOUR, 1) for n in range(2, count)], scale)
            session.settle("main", count * HOUR)
            start = process_time()
            assert prove(session) == []
            spent = process_time() - start
            tracemalloc.start()
            prove(session)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return spent, peak

    (few, few_bytes), (many, many_bytes) = measure(2_000), measure(20_000)
    assert many < 20 * few + 1 and many_bytes < 2 * few_bytes + 100_000


@pytest.mark.slow
def test_proof_is_flat_over_many_accounts():
    """The file is folded owner by owner: what is held in memory are the books of one."""
    import tracemalloc

    def peak(count):
        with scratch(lambda: RULES) as session:
            for number in range(count):
                name = f"a{number}"
                session.append(name, [deposit("1", HOUR, wallet=Wallet(name, "cross")), setting("leverage", "3", HOUR, Wallet(name, "cross"))], scale)
                session.settle(name, HOUR)
            tracemalloc.start()
            assert prove(session) == []
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    assert peak(3000) < peak(300) + 50_000
