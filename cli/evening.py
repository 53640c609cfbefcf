"""An evening with a made-up league, over real HTTP: the work behind `pretip demo`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars.selectors as cs
from pydantic import SecretStr

from cli.output import progress_bar, say
from evaluation.window import WindowReport, evaluate_window
from ingest.history.importer import import_history
from ingest.http.client import Client
from ingest.http.sessions import Sessions
from lakehouse.clock import EASTERN, perf_seconds
from lakehouse.doctor import examine
from lakehouse.errors import BadInput
from lakehouse.lake import Lake
from models.minutes import Progress
from models.registry import Trained, promote, train_minutes
from pipeline.at import Offset
from pipeline.diff import Comparison, diff_runs
from pipeline.labels import freeze_labels
from pipeline.live import Tick, tick
from pipeline.reproduce import Reproduction, reproduce
from pipeline.run import MadeRun
from sandbox.history import write_league
from sandbox.league import League, generate
from sandbox.serve.clock import MovingClock
from sandbox.serve.scenario import LateScratch, find_late_scratch
from sandbox.serve.server import SandboxServer

SEASONS = 1
# Among the evenings of these dates the one with the greatest star ruled out late is shown.
FIRST, LAST = date(2025, 12, 22), date(2026, 1, 31)
SCORED_AT = Offset(15)
# When the timer strikes, Eastern: through the afternoon, just before and just after the news; then before the last game.
TICKS = (time(13, 0), time(17, 0), time(18, 30), time(18, 50))
BEFORE_NEWS, AFTER_NEWS = 2, 3
BEFORE_LAST = timedelta(minutes=20)
MORNING_AFTER = timedelta(hours=26, minutes=30)
# What the sandbox takes for a session.
SESSIONS = {"draftkings": SecretStr("dk=sandbox"), "linestar": SecretStr("ls=sandbox")}


@dataclass(frozen=True)
class Evening:
    """What came of it."""

    news: LateScratch
    model: Trained
    ticks: tuple[Tick, ...]
    idle: Tick
    moved: Comparison
    scored: WindowReport
    again: list[Reproduction]
    responses: dict[str, int]
    healthy: bool
    seconds: dict[str, float]

    @property
    def runs(self) -> list[MadeRun]:
        """The runs published through the evening."""
        return [one.run for one in self.ticks if one.run is not None]

    def to_dict(self) -> dict[str, Any]:
        """The evening as plain data."""
        runs = self.runs
        return {
            "date": self.news.day.isoformat(),
            "news": {"player": self.news.player.name, "player_id": self.news.player.player_id, "at": self.news.stamp},
            "model": {"model_id": self.model.row.model_id, "gate_reasons": list(self.model.gate.reasons)},
            "ticks": [one.to_dict() for one in self.ticks],
            "runs": [run.record.to_dict() for run in runs],
            "projections": runs[-1].outputs["gold.projections"].drop(cs.temporal()).to_dicts(),
            "diff": self.moved.to_dict(limit=15),
            "accuracy": self.scored.to_dict(),
            "reproduced": [one.to_dict() for one in self.again],
            "responses": self.responses,
            "healthy": self.healthy,
            "seconds": self.seconds,
        }


@dataclass
class Story:
    """The seconds of the chapters told so far."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        """Announces a chapter on stderr and keeps how long it took."""
        say(f"· {title} ...")
        began = perf_seconds()
        yield
        self.seconds[title] = round(perf_seconds() - began, 1)


def spend_evening(folder: Path, seed: int) -> Evening:
    """Plays a league, learns from its past, and lives through an evening of it in `folder`/lake.

    Raises BadInput where the seed's league has no late news on the dates in question.
    """
    story = Story()
    with story.chapter(f"Playing a season of a league nobody has seen (seed {seed})"), progress_bar() as move:
        league = generate(seed, SEASONS, LAST, progress=move)
        news = find_late_scratch(league, FIRST, LAST)
    if news is None:
        raise BadInput(f"Nobody is ruled out late in the league of seed {seed}; try another seed.")
    clock = MovingClock(_at(news.day, time(10)))
    lake = Lake.open_or_create(folder / "lake", clock)
    with story.chapter(f"Importing what was public on the morning of {news.day}"):
        _import_past(lake, league, news.day)
    with story.chapter("Training the minutes model on it"), progress_bar() as move:
        model = _train(lake, news.day, lambda what, share: move(what, round(100 * share), 100))
    with SandboxServer(league, clock) as server, Client(clock, Sessions.of(clock, SESSIONS), sandbox=server.url) as web:
        ticks = [_strike(story, lake, web, clock, _at(news.day, at), news.day) for at in TICKS]
        last_tip = ticks[-1].evening.last_tip
        if last_tip is not None and last_tip - BEFORE_LAST > ticks[-1].at:
            ticks.append(_strike(story, lake, web, clock, last_tip - BEFORE_LAST, news.day))
        with story.chapter("The same again at once: nothing is due, nothing is new"):
            idle = _tick(lake, web, news.day)
        clock.set(_at(news.day, time(0)) + MORNING_AFTER)
        with story.chapter("The games are over: box scores, standings"):
            ticks.append(_tick(lake, web, news.day))
    runs = [one.run for one in ticks if one.run is not None]
    before, after = (ticks[at].run for at in (BEFORE_NEWS, AFTER_NEWS))
    if before is None or after is None:
        raise BadInput(f"No run was made around the news of seed {seed}; try another seed.")
    with story.chapter("Asking what moved the projections when the news came"):
        moved = diff_runs(lake, before.record.run_id, after.record.run_id)
    with story.chapter("Scoring the evening, each game as this lake knew it 15 minutes before its tip"):
        scored = evaluate_window(lake, news.day, news.day, SCORED_AT, "observed")
    with story.chapter("Making every run again, in fresh processes, with the results now in the lake"):
        again = _again(lake, runs)
    with story.chapter("Examining the lake, byte for byte"):
        healthy = examine(lake).healthy
    return Evening(news, model, tuple(ticks), idle, moved, scored, again, _responses(lake), healthy, story.seconds)


def _import_past(lake: Lake, league: League, day: date) -> None:
    with tempfile.TemporaryDirectory() as archive, progress_bar() as move:
        write_league(Path(archive), league, until=day, known_until=lake.clock.now())
        import_history(lake, Path(archive), now=lake.clock.now(), progress=move)
        freeze_labels(lake)


def _train(lake: Lake, day: date, progress: Progress) -> Trained:
    """The model of all before the day, in use even where the gate is against it: an evening without one shows nothing."""
    now = lake.clock.now()
    trained = train_minutes(lake, day, now=now, progress=progress)
    if not trained.promoted:
        promote(lake, trained.row.model_id, now, "the only one there is", anyway=True)
    return trained


def _strike(story: Story, lake: Lake, web: Client, clock: MovingClock, at: datetime, day: date) -> Tick:
    clock.set(at)
    with story.chapter(f"{at.astimezone(EASTERN):%H:%M} Eastern: scraping what is due, projecting the slate anew"):
        return _tick(lake, web, day)


def _tick(lake: Lake, web: Client, day: date) -> Tick:
    with progress_bar() as move:
        return tick(lake, web, day=day, progress=lambda what, done, total: move(what[:24], done, total))


def _again(lake: Lake, runs: Sequence[MadeRun]) -> list[Reproduction]:
    # Each is made in a process of its own; two at a time are what two cores hold.
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda run: reproduce(lake, run.record.run_id), runs))


def _responses(lake: Lake) -> dict[str, int]:
    outcomes = lake.scan("ops.scrapes").group_by("outcome").len().sort("outcome").collect()
    return {outcome: int(count) for outcome, count in outcomes.iter_rows()}


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, EASTERN).astimezone(UTC)
