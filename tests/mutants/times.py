"""Which expressions of the product are times, told from names, annotations and what a name was bound to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

INSTANTS = (
    "ts", "tip", "instant", "cut", "lock", "moment", "stamp", "now", "since", "until", "began", "epoch_start", "epoch_end",
)  # fmt: skip
DAYS = ("date", "day", "today")
_WORD = re.compile(rf"(^|_)({'|'.join((*INSTANTS, *DAYS))})$")
_DAY = re.compile(rf"(^|_)({'|'.join(DAYS)})$")
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_TYPES = frozenset({"datetime", "date", "timedelta"})
# Calls that give a column or a value, of the names or values they are given.
_PASSING = frozenset({"col", "lit", "max", "min", "max_horizontal", "min_horizontal", "coalesce", "duration"})
# Methods that give something else than a time.
_ENDING = frozenset({
    "is_null", "is_not_null", "is_in", "is_between", "isoformat", "len", "rank", "select", "filter", "with_columns",
    "join", "group_by", "agg", "collect", "rows", "append", "get", "items",
})  # fmt: skip
_LITERALS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)


@dataclass(frozen=True)
class Annotated:
    """Names of fields and of functions that are annotated as times somewhere in the product."""

    fields: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()


def read_annotations(trees: Iterable[ast.Module]) -> Annotated:
    """What some modules annotate as times."""
    fields: set[str] = set()
    functions = {"now", "timedelta", "datetime", "date", "astimezone", "date_range"}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.ClassDef):
            declared = [item for item in node.body if isinstance(item, ast.AnnAssign)]
            fields |= {
                item.target.id for item in declared if isinstance(item.target, ast.Name) and _says_time(item.annotation)
            }
        elif isinstance(node, ast.FunctionDef) and _says_time(node.returns):
            functions.add(node.name)
    return Annotated(frozenset(fields), frozenset(functions))


class Scope:
    """What the names of a function, and of those around it, are bound to: times, and tests of times."""

    def __init__(self, annotated: Annotated, outer: Scope | None = None) -> None:
        self._annotated = annotated
        self._times: set[str] = set(outer._times) if outer else set()
        self._tests: set[str] = set(outer._tests) if outer else set()
        self._others: set[str] = set(outer._others) if outer else set()

    def enter(self, function: ast.FunctionDef | ast.Lambda) -> Scope:
        """The scope inside a function."""
        inner = Scope(self._annotated, self)
        for argument in (*function.args.args, *function.args.kwonlyargs):
            if _says_time(argument.annotation):
                inner._times.add(argument.arg)
        return inner

    def bind(self, statement: ast.AST) -> None:
        """Notes what an assignment binds."""
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                self._bind(target, statement.value)
        elif isinstance(statement, ast.AnnAssign | ast.NamedExpr) and statement.value is not None:
            self._bind(statement.target, statement.value)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple):
            values = value.elts if isinstance(value, ast.Tuple) else [_element(value)] * len(target.elts)
            for one, its in zip(target.elts, values, strict=False):
                self._bind(one, its)
        elif isinstance(target, ast.Name):
            if self.is_time(value):
                self._times.add(target.id)
            elif self.is_test(value):
                self._tests.add(target.id)
            elif isinstance(value, _LITERALS):
                self._others.add(target.id)

    def is_time(self, node: ast.expr) -> bool:
        """Whether an expression is an instant, a date, a span, or a column of them."""
        match node:
            case ast.Name(id=name):
                return name in self._times or (name not in self._others and bool(_WORD.search(name)))
            case ast.Attribute(value=value, attr="dt"):
                return self.is_time(value)
            case ast.Attribute(attr=name):
                return name in self._annotated.fields or bool(_WORD.search(name))
            case ast.Subscript(value=value, slice=key):
                return _is_word(key) or self.is_time(value)
            case ast.BinOp(left=left, right=right, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
                return self.is_time(left) or self.is_time(right)
            case ast.UnaryOp(operand=inner):
                return self.is_time(inner)
            case ast.IfExp(body=one, orelse=other):
                return self.is_time(one) or self.is_time(other)
            case ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
                return any(self.is_time(value) for value in values)
            case ast.Call(func=function, args=arguments):
                return self._gives_time(function, arguments)
            case _:
                return False

    def _gives_time(self, function: ast.expr, arguments: list[ast.expr]) -> bool:
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in self._annotated.functions:
            return True
        owner = function.value if isinstance(function, ast.Attribute) else None
        plain = owner is None or (isinstance(owner, ast.Name) and owner.id == "pl")
        if name in _PASSING and plain:
            return any(_is_word(argument) or self.is_time(argument) for argument in arguments)
        return isinstance(function, ast.Attribute) and name not in _ENDING and self.is_time(function.value)

    def compares(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool:
        """Whether an operator puts times in order, or asks whether two instants are one.

        That two days are one is no matter of what was known.
        """
        if isinstance(operator, ORDERS):
            return self.is_time(left) or self.is_time(right)
        same = isinstance(operator, ast.Eq | ast.NotEq) and self.is_time(left) and self.is_time(right)
        return same and not _is_of_days(left) and not _is_of_days(right)

    def is_test(self, node: ast.expr) -> bool:
        """Whether an expression is true or false by some time."""
        if isinstance(node, ast.Name):
            return node.id in self._tests
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            return any(self.compares(*pair) for pair in zip(sides, node.ops, sides[1:], strict=False))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
            return self.is_test(node.left) or self.is_test(node.right)
        if isinstance(node, ast.UnaryOp):
            return self.is_test(node.operand)
        if isinstance(node, ast.BoolOp):
            return any(self.is_test(value) for value in node.values)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asks = node.func.attr in ("is_between", "is_null", "is_not_null") and self.is_time(node.func.value)
            return asks or self.is_test(node.func.value) or any(self.is_test(one) for one in node.args)
        return False


def _element(value: ast.expr) -> ast.expr:
    return value.elt if isinstance(value, ast.GeneratorExp | ast.ListComp) else value


def _is_of_days(node: ast.expr) -> bool:
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr not in _PASSING:
        node = node.func.value
    texts = (getattr(part, "id", getattr(part, "attr", getattr(part, "value", None))) for part in ast.walk(node))
    return any(isinstance(text, str) and _DAY.search(text) for text in texts)


def _is_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_WORD.search(node.value))


def _says_time(annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Name(id=name):
            return name in _TYPES
        case ast.BinOp(left=left, right=right):
            return _says_time(left) or _says_time(right)
        case _:
            return False
