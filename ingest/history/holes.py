"""Holes that an archive declares of itself: dates whose final games it says it has no box score of."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from lakehouse.holes import Hole, standing_holes
from lakehouse.lake import Lake
from lakehouse.tables import get_table

TABLE = "ops.holes"
REASON = "the history archive says it has no box score of the games of the date"
# Games of these kinds are due no box score.
NEVER_DUE = ("Preseason", "All-Star")


def dates_without_boxscores(games: pl.DataFrame) -> list[date]:
    """Eastern dates on which games were finished and, by `has_boxscore`, none has a box score."""
    due = games.filter((pl.col("game_status") == 3) & ~pl.col("season_type").is_in(NEVER_DUE))
    kept = due.group_by("game_date").agg(pl.col("has_boxscore").fill_null(True).any())
    return kept.filter(~pl.col("has_boxscore"))["game_date"].sort().to_list()


def find_holes(lake: Lake, games: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Rows of `ops.holes` that the archive adds, or takes back where it now has the box scores."""
    said = {Hole("silver.boxscores", day, day, REASON) for day in dates_without_boxscores(games)}
    standing = standing_holes(lake)
    spans = {(hole.first_day, hole.last_day) for hole in standing if hole.table_name == "silver.boxscores"}
    new = sorted(hole for hole in said if (hole.first_day, hole.last_day) not in spans)
    ended = sorted(hole for hole in standing if hole.reason == REASON and hole not in said)
    rows = [
        {**vars(hole), "declared_ts": now, "withdrawn": withdrawn}
        for holes, withdrawn in ((new, False), (ended, True))
        for hole in holes
    ]
    return pl.DataFrame(rows, schema=get_table(TABLE).columns)
