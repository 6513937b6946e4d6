"""Exports as text: names that mean something to a program, files that are there, readers that leave, memory."""

import csv
import io
import os
import re
import stat
import subprocess
import sys
import tracemalloc
from decimal import Decimal

import pytest
from ledgers import RULES, deposit, scale
from odd_ledger import HOSTILE, exported, ours

from margincli import archive, desk
from margincli.domain.journal import EXCHANGE, OUTSIDE, POOL, Account, Entry, Wallet, move
from margincli.domain.money import plain
from margincli.domain.world import moment
from margincli.journals import beancount, plaintext
from margincli.journals.book import Book, root_of, tags
from margincli.journals.whole import FileRefused
from margincli.ledger import LedgerFault, reading, writing

FORMATS = ["hledger", "ledger", "beancount", "csv", "json"]
FREE = Account(Wallet("main", "spot"), "free")


def call(ledger, account=None):
    return desk.Call(ledger, account, 0)


def text(ledger, format, account=None):
    return "".join(archive.export(call(ledger, account), format))


# --- names ---


def test_no_two_accounts_are_written_alike():
    owners = [*HOSTILE, "a%3Ab", "a:b:c", "A_b", "A--b"]
    accounts = [Account(Wallet(owner, "cross"), bucket) for owner in owners for bucket in ("free", "borrowed")]
    assert len({plaintext.account_name(account) for account in accounts}) == len(accounts)
    written = beancount._Accounts()
    assert len({written[account] for account in accounts}) == len(accounts)


@pytest.mark.parametrize(
    ("account", "name"),
    [
        (FREE, "assets:main:spot:free"),
        (Account(Wallet("main", "isolated", "1INCHUSDT"), "borrowed"), "liabilities:main:isolated:1INCHUSDT:borrowed"),
        (Account(Wallet("a: b;\n", "cross"), "interest"), "liabilities:a%3A%20b%3B%0A:cross:interest"),
        (Account(Wallet("\u00e9", "spot"), "free"), "assets:\u00e9:spot:free"),
        (POOL, "assets:house:pool"),
        (EXCHANGE, "equity:world:market"),
    ],
)
def test_accounts_of_hledger_and_ledger(account, name):
    assert plaintext.account_name(account) == name


@pytest.mark.parametrize(("asset", "hledger", "in_beancount"), [
    ("USDT", "USDT", "USDT"),
    ("1INCH", '"1INCH"', "X-1INCH"),
    ("T", "T", "T"),
    ("TRUE", "TRUE", "X-TRUE"),
    ("B2", '"B2"', "B2"),
    ('A" ;B', '"A%22%20%3BB"', "X-A---B"),
    ("\u00c9", '"\u00c9"', "X"),
])  # fmt: skip
def test_coins(asset, hledger, in_beancount):
    assert plaintext.commodity(asset) == hledger
    assert beancount._commodity(asset) == in_beancount


def test_coins_that_would_be_written_alike_get_numbers():
    given = beancount._Given(beancount._commodity)
    assert [given[asset] for asset in ("1A", "1\u00c9A", "1-A", "X-1A", "1A")] == ["X-1A", "X-1-A", "X-1-A-2", "X-1A-2", "X-1A"]


def test_facts_keep_clear_of_the_words_of_the_programs():
    facts = {"at": "x", "Date": "[1]", "date": "y", "q": "1", "prices": {"BTC": "2"}, "hours": 3, "none": None, "a b": "z\nz"}
    found = dict(tags(Entry(0, "k", Wallet("main", "spot"), "", Decimal(0), (), (), facts)))
    assert found == {
        "at": "1970-01-01T00:00:00Z", "kind": "k", "account": "main", "wallet": "spot", "at_": "x", "fact-Date": "[1]", "date_": "y",
        "fact-q": "1", "prices-BTC": "2", "hours": "3", "a-b": "z z",
    }  # fmt: skip


