"""`pregame_status`: changes of a player's listing, as a live system saw them."""

from __future__ import annotations

import polars as pl

from ingest.history.context import Context
from ingest.history.stamps import stamp


def parse_status(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.status_events, one row a change, public at `observed_ts`."""
    return {"silver.status_events": stamp(raw, "silver.status_events", pl.col("observed_ts"), "exact")}
