"""Would the tests notice? Change the domain in one place, run the tests that pass there, list the changes that none of them minded.

    python tests/mutants/mutate.py                     all of margincli/domain
    python tests/mutants/mutate.py -m money -m steps   these modules
    python tests/mutants/mutate.py --sample 40 --seed 1

The tests run once, to learn which lines each of them passes and how long it takes. Then every mutant gets a fork of that process,
its function the changed code, and runs the tests that pass its lines, the quickest first, until one fails. A mutant that lives
runs them once more in a process of its own that imports the changed module from the start (what was kept from before the change may
have hidden it); so does what stands outside functions. Those of equivalent.txt are left out: no test could tell them from the original.
"""

import argparse
import gc
import importlib.abc
import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
import types
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import coverage
import pytest
from hypothesis import Phase, settings
from mutants import NAMES, Mutant, mutants

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "margincli" / "domain"
TESTS = ["tests/domain"]
PYTEST = ["-s", "-p", "no:cacheprovider", "-p", "no:terminal", "-o", "addopts=--import-mode=importlib", "--rootdir", str(ROOT), "-m", "not slow"]
EQUIVALENT = Path(__file__).parent / "equivalent.txt"
SECONDS = 3  # a mutant that runs on and on is a mutant that was noticed
BROKEN = 70
SOON = [Phase.explicit, Phase.generate]
settings.register_profile("mutants", derandomize=True, database=None, max_examples=20, deadline=None, phases=SOON)


def module_file(module: str) -> Path:
    return DOMAIN / (module.replace(".", "/") + ".py")


def all_modules() -> list[str]:
    return sorted(".".join(path.relative_to(DOMAIN).with_suffix("").parts) for path in DOMAIN.rglob("*.py") if path.name != "__init__.py")


def mutants_of(module: str) -> list[Mutant]:
    path = module_file(module)
    return list(mutants(module, path.read_text(), str(path)))


def equivalents() -> set[str]:
    """Lines `module | function | old -> new | why no test can tell`."""
    lines = EQUIVALENT.read_text().splitlines()
    return {line.rpartition(" | ")[0] for line in lines if line and not line.startswith("#")}


class Hot:
    """The plug-in that stands where pytest would run the tests: it runs them once, then once for each mutant."""

    def __init__(self, chosen: list[Mutant], jobs: int):
        self.chosen, self.jobs = chosen, jobs
        self.killed: list[Mutant] = []
        self.lived: list[tuple[Mutant, list[str]]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        self.learn(session)
        running: dict[int, tuple[Mutant, list]] = {}
        for mutant in self.chosen:
            items = self.passing(mutant)
            if not mutant.where or not items:
                self.lived.append((mutant, [item.nodeid for item in items]))
                continue
            if len(running) >= self.jobs:
                self.reap(running)
            running[self.fork(session, mutant, items)] = (mutant, items)
        while running:
            self.reap(running)
        return True

    def learn(self, session) -> None:
        files = {str(module_file(mutant.module)) for mutant in self.chosen}
        cover = coverage.Coverage(data_file=None, include=sorted(files), config_file=False)
        self.took, self.items = {}, {item.nodeid: item for item in session.items}
        cover.start()
        for item in session.items:
            cover.switch_context(item.nodeid)
            begun = time.perf_counter()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            self.took[item.nodeid] = time.perf_counter() - begun
        cover.stop()
        if session.testsfailed:
            raise SystemExit("the tests fail without any change")
        self.passed = {file: cover.get_data().contexts_by_lineno(file) for file in files}

    def passing(self, mutant: Mutant) -> list:
        by_line = self.passed[str(module_file(mutant.module))]
        lines = mutant.lines if mutant.where else by_line
        found = {test for line in lines for test in by_line.get(line, ()) if test}
        return [self.items[test] for test in sorted(found, key=self.took.get)]

    def fork(self, session, mutant: Mutant, items: list) -> int:
        if pid := os.fork():
            return pid
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1), os.dup2(silence, 2)
        try:
            swap(mutant)
        except BaseException:
            os._exit(BROKEN)
        try:
            for item in items:
                signal.alarm(SECONDS + int(10 * self.took[item.nodeid]))
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                if session.testsfailed:
                    os._exit(1)
        except BaseException:
            os._exit(1)
        os._exit(0)

    def reap(self, running: dict) -> None:
        pid, status = os.wait()
        mutant, items = running.pop(pid)
        if os.waitstatus_to_exitcode(status) == BROKEN:
            raise SystemExit(f"this change cannot be made: {mutant.name}")
        print("." if status else "L", end="", file=sys.stderr, flush=True)
        if status:
            self.killed.append(mutant)
        else:
            self.lived.append((mutant, [item.nodeid for item in items]))


