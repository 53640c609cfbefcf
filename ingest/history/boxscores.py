"""`player_boxscores`: final box scores, and the proxies they imply."""

from __future__ import annotations

import polars as pl

from ingest.history.context import Context
from ingest.history.proxies import imply_starters, imply_status
from ingest.history.stamps import stamp


def parse_boxscores(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.boxscores, public 3 hours after the tip, with silver.proxy_status and silver.proxy_starters."""
    return {
        "silver.boxscores": stamp(raw, "silver.boxscores", pl.col("tip_ts") + pl.duration(hours=3), "assumed"),
        "silver.proxy_status": imply_status(raw),
        "silver.proxy_starters": imply_starters(raw),
    }
