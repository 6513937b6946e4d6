"""Our own JSON export, spoilt: the same ledger again, byte for byte, or one line that says what is wrong, and no file."""

import json
import os
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from living import ANSWERS, Room, lawful, run
from mangling import NASTY, spoilt, tries
from test_fuzz_bombs import limited

LATER = "2024-09-02T11:00:00Z"
CANDLES = b"time,open,high,low,close,volume\n" + b"".join(b"%d,2500,2510,2490,2500.5,7\n" % (1725148800 + 3600 * hour) for hour in range(4))
MORE = (
    ("deposit", "USDT", "500", "--account", "other", "--ref", "once"),
    ("activate", "cross", "--account", "other", "--region", "DE", "--accept-terms", "--answers", str(ANSWERS)),
    ("transfer", "USDT", "500", "--from", "spot", "--to", "cross", "--account", "other"),
    ("borrow", "USDT", "100", "--account", "other"),
    ("settings", "bnb_fees", "on", "--ref", "twice"),
)


@pytest.fixture(scope="session")
def original(sample, tmp_path_factory):
    """The export of a ledger that has a row of everything: an accrual of two loans, candles, a rate of the pool, receipts."""
    room = Room(tmp_path_factory.mktemp("original"), sample)
    supply = b'[pool.supply]\nbasis = "inferred"\nrule = "INT-8"\n[pool.supply.rows]\nBTC = "1000"\n'
    for words in (*MORE, ("price", "import", room.write("ETHUSDT-1h.csv", CANDLES), "--source", "index"), ("rules", "import", room.write("mine.toml", supply))):
        assert room.on_ledger(*words).code == 0, words
    for words in (("borrow", "BTC", "0.001"), ("accrue",), ("accrue", "--ref", "thrice")):
        assert room.on_ledger(*words, at=LATER).code == 0
    assert room.run("export", "-f", "json", "--ledger", room.ledger, "-o", room.directory / "ledger.json").code == 0
    raw = (room.directory / "ledger.json").read_bytes()
    assert all(f'"{part}": [\n{{'.encode() in raw for part in ("rulebooks", "assets", "owners", "symbols", "quotes", "candles", "rates", "pool_rates", "entries", "refs"))
    return raw


def proved(raw):
    """The same with a proof that fits, so that more than the proof is asked."""
    lines, proof, part = raw.split(b"\n"), {}, None
    for line in lines[2:-3]:
        if line.endswith(b": ["):
            part = line[1:-4].decode("utf-8", "replace")
            proof[part] = [0, sha256()]
        elif line != b"]," and part is not None:
            proof[part][0] += 1
            proof[part][1].update(line.removesuffix(b",") + b"\n")
    told = {part: {"rows": rows, "sha256": total.hexdigest()} for part, (rows, total) in proof.items()}
    return b"\n".join([*lines[:-3], f'"proof": {json.dumps(told)}'.encode(), b"}", b""])


def import_holds(room, raw):
    """The law. Answers whether the file was taken."""
    file, target = room.write("file.json", raw), room.directory / "new.db"
    there = sorted(os.listdir(room.directory))
    said = lawful(run("import", file, "--ledger", target, environment=room.home))
    if said.code:
        assert sorted(os.listdir(room.directory)) == there, "a refusal left a trace"
        return False
    try:
        again = run("export", "-f", "json", "--ledger", target, environment=room.home)
        assert again.out.encode() == raw and run("check", "--ledger", target, environment=room.home).code == 0
    finally:
        for beside in ("", "-wal", "-shm"):
            (room.directory / f"new.db{beside}").unlink(missing_ok=True)
    return True


def test_the_sample_is_good(room, original):
    assert proved(original) == original and import_holds(room, original)


@pytest.mark.slow
@tries(200)
@given(st.data(), st.booleans())
def test_a_file_of_spoilt_bytes(room, original, data, forged):
    """As it comes, and with a proof that fits what it now says."""
    raw = data.draw(spoilt((original,), most=3))
    import_holds(room, proved(raw) if forged else raw)


