"""`rosters`: whole roster reports of a team."""

from __future__ import annotations

import polars as pl

from ingest.history.context import Context
from ingest.history.stamps import stamp


def parse_rosters(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.rosters, one row a player of a report, public at the report's own stamp."""
    rows = raw.with_columns(pl.col("as_of_ts").alias("report_ts"))
    return {"silver.rosters": stamp(rows, "silver.rosters", pl.col("as_of_ts"), "exact")}
