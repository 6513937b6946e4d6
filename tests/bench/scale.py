"""What many accounts cost, as ratios against floors measured in the same run.

    python tests/bench/scale.py [ACCOUNTS] [ROUNDS]

The floor of `accrue` is one exact SQL UPDATE of as many loans with an accrual row for each; that of finding who is to be liquidated is
one ordered scan of the same file that computes each level in plain Python integers. Whole processes, CPU seconds and
peak memory as the operating system accounts for them; finding is measured inside one process. Medians of paired rounds.
"""

import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from cold_start import Cost, cost_of

from margincli.ledger import writing

FLOOR = '''
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
charge = "(principal / 1000000) * 10811 / 24 + ((principal / 1000000) * 10811 % 24 * 1000000 + (principal % 1000000) * 10811 + 23999999) / 24000000"
db.execute("BEGIN IMMEDIATE")
db.execute(f"INSERT INTO accruals SELECT id, 1, {charge} FROM loans")
db.execute(f"UPDATE loans SET interest = interest + {charge}")
db.execute("COMMIT")
db.close()
'''


def built(path: Path, accounts: int) -> None:
    """In a process of its own: what this one holds would count as the peak of those it starts."""
    subprocess.run([sys.executable, Path(__file__).with_name("big.py"), path, str(accounts)], check=True)


def loans(path: Path, accounts: int) -> None:
    """What the floor works on."""
    with sqlite3.connect(path, isolation_level=None) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE loans (id INTEGER PRIMARY KEY, asset INTEGER, principal INTEGER, interest INTEGER) STRICT")
        db.execute("CREATE TABLE accruals (loan INTEGER, hour INTEGER, amount INTEGER) STRICT")
        db.execute("BEGIN")
        db.executemany("INSERT INTO loans VALUES (?, 1, ?, 0)", ((number, 2_000_000_000_000 + number) for number in range(accounts)))
        db.execute("COMMIT")
    db.close()


def accrue(ledger: str, until: str) -> list[str]:
    return [sys.executable, "-m", "margincli", "accrue", "-q", "--at", until, "--ledger", ledger]


def cold(ledger: str) -> list[str]:
    return [sys.executable, "-m", "margincli", "borrow", "USDT", "10", "--json", "--at", "2024-09-01", "--account", "a0000050", "--ledger", ledger]


def measure(accounts: int, rounds: int) -> dict[str, list[Cost]]:
    """Commands in turn, each on a fresh copy of its file."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        built(home / "big.db", accounts)
        built(home / "small.db", 100)
        loans(home / "loans.db", accounts)
        (home / "floor.py").write_text(FLOOR)
        compared = {
            "floor: UPDATE and a row a loan": ("loans.db", [sys.executable, "floor.py", "copy.db"]),
            "accrue, 1 hour": ("big.db", accrue("copy.db", "2024-09-01T01:00")),
            "accrue, 720 hours": ("big.db", accrue("copy.db", "2024-10-01T00:00")),
            "borrow, small ledger": ("small.db", cold("copy.db")),
            "borrow, this ledger": ("big.db", cold("copy.db")),
        }
        costs: dict[str, list[Cost]] = {name: [] for name in compared}
        for turn in range(rounds + 1):
            for name, (source, words) in compared.items():
                for old in home.glob("copy.db*"):
                    old.unlink()
                shutil.copy(home / source, home / "copy.db")
                cost = cost_of(words, folder)
                if turn:  # the first is for compiled files and the file cache
                    costs[name].append(cost)
        return costs


def find(accounts: int) -> tuple[float, float, int]:
    """Seconds of our screen, of the scan in plain integers, and how many both found due: the same accounts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "big.db")
        built(path, accounts)
        prices = {"BTC": 2185, "ETH": 400, "USDT": 1}  # one in a hundred is due
        with writing(path) as session:
            worth = [(asset, Decimal(price), Decimal(price)) for asset, price in prices.items()]
            began = time.process_time()
            session.screen(worth, lambda wallet: Decimal("1.1"), 0)
            found = {number for (number,) in session.db.execute("SELECT owner_id FROM temp.loud")}
            ours = time.process_time() - began
            began = time.process_time()
            due = scan(session.db, prices)
            plain = time.process_time() - began
        assert found == due, (len(found), len(due))
        return ours, plain, len(due)


def scan(db: sqlite3.Connection, prices: dict[str, int]) -> set[int]:
    price_of = {number: prices[name] for number, name in db.execute("SELECT id, name FROM assets")}
    rows = db.execute(
        "SELECT a.owner_id, b.asset_id, b.sign, b.amount FROM accounts a JOIN balances b ON b.account_id = a.id "
        "WHERE a.wallet = 'cross' ORDER BY a.owner_id"
    )
    due, owner, held, owed = set(), None, 0, 0
    for number, asset, sign, amount in rows:
        if number != owner:
            if owed and 10 * held <= 11 * owed:
                due.add(owner)
            owner, held, owed = number, 0, 0
        if sign > 0:
            held += amount * price_of[asset]
        else:
            owed -= amount * price_of[asset]
    if owed and 10 * held <= 11 * owed:
        due.add(owner)
    return due


def ratio(costs: dict[str, list[Cost]], name: str, floor: str) -> float:
    return statistics.median(a.cpu / b.cpu for a, b in zip(costs[name], costs[floor]))


def main() -> None:
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    costs = measure(accounts, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
    floor = "floor: UPDATE and a row a loan"
    print(f"{accounts} accounts, one loan each\n{'':<34}{'cpu s':>9}{'MiB':>7}{'against':>9}")
    for name, against in ((floor, floor), ("accrue, 1 hour", floor), ("accrue, 720 hours", "accrue, 1 hour"), ("borrow, small ledger", "borrow, small ledger"), ("borrow, this ledger", "borrow, small ledger")):
        cpu, peak = (statistics.median(getattr(run, figure) for run in costs[name]) for figure in ("cpu", "peak_mib"))
        print(f"{name:<34}{cpu:>9.3f}{peak:>7.1f}{ratio(costs, name, against):>9.2f}")
    ours, plain, due = find(accounts)
    print(f"{'find who is due, by a plain scan':<34}{plain:>9.3f}{'':>7}{1:>9.2f}\n{f'find who is due ({due})':<34}{ours:>9.3f}{'':>7}{ours / plain:>9.2f}")


if __name__ == "__main__":
    main()
