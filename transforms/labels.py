"""What happened: frozen labels for the rows of a spine."""

from __future__ import annotations

from datetime import date

import polars as pl

from lakehouse.gate import newest
from transforms.boxscores import STATS
from transforms.facts import Facts

TABLE = "gold.labels"
# Eastern dates (first, last; None: open) on which the history archive's DNP rows are complete.
DNP_COMPLETE: tuple[tuple[date | None, date], ...] = (
    (None, date(2025, 1, 8)),
    (date(2025, 10, 21), date(2025, 12, 4)),
)


def player_labels(view: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    """`rows` [game_id, team_id, player_id, ...] with what each player did, same rows, sorted as they came.

    Adds minutes (0 for a player of a frozen game without a line), played, starter, `dressed` (had a line), the counts
    of `STATS` with reb, label_complete (the game is frozen: it is final and sums right), dnp_complete (every listed
    player of the team has a line), label_as_of_ts. All are null or false where the game is not frozen. The view must be
    for training or evaluation.
    """
    frozen = newest(view.rows(TABLE), ["game_id", "player_id"])
    lines = frozen.select("game_id", "team_id", "player_id", "minutes", "played", "starter", "reb", *STATS)
    side = ["game_id", "team_id"]
    joined = rows.join(_teams(frozen), on=side, how="left", maintain_order="left").join(
        lines.with_columns(dressed=pl.lit(True)), on=[*side, "player_id"], how="left", maintain_order="left"
    )
    complete = pl.col("label_complete").fill_null(False)
    absent = complete & pl.col("dressed").is_null()
    return joined.with_columns(
        pl.when(absent).then(0.0).otherwise(pl.col("minutes")).alias("minutes"),
        pl.when(absent).then(False).otherwise(pl.col("played")).alias("played"),
        pl.when(absent).then(False).otherwise(pl.col("starter")).alias("starter"),
        pl.col("dressed").fill_null(False),
        complete,
        pl.col("dnp_complete").fill_null(False),
    )


def _teams(frozen: pl.LazyFrame) -> pl.LazyFrame:
    """Each team of a frozen game: label_complete, dnp_complete, label_as_of_ts."""
    day = pl.col("game_date").max()
    declared = pl.any_horizontal(
        [(pl.lit(True) if first is None else day >= first) & (day <= last) for first, last in DNP_COMPLETE]
    )
    return frozen.group_by("game_id", "team_id").agg(
        label_complete=pl.lit(True),
        dnp_complete=declared | (~pl.col("played")).any(),
        label_as_of_ts=pl.col("as_of_ts").max(),
    )
