"""import: the same ledger again from its JSON, or nothing at all."""

import json
import os
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest
from odd_ledger import exported

from margincli import archive, desk, quotes, records, sweeping
from margincli.cli import shell
from margincli.journals.whole import FileRefused
from margincli.ledger import LedgerFault, parts, reading, writing
from margincli.ledger.parts import PARTS

FOLLOW = {"accounts", "balances", "settings"}  # from the lines of entries


def rebuild(file, ledger, dry_run=False):
    return archive.rebuild(desk.Call(ledger, None, 0, None, dry_run), str(file))


def tables(ledger) -> dict:
    """Every row of every table, its own number too."""
    with closing(sqlite3.connect(ledger)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(map(repr, db.execute(f"SELECT * FROM {name}"))) for name in names if not name.startswith(("sqlite_", "_sqlite"))}


def candle(open_at, price, lasts=3_599_999):
    return open_at, open_at + lasts, price, price, price, price, "7"


@pytest.fixture
def rich(copy):
    """With everything that a ledger can hold: candles of two intervals, rates, quotes, refs, two rule books."""
    with writing(copy) as session:
        hours = [candle(hour * 3_600_000, "100.5") for hour in range(30)]
        days = [candle(day * 86_400_000, "7", 86_400_000) for day in range(3, 9)]
        session.add_candles("BNBUSDT", "index", 3_600_000, hours)
        session.add_candles("BNBUSDT", "index", 86_400_000, days)
        session.add_candles("BNBUSDT", "okx", 60_000, [candle(0, "1", 59_999)])
        session.commit()
    at = desk.Call(copy, "main", 1_735_689_600_000, "once")
    quotes.price_set(at, "ETHBTC", Decimal("0.05"), "okx", Decimal(3))
    quotes.rate_set(at._replace(ref=None), "USDT", Decimal("0.0003"), None)
    records.rules_use(at._replace(ref=None), "2024")
    return copy


def test_everything_that_a_ledger_holds_is_exported(small):
    """Who adds a table says here, and in ledger/parts.py, what becomes of it."""
    assert set(tables(small)) == {*PARTS, *FOLLOW, "postings", "changes", "seals"}


def test_the_same_ledger_again(rich, tmp_path):
    file = exported(rich, tmp_path, "json")
    document = rebuild(file, tmp_path / "again.db")
    assert document["ok"] and document["counts"]["candles"] == 37 and document["counts"]["rulebooks"] >= 2
    assert tables(tmp_path / "again.db") == tables(rich)
    assert exported(tmp_path / "again.db", tmp_path, "json").read_bytes() == file.read_bytes()
    assert records.check(desk.Call(tmp_path / "again.db", None, 0))["findings"] == []


def test_the_same_ledger_from_an_export_of_before(rich, tmp_path, capsys):
    """A file is data: characters that steer a terminal once stood in it as they are. They are taken, and escaped wherever they are shown."""
    ref = "a\x9b31mb\u202ec\ufeff\x85"
    quotes.price_set(desk.Call(rich, "main", 1_735_689_600_000, ref), "ETHBTC", Decimal("0.06"), "okx", None)
    today = exported(rich, tmp_path, "json")
    text = today.read_text(encoding="utf-8")
    for letter in set(ref) - set(ref.encode("ascii", "ignore").decode()):
        text = text.replace(f"\\u{ord(letter):04x}", letter)
    before, again = tmp_path / "before.json", tmp_path / "again.db"
    before.write_text(forged(text), encoding="utf-8", newline="")
    assert ref in text and before.read_bytes() != today.read_bytes()
    assert shell.run(["import", str(before), "--ledger", str(again), "--json"]) == 0
    assert tables(again) == tables(rich)
    assert exported(again, tmp_path, "json").read_bytes() == today.read_bytes()
    broken = tmp_path / "broken.json"
    broken.write_text(text, encoding="utf-8", newline="")  # with the proof of today's
    for words in ([str(broken), "--json"], [str(broken)]):
        assert shell.run(["import", *words, "--ledger", str(tmp_path / "new.db")]) == 2
    assert not any(set(ref) & set(said) - set("abc31m") for said in capsys.readouterr())


