"""A simulator of the simulator: random users, prices, rates, faults and clock over the real command line, with every law checked after every step.

    python tests/sim/simulate.py [--seed N] [--steps N | --minutes M]

It goes on until it is told to stop, one short life of a ledger after another, each with a seed of its own, the first of which it
prints. A broken law ends it with the seed of that life and the number of steps, which together reproduce it exactly, and with all the commands
that led there, as a batch.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]

from hand import alone  # noqa: E402
from life import Broken, Life, Tally  # noqa: E402

STEPS_OF_A_LIFE = 100
MEMORY = "/dev/shm"  # where there is one: on a disk every command waits for it


def live(seed: int, steps: int, tally: Tally, until: float | None = None, only: str = "", keeps: bool = False) -> None:
    """One life of so many steps, or until the time is up. Raises Broken, which says how to come back to the same place: no step after
    the one that broke the law is needed. If it `keeps` anything, then all the commands that led there, as a batch."""
    root = MEMORY if Path(MEMORY).is_dir() else None
    with tempfile.TemporaryDirectory(dir=root) as folder, alone(Path(folder)):
        tally["lives"] += 1
        life = None
        try:
            life = Life(seed, Path(folder), tally, only)
            while life.steps < steps and (until is None or time.monotonic() < until):
                life.step()
            life.end()
        except Broken as broken:
            again = f"again:  python tests/sim/simulate.py --seed {seed} --steps {life.steps if life else 1}"
            raise Broken(f"seed {seed}, {broken}\n{again}{kept(life) if life and keeps else ''}") from None
        except Exception as error:
            error.add_note(f"seed {seed}, step {life.steps if life else 0}")
            raise


def kept(life: Life) -> str:
    """All that was typed, and the files it speaks of, where they stay."""
    folder = Path(tempfile.mkdtemp(prefix=f"simulated-{life.seed}-"))
    for file in (*life.folder.glob("*.csv"), *life.folder.glob("*.toml")):
        shutil.copy(file, folder)
    lines = (typed.line.replace(str(life.folder), str(folder)) for typed in life.script)
    (folder / "commands.txt").write_text("".join(f"{line}\n" for line in lines))
    return f"\nor:     margincli batch {folder / 'commands.txt'} --ledger {folder / 'ledger.db'}"


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seed", type=int, default=int(time.time()), help="of the first life; the next ones count on")
    words.add_argument("--steps", type=int, help="stop after so many steps")
    words.add_argument("--minutes", type=float, help="stop after so many minutes")
    asked = words.parse_args()
    print(f"seed {asked.seed}", flush=True)
    tally, seed, began = Tally(), asked.seed, time.monotonic()
    until = None if asked.minutes is None else began + asked.minutes * 60
    try:
        while (asked.steps is None or tally["steps"] < asked.steps) and (until is None or time.monotonic() < until):
            live(seed, STEPS_OF_A_LIFE if asked.steps is None else min(STEPS_OF_A_LIFE, asked.steps - tally["steps"]), tally, until, keeps=True)
            seed += 1
            if sys.stderr.isatty():
                print(f"\r{tally['lives']} lives, {tally['steps']} steps, {tally['account-hours']:,} account-hours", end="", file=sys.stderr)
    except KeyboardInterrupt:
        pass
    except Broken as broken:
        print(f"{broken}\n{tally.told()}")
        return 1
    print(f"{tally.told()}\n{'seconds':>15}: {time.monotonic() - began:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
