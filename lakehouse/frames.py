"""Strict types at the door: a frame is exactly what its table declares, or it is refused."""

from __future__ import annotations

import polars as pl
from dataframely.exc import SchemaError

from lakehouse.errors import BadInput
from lakehouse.tables import Table


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The frame with its columns in the declared order, sorted by the table's key.

    Raises BadInput naming table, column and row for a missing or extra column, a type that is not the declared one
    (nothing is cast: delta-rs would turn 1.5 into 1), a value that breaks a rule, or a repeated key.
    """
    declared = table.columns
    missing = [name for name in declared if name not in frame.columns]
    extra = [name for name in frame.columns if name not in declared]
    if missing or extra:
        what = f"lacks column {missing[0]!r}" if missing else f"has an undeclared column {extra[0]!r}"
        raise BadInput(f"A frame for {table.name} {what}; give exactly the columns of `pretip schema {table.name}`.")
    for name, dtype in declared.items():
        if frame.schema[name] != dtype:
            raise BadInput(
                f"{table.name}.{name} must be {dtype}, not {frame.schema[name]}; nothing is cast on the way in."
            )
    ordered = frame.select(list(declared))
    try:
        _, failures = table.schema.filter(ordered)
    except SchemaError as error:
        raise BadInput(f"A frame for {table.name} does not fit its schema: {str(error).splitlines()[0]}") from None
    if len(failures):
        rule, rows = next(iter(failures.counts().items()))
        bad = failures.invalid().row(0, named=True)
        named = ", ".join(f"{name}={bad[name]!r}" for name in table.fact)
        raise BadInput(f"{table.name}: {rows} rows break the rule {rule!r}, the first at {named}.")
    key = list(table.key)
    repeated = ordered.filter(ordered.select(key).is_duplicated())
    if len(repeated):
        named = ", ".join(f"{name}={repeated[name][0]!r}" for name in key)
        raise BadInput(f"{table.name}: the same key comes twice in one batch: {named}.")
    return ordered.sort(key, nulls_last=True, maintain_order=True)
