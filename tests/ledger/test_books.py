"""Entries into the file and out of it; and that the file itself refuses whatever would break the books."""

import sqlite3
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import BORROWED, CROSS, FREE, RULES, by_hand, borrow, deposit, hours, rows, scale, setting, withdraw

from margincli.domain.interest import HOUR
from margincli.domain.journal import HOUSE, LOANS, OUTSIDE, POOL, Account, Change, Entry, Posting, Wallet, move
from margincli.domain.money import plain
from margincli.domain.standing import State
from margincli.ledger import UNITS_MOST, BrokenBooks, LedgerFault, reading, scratch, writing

D = Decimal


def write(path, *entries, owner="main"):
    with writing(path) as session:
        numbers = session.append(owner, entries, scale)
        session.commit()
    return numbers


def test_entries_come_back_as_they_went_in(begun):
    entries = [*borrow("100.00000001", 2000), setting("leverage", "3", 2000), deposit("12345", 3000, "JPY"), hours("100.00000001", HOUR, 5)]
    assert write(begun, *entries) == [2, 3, 4, 5, 6]
    with reading(begun) as session:
        assert session.history("main") == list(enumerate([deposit("1000", 1000), *entries], 1))
        assert session.last_booked() == 5 * HOUR


def test_history_is_chosen(begun):
    write(begun, *borrow("5", 2000), deposit("1", 3000, "BTC"), deposit("2", 4000, "BTC"))
    sale = Entry(5000, "trade", CROSS, "BTC", D(1), move("BTC", D(1), FREE, OUTSIDE) + move("USDT", D(9), OUTSIDE, FREE))
    write(begun, sale)
    with reading(begun) as session:

        def numbers(**chosen):
            return [number for number, _ in session.history("main", **chosen)]

        assert numbers() == [1, 2, 3, 4, 5, 6]
        assert numbers(kind="deposit") == [1, 4, 5] and numbers(kind="interest") == [3]
        assert numbers(since=3000) == [4, 5, 6] and numbers(limit=2) == [5, 6] and numbers(limit=0) == []
        assert numbers(asset="BTC") == [4, 5, 6] and numbers(asset="USDT") == [1, 2, 3, 6]
        assert numbers(kind="deposit", asset="BTC", since=2000, limit=1) == [5]
        assert session.history("nobody") == []
        assert session.counts() == {"accounts": 1, "entries": 6, "postings": 16, "quotes": 0, "candles": 0, "rates": 0}


def test_state_is_the_owners_and_the_houses(begun):
    other = Wallet("other", "isolated", "BTCUSDT")
    entries = [*borrow("100", 2000), setting("opened_at", "2000", 2000), setting("leverage", "3", 2000), setting("leverage", "", 2000)]
    write(begun, *entries)
    write(begun, deposit("7", 2000, wallet=other), setting("opened_at", "1", 2000, other), owner="other")
    with reading(begun) as session:
        state = session.state("main")
        assert state.settings == {(CROSS, "opened_at"): "2000"} and state.wallets("main")[1:] == [CROSS]
        assert {key[0].wallet.owner for key in state.balances} == {"main", "house"}
        free, locked, borrowed, interest = state.holding(CROSS, "USDT")[1:]
        assert (free, locked, borrowed, plain(interest)) == (1100, 0, 100, "0.00083334")
        assert state.balance(POOL, "USDT") == -100 and state.balance(LOANS, "USDT") == 100
        assert session.state("other").holding(other, "USDT").free == 7 and session.state("other").settings == {(other, "opened_at"): "1"}
        assert session.owners() == ["main", "other"] and session.owners(owing_only=True) == ["main"]
        assert not session.state("nobody").settings


