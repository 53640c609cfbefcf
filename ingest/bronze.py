"""The responses kept: the last one of each question, and their bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pyarrow as pa

from ingest.http.request import Response
from ingest.http.stamps import read_date
from ingest.payload import Stamp
from lakehouse.digest import bytes_digest, canonical_json
from lakehouse.lake import Lake
from lakehouse.tables import get_table

_CODEC = "zstd"


@dataclass(frozen=True)
class Kept:
    """The last response stored to a question; `held_ts` is the newest publisher's stamp of those that could be read."""

    batch_id: str
    body_sha256: str
    etag: str | None
    last_modified: str | None
    problem: str | None
    held_ts: datetime | None


@dataclass(frozen=True)
class StoredResponse:
    """A response of bronze with its bytes."""

    source: str
    kind: str
    request: str
    batch_id: str
    body: bytes
    body_sha256: str
    stamp: Stamp


def bronze_table(source: str) -> str:
    """Name of the table of a source's responses."""
    return f"bronze.{source}"


def last_responses(lake: Lake, source: str) -> dict[str, Kept]:
    """The last response stored to each question of a source."""
    held = pl.col("published_ts").filter(pl.col("problem").is_null()).max().over("request")
    rows = (
        lake.scan(bronze_table(source))
        .with_columns(held_ts=held)
        .select("request", "ingested_ts", "batch_id", "body_sha256", "etag", "last_modified", "problem", "held_ts")
        .sort("request", "ingested_ts", "batch_id")
        .unique("request", keep="last", maintain_order=True)
        .collect()
    )
    return {row[0]: Kept(*row[2:]) for row in rows.iter_rows()}


def response_row(
    response: Response, kind: str, body: bytes, batch_id: str, published_ts: datetime | None, problem: str | None
) -> pl.DataFrame:
    """A response as a row of bronze; `body` is what is kept of its bytes."""
    request = response.request
    row = {
        "source": request.source,
        "kind": kind,
        "request": request.key,
        "asked": canonical_json(dict(request.asked)),
        "url": response.url,
        "status": response.status,
        "ingested_ts": response.fetched_ts,
        "published_ts": published_ts,
        "etag": response.etag,
        "last_modified": response.last_modified,
        "content_type": response.content_type,
        "body_sha256": bytes_digest(body),
        "body_bytes": len(body),
        "body": pa.compress(body, codec=_CODEC, asbytes=True),
        "problem": problem,
        "batch_id": batch_id,
    }
    return pl.DataFrame([row], schema=get_table(bronze_table(request.source)).columns)


def stored_responses(lake: Lake, source: str, batch_ids: Sequence[str]) -> list[StoredResponse]:
    """The responses of some batches of a source, in the order they came."""
    rows = lake.scan(bronze_table(source)).filter(pl.col("batch_id").is_in(list(batch_ids)))
    return [_stored(row) for row in rows.sort("ingested_ts", "batch_id").collect().iter_rows(named=True)]


def _stored(row: Mapping[str, Any]) -> StoredResponse:
    body = pa.decompress(row["body"], decompressed_size=row["body_bytes"], codec=_CODEC, asbytes=True)
    # The parser was told what the headers say, not what it then made of the payload.
    stamp = Stamp(row["ingested_ts"].astimezone(UTC), read_date(row["last_modified"]), json.loads(row["asked"]))
    return StoredResponse(row["source"], row["kind"], row["request"], row["batch_id"], body, row["body_sha256"], stamp)
