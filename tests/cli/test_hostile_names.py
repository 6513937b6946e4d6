"""Names that mean to be something else: SQL, formulas, escape sequences, markup. They go in as text and come out as text, in every format."""

import csv
import io
import json
import re

import pytest

from margincli.ledger import reading

FORMATS = ("table", "json", "jsonl", "csv", "md")
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
AT = ("--at", "2024-09-01")
HOSTILE = {
    "sql": "'; DROP TABLE entries; --",
    "sql in double quotes": 'x" OR "1"="1',
    "formula": '=HYPERLINK("http://x.example","y")',
    "plus": "+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "tab before a formula": "\t=1+1",
    "escape": "\x1b[2J\x1b]0;owned\x07",
    "one character that escapes": "\x9b31m",
    "lines": "a\r\nb\nc",
    "right to left": "\u202egpj.exe",
    "bytes that are no UTF-8": "caf\udce9",
    "format": "%s {} {0} {path} %(x)s",
    "markdown": "| a | <script>alert(1)</script> [x](javascript:y) `z`",
    "long": "x" * 5000,
    "wide": "🦊\u200d🦊\ufeff",
}
SAYABLE = {name: text for name, text in HOSTILE.items() if not text.startswith("-")}


def tame(text: str, format: str) -> None:
    assert not STEERING.search(text), repr(STEERING.search(text))
    if format == "csv":
        for cell in (cell for row in csv.reader(io.StringIO(text)) for cell in row):
            assert not cell.startswith(("=", "+", "-", "@")) or NUMBER.fullmatch(cell), cell
    if format == "md":
        assert not re.search(r"(?<!\\)[<|`\[]\w", text)
    if format == "json" and text:
        json.loads(text)


def said(margincli, *words, allowed=(0, 2, 3, 4, 5), formats=FORMATS):
    """The command in every format: its exit code."""
    codes = set()
    for format in formats:
        result = margincli(*words, "-f", format)
        assert result.code in allowed, result
        assert "Traceback" not in result.err
        tame(result.out, format)
        tame(result.err, "")
        codes.add(result.code)
    assert len(codes) == 1, codes
    return codes.pop()


@pytest.fixture
def begun(margincli, monkeypatch, tmp_path):
    monkeypatch.setenv("MARGINCLI_LEDGER", str(tmp_path / "ledger.db"))
    monkeypatch.chdir(tmp_path)
    assert margincli("deposit", "USDT", "1000", *AT).code == 0
    return tmp_path / "ledger.db"


def sound(ledger):
    from margincli.ledger.proof import prove

    with reading(ledger) as session:
        assert prove(session) == [] and session.counts()["entries"] >= 1


@pytest.mark.parametrize("name", SAYABLE)
def test_as_the_ref_of_a_command(margincli, begun, name):
    """Carried out once, however it is spelt."""
    ref = HOSTILE[name]
    code = said(margincli, "deposit", "USDT", "5", "--ref", ref, *AT)
    assert code in (0, 2)
    sound(begun)
    if code == 0:
        result = margincli("deposit", "USDT", "5", "--ref", ref, *AT, "--json")
        assert result.document["repeated"] and result.document["ref"] == ref
        assert said(margincli, "withdraw", "USDT", "5", "--ref", ref, *AT) == 3
    status = margincli("status", "--json", *AT).document
    assert status["wallets"][0]["balances"][0]["free"] == ("1005" if code == 0 else "1000")


@pytest.mark.parametrize("name", SAYABLE)
def test_as_the_source_of_a_price(margincli, begun, name):
    said(margincli, "price", "set", "BTCUSDT", "60000", "--source", HOSTILE[name], *AT)
    for words in (("price", "show"), ("price", "show", "BTCUSDT", "--sources"), ("status",)):
        assert said(margincli, *words, *AT) in (0, 4)  # 4: it was refused, so there is no price
    sound(begun)


@pytest.mark.parametrize("name", SAYABLE)
def test_as_any_other_word(margincli, begun, name):
    """Where only names of a known kind can stand, everything else is refused."""
    text = HOSTILE[name]
    for words in (
        ("deposit", text, "5"),
        ("deposit", "USDT", text),
        ("deposit", "USDT", "5", "--account", text),
        ("deposit", "USDT", "5", "--at", text),
        ("borrow", "USDT", "5", "--wallet", text),
        ("borrow", "USDT", "5", "--wallet", f"isolated:{text}"),
        ("transfer", "USDT", "5", "--from", text, "--to", "cross"),
        ("trade", "buy", text, "1"),
        ("activate", "--region", text, "--accept-terms"),
        ("settings", text, text),
        ("rules", "show", text),
        ("rules", "use", text),
        ("rules", "import", text),
        ("price", "import", text),
        ("rate", "import", text),
        ("restore", text),
        ("check", "--head", text),
        (text,),
    ):
        assert said(margincli, *words, *(() if "--at" in words else AT), allowed=(2, 3, 4), formats=("table", "json")), words
    said(margincli, "history", "--kind", text, *AT)
    sound(begun)