def test_who_has_what_leaves_margin(begun):
    """A coin in the cross wallet, or anything in the wallet of a pair; not in spot, and not once it is settled until then."""
    with writing(begun) as session:
        for wallet in (CROSS, Wallet("other", "isolated", "BTCUSDT"), Wallet("third", "spot")):
            session.append(wallet.owner, [deposit("7", 2000, wallet=wallet)], scale)
            session.settle(wallet.owner, 2000)
        for ends, found in (({"USDT": 2001}, ["main"]), ({"BTCUSDT": 2001}, ["other"]), ({"USDT": 2001, "BTCUSDT": 2001}, ["main", "other"]), ({"BTC": 2001}, []), ({"USDT": 2000}, [])):
            assert session.owners_leaving(ends) == found


def test_settled_to(begun):
    with writing(begun) as session:
        assert session.settled_to("main") == 1000 and session.settled_to("new") is None and not session.owner_exists("new")
        session.settle("new", 5)
        session.settle("main", 1000)
        session.settle("main", 2000)
        assert session.settled_to("main") == 2000 and session.owner_exists("new")
        assert session.db.execute("SELECT count(*) FROM owners").fetchone() == (4,)
        session.commit()
    with pytest.raises(BrokenBooks, match="settled"):
        with writing(begun) as session:
            session.settle("main", 1999)


def test_refs(begun):
    with writing(begun) as session:
        assert session.recall("r") is None
        session.remember("r", "main", "borrow 1", {"a": ["é", None]})
        assert session.recall("r") == ("main", "borrow 1", {"a": ["é", None]})
        session.commit()
    with pytest.raises(BrokenBooks):
        with writing(begun) as session:
            session.remember("r", "other", "x", {})


def test_rule_books(begun):
    with writing(begun) as session:
        session.add_rulebook(5000, {"profile": "later"})
        session.add_rulebook(6000, {"profile": "slip"})
        session.add_rulebook(6000, {"profile": "latest"})
        assert [session.rulebook(at).profile for at in (0, 4999, 5000, 6000)] == ["test", "test", "later", "latest"]
        assert session.rulebook_changes(0, 5999) == [5000] and session.rulebook_changes(5000, 6000) == [6000]
        with pytest.raises(LedgerFault) as caught:
            session.rulebook(-1)
    assert caught.value.code == "no_rulebook"


def test_lines_that_fill_go_first(begun):
    """Within an entry an account may pass below zero on paper; only what it comes to counts."""
    there_and_back = (Posting(FREE, "BTC", D(-1)), Posting(FREE, "BTC", D(1)))
    (number,) = write(begun, Entry(2000, "trade", CROSS, "BTC", D(1), there_and_back))
    with reading(begun) as session:
        assert session.history("main")[-1] == (number, Entry(2000, "trade", CROSS, "BTC", D(1), there_and_back))


def test_scale_is_fixed_at_first_use(begun):
    with writing(begun) as session:
        session.append("main", [deposit("1.25", 2000, "SHIB")], scale)
        session.commit()
    with pytest.raises(BrokenBooks, match="2 decimals"):
        with writing(begun) as session:
            session.append("main", [deposit("0.125", 2000, "SHIB")], lambda asset: 8)
    with reading(begun) as session:
        assert session.state("main").holding(CROSS, "SHIB").free == D("1.25")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["USDT", "JPY", "SHIB"]), st.integers(1, 2**58)), min_size=1, max_size=8))
def test_amounts_are_exact(units):
    entries = [deposit(D(n).scaleb(-scale(asset)), 1, asset) for asset, n in units]
    with scratch(lambda: RULES) as session:
        session.append("main", entries, scale)
        state = State({}, {}).after(entries)
        assert session.state("main").holdings(CROSS) == state.holdings(CROSS)
        shown = dict(session.db.execute("SELECT asset, amount FROM balances_by_wallet WHERE bucket = 'free'").fetchall())
        assert shown == {asset: plain(held.free) for asset, held in state.holdings(CROSS).items()}
        assert [entry for _, entry in session.history("main")] == entries


# What the file refuses


