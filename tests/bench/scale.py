"""What many accounts cost, as ratios against floors measured in the same run, at one size after another.

    python tests/bench/scale.py [ACCOUNTS ...] [--rounds N]

The floor of `accrue` is one exact SQL UPDATE of as many loans with an accrual row for each; that of finding who is to be liquidated is
one ordered scan of the same file that computes each level in plain Python integers. Whole processes, CPU seconds and
peak memory as the operating system accounts for them; finding is measured inside one process. Medians of paired rounds.
Beside each figure what it comes to for one account: over the sizes a straight line keeps it, or lets it fall. A million accounts
take some ten minutes and 12 GB of disk.
"""

import argparse
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from cold_start import Cost, cost_of, environment
from figures import Figure

from margincli.ledger import writing

FLOOR_NAME = "floor: UPDATE and a row a loan"
AGAINST = {
    FLOOR_NAME: FLOOR_NAME,
    "accrue, 1 hour": FLOOR_NAME,
    "accrue, 720 hours": "accrue, 1 hour",
    "borrow, small ledger": "borrow, small ledger",
    "borrow, this ledger": "borrow, small ledger",
}
SHORT = 7  # times that a command of a tenth of a second is measured for each of a long one
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


def ours(*words: str) -> list[str]:
    return [sys.executable, "-m", "margincli", *words]


def accrue(ledger: str, until: str) -> list[str]:
    return ours("accrue", "-q", "--at", until, "--ledger", ledger)


def cold(ledger: str) -> list[str]:
    return ours("borrow", "USDT", "10", "--json", "--at", "2024-09-01", "--account", "a0000050", "--ledger", ledger)


def measure(accounts: int, rounds: int, home: Path) -> dict[str, list[Cost]]:
    """Commands in turn, each on a fresh copy of its file; short ones several times on it. `home` gets the ledger big.db."""
    built(home / "big.db", accounts)
    built(home / "small.db", 100)
    loans(home / "loans.db", accounts)
    (home / "floor.py").write_text(FLOOR)
    compared = {
        FLOOR_NAME: ("loans.db", [sys.executable, "floor.py", "copy.db"]),
        "accrue, 1 hour": ("big.db", accrue("copy.db", "2024-09-01T01:00")),
        "accrue, 720 hours": ("big.db", accrue("copy.db", "2024-10-01T00:00")),
        "borrow, small ledger": ("small.db", cold("copy.db")),
        "borrow, this ledger": ("big.db", cold("copy.db")),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in compared}
    for turn in range(rounds + 1):
        for name, (source, words) in compared.items():
            copied(home, source)
            for _ in range(SHORT if "borrow" in words else 1):
                cost = cost_of(words, str(home))
                if turn:  # the first is for compiled files and the file cache
                    costs[name].append(cost)
    return costs


def copied(home: Path, source: str) -> None:
    for old in home.glob("copy.db*"):
        old.unlink()
    shutil.copy(home / source, home / "copy.db")


def reads_during(home: Path) -> tuple[int, int]:
    """How many reads of the ledger were answered while an hour was accrued in it, and how many refused, which none is that waits a second at most."""
    copied(home, "big.db")
    answered = refused = 0
    with subprocess.Popen(accrue("copy.db", "2024-09-01T01:00"), cwd=home, env=environment(str(home))) as sweep:
        while sweep.poll() is None:
            db = sqlite3.connect(f"file:{home}/copy.db?mode=ro", uri=True, timeout=1)
            try:
                answered += len(db.execute("SELECT settled_to FROM owners WHERE name = 'a0000050'").fetchall())
            except sqlite3.OperationalError:
                refused += 1
            db.close()
            time.sleep(0.02)
    return answered, refused


def find(path: Path) -> tuple[float, float, int]:
    """Seconds of our screen, of the scan in plain integers, and how many both found due: the same accounts."""
    prices = {"BTC": 8500, "ETH": 500, "USDT": 1}  # one in a hundred is due
    with writing(path) as session:
        worth = [(asset, Decimal(price), Decimal(price)) for asset, price in prices.items()]
        began = time.process_time()
        session.screen(worth, lambda wallet: Decimal("1.1"), 0)
        found = {number for (number,) in session.db.execute("SELECT owner_id FROM temp.loud")}
        mine = time.process_time() - began
        began = time.process_time()
        due = scan(session.db, prices)
        plain = time.process_time() - began
    assert found == due, (len(found), len(due))
    return mine, plain, len(due)


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


def tell(accounts: int, rounds: int, home: Path) -> None:
    costs = measure(accounts, rounds, home)
    print(f"\n{accounts} accounts, one loan each\n{'':<34}{'cpu s':>9}{'us each':>9}{'MiB':>7}{'against':>9}")
    for name, against in AGAINST.items():
        cpu, peak = (statistics.median(getattr(run, figure) for run in costs[name]) for figure in ("cpu", "peak_mib"))
        print(f"{name:<34}{cpu:>9.3f}{cpu / accounts * 1e6:>9.1f}{peak:>7.1f}{ratio(costs, name, against):>9.2f}")
    mine, plain, due = find(home / "big.db")
    for name, seconds in (("find who is due, by a plain scan", plain), (f"find who is due ({due})", mine)):
        print(f"{name:<34}{seconds:>9.3f}{seconds / accounts * 1e6:>9.1f}{'':>7}{seconds / plain:>9.2f}")
    print("reads while an hour is accrued: {} answered, {} refused".format(*reads_during(home)), flush=True)


def figures(accounts: int, rounds: int) -> list[Figure]:
    """Of that many accounts; and what one of them costs, as a multiple of what it costs among a tenth and a hundredth as many."""
    each: dict[str, list[float]] = {"accrue, 1 hour": [], "finding": []}
    for size in (accounts // 100, accounts // 10, accounts):
        with tempfile.TemporaryDirectory() as folder:
            costs = measure(size, rounds, Path(folder))
            mine, plain, _ = find(Path(folder, "big.db"))
        each["accrue, 1 hour"].append(statistics.median(run.cpu for run in costs["accrue, 1 hour"]) / size)
        each["finding"].append(mine / size)

    def figure(name: str, job: str, floor: str, goal: str) -> Figure:
        return Figure(job, floor, ratio(costs, name, AGAINST[name]), goal, max(run.peak_mib for run in costs[name]))

    return [
        figure("accrue, 1 hour", f"`accrue` of an hour, {accounts:,} loans", "one exact SQL UPDATE with an accrual row a loan", "4, 64 MiB"),
        figure("accrue, 720 hours", "`accrue` of 720 hours at one rate", "one hour", "1.5"),
        Figure("finding who is to be liquidated", "one ordered scan that computes levels in plain Python integers", mine / plain, "1"),
        figure("borrow, this ledger", "`borrow` on that ledger", "on one of a hundred accounts", "1.1"),
        *(
            Figure(f"{name}, each account", f"among a {part} as many", costs[-1] / costs[place], "1")
            for name, costs in each.items()
            for place, part in ((1, "tenth"), (0, "hundredth"))
        ),
    ]


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("accounts", type=int, nargs="*", default=[1000, 10_000, 100_000])
    words.add_argument("--rounds", type=int, default=3)
    asked = words.parse_args()
    for accounts in asked.accounts:
        with tempfile.TemporaryDirectory() as folder:
            tell(accounts, asked.rounds, Path(folder))


if __name__ == "__main__":
    main()
