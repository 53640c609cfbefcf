"""`lineups`: whole lineup reports of a team for a game."""

from __future__ import annotations

import polars as pl

from ingest.history.context import Context
from ingest.history.stamps import stamp


def parse_lineups(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.lineups, one row a player of a report, public at the report's own stamp."""
    rows = raw.with_columns(pl.col("as_of_ts").alias("report_ts"))
    return {"silver.lineups": stamp(rows, "silver.lineups", pl.col("as_of_ts"), "exact")}