figures = st.sampled_from(["1e5", "1E+2", "1e99999999999", "-1e999999", "1e-99999", "NaN", "sNaN", "-Infinity", "9" * 5000, "9" * 19, "-0", "0.00", "+1", "1_0", "\u0663", " 1", "0.1234567891234567891"])
whole = st.one_of(st.integers(-3, 3), st.integers(-(2**64), 2**64), st.sampled_from([2**63, -(2**63) - 1, 10**400, 253402300799999 + 1, 1.0, 1e300, float("nan"), True]))
names = st.sampled_from(["house", "world", "main", "a:b", "", "cross", "spot", "isolated:", "isolated:BTCUSDT", "free", "debt", "BTC", "accrual", "interest", "borrow"])
texts = st.one_of(figures, names, st.integers(0, len(NASTY) - 1).map(lambda number: NASTY[number].decode("utf-8", "replace")), st.just("\ud800"))
loose = st.recursive(st.one_of(st.none(), whole, texts), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2), max_leaves=4)


@st.composite
def one_cell_changed(draw, row):
    """A row with one cell, however deep, replaced, taken out, doubled or with a name of its own."""
    place = row
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = draw(st.sampled_from(keys))
        if not (isinstance(place[key], (dict, list)) and place[key] and draw(st.integers(0, 5))):
            break
        place = place[key]
    like = whole if type(place[key]) is int else texts if isinstance(place[key], str) else loose
    change = draw(st.sampled_from(["like", "like", "like", "loose", "gone", "more"]))
    if change == "gone":
        del place[key]
    elif change == "more":
        place.append(place[key]) if isinstance(place, list) else place.setdefault(draw(texts), place[key])
    else:
        place[key] = draw(like if change == "like" else loose)
    return row


@pytest.mark.slow
@tries(400)
@given(st.data())
def test_a_row_with_a_cell_that_no_command_wrote(room, original, data):
    lines = original.split(b"\n")
    rows = [number for number, line in enumerate(lines) if line.startswith(b'{"') and number > 1]
    for number in data.draw(st.lists(st.sampled_from(rows), min_size=1, max_size=2, unique=True)):
        comma = b"," if lines[number].endswith(b",") else b""
        row = data.draw(one_cell_changed(json.loads(lines[number].removesuffix(b","))))
        lines[number] = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + comma
    import_holds(room, proved(b"\n".join(lines)))


@pytest.mark.slow
@tries(60)
@given(st.data())
def test_rows_gone_twice_or_elsewhere(room, original, data):
    lines = original.split(b"\n")
    for _ in range(data.draw(st.integers(1, 3))):
        one, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        how = data.draw(st.sampled_from(["gone", "twice", "moved", "cut"]))
        if how == "cut":
            lines = lines[: max(one, 1)]
        elif how == "twice":
            lines.insert(other, lines[one])
        else:
            line = lines.pop(one)
            lines.insert(other, line) if how == "moved" else None
    import_holds(room, proved(b"\n".join(lines)))


# --- what would fill a machine ---

HEAD = b'{\n"margincli ledger": 1,\n"rulebooks": [\n'
BOMBS = {
    "a row without end": HEAD + b'{"since":' + b"1" * (70 << 20),
    "deep lists": HEAD + b'{"since":0,"document":' + b"[" * (1 << 20) + b"]" * (1 << 20) + b"}\n",
    "deep objects": HEAD + b'{"a":' * (1 << 20) + b"\n",
    "a list of very many lists": HEAD + b'{"since":0,"document":[' + b"[]," * (20 << 20) + b"[]]}\n",
    "a number of millions of digits": HEAD + b'{"since":' + b"9" * (4 << 20) + b',"document":{}}\n',
    "a great many rows": HEAD + b'{"since":0,"document":{"profile":"x"}},\n' * 300_000,
    "very many empty lines": b"{\n" + b"\n" * (32 << 20),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_bounds(room, name):
    path = room.write("bomb", BOMBS[name])
    said = limited(room, "import", path, "--ledger", room.directory / "new.db")
    assert said.returncode == 2 and said.stdout == "" and len(said.stderr.splitlines()) <= 2 and len(said.stderr) < 2000, said.stderr
    assert sorted(os.listdir(room.directory)) == ["bomb", "ledger.db"]
