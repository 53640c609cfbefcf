"""A snapshot is what was known at its moment: the same bytes frozen on time, or later by time travel, and only once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.errors import UnknownName
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from pipeline.freeze import SNAPSHOTS, due, freeze, read_snapshot
from tests.conftest import SHM

START = datetime(2025, 12, 1, 18, tzinfo=UTC)
GAME = "0022500001"
GROUP = 12345


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def put(lake: Lake, minute: float, table: str, *rows: Mapping[str, object]) -> None:
    """Commits facts that came in, and were public, at a minute."""
    assert isinstance(lake.clock, FixedClock)
    lake.clock.instant = max(lake.clock.instant, at(minute))
    batch = f"test:{table}:{minute}"
    stamps = {
        "as_of_ts": at(minute), "as_of_quality": "exact", "ingested_ts": at(minute), "source": "test",
        "bronze_batch": batch, "body_sha256": "0" * 64, "parser_version": 1,
    }  # fmt: skip
    frame = pl.DataFrame([{**row, **stamps} for row in rows], schema=get_table(table).columns)
    lake.commit(Batch(batch, "scrape", {table: frame}))


def announce(lake: Lake, minute: float, tip: float, status: str = "scheduled") -> None:
    row = {
        "game_id": GAME, "announcement": str(minute), "season": "2025-26", "season_type": "Regular Season",
        "game_date": date(2025, 12, 1), "tip_ts": at(tip), "home_team_id": 1, "away_team_id": 2, "home_team": "BOS",
        "away_team": "ATL", "status": status,
    }  # fmt: skip
    put(lake, minute, "silver.schedule", row)


def report(lake: Lake, minute: float, *outs: str) -> None:
    rows = [
        {
            "report_ts": at(minute), "game_date": date(2025, 12, 1), "matchup": "ATL@BOS", "team": "Boston Celtics",
            "entry": out, "player_name": out, "current_status": "Out", "row_kind": "player",
        }
        for out in outs
    ]  # fmt: skip
    put(lake, minute, "silver.injury_reports", *rows)


def quote(lake: Lake, minute: float, line: float, by_id: bool = True) -> None:
    row = {
        "feed": "oddstrader", "event_key": "e", "line_key": str(minute), "game_id": GAME if by_id else None,
        "game_date": date(2025, 12, 1), "home_team": "BOS", "away_team": "ATL", "book": "b", "market": "spread",
        "line": line,
    }  # fmt: skip
    put(lake, minute, "silver.odds_lines", row)


def group(lake: Lake, minute: float, start: float | None) -> None:
    row = {"draft_group": GROUP, "games": 1, "start_ts": None if start is None else at(start)}
    put(lake, minute, "silver.dk_draft_groups", row)


def pool(lake: Lake, minute: float, *players: tuple[int, int, float]) -> None:
    rows = [
        {"draft_group": GROUP, "draftable_id": key, "player_name": f"p{key}", "salary": salary, "lock_ts": at(lock)}
        for key, salary, lock in players
    ]
    put(lake, minute, "silver.dk_draftables", *rows)


def wait_until(lake: Lake, minute: float) -> None:
    assert isinstance(lake.clock, FixedClock)
    lake.clock.instant = at(minute)


def digests(lake: Lake) -> dict[tuple[str, str], tuple[datetime, str]]:
    rows = lake.scan(SNAPSHOTS).select("snapshot_id", "part", "at_ts", "body_sha256").collect()
    return {(name, part): (stamp, digest) for name, part, stamp, digest in rows.iter_rows()}


@pytest.fixture
def lake(lake_root: Path) -> Lake:
    """A lake that began at START."""
    made = Lake.open_or_create(lake_root / "lake", FixedClock(START))
    made.begin_run("start")
    return made


def test_a_snapshot_is_what_was_known_at_its_moment(lake: Lake) -> None:
    announce(lake, 1, tip=60)
    report(lake, 10, "A", "B")
    report(lake, 40, "A")
    quote(lake, 20, -3.5, by_id=False)
    quote(lake, 44, -4.5)
    quote(lake, 50, -9.5)
    report(lake, 55, "A", "C")
    wait_until(lake, 61)
    made = freeze(lake)
    assert [(one.snapshot_id, one.at_ts) for one in made.written] == [
        (f"{GAME}@T-15", at(45)), (f"{GAME}@tip", at(60)),
    ]  # fmt: skip
    early, tip = (read_snapshot(lake, f"{GAME}@{moment}") for moment in ("T-15", "tip"))
    assert list(early) == ["injuries", "lineups", "odds", "rosters", "schedule"]
    assert early["injuries"]["entry"].to_list() == ["A"]
    assert early["odds"]["line"].to_list() == [-4.5]
    assert early["rosters"].is_empty()
    assert list(early["rosters"].columns) == [*get_table("silver.rosters").columns, "available_ts"]
    assert tip["injuries"]["entry"].to_list() == ["A", "C"]
    assert tip["odds"]["line"].to_list() == [-9.5]
    late = lake.scan(SNAPSHOTS).select("moment", "is_late").unique().collect()
    assert dict(late.iter_rows()) == {"T-15": True, "tip": False}


def test_a_second_time_nothing_is_written_and_nothing_before_a_moment(lake: Lake) -> None:
    announce(lake, 1, tip=60)
    wait_until(lake, 44)
    head = lake.log.head()
    assert freeze(lake).written == ()
    assert lake.log.head() == head
    wait_until(lake, 46)
    assert len(due(lake, at(46))) == 1
    assert lake.log.head() == head
    assert len(freeze(lake).written) == 1
    head = lake.log.head()
    wait_until(lake, 50)
    assert freeze(lake).written == ()
    assert lake.log.head() == head


def test_a_moved_start_has_a_snapshot_of_its_own_and_a_restated_one_has_not(lake: Lake) -> None:
    announce(lake, 1, tip=60)
    announce(lake, 50, tip=60)
    announce(lake, 55, tip=120)
    wait_until(lake, 130)
    assert [(one.snapshot_id, one.at_ts) for one in freeze(lake).written] == [
        (f"{GAME}@T-15", at(45)), (f"{GAME}@T-15#2", at(105)), (f"{GAME}@tip", at(120)),
    ]  # fmt: skip


def test_a_postponed_game_has_no_moment(lake: Lake) -> None:
    announce(lake, 1, tip=60)
    announce(lake, 30, tip=60, status="postponed")
    wait_until(lake, 100)
    made = freeze(lake)
    assert (made.written, made.skipped) == ((), ())


def test_what_the_lake_cannot_know_is_skipped_with_a_reason(lake: Lake) -> None:
    announce(lake, 5, tip=10)
    wait_until(lake, 30)
    made = freeze(lake)
    assert [one.snapshot_id for one in made.written] == [f"{GAME}@tip"]
    ((name, reason),) = ((one.snapshot_id, one.reason) for one in made.skipped)
    assert name == f"{GAME}@T-15"
    assert "first entry" in reason
    assert freeze(lake).written == ()


def test_a_game_announced_after_its_tip_is_skipped(lake: Lake) -> None:
    announce(lake, 100, tip=60)
    wait_until(lake, 110)
    made = freeze(lake)
    assert made.written == ()
    assert ["did not know" in one.reason for one in made.skipped] == [True, True]


def test_moments_before_since_are_not_looked_at(lake: Lake) -> None:
    announce(lake, 1, tip=60)
    wait_until(lake, 24 * 60 * 5)
    assert due(lake, lake.clock.now()) == []
    assert len(due(lake, lake.clock.now(), START)) == 2


def test_a_draft_group_is_frozen_at_its_lock_as_known(lake: Lake) -> None:
    group(lake, 1, start=60)
    pool(lake, 2, (1, 5000, 60), (2, 6000, 90))
    pool(lake, 40, (1, 5100, 60))
    pool(lake, 70, (1, 9900, 60))
    wait_until(lake, 95)
    (made,) = freeze(lake).written
    assert (made.snapshot_id, made.at_ts) == (f"dg{GROUP}@lock", at(60))
    parts = read_snapshot(lake, made.snapshot_id)
    assert list(parts) == ["draftables"]
    assert parts["draftables"]["salary"].to_list() == [5100, 6000]


def test_a_group_without_a_start_locks_with_its_first_player(lake: Lake) -> None:
    pool(lake, 2, (1, 5000, 60), (2, 6000, 90))
    pool(lake, 20, (1, 5000, 80))
    group(lake, 3, start=None)
    wait_until(lake, 95)
    assert [one.at_ts for one in freeze(lake).written] == [at(80)]


def test_an_unknown_snapshot_is_named(lake: Lake) -> None:
    with pytest.raises(UnknownName, match="0022599999@tip"):
        read_snapshot(lake, "0022599999@tip")


events = st.one_of(
    st.tuples(st.just("tip"), st.sampled_from([30, 50, 60, 90])),
    st.tuples(st.just("off"), st.just(60)),
    st.tuples(st.just("report"), st.integers(0, 3)),
    st.tuples(st.just("odds"), st.integers(-9, 9)),
    st.tuples(st.just("group"), st.sampled_from([40, 60])),
    st.tuples(st.just("pool"), st.integers(1, 9)),
    st.tuples(st.just("compact"), st.just(0)),
)


def happen(lake: Lake, minute: int, event: tuple[str, int]) -> None:
    kind, value = event
    wait_until(lake, minute)
    if kind in ("tip", "off"):
        announce(lake, minute, value, "scheduled" if kind == "tip" else "postponed")
    elif kind == "report":
        report(lake, minute, *"ABCD"[: value + 1])
    elif kind == "odds":
        quote(lake, minute, float(value), by_id=value > 0)
    elif kind == "group":
        group(lake, minute, value)
    elif kind == "pool":
        pool(lake, minute, (1, value * 1000, 45), (2, 3000, 70))
    else:
        lake.compact()


@given(st.lists(st.tuples(st.integers(3, 100), events), min_size=1, max_size=5, unique_by=lambda event: event[0]))
def test_late_is_the_same_bytes_as_on_time(history: list[tuple[int, tuple[str, int]]]) -> None:
    history = [(1, ("tip", 60)), (2, ("group", 60)), *sorted(history)]
    with tempfile.TemporaryDirectory(prefix="pretip-test-", dir=SHM if SHM.is_dir() else None) as folder:
        prompt = Lake.open_or_create(Path(folder) / "prompt", FixedClock(START))
        prompt.begin_run("start")
        for minute, event in history:
            happen(prompt, minute, event)
            freeze(prompt)
        # The same history without freezing, then a compaction, a copy, and one freeze at the end.
        late = Lake.open_or_create(Path(folder) / "late", FixedClock(START))
        late.begin_run("start")
        for minute, event in history:
            happen(late, minute, event)
        wait_until(late, 110)
        late.compact()
        shutil.copytree(late.root, Path(folder) / "copy")
        copied = Lake.open(Path(folder) / "copy", FixedClock(at(120)))
        wait_until(prompt, 120)
        freeze(prompt)
        freeze(copied)
        assert digests(prompt) == digests(copied)
        assert digests(prompt)