@pytest.mark.parametrize(("amount", "places"), [("92233720368.54775807", 8), ("9.223372036854775807", 18), ("9223372036854775807", 0), ("0.000000000000000001", 18)])
@pytest.mark.parametrize("writer", ["hledger", "ledger", "beancount"])
def test_amounts_are_plain_to_the_last_digit(writer, amount, places):
    from importlib import import_module

    entry = Entry(0, "deposit", Wallet("main", "spot"), "AB", Decimal(amount), move("AB", Decimal(amount), OUTSIDE, FREE))
    said = "".join(import_module(f"margincli.journals.{writer}").lines(Book({"AB": places}, [], [(1, entry)], lambda: entry.postings)))
    assert f" {amount} AB" in said and f" -{amount} AB" in said and not re.search(r"\dE", said)


def test_owed_is_owed_and_beyond_is_equity():
    assert [root_of(Account(Wallet("main", "cross"), bucket)) for bucket in ("free", "locked", "borrowed", "interest")] == ["assets", "assets", "liabilities", "liabilities"]


@pytest.mark.parametrize(("format", "line"), [("hledger", 'P {day} "1INCH" {price} USDT'), ("ledger", 'P {day} "1INCH" {price} USDT'), ("beancount", "{day} price X-1INCH  {price} USDT")])
def test_quotes_are_prices_of_the_coins_there_are(format, line, small):
    """Those of pairs alone of which both coins were booked, with all their digits."""
    with reading(small) as session:
        quotes = [(at, plain(price)) for at, symbol, price in session.quotes() if symbol == "1INCHUSDT"]
        assert {"1INCH", "USDT"} <= session.scales().keys()
    said = text(small, format)
    assert quotes and all(line.format(day=moment(at)[:10], price=price) in said for at, price in quotes)
    assert "ETHBTC" not in said and "0.000000000123456789" in said


# --- order and rows ---


def test_journals_run_by_time_though_numbers_do_not(small):
    """An account that is brought up to date later has higher numbers for earlier moments."""
    rows = list(csv.DictReader(io.StringIO(text(small, "csv"))))
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert [int(row["entry"]) for row in rows] != sorted(int(row["entry"]) for row in rows)
    assert list(rows[0]) == ["entry", "at", "kind", "wallet", "account", "asset", "amount"]


def test_the_rows_of_csv_add_up_to_every_balance(small):
    sums = {}
    for row in csv.DictReader(io.StringIO(text(small, "csv"))):
        key = row["account"], row["asset"]
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount"])
    assert sorted(amount for amount in sums.values() if amount) == sorted(amount for coins in ours(small).values() for amount in coins.values())


@pytest.mark.parametrize(("owner", "written"), [("=1+1", "%3D1%2B1"), ("-1", "'-1"), ("+1", "%2B1"), ("@cmd", "%40cmd"), ('a",b', "a%22%2Cb")])
def test_csv_runs_no_formula(path, owner, written):
    with writing(path, lambda: RULES) as session:
        session.append(owner, [deposit("5", at=1000, wallet=Wallet(owner, "spot"))], scale)
        session.settle(owner, 1000)
        session.commit()
    assert f",{written}:spot:free,USDT,5\n" in text(path, "csv") and ",world:outside,USDT,-5\n" in text(path, "csv")


def test_one_account_is_its_own_entries_with_all_their_lines(small):
    """Of an accrual it is the part of this account, as an entry of interest."""
    rows = list(csv.DictReader(io.StringIO(text(small, "csv", "a:b"))))
    every = list(csv.DictReader(io.StringIO(text(small, "csv"))))
    shared = {row["entry"] for row in every if row["kind"] == "accrual"}
    mine = {row["entry"] for row in every if row["account"].startswith("a%3Ab:")}
    assert rows and [row for row in rows if row["entry"] not in shared] == [row for row in every if row["entry"] in mine - shared]
    parts = [[(row["entry"], row["account"], row["amount"]) for row in found if row["entry"] in shared and row["account"].startswith("a%3Ab:")] for found in (rows, every)]
    assert parts[0] and parts[0] == parts[1] and {row["kind"] for row in rows if row["entry"] in shared} == {"interest"}