@pytest.mark.parametrize("at_once", [10_000, 3, 1])
def test_accruals_too(at_once, small, tmp_path, monkeypatch):
    """Interest of many loans in one entry, in as many rows as it takes: everybody finds his part, under the same head."""
    monkeypatch.setattr(parts, "LINES_AT_ONCE", at_once)
    file = exported(small, tmp_path, "json")
    document = rebuild(file, tmp_path / "again.db")
    with reading(small) as first, reading(tmp_path / "again.db") as second:
        assert document["counts"]["entries"] == first.counts()["entries"]
        owners = first.owners()
        accruals = [entry for _, entry in first.journal() if entry.kind == "accrual"]
        assert len(accruals) > 3 and max(entry.facts["loans"] for entry in accruals) > 3
        assert all(second.history(owner) == first.history(owner) for owner in owners) and second.head() == first.head()
    assert exported(tmp_path / "again.db", tmp_path, "json").read_bytes() == file.read_bytes()


def accruals_row(text):
    """Which row of the entries is an accrual."""
    rows = text.partition('"entries": [\n')[2].splitlines()
    return next(number for number, row in enumerate(rows) if '"kind":"accrual"' in row)


@pytest.mark.parametrize(("edit", "why"), [
    (lambda row: row["postings"][0].update(amount="-9"), "the entry is not balanced"),
    (lambda row: row.update(owner="a:b"), "an accrual is the house's"),
    (lambda row: row.update(id=row["id"] + 1), "sealed"),
    (lambda row: row["postings"].append(row["postings"][0]), "sealed|UNIQUE"),
    (lambda row: row["facts"].update(hours=99), "its books do not hold: Accrual"),
    (lambda row: row.update(kind="interest"), "a ledger with these entries|its books do not hold"),
])  # fmt: skip
def test_an_accrual_that_was_changed(edit, why, original, tmp_path):
    (tmp_path / "file.json").write_text(edited("entries", accruals_row(original), edit)(original), encoding="utf-8")
    with pytest.raises(FileRefused, match=why):
        rebuild(tmp_path / "file.json", tmp_path / "new.db")
    assert os.listdir(tmp_path) == ["file.json"]


@pytest.mark.slow
def test_a_large_one_too(large, tmp_path):
    file = exported(large, tmp_path, "json")
    rebuild(file, tmp_path / "again.db")
    assert tables(tmp_path / "again.db") == tables(large)
    assert exported(tmp_path / "again.db", tmp_path, "json").read_bytes() == file.read_bytes()


def test_life_goes_on_in_it(rich, tmp_path):
    """The next command finds the same world: the same receipt, in the old ledger and in the new one."""
    rebuild(exported(rich, tmp_path, "json"), tmp_path / "again.db")
    receipts = [sweeping.sweep(desk.Call(ledger, None, 1_735_776_000_000), "accrue") for ledger in (rich, tmp_path / "again.db")]
    assert receipts[0] == receipts[1] and receipts[0]["entries"]


def test_a_ledger_that_is_there_is_never_written_over(small, tmp_path):
    file = exported(small, tmp_path, "json")
    for name in ("ledger.db", "other.db-wal"):
        (tmp_path / name).write_text("mine")
    for ledger in ("ledger.db", "other.db"):
        with pytest.raises(LedgerFault) as refused:
            rebuild(file, tmp_path / ledger)
        assert refused.value.code == "ledger_exists" and refused.value.exit_code == 3
    assert (tmp_path / "ledger.db").read_text() == "mine"


def test_a_rehearsal_leaves_nothing(small, tmp_path):
    file = exported(small, tmp_path, "json")
    assert rebuild(file, tmp_path / "new" / "again.db", dry_run=True)["ok"]
    assert os.listdir(tmp_path) == [file.name]


def test_directories_are_made_as_the_first_command_makes_them(small, tmp_path):
    rebuild(exported(small, tmp_path, "json"), tmp_path / "a" / "b" / "again.db")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700 and (tmp_path / "a" / "b" / "again.db").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "a" / "b") == ["again.db"]


# --- files that are not as they were written ---


def line_of(text, part, which=0):
    """Where the row of a part begins and ends."""
    begin = text.index(f'"{part}": [\n') + len(f'"{part}": [\n')
    for _ in range(which):
        begin = text.index("\n", begin) + 1
    return begin, text.index("\n", begin)


