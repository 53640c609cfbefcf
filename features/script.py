"""How his minutes go with the course of a game: close, or decided early."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.declared import Feature
from features.units import MINUTES_PER_MS
from features.window import Floats, Window

_BOX = ("boxscores",)
_MARGINS = "no such game is in the last 20 he played with the team, 40 games back, or their margins are not known"
_LINES = (*_BOX, "odds_lines", "schedule")
# Points: a game within the first is close, one of the second or more decided early.
CLOSE, BLOWOUT = 10, 15
PLAYED = 20
# Games' worth of no difference that the difference of the two means is drawn to.
DRAWN_GAMES = 3

FEATURES = (
    Feature("min_close10", "mean minutes of his last 20 games with the team, where decided by 10 or fewer", "min", _BOX, _MARGINS),
    Feature("min_blowout15", "mean minutes of his last 20 games with the team, where decided by 15 or more", "min", _BOX, _MARGINS),
    Feature("garbage_share", "minutes he gains in games decided by 15 or more over close ones, drawn to 0", "min", _BOX, _MARGINS),
    Feature(
        "garbage_risk", "minutes he gains in games decided by 15 or more, times the chance of one",
        "min", _LINES, f"{_MARGINS}; or no line was known",
    ),
)  # fmt: skip


def build_script(frame: pl.LazyFrame, window: Window) -> pl.LazyFrame:
    """Features for rows [row, p_blowout], sorted by row and numbered from 0, whose `window` is that of `read_window`."""
    parts = [_means(window, block) for block in window.blocks()]
    names = ("min_close10", "min_blowout15", "_blowouts")
    found = {name: np.concatenate(part) for name, part in zip(names, zip(*parts, strict=True), strict=True)}
    share = (pl.col("min_blowout15") - pl.col("min_close10")) * (
        pl.col("_blowouts") / (pl.col("_blowouts") + DRAWN_GAMES)
    )
    return (
        frame.select("row", "p_blowout")
        .sort("row")
        .with_columns(pl.Series(name, values, nan_to_null=True) for name, values in found.items())
        .with_columns(garbage_share=share)
        .select("row", *names[:2], "garbage_share", garbage_risk=pl.col("p_blowout") * pl.col("garbage_share"))
    )


def _means(window: Window, block: slice) -> tuple[Floats, Floats, Floats]:
    """Mean minutes of close games and of blowouts, NaN without any, and how many blowouts, of a block of rows."""
    played, ms, side = window.played[block], window.ms[block], window.side[block]
    counted = played & (np.cumsum(played, axis=1) <= PLAYED) & window.margin_known[side]
    margin5 = np.abs(window.margin5[side])
    means, games = [], np.zeros(len(side))
    for which in (margin5 <= 5 * CLOSE, margin5 >= 5 * BLOWOUT):
        chosen = counted & which
        games = chosen.sum(axis=1).astype(np.float64)
        total = np.where(chosen, ms, 0).sum(axis=1, dtype=np.int64) * MINUTES_PER_MS
        means.append(np.where(games > 0, total / np.where(games > 0, games, 1.0), np.nan))
    return means[0], means[1], games