def swap(mutant: Mutant) -> None:
    """Put the changed code into the live functions, and forget what was remembered of the old ones."""
    _lend_names(sys.modules["margincli.domain." + mutant.module].__dict__)
    changed = dict(_functions(mutant.compiled()))
    file = str(module_file(mutant.module))
    for found in gc.get_objects():
        if isinstance(found, types.FunctionType) and found.__code__.co_filename == file:
            code = changed.get((found.__code__.co_qualname, found.__code__.co_firstlineno))
            if code and code.co_freevars == found.__code__.co_freevars and "<lambda>" not in code.co_qualname:
                found.__code__ = code
        elif callable(getattr(type(found), "cache_clear", None)):
            found.cache_clear()


def _functions(code: types.CodeType):
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield (const.co_qualname, const.co_firstlineno), const
            yield from _functions(const)


def _lend_names(namespace: dict) -> None:
    """A rounding that was swapped may be one that the module does not import."""
    import margincli.domain.money as money

    for name in {name for pair in NAMES for name in pair}:
        if hasattr(money, name):
            namespace.setdefault(name, getattr(money, name))


# --- in a process of its own ---


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the module with the change in it."""

    def __init__(self, mutant: Mutant):
        self.mutant, self.name = mutant, "margincli.domain." + mutant.module

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_file_location(name, module_file(self.mutant.module), loader=self) if name == self.name else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        if self.mutant.module != "money":
            _lend_names(module.__dict__)
        exec(self.mutant.compiled(), module.__dict__)


class Only:
    """The tests with these ids, in this order."""

    def __init__(self, ids: list[str]):
        self.place = {id: place for place, id in enumerate(ids)}

    def pytest_collection_modifyitems(self, items):
        items[:] = sorted((item for item in items if item.nodeid in self.place), key=lambda item: self.place[item.nodeid])


def cold(name: str) -> int:
    """Run in the child: the ids of the tests come line by line. 0 where the mutant lived."""
    mutant = next(mutant for mutant in mutants_of(name.partition(" | ")[0]) if mutant.name == name)
    sys.meta_path.insert(0, Changed(mutant))
    ids = sys.stdin.read().splitlines()
    files = list(dict.fromkeys(id.partition("::")[0] for id in ids))
    return pytest.main([*PYTEST, "-x", "--hypothesis-profile=mutants", *files], plugins=[Only(ids)])


def lives_cold(mutant: Mutant, ids: list[str]) -> bool:
    command = [sys.executable, __file__, "--cold", mutant.name]
    try:
        run = subprocess.run(command, input="\n".join(ids), text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, timeout=120)
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", "--module", action="append")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--inside", action="store_true", help="only what stands inside functions, which is quicker to try")
    parser.add_argument("--cold", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.chdir(ROOT)
    if asked.cold:
        return cold(asked.cold)
    known = equivalents()
    made = [mutant for module in asked.module or all_modules() for mutant in mutants_of(module)]
    chosen = [mutant for mutant in made if mutant.name not in known and (mutant.where or not asked.inside)]
    if asked.sample:
        chosen = random.Random(asked.seed).sample(chosen, min(asked.sample, len(chosen)))
    hot = Hot(chosen, asked.jobs)
    pytest.main([*PYTEST, "--hypothesis-profile=mutants", *TESTS], plugins=[hot])
    with ThreadPoolExecutor(asked.jobs) as pool:
        verdicts = pool.map(lambda pair: lives_cold(*pair), hot.lived)
        survivors = [mutant for (mutant, ids), lives in zip(hot.lived, verdicts) if not ids or lives]
    return told(made, chosen, survivors)


def told(made: list[Mutant], chosen: list[Mutant], survivors: list[Mutant]) -> int:
    for mutant in survivors:
        print(f"lives: {mutant.name}   ({mutant.module}:{mutant.lines[0]})")
    total, tried, alive = (Counter(mutant.module for mutant in group) for group in (made, chosen, survivors))
    for module in tried:
        print(f"{module:32} {total[module]:5} made {tried[module]:5} tried {tried[module] - alive[module]:5} killed {alive[module]:4} live")
    print(f"{len(made)} made, {len(chosen)} tried, {len(chosen) - len(survivors)} killed, {len(survivors)} live")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
