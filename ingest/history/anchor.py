"""`anchor_minutes_predictions`: what the earlier system predicted; for evaluation only."""

from __future__ import annotations

import polars as pl

from ingest.history.context import Context
from ingest.history.stamps import stamp


def parse_anchor(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.anchor_minutes, one row a prediction, public at `generated_at`."""
    rows = raw.with_columns(pl.col("generated_at").alias("generated_ts"))
    return {"silver.anchor_minutes": stamp(rows, "silver.anchor_minutes", pl.col("generated_at"), "exact")}
