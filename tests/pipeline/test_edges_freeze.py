"""Moments at the very instants between which they are looked at, and facts that come in at a moment itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lakehouse.clock import FixedClock
from lakehouse.lake import Lake
from pipeline.freeze import LATE, SNAPSHOTS, _fired, due, freeze, read_snapshot
from tests.pipeline.test_freeze import GAME, GROUP, START, announce, at, group, pool, put, report, wait_until

US = timedelta(microseconds=1)


@pytest.fixture
def blank(lake_root: Path) -> Lake:
    """An empty lake at START."""
    return Lake.open_or_create(lake_root / "lake", FixedClock(START))


@pytest.fixture
def lake(blank: Lake) -> Lake:
    """A lake that began at START."""
    blank.begin_run("start")
    return blank


def moments(lake: Lake, now: datetime, since: datetime | None = None) -> list[tuple[str, datetime]]:
    """Names and instants of the moments due at an instant."""
    assert isinstance(lake.clock, FixedClock)
    lake.clock.instant = max(lake.clock.instant, now)
    return [(one.snapshot_id, one.at_ts) for one in due(lake, now, since)]


def test_a_moment_is_due_from_its_instant_on_and_looked_at_from_since_on(lake: Lake) -> None:
    announce(lake, 1, tip=60)
    early, tip = (f"{GAME}@T-15", at(45)), (f"{GAME}@tip", at(60))
    assert moments(lake, at(45) - US) == []
    assert moments(lake, at(45)) == [early]
    assert moments(lake, at(60), since=at(45)) == [early, tip]
    assert moments(lake, at(60), since=at(45) + US) == [tip]
    assert moments(lake, at(70), since=at(60)) == [tip]
    assert moments(lake, at(70), since=at(60) + US) == []


@pytest.mark.parametrize(("known", "names"), [(59, ["T-15"]), (60, ["T-15", "tip"]), (61, [])])
def test_a_start_that_comes_out_at_the_last_instant_is_due_at_once(lake: Lake, known: int, names: list[str]) -> None:
    announce(lake, known, tip=60)
    wait_until(lake, known)
    assert [one.moment for one in freeze(lake).written] == names
    assert moments(lake, at(known), since=at(known) - US) == []


def test_a_start_that_came_out_since_is_looked_at_though_its_moment_was_before(lake: Lake) -> None:
    announce(lake, 50, tip=60)
    assert moments(lake, at(60), since=at(50)) == [(f"{GAME}@T-15", at(50)), (f"{GAME}@tip", at(60))]
    announce(lake, 61, tip=100)
    announce(lake, 100, tip=100.0)
    assert moments(lake, at(100), since=at(100)) == [(f"{GAME}@tip#2", at(100))]


@pytest.mark.parametrize(("since", "count"), [(44, 1), (45, 1), (46, 0)])
def test_what_was_missed_is_said_from_since_on(lake: Lake, since: int, count: int) -> None:
    announce(lake, 100, tip=60)
    wait_until(lake, 110)
    assert [one.at_ts for one in freeze(lake, at(since)).skipped][:1] == [at(45)] * count + [at(60)] * (1 - count)
    assert freeze(lake, at(60) + US).skipped == ()


@pytest.mark.parametrize(("tip", "count"), [(15, 1), (14, 0)])
def test_a_moment_at_the_lakes_first_entry_is_frozen_and_one_before_is_not(blank: Lake, tip: int, count: int) -> None:
    announce(blank, 0, tip)
    assert blank.log.entry(1).instant == START
    assert moments(blank, at(1)) == [(f"{GAME}@T-15", at(0))] * count


@pytest.mark.parametrize(("after", "late"), [(LATE, False), (LATE + US, True)])
def test_a_snapshot_is_late_after_five_minutes_and_no_instant_sooner(lake: Lake, after: timedelta, late: bool) -> None:
    group(lake, 1, start=60)
    assert isinstance(lake.clock, FixedClock)
    lake.clock.instant = at(60) + after
    assert freeze(lake).late == late
    assert lake.scan(SNAPSHOTS).collect()["is_late"].to_list() == [late]


def test_only_subjects_with_a_start_since_are_settled() -> None:
    """A lake of many seasons asks for the games of the last days alone."""
    starts = {"old": at(0), "new": at(60)}
    claims = pl.LazyFrame(
        {"available_ts": [at(0)] * 2, "subject": [*starts], "start_ts": [*starts.values()]},
        schema_overrides=dict.fromkeys(("available_ts", "start_ts"), pl.Datetime("us", "UTC")),
    )
    asked: set[str] = set()

    def settle(cuts: pl.LazyFrame) -> pl.LazyFrame:
        asked.update(cuts.collect()["subject"])
        return cuts.select("subject", "cut_id", start_ts=pl.col("subject").replace_strict(starts))

    found = _fired(claims, settle, timedelta(0), at(0) + US, at(70)).collect()
    assert (asked, found["subject"].to_list()) == ({"new"}, ["new"])


def roster(lake: Lake, minute: float, team: int, told: float, *players: int) -> None:
    """A roster report of a minute that comes in at another."""
    rows: list[dict[str, Any]] = [
        {"report_ts": at(told), "game_date": date(2025, 12, 1), "team_id": team, "player_id": player, "role": "active"}
        for player in players
    ]
    put(lake, minute, "silver.rosters", *rows)


def test_whole_reports_are_the_newest_of_each_team_whenever_they_came_in(lake: Lake) -> None:
    announce(lake, 1, tip=60)
    roster(lake, 10, 1, 10, 11, 12)
    roster(lake, 11, 2, 11, 21, 22)
    roster(lake, 12, 1, 12, 11)
    roster(lake, 20, 2, 5, 23)
    report(lake, 30, "A", "B")
    report(lake, 44, "B")
    wait_until(lake, 46)
    freeze(lake)
    parts = read_snapshot(lake, f"{GAME}@T-15")
    assert parts["rosters"].sort("player_id")["player_id"].to_list() == [11, 21, 22]
    assert parts["injuries"]["entry"].to_list() == ["B"]


def test_a_lock_is_the_first_of_the_players_known_at_it(lake: Lake) -> None:
    pool(lake, 2, (1, 5000, 60), (2, 6000, 90))
    pool(lake, 70, (3, 5000, 30))
    assert moments(lake, at(95)) == [(f"dg{GROUP}@lock", at(60))]


def test_a_groups_own_start_is_known_from_its_instant_on(lake: Lake) -> None:
    pool(lake, 2, (1, 5000, 60))
    group(lake, 61, start=90)
    assert moments(lake, at(95)) == [(f"dg{GROUP}@lock", at(60)), (f"dg{GROUP}@lock#2", at(90))]
