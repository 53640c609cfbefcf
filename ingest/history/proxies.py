"""What a box score implies was public before its tip, where no report survives; only training may read it."""

from __future__ import annotations

import polars as pl

from ingest.history.stamps import stamp

BEFORE_TIP = pl.duration(minutes=30)


def imply_status(boxscores: pl.DataFrame) -> pl.DataFrame:
    """silver.proxy_status: Out for an INACTIVE player who did not play, stamped 30 minutes before the tip."""
    inactive = boxscores.filter((pl.col("roster_status") == "INACTIVE") & ~pl.col("played"))
    out = inactive.with_columns(pl.lit("Out").alias("status"))
    return stamp(out, "silver.proxy_status", pl.col("tip_ts") - BEFORE_TIP, "proxy")


def imply_starters(boxscores: pl.DataFrame) -> pl.DataFrame:
    """silver.proxy_starters: who started and who did not, where known, stamped 30 minutes before the tip."""
    known = boxscores.filter(pl.col("starter").is_not_null())
    return stamp(known, "silver.proxy_starters", pl.col("tip_ts") - BEFORE_TIP, "proxy")
