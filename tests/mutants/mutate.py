"""Would the tests notice? Change the domain in one place, run the tests that pass there, list the changes that none of them minded.

    python tests/mutants/mutate.py                     all of margincli/domain
    python tests/mutants/mutate.py -m money -m steps   these modules
    python tests/mutants/mutate.py --sample 40 --seed 1
    python tests/mutants/mutate.py --doubt             those explained in equivalent.txt: does one of them die?

The tests run once, to learn which lines each of them passes and how long it takes. Then every mutant gets a fork of that process,
its function the changed code, and runs the tests that pass its lines until one fails: first the one that noticed it last time, then those
that noticed most in that function, then the quickest. A mutant that lives runs them once more in a process of its own that imports the
changed module from the start (what was kept from before the change may have hidden it); so does what stands outside functions.
Those of equivalent.txt are left out: no test could tell them from the original.
"""

import argparse
import atexit
import gc
import importlib.abc
import importlib.util
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import time
import types
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import coverage
import pytest
from hypothesis import Phase, settings
from mutants import NAMES, Mutant, mutants

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "margincli" / "domain"
TESTS = ["tests/domain"]
PYTEST = ["-s", "-p", "no:cacheprovider", "-p", "no:terminal", "-o", "addopts=--import-mode=importlib", "--rootdir", str(ROOT), "-m", "not slow"]
EQUIVALENT = Path(__file__).parent / "equivalent.txt"
NOTICED = ROOT / ".pytest_cache" / "mutants.json"  # the test that noticed a mutant last time
SECONDS = 3  # a mutant that runs on and on is a mutant that was noticed
BROKEN = 70
FAILED = "failed: "
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

    def __init__(self, chosen: list[Mutant], noticed: dict[str, str], jobs: int):
        self.chosen, self.noticed, self.jobs = chosen, noticed, jobs
        self.kills: dict[str, Counter] = defaultdict(Counter)  # by function and by module: how many mutants each test noticed
        self.under_way = mmap.mmap(-1, 4 * len(chosen) + 4)  # for each mutant the place of the test that runs, written by its fork
        self.lived: list[tuple[Mutant, list[str]]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        self.learn(session)
        self.live = {file: list(_live_functions(file)) for file in self.passed}
        self.caches = [found for found in gc.get_objects() if callable(getattr(type(found), "cache_clear", None))]
        gc.collect(), gc.freeze(), gc.disable()  # forks share what nobody touches
        running: dict[int, tuple] = {}
        for place, mutant in enumerate(self.chosen):
            items = self.passing(mutant)
            if not mutant.where or not items:
                self.lived.append((mutant, [item.nodeid for item in items]))
                continue
            if len(running) >= self.jobs:
                self.reap(running)
            running[self.fork(session, place, mutant, items)] = (place, mutant, items)
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
        passed = {test for line in lines for test in by_line.get(line, ()) if test}
        found = passed if mutant.where else self.items  # what stands outside functions is passed when it is imported, by whom nobody knows
        last, near, wide = self.noticed.get(mutant.name), self.kills[f"{mutant.module}.{mutant.where}"], self.kills[mutant.module]
        return [self.items[test] for test in sorted(found, key=lambda test: (test != last, test not in passed, -near[test], -wide[test], self.took[test]))]

    def fork(self, session, place: int, mutant: Mutant, items: list) -> int:
        if pid := os.fork():
            return pid
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1), os.dup2(silence, 2)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            swap(mutant, self.live[str(module_file(mutant.module))])
        except BaseException:
            os._exit(BROKEN)
        try:
            for cache in self.caches:
                cache.cache_clear()
            for index, item in enumerate(items):
                struct.pack_into("I", self.under_way, 4 * place, index)
                signal.alarm(SECONDS + int(10 * self.took[item.nodeid]))
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                if session.testsfailed:
                    os._exit(1)
        except BaseException:
            os._exit(1)
        os._exit(0)

    def reap(self, running: dict) -> None:
        pid, status = os.wait()
        place, mutant, items = running.pop(pid)
        if os.waitstatus_to_exitcode(status) == BROKEN:
            raise SystemExit(f"this change cannot be made: {mutant.name}")
        print("." if status else f"\nseems to live: {mutant.name}\n", end="", file=sys.stderr, flush=True)
        if status:
            (index,) = struct.unpack_from("I", self.under_way, 4 * place)
            self.noticed[mutant.name] = test = items[index].nodeid
            self.kills[f"{mutant.module}.{mutant.where}"][test] += 1
            self.kills[mutant.module][test] += 1
        else:
            self.lived.append((mutant, [item.nodeid for item in items]))


