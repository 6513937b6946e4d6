"""The seal of an entry: a hash of all that it says and of the seal before it, so that nothing can be changed unseen.

What is hashed is UTF-8 JSON without spaces, non-ASCII characters as they are:

    [previous, number, owner, at, kind, wallet, asset, amount, facts,
     [[line, account, asset, scale, units], ...], [[line, owner, wallet, key, value], ...]]

`amount` and `facts` are the text of the row, `account` is owner:wallet:bucket without empty parts, and `units` is written
as text, since many readers of JSON lose whole numbers above 2^53. Postings and changes stand in line order.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice

try:  # the interpreter's own: OpenSSL's, behind hashlib, takes longer to load than an entry to write
    from _sha2 import sha256  # Python 3.12 and later
except ImportError:
    try:
        from _sha256 import sha256
    except ImportError:  # an interpreter built without
        from hashlib import sha256

BEGINNING = "0" * 64  # what the first entry follows, and the head of a ledger without entries

AT_ONCE = 1000  # postings hashed at a time: an accrual may have a million

# The postings of entries as they are sealed, each a text of JSON: (entry, line's text). Rows that name what is not there are shown as '?', and so are not what was sealed.
LINES = (
    "SELECT p.entry_id, json_array(p.line, coalesce(o.name || CASE a.wallet WHEN '' THEN '' ELSE ':' || a.wallet END || ':' || a.bucket, '?'), "
    "coalesce(s.name, '?'), coalesce(s.scale, 0), CAST(p.amount AS TEXT)) FROM postings p LEFT JOIN accounts a ON a.id = p.account_id "
    "LEFT JOIN owners o ON o.id = a.owner_id LEFT JOIN assets s ON s.id = p.asset_id"
)

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def seal(previous: str, entry: Sequence, postings: Sequence[Sequence], changes: Sequence[Sequence]) -> str:
    """The seal of an entry, whose parts are rows of plain values as above: a pure function of them."""
    return hash_of(_encode([previous, *entry, postings, changes]))


def seal_by_lines(previous: str, entry: Sequence, postings: Iterable[str], changes: Sequence[Sequence]) -> str:
    """The same, of postings that come as LINES tells them, however many."""
    sealed, lines, between = sha256((_encode([previous, *entry])[:-1] + ",[").encode()), iter(postings), ""
    while some := ",".join(islice(lines, AT_ONCE)):
        sealed.update((between + some).encode())
        between = ","
    sealed.update(f"],{_encode(changes)}]".encode())
    return sealed.hexdigest()


def lines_of(db: sqlite3.Connection, number: int) -> Iterable[str]:
    """The postings of an entry, in line order, as they are read."""
    return (text for _, text in db.execute(f"{LINES} WHERE p.entry_id = ? ORDER BY p.line", (number,)))


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def head(db: sqlite3.Connection) -> str:
    """The seal of the last entry: it stands for the whole journal up to there."""
    row = db.execute("SELECT hash FROM seals ORDER BY entry_id DESC LIMIT 1").fetchone()
    return row[0] if row else BEGINNING
