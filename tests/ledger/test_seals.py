"""The chain of seals: whatever of the journal is changed, taken out, put in or moved is found, and the entry is named."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledgers import RULES, by_hand, borrow, deposit, rows, scale, setting, story

from margincli.domain.interest import HOUR
from margincli.ledger import reading, scratch, writing
from margincli.ledger.chain import sealed_now
from margincli.ledger.proof import prove
from margincli.ledger.seals import BEGINNING, lines_of, seal, seal_by_lines

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def told(path):
    """A ledger of five entries: deposit, activate, borrow, interest, interest."""
    with writing(path, lambda: RULES) as session:
        session.append("main", story(), scale)
        session.settle("main", 60 * HOUR)
        session.commit()
    return path


def findings(path, earlier=None):
    with reading(path) as session:
        return [(found["code"], found["facts"].get("entry"), found["message"]) for found in prove(session, earlier)]


def head(path):
    with reading(path) as session:
        return session.head()


def forged(path, *statements):
    """By somebody who takes the guards away and puts them back."""
    with by_hand(path) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in guards:
            connection.execute(sql)


def test_the_bytes_that_are_hashed():
    """Written out once by hand: this form is for ever, or every ledger there is would be broken."""
    entry = (7, "main", 3_600_000, "borrow", "cross", "USDT", "100", '{"note": "é"}')
    written = (
        '["' + "ab" * 32 + '",7,"main",3600000,"borrow","cross","USDT","100","{\\"note\\": \\"é\\"}",'
        '[[0,"house:pool","USDT",8,"-10000000000"],[1,"main:cross:free","USDT",8,"10000000000"]],[[0,"main","cross","leverage","3"]]]'
    )
    postings = [(0, "house:pool", "USDT", 8, "-10000000000"), (1, "main:cross:free", "USDT", 8, "10000000000")]
    assert seal("ab" * 32, entry, postings, [(0, "main", "cross", "leverage", "3")]) == hashlib.sha256(written.encode()).hexdigest()


@pytest.mark.parametrize("lines", range(7))
def test_lines_that_come_as_they_are_read_make_the_same_bytes(lines, monkeypatch):
    """An accrual of a million loans is hashed a piece at a time."""
    entry = (7, "house", 3_600_000, "accrual", "", "USDT", "1", "{}")
    postings = [(line, f"a{line}:cross:interest", "USDT", 8, "-1") for line in range(lines)]
    told = (json.dumps(row, separators=(",", ":")) for row in postings)
    monkeypatch.setattr("margincli.ledger.seals.AT_ONCE", 3)
    assert seal_by_lines(BEGINNING, entry, told, []) == seal(BEGINNING, entry, postings, [])


NAMES = ['"', "\\", "/", "é", "\u2028", "\U0001f600", "a\tb\nc\rd\be\ff", *(chr(number) for number in range(1, 0x20)), "\x7f", "\x85", "'; DROP TABLE entries; --"]


def test_the_file_tells_its_lines_as_they_were_sealed(told):
    """SQLite's own JSON and ours are the same bytes, whatever a name is made of."""
    with by_hand(told, guards=False) as db:
        asset, scale = db.execute("SELECT name, scale FROM assets WHERE id = 1").fetchone()
        for number, name in enumerate(NAMES, 100):
            db.execute("INSERT INTO owners (id, name) VALUES (?, ?)", (number, name))
            db.execute("INSERT INTO accounts VALUES (?, ?, 'spot', 'free', 1)", (number, number))
            db.execute("INSERT INTO postings VALUES (6, ?, ?, 1, ?)", (number, number, 2**63 - 1))
        sealed = [(number, f"{name}:spot:free", asset, scale, str(2**63 - 1)) for number, name in enumerate(NAMES, 100)]
        assert list(lines_of(db, 6)) == [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in sealed]


