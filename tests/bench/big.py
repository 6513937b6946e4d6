"""A ledger of many accounts, made quickly: a hundred by the rules, the rest as copies of their rows.

    python tests/bench/big.py LEDGER [ACCOUNTS]

Each account deposits BTC, ETH and USDT, moves two of them into its cross wallet and borrows USDT: sixteen postings, three coins,
one loan. The hundred differ in what they borrow; the last has borrowed so much more that a fall of BTC can take it alone. The guards of the
file step aside while rows are copied and are put back: `margincli check` finds nothing amiss.
"""

import sqlite3
import sys
from decimal import Decimal
from pathlib import Path

from margincli import desk, quotes, records
from margincli.domain.journal import Wallet
from margincli.domain.operations import decide
from margincli.domain.operations.activate import Activate
from margincli.domain.operations.borrow import Borrow
from margincli.domain.operations.deposit import Deposit
from margincli.domain.operations.transfer import Transfer
from margincli.ledger import writing
from margincli.ledger.chain import sealed_now

D = Decimal
BEGIN = 1_725_148_800_000  # 2024-09-01
KINDS = 100  # accounts made by the rules; those from the second on are alike, row by row, and are what is copied


def build(path: Path, accounts: int) -> None:
    for symbol, price in (("BTCUSDT", 60_000), ("ETHUSDT", 2500)):
        quotes.price_set(desk.Call(path, "main", BEGIN), symbol, D(price), None, None)
    with writing(path) as session:
        for kind in range(KINDS):
            begin(session, f"a{kind:07d}", kind)
        session.commit()
    with sqlite3.connect(path, isolation_level=None) as db:
        db.execute("PRAGMA cache_size = -200000")
        copy(db, accounts)
    db.close()


def begin(session, name: str, kind: int) -> None:
    spot, cross, key = Wallet(name, "spot"), Wallet(name, "cross"), records.quiz_key()
    for request in (
        Deposit("BTC", D(1)),
        Deposit("ETH", D(2)),
        Deposit("USDT", D(f"{1000 + kind}.12345678")),
        Activate(cross, "3", "DE", "accepted", key, key),
        Transfer("BTC", D(1), spot, cross),
        Transfer("ETH", D(2), spot, cross),
        Borrow(cross, "USDT", D(f"{20_000 + 100 * kind if kind < KINDS - 1 else 100_000}.87654321")),
    ):
        world, _ = desk.load(session, name, BEGIN, request)
        _, entries = decide(world, request)
        session.append(name, entries, world.rules.scale)
        session.settle(name, BEGIN)


def copy(db: sqlite3.Connection, accounts: int) -> None:
    """Copy j of kind t has every number of t's rows, moved on by j - t times what lies between two kinds."""
    first = {table: numbers(db, table, 1) for table in ("owners", "accounts", "entries")}
    size = {table: len(found) for table, found in first.items()}
    aside = db.execute("SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL").fetchall()
    db.execute("BEGIN")
    for kind, name, _ in aside:
        db.execute(f"DROP {kind} {name}")
    db.execute("CREATE TEMP TABLE copies (j INTEGER PRIMARY KEY, t INTEGER, by INTEGER)")
    rows = ((j, t, j - t) for j in range(KINDS, accounts) for t in (1 + (j - KINDS) % (KINDS - 1),))
    db.executemany("INSERT INTO temp.copies VALUES (?, ?, ?)", rows)

    def of(table: str, column: str) -> str:
        """The rows of kind t."""
        begins = f"{first[table][0]} + (t - 1) * {size[table]}"
        return f"temp.copies JOIN x ON x.{column} BETWEEN {begins} AND {begins} + {size[table] - 1}"

    owner, account, entry = (f"+ by * {size[table]}" for table in ("owners", "accounts", "entries"))
    own = f"x.account_id BETWEEN {first['accounts'][0]} + (t - 1) * {size['accounts']} AND {first['accounts'][0]} + t * {size['accounts']} - 1"
    for table, values, source in (
        ("owners", f"id {owner}, printf('a%07d', j), settled_to", of("owners", "id")),
        ("accounts", f"id {account}, owner_id {owner}, wallet, bucket, sign", of("accounts", "id")),
        ("entries", f"id {entry}, owner_id {owner}, at, kind, wallet, asset, amount, facts", of("entries", "id")),
        ("postings", f"entry_id {entry}, line, CASE WHEN {own} THEN account_id {account} ELSE account_id END, asset_id, amount", of("entries", "entry_id")),
        ("changes", f"entry_id {entry}, line, owner_id {owner}, wallet, key, value", of("entries", "entry_id")),
        ("settings", f"owner_id {owner}, wallet, key, value", of("owners", "owner_id")),
        ("balances", f"account_id {account}, asset_id, x.sign, amount", of("accounts", "account_id")),
    ):
        db.execute(f"INSERT INTO {table} SELECT {values} FROM {source.replace('JOIN x', f'JOIN {table} x')}")
    db.execute(
        "UPDATE balances SET amount = (SELECT sum(p.amount) FROM postings p WHERE p.account_id = balances.account_id AND p.asset_id = balances.asset_id) "
        "WHERE account_id IN (SELECT a.id FROM accounts a JOIN owners o ON o.id = a.owner_id WHERE o.name IN ('house', 'world'))"
    )
    db.execute("DELETE FROM seals")
    db.executemany("INSERT INTO seals VALUES (?, ?, ?)", sealed_now(db))
    for _, _, sql in aside:
        db.execute(sql)
    db.execute("COMMIT")


def numbers(db: sqlite3.Connection, table: str, kind: int) -> list[int]:
    (owner,) = db.execute("SELECT id FROM owners WHERE name = ?", (f"a{kind:07d}",)).fetchone()
    return [owner] if table == "owners" else [number for (number,) in db.execute(f"SELECT id FROM {table} WHERE owner_id = ? ORDER BY id", (owner,))]


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
