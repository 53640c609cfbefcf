"""The finder of places that compare times: what it must find, what it must leave, and that each mutant is one change."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants.claims import CLAIMS
from tests.mutants.find import Code, find_sites
from tests.mutants.times import read_annotations

ROOT = Path(__file__).parents[2]


def mutants(source: str) -> dict[tuple[str, str], str]:
    """Kind and change of each mutant of a piece of code, and the code it makes."""
    annotated = read_annotations([ast.parse(source)])
    made = {}
    for number, site in enumerate(find_sites(ast.parse(source), annotated)):
        tree = ast.parse(source)
        find_sites(tree, annotated)[number].edit()
        made[site.kind, site.change] = ast.unparse(ast.fix_missing_locations(tree))
    return made


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = run_ts <= cut", {("flip", "< for <="): "a = run_ts < cut"}),
        ("a = pl.col('x_ts') - ahead > since", {("flip", ">= for >"): "a = pl.col('x_ts') - ahead >= since"}),
        ("def f(first: date, b):\n    return b < first", {("flip", "<= for <"): None}),
        ("def f():\n    old = pl.col('tip_ts').min()\n    return a >= old", {
            ("flip", "> for >="): None, ("extreme", "max for min"): None,
        }),
        ("f.filter((pl.col('b') == 1) & (pl.col('a_ts') <= cut))", {
            ("drop", "without pl.col('a_ts') <= cut"): "f.filter((pl.col('b') == 1) & pl.lit(True))",
            ("flip", "< for <="): "f.filter((pl.col('b') == 1) & (pl.col('a_ts') < cut))",
        }),
        ("begun = a <= cut\nf.filter(begun)", {
            ("flip", "< for <="): None, ("drop", "without begun"): "begun = a <= cut\nf.filter(pl.lit(True))",
        }),
        ("f.filter(pl.col('at_ts').is_between(a, b))", {
            ("edge", "closed left for both"): "f.filter(pl.col('at_ts').is_between(a, b, closed='left'))",
            ("edge", "closed right for both"): "f.filter(pl.col('at_ts').is_between(a, b, closed='right'))",
            ("drop", "without pl.col('at_ts').is_between(a, b)"): "f.filter(pl.lit(True))",
        }),
        ("a.join_asof(b, strategy='backward')", {
            ("exact", "without exact matches"): "a.join_asof(b, strategy='backward', allow_exact_matches=False)",
            ("direction", "forward"): "a.join_asof(b, strategy='forward')",
        }),
        ("known_by(rows, cuts, ['game_id'])", {
            ("drop", "known_by as a plain join"):
                "(lambda frame, cuts, on: cuts.join(frame, on=list(on), how='inner', maintain_order='left_right'))"
                "(rows, cuts, ['game_id'])",
        }),
        ("if instant > now:\n    raise E", {
            ("flip", ">= for >"): "if instant >= now:\n    raise E", ("guard", "never raised"): "if False:\n    raise E",
        }),
        ("a = pl.max_horizontal('a_ts', 'b_ts')", {
            ("extreme", "min_horizontal for max_horizontal"): "a = pl.min_horizontal('a_ts', 'b_ts')",
        }),
    ],
)  # fmt: skip
def test_each_way_to_make_a_time_wrong_is_found(source: str, expected: dict[tuple[str, str], str | None]) -> None:
    found = mutants(source)
    assert set(found) == set(expected)
    for mutant, text in expected.items():
        assert text is None or found[mutant] == text


@pytest.mark.parametrize(
    "source",
    [
        "a = low < high",
        "now = {}\na = now < b",
        "a = pl.col('game_date') == day",
        "a = text.tzinfo is None",
        "f.filter(pl.col('status') == 'scheduled')",
        "a = max(1, seconds)",
        "if low > high:\n    raise E",
    ],
)
def test_what_compares_no_times_is_left(source: str) -> None:
    assert mutants(source) == {}


def test_the_gates_own_comparisons_are_found() -> None:
    found = {(mutant.path, mutant.kind, mutant.change) for mutant in Code(ROOT).mutants()}
    assert {
        ("lakehouse/gate.py", "flip", "< for <="),
        ("lakehouse/gate.py", "drop", "without pl.col('available_ts') <= self.run_ts"),
        ("lakehouse/gate.py", "drop", "without pl.col('available_ts') <= pl.col('cut_ts')"),
        ("lakehouse/log.py", "flip", "< for <="),
        ("transforms/facts.py", "exact", "without exact matches"),
    } <= found


def test_every_module_that_compares_times_is_claimed_by_tests_that_exist() -> None:
    modules = {mutant.module for mutant in Code(ROOT).mutants()}
    assert modules == set(CLAIMS)
    for test in {test for tests in CLAIMS.values() for test in tests}:
        assert (ROOT / test.split("::")[0]).exists(), test
