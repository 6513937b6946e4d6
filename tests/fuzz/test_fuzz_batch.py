"""The lines of a batch, in words and as JSON, spoilt: each carried out or refused by itself, and never half done."""

import json
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from living import NOW, OWN_FAULTS, STEERING, contents, lawful, read
from mangling import NASTY, spoilt, tries

from margincli.cli import lines

WORDS = (
    "deposit USDT 50", "withdraw USDT 5 --account main", "borrow USDT 20 --ref again", "# a remark", "repay USDT all", "transfer USDT 1 --from spot --to cross",
    "trade buy BTCUSDT 0.001 --wallet cross --borrow", "trade sell BTCUSDT 0.001 --type limit --price 71000", "cancel --all", "price set BTCUSDT 60500 --source 'an exchange'",
    "rate set USDT 0.0004", "status", "limits USDT", "history --limit 3", "accrue --account main", "settings bnb_fees on", "price show", "check", "deposit USDT 7 --account other", "rules show liquidation",
)  # fmt: skip
ELSEWHERE = ("batch x", "demo", "price fetch BTCUSDT", "export -f json -o x", "import x", "backup x", "restore x --yes", "deposit USDT 5 --ledger x", "deposit USDT 5 --json", "depost USDT 5", "price")
OBJECTS = (
    {"verb": "deposit", "args": ["USDT", "50"]}, {"verb": "borrow", "args": ["USDT", 20], "wallet": "cross", "ref": "again"}, {"verb": "price set", "args": ["BTCUSDT", 60500.5], "source": "me"},
    {"verb": "trade", "args": ["buy", "BTCUSDT", "0.001"], "wallet": "cross", "borrow": True, "repay": None}, {"verb": "repay", "args": ["USDT", "all"], "sell": ["BTC"]},
    {"verb": "transfer", "args": ["USDT", "1"], "from": "spot", "to": "cross", "at": NOW}, {"verb": "cancel", "all": True}, {"verb": "history", "limit": 3}, {"verb": "status", "account": "main"},
)  # fmt: skip
IN_WORDS = "\n".join(WORDS).encode()
IN_JSON = "\n".join(map(json.dumps, OBJECTS)).encode()
MIXED = "\r\n".join([*WORDS[::3], *map(json.dumps, OBJECTS[::2]), *ELSEWHERE]).encode()
SAMPLES = (IN_WORDS, IN_JSON, MIXED)
MANNERS = ([], ["--atomic"], ["--stop-on-error"], ["--commit-every", "1"], ["--dry-run"], ["--ref", "once"], ["--ref", "once", "--stop-on-error", "--commit-every", "2"])
files = spoilt(SAMPLES, most=8)

# JSON that a program may have written wrongly: any value in any place, keys that are none, depth.
nasty = st.integers(0, len(NASTY) - 1).map(lambda number: NASTY[number].decode("utf-8", "surrogatepass" if NASTY[number] == b"\xed\xa0\x80" else "replace"))
numbers = st.sampled_from(["1e400", "-1e400", "NaN", "Infinity", "-0", "1.", "1e5", "9" * 5000, "1E-400", "0.1", "00"])
loose = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), nasty).map(json.dumps) | numbers,
    lambda inner: st.lists(inner, max_size=3).map(lambda values: f"[{','.join(values)}]")
    | st.lists(st.tuples(nasty.map(json.dumps), inner), max_size=3).map(lambda pairs: "{%s}" % ",".join(f"{name}:{value}" for name, value in pairs)),
    max_leaves=6,
)
keys = st.sampled_from(["verb", "args", "wallet", "account", "at", "ref", "ledger", "format", "json", "yes", "dry-run", "quiet", "help", "source", "limit", "-n", "", "--", "=", "verb args"]) | nasty
values = st.one_of(loose, st.sampled_from([json.dumps(value) for line in OBJECTS for value in line.values()]))
objects = st.lists(st.tuples(keys.map(json.dumps), values), max_size=5).map(lambda pairs: "{%s}" % ",".join(f"{name}:{value}" for name, value in [('"verb"', '"deposit"'), ('"args"', '["USDT","5"]'), *pairs][len(pairs) % 3 :]))


@pytest.mark.parametrize("raw", SAMPLES[:2])
def test_the_samples_are_good(room, raw):
    assert [document for document in batch_holds(room, raw, [])[1] if "error" in document] == []


