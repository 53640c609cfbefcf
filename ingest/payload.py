"""What a parser is given and what it gives back: pure functions from bytes and a stamp to typed frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl


@dataclass(frozen=True)
class Stamp:
    """What is known of some bytes besides the bytes: when they came, the publisher's stamp, what was asked.

    `asked` holds the request's parameters, such as {"date": "2026-01-14"} or {"game_id": "0022500001"}; empty for a
    local file. A parser that finds bytes about something else than what was asked raises StalePayload.
    """

    fetched_ts: datetime
    published_ts: datetime | None = None
    asked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejection:
    """A row that failed validation: the table it was meant for, its number in the payload from 1, the rule it broke."""

    table: str
    row_number: int
    reason: str
    row_json: str


@dataclass(frozen=True)
class Parsed:
    """What a payload says.

    `frames` holds, by table of silver, its columns but for the provenance ones (ingested_ts, source, bronze_batch,
    body_sha256, parser_version); as_of_ts and as_of_quality are there. `published_ts` is the payload's own stamp.
    `doubts` are sentences on what looks wrong without being an error; each degrades the scrape.
    """

    frames: Mapping[str, pl.DataFrame]
    rejected: tuple[Rejection, ...] = ()
    published_ts: datetime | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class PayloadKind:
    """A kind of payload of a source: how it is told from others, and how it is read.

    `parse` raises Unreadable for bytes that are not of the kind, ShapeChanged naming the JSON path, StalePayload for
    bytes about something else than what was asked; it never returns part of a payload. `version` is raised whenever
    it reads the same bytes differently. `is_like` is cheap and never raises.
    """

    name: str
    version: int
    parse: Callable[[bytes, Stamp], Parsed]
    is_like: Callable[[bytes], bool]
