"""`games` and `schedule_changes`: the schedule as announced, and final scores."""

from __future__ import annotations

from datetime import date

import polars as pl

from ingest.history.context import Context
from ingest.history.stamps import first_of_august, iso_text, season_start, stamp
from lakehouse.errors import BadInput

SEASON_FILE = "season file"
KNOCKOUT = "in-season-knockout"
# Announced with the season; everything else is known two days ahead.
ANNOUNCED_EARLY = ("Regular Season", "Preseason")
# The first Cup's knock-outs are not marked in any source: its quarter-finals began on this date.
UNMARKED_QUARTER_FINALS = {"2023-24": date(2023, 12, 4)}


def parse_games(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.schedule, one row a game, and silver.results, one row a game that is final.

    A game is public from 1 August before its season; Cup knock-outs and every game between them, play-in, play-offs
    and All-Star games from 48 hours before the tip. A result is public 3 hours after the tip. A game that has schedule
    changes is announced by those alone: the tip given here is the last one, which nobody knew on 1 August.
    """
    announced = raw.with_columns(
        pl.lit(SEASON_FILE).alias("announcement"), pl.lit("scheduled").alias("status"), in_cup_weeks(raw)
    ).join(context.followed, on="game_id", how="anti", maintain_order="left")
    late = ~pl.col("season_type").is_in(ANNOUNCED_EARLY) | pl.col("in_cup_weeks")
    as_of = (
        pl.when(late)
        .then(pl.col("tip_ts") - pl.duration(hours=48))
        .otherwise(first_of_august(season_start(pl.col("season"))))
    )
    final = raw.filter(pl.col("game_status") == 3)
    return {
        "silver.schedule": stamp(announced, "silver.schedule", as_of, "assumed"),
        "silver.results": stamp(final, "silver.results", pl.col("tip_ts") + pl.duration(hours=3), "assumed"),
    }


def in_cup_weeks(games: pl.DataFrame) -> pl.Series:
    """Whether each game lies between its season's first Cup quarter-final and its Cup final, both included."""
    is_final = pl.col("season_type") == "NBA Cup Final"
    is_knockout = pl.col("game_subtype").eq_missing(KNOCKOUT) | is_final
    unmarked = pl.col("season").replace_strict(UNMARKED_QUARTER_FINALS, default=None, return_dtype=pl.Date)
    first = pl.min_horizontal(pl.col("game_date").filter(is_knockout).min().over("season"), unmarked)
    last = pl.col("game_date").filter(is_knockout).max().over("season")
    inside = pl.col("game_date").is_between(first, last).fill_null(False)
    return games.select(inside.alias("in_cup_weeks")).to_series()


def parse_schedule_changes(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.schedule, one row an announcement; teams and season are those of the game in `games` or in the lake.

    Raises BadInput for a game that neither knows.
    """
    unknown = raw.join(context.games, on="game_id", how="anti").sort("row_number")
    if len(unknown):
        row = unknown.row(0, named=True)
        raise BadInput(
            f"schedule_changes.parquet, row {row['row_number']}, column game_id: no game {row['game_id']!r} is known; "
            "add it to games.parquet or import the file that has it first."
        )
    games = context.games.drop("tip_ts", "game_date")
    changes = raw.join(games, on="game_id", how="left", maintain_order="left").with_columns(
        iso_text(pl.col("as_of_ts")).alias("announcement"),
        pl.col("tip_ts").dt.convert_time_zone("America/New_York").dt.date().alias("game_date"),
    )
    return {"silver.schedule": stamp(changes, "silver.schedule", pl.col("as_of_ts"), "exact")}
