"""Past predictions to be scored: for each game the run made for it, through the run's own steps, and what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from lakehouse.errors import BadInput, RunBlocked
from lakehouse.gate import Knowledge, View
from lakehouse.lake import Lake
from models.minutes import MinutesModel
from models.predict import MODEL_COLUMNS
from pipeline.at import Offset, last_instants, run_instants
from pipeline.compute import Forecast, forecast
from pipeline.model import ChosenModel, pick_minutes_model
from pipeline.request import RunRequest
from pipeline.run import reader
from pipeline.steps import SPINE
from transforms.boxscores import load_histories
from transforms.facts import HISTORIC_KINDS
from transforms.labels import player_labels
from transforms.schedule import cuts_before_tip
from transforms.spine import spine

# Days of games before a window that simple rules are fitted on: a season and its summer.
DAYS_BEFORE = 365
# What a row tells of what was known of him at the cut.
KNOWN = ("status_text", "delisted", "on_list", "starts_tonight")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Predictions:
    """`rows`: game_id, cut_id, cut_ts, game_date, SPINE, KNOWN, run_ts, model_id, the model columns.

    `features` are the feature rows behind them, `models` those used, by id. `blocked` says why an instant has none.
    """

    rows: pl.DataFrame
    features: pl.DataFrame
    models: dict[str, MinutesModel]
    blocked: tuple[str, ...]


def predict_at(
    lake: Lake,
    first: date,
    last: date,
    offset: Offset,
    knowledge: Knowledge = "published",
    progress: Progress | None = None,
) -> Predictions:
    """Minutes of every game of some dates, each by the run made for it at its offset; nothing is written.

    Raises BadInput where no game of the dates is known, and RunBlocked where no run could be made.
    """
    view = lake.as_of(lake.clock.now(), knowledge)
    instants = last_instants(run_instants(view, first, last, offset))
    if instants.is_empty():
        raise BadInput(f"No game from {first} to {last} was scheduled in this lake; import history that covers them.")
    return predict_instants(lake, instants, view, progress)


def predict_instants(lake: Lake, instants: pl.DataFrame, view: View, progress: Progress | None = None) -> Predictions:
    """Minutes of each game of `instants` [game_date, game_id, run_ts], by the run of its instant; nothing is written.

    The runs' knowledge, and for published knowledge their pins, are the view's. Raises RunBlocked where no run could
    be made.
    """
    pins = view.pins if view.knowledge == "published" else None
    frames, features, blocked = [], [], []
    models: dict[str, MinutesModel] = {}
    by_run = instants.sort("run_ts", "game_id").partition_by("game_date", "run_ts", maintain_order=True)
    for done, games in enumerate(by_run, start=1):
        day, run_ts = games.select("game_date", "run_ts").row(0)
        request = RunRequest(day, run_ts, view.knowledge, pins=pins)
        try:
            chosen, made = _forecast(lake, request)
        except RunBlocked as why:
            blocked.append(str(why))
        else:
            models[chosen.model_id] = chosen.model
            features.append(made.inputs.features.join(games.select("game_id"), on="game_id", how="semi"))
            frames.append(as_predicted(features[-1], made.minutes, chosen.model_id, run_ts))
        if progress is not None:
            progress(f"{day}", done, len(by_run))
    if not frames:
        raise RunBlocked(blocked[0])
    return Predictions(pl.concat(frames), pl.concat(features), models, tuple(dict.fromkeys(blocked)))


def as_predicted(features: pl.DataFrame, minutes: pl.DataFrame, model_id: str, run_ts: datetime | None) -> pl.DataFrame:
    """The rows of `Predictions` that a model's `minutes` (SPINE, the model columns) of some features make."""
    context = features.select("game_id", "cut_id", "cut_ts", "game_date", *SPINE[1:], *KNOWN)
    predicted = minutes.select(*SPINE, *(name for name in MODEL_COLUMNS if name in minutes.columns))
    return context.join(predicted, on=SPINE, how="inner", maintain_order="left", validate="1:1").with_columns(
        run_ts=pl.lit(run_ts, pl.Datetime("us", "UTC")), model_id=pl.lit(model_id)
    )


def label_rows(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """What the players of some rows [game_id, cut_id, team_id, player_id] did: the labels of `transforms.labels`."""
    return player_labels(view, rows.select("game_id", "cut_id", "team_id", "player_id").lazy()).collect()


def spine_before(view: View, first: date, offset: Offset) -> pl.DataFrame:
    """The spine, at the same offset, of the historic games of the year before a date: SPINE, cut_id, cut_ts, ..."""
    history = load_histories(view)
    days = pl.date_range(first - timedelta(days=DAYS_BEFORE), first, closed="left", eager=True)
    games = view.rows("silver.schedule").filter(
        pl.col("season_type").is_in(HISTORIC_KINDS) & pl.col("game_date").is_in(days.implode())
    )
    played = games.sort("game_id", "as_of_ts").unique("game_id", keep="last", maintain_order=True)
    return spine(view, cuts_before_tip(played, [offset.minutes]), history).collect()


def _forecast(lake: Lake, request: RunRequest) -> tuple[ChosenModel, Forecast]:
    at = reader(lake, request.run_ts)
    view = at.as_of(request.run_ts, request.knowledge, "run", request.pins)
    chosen = pick_minutes_model(at, replace(request, pins=view.pins))
    return chosen, forecast(view, request, chosen)
