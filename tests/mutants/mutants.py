"""What may be changed in a module, one change at a time: a mutant is a change that some test should notice."""

import ast
from collections import Counter
from typing import Callable, Iterator, NamedTuple

COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.BitOr: ast.BitAnd}
NAMES = [
    ("charge_up", "give_down"), ("charge_up_quotient", "give_down_quotient"), ("min", "max"), ("any", "all"),
    ("ZERO", "ONE"), ("bisect_left", "bisect_right"),
]  # fmt: skip
SWAPPED = {one: other for pair in NAMES for one, other in (pair, pair[::-1])}
REMOVED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)
NEVER = {"annotation", "returns", "decorator_list", "type_comment"}


class Mutant(NamedTuple):
    """`where` is the function that is changed, empty for what stands outside functions; `change` is old and new source."""

    module: str
    where: str
    lines: range
    change: str
    compiled: Callable[[], object]  # the code of the whole module with this change

    @property
    def name(self) -> str:
        return f"{self.module} | {self.where} | {self.change}"


def mutants(module: str, source: str, path: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree, seen = ast.parse(source), Counter()
    for where, parent, field, index, old in _nodes(tree, "", ()):
        for new in _changes(parent, old):
            made = _mutant(module, tree, path, where, (parent, field, index), old, new)
            seen[made.name] += 1
            yield made if seen[made.name] == 1 else made._replace(change=f"{made.change} (#{seen[made.name]})")


def _mutant(module: str, tree: ast.Module, path: str, where: str, place: tuple, old: ast.AST, new: ast.AST) -> Mutant:
    def put(node) -> None:
        parent, field, index = place
        if index is None:
            setattr(parent, field, node)
        else:
            getattr(parent, field)[index] = node

    def compiled() -> object:
        put(ast.fix_missing_locations(ast.copy_location(new, old)))
        try:
            return compile(tree, path, "exec")
        finally:
            put(old)

    change = f"{_text(old)} -> {_text(new)}" if not isinstance(old, ast.FunctionDef) else "nothing but return None"
    first, last = (old.body[0], old) if isinstance(old, ast.FunctionDef) else (old.target, old.ifs[-1]) if isinstance(old, ast.comprehension) else (old, old)
    return Mutant(module, where, range(first.lineno, last.end_lineno + 1), change, compiled)


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _nodes(node: ast.AST, where: str, inside: tuple) -> Iterator[tuple]:
    """(function, parent, field, index, node) of all that may be changed; what is nested in a function belongs to it."""
    for field, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or field in NEVER or _is_docstring(child):
                continue
            named = isinstance(child, (ast.FunctionDef, ast.ClassDef)) and not (inside and inside[-1] == "function")
            name = f"{where}.{child.name}".strip(".") if named else where
            kind = "function" if isinstance(child, ast.FunctionDef) or (inside and inside[-1] == "function") else "class"
            outer = name if kind == "function" else ""
            yield outer, node, field, None if not isinstance(value, list) else index, child
            yield from _nodes(child, name, (*inside, kind) if named else inside)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(parent: ast.AST, node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left, ops, comparators):
            for at, op in enumerate(ops):
                yield ast.Compare(left, [*ops[:at], COMPARE[type(op)](), *ops[at + 1 :]], comparators)
        case ast.BinOp(left, op, right) if type(op) in ARITHMETIC:
            yield ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.Name(name, ast.Load()) if name in SWAPPED:
            yield ast.Name(SWAPPED[name], ast.Load())
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield ast.Constant({0: 1, 1: 0}.get(value, value + 1))
        case ast.If(test, body, orelse) if not _swaps_itself(test):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.IfExp(test, body, orelse) if not _swaps_itself(test):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.comprehension(target, iter, ifs, is_async) if ifs:
            yield ast.comprehension(target, iter, ifs[1:], is_async)
        case ast.AugAssign(target, op, value) if type(op) in ARITHMETIC:
            yield ast.AugAssign(target, ARITHMETIC[type(op)](), value)
            yield ast.Pass()
        case ast.Expr() | ast.Raise() | ast.Continue() | ast.Break() | ast.AugAssign():
            yield ast.Pass()
        case ast.FunctionDef(name, args, body) if not isinstance(parent, ast.FunctionDef) and not _says_none(body):
            kept = [ast.Return(ast.Constant(None))]
            yield ast.FunctionDef(name, args, kept, node.decorator_list, node.returns)


def _swaps_itself(test: ast.expr) -> bool:
    """A test whose own mutant is its opposite already."""
    return isinstance(test, ast.UnaryOp) or isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot))


def _says_none(body: list[ast.stmt]) -> bool:
    """A function that does nothing else already, beside its docstring."""
    last = body[-1]
    return len(body) <= 2 and isinstance(last, ast.Return) and (last.value is None or getattr(last.value, "value", 0) is None)