def edited(part, which, edit):
    """Change a row, and forge the proof at the end so that it fits."""

    def apply(text):
        begin, end = line_of(text, part, which)
        comma = "," if text[begin:end].endswith(",") else ""
        row = json.loads(text[begin:end].removesuffix(","))
        edit(row)
        text = text[:begin] + json.dumps(row, ensure_ascii=False, separators=(",", ":")) + comma + text[end:]
        return forged(text)

    return apply


def forged(text):
    from hashlib import sha256

    lines, proof, part = text.removesuffix("\n").split("\n"), {}, None
    for line in lines[2:-2]:
        if line.endswith(": ["):
            part = line.split('"')[1]
            proof[part] = [0, sha256()]
        elif line not in ("],",):
            proof[part][0] += 1
            proof[part][1].update(line.removesuffix(",").encode() + b"\n")
    told = {part: {"rows": rows, "sha256": total.hexdigest()} for part, (rows, total) in proof.items()}
    return "\n".join([*lines[:-2], f'"proof": {json.dumps(told)}', "}", ""])


def without(part, which):
    def apply(text):
        begin, end = line_of(text, part, which)
        return forged(text[:begin] + text[end + 1 :])

    return apply


def twice(part, which):
    def apply(text):
        begin, end = line_of(text, part, which)
        return forged(text[:begin] + text[begin : end + 1] + text[begin:])

    return apply


def more_money(row):
    row["postings"][0]["amount"] = "1"


