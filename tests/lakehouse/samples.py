"""Plain rows to commit where a test does not care what they say."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.lake import Lake
from lakehouse.log import Entry
from lakehouse.tables import get_table
from tests.strategies import T0

IDENTITY = "silver.identity"
RESULTS = "silver.results"
REPORTS = "silver.injury_reports"
SECOND = timedelta(seconds=1)


def stamps(
    batch_id: str, as_of: datetime = T0, quality: str = "exact", ingested: datetime | None = None
) -> dict[str, Any]:
    """The stamps every fact carries."""
    return {
        "as_of_ts": as_of,
        "as_of_quality": quality,
        "ingested_ts": ingested if ingested is not None else as_of + SECOND,
        "source": "test",
        "bronze_batch": batch_id,
        "body_sha256": "0" * 64,
        "parser_version": 1,
    }


def identity(batch_id: str, key: str = "a", nba_id: int = 1, **stamped: Any) -> pl.DataFrame:
    """One row of silver.identity."""
    row = {"kind": "player", "source_key": key, "nba_id": nba_id, "rule": "exact-name", **stamps(batch_id, **stamped)}
    return pl.DataFrame([row], schema=get_table(IDENTITY).columns)


def result(batch_id: str, game_id: str = "0022500001", home: int = 100, **stamped: Any) -> pl.DataFrame:
    """One row of silver.results."""
    row = {"game_id": game_id, "home_score": home, "away_score": 99, "ot_periods": 0, **stamps(batch_id, **stamped)}
    return pl.DataFrame([row], schema=get_table(RESULTS).columns)


def report(batch_id: str, entry: str = "Doe, John", status: str = "Out", **stamped: Any) -> pl.DataFrame:
    """One row of silver.injury_reports."""
    stamp = stamps(batch_id, **stamped)
    row = {
        "report_ts": stamp["as_of_ts"],
        "game_date": T0.date(),
        "game_time": None,
        "matchup": "BOS@ATL",
        "team": "Atlanta Hawks",
        "entry": entry,
        "player_name": entry,
        "current_status": status,
        "reason": None,
        "row_kind": "player",
        **stamp,
    }
    return pl.DataFrame([row], schema=get_table(REPORTS).columns)


def pair(number: int | str) -> Batch:
    """A batch of one row in each of two tables, both telling its number."""
    batch_id = f"test:{number}"
    frames = {IDENTITY: identity(batch_id, key=str(number)), RESULTS: result(batch_id)}
    return Batch(batch_id, "scrape", frames)


def commit_pairs(lake: Lake, count: int, start: int = 0) -> list[Entry]:
    """The entries of that many pairs, a second apart."""
    entries = []
    for number in range(start, start + count):
        assert isinstance(lake.clock, FixedClock)
        lake.clock.advance(SECOND)
        entry = lake.commit(pair(number))
        assert entry is not None
        entries.append(entry)
    return entries


def copy_with_times(source: Path, target: Path) -> Path:
    """A copy that keeps the file times, as a faithful backup does."""
    return Path(shutil.copytree(source, target, copy_function=shutil.copy2))


def held(lake: Lake, name: str, version: int | None = None) -> set[str]:
    """Batches whose rows a table shows."""
    frame = lake.scan(name) if version is None else lake.scan_version(name, version)
    return set(frame.select("bronze_batch").collect()["bronze_batch"].to_list())
