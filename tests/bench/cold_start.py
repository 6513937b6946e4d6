"""How long a cold, durable command takes, as a ratio against floors measured in the same run.

    python tests/bench/cold_start.py [ROUNDS]

Four whole processes in turn, ROUNDS times: our `borrow --json`, as installed; a bare Typer program that commits one row with the
stdlib's sqlite3; `sqlite-utils insert` of one row; and our `--help`. The ratios are taken round by round and the median is
told, so a machine that is slow for a while does not matter. CPU seconds (user + system) beside the wall clock.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from figures import Figure

ANSWERS = Path(__file__).resolve().parents[1] / "answers.json"
BARE = '''
import sqlite3
import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def borrow(asset: str, amount: str, json: bool = False):
    db = sqlite3.connect("bare.db")
    db.execute("CREATE TABLE IF NOT EXISTS rows (asset TEXT, amount TEXT)")
    db.execute("INSERT INTO rows VALUES (?, ?)", (asset, amount))
    db.commit()
    db.close()
    print("{}")


@app.command()
def repay():
    pass


app()
'''


class Cost(NamedTuple):
    wall: float
    cpu: float
    peak_mib: float


def environment(folder: str) -> dict[str, str]:
    """Compiled files in a place of their own, as an installed package has them: a checkout may lack them, or be kept from them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE" and not name.startswith("MARGINCLI_")}
    return {**kept, "PYTHONPYCACHEPREFIX": str(Path(folder, "compiled"))}


# Started by a small process of its own: what a large one holds would count as the peak of those that it starts.
LAUNCH = """
import json, os, subprocess, sys, time
began = time.perf_counter()
quiet = subprocess.DEVNULL
child = subprocess.Popen(sys.argv[1:], stdin=quiet, stdout=quiet, stderr=quiet)
_, status, used = os.wait4(child.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
os._exit(0)
"""


def cost_of(words: list[str], folder: str, refused: int = 0) -> Cost:
    """One whole process, as the operating system accounts for it. It may end with `refused`."""
    launched = subprocess.run([sys.executable, "-S", "-c", LAUNCH, *words], cwd=folder, env=environment(folder), capture_output=True, text=True, check=True)
    code, *cost = json.loads(launched.stdout)
    if code not in (0, refused):
        raise SystemExit(f"{words} ended with {code}")
    return Cost(*cost)


def installed() -> list[str]:
    """The command that users run, of the environment that runs this."""
    script = Path(sys.executable).with_name("margincli")
    return [str(script)] if script.exists() else [sys.executable, "-m", "margincli"]


def commands(folder: str) -> dict[str, list[str]]:
    """What is compared. The ledger and its account are made here, outside the clock."""
    python, ours = sys.executable, installed()
    Path(folder, "bare.py").write_text(BARE)
    Path(folder, "row.json").write_text('[{"asset": "USDT", "amount": "10"}]')
    begin = "--ledger ledger.db --at 2024-09-01 -q"
    for line in (
        "price set BTCUSDT 20000",
        "deposit USDT 1000000",
        f"activate cross --leverage 3 --region DE --accept-terms --answers {ANSWERS}",
        "transfer USDT 1000000 --from spot --to cross",
    ):
        subprocess.run([*ours, *line.split(), *begin.split()], cwd=folder, env=environment(folder), check=True)
    return {
        "margincli borrow": [*ours, "borrow", "USDT", "10", "--json", "--ledger", "ledger.db", "--at", "2024-09-01"],
        "bare typer": [python, "bare.py", "borrow", "USDT", "10", "--json"],
        "sqlite-utils insert": [python, "-m", "sqlite_utils", "insert", "other.db", "rows", "row.json"],
        "margincli --help": [*ours, "--help"],
    }


def measure(rounds: int) -> dict[str, list[Cost]]:
    with tempfile.TemporaryDirectory() as folder:
        compared = commands(folder)
        for words in compared.values():  # compiled files and file cache
            cost_of(words, folder)
        costs: dict[str, list[Cost]] = {name: [] for name in compared}
        for _ in range(rounds):
            for name, words in compared.items():
                costs[name].append(cost_of(words, folder))
        return costs


def ratio(costs: dict[str, list[Cost]], name: str, floor: str, figure: str = "cpu") -> float:
    """The median over the rounds of `name` against `floor`."""
    return statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in zip(costs[name], costs[floor]))


def figures(rounds: int) -> list[Figure]:
    costs = measure(rounds)

    def figure(name: str, job: str, goal: str) -> Figure:
        return Figure(job, "a bare Typer program that commits one row", ratio(costs, name, "bare typer"), goal, statistics.median(run.peak_mib for run in costs[name]))

    return [
        figure("margincli borrow", "`margincli borrow … --json`, cold and durable", "1.25, 20 MiB"),
        figure("margincli --help", "`margincli --help`", ""),
        figure("sqlite-utils insert", "for comparison: `sqlite-utils insert` of one row", ""),
    ]


def main() -> None:
    costs = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
    print(f"{'command':<22}{'wall ms':>9}{'cpu ms':>9}{'MiB':>7}{'cpu / bare':>12}{'wall / bare':>13}")
    for name, runs in costs.items():
        wall, cpu, peak = (statistics.median(getattr(run, figure) for run in runs) for figure in Cost._fields)
        against = ratio(costs, name, "bare typer"), ratio(costs, name, "bare typer", "wall")
        print(f"{name:<22}{wall * 1000:>9.1f}{cpu * 1000:>9.1f}{peak:>7.1f}{against[0]:>12.2f}{against[1]:>13.2f}")


if __name__ == "__main__":
    main()
