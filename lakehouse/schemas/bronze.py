"""Bronze: what came in, byte for byte."""

from __future__ import annotations

import dataframely as dy

from lakehouse.schemas.columns import instant, text


class ImportedFile(dy.Schema):
    """One file of a history archive, as it was read; silver can be rebuilt from these rows alone."""

    source = text("always 'history'")
    request = text("file name without its ending, such as 'player_boxscores'", primary_key=True)
    ingested_ts = instant("when the file was read")
    content_digest = text("digest of the file's rows in a canonical order: equal for a shuffled copy")
    body_sha256 = text("SHA-256 of the file's bytes", min_length=64, max_length=64)
    body = dy.Binary(description="the file's bytes (parquet, already compressed)")
    rows = dy.Int64(min=0, description="rows in the file")
    batch_id = text("batch that stored it", primary_key=True)


class Response(dy.Schema):
    """A response as it came over the wire; the silver rows of its batch were read from it, and from nothing else."""

    source = text("source it came from, such as 'injuries'")
    kind = text("kind of payload, such as 'season schedule'; names its parser")
    request = text("what was asked, without secrets; equal for the same question")
    asked = text("the request's parameters, as canonical JSON: what the parser knows besides the bytes")
    url = text("address, without secrets")
    status = dy.Int32(description="HTTP status")
    ingested_ts = instant("when the bytes were received")
    published_ts = instant("the publisher's own stamp, where there is one", nullable=True)
    etag = text("ETag as sent", nullable=True)
    last_modified = text("Last-Modified as sent", nullable=True)
    content_type = text("Content-Type as sent", nullable=True)
    body_sha256 = text("SHA-256 of the body", min_length=64, max_length=64)
    body_bytes = dy.Int64(min=0, description="length of the body")
    body = dy.Binary(description="the body, zstd")
    problem = text("why nothing was read from it, where that is so", nullable=True)
    batch_id = text("batch that stored it", primary_key=True)
