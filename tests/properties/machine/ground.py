"""Where every history of the machine begins: a small league's lake at noon of a game day, two models, two runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ingest.history.importer import import_history
from ingest.http.request import Attempt, Request, Response
from ingest.source import Source
from lakehouse.clock import FixedClock
from lakehouse.errors import FetchFailed
from lakehouse.lake import Lake
from models.boosting import BoostConfig
from pipeline.labels import freeze_labels
from pipeline.record import RunRecord
from pipeline.request import RunRequest
from pipeline.run import begin, make_run
from sandbox.history import write_league
from sandbox.league import generate
from sandbox.serve.routes import Route
from sandbox.serve.site import answer, load_routes
from sandbox.serve.world import World
from tests.pipeline.league import put_to_use, small_config
from tests.properties.machine.book import Book

DAY = date(2025, 12, 1)
# Noon Eastern of DAY; its two games tip at 19:00 and 19:30.
NOON = datetime(2025, 12, 1, 17, tzinfo=UTC)
WORLDS = 50
TINY = small_config(BoostConfig(rounds=3, leaves=4, min_rows_leaf=40))


@dataclass(frozen=True)
class Ground:
    """A lake to copy and the book of it, the world it is about, its models (older first) and the runs it holds."""

    root: Path
    book: Book = field(repr=False)
    world: World
    routes: tuple[Route, ...] = field(repr=False)
    models: tuple[str, str]
    runs: tuple[RunRecord, ...] = field(repr=False)


def build_ground(folder: Path) -> Ground:
    """Half a season of four teams, imported at NOON; models until a week before and until DAY; a run of each knowledge."""
    league = generate(3, 1, DAY + timedelta(days=1), teams=4, games_per_team=20)
    write_league(folder / "archive", league, until=DAY, known_until=NOON - timedelta(minutes=30))
    clock = FixedClock(NOON)
    lake = Lake.open_or_create(folder / "lake", clock)
    import_history(lake, folder / "archive", now=NOON)
    freeze_labels(lake)
    models = []
    for until in (DAY - timedelta(days=7), DAY):
        clock.advance(timedelta(minutes=1))
        models.append(put_to_use(lake, until, clock.now(), TINY).model_id)
    clock.advance(timedelta(minutes=1))
    observed = make_run(lake, RunRequest(DAY, begin(lake, DAY), "observed", worlds=WORLDS))
    early = NOON - timedelta(hours=2)
    published = make_run(lake, RunRequest(DAY, early, "published", worlds=WORLDS))
    book = Book()
    book.catch_up(lake)
    return Ground(
        lake.root, book, World(league), load_routes(), (models[0], models[1]), (observed.record, published.record)
    )


@dataclass(frozen=True)
class Web:
    """What the scrapers ask: the sandbox league's own site, without a socket between."""

    ground: Ground
    clock: FixedClock

    def has_session(self, name: str) -> bool:
        """None is stored."""
        return False

    def fetch(
        self, request: Request, source: Source, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """The site's answer at the clock's instant; FetchFailed for a status that is not one of absence."""
        now = self.clock.now()
        url = request.url
        reply = answer(self.ground.world, self.ground.routes, int(now.timestamp()), url, dict(request.headers))
        while reply.status == 302:
            url = reply.headers["Location"]
            reply = answer(self.ground.world, self.ground.routes, int(now.timestamp()), url, dict(request.headers))
        if reply.status != 200 and reply.status not in request.absent:
            raise FetchFailed(f"{request.key} answered {reply.status}.")
        published = datetime.fromtimestamp(reply.modified, UTC) if reply.modified is not None else None
        tries = (Attempt(1, now, 0.0, reply.status),)
        return Response(request, reply.status, url, now, reply.body, published_ts=published, attempts=tries)