ALTERED = {
    "empty": (lambda text: "", "line 1: it ends here"),
    "a picture": (lambda text: "\x89PNG\n\n", "line 1: it is not a ledger"),
    "another JSON": (lambda text: "{}\n", "line 1: it is not a ledger"),
    "laid out anew": (lambda text: json.dumps(json.loads(text), indent=1), "line 2: it is not a ledger"),
    "a later format": (lambda text: text.replace('ledger": 1', 'ledger": 2'), "line 2: it is not a ledger"),
    "cut short": (lambda text: text[: len(text) // 2], "ends here, before its end"),
    "cut at a line": (lambda text: text[: line_of(text, "entries", 5)[1] + 1], "ends here, before its end"),
    "without its last line": (lambda text: text.removesuffix("}\n"), "ends here, before its end"),
    "followed by more": (lambda text: text + "{}\n", "the file should end here"),
    "an amount in a receipt": (lambda text: text.replace('"kind":"deposit"', '"kind":"Deposit"', 1), "not those that were exported: entries (lines "),
    "a price": (lambda text: text.replace('"source":"index"', '"source":"Index"', 1), "not those that were exported: quotes (line"),
    "the proof": (lambda text: text.replace('"sha256": "', '"sha256": "0'), "not those that were exported: rulebooks"),
    "no proof": (lambda text: text.rpartition('"proof"')[0] + '"proof": 7\n}\n', "the line is no row"),
    "a part left out": (lambda text: text.replace('"rates": [\n],\n', ""), "the list of rates should begin here"),
    "a line that is no JSON": (lambda text: text.replace('{"id":3,', '{"id":3;,'), "the line cannot be read"),
    "a comma too many": (lambda text: text.replace("}\n],\n", "},\n],\n", 1), "another row of rulebooks should stand here"),
    "a comma too few": (lambda text: text.replace('\n{"id":3,', '{"id":3,').replace(',{"id":3,', '\n{"id":3,'), "the list of entries should end here"),
    "not UTF-8": (lambda text: text.replace('{"id":3,', '{"id":"\udcff",'), "the line cannot be read"),
    # with a proof that fits: what the books themselves say to it
    "an entry out of balance": (edited("entries", 0, more_money), "its lines do not come to nothing"),
    "an entry that lies": (edited("entries", 0, lambda row: row.update(amount="1")), "its books do not hold: Entry 1 (deposit) says"),
    "an entry gone": (without("entries", 4), "this is not the entry 6"),
    "an entry twice": (twice("entries", 4), "this is not the entry 5"),
    "a wrong number": (edited("entries", 2, lambda row: row.update(id=7)), "this is not the entry 7"),
    "an unknown coin": (edited("assets", 0, lambda row: row.update(name="EURO")), "is not there"),
    "another scale": (edited("assets", 0, lambda row: row.update(scale=2)), "decimals that the file keeps of it"),
    "a scale of 19": (edited("assets", 0, lambda row: row.update(scale=19)), "CHECK"),
    "a scale in words": (edited("assets", 0, lambda row: row.update(scale="eight")), "a field is missing, unknown, or not of its kind"),
    "a coin never used": (lambda text: forged(text.replace('"assets": [\n', '"assets": [\n{"name":"EURO","scale":2},\n')), "a ledger with these assets"),
    "a coin twice": (twice("assets", 0), "a ledger with these assets"),
    "an account of the house": (edited("owners", 0, lambda row: row.update(name="house")), "belongs to the ledger itself"),
    "an account gone": (without("owners", 0), "a ledger with these owners"),
    "settled too early": (edited("owners", 0, lambda row: row.update(settled_to=5)), "its books do not hold"),
    "never settled": (edited("owners", 0, lambda row: row.update(settled_to=None)), "its books do not hold"),
    "a field too many": (edited("quotes", 0, lambda row: row.update(hash="x")), "a field is missing, unknown"),
    "a field too few": (edited("quotes", 0, lambda row: row.pop("price")), "a field is missing, unknown"),
    "a list for a text": (edited("quotes", 0, lambda row: row.update(price=["1"])), "a field is missing, unknown"),
    "a time in words": (edited("quotes", 0, lambda row: row.update(at="noon")), "a number is none"),
    "an amount in words": (edited("entries", 0, lambda row: row.update(amount="much")), "a number is none"),
    "an amount that is none": (edited("entries", 0, lambda row: row["postings"][0].update(amount="NaN")), "a number is none|its lines do not"),
    "an exponent": (edited("entries", 0, lambda row: row.update(amount="1E+2")), "a number is none"),
    "an exponent without end": (edited("entries", 0, lambda row: row.update(amount="1e999999999999")), "a number is none"),
    "a time beyond all": (edited("entries", 0, lambda row: row.update(at=2**70)), "a number is none"),
    "a quote twice": (twice("quotes", 0), "a ledger with these quotes"),
    "a wallet below nought": (edited("entries", 0, lambda row: [line.update(amount=str(-Decimal(line["amount"]))) for line in row["postings"]]), "balance_has_its_sign"),
    "no rule book": (without("rulebooks", 0), "a ledger with these rulebooks"),
    "a rule book of nothing": (edited("rulebooks", 0, lambda row: row.update(document={})), "is not there"),
    "a row that is a list": (lambda text: forged(text.replace('"assets": [\n', '"assets": [\n[],\n')), "the line is no row"),
}  # fmt: skip


@pytest.fixture(scope="module")
def original(small, tmp_path_factory):
    return exported(small, tmp_path_factory.mktemp("original"), "json").read_text(encoding="utf-8")


@pytest.mark.parametrize("altered", ALTERED)
def test_a_file_that_was_changed_is_refused_and_leaves_nothing(altered, original, tmp_path):
    """What, where, what to do; by the time anyone could look there is no new ledger and no part of one."""
    alter, why = ALTERED[altered]
    text = alter(original)
    assert text != original
    (tmp_path / "file.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(FileRefused, match=r"file\.json, line \d+: ") as refused:
        rebuild(tmp_path / "file.json", tmp_path / "new.db")
    assert any(part in str(refused.value) for part in why.split("|")), str(refused.value)
    assert "margincli export" in refused.value.hint and refused.value.exit_code == 2 and refused.value.code == "import_refused"
    assert os.listdir(tmp_path) == ["file.json"]


@pytest.mark.parametrize("name", ["nothing.json", ".", "\0"])
def test_what_is_no_file(name, tmp_path):
    with pytest.raises(FileRefused, match="cannot be read"):
        rebuild(tmp_path / name if name != "\0" else name, tmp_path / "new.db")
    assert os.listdir(tmp_path) == []


def test_a_line_without_end(tmp_path, monkeypatch):
    """A foreign file of one long line is not read into memory whole."""
    from margincli.journals import whole

    monkeypatch.setattr(whole, "LONGEST", 100)
    (tmp_path / "file.json").write_text("{" * 1000)
    with pytest.raises(FileRefused, match="line 1: the line is too long"):
        rebuild(tmp_path / "file.json", tmp_path / "new.db")