def swap(mutant: Mutant, live: list[types.FunctionType]) -> None:
    """Put the changed code into the live functions."""
    _lend_names(sys.modules["margincli.domain." + mutant.module].__dict__)
    changed = dict(_functions(mutant.compiled()))
    for found in live:
        code = changed.get((found.__code__.co_qualname, found.__code__.co_firstlineno))
        if code and code.co_freevars == found.__code__.co_freevars and "<lambda>" not in code.co_qualname:
            found.__code__ = code


def _live_functions(file: str) -> Iterator[types.FunctionType]:
    return (found for found in gc.get_objects() if isinstance(found, types.FunctionType) and found.__code__.co_filename == file)


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
    """The tests with these ids, in this order; tells which of them failed."""

    def __init__(self, ids: list[str]):
        self.place = {id: place for place, id in enumerate(ids)}

    def pytest_collection_modifyitems(self, items):
        items[:] = sorted((item for item in items if item.nodeid in self.place), key=lambda item: self.place[item.nodeid])

    def pytest_runtest_logreport(self, report):
        if report.failed:
            print(f"\n{FAILED}{report.nodeid}", flush=True)


def cold(name: str) -> int:
    """Run in the child: the ids of the tests come line by line. 0 where the mutant lived."""
    mutant = next(mutant for mutant in mutants_of(name.partition(" | ")[0]) if mutant.name == name)
    sys.meta_path.insert(0, Changed(mutant))
    ids = sys.stdin.read().splitlines()
    files = list(dict.fromkeys(id.partition("::")[0] for id in ids))
    return pytest.main([*PYTEST, "-x", "--hypothesis-profile=mutants", *files], plugins=[Only(ids)])


def lives_cold(mutant: Mutant, ids: list[str], noticed: dict[str, str]) -> bool:
    """Whether no test minds, asked first of the one that did last time."""
    if (last := noticed.get(mutant.name)) in ids and not lives_cold(mutant, [last], {}):
        return False
    command = [sys.executable, __file__, "--cold", mutant.name]
    try:
        run = subprocess.run(command, input="\n".join(ids), text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, timeout=120)
    except subprocess.TimeoutExpired:
        return False
    found = [line.removeprefix(FAILED) for line in run.stdout.splitlines() if line.startswith(FAILED)]
    noticed.update({mutant.name: test for test in found})
    print("." if run.returncode else "L", end="", file=sys.stderr, flush=True)
    return run.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", "--module", action="append")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--inside", action="store_true", help="only what stands inside functions, which is quicker to try")
    parser.add_argument("--doubt", action="store_true", help="try those that equivalent.txt explains")
    parser.add_argument("--cold", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if asked.cold:
        return cold(asked.cold)
    known = equivalents()
    made = [mutant for module in asked.module or all_modules() for mutant in mutants_of(module)]
    chosen = [mutant for mutant in made if (mutant.name in known) == asked.doubt and (mutant.where or not asked.inside)]
    if asked.sample:
        chosen = random.Random(asked.seed).sample(chosen, min(asked.sample, len(chosen)))
    survivors = alive(chosen, asked.jobs)
    return told(made, chosen, survivors, known)


def alive(chosen: list[Mutant], jobs: int) -> list[Mutant]:
    """Those that no test minds. Who noticed the others is kept for the next time, to be asked first."""
    noticed = json.loads(NOTICED.read_text()) if NOTICED.exists() else {}
    atexit.register(remember, noticed)  # of a run that is broken off too
    hot = Hot(chosen, noticed, jobs)
    if pytest.main([*PYTEST, "--hypothesis-profile=mutants", *TESTS], plugins=[hot]):
        raise SystemExit(1)
    remember(noticed)
    with ThreadPoolExecutor(jobs) as pool:
        verdicts = pool.map(lambda pair: lives_cold(*pair, noticed), hot.lived)
        survivors = [mutant for (mutant, ids), lives in zip(hot.lived, verdicts) if not ids or lives]
    return survivors


def remember(noticed: dict[str, str]) -> None:
    NOTICED.parent.mkdir(exist_ok=True)
    NOTICED.write_text(json.dumps(noticed, indent=0))


def told(made: list[Mutant], chosen: list[Mutant], survivors: list[Mutant], known: set[str]) -> int:
    print()
    for mutant in survivors:
        print(f"lives: {mutant.name}   ({mutant.module}:{mutant.lines[0]})")
    explained, modules = [mutant for mutant in made if mutant.name in known], {mutant.module for mutant in made}
    for name in sorted(known - {mutant.name for mutant in made}):
        if name.partition(" | ")[0] in modules:
            print(f"explained, but changed since: {name}")
    groups = [Counter(mutant.module for mutant in group) for group in (made, chosen, survivors, explained)]
    print(f"{'module':32} mutants  tried killed explained live")
    for module, *row in [*((module, *(group[module] for group in groups)) for module in groups[0]), ("in all", *(group.total() for group in groups))]:
        all, tried, live, equal = row
        print(f"{module:32} {all:7} {tried:6} {tried - live:6} {equal:9} {live:4}")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main())
