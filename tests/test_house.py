"""The house rules as tests: who may import whom, what the domain may not touch, how large a room may grow.

They walk the syntax trees of margincli/, so they hold for code that no other test runs.
"""

import ast
import builtins
import symtable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "margincli"
FILES = sorted(ROOT.rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]

# which rooms a room may lean on, besides itself: arrows run down only
MAY_USE = {
    "domain": set(),
    "rules": {"domain"},
    "feeds": {"domain"},
    "ledger": {"domain"},
    "render": {"domain"},
    "journals": {"domain", "render"},
    "joint.py": {"domain"},
    "desk.py": {"domain", "ledger", "render", "rules", "joint.py"},
    "account.py": {"domain", "ledger", "render", "desk.py"},
    "records.py": {"domain", "ledger", "render", "rules", "joint.py", "desk.py"},
    "quotes.py": {"domain", "ledger", "feeds", "desk.py", "records.py"},
    "sweeping.py": {"domain", "ledger", "render", "desk.py", "joint.py"},
    "archive.py": {"domain", "ledger", "journals", "desk.py"},
    "tape.py": {"ledger"},
    "demo.py": {"cli", "records.py"},
    "cli": {"domain", "ledger", "render", "rules", "feeds", "desk.py", "account.py", "records.py", "quotes.py", "sweeping.py", "archive.py", "tape.py", "demo.py"},
    "__init__.py": set(),
    "__main__.py": {"cli"},
}
# who alone may know a foreign library
ALONE = {"sqlite3": "ledger", "sqlite_utils": "ledger", "tabulate": "render", "typer": "cli", "tomllib": ("rules", "cli")}
DOMAIN_LIBRARY = {"decimal", "typing", "functools", "bisect", "heapq", "importlib", "datetime", "enum", "itertools", "collections", "json"}
FORBIDDEN_IN_DOMAIN = {"open", "print", "input", "float", "eval", "exec", "environ", "getenv"}


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def imports(path: Path):
    """(module parts, line) of every import, relative ones resolved against the file's place."""
    here = ("margincli", *path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield tuple(alias.name.split(".")), node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            for alias in node.names:
                yield (*module, alias.name), node.lineno


def room_of(parts: tuple[str, ...]) -> str | None:
    """The room an import leads to; None for a name of margincli itself, such as its version."""
    name = parts[1] if len(parts) > 1 else "__init__"
    return name if (ROOT / name).is_dir() else f"{name}.py" if (ROOT / f"{name}.py").exists() else None


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_arrows_run_down_only(path):
    own = room(path)
    for parts, line in imports(path):
        if parts[0] == "margincli":
            target = room_of(parts)
            assert target in (None, own, "__init__.py") or target in MAY_USE[own], f"{path.name}:{line} {own} leans on {target}"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_library_has_one_room(path):
    for parts, line in imports(path):
        allowed = ALONE.get(parts[0])
        assert allowed is None or room(path) in allowed, f"{path.name}:{line} imports {parts[0]}, which belongs to {allowed}"


@pytest.mark.parametrize("path", [path for path in FILES if room(path) == "domain"], ids=[name for name in NAMES if name.startswith("domain")])
def test_the_domain_is_pure(path):
    for parts, line in imports(path):
        assert parts[0] == "margincli" or parts[0] in DOMAIN_LIBRARY, f"{path.name}:{line} imports {parts[0]}"
    for node in ast.walk(ast.parse(path.read_text())):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
        assert name not in FORBIDDEN_IN_DOMAIN, f"{path.name}:{node.lineno} uses {name}"
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"{path.name}:{node.lineno} holds a float"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_clock_but_in_one_place(path):
    if path.relative_to(ROOT) == Path("cli/clock.py"):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        assert not called.endswith((".now", ".utcnow", ".today")) and called not in ("time.time", "time.time_ns"), f"{path.name}:{node.lineno} {called}"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_rooms_and_functions_stay_small(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 300, "is it still one thing?"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 40, f"{path.name}:{node.lineno} {node.name}"
    assert not {"utils", "helpers", "manager", "base"} & {path.stem}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_every_file_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text())), "a module begins with a sentence"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_name_is_used_that_nobody_gave(path):
    """What a function body names is imported, defined or built in: found here, not by the user who first runs it."""
    table = symtable.symtable(path.read_text(), str(path), "exec")
    given = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()}
    for scope in _scopes(table):
        for symbol in scope.get_symbols():
            name = symbol.get_name()
            assert not symbol.is_global() or name in given or hasattr(builtins, name) or name.startswith("__"), f"{path.name}: {name}"


def _scopes(table):
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def test_a_verb_has_one_name_in_four_places():
    """Law 6: cli/x.py, domain/operations/x.py, tests/domain/test_x.py, tests/transcripts/x.test."""
    tests = Path(__file__).resolve().parent
    for verb in (path.stem for path in (ROOT / "domain" / "operations").glob("*.py") if path.stem not in ("__init__", "words")):
        assert (ROOT / "cli" / f"{verb}.py").exists(), verb
        assert (tests / "domain" / f"test_{verb}.py").exists(), verb
        assert (tests / "transcripts" / f"{verb}.test").exists(), verb
