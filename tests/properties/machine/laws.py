"""The laws as questions to a lake: each raises AssertionError where the real pipeline breaks one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

import polars as pl

from features.minutes import MINUTES_FEATURES
from lakehouse.clock import FixedClock
from lakehouse.gate import Knowledge
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from pipeline import steps
from pipeline.compute import RunResult, compute_run
from pipeline.record import RunRecord
from pipeline.request import RunRequest
from pipeline.slate import covered_games
from tests.properties.machine.book import Book
from transforms.spine import spine

SPINE = ["game_id", "team_id", "player_id"]


def require_same(record: RunRecord, again: RunResult, why: str) -> None:
    """A run made again is the run: status, reasons, slate, model and every digest."""
    then = (record.status, record.reasons, record.slate, dict(record.models), dict(record.digests))
    now = (again.status, again.reasons, again.slate.to_dict(), again.models, again.digests)
    assert now == then, f"{record.run_id} ({record.knowledge}) is another run {why}"


def recompute(lake: Lake, request: RunRequest) -> RunResult:
    """The run of a request, on a handle of its own."""
    return compute_run(Lake.open(lake.root, FixedClock(max(lake.clock.now(), request.run_ts))), request)


def unpinned(record: RunRecord) -> RunRequest:
    """The request of a run as it was first made: which versions and which model is for the lake to say."""
    return replace(record.request, pins=None, model_id=None)


def restate(record: RunRecord, result: RunResult) -> RunRecord:
    """The record with what another making of the run gave."""
    return replace(
        record, status=result.status, reasons=result.reasons, slate=result.slate.to_dict(), models=result.models,
        digests=result.digests,
    )  # fmt: skip


def require_reading(lake: Lake, book: Book, table: str, at: datetime, knowledge: Knowledge) -> None:
    """A reading shows the rows that a loop over everything told shows, each once, and none unsorted."""
    view = lake.as_of(at, knowledge, get_table(table).audience[0])
    key = get_table(table).key
    shown = view.rows(table).select(*key, "bronze_batch", "available_ts").collect()
    assert Counter(shown.rows()) == book.known(table, at, knowledge)
    assert shown.select(key).equals(shown.select(key).sort(key, nulls_last=True, maintain_order=True))


def require_spine(lake: Lake, record: RunRecord) -> None:
    """Law 3: rows out are rows in, keys are unique, and a null stands only where its column declares when and why."""
    request = record.request
    reader = Lake.open(lake.root, FixedClock(max(lake.clock.now(), request.run_ts)))
    view = reader.as_of(request.run_ts, request.knowledge, "run", request.pins)
    inputs = steps.read_inputs(view, covered_games(view, request.slate_date))
    assert inputs.feature_digest == record.digests["features"]
    wanted = spine(view, inputs.cuts.lazy()).select(SPINE).sort(SPINE).collect()
    assert wanted.is_unique().all()
    assert inputs.features.select(SPINE).sort(SPINE).equals(wanted)
    assert (inputs.features["feature_as_of_ts"] <= inputs.features["cut_ts"]).all()
    assert inputs.features["feature_as_of_ts"].null_count() == 0
    for feature in MINUTES_FEATURES:
        unknown = inputs.features[feature.name].null_count()
        assert not unknown or feature.null_when != "never", f"{feature.name} is null in {unknown} rows, for no reason"
    stored = {name: _output(lake, record, name) for name in record.digests if name != "features"}
    thin = steps.thin_games(stored["gold.minutes"])
    simulated = wanted.filter(~pl.col("game_id").is_in(thin))
    for name, frame in stored.items():
        rows = wanted if name in ("gold.minutes", "gold.rates") else simulated
        assert frame.select(SPINE).sort(SPINE).equals(rows), f"{name} has other rows than the spine"
        for column, declared in get_table(name).schema.columns().items():
            assert declared.nullable or frame[column].null_count() == 0, f"{name}.{column} is null"


def _output(lake: Lake, record: RunRecord, name: str) -> pl.DataFrame:
    return lake.scan(name).filter(pl.col("run_id") == record.run_id).collect()
