"""Runs, backfills and what is shown of them at the very instants of the clock and of the log."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.errors import BadInput, ClockError
from lakehouse.gate import Knowledge
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from pipeline.at import Offset
from pipeline.backfill import BackfillRequest, backfill
from pipeline.request import RunRequest
from pipeline.run import make_run
from pipeline.show import read_table
from tests.transforms.league import ATL, BOS, game_row

START = datetime(2025, 12, 1, 18, tzinfo=UTC)
DAY = date(2025, 12, 1)
SECOND = timedelta(seconds=1)
US = timedelta(microseconds=1)


@pytest.fixture
def lake(lake_root: Path) -> Lake:
    """A lake that knows one game, an hour after START, and no model: its runs are blocked, and are made all the same."""
    lake = Lake.open_or_create(lake_root / "lake", FixedClock(START))
    game = game_row(1, BOS, ATL, START + timedelta(hours=1), START, game_date=DAY, bronze_batch="schedule")
    frame = pl.DataFrame([game], schema=get_table("silver.schedule").columns)
    lake.commit(Batch("schedule", "scrape", {"silver.schedule": frame}))
    return lake


def run_at(lake: Lake, run_ts: datetime, knowledge: Knowledge = "observed") -> None:
    assert make_run(lake, RunRequest(DAY, run_ts, knowledge)).record.status == "blocked"


def wait(lake: Lake, by: timedelta) -> datetime:
    assert isinstance(lake.clock, FixedClock)
    lake.clock.advance(by)
    return lake.clock.now()


def test_a_run_is_made_at_the_present_instant_and_not_after_it(lake: Lake) -> None:
    now = wait(lake, SECOND)
    run_at(lake, now)
    with pytest.raises(ClockError, match="future"):
        run_at(lake, wait(lake, SECOND) + US)


def test_a_run_is_made_at_an_entry_that_the_log_put_ahead_of_the_clock(lake: Lake) -> None:
    ahead = lake.begin_run("one")
    assert ahead > lake.clock.now()
    run_at(lake, ahead)


def test_nothing_can_land_at_or_before_the_instant_of_a_run_that_was_made(lake: Lake) -> None:
    now = wait(lake, 10 * SECOND)
    run_at(lake, now - 5 * SECOND)
    assert lake.log.entry(2).instant > now - 5 * SECOND


def test_a_backfill_of_one_date_is_made_now(lake: Lake) -> None:
    now = wait(lake, timedelta(hours=5))
    (record,) = backfill(lake, BackfillRequest(DAY, DAY, (Offset(15),)))
    assert (record.run_ts, record.started_ts) == (START + timedelta(minutes=45), now)
    with pytest.raises(BadInput, match="earlier"):
        backfill(lake, BackfillRequest(DAY, DAY - timedelta(days=1)))


@pytest.mark.parametrize("before", [timedelta(0), US])
def test_a_run_is_shown_from_its_own_instant_on(lake: Lake, before: timedelta) -> None:
    run_ts = wait(lake, SECOND)
    run_at(lake, run_ts, "published")
    shown = read_table(lake, get_table("ops.runs"), run_ts - before, "published").collect()
    assert shown.height == (0 if before else 1)
