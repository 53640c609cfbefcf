"""A run as a function: a request and a lake in, outputs and manifest out; nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import polars as pl

from lakehouse.clock import perf_seconds
from lakehouse.digest import frame_digest
from lakehouse.errors import RunBlocked
from lakehouse.gate import Lag, View
from lakehouse.lake import Lake
from pipeline import steps
from pipeline.health import find_reasons
from pipeline.model import ChosenModel, pick_minutes_model
from pipeline.request import RunRequest
from pipeline.slate import Slate, covered_games

Value = TypeVar("Value")
OUTPUTS = ("gold.minutes", "gold.rates", "gold.sim_players", "gold.projections", "gold.prediction_log")


@dataclass(frozen=True)
class RunResult:
    """A run that was computed. `outputs` hold their tables' columns but for run_id and run_ts."""

    request: RunRequest
    slate: Slate
    status: str
    reasons: tuple[str, ...]
    models: dict[str, str]
    outputs: dict[str, pl.DataFrame]
    digests: dict[str, str]
    lags: tuple[Lag, ...]
    step_seconds: dict[str, float]


@dataclass(frozen=True)
class Forecast:
    """What a run knew, and the minutes it expects: SPINE and the model columns of `gold.minutes`."""

    inputs: steps.Inputs
    minutes: pl.DataFrame


@dataclass
class Stopwatch:
    """Seconds of each step, in the order they were taken."""

    seconds: dict[str, float] = field(default_factory=dict)

    def time(self, step: str, work: Callable[[], Value]) -> Value:
        """What the work returns; its seconds are kept under the step's name."""
        began = perf_seconds()
        try:
            return work()
        finally:
            self.seconds[step] = round(perf_seconds() - began, 3)


def compute_run(lake: Lake, request: RunRequest) -> RunResult:
    """Computes the run a request describes; the same request, lake and code give the same outputs.

    The result's request names its pins and its model. A slate without games or without a model of its time is a result
    with status `blocked` and no outputs. Raises ClockError for an instant the lake cannot answer.
    """
    watch = Stopwatch()
    view = watch.time("open", lambda: lake.as_of(request.run_ts, request.knowledge, "run", request.pins))
    pinned = replace(request, pins=view.pins)
    try:
        model = watch.time("model", lambda: pick_minutes_model(lake, pinned))
    except RunBlocked as blocked:
        return _blocked(view, pinned, covered_games(view, request.slate_date), str(blocked), watch)
    return compute_from(view, replace(pinned, model_id=model.model_id), model, watch)


def compute_from(view: View, request: RunRequest, model: ChosenModel, watch: Stopwatch | None = None) -> RunResult:
    """Computes a run from a view and a model that are already at hand."""
    watch = watch or Stopwatch()
    try:
        made = forecast(view, request, model, watch)
    except RunBlocked as blocked:
        return _blocked(view, request, covered_games(view, request.slate_date), str(blocked), watch)
    inputs, minutes = made.inputs, made.minutes
    rates = watch.time("rates", lambda: steps.rate(view, inputs))
    sims = watch.time("simulation", lambda: steps.simulate_slate(inputs, minutes, rates, model.model.cap, request))
    projections = watch.time("projections", lambda: steps.project(view, inputs, minutes, sims))
    log = steps.log_predictions(request, model.model_id, inputs, minutes, projections)
    reasons = watch.time("health", lambda: find_reasons(view, inputs.cuts.lazy(), projections))
    outputs = dict(zip(OUTPUTS, (minutes, rates, sims, projections, log), strict=True))
    digests = {"features": inputs.feature_digest, **{name: output_digest(frame) for name, frame in outputs.items()}}
    return RunResult(
        request=request,
        slate=_slate(request, inputs.games),
        status="degraded" if reasons else "ok",
        reasons=reasons,
        models={"minutes": model.model_id},
        outputs=outputs,
        digests=digests,
        lags=view.lags,
        step_seconds=watch.seconds,
    )


def forecast(view: View, request: RunRequest, model: ChosenModel, watch: Stopwatch | None = None) -> Forecast:
    """The first steps of a run, up to the minutes model; raises RunBlocked for a slate without games or players."""
    watch = watch or Stopwatch()
    games = watch.time("slate", lambda: covered_games(view, request.slate_date))
    if games.is_empty():
        raise RunBlocked(
            f"No scheduled game of {request.slate_date} was known that had not tipped by then; choose another date."
        )
    inputs = watch.time("features", lambda: steps.read_inputs(view, games))
    if inputs.features.is_empty():
        raise RunBlocked(f"No player of the {len(games)} games of {request.slate_date} was known; import more history.")
    return Forecast(inputs, watch.time("minutes", lambda: steps.predict(model.model, inputs, request.overrides)))


def output_digest(output: pl.DataFrame) -> str:
    """Canonical digest of an output; the run's id and instant are no part of it."""
    return frame_digest(output.drop("run_id", "run_ts", strict=False), steps.KEY)


def _slate(request: RunRequest, games: pl.DataFrame) -> Slate:
    return Slate(request.slate_date, tuple(games["game_id"].to_list()), request.draft_group)


def _blocked(view: View, request: RunRequest, games: pl.DataFrame, reason: str, watch: Stopwatch) -> RunResult:
    models = {"minutes": request.model_id} if request.model_id else {}
    slate = _slate(request, games)
    return RunResult(request, slate, "blocked", (reason,), models, {}, {}, view.lags, watch.seconds)
