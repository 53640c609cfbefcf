"""Where the product compares times or drops rows by them, and each such place made wrong in every way it can be.

- `flip`: `<` for `<=`, `>` for `>=` and back, `!=` for `==` and back, where a side is a time (`tests.mutants.times`);
- `edge`: an end of an `is_between`, or of a range of dates, left out where it was in, or in where it was out;
- `exact`, `direction`: an as-of join that leaves out equal stamps, or that takes the next row for the last one;
- `extreme`: the earlier of times for the later, or the other way round, side by side or over rows;
- `drop`: a condition of a `filter` that asks for a time, taken as true; and `known_by`, as a plain join;
- `guard`: an `if` that asks for a time and raises, never taken.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.mutants.times import Annotated, Scope, read_annotations

ROOMS = ("lakehouse", "transforms", "pipeline")
_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_EXTREMES = {
    one: other
    for pair in (("max", "min"), ("cum_max", "cum_min"), ("max_horizontal", "min_horizontal"))
    for one, other in (pair, pair[::-1])
}
_EDGES = {"both": ("left", "right"), "left": ("both",), "right": ("both",)}
_PLAIN_JOIN = 'lambda frame, cuts, on: cuts.join(frame, on=list(on), how="inner", maintain_order="left_right")'


@dataclass(frozen=True)
class Site:
    """One way to make one place wrong; `edit` does so, in the tree the place was found in."""

    node: ast.expr
    kind: str
    change: str
    edit: Callable[[], None]


@dataclass(frozen=True)
class Mutant:
    """A file with one place made wrong; `number` tells the place among those of its file."""

    path: str
    line: int
    column: int
    kind: str
    change: str
    number: int

    @property
    def id(self) -> str:
        """Its name, such as 'lakehouse/gate.py:96:60:flip'."""
        return f"{self.path}:{self.line}:{self.column}:{self.kind}"

    @property
    def module(self) -> str:
        """The module's name as it is imported."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class Code:
    """The rooms' sources as they were when they were read."""

    def __init__(self, root: Path) -> None:
        paths = [path for room in ROOMS for path in sorted((root / room).rglob("*.py"))]
        self._sources = {path.relative_to(root).as_posix(): path.read_text() for path in paths}
        self._annotated = read_annotations(ast.parse(source) for source in self._sources.values())

    def mutants(self) -> list[Mutant]:
        """Every mutant, by file and place."""
        found = []
        for path, source in self._sources.items():
            for number, site in enumerate(find_sites(ast.parse(source), self._annotated)):
                place = site.node
                found.append(Mutant(path, place.lineno, place.col_offset + 1, site.kind, site.change, number))
        return found

    def mutated(self, mutant: Mutant) -> ast.Module:
        """The tree of a mutant's file."""
        tree = ast.parse(self._sources[mutant.path])
        find_sites(tree, self._annotated)[mutant.number].edit()
        return ast.fix_missing_locations(tree)


def find_sites(tree: ast.Module, annotated: Annotated) -> list[Site]:
    """Every way to make a module wrong, in the order of its text."""
    sites = _walk(tree, Scope(annotated))
    return sorted(sites, key=lambda site: (site.node.lineno, site.node.col_offset, site.kind, site.change))


def _walk(node: ast.AST, scope: Scope) -> Iterator[Site]:
    for child in ast.iter_child_nodes(node):
        inner = scope.enter(child) if isinstance(child, ast.FunctionDef | ast.Lambda) else scope
        yield from _sites(child, inner)
        yield from _walk(child, inner)
        inner.bind(child)


def _sites(node: ast.AST, scope: Scope) -> Iterator[Site]:
    if isinstance(node, ast.Compare):
        yield from _flips(node, scope)
    elif isinstance(node, ast.If) and scope.is_test(node.test) and isinstance(node.body[-1], ast.Raise):
        yield Site(node.test, "guard", "never raised", partial(setattr, node, "test", ast.Constant(False)))
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "filter":
            for place in range(len(node.args)):
                yield from _drops(node.args, place, scope)
        elif name == "known_by":
            plain = ast.parse(_PLAIN_JOIN, mode="eval").body
            yield Site(node.func, "drop", "known_by as a plain join", partial(setattr, node, "func", plain))
        elif name == "join_asof":
            yield from _asof(node)
        elif name in ("is_between", "date_range"):
            yield from _edges(node, scope)
        elif name in _EXTREMES and scope.is_time(node):
            part = "attr" if isinstance(node.func, ast.Attribute) else "id"
            change = f"{_EXTREMES[name]} for {name}"
            yield Site(node, "extreme", change, partial(setattr, node.func, part, _EXTREMES[name]))


def _flips(node: ast.Compare, scope: Scope) -> Iterator[Site]:
    sides = [node.left, *node.comparators]
    for place, operator in enumerate(node.ops):
        if scope.compares(sides[place], operator, sides[place + 1]):
            flipped = _FLIPPED[type(operator)]
            change = f"{_SIGNS[flipped]} for {_SIGNS[type(operator)]}"
            # Where the operator stands, the text does not say; where its right side begins, it does.
            yield Site(sides[place + 1], "flip", change, partial(node.ops.__setitem__, place, flipped()))


def _drops(holders: list[ast.expr], place: int, scope: Scope) -> Iterator[Site]:
    condition = holders[place]
    yield from _conditions(condition, partial(holders.__setitem__, place), scope)


def _conditions(condition: ast.expr, put: Callable[[ast.expr], None], scope: Scope) -> Iterator[Site]:
    if isinstance(condition, ast.BinOp) and isinstance(condition.op, ast.BitAnd):
        yield from _conditions(condition.left, partial(setattr, condition, "left"), scope)
        yield from _conditions(condition.right, partial(setattr, condition, "right"), scope)
    elif scope.is_test(condition):
        always = ast.parse("pl.lit(True)", mode="eval").body
        yield Site(condition, "drop", f"without {ast.unparse(condition)}", partial(put, always))


def _asof(node: ast.Call) -> Iterator[Site]:
    given = {keyword.arg: keyword for keyword in node.keywords}
    exact = given.get("allow_exact_matches")
    if exact is None:
        without = ast.keyword("allow_exact_matches", ast.Constant(False))
        yield Site(node, "exact", "without exact matches", partial(node.keywords.append, without))
    else:
        opposite = ast.UnaryOp(ast.Not(), exact.value)
        yield Site(node, "exact", "exact matches the other way", partial(setattr, exact, "value", opposite))
    forward = ast.keyword("strategy", ast.Constant("forward"))
    others = [keyword for keyword in node.keywords if keyword.arg != "strategy"]
    yield Site(node, "direction", "forward", partial(setattr, node, "keywords", [*others, forward]))


def _edges(node: ast.Call, scope: Scope) -> Iterator[Site]:
    function = node.func
    asked = [*node.args, *([function.value] if isinstance(function, ast.Attribute) else [])]
    if not any(scope.is_time(one) for one in asked):
        return
    given = next((keyword for keyword in node.keywords if keyword.arg == "closed"), None)
    closed = str(given.value.value) if given and isinstance(given.value, ast.Constant) else "both"
    for edges in _EDGES[closed]:
        others = [keyword for keyword in node.keywords if keyword.arg != "closed"]
        changed = [*others, ast.keyword("closed", ast.Constant(edges))]
        yield Site(node, "edge", f"closed {edges} for {closed}", partial(setattr, node, "keywords", changed))
