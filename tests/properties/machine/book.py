"""The plain model: what was committed, in which order and when, as lists; and what a reader should see of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.gate import Knowledge
from lakehouse.lake import Lake
from lakehouse.tables import TABLES

# The lags of DESIGN section 2, said again: official injury reports run five minutes ahead of what can be fetched.
LAGS = {"silver.injury_reports": timedelta(minutes=5)}
# What runs read besides facts.
MODELS = ("ops.models", "ops.promotions")
Identity = tuple[Any, ...]


@dataclass(frozen=True)
class Told:
    """A batch of the lake: what it told, by table, and the instant it was visible from."""

    instant: datetime
    batch: Batch

    @property
    def first_use(self) -> datetime | None:
        """When the world could first use any of its facts."""
        return min(
            (min(_usable(name, frame)) for name, frame in self.batch.frames.items() if _is_fact(name)), default=None
        )


@dataclass
class Book:
    """Every batch so far, the oldest first."""

    pages: list[Told] = field(default_factory=list)
    _seq: int = 0

    def copy(self) -> Book:
        """A book that begins with the same pages."""
        return Book(list(self.pages), self._seq)

    def catch_up(self, lake: Lake) -> list[Told]:
        """Writes down what the lake has been told since the last time; the new pages."""
        new = [page for seq in range(self._seq + 1, lake.log.head() + 1) if (page := _page(lake, seq)) is not None]
        self._seq = lake.log.head()
        self.pages += new
        return new

    def known(self, table: str, at: datetime, knowledge: Knowledge) -> Counter[Identity]:
        """The rows of a table that a reading at an instant shows: key, batch, and when each could first be used."""
        key = (*TABLES[table].key, "bronze_batch")
        seen: Counter[Identity] = Counter()
        for page in self.pages:
            frame = page.batch.frames.get(table)
            if frame is None:
                continue
            held = [max(as_of, page.instant) for as_of in frame["as_of_ts"]]
            usable = held if knowledge == "observed" else _usable(table, frame)
            rows = zip(frame.select(key).rows(), usable, strict=True)
            seen.update((*row, instant) for row, instant in rows if instant <= at)
        return seen


def replay(pages: list[Told], root: Path, clock: FixedClock, *, on_time: bool) -> Lake:
    """A lake that is told the pages in their order: each at its own instant, or all of them now; every one twice."""
    now = clock.instant
    lake = Lake.open_or_create(root, clock)
    for page in pages:
        clock.instant = page.instant if on_time else now
        lake.commit(page.batch)
        assert lake.commit(page.batch) is None, f"{page.batch.batch_id} went in twice"
    clock.instant = now
    return lake


def _page(lake: Lake, seq: int) -> Told | None:
    entry = lake.log.entry(seq)
    frames = {}
    for table in entry.changes:
        rows = lake.scan_version(table, entry.version(table))
        if _is_fact(table):
            frames[table] = rows.filter(pl.col("bronze_batch") == entry.batch_id).collect()
        elif table in MODELS:
            before = lake.scan_version(table, entry.version(table) - 1)
            frames[table] = rows.join(before, on=TABLES[table].key, how="anti").collect()
    told = {name: frame for name, frame in frames.items() if len(frame)}
    return Told(entry.instant, Batch(entry.batch_id, entry.kind, told)) if told else None


def _is_fact(table: str) -> bool:
    return TABLES[table].is_facts


def _usable(table: str, frame: pl.DataFrame) -> list[datetime]:
    lag = LAGS.get(table, timedelta(0))
    stamps: Mapping[str, list[Any]] = frame.select("as_of_ts", "ingested_ts", "as_of_quality").to_dict(as_series=False)
    return [
        as_of if quality in ("assumed", "proxy") or as_of == ingested else as_of + lag
        for as_of, ingested, quality in zip(
            stamps["as_of_ts"], stamps["ingested_ts"], stamps["as_of_quality"], strict=True
        )
    ]