def test_every_entry_follows_on_the_one_before(told):
    seals = rows(told, "SELECT entry_id, previous, hash FROM seals ORDER BY entry_id")
    assert [number for number, _, _ in seals] == [1, 2, 3, 4, 5]
    assert [previous for _, previous, _ in seals] == [BEGINNING, *(mine for _, _, mine in seals[:-1])] and head(told) == seals[-1][2]
    with closing(sqlite3.connect(told)) as db:
        assert list(sealed_now(db)) == seals
    assert findings(told) == []


def test_a_ledger_without_entries():
    with scratch(lambda: RULES) as session:
        assert session.head() == BEGINNING and prove(session, BEGINNING) == [] and session.entry_sealed(BEGINNING) == 0
        assert [finding["code"] for finding in prove(session, "a" * 64)] == ["head"]


def test_the_readme_says_how_anybody_recomputes_it(told, tmp_path, monkeypatch, capsys):
    """The lines of the README, run as they stand, on a ledger with changes, several accounts and letters of all kinds."""
    (snippet,) = [part for part in README.read_text().split("```python\n")[1:] if "hashlib" in part]
    with writing(told) as session:
        session.append("main", [setting("note", 'a"b\n\x7f é\u2028🦊', 50 * HOUR), *borrow("1.5", 51 * HOUR, "BTC")], scale)
        session.commit()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "ledger.db").symlink_to(told)
    monkeypatch.chdir(tmp_path / "here")
    exec(snippet.split("```")[0], {})
    assert capsys.readouterr().out == head(told) + "\n"


BALANCED = ["UPDATE postings SET amount = amount * 2 WHERE entry_id = 1", "UPDATE entries SET amount = '2000' WHERE id = 1"]
BALANCED += [f"UPDATE balances SET amount = amount {sign} 100000000000 WHERE account_id = {account}" for account, sign in ((1, "-"), (2, "+"))]
UNSEEN_WITHOUT = {  # what nothing but the seal tells from a true entry, and the entry that is named
    "a deposit doubled, with all that follows from it": (BALANCED, ["1"]),
    "the time of an entry": (["UPDATE entries SET at = at + 1 WHERE id = 2"], ["2"]),
    "a fact": (["UPDATE entries SET facts = json_set(facts, '$.type', 'AUTO') WHERE id = 3"], ["3"]),
    "a space in the facts": (["UPDATE entries SET facts = facts || ' ' WHERE id = 3"], ["3"]),
    "the kind": (["UPDATE entries SET kind = 'gift' WHERE id = 1"], ["1"]),
    "the wallet": (["UPDATE entries SET wallet = 'spot' WHERE id = 2"], ["2"]),
    "the number of a line": (["UPDATE postings SET line = 9 WHERE entry_id = 5 AND line = 1"], ["5"]),
    "the order of lines": ([f"UPDATE postings SET line = {b} WHERE entry_id = 3 AND line = {a}" for a, b in ((0, 9), (1, 0), (9, 1))], ["3"]),
    "a setting, with what follows from it": (["UPDATE changes SET value = '10'", "UPDATE settings SET value = '10'"], ["2"]),
    "the name of an account": (["UPDATE owners SET name = 'mine' WHERE name = 'main'"], ["1", "2", "3", "4", "5"]),
    "a bucket of the house": (["UPDATE accounts SET bucket = 'gifts' WHERE bucket = 'loans'"], ["3"]),
    "two entries that change places": (
        [f"UPDATE {table} SET {key} = {b} WHERE {key} = {a}" for a, b in ((1, 9), (2, 1), (9, 2)) for table, key in (("entries", "id"), ("postings", "entry_id"), ("changes", "entry_id"))],
        ["1", "2"],
    ),
    "the last entry but one taken out": (
        ["DELETE FROM entries WHERE id = 4", "UPDATE entries SET id = 4 WHERE id = 5", "DELETE FROM seals WHERE entry_id = 4", "UPDATE seals SET entry_id = 4 WHERE entry_id = 5"],
        ["4", "4"],
    ),
    "an entry put in without a seal": (["INSERT INTO entries SELECT 6, owner_id, at, 'gift', wallet, asset, '0', '{}' FROM entries WHERE id = 5"], ["6"]),
    "a seal without an entry": ([f"INSERT INTO seals VALUES (6, '{BEGINNING}', '{BEGINNING}')"], ["6"]),
    "a seal taken away": (["DELETE FROM seals WHERE entry_id = 2"], ["2", "3"]),
    "a seal that names another": ([f"UPDATE seals SET previous = '{BEGINNING}' WHERE entry_id = 3"], ["3", "3"]),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSEEN_WITHOUT)
