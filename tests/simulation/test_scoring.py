"""DraftKings scoring: one rule, said as an expression and as integers."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.scoring import QUARTERS_A_POINT, dk_fpts, dk_quarters, is_double_double, is_triple_double

COLUMNS = ("pts", "fg3m", "reb", "ast", "stl", "blk", "tov")
LINE = st.tuples(st.integers(0, 80), st.integers(0, 15), *[st.integers(0, 25)] * 5)


def frame(lines: list[tuple[int, ...]]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=dict.fromkeys(COLUMNS, pl.Int32), orient="row")


@settings(deadline=None)
@given(st.lists(LINE, min_size=1, max_size=30))
def test_expression_equals_integers(lines: list[tuple[int, ...]]) -> None:
    expected = [dk_quarters.py_func(*line) / QUARTERS_A_POINT for line in lines]
    assert frame(lines).select(dk_fpts().alias("x"))["x"].to_list() == expected
    assert [dk_quarters(*line) / QUARTERS_A_POINT for line in lines] == expected


@settings(deadline=None)
@given(LINE)
def test_bonuses_by_hand(line: tuple[int, ...]) -> None:
    pts, fg3m, reb, ast, stl, blk, tov = line
    plain = pts + 0.5 * fg3m + 1.25 * reb + 1.5 * ast + 2 * stl + 2 * blk - 0.5 * tov
    tens = len([count for count in (pts, reb, ast, stl, blk) if count >= 10])
    bonus = {0: 0.0, 1: 0.0, 2: 1.5}.get(tens, 4.5)
    assert dk_quarters(*line) == 4 * (plain + bonus)
    flags = frame([line]).select(double=is_double_double(), triple=is_triple_double()).row(0)
    assert flags == (tens >= 2, tens >= 3)


@pytest.mark.parametrize(
    ("line", "points"),
    [
        ((9, 0, 9, 9, 9, 9, 9), 9 + 11.25 + 13.5 + 36 - 4.5),
        ((10, 0, 10, 0, 0, 0, 0), 10 + 12.5 + 1.5),
        ((10, 1, 10, 10, 0, 0, 2), 10 + 0.5 + 12.5 + 15 - 1 + 4.5),
    ],
)
def test_edges_of_ten(line: tuple[int, ...], points: float) -> None:
    assert frame([line]).select(dk_fpts().alias("x"))["x"][0] == points


def test_a_null_count_is_a_null_score() -> None:
    assert (
        frame([(1, 0, 1, 1, 1, 1, 1)]).with_columns(pl.lit(None, pl.Int32).alias("blk")).select(dk_fpts()).item()
        is None
    )
