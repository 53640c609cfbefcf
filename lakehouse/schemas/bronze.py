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
