"""Where rows came from: what every row of silver says of its own origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from lakehouse.tables import Table


@dataclass(frozen=True)
class Provenance:
    """Where and when rows came in, and by which version of which parser."""

    ingested_ts: datetime
    batch: str
    body_sha256: str
    source: str
    parser_version: int


def attribute(table: Table, rows: pl.DataFrame, provenance: Provenance) -> pl.DataFrame:
    """The rows with where they came from, in the table's declared columns, sorted by its key."""
    sourced = rows.with_columns(
        pl.lit(provenance.ingested_ts, dtype=pl.Datetime("us", "UTC")).alias("ingested_ts"),
        pl.lit(provenance.source).alias("source"),
        pl.lit(provenance.batch).alias("bronze_batch"),
        pl.lit(provenance.body_sha256).alias("body_sha256"),
        pl.lit(provenance.parser_version, dtype=pl.Int32).alias("parser_version"),
    )
    return sourced.select(list(table.columns)).sort(table.key, nulls_last=True, maintain_order=True)
