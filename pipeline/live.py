"""An evening, tick by tick: what is due is scraped, and where anything new came the slate is projected again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import polars as pl
from filelock import FileLock, Timeout

from ingest.registry import NAMES, get_source
from ingest.scrape import Fetcher, ScrapeReport, scrape
from ingest.source import Cadence, Source
from lakehouse.clock import eastern_date, iso
from lakehouse.errors import LakeBusy, PretipError
from lakehouse.gate import newest
from lakehouse.lake import Lake
from pipeline.freeze import freeze
from pipeline.labels import brings_results, freeze_labels
from pipeline.reads import READ_BY_RUNS
from pipeline.record import RunRecord, list_records
from pipeline.request import DEFAULT_WORLDS, RunRequest
from pipeline.run import MadeRun, begin, make_run

Phase = Literal["no games", "before", "slate", "after", "over"]
Progress = Callable[[str, int, int], None]
# A night's games belong to its date until this long after midnight.
NIGHT = timedelta(hours=6)
# Line-ups, actives and late scratches come from here on.
LATE = timedelta(minutes=90)
# A tick at least this often while a slate is on, whatever the sources' cadences.
LONGEST_WAIT = timedelta(minutes=30)
KIND = "live"


@dataclass(frozen=True)
class Evening:
    """The slate in hand: its Eastern date, first and last tip as known, how many games are final, and the phase."""

    day: date
    phase: Phase
    games: int = 0
    final: int = 0
    first_tip: datetime | None = None
    last_tip: datetime | None = None


@dataclass(frozen=True)
class Kept:
    """What a tick froze: snapshots, and games' labels; `troubles` are sentences that say what could not be."""

    snapshots: int = 0
    labels: int = 0
    corrected: int = 0
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tick:
    """What a tick did: scrapes made, what it froze, the run it published if any, why there was none, and when the next
    is due."""

    at: datetime
    evening: Evening
    scrapes: tuple[ScrapeReport, ...]
    kept: Kept
    run: MadeRun | None
    said: str
    next_ts: datetime

    def to_dict(self) -> dict[str, object]:
        """The tick as plain data."""
        return {
            "at": iso(self.at),
            "date": self.evening.day.isoformat(),
            "phase": self.evening.phase,
            "games": self.evening.games,
            "final": self.evening.final,
            "scrapes": [report.to_dict() for report in self.scrapes],
            "kept": vars(self.kept),
            "run": self.run.record.run_id if self.run is not None else None,
            "status": self.run.record.status if self.run is not None else None,
            "said": self.said,
            "next": iso(self.next_ts),
        }


def tick(
    lake: Lake,
    fetcher: Fetcher,
    *,
    day: date | None = None,
    sources: Sequence[Source] | None = None,
    worlds: int = DEFAULT_WORLDS,
    progress: Progress | None = None,
) -> Tick:
    """One round: find the slate, scrape what is due, freeze what is due, run where anything new came; else say why not.

    Idempotent: at the same instant again nothing is due and nothing new. `day` is the Eastern date, by default the one
    whose games are on (a night lasts until six). Raises LakeBusy where another tick is under way.
    """
    with _alone(lake):
        now = lake.clock.now()
        everyone = tuple(sources) if sources is not None else tuple(get_source(name) for name in NAMES)
        chosen = day if day is not None else eastern_date(now - NIGHT)
        asked = _last_asked(lake)
        evening = find_evening(lake, chosen, now)
        if evening.phase == "no games":
            # Nothing is known of the day yet, or it has no games: only the schedule can tell.
            schedule = tuple(source for source in everyone if source.name == "schedule")
            scrapes = _scrape_due(lake, fetcher, schedule, evening, asked, now, progress)
            evening = find_evening(lake, chosen, now)
            everyone = tuple(source for source in everyone if source.name != "schedule")
        else:
            scrapes = []
        if evening.phase != "no games":
            scrapes += _scrape_due(lake, fetcher, everyone, evening, asked, now, progress)
            evening = find_evening(lake, chosen, now)
        kept = _freeze_due(lake, scrapes, evening.day)
        run, said = _run_if_new(lake, evening, scrapes, worlds)
        every = tuple(sources) if sources is not None else tuple(get_source(name) for name in NAMES)
        return Tick(now, evening, tuple(scrapes), kept, run, said, _next_due(every, evening, now))


