"""The seal of an entry: a hash of all that it says and of the seal before it, so that nothing can be changed unseen.

What is hashed is UTF-8 JSON without spaces, non-ASCII characters as they are:

    [previous, number, owner, at, kind, wallet, asset, amount, facts,
     [[line, account, asset, scale, units], ...], [[line, owner, wallet, key, value], ...]]

`amount` and `facts` are the text of the row, `account` is owner:wallet:bucket without empty parts, and `units` is written
as text, since many readers of JSON lose whole numbers above 2^53. Postings and changes stand in line order.
"""

import json
import sqlite3
from typing import Sequence

try:  # the interpreter's own: OpenSSL's, behind hashlib, takes longer to load than an entry to write
    from _sha2 import sha256  # Python 3.12 and later
except ImportError:
    try:
        from _sha256 import sha256
    except ImportError:  # an interpreter built without
        from hashlib import sha256

BEGINNING = "0" * 64  # what the first entry follows, and the head of a ledger without entries

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def seal(previous: str, entry: Sequence, postings: Sequence[Sequence], changes: Sequence[Sequence]) -> str:
    """The seal of an entry, whose parts are rows of plain values as above: a pure function of them."""
    return hash_of(_encode([previous, *entry, postings, changes]))


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def head(db: sqlite3.Connection) -> str:
    """The seal of the last entry: it stands for the whole journal up to there."""
    row = db.execute("SELECT hash FROM seals ORDER BY entry_id DESC LIMIT 1").fetchone()
    return row[0] if row else BEGINNING
