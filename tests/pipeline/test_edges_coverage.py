"""What counts as told in time, and on which dates, at the very instants and days where it turns."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.errors import BadInput
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from pipeline.coverage import cover
from pipeline.due import Desk, Held, count_table
from tests.transforms.edges import US
from tests.transforms.league import ATL, BOS, OPENING, Row, fact, game_key, game_row
from transforms.due import TOLD_AFTER

DAY = timedelta(days=1)
EARLY = OPENING - 30 * DAY


@pytest.fixture
def lake(lake_root: Path) -> Lake:
    """A lake that knows of a game a day, of four days that are over."""
    lake = Lake.open_or_create(lake_root / "lake", FixedClock(OPENING + 4 * DAY))
    put(lake, "silver.schedule", *(game_row(n, BOS, ATL, OPENING + n * DAY, EARLY) for n in range(4)))
    return lake


def put(lake: Lake, table: str, *rows: Row) -> None:
    batch = f"test:{table}:{lake.log.head()}"
    frame = pl.DataFrame([{**row, "bronze_batch": batch} for row in rows], schema=get_table(table).columns)
    lake.commit(Batch(batch, "scrape", {table: frame}))


def desk(lake: Lake, first: date, last: date) -> Desk:
    now = lake.clock.now()
    return Desk(Held(lake, now), lake.as_of(now, "published", "training"), first, last)


def day(n: int) -> date:
    return game_row(0, BOS, ATL, OPENING + n * DAY, EARLY)["game_date"]  # type: ignore[no-any-return]


def present(lake: Lake, table: str) -> int:
    """Units of the first day that a table holds."""
    return int(count_table(desk(lake, day(0), day(0)), table)["present"].sum())


def told(table: str, at: datetime, **values: Any) -> Row:
    stated = {"game_id": game_key(0), "game_date": day(0), "team_id": ATL, "player_id": 1, "report_ts": at, **values}
    return fact(table, at, **stated)


REPORT = {"matchup": "ATL@BOS", "team": "Atlanta Hawks", "entry": "Lee, Ray", "row_kind": "player"}
LINE = {"feed": "oddstrader", "event_key": "e", "book": "fd", "market": "total", "line_key": "1", "line": 210.0}


@pytest.mark.parametrize(
    ("table", "values"),
    [("rosters", {"role": "active"}), ("injury_reports", REPORT), ("odds_lines", LINE)],
)
def test_what_was_told_by_the_tip_counts_and_what_came_after_does_not(
    lake: Lake, table: str, values: dict[str, Any]
) -> None:
    later = {"entry": "No, Body"} if table == "injury_reports" else {"line_key": "2"} if table == "odds_lines" else {}
    put(lake, f"silver.{table}", told(table, OPENING + US, **values))
    assert present(lake, f"silver.{table}") == 0
    put(lake, f"silver.{table}", told(table, OPENING, **values))
    put(lake, f"silver.{table}", told(table, OPENING + DAY, **{**values, **later}))
    assert present(lake, f"silver.{table}") == 1


@pytest.mark.parametrize("late", [timedelta(0), US])
def test_what_is_public_only_later_is_not_held_yet(lake: Lake, late: timedelta) -> None:
    result = fact("results", lake.clock.now() + late, game_id=game_key(0), home_score=1, away_score=2, ot_periods=0)
    put(lake, "silver.results", result)
    assert present(lake, "silver.results") == (0 if late else 1)


@pytest.mark.parametrize(("first", "last"), [(0, 3), (1, 2), (2, 2)])
def test_dates_are_the_first_and_the_last_and_those_between(lake: Lake, first: int, last: int) -> None:
    assert lake.clock.now() > OPENING + 3 * DAY + TOLD_AFTER
    found = count_table(desk(lake, day(first), day(last)), "silver.results")
    assert found["game_date"].to_list() == [day(n) for n in range(first, last + 1)]
    covered = cover(lake, "silver.results", day(first), day(last))
    assert covered.days["game_date"].to_list() == [day(n) for n in range(first, last + 1)]


def test_dates_that_end_before_they_begin_are_refused(lake: Lake) -> None:
    with pytest.raises(BadInput, match="before they begin"):
        cover(lake, "silver.results", day(1), day(0))


def test_outside_the_days_a_table_was_kept_on_it_says_so(lake: Lake) -> None:
    """Of two games a day one was told of on the second day and one on the third."""
    others = [game_row(10 + n, BOS, ATL, OPENING + n * DAY + US, EARLY) for n in range(4)]
    put(lake, "silver.schedule", *others)
    put(
        lake,
        "silver.status_events",
        *(told("status_events", OPENING, observed_ts=OPENING, game_id=game_key(n), listed=True) for n in (1, 2)),
    )
    reasons = cover(lake, "silver.status_events", day(0), day(3)).days["reason"].to_list()
    outside = f"kept from {day(1)} to {day(2)} only"
    assert reasons == [outside, "unexplained", "unexplained", outside]