@pytest.mark.parametrize("name", [name for name in SAYABLE if name != "long"])
def test_as_the_name_of_a_file(margincli, begun, name):
    """A ledger, a backup, candles and rules by that name."""
    text = HOSTILE[name].replace("/", "_")
    assert said(margincli, "status", "--ledger", f"{text}.db", *AT) == 4
    assert margincli("deposit", "USDT", "5", "--ledger", f"{text}.db", *AT).code == 0
    assert said(margincli, "check", "--ledger", f"{text}.db", *AT) == 0
    assert said(margincli, "backup", f"{text}.copy", "--yes", *AT) == 0
    assert said(margincli, "restore", f"{text}.copy", "--yes", *AT) == 0
    (begun.parent / f"{text}.csv").write_text("time,open,high,low,close,volume\n" + "".join(f"2010-01-01T0{hour}:00:00Z,900,910,890,900,1\n" for hour in range(5)))
    assert said(margincli, "price", "import", f"{text}.csv", "--symbol", "BTCUSDT", *AT) == 0
    sound(begun)


@pytest.mark.parametrize("name", [name for name in SAYABLE if "UTF-8" not in name and name not in ("lines", "escape", "one character that escapes", "tab before a formula")])
def test_as_a_remark_of_a_rule(margincli, begun, name, tmp_path):
    """In a rule file, which may come from anywhere; TOML itself lets no control characters in."""
    (tmp_path / "mine.toml").write_text(f"[fees]\nbnb_discount = {{ value = '1', basis = 'inferred', note = {json.dumps(HOSTILE[name], ensure_ascii=False)} }}\n")
    said(margincli, "rules", "import", "mine.toml", *AT)
    assert said(margincli, "rules", "show", "fees", *AT) == 0
    sound(begun)


def test_a_ledger_made_by_somebody_else(margincli, begun):
    """Names that margincli would not take, put into the file by hand: they are shown tamely, or refused."""
    from contextlib import closing
    from sqlite3 import connect

    with closing(connect(begun)) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute("UPDATE entries SET kind = char(27) || '[31m=1+1', facts = json_object('note', '=1+1', 'x', char(27, 7))")
        db.execute("UPDATE owners SET name = '=' || char(27) || name WHERE id > 2")
        db.commit()
    for words in (("check",), ("history", "--account", "main"), ("accrue",)):
        said(margincli, *words, *AT, allowed=(0, 4, 8))


BENT = 'x\ninclude /etc/passwd\nplugin "os"\r=cmd|\' /C calc\'!A0\n; a\t- b\x1b[2J\x9b31m\u202e'


@pytest.fixture
def bent(begun, margincli):
    """A ledger in which every name and text has been bent by hand; what it says is checked in every way it can be shown."""
    from contextlib import closing
    from sqlite3 import connect

    assert margincli("price", "set", "BTCUSDT", "60000", *AT).code == 0
    with closing(connect(begun)) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        for change in ("entries SET kind = ?1, asset = asset || ?1, facts = json_object(?1, ?1, 'note', ?1)", "owners SET name = ?1 WHERE id > 2", "assets SET name = name || ?1",
                       "symbols SET name = name || ?1", "quotes SET source = ?1", "accounts SET bucket = ?1 WHERE bucket = 'free'", "accounts SET wallet = ?1 WHERE wallet = 'spot'"):  # fmt: skip
            db.execute(f"UPDATE {change}", (BENT,))
        db.commit()
    return begun


@pytest.mark.parametrize("format", ["hledger", "ledger", "beancount", "csv", "json"])
def test_an_export_carries_no_line_that_another_program_obeys(margincli, bent, format):
    result = margincli("export", "-f", format, *AT)
    assert result.code == 0 and result.err == ""
    tame(result.out, "csv" if format == "csv" else "")
    lines = result.out.split("\n")
    assert len(lines) > 2 and not [line for line in lines if re.match(r"\s*(include|plugin|=|!|@)", line)]


def test_a_batch_on_it_steers_no_terminal(margincli, bent, tmp_path):
    (tmp_path / "lines").write_text("status\nhistory\nprice show --sources\ndeposit USDT 1\nlimits\norders\ncheck\n" + f"deposit {BENT!r} 1\n\x1b[2J\n")
    result = margincli("batch", "lines", *AT)
    assert result.code and "price show: symbol BTCUSDT" in result.out
    tame(result.out, "")
    tame(result.err, "")
    for words in (("price", "show"), ("price", "show", "--sources"), ("limits",), ("status",), ("check",)):
        said(margincli, *words, *AT, allowed=(0, 4, 8))
