"""Walking forward over seasons: for each fold a model that knows nothing of it, scored on two tiers of knowledge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import polars as pl

from evaluation.tier import HISTORY, PROXY, Beside, Progress, Tier, put_beside, score_tier
from features.minutes import build_minutes_features
from features.proxies import Said, proxy_facts
from lakehouse.clock import eastern_midnight
from lakehouse.digest import frame_digest
from lakehouse.errors import BadInput, PretipError
from lakehouse.gate import View
from lakehouse.holes import standing_holes
from lakehouse.lake import Lake
from models.artifact import dump, model_id
from models.fit import fit_minutes
from models.guards import KEY
from models.minutes import MinutesModel
from models.predict import predict_minutes
from models.registry import current_features, training_rows
from pipeline.at import Offset, last_instants, run_instants
from pipeline.compute import forecast
from pipeline.model import ChosenModel
from pipeline.predictions import Predictions, as_predicted
from pipeline.request import RunRequest
from transforms.boxscores import load_histories
from transforms.facts import Facts
from transforms.label_days import require_labels

Fit = Callable[[pl.DataFrame], MinutesModel]
# What says anything of tonight; without them only history is left.
TONIGHT = ("silver.injury_reports", "silver.status_events", "silver.lineups", "silver.espn_injuries")
# Slates of a fold whose rows are made again as a run makes them.
SAMPLE = 3
OFFSET = Offset(15)


@dataclass(frozen=True)
class Fold:
    """Eastern dates, both in it, whose games are scored together; by a model trained until the first."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadInput(f"A fold from {self.first} to {self.last} holds no day; write the earlier date first.")

    def __str__(self) -> str:
        return f"{self.first}:{self.last}"


FOLDS = (
    Fold(date(2023, 12, 15), date(2024, 1, 31)),
    Fold(date(2024, 3, 1), date(2024, 4, 14)),
    Fold(date(2024, 11, 15), date(2025, 1, 8)),
)


@dataclass(frozen=True)
class Walk:
    """The two tiers of the folds, and the rows the last fold's model was trained on."""

    proxy: Tier
    history: Tier
    training: pl.DataFrame


class HistoryOnly:
    """A view in which nobody said anything of tonight."""

    def __init__(self, view: View) -> None:
        self._view = view

    @property
    def run_ts(self) -> datetime:
        """Instant the view knows the world at."""
        return self._view.run_ts

    def rows(self, name: str, /) -> pl.LazyFrame:
        """The view's rows; none of a table of TONIGHT."""
        rows = self._view.rows(name)
        return rows.clear() if name in TONIGHT else rows


def fit_fold(training: pl.DataFrame) -> MinutesModel:
    """The model that `pretip train minutes` would fit on these rows."""
    return fit_minutes(training, current_features()).model


def walk_forward(
    lake: Lake,
    folds: Sequence[Fold] = FOLDS,
    offset: Offset = OFFSET,
    fit: Fit = fit_fold,
    progress: Progress | None = None,
) -> Walk:
    """Each fold's games, predicted by a model fitted on what was known before it, with and without proxies.

    Everything of the fit, its tuning too, happens on rows of games before the fold, with labels known before it;
    nothing is written. The features of a fold are built at once, and those of SAMPLE of its slates again as a run
    builds them: raises PretipError where they differ. Raises as `build_minutes_training`, and BadInput for folds that
    share a day.
    """
    folds = sorted(folds, key=lambda fold: fold.first)
    if not folds or any(one.last >= other.first for one, other in pairwise(folds)):
        raise BadInput("There are no folds, or two share a day; name spans of dates that do not overlap.")
    tell = progress or (lambda what, done, total: None)
    tell("training rows", 0, len(folds))
    training = _training_until(lake, folds[-1].first)
    known = lake.as_of(lake.clock.now(), "published", "evaluation")
    parts: dict[str, list[Beside]] = {PROXY: [], HISTORY: []}
    for done, fold in enumerate(folds):
        tell(f"fold {fold}", done, len(folds))
        require_labels(known, fold.first, fold.last, standing_holes(lake))
        model = fit(_before(training, fold.first))
        view = lake.as_of(eastern_midnight(fold.last + timedelta(days=1)), "published", "training")
        instants = last_instants(run_instants(view, fold.first, fold.last, offset))
        check_slates(lake, view, instants, model)
        for code, facts, said in ((PROXY, view, proxy_facts(view)), (HISTORY, HistoryOnly(view), None)):
            made = _predict(facts, instants, model, said)
            parts[code].append(put_beside(known, made, fold.first, offset, told=known))
    tell("scores", len(folds), len(folds))
    spans = tuple((fold.first, fold.last) for fold in folds)
    proxy, history = (score_tier(code, spans, str(offset), parts[code]) for code in (PROXY, HISTORY))
    return Walk(proxy, history, _before(training, folds[-1].first))


def _training_until(lake: Lake, until: date) -> pl.DataFrame:
    """The rows `pretip train minutes --until DATE` trains on."""
    view = lake.as_of(eastern_midnight(until) - timedelta(microseconds=1), "published", "training")
    holes = tuple(hole for hole in standing_holes(lake, view.pins) if hole.first_day < until)
    return training_rows(view, until, holes)


def check_slates(lake: Lake, view: View, instants: pl.DataFrame, model: MinutesModel, sample: int = SAMPLE) -> None:
    """Raises PretipError where the features of some slates, built at once, are not those their runs would build."""
    runs = instants.select("game_date", "run_ts").unique().sort("run_ts", "game_date")
    chosen = runs.gather_every(max(1, len(runs) // sample)).head(sample)
    mine = instants.join(chosen, on=["game_date", "run_ts"], how="semi", maintain_order="left")
    at_once = build_minutes_features(view, _cuts(mine))
    for day, run_ts in chosen.iter_rows():
        games = mine.filter((pl.col("game_date") == day) & (pl.col("run_ts") == run_ts)).select("game_id")
        request = RunRequest(day, run_ts, "published", pins=view.pins)
        run = lake.as_of(run_ts, "published", "run", view.pins)
        theirs = forecast(run, request, ChosenModel("fold", model)).inputs.features
        one, other = (frame.join(games, on="game_id", how="semi") for frame in (at_once, theirs))
        if frame_digest(one, KEY) != frame_digest(other, KEY):
            raise PretipError(
                f"The features of {day} built with the fold's are not those of its run at {run_ts}; no figure of the "
                "fold can be trusted: this is a defect of features/."
            )


def _predict(view: Facts, instants: pl.DataFrame, model: MinutesModel, said: Said | None) -> Predictions:
    features = build_minutes_features(view, _cuts(instants), histories=load_histories(view), proxies=said)
    name = model_id(dump(model))
    rows = as_predicted(features, predict_minutes(model, features), name, None)
    return Predictions(rows, features.drop("is_proxy", strict=False), {name: model}, ())


def _cuts(instants: pl.DataFrame) -> pl.LazyFrame:
    return instants.lazy().select("game_id", cut_id=pl.lit(0, pl.Int32), cut_ts="run_ts").sort("game_id")


def _before(training: pl.DataFrame, day: date) -> pl.DataFrame:
    known = pl.col("label_as_of_ts") < pl.lit(eastern_midnight(day))
    return training.filter((pl.col("game_date") < day) & known)
