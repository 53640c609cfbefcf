"""Runs of the past: for each game of some dates, at instants relative to its tip, through the same pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from lakehouse.clock import FixedClock
from lakehouse.errors import BadInput
from lakehouse.gate import Knowledge
from lakehouse.lake import Lake
from pipeline.at import Offset, run_instants
from pipeline.executor import Executor, Serial
from pipeline.record import RunRecord
from pipeline.request import DEFAULT_SEED, DEFAULT_WORLDS, RunRequest
from pipeline.run import MadeRun, make, publish

RUNS_A_COMMIT = 8
Progress = Callable[[RunRecord, int, int], None]


@dataclass(frozen=True)
class BackfillRequest:
    """Which past runs to make: the offsets before tip at which each game of the dates gets one."""

    first: date
    last: date
    ats: tuple[Offset, ...] = (Offset(60), Offset(15))
    knowledge: Knowledge = "published"
    worlds: int = DEFAULT_WORLDS
    seed: int = DEFAULT_SEED


@dataclass(frozen=True)
class _Job:
    root: Path
    now: datetime
    request: RunRequest


def backfill(
    lake: Lake, request: BackfillRequest, executor: Executor | None = None, progress: Progress | None = None
) -> list[RunRecord]:
    """Makes and publishes the runs, one commit for each chunk of `RUNS_A_COMMIT`; their manifests by instant.

    A slate's run at an instant is made once, however many games and offsets ask for it. Published runs all read the
    versions that were newest when the backfill began. Raises BadInput where no game of the dates is known.
    """
    requests = list_requests(lake, request)
    if not requests:
        dates = f"{request.first} to {request.last}"
        raise BadInput(f"No game from {dates} was scheduled in this lake; import history that covers them.")
    jobs = [_Job(lake.root, max(lake.clock.now(), wanted.run_ts), wanted) for wanted in requests]
    records: list[RunRecord] = []
    for chunk in _chunks((executor or Serial()).run(_work, jobs), RUNS_A_COMMIT):
        publish(lake, chunk, f"backfill:{request.first}:{request.last}:{chunk[0].record.run_id}")
        for made in chunk:
            records.append(made.record)
            if progress is not None:
                progress(made.record, len(records), len(jobs))
    return records


def list_requests(lake: Lake, request: BackfillRequest) -> list[RunRequest]:
    """The runs of a backfill, in order of date and instant."""
    if request.last < request.first:
        raise BadInput(f"The dates run from {request.first} to {request.last}; give the earlier one first.")
    view = lake.as_of(lake.clock.now(), request.knowledge)
    wanted: dict[tuple[date, datetime], None] = {}
    for offset in request.ats:
        instants = run_instants(view, request.first, request.last, offset)
        wanted |= dict.fromkeys(instants.select("game_date", "run_ts").iter_rows())
    pins = view.pins if request.knowledge == "published" else None
    return [
        RunRequest(day, run_ts, request.knowledge, request.seed, request.worlds, pins=pins)
        for day, run_ts in sorted(wanted)
    ]


def _work(job: _Job) -> MadeRun:
    return make(Lake.open(job.root, FixedClock(job.now)), job.request, "backfill", job.now)


def _chunks(runs: Iterable[MadeRun], size: int) -> Iterator[Sequence[MadeRun]]:
    waiting = iter(runs)
    while chunk := list(islice(waiting, size)):
        yield chunk
