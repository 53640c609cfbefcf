"""An evening at its very instants: when its phase turns, what is due then, and until when it is run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ingest.scrape import ScrapeReport
from ingest.source import Cadence, Source
from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from pipeline import live
from pipeline.live import LATE, LONGEST_WAIT, Evening, Tick, find_evening, tick
from tests.transforms.league import ATL, BOS, CLE, game_row

DAY = date(2025, 12, 1)
FIRST = datetime(2025, 12, 2, 0, tzinfo=UTC)
LAST = FIRST + timedelta(hours=3)
US = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lake(lake_root: Path) -> Lake:
    """A lake that knows two games of DAY, and no model."""
    lake = Lake.open_or_create(lake_root / "lake", FixedClock(FIRST - 9 * LATE))
    pairs = ((BOS, ATL, FIRST), (CLE, ATL, LAST))
    games = [
        game_row(n, *pair, FIRST - 9 * LATE, game_date=DAY, bronze_batch="schedule") for n, pair in enumerate(pairs)
    ]
    frame = pl.DataFrame(games, schema=get_table("silver.schedule").columns)
    lake.commit(Batch("schedule", "scrape", {"silver.schedule": frame}))
    return lake


def source(early: timedelta, late: timedelta = LONGEST_WAIT) -> Source:
    cadence = Cadence(early, late, late)
    return Source("odds", "", "", (), lambda scraper, day: None, {}, {}, cadence)


def strike(lake: Lake, now: datetime, *sources: Source) -> Tick:
    assert isinstance(lake.clock, FixedClock)
    lake.clock.instant = now
    return tick(lake, None, day=DAY, sources=sources, worlds=64)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "phase"),
    [(FIRST - LATE - US, "before"), (FIRST - LATE, "slate"), (LAST, "slate"), (LAST + US, "after")],
)
def test_a_slate_is_on_from_ninety_minutes_before_the_first_tip_to_the_last(
    lake: Lake, now: datetime, phase: str
) -> None:
    assert find_evening(lake, DAY, now) == Evening(DAY, phase, 2, 0, FIRST, LAST)  # type: ignore[arg-type]


def test_the_slate_is_run_until_the_instant_of_its_last_tip(lake: Lake) -> None:
    # A run begins with an entry of the log, which whole milliseconds put at or after the clock.
    assert strike(lake, LAST).run is not None
    over = strike(lake, LAST + US)
    assert over.run is None
    assert "tipped" in over.said


def test_a_source_is_due_as_long_after_it_was_last_asked_as_its_cadence_says(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [FIRST - 3 * MINUTE, FIRST]
    schema = get_table("ops.scrapes").columns
    attempts = [
        {
            "scrape_id": f"{n}", "attempt": 1, "source": "odds", "request": "r", "attempted_ts": at, "status": 200,
            "outcome": "stored", "elapsed_seconds": 0.1,
        }
        for n, at in enumerate(asked)
    ]  # fmt: skip
    rows = [{name: row.get(name) for name in schema} for row in attempts]
    lake.commit(Batch("asked", "scrape", {"ops.scrapes": pl.DataFrame(rows, schema=schema)}))
    wanted: list[str] = []

    def scrape(
        lake: Lake, fetcher: None, sources: Sequence[tuple[Source, date]], *_: Any, **__: Any
    ) -> list[ScrapeReport]:
        wanted.extend(one.name for one, _ in sources)
        return []

    monkeypatch.setattr(live, "scrape", scrape)
    every = 5 * MINUTE
    strike(lake, FIRST + every - US, source(every, every))
    assert wanted == []
    strike(lake, FIRST + every, source(every, every))
    assert wanted == ["odds"]


@pytest.mark.parametrize(
    ("now", "early", "expected"),
    [
        (FIRST - 6 * LATE, 4 * MINUTE, 4 * MINUTE),
        (FIRST - 6 * LATE, 2 * LONGEST_WAIT, LONGEST_WAIT),
        (FIRST - LATE - 10 * MINUTE, LONGEST_WAIT, 10 * MINUTE),
        (FIRST - LATE - US, LONGEST_WAIT, MINUTE),
        (LAST + US, MINUTE, LONGEST_WAIT),
    ],
)
def test_the_next_tick_is_the_shortest_wait_but_never_past_the_slates_beginning(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, now: datetime, early: timedelta, expected: timedelta
) -> None:
    monkeypatch.setattr(live, "scrape", lambda *_, **__: [])
    monkeypatch.setattr(live, "_run_if_new", lambda *_: (None, ""))
    assert strike(lake, now, source(early), source(2 * early)).next_ts == now + expected


def test_after_the_last_game_the_next_tick_waits_longest(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    over = Evening(DAY, "over", 2, 2, FIRST, LAST)
    monkeypatch.setattr(live, "find_evening", lambda *_: over)
    monkeypatch.setattr(live, "scrape", lambda *_, **__: [])
    hours = timedelta(hours=3)
    assert strike(lake, LAST + hours, source(MINUTE, hours), source(MINUTE, MINUTE)).next_ts == LAST + 2 * hours
