"""`linestar_*`: salaries before the slate; ownership, contests and scores after it; projections for evaluation only.

Percentages are the repaired ones (`*_fixed`).
"""

from __future__ import annotations

import polars as pl

from ingest.history.context import Context
from ingest.history.stamps import eastern_day, next_morning, stamp


def parse_salaries(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.linestar_salaries, one row a player and slate, public 24 hours before the slate's first tip."""
    rows = raw.with_columns(pl.col("player_id").alias("linestar_player_id"), pl.col("tip_utc").alias("tip_ts"))
    as_of = pl.col("slate_first_tip") - pl.duration(hours=24)
    return {"silver.linestar_salaries": stamp(rows, "silver.linestar_salaries", as_of, "assumed")}


def parse_contests(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.linestar_contests, one row a contest, public the morning after the slate."""
    return {"silver.linestar_contests": _stamp_after(raw, "silver.linestar_contests", context)}


def parse_ownership(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.linestar_actual_ownership, one row a player and contest, public the morning after the slate."""
    rows = raw.with_columns(
        pl.col("player_id").alias("linestar_player_id"), pl.col("actual_own_fixed").alias("own_pct")
    )
    return {"silver.linestar_actual_ownership": _stamp_after(rows, "silver.linestar_actual_ownership", context)}


def parse_scored(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.linestar_scored, one row a player and slate, public the morning after the slate."""
    rows = raw.with_columns(pl.col("player_id").alias("linestar_player_id"))
    return {"silver.linestar_scored": _stamp_after(rows, "silver.linestar_scored", context)}


def parse_projections(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.linestar_projections, one row a player and slate; known no earlier than they were collected."""
    rows = raw.with_columns(
        pl.col("player_id").alias("linestar_player_id"),
        pl.col("proj_own_fixed").alias("proj_own_pct"),
        pl.col("proj_fpts_equals_scored").alias("proj_equals_scored"),
    )
    table = "silver.linestar_projections"
    return {table: stamp(rows, table, pl.col("scraped_at"), "bounded")}


def parse_periods(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """Nothing: periods are kept in bronze only."""
    return {}


def _stamp_after(rows: pl.DataFrame, table: str, context: Context) -> pl.DataFrame:
    """06:00 Eastern of the day after the slate's last tip; after the slate's date where no tip of it is known."""
    slated = rows.join(context.slates, on="period_id", how="left", maintain_order="left")
    last_day = pl.coalesce(eastern_day(pl.col("last_tip")), pl.col("slate_date"))
    return stamp(slated, table, next_morning(last_day), "assumed")
