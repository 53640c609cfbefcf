from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.http.client import Client
from ingest.http.sessions import Sessions
from lakehouse.lake import Lake
from sandbox.league import League, generate
from sandbox.serve.clock import MovingClock
from sandbox.serve.server import SandboxServer
from tests.evening.place import DAY, SESSIONS, Place, at
from tests.pipeline.conftest import built

__all__ = ["built"]


@pytest.fixture(scope="session")
def league() -> League:
    """A short season of the whole league; DAY has five games."""
    return generate(3, 1, DAY, teams=30, games_per_team=12, days=75)


@pytest.fixture(scope="session")
def groundwork(league: League, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake that knows the schedule and the rosters of DAY; to be copied."""
    clock = MovingClock(at(12))
    with SandboxServer(league, clock) as server, Client(clock, Sessions.of(clock, {}), sandbox=server.url) as client:
        root = tmp_path_factory.mktemp("groundwork") / "lake"
        Place(Lake.open_or_create(root, clock), clock, server, client).ingest("schedule", "players")
    return root


@pytest.fixture
def prepared(place: Place, groundwork: Path, lake_root: Path) -> Place:
    """A place whose lake knows the schedule and the rosters already."""
    root = lake_root / "prepared"
    shutil.copytree(groundwork, root)
    return replace(place, lake=Lake.open(root, place.clock))


@pytest.fixture
def place(league: League, lake_root: Path) -> Iterator[Place]:
    """An empty lake, a league that is served, and a client between them, at 18:50 Eastern of DAY."""
    clock = MovingClock(at(18, 50))
    with (
        SandboxServer(league, clock) as server,
        Client(clock, Sessions.of(clock, SESSIONS), sandbox=server.url) as client,
    ):
        yield Place(Lake.open_or_create(lake_root / "lake", clock), clock, server, client)
