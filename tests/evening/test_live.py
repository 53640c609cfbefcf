"""An evening, tick by tick, on a lake with a model: idempotent, alone, and the same twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from cli.main import pretip
from ingest.http.client import Client
from ingest.http.sessions import Sessions
from ingest.registry import get_source
from lakehouse.clock import iso
from lakehouse.errors import LakeBusy
from lakehouse.lake import Lake
from pipeline import live
from pipeline.live import Tick, find_evening, tick
from pipeline.reproduce import reproduce
from sandbox.league import League, generate
from sandbox.serve.clock import MovingClock
from sandbox.serve.faults import Fault, Kind
from sandbox.serve.server import SandboxServer
from tests.evening.place import SESSIONS
from tests.pipeline.league import DAY, NOW

WORLDS = 64
# Those that a run reads, and the games' ends.
SOURCES = tuple(get_source(name) for name in ("schedule", "injuries", "espn", "lineups", "odds", "boxscores"))


@pytest.fixture(scope="session")
def small_league() -> League:
    """The league that the small lake was imported from."""
    return generate(3, 1, DAY + timedelta(days=1), teams=6, games_per_team=20)


@contextmanager
def stage(built: Path, root: Path, league: League) -> Iterator[tuple[Lake, MovingClock, SandboxServer, Client]]:
    clock = MovingClock(NOW + timedelta(hours=1))
    shutil.copytree(built / "lake", root)
    with (
        SandboxServer(league, clock) as server,
        Client(clock, Sessions.of(clock, SESSIONS), sandbox=server.url) as client,
    ):
        yield Lake.open(root, clock), clock, server, client


def strike(lake: Lake, client: Client) -> Tick:
    return tick(lake, client, sources=SOURCES, worlds=WORLDS)


def first_tip(league: League) -> datetime:
    """The first evening tip after the lake's last day."""
    tips = (datetime.fromtimestamp(game.fixture.tip, UTC) for game in league.seasons[0].games)
    return min(tip for tip in tips if tip > NOW + timedelta(hours=12))


def spend(built: Path, root: Path, league: League) -> list[Tick]:
    with stage(built, root, league) as (lake, clock, _, client):
        ticks = []
        for before in (timedelta(hours=3), timedelta(minutes=20), -timedelta(hours=4)):
            clock.set(first_tip(league) - before)
            ticks.append(strike(lake, client))
        return ticks


def test_an_evening_is_scraped_projected_and_over(built: Path, lake_root: Path, small_league: League) -> None:
    early, late, over = spend(built, lake_root / "one", small_league)
    assert early.run is not None
    assert late.run is not None
    assert over.run is None
    assert over.evening.final == over.evening.games > 0
    assert over.kept.labels == over.evening.final
    assert late.kept.labels == 0
    assert over.kept.snapshots > 0
    assert not (*early.kept.troubles, *late.kept.troubles, *over.kept.troubles)
    assert reproduce(Lake.open(lake_root / "one", MovingClock(over.at)), late.run.record.run_id).is_identical
    again = spend(built, lake_root / "two", small_league)
    digests = [(one.run.record.digests if one.run else None) for one in again]
    assert digests == [early.run.record.digests, late.run.record.digests, None]


def test_a_tick_again_asks_nothing_and_makes_nothing(built: Path, lake_root: Path, small_league: League) -> None:
    with stage(built, lake_root / "lake", small_league) as (lake, clock, _, client):
        clock.set(first_tip(small_league) - timedelta(hours=3))
        first = strike(lake, client)
        before = lake.pins()
        again = strike(lake, client)
        assert (again.scrapes, again.run) == ((), None)
        assert first.run is not None
        assert first.run.record.run_id in again.said
        assert lake.pins() == before
        assert again.next_ts > clock.now()


def test_a_day_without_games_is_said(built: Path, lake_root: Path, small_league: League) -> None:
    with stage(built, lake_root / "lake", small_league) as (lake, clock, _, client):
        summer = datetime(2026, 7, 4, 20, tzinfo=UTC)
        clock.set(summer)
        done = strike(lake, client)
        assert "no games" in done.said
        assert [report.source for report in done.scrapes] == ["schedule"]
        assert find_evening(lake, summer.date(), summer).phase == "no games"


def test_a_source_that_fails_degrades_the_run_and_says_so(built: Path, lake_root: Path, small_league: League) -> None:
    with stage(built, lake_root / "lake", small_league) as (lake, clock, server, client):
        clock.set(first_tip(small_league) - timedelta(hours=3))
        server.faults.add([Fault(match="oddstrader", fault=Kind.FORBIDDEN, times=None)])
        done = strike(lake, client)
        assert done.run is not None
        assert done.run.record.status == "degraded"
        assert any(reason.startswith("odds: ") for reason in done.run.record.reasons)


def test_a_freeze_that_fails_degrades_the_tick_and_does_not_end_it(
    built: Path, lake_root: Path, small_league: League, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(lake: Lake) -> None:
        raise LakeBusy("Another process is at it.")

    monkeypatch.setattr(live, "freeze", fail)
    monkeypatch.setattr(live, "freeze_labels", fail)
    with stage(built, lake_root / "lake", small_league) as (lake, clock, _, client):
        clock.set(first_tip(small_league) + timedelta(hours=4))
        done = strike(lake, client)
        assert done.kept.troubles == ("snapshots: Another process is at it.", "labels: Another process is at it.")
        assert done.evening.final > 0


def test_two_ticks_at_once_are_one_and_a_sentence(built: Path, lake_root: Path, small_league: League) -> None:
    with (
        stage(built, lake_root / "lake", small_league) as (lake, _, _, client),
        FileLock(lake.storage.control / "live.lock"),
        pytest.raises(LakeBusy, match="Another `pretip live`"),
    ):
        strike(lake, client)


def test_the_loop_ticks_until_it_is_told_to_stop(
    built: Path, lake_root: Path, small_league: League, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(lake_root / "config"))
    with stage(built, lake_root / "lake", small_league) as (lake, clock, server, _):
        start = first_tip(small_league) - timedelta(hours=3)
        clock.set(start)
        options = ["--lake", str(lake.root), "--sandbox", server.url]
        loop = ["live", "--loop", "--until", iso(start + timedelta(minutes=40)), "--worlds", str(WORLDS), "--json"]
        result = CliRunner().invoke(pretip, [*options, *loop])
        assert result.exit_code == 0, result.output
        ticks = [json.loads(line) for line in result.stdout.splitlines()]
        assert len(ticks) >= 2
        assert ticks[0]["run"]
        assert [one["at"] for one in ticks] == sorted(one["at"] for one in ticks)
        assert {one["source"] for one in ticks[0]["scrapes"]} >= {"schedule", "players", "injuries", "draftkings"}