def batch_holds(room, raw, manner, at=NOW):
    """The law: an answer for each line in its order, its exit code that of the first fault; what was not refused is in the books, which hold."""
    before = contents(room.ledger)
    said = room.on_ledger("batch", room.write("lines", raw), "--json", *manner, at=at)
    documents = [json.loads(line) for line in said.out.splitlines()]
    assert said.code in (0, *OWN_FAULTS) and said.err == "", said
    numbered = [document["line"] for document in documents]
    assert numbered == sorted(set(numbered)) and numbered[-1:] <= [raw.count(b"\n") + 1]
    refused = [document for document in documents if "error" in document]
    assert bool(refused) == bool(said.code) and all(document["message"].strip() and document["error"] != "fault" for document in refused)
    if len(refused) == len(documents) and "--ref" not in manner or "--dry-run" in manner or "--atomic" in manner and refused:
        assert contents(room.ledger) == before, "a refusal or a rehearsal left a trace"
    after = room.on_ledger("check", at=at)
    assert after.code == 0, after.out + after.err
    return said.code, documents


@pytest.mark.slow
@tries(120)
@given(files, st.sampled_from(MANNERS))
def test_a_batch_of_spoilt_lines(room, raw, manner):
    batch_holds(room, raw, manner)
    if "--ref" in manner:  # once more, and nothing happens again
        before = _without_refs(room)
        batch_holds(room, raw, manner)
        assert _without_refs(room) == before
    room.fresh()


def _without_refs(room):
    return [line for line in contents(room.ledger).splitlines() if not line.startswith('INSERT INTO "refs"')]


@pytest.mark.slow
@tries(60)
@given(files)
def test_for_people_it_says_the_same_and_steers_no_terminal(room, raw):
    code, documents = batch_holds(room, raw, ["--dry-run"])
    said = room.on_ledger("batch", room.directory / "lines", "--dry-run")
    assert said.code == code and said.out.endswith("(DRY RUN: nothing was written)\n"), said
    assert not STEERING.search(said.out.replace("\n", "")) and not STEERING.search(said.err.replace("\n", ""))
    assert all(line.startswith(("line ", "hint: ")) for line in said.err.splitlines())
    assert sum(line.startswith("line ") for line in said.err.splitlines()) == sum("error" in document for document in documents)


@pytest.mark.slow
@tries(100)
@given(st.lists(objects, min_size=1, max_size=6))
def test_objects_that_make_no_sense(room, found):
    batch_holds(room, "\n".join(found).encode("utf-8", "surrogatepass"), [])
    room.fresh()


@pytest.mark.slow
@tries(1500)
@given(st.one_of(files.map(lambda raw: raw.split(b"\n")[0]), objects.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_a_line_is_understood_or_refused(line):
    if found := read(lines.words_of, line):
        assert not any("\0" in word for word in found)
        read(lines.understood, found)


# --- what is no file of lines ---


@pytest.mark.parametrize(
    ("raw", "done", "code"),
    [
        (b"", 0, 0),
        (b"\n\n\r\n", 0, 0),
        (b"deposit USDT 1", 1, 0),
        (b"\xef\xbb\xbfdeposit USDT 1\r\ndeposit USDT 1\r\n", 2, 0),
        (b"deposit USDT 1\rdeposit USDT 1\r", 0, 2),
        ("deposit USDT 1\n".encode("utf-16"), 0, 2),
        (b"deposit USDT 1\n" + b"\0" * 200_000, 1, 2),
        (b"deposit USDT 1\n" + b"x" * 3_000_000 + b"\ndeposit USDT 1\n", 2, 2),
        (b"[" * 60_000, 0, 2),
        (b'{"verb":' * 8000, 0, 2),
        (b'{"verb":"deposit","args":["USDT",' + b"[" * 60_000, 0, 2),
    ],
    ids=range(11),
)
def test_odd_files(room, raw, done, code):
    found, documents = batch_holds(room, raw, [])
    assert (found, sum("entries" in document for document in documents)) == (code, done)
    room.fresh()


def test_a_pipe_is_a_file_like_others(room):
    os.mkfifo(room.directory / "pipe")
    threading.Thread(target=lambda: (room.directory / "pipe").write_bytes(IN_WORDS)).start()
    assert room.on_ledger("batch", room.directory / "pipe").code == 0


@pytest.mark.parametrize("name", [".", "nowhere", "nowhere/x", "lines/x", "x" * 300, "a\nb", "\udcff", "/proc/self/mem"])
def test_what_cannot_be_read(room, name):
    """A directory, no file at all, a disk that answers with an error."""
    room.write("lines", b"")
    before = contents(room.ledger)
    said = lawful(room.on_ledger("batch", name if name.startswith("/") else room.directory / name))
    assert said.code in (2, 4) and contents(room.ledger) == before