@pytest.mark.parametrize("format", FORMATS)
def test_a_ledger_without_an_entry(format, path, capsys):
    with writing(path, lambda: RULES) as session:
        session.commit()
    assert text(path, format).endswith("\n")


# --- files ---


def test_a_file_is_for_its_owner_alone(small, tmp_path):
    path = exported(small, tmp_path, "hledger")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and os.listdir(tmp_path) == [path.name]


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(small, tmp_path):
    path = tmp_path / "journal"
    path.write_text("mine")
    with pytest.raises(FileRefused, match="is there already") as refused:
        archive.export_file(call(small), "csv", path, False)
    assert refused.value.exit_code == 3 and "--yes" in refused.value.hint and path.read_text() == "mine"
    archive.export_file(call(small), "csv", path, True)
    assert path.read_text().startswith("entry,")


def test_a_link_is_followed_and_stays(small, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    archive.export_file(call(small), "csv", tmp_path / "link", False)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_text().startswith("entry,")


@pytest.mark.parametrize("place", ["nowhere/journal", ".", "/dev/null"])
@pytest.mark.parametrize("replace", [True, False])
def test_places_that_no_file_can_have(small, tmp_path, place, replace):
    with pytest.raises(FileRefused):
        archive.export_file(call(small), "csv", tmp_path / place, replace)
    assert os.listdir(tmp_path) == []


def test_whole_or_not_at_all(copy, tmp_path):
    """An export that fails on the way leaves neither a part of the file nor the place where it was made."""
    import sqlite3

    with sqlite3.connect(copy) as db:
        db.execute("DROP TABLE changes")
    (tmp_path / "journal").write_text("mine")
    with pytest.raises(LedgerFault):
        archive.export_file(call(copy), "hledger", tmp_path / "journal", True)
    assert not list(tmp_path.glob(".*")) and (tmp_path / "journal").read_text() == "mine"


@pytest.mark.parametrize("format", ["json", "csv"])
def test_an_entry_out_of_balance_is_damage(format, copy, tmp_path):
    import sqlite3

    with sqlite3.connect(copy) as db:
        db.execute("DROP TRIGGER postings_never_updated")
        db.execute("UPDATE postings SET amount = amount + 1 WHERE entry_id = 3 AND line = 0")
    with pytest.raises(LedgerFault, match="entry 3 cannot be read") as refused:
        archive.export_file(call(copy), format, tmp_path / "journal", False)
    assert refused.value.exit_code == 8 and not list(tmp_path.glob(".margincli*"))


# --- as a process ---


def process(*words, **how):
    how.setdefault("stdout", subprocess.PIPE)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "HOME": "/nonexistent"}
    return subprocess.run([sys.executable, "-m", "margincli", *map(str, words)], stderr=subprocess.PIPE, env=environment, timeout=60, **how)


@pytest.mark.parametrize("format", FORMATS)
def test_a_reader_that_has_enough(format, small):
    """`| head`: no word and no traceback, as with every verb."""
    read, write = os.pipe()
    os.close(read)
    done = process("export", "-f", format, "--ledger", small, stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_standard_output_has_the_file_and_nothing_else(small, tmp_path):
    assert process("export", "-f", "beancount", "--ledger", small).stdout == exported(small, tmp_path, "beancount").read_bytes()


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_writes_nothing_into_the_ledger(format, copy):
    before = copy.read_bytes()
    text(copy, format)
    assert copy.read_bytes() == before


# --- memory ---


@pytest.mark.parametrize("format", FORMATS)
def test_memory_does_not_grow_with_the_ledger(format, tmp_path):
    def peak(count):
        ledger = tmp_path / f"{count}.db"
        with writing(ledger, lambda: RULES) as session:
            session.append("main", (deposit("1", at=1000 + 40_000_000 * (number % 100)) for number in range(count)), scale)
            session.settle("main", 10**12)
            session.commit()
        with reading(ledger):  # what is imported on the way is not counted
            text(ledger, format)
        tracemalloc.start()
        for _ in archive.export(call(ledger), format):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(3000) < peak(300) + 100_000