def test_balances_keep_their_sign(begun):
    with pytest.raises(BrokenBooks, match="balance_has_its_sign"):
        write(begun, withdraw("1000.00000001", 2000))
    with pytest.raises(BrokenBooks, match="balance_has_its_sign"):
        write(begun, Entry(2000, "repay", CROSS, "USDT", D(1), move("USDT", D(1), FREE, BORROWED)))
    write(begun, withdraw("1000", 2000))
    assert rows(begun, "SELECT amount FROM balances WHERE sign = 1") == [(0,)]


def test_an_unknown_bucket_is_no_account(begun):
    with pytest.raises(KeyError):
        write(begun, Entry(1, "x", CROSS, "USDT", D(1), move("USDT", D(1), OUTSIDE, Account(CROSS, "pocket"))))


MOST = D(UNITS_MOST)


def test_an_amount_that_is_too_large(begun):
    write(begun, deposit(MOST, 2000, "JPY"))
    with pytest.raises(LedgerFault) as caught:
        write(begun, deposit(MOST + 1, 2000, "JPY"))
    assert (caught.value.code, caught.value.exit_code, caught.value.facts["asset"]) == ("ledger_full", 3, "JPY")


@pytest.mark.parametrize("more", [1, 5, 10**6, UNITS_MOST])
def test_a_balance_that_is_too_large(begun, more):
    write(begun, deposit(MOST, 2000, "JPY"))
    before = rows(begun, "SELECT * FROM balances")
    with pytest.raises(LedgerFault) as caught:
        write(begun, deposit(more, 2000, "JPY"))
    assert caught.value.code == "ledger_full"
    with by_hand(begun) as connection:  # downwards, too
        world = "(SELECT account_id FROM balances WHERE sign = 0 AND amount < -1000000000000), (SELECT id FROM assets WHERE name = 'JPY')"
        with pytest.raises(sqlite3.IntegrityError, match="REAL"):
            connection.execute(f"INSERT INTO postings VALUES (3, 0, {world}, -2 - {more})")
    assert rows(begun, "SELECT * FROM balances") == before


def test_lines_whose_sum_overflows(begun):
    accounts = [Account(HOUSE, f"a{n}") for n in range(4)]
    lines = tuple(Posting(account, "JPY", amount) for account, amount in zip(accounts, (MOST, MOST, -MOST, -MOST)))
    with pytest.raises(LedgerFault) as caught:
        write(begun, Entry(2000, "x", CROSS, "JPY", MOST, lines))
    assert caught.value.code == "ledger_full"


# Entries 1 and 2 are there, so 3 is the open one; account 1 is the world's, 2 the free balance, 3 is the number of main.
SEAL = "INSERT INTO seals SELECT 3, hash, printf('%064d', 3) FROM seals WHERE entry_id = 2"
UNBALANCED = "INSERT INTO entries VALUES (3, 3, 2000, 'gift', 'cross', 'USDT', '1', '{}')"


