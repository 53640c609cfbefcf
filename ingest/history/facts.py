"""Which rows of a file say something the lake does not know yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from ingest.history.registry import FileKind
from ingest.provenance import Provenance, attribute
from lakehouse.clock import iso
from lakehouse.errors import BadInput
from lakehouse.schemas.columns import Fact
from lakehouse.tables import Table

# Version of the parsers of this room; raised when one of them reads the same bytes differently.
PARSER_VERSION = 1
SOURCE = "history"


def history_provenance(ingested_ts: datetime, batch: str, body_sha256: str) -> Provenance:
    """Where rows of an archive's file came in."""
    return Provenance(ingested_ts, batch, body_sha256, SOURCE, PARSER_VERSION)


@dataclass(frozen=True)
class Novelty:
    """The rows to append to a table, and how many are new facts, corrections, or known already."""

    rows: pl.DataFrame
    new: int
    corrections: int
    unchanged: int


def refuse_future(kind: FileKind, table: str, parsed: pl.DataFrame, now: datetime) -> None:
    """Raises BadInput for a fact that would be public after the import's own instant.

    An assumed stamp of the schedule may lie ahead: the gate keeps the game away until then.
    """
    ahead = pl.col("as_of_ts") > now
    if table == "silver.schedule":
        ahead = ahead & (pl.col("as_of_quality") != "assumed")
    late = parsed.filter(ahead).sort("row_number")
    if len(late):
        row = late.row(0, named=True)
        raise BadInput(
            f"{kind.name}.parquet, row {row['row_number']}, column {kind.stamped_by}: a fact for {table} would be public "
            f"at {iso(row['as_of_ts'])}, after this import at {iso(now)}; correct or remove that row, nothing was imported."
        )


def find_news(table: Table, parsed: pl.DataFrame, known: pl.LazyFrame, provenance: Provenance) -> Novelty:
    """The facts of `parsed` that `known`, all versions in the lake, lacks or has otherwise in its last ingested version.

    A fact seen first keeps the stamp of its rule; a different value is a correction, public at the import's instant.
    A fact that `parsed` lacks stays as it is. Rows have the table's declared columns, sorted by its key.
    """
    fact = list(table.fact)
    values = [name for name in table.columns if name not in Fact.columns() and name not in fact]
    latest = (
        known.select(*fact, *values, "ingested_ts", "as_of_ts")
        .sort("ingested_ts", "as_of_ts", maintain_order=True)
        .unique(fact, keep="last", maintain_order=True)
        .select(*fact, *(pl.col(name).alias(f"{name}:known") for name in values), pl.lit(True).alias(":known"))
        .collect()
    )
    differs = pl.any_horizontal(pl.lit(False), *(pl.col(name).ne_missing(pl.col(f"{name}:known")) for name in values))
    compared = parsed.join(latest, on=fact, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.col(":known").is_null().alias(":new"), (pl.col(":known").is_not_null() & differs).alias(":corrected")
    )
    new, corrections = int(compared[":new"].sum()), int(compared[":corrected"].sum())
    rows = compared.filter(pl.col(":new") | pl.col(":corrected")).with_columns(
        pl.when(":corrected").then(pl.lit(provenance.ingested_ts)).otherwise("as_of_ts").alias("as_of_ts"),
        # What a box score implies stays a proxy however late it is put right.
        pl.when(pl.col(":corrected") & (pl.col("as_of_quality") != "proxy"))
        .then(pl.lit("bounded"))
        .otherwise("as_of_quality")
        .alias("as_of_quality"),
    )
    return Novelty(attribute(table, rows, provenance), new, corrections, len(compared) - new - corrections)
