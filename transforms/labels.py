"""What happened: labels from final box scores, for the rows of a spine."""

from __future__ import annotations

from datetime import date

import polars as pl

from lakehouse.gate import newest
from transforms.boxscores import STATS, boxscore_versions
from transforms.facts import Facts

# Eastern dates (first, last; None: open) on which the history archive's DNP rows are complete.
DNP_COMPLETE: tuple[tuple[date | None, date], ...] = (
    (None, date(2025, 1, 8)),
    (date(2025, 10, 21), date(2025, 12, 4)),
)
MINUTE_MS = 60_000
REGULATION_MS, OVERTIME_MS = 240 * MINUTE_MS, 25 * MINUTE_MS
# By how much a team's sum may miss: rounding of seconds, or of whole minutes.
SECONDS_TOLERANCE_MS, WHOLE_TOLERANCE_MS = 36_000, 8 * MINUTE_MS


def player_labels(view: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    """`rows` [game_id, team_id, player_id, ...] with what each player did, same rows, sorted as they came.

    Adds minutes (0 for a player of a complete game without a line), played, starter, `dressed` (had a line), the
    counts of `STATS` with reb, label_complete (the team's minutes sum to 240 + 25 an overtime), dnp_complete (every
    listed player of the team has a line), label_as_of_ts. All are null or false where the game has no box score.
    """
    final = newest(boxscore_versions(view), ["game_id", "player_id"])
    teams = _completeness(view, final)
    lines = final.select("game_id", "team_id", "player_id", "minutes", "played", "starter", "reb", *STATS)
    side = ["game_id", "team_id"]
    joined = rows.join(teams, on=side, how="left", maintain_order="left").join(
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


def _completeness(view: Facts, final: pl.LazyFrame) -> pl.LazyFrame:
    overtimes = newest(view.rows("silver.results"), ["game_id"]).select("game_id", "ot_periods")
    sums = final.group_by("game_id", "team_id").agg(
        (pl.col("minutes") * MINUTE_MS).round(0).cast(pl.Int64).sum().alias("team_ms"),
        pl.col("minutes_is_seconds").all().alias("is_seconds"),
        (~pl.col("played")).any().alias("has_dnp"),
        pl.col("game_date").max(),
        pl.col("as_of_ts").max().alias("label_as_of_ts"),
    )
    tolerance = pl.when("is_seconds").then(SECONDS_TOLERANCE_MS).otherwise(WHOLE_TOLERANCE_MS)
    apart = (pl.col("team_ms") - REGULATION_MS - OVERTIME_MS * pl.col("ot_periods")).abs()
    declared = pl.any_horizontal(
        [
            (pl.lit(True) if first is None else pl.col("game_date") >= first) & (pl.col("game_date") <= last)
            for first, last in DNP_COMPLETE
        ]
    )
    return sums.join(overtimes, on="game_id", how="left").select(
        "game_id",
        "team_id",
        (apart <= tolerance).fill_null(False).alias("label_complete"),
        (declared | pl.col("has_dnp")).alias("dnp_complete"),
        "label_as_of_ts",
    )
