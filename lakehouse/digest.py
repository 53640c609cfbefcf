"""Canonical digests: the same rows give the same digest, however they are ordered, chunked or stored."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from lakehouse.clock import iso


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces; dates and instants as ISO text."""

    def plain(thing: Any) -> Any:
        if isinstance(thing, datetime):
            return iso(thing)
        if isinstance(thing, date):
            return thing.isoformat()
        raise TypeError(f"{type(thing).__name__} has no canonical JSON")

    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=plain)


def bytes_digest(data: bytes) -> str:
    """SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def text_digest(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, hexadecimal."""
    return bytes_digest(text.encode())


def frame_digest(frame: pl.DataFrame, key: Sequence[str], columns: Sequence[str] | None = None) -> str:
    """SHA-256 over the declared columns of a frame, rows sorted by key, as uncompressed Arrow IPC.

    NaN and -0.0 are normalised, and what lies under a null is blanked, so equal values give equal bytes. Columns of
    flat types only (numbers, booleans, strings, binary, dates, instants).
    """
    chosen = list(columns) if columns is not None else frame.columns
    ordered = (
        frame.sort(list(key), nulls_last=True, maintain_order=True).select(chosen) if key else frame.select(chosen)
    )
    parts: list[pl.Expr] = []
    for name, dtype in ordered.schema.items():
        # As bytes: the spare bits of a packed boolean are whatever a slice left there.
        parts.append(pl.col(name).is_null().cast(pl.UInt8).alias(f"{name}?"))
        parts.append(_blanked(name, dtype))
    # Whether a column without nulls still drags a validity bitmap along depends on its chunks; reading IPC drops it.
    return bytes_digest(_ipc(pl.read_ipc(io.BytesIO(_ipc(ordered.select(parts))))))


def _ipc(frame: pl.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.rechunk().write_ipc(sink, compression="uncompressed", compat_level=pl.CompatLevel.oldest())
    return sink.getvalue()


def _blanked(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        # Minus zero equals zero and is replaced by it; adding 0.0 would not do, beside a null Polars leaves it out.
        plain = pl.when(column == 0.0).then(0.0).when(column.is_nan()).then(float("nan")).otherwise(column)
        return plain.fill_null(0.0).cast(dtype).alias(name)
    if dtype.is_integer():
        return column.fill_null(0)
    if dtype == pl.Boolean:
        return column.fill_null(False).cast(pl.UInt8)
    if dtype == pl.String:
        return column.fill_null("")
    if dtype == pl.Binary:
        return column.fill_null(b"")
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        return column.to_physical().fill_null(0)
    raise TypeError(f"column {name!r} of type {dtype} has no canonical bytes")
