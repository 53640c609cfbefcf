"""`injury_reports`: the lines of official injury reports."""

from __future__ import annotations

import polars as pl

from ingest.history.context import Context
from ingest.history.stamps import stamp
from lakehouse.tables import get_table

TABLE = "silver.injury_reports"
NOT_SUBMITTED = "NOT YET SUBMITTED"


def parse_injuries(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.injury_reports, one row a line, public at `report_ts_upper`; repeated lines go to silver.rejected.

    Of repeated lines the first in the order of their own values stays, so that a shuffled copy keeps the same one.
    """
    fact = list(get_table(TABLE).fact)
    lines = raw.with_columns(
        pl.when(pl.col("row_kind") == "player").then("player_name").otherwise(pl.lit(NOT_SUBMITTED)).alias("entry"),
        pl.col("game_time_et").alias("game_time"),
    )
    values = ["report_ts_upper", "ts_quality", "game_time", "player_name", "current_status", "reason", "row_kind"]
    ordered = lines.sort(*fact, *values, "row_number", nulls_last=True)
    first = pl.struct(fact).is_first_distinct()
    quality = pl.when(pl.col("ts_quality").str.starts_with("exact")).then(pl.lit("exact")).otherwise(pl.lit("bounded"))
    return {
        TABLE: stamp(ordered.filter(first), TABLE, pl.col("report_ts_upper"), quality),
        "silver.rejected": _reject(ordered.filter(~first), raw.columns, quality),
    }


def _reject(repeated: pl.DataFrame, columns: list[str], quality: pl.Expr) -> pl.DataFrame:
    rows = repeated.with_columns(
        pl.lit(TABLE).alias("table"),
        pl.lit("the same entry comes twice in one report for one game").alias("reason"),
        pl.struct(columns).struct.json_encode().alias("row_json"),
    )
    return rows.select(
        "table",
        "row_number",
        "reason",
        "row_json",
        pl.col("report_ts_upper").alias("as_of_ts"),
        quality.alias("as_of_quality"),
    )
