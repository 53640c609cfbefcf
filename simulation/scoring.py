"""DraftKings NBA classic points, once: the same rule for simulated worlds and for box scores.

Point 1, made three +0.5, rebound 1.25, assist 1.5, steal 2, block 2, turnover -0.5; ten or more in two of points,
rebounds, assists, steals and blocks +1.5, in three +3 more (DraftKings' published rules of game type 70).
"""

from __future__ import annotations

import polars as pl

from simulation.kernel import dk_quarters

__all__ = ["QUARTERS_A_POINT", "dk_fpts", "dk_quarters", "is_double_double", "is_triple_double"]

QUARTERS_A_POINT = 4
_TENS = ("pts", "reb", "ast", "stl", "blk")


def dk_fpts(
    pts: str = "pts",
    fg3m: str = "fg3m",
    reb: str = "reb",
    ast: str = "ast",
    stl: str = "stl",
    blk: str = "blk",
    tov: str = "tov",
) -> pl.Expr:
    """Points of a box-score row as Float64, exact to the quarter; null where any count is null."""
    weights = {pts: 4, fg3m: 2, reb: 5, ast: 6, stl: 8, blk: 8, tov: -2}
    quarters = pl.sum_horizontal(
        *(pl.col(name).cast(pl.Int64) * weight for name, weight in weights.items()), ignore_nulls=False
    )
    tens = _tens(pts, reb, ast, stl, blk)
    bonus = (tens >= 2).cast(pl.Int64) * 6 + (tens >= 3).cast(pl.Int64) * 12
    return (quarters + bonus) / QUARTERS_A_POINT


def is_double_double(columns: tuple[str, ...] = _TENS) -> pl.Expr:
    """Whether at least two of the five counts reach ten; null where one is null."""
    return _tens(*columns) >= 2


def is_triple_double(columns: tuple[str, ...] = _TENS) -> pl.Expr:
    """Whether at least three of the five counts reach ten; null where one is null."""
    return _tens(*columns) >= 3


def _tens(*columns: str) -> pl.Expr:
    return pl.sum_horizontal(*((pl.col(name) >= 10).cast(pl.Int64) for name in columns), ignore_nulls=False)
