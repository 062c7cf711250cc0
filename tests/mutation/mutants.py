"""Mutants: one small change each in a function, as the code object that takes its place."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import CodeType
from typing import NamedTuple

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


class Mutant(NamedTuple):
    """One change: where, what it was and what it has become."""

    file: str
    function: str
    line: int
    change: str
    moves_a_boundary: bool
    """It takes a limit's own value from one side of a comparison to the other."""
    code: CodeType

    @property
    def name(self) -> str:
        """What `survivors.toml` calls it; line numbers move, this does not."""
        return f"{self.file}::{self.function}::{self.change}"


def mutants(root: Path, file: str) -> Iterator[Mutant]:
    """Every change of every function of a file, in the order of the text."""
    path = root / file
    tree = ast.parse(path.read_text("utf-8"))
    for function, qualified in _functions(tree):
        for index, (node, count) in enumerate(_places(function)):
            for variant in range(count):
                yield from _mutant(function, path, file, qualified, index, node, variant)


def _functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node, node.name
        elif isinstance(node, ast.ClassDef):
            methods = (inner for inner in node.body if isinstance(inner, ast.FunctionDef))
            yield from ((method, f"{node.name}.{method.name}") for method in methods)


def _places(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, int]]:
    """Nodes of a function's body that can be changed, each with the number of ways."""
    for statement in function.body:
        for node in _logic(statement):
            if count := _ways(node):
                yield node, count


def _logic(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is inside it, but for texts and types: neither says what happens."""
    match node:
        case ast.JoinedStr():
            return
        case ast.Call(func=ast.Name(id="holds"), args=[condition, *_], keywords=keywords):
            for said in (condition, *keywords):
                yield from _logic(said)
        case ast.AnnAssign(value=value):
            yield from _logic(value) if value else ()
        case ast.Call(func=ast.Name(id="broken")):
            return
        case ast.IfExp() if _is_text(node.body) or _is_text(node.orelse):
            return
        case _:
            yield node
            for child in ast.iter_child_nodes(node):
                yield from _logic(child)


def _is_text(node: ast.AST) -> bool:
    """Said to people: a text in Chinese, perhaps with values put into it."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    said = (p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str))
    return not all(text.isascii() for text in said)


def _is_check(node: ast.AST) -> bool:
    """A rule that is asked, or several of them: `rules.case_is_such(…)`, `*_entitled(…)`."""
    called = node.value if isinstance(node, ast.Starred) else node
    return isinstance(called, ast.Call)


def _ways(node: ast.AST) -> int:
    match node:
        case ast.Compare(ops=[op]):
            return len(COMPARED.get(type(op), ()))
        case ast.BoolOp() | ast.UnaryOp(op=ast.Not()) | ast.IfExp() | ast.If():
            return 1
        case ast.BinOp(op=op):
            return int(type(op) in COMPUTED)
        case ast.Constant(value=bool() | int()):
            return 1
        case ast.comprehension(ifs=[_, *_]):
            return 1
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="require"), args=arguments)):
            return len(arguments)
        case ast.Return(value=ast.Tuple(elts=checks)) if all(map(_is_check, checks)):
            return len(checks)
        case _:
            return 0


def _mutant(
    function: ast.FunctionDef,
    path: Path,
    file: str,
    qualified: str,
    index: int,
    node: ast.AST,
    variant: int,
) -> Iterator[Mutant]:
    changed = deepcopy(function)
    target = list(_places(changed))[index][0]
    was = ast.unparse(node)
    _change(target, variant)
    becomes = ast.unparse(target)
    if becomes == was:
        return
    code = _compiled(changed, path, qualified)
    line, told = getattr(node, "lineno", function.lineno), _told(node, was, becomes, variant)
    yield Mutant(file, qualified, line, told, _moves(node, target), code)


_SIDES = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


def _moves(node: ast.AST, changed: ast.AST) -> bool:
    match node, changed:
        case ast.Compare(ops=[was]), ast.Compare(ops=[becomes]):
            return _SIDES.get(type(was)) is type(becomes)
        case _:
            return False


def _told(node: ast.AST, was: str, becomes: str, variant: int) -> str:
    match node:
        case ast.Expr(value=ast.Call(args=rules)) | ast.Return(value=ast.Tuple(elts=rules)):
            return f"does not ask {' '.join(ast.unparse(rules[variant]).split())}"
        case _:
            first_was, first_becomes = (" ".join(t.split("\n")[0].split()) for t in (was, becomes))
            return f"{first_was} -> {first_becomes}"


def _change(node: ast.AST, variant: int) -> None:
    match node:
        case ast.Compare(ops=[op]):
            node.ops = [COMPARED[type(op)][variant]()]
        case ast.BoolOp(op=op):
            node.op = ast.Or() if isinstance(op, ast.And) else ast.And()
        case ast.UnaryOp():
            node.op, node.operand = ast.Not(), _not(node.operand)
        case ast.IfExp(test=test) | ast.If(test=test):
            node.test = _not(test)
        case ast.BinOp(op=op):
            node.op = COMPUTED[type(op)]()
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.comprehension(ifs=[_, *others]):
            node.ifs = others
        case ast.Expr(value=ast.Call() as call):
            del call.args[variant]
        case ast.Return(value=ast.Tuple(elts=checks)):
            del checks[variant]
        case _:
            raise TypeError(type(node))


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _compiled(function: ast.FunctionDef, path: Path, qualified: str) -> CodeType:
    """The code object of a function, alone in its module or its class."""
    *outer, name = qualified.split(".")
    body: list[ast.stmt] = [function]
    for of in outer:
        body = [ast.ClassDef(of, bases=[], keywords=[], body=body, decorator_list=[])]
    module = ast.fix_missing_locations(ast.Module(body, type_ignores=[]))
    found = compile(module, str(path), "exec")
    for each in (*outer, name):
        found = next(c for c in found.co_consts if isinstance(c, CodeType) and c.co_name == each)
    return found
