"""Rule files, spoilt: laid over the book whole, or refused by the line that is wrong; and the ledger goes on under what was taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mangling import NASTY, spoilt, tries

from margincli import rules
from margincli.rules import RulesFileError

OWN = b"""profile = "mine"
title = "Mine"
from = "2024-08-12T06:00:00Z"

[borrow]
minimum_usdt = ["5", "inferred", "BOR-2", "mine"]
"""
SMALL = (
    b'[coins.rates]\nbasis = "inferred"\nrule = "INT-6"\n[coins.rates.rows]\nUSDT = "0.0003"\nBTC = "0.0001"\n',
    b'[coins.scales]\nbasis = "inferred"\nrule = "NUM-1"\n[coins.scales.rows]\nUSDT = "6"\n',
    b'[pool.supply]\nbasis = "inferred"\nrule = "INT-8"\n[pool.supply.rows]\nUSDT = "1000000"\n',
    b'[delistings]\nbasis = "official"\nrule = "DEL-1"\n[delistings.rows]\nBTCUSDT = "2024-09-10T08:00:00Z"\n',
    b'[cross.bands.3]\nmargin_call_at = ["1.3", "inferred", "THR-1"]\nliquidation_at = ["1.1", "inferred", "THR-1"]\n',
)


def _leaves():
    """A file for every rule that the default book has: its own line, so that each reader of a rule meets a wrong value."""
    for name, section in rules.load().items():
        if isinstance(section, dict):
            yield from _of(section, name)


def _of(section, path):
    if "rows" in section:
        name, row = next(iter(section["rows"].items()), ("USDT", "1"))
        yield path, name, row
        return
    for name, value in section.items():
        if isinstance(value, dict):
            yield from _of(value, f"{path}.{name}")
        elif isinstance(value, list) and len(value) in (3, 4):
            yield path, name, value[0]


LEAVES = sorted({(path, name): (path, name, value) for path, name, value in _leaves()}.values(), key=str)


def toml(value):
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return '"' + "".join(f"\\u{ord(letter):04x}" if letter in '"\\' or ord(letter) < 32 or letter == "\x7f" else letter for letter in value) + '"'


def rule_file(leaf, value):
    path, name, _ = leaf
    table = "rows" in _section(path)
    head = f"[{path}.rows]" if table else f"[{path}]"
    return f'{head}\n{toml(name)} = [{toml(value)}, "inferred", "THR-1"]\n'.encode("utf-8", "surrogatepass")


def _section(path):
    node = rules.load()
    for part in path.split("."):
        node = node[part]
    return node


numbers = st.one_of(
    st.sampled_from(["", "0", "1", "2", "0.5", "1000000", "-1", "1e3", "1E-30", "1e18", "1e400", "0." + "0" * 30 + "1", "9" * 40, " 1", "1_0", "٣", "NaN", "inf", "-0", "x"]),
    st.integers(0, len(NASTY) - 1).map(lambda number: NASTY[number].decode("utf-8", "replace")),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
)


@st.composite
def values(draw, like):
    """A value of the form of `like`, with some of its atoms replaced."""
    if isinstance(like, list):
        changed = [draw(values(part)) for part in like]
        how = draw(st.sampled_from(["same", "same", "same", "shorter", "longer", "none"]))
        return {"same": changed, "shorter": changed[:-1], "longer": changed + changed[-1:], "none": []}[how]
    return draw(st.one_of(st.just(like), numbers))


@st.composite
def one_rule(draw):
    leaf = LEAVES[draw(st.integers(0, len(LEAVES) - 1))]
    return rule_file(leaf, draw(values(leaf[2])))


files = spoilt((OWN, *SMALL))
AFTERWARDS = [("status",), ("limits",), ("rules", "show"), ("rate", "show"), ("borrow", "USDT", "20", "--dry-run"), ("trade", "buy", "BTCUSDT", "0.001", "--wallet", "cross", "--dry-run"), ("accrue",)]


@pytest.mark.parametrize("raw", (OWN, *SMALL))
def test_the_samples_are_good(room, raw):
    said = room.writes_whole_or_not("rules", "import", room.write("mine.toml", raw), then=AFTERWARDS)
    assert said.code == 0, said.err


@pytest.mark.slow
@tries(120)
@given(files)
def test_rules_are_read_or_refused(raw):
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return
    try:
        rules.read(text)
    except RulesFileError as fault:
        assert fault.key


@pytest.mark.slow
@tries(20)
@given(files)
def test_an_import_of_rules_is_whole_or_leaves_no_trace(room, raw):
    room.writes_whole_or_not("rules", "import", room.write("mine.toml", raw), then=AFTERWARDS)


@pytest.mark.slow
@tries(30)
@given(one_rule())
def test_a_ledger_goes_on_under_whatever_rule_was_taken(room, raw):
    """What an import lets through, no later command may stumble over."""
    room.writes_whole_or_not("rules", "import", room.write("mine.toml", raw), then=AFTERWARDS)