@pytest.mark.parametrize(
    ("statements", "refusal"),
    [
        (["INSERT INTO postings VALUES (3, 0, 2, 1, 100)", SEAL, UNBALANCED], "not balanced"),
        (["INSERT INTO postings VALUES (3, 0, 2, 1, 100)", "INSERT INTO postings VALUES (3, 1, 1, 1, -99)", SEAL, UNBALANCED], "not balanced"),
        (["INSERT INTO postings VALUES (1, 7, 2, 1, 100)"], "sealed"),
        (["INSERT INTO changes VALUES (1, 7, 3, 'cross', 'leverage', '10')"], "sealed"),
        (["INSERT INTO postings VALUES (4, 0, 2, 1, 100)"], "sealed"),
        (["INSERT OR REPLACE INTO postings VALUES (1, 0, 2, 1, 100)"], "sealed"),
        (["INSERT INTO postings VALUES (3, 0, 2, 1, 100)", "INSERT OR REPLACE INTO postings VALUES (3, 0, 2, 1, 100)"], "sealed"),
        (["INSERT INTO postings VALUES (3, 0, 2, 1, 100)"], "FOREIGN KEY"),
        (["INSERT INTO postings VALUES (3, 0, 99, 1, 100)"], "FOREIGN KEY"),
        (["INSERT INTO entries VALUES (7, 3, 2000, 'x', 'cross', '', '0', '{}')"], "numbered"),
        (["INSERT INTO entries (owner_id, at, kind, wallet, asset, amount, facts) VALUES (3, 2000, 'x', 'cross', '', '0', '{}')"], "numbered"),
        (["INSERT OR REPLACE INTO entries VALUES (1, 3, 2000, 'x', 'cross', '', '0', '{}')"], "numbered"),
        (["INSERT INTO entries VALUES (3, 3, 2000, 'x', 'cross', '', '0', 'not json')"], "json_valid"),
        (["INSERT INTO entries VALUES (3, 3, 2000, 'x', 'cross', '', '0', '{}')"], "not sealed"),
        ([SEAL], "FOREIGN KEY"),
        ([SEAL, SEAL], "follow on"),
        ([SEAL.replace("hash,", "previous,")], "follow on"),
        ([SEAL.replace("SELECT 3", "SELECT 4")], "follow on"),
        ([SEAL.replace("064d", "063d")], "CHECK"),
        (["INSERT OR REPLACE INTO seals SELECT 2, previous, hash FROM seals WHERE entry_id = 2"], "follow on"),
        (["UPDATE seals SET hash = previous"], "append-only"),
        (["DELETE FROM seals"], "append-only"),
        (["UPDATE entries SET amount = '5'"], "append-only"),
        (["DELETE FROM entries"], "append-only"),
        (["UPDATE postings SET amount = amount * 2"], "append-only"),
        (["DELETE FROM postings"], "append-only"),
        (["UPDATE changes SET value = '10'"], "append-only"),
        (["DELETE FROM changes"], "append-only"),
        (["UPDATE assets SET scale = 2"], "append-only"),
        (["UPDATE accounts SET sign = 0"], "append-only"),
        (["DELETE FROM owners WHERE name = 'main'"], "append-only"),
        (["UPDATE owners SET name = 'mine' WHERE name = 'main'"], "settled"),
        (["UPDATE owners SET settled_to = 5 WHERE name = 'main'"], "settled"),
        (["UPDATE balances SET amount = amount * 2"], "only follow"),
        (["INSERT OR REPLACE INTO balances VALUES (2, 1, 1, 5)"], "only follow"),
        (["INSERT INTO balances VALUES (2, 5, 1, 5)"], "only follow"),
        (["DELETE FROM balances"], "append-only"),
        (["UPDATE settings SET value = '10'"], "only follow"),
        (["INSERT INTO settings VALUES (3, 'cross', 'leverage', '10')"], "only follow"),
        (["DELETE FROM settings"], "append-only"),
        (["INSERT INTO postings VALUES (3, 0, 2, 1, 1.5)"], "REAL"),
        (["INSERT INTO postings VALUES (3, 0, 2, 1, 'x')"], "TEXT"),
    ],
)
def test_the_file_guards_itself(begun, statements, refusal):
    write(begun, setting("leverage", "3", 1000))
    with by_hand(begun, "PRAGMA foreign_keys = ON", "BEGIN") as connection:
        with pytest.raises(sqlite3.Error, match=refusal):
            for statement in statements:
                connection.execute(statement)
            connection.execute("COMMIT")


def test_changes_in_one_entry_go_to_their_wallets(begun):
    spot = Wallet("main", "spot")
    write(begun, Entry(2000, "activate", CROSS, "", D(0), (), (Change(CROSS, "a", "1"), Change(spot, "a", "2"), Change(CROSS, "a", "3"))))
    with reading(begun) as session:
        assert session.state("main").settings == {(CROSS, "a"): "3", (spot, "a"): "2"}