def find_evening(lake: Lake, day: date, now: datetime) -> Evening:
    """The slate of a date as the lake knows it now."""
    current = newest(lake.scan("silver.schedule"), ["game_id"])
    on_day = (pl.col("game_date") == day) & (pl.col("status") == "scheduled")
    games = current.filter(on_day).select("game_id", "tip_ts").sort("tip_ts").collect()
    if games.is_empty():
        return Evening(day, "no games")
    results = lake.scan("silver.results").select("game_id").unique()
    final = games.lazy().join(results, on="game_id", how="semi").collect().height
    first, last = (games["tip_ts"][at].astimezone(UTC) for at in (0, -1))
    phase: Phase = "before" if now < first - LATE else "slate" if now <= last else "after"
    if final == games.height:
        phase = "over"
    return Evening(day, phase, games.height, final, first, last)


def wait(cadence: Cadence, phase: Phase) -> timedelta | None:
    """How long after it was asked a source is due again in a phase; None where it is not."""
    if phase == "before" or phase == "no games":
        return cadence.early
    return cadence.late if phase == "slate" else cadence.after


@contextmanager
def _alone(lake: Lake) -> Iterator[None]:
    lock = FileLock(lake.storage.control / "live.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise LakeBusy("Another `pretip live` is at work on this lake; wait for it, or stop it.") from None
    try:
        yield
    finally:
        lock.release()


def _last_asked(lake: Lake) -> dict[str, datetime]:
    rows = lake.scan("ops.scrapes").group_by("source").agg(pl.col("attempted_ts").max()).collect()
    return {source: at.astimezone(UTC) for source, at in rows.iter_rows()}


def _scrape_due(
    lake: Lake,
    fetcher: Fetcher,
    sources: Sequence[Source],
    evening: Evening,
    asked: dict[str, datetime],
    now: datetime,
    progress: Progress | None,
) -> list[ScrapeReport]:
    due = [source for source in sources if _is_due(source, evening.phase, asked.get(source.name), now)]
    wanted = [(source, evening.day) for source in due]
    return scrape(lake, fetcher, wanted, KIND, progress, newest_only=True) if wanted else []


def _is_due(source: Source, phase: Phase, asked: datetime | None, now: datetime) -> bool:
    every = wait(source.cadence, phase)
    return every is not None and (asked is None or now - asked >= every)


def _freeze_due(lake: Lake, scrapes: Sequence[ScrapeReport], day: date) -> Kept:
    """Freezes the snapshots that are due, and labels where results came; an evening does not end where one cannot be."""
    troubles = []
    snapshots = labels = corrected = 0
    try:
        snapshots = len(freeze(lake).written)
    except PretipError as error:
        troubles.append(f"snapshots: {error}")
    if brings_results(scrapes):
        try:
            done = freeze_labels(lake)
            labels, corrected = len(done.frozen), len(done.corrected)
            troubles += [f"labels: {one.game_id}: {one.reason}" for one in done.flawed if one.game_date == day]
        except PretipError as error:
            troubles.append(f"labels: {error}")
    return Kept(snapshots, labels, corrected, tuple(troubles))


def _run_if_new(
    lake: Lake, evening: Evening, scrapes: Sequence[ScrapeReport], worlds: int
) -> tuple[MadeRun | None, str]:
    """A run, where games are left to play and something that runs read has moved since the last; and what to say."""
    if evening.phase == "no games":
        return None, f"there are no games on {evening.day}"
    if evening.last_tip is None or lake.clock.now() > evening.last_tip:
        return None, f"every game of {evening.day} has tipped; {evening.final} of {evening.games} are final"
    last = _last_run(lake, evening.day)
    if last is not None and not _has_moved(lake, last):
        return None, f"nothing new since run {last.run_id}"
    troubles = tuple(f"{report.source}: {reason}" for report in scrapes for reason in report.failures)
    run_ts = begin(lake, evening.day)
    made = make_run(lake, RunRequest(evening.day, run_ts, worlds=worlds), KIND, troubles)
    return made, f"run {made.record.run_id}: {made.record.status}"


def _last_run(lake: Lake, day: date) -> RunRecord | None:
    records = [record for record in list_records(lake, day) if record.kind == KIND]
    return records[-1] if records else None


def _has_moved(lake: Lake, record: RunRecord) -> bool:
    """Whether a table that runs read has a newer version since a run, or a model was promoted."""
    versions, before = lake.pins().versions, record.pins["versions"]
    return any(versions.get(name, 0) != before.get(name, 0) for name in (*READ_BY_RUNS, "ops.promotions"))


def _next_due(sources: Sequence[Source], evening: Evening, now: datetime) -> datetime:
    waits = [every for source in sources if (every := wait(source.cadence, evening.phase)) is not None]
    if evening.phase in ("no games", "over"):
        return now + max([LONGEST_WAIT, *waits]) if evening.phase == "over" else now + LONGEST_WAIT
    following = now + min([LONGEST_WAIT, *waits])
    if evening.phase == "before" and evening.first_tip is not None:
        following = min(following, max(evening.first_tip - LATE, now + timedelta(minutes=1)))
    return following
