"""From rows as read to the frames of a payload: typed, stamped, one row a fact."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from ingest.payload import Rejection
from lakehouse.schemas.columns import Fact
from lakehouse.tables import get_table

_INSTANT = pl.Datetime("us", "UTC")


def value_types(table: str) -> dict[str, pl.DataType]:
    """Names and types of the columns of a silver table that a parser fills: all but stamps and provenance."""
    provenance = Fact.columns()
    return {name: dtype for name, dtype in get_table(table).columns.items() if name not in provenance}


def build_frame(table: str, columns: Mapping[str, Sequence[object]]) -> pl.DataFrame:
    """A frame of the table's value columns from lists, null where a column is not given."""
    types = value_types(table)
    frame = pl.DataFrame(columns, schema={name: types[name] for name in columns})
    return frame.with_columns(pl.lit(None, dtype=dtype).alias(n) for n, dtype in types.items() if n not in columns)


def stamp_rows(rows: pl.DataFrame, table: str, as_of: datetime, quality: str = "exact") -> pl.DataFrame:
    """The table's value columns, in its order and types, with as_of_ts and as_of_quality."""
    stamps = (pl.lit(as_of, dtype=_INSTANT).alias("as_of_ts"), pl.lit(quality).alias("as_of_quality"))
    return rows.select(*(pl.col(name).cast(dtype) for name, dtype in value_types(table).items()), *stamps)


def keep_first(rows: pl.DataFrame, table: str, key: Sequence[str]) -> tuple[pl.DataFrame, list[Rejection]]:
    """The first row of each key, and the others as rejections."""
    is_first = pl.struct(*key).is_first_distinct()
    return reject_rows(rows, table, ~is_first, f"the same {', '.join(key)} comes twice")


def reject_rows(rows: pl.DataFrame, table: str, is_bad: pl.Expr, reason: str) -> tuple[pl.DataFrame, list[Rejection]]:
    """The rows where `is_bad` is not true, and the others as rejections, numbered from 1 as they stand in `rows`."""
    marked = rows.with_row_index(":row", offset=1).with_columns(is_bad.fill_null(False).alias(":bad"))
    if not marked[":bad"].any():
        return rows, []
    bad = marked.filter(":bad").drop(":bad")
    rejected = [
        Rejection(table, int(row.pop(":row")), reason, json.dumps(row, default=str))
        for row in bad.iter_rows(named=True)
    ]
    return marked.filter(~pl.col(":bad")).drop(":bad", ":row"), rejected