def test_what_is_changed_is_named(told, name):
    statements, entries = UNSEEN_WITHOUT[name]
    forged(told, *statements)
    found = findings(told)
    assert [entry for code, entry, _ in found if code == "seal"] == entries, found
    assert all(f"ntry {entry} " in message for code, entry, message in found if code == "seal")


def test_a_setting_and_a_time_are_seen_by_nothing_else(told):
    for statements in (BALANCED, UNSEEN_WITHOUT["a fact"][0]):
        forged(told, *statements)
    assert {code for code, *_ in findings(told)} == {"seal"}


def test_the_head_that_was_kept_elsewhere(told):
    """Who seals everything anew is believed by the file alone, and found out by the head of an earlier day."""
    kept = head(told)
    with writing(told) as session:
        session.append("main", [deposit("5", 60 * HOUR)], scale)
        session.commit()
    assert head(told) != kept and findings(told, kept) == [] == findings(told, head(told)) == findings(told, BEGINNING)
    with reading(told) as session:
        assert session.entry_sealed(kept) == 5 and session.entry_sealed(head(told)) == 6 and session.entry_sealed("b" * 64) is None
    forged(told, *BALANCED)
    with closing(sqlite3.connect(told)) as db:
        anew = list(sealed_now(db))
    forged(told, *(f"UPDATE seals SET previous = '{previous}', hash = '{mine}' WHERE entry_id = {number}" for number, previous, mine in anew))
    assert findings(told) == []
    ((code, _, message),) = findings(told, kept)
    assert code == "head" and kept in message


def test_the_last_entries_cut_off_are_missed_by_who_kept_the_head(told):
    kept = head(told)
    cut = ["DELETE FROM %s WHERE %s = 2" % pair for pair in (("entries", "id"), ("changes", "entry_id"), ("seals", "entry_id"))]
    forged(told, *(statement.replace("= 2", ">= 2") for statement in cut), "DELETE FROM postings WHERE entry_id >= 2", "DELETE FROM settings")
    forged(told, "DELETE FROM balances WHERE account_id > 2", "UPDATE balances SET amount = 100000000000 WHERE account_id = 2")
    assert findings(told) == [] and [code for code, *_ in findings(told, kept)] == ["head"]


@pytest.mark.bench
def test_a_seal_costs_little():
    """No more than the lines of the README for an entry like most: the cheapest of several rounds in turn counts."""
    from time import perf_counter

    entry = (7, "main", 3_600_000, "trade", "cross", "BTC", "0.01", json.dumps({"side": "BUY", "symbol": "BTCUSDT", "price": "60000", "qty": "0.01"}))
    postings = [(line, "main:cross:free", "USDT", 8, "-10000000000") for line in range(6)]

    def plainly():
        return hashlib.sha256(json.dumps([BEGINNING, *entry, postings, []], ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

    def ours():
        return seal(BEGINNING, entry, postings, [])

    assert ours() == plainly()
    least = {plainly: 1.0, ours: 1.0}
    for _ in range(40):
        for work in least:
            began = perf_counter()
            for _ in range(200):
                work()
            least[work] = min(least[work], perf_counter() - began)
    assert least[ours] < 1.2 * least[plainly]
