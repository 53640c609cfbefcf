"""Making a run: compute it at its instant, then publish its outputs and its manifest in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from lakehouse.clock import FixedClock, iso, require_instant
from lakehouse.commit import Batch
from lakehouse.errors import ClockError
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from pipeline.code import unkept_code
from pipeline.compute import RunResult, compute_run
from pipeline.record import RunRecord, make_record
from pipeline.request import RunRequest


@dataclass(frozen=True)
class MadeRun:
    """A published run: its manifest, and its outputs with run_id and run_ts."""

    record: RunRecord
    outputs: dict[str, pl.DataFrame]


def make_run(lake: Lake, request: RunRequest, kind: str = "run", troubles: tuple[str, ...] = ()) -> MadeRun:
    """Computes a run and publishes it; a blocked run leaves its manifest and no outputs.

    `troubles` are reasons from outside that degrade it, such as a scrape that failed just before.
    Raises ClockError for an instant in the future or, observed, before the lake began.
    """
    started = lake.clock.now()
    request = replace(request, run_ts=require_instant(request.run_ts, "The run's instant"))
    if request.run_ts > max(started, _last_instant(lake) or started):
        raise ClockError(f"{iso(request.run_ts)} is in the future; a run cannot know what is not known yet.")
    made = make(reader(lake, request.run_ts), request, kind, started, troubles)
    publish(lake, [made], f"run:{request.slate_date}:{made.record.run_id}")
    return made


def begin(lake: Lake, slate_date: date) -> datetime:
    """The instant of a live run: that of an entry of the log, so that nothing can later appear at or before it."""
    return lake.begin_run(f"run:{slate_date}")


def make(lake: Lake, request: RunRequest, kind: str, started_ts: datetime, troubles: tuple[str, ...] = ()) -> MadeRun:
    """Computes a run and its manifest; nothing is published."""
    result = compute_run(lake, request)
    if troubles:
        status = "degraded" if result.status == "ok" else result.status
        result = replace(result, status=status, reasons=(*result.reasons, *troubles))
    record = make_record(result, kind, started_ts)
    return MadeRun(record, _signed(result, record))


def publish(lake: Lake, runs: Sequence[MadeRun], request: str) -> None:
    """Commits the outputs and manifests of some runs as one batch, and their code where the lake lacks it."""
    frames = {"ops.runs": pl.concat([run.record.to_frame() for run in runs])}
    code = unkept_code(lake, [run.record.code_version for run in runs])
    if code is not None:
        frames["ops.code"] = code.to_frame()
    for table in sorted({table for run in runs for table in run.outputs}):
        frames[table] = pl.concat([run.outputs[table] for run in runs if table in run.outputs])
    lake.commit(Batch(f"pipeline:{request}:{iso(lake.clock.now())}", "run", frames))


def reader(lake: Lake, run_ts: datetime) -> Lake:
    """The lake as a run at an instant reads it; the log may have put that instant a moment ahead of the clock."""
    return Lake.open(lake.root, FixedClock(max(lake.clock.now(), run_ts)))


def _signed(result: RunResult, record: RunRecord) -> dict[str, pl.DataFrame]:
    run_id, run_ts = pl.lit(record.run_id), pl.lit(record.run_ts, pl.Datetime("us", "UTC"))
    return {
        table: frame.with_columns(run_id=run_id, run_ts=run_ts).select(list(get_table(table).columns))
        for table, frame in result.outputs.items()
    }


def _last_instant(lake: Lake) -> datetime | None:
    newest = lake.log.newest()
    return newest.instant if newest is not None else None
