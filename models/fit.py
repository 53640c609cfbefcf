"""The fit: a model grown on the days before the last weeks, calibrated and judged on those, then grown on all of them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
import polars as pl

from lakehouse.errors import BadInput
from models.boosting import BoostConfig, BoostRows, predict_booster, side_by_side
from models.calibration import choose_shift
from models.conformal import choose_widths
from models.guards import (
    CONTEXT,
    KEY,
    LABELS,
    FeatureSet,
    matrix_of,
    require_columns,
    require_declared,
    require_no_leak,
)
from models.listing import fit_factors
from models.minutes import (
    MinutesConfig,
    MinutesModel,
    Progress,
    buckets,
    first_word,
    silent,
    spreads,
    status_known,
    team_numbers,
)
from models.mixture import LEVELS, MIDDLE, Floats
from models.overtime import fit_overtimes
from models.play import fit_play, play_rows
from models.reconcile import choose_slack
from models.scores import absolute_errors, inside, log_losses, pinball_losses, squared_errors
from models.teams import SIDE, TEAM_NAMES
from models.tuning import Loss, Tuned, part, tune

FEWEST_TRAINING_ROWS = 500
# More rows tell configurations no better apart, and take longer.
TUNING_ROWS = 30_000


@dataclass(frozen=True)
class Fit:
    """A model, and what its making showed.

    `judged` is the one grown on the days before the last weeks and calibrated on the earlier half of those, so that the
    later half, from `judge_from`, can judge it; None where too little lies before.
    """

    model: MinutesModel
    judged: MinutesModel | None
    judge_from: date
    config: MinutesConfig
    rows: int
    windows: dict[str, dict[str, str]]
    metrics: dict[str, float]


def fit_minutes(
    training: pl.DataFrame,
    features: FeatureSet,
    config: MinutesConfig | None = None,
    threads: int = 2,
    progress: Progress = silent,
) -> Fit:
    """The minutes model of a training frame, of whole teams.

    Needs the key, label and context columns named in `guards` and every feature. Raises BadInput for too few rows, an
    undeclared feature, or one that is the label in disguise.
    """
    config = config or MinutesConfig()
    require_columns(training, [*KEY, *LABELS, *CONTEXT, *features.names], "The training frame")
    require_declared(training, features, [*KEY, *LABELS])
    rows = training.sort(KEY)
    if len(rows) < FEWEST_TRAINING_ROWS:
        raise BadInput(f"There are {len(rows)} rows to train on; import more history, {FEWEST_TRAINING_ROWS} at least.")
    require_no_leak(rows, features)
    split = first_of_last(rows, config.validation_dates)
    early, late = rows.filter(pl.col("game_date") < split), rows.filter(pl.col("game_date") >= split)
    judges = len(play_rows(early)) >= FEWEST_TRAINING_ROWS // 2
    making = _Making(features, config, threads, _Steps(progress, 2 + judges * (1 + 2 + len(LEVELS)) + len(LEVELS) + 1))
    judge_from = first_of_last(late, (late["game_date"].n_unique() + 1) // 2)
    judged: MinutesModel | None = None
    metrics: dict[str, float] = {}
    if judges:
        making, metrics = making.tuned(early)
        plain = making.grow(early)
        metrics |= measure_rows(plain, late, threads)
        judged = making.calibrate(plain, late.filter(pl.col("game_date") < judge_from))
        learned = making.calibrate(plain, late)
    final = making.grow(rows)
    if judges:
        final = replace(
            final,
            calibration=learned.calibration,
            calibration_unknown=learned.calibration_unknown,
            factors=learned.factors,
            widths=learned.widths,
            slack=learned.slack,
        )
    windows = {"train": _span(rows), "validation": _span(late)}
    return Fit(final, judged, judge_from, making.config, len(rows), windows, metrics)


def first_errors(rows: pl.DataFrame, late: pl.DataFrame, fit: Fit, threads: int = 2) -> dict[str, float]:
    """Errors on `late` of a first model grown on `rows`: mae_minutes_played and brier, of the rows that can tell."""
    making = _Making(fit.model.features, fit.config, threads, _Steps(silent, 1))
    ((play, minutes),) = making.first(rows.sort(KEY).lazy())
    found = {}
    played, decided = late.filter("played"), play_rows(late)
    if len(played):
        said = predict_booster(minutes, matrix_of(played, fit.model.features), threads)
        found["mae_minutes_played"] = float(absolute_errors(said, played["minutes"].to_numpy()).mean())
    if len(decided):
        prob = predict_booster(play, matrix_of(decided, fit.model.features), threads)
        found["brier"] = float(squared_errors(prob, decided["played"].cast(pl.Float64).to_numpy()).mean())
    return found


@dataclass(frozen=True)
class _Making:
    """What every step of a fit needs."""

    features: FeatureSet
    config: MinutesConfig
    threads: int
    steps: _Steps

    def tuned(self, early: pl.DataFrame) -> tuple[_Making, dict[str, float]]:
        """With the boosters' settings chosen on the last game dates before the validation window."""
        works = (
            partial(self._tune, play_rows(early), self._play_loss, self.config.play),
            partial(self._tune, early.filter("played"), self._median_loss, self.config.quantile),
        )
        play, quantile = side_by_side(works, self.threads)
        gains: dict[str, float] = {}
        for head, found in (("play", play), ("quantile", quantile)):
            if found is not None:
                gains |= {f"tuning_{head}_loss": found.loss, f"tuning_{head}_loss_declared": found.declared_loss}
        self.steps.done("settings")
        config = replace(
            self.config,
            play=play.config if play else self.config.play,
            quantile=quantile.config if quantile else self.config.quantile,
        )
        return replace(self, config=config), gains

    def grow(self, rows: pl.DataFrame) -> MinutesModel:
        """The uncalibrated model of some rows: the first model, the second on what others of its kind said of them."""
        fold = pl.Series([zlib.crc32(game.encode()) % self.config.folds for game in rows["game_id"]], dtype=pl.Int64)
        others = (rows.lazy().filter(fold != number) for number in range(self.config.folds))
        (play, minutes), *firsts = self.first(rows.lazy(), *others)
        self.steps.done("first models")
        wide = self._said_of_each_other(rows, fold, firsts)
        self.steps.done("teams")
        inputs = replace(self.features, names=(*self.features.names, *TEAM_NAMES))
        played = wide.filter("played")
        data = self._rows(played, inputs, played["minutes"].to_numpy(), self.config.quantile)
        works = [partial(self._play, wide, inputs, self.config.play)]
        for at, level in enumerate(LEVELS):
            works.append(partial(data.fit, "quantile", level, 1.0 if at == MIDDLE else self.config.tail_slowness))
        texts = []
        for what, text in zip(
            ("P(plays)", *(f"{level:.0%} quantile" for level in LEVELS)), side_by_side(works, self.threads), strict=True
        ):
            texts.append(text)
            self.steps.done(what)
        second, *quantiles = texts
        return MinutesModel(
            self.features,
            play,
            minutes,
            second,
            tuple(quantiles),
            cap=self.config.cap,
            priors=self.config.priors,
            overtime=fit_overtimes(rows),
        ).without_touches()

    def calibrate(self, model: MinutesModel, late: pl.DataFrame) -> MinutesModel:
        """The model with all that is learned from rows it has not seen."""
        raw = model.raw(late, self.threads)
        ruled = (raw.play["play_prob_rule"] != "model").to_numpy()
        decided = np.zeros(len(late), dtype=np.bool_)
        decided[late.with_row_index("at").pipe(play_rows)["at"].to_numpy()] = True
        prob, happened = raw.play["play_prob"].to_numpy(), late["played"].cast(pl.Float64).to_numpy()
        known, day = status_known(late), _days(late)
        shifts = []
        for group in (known, ~known):
            chosen = decided & group
            shifts.append(choose_shift(prob[chosen], happened[chosen], day[chosen]))
        shifted = np.where(ruled, prob, np.where(known, shifts[0].apply(prob), shifts[1].apply(prob)))
        factors = fit_factors(shifted[decided], happened[decided], late["status_text"].filter(pl.Series(decided)))
        model = replace(model, calibration=shifts[0], calibration_unknown=shifts[1], factors=factors)
        final = np.where(ruled, prob, factors.apply(shifted, late["status_text"]))
        played = late["played"].fill_null(False).to_numpy()
        minutes = late["minutes"].to_numpy()
        places = buckets(late, raw.quantiles)
        widths = choose_widths(raw.quantiles[played], minutes[played], places[played], day[played], self.config.cap)
        model = replace(model, widths=widths)
        wide = model.widen(late, raw.quantiles)
        whole = late["label_complete"].fill_null(False).to_numpy()
        target = model.overtime.team_minutes(spreads(late))
        slack = choose_slack(
            final[whole], wide[whole], team_numbers(late)[whole], target[whole], minutes[whole], played[whole]
        )
        return replace(model, slack=slack)

    def first(self, *parts: pl.LazyFrame) -> list[tuple[str, str]]:
        """The texts of a first model of each part: P(plays) and mean minutes given that he plays."""
        works = [partial(head, part) for part in parts for head in (self._first_play, self._first_minutes)]
        texts = list(side_by_side(works, self.threads))
        return list(zip(texts[::2], texts[1::2], strict=True))

    def _first_play(self, rows: pl.LazyFrame) -> str:
        return self._play(rows.collect(), self.features, self.config.first_play)

    def _first_minutes(self, rows: pl.LazyFrame) -> str:
        played = rows.filter("played").collect()
        return self._rows(played, self.features, played["minutes"].to_numpy(), self.config.first_minutes).fit(
            "regression"
        )

    def _said_of_each_other(self, rows: pl.DataFrame, fold: pl.Series, firsts: list[tuple[str, str]]) -> pl.DataFrame:
        """The rows with team features of first models that have not seen their games, one of each fold."""
        parts = [
            first_word(rows.filter(fold == number), self.features, *first, self.config.priors, self.threads)
            for number, first in enumerate(firsts)
        ]
        return pl.concat(parts).sort(KEY)

    def _play(self, rows: pl.DataFrame, features: FeatureSet, config: BoostConfig) -> str:
        decided = play_rows(rows)
        return fit_play(decided, self._weights(decided), features, config)

    def _rows(self, rows: pl.DataFrame, features: FeatureSet, target: Floats, config: BoostConfig) -> BoostRows:
        return BoostRows(matrix_of(rows, features), target, self._weights(rows), features.names, config)

    def _weights(self, rows: pl.DataFrame) -> Floats:
        newest = last_date(rows)
        age = rows.select((pl.lit(newest) - pl.col("game_date")).dt.total_days()).to_series().to_numpy()
        return np.asarray(0.5 ** (age.astype(np.float64) / self.config.half_life_days), dtype=np.float64)

    def _tune(
        self, rows: pl.DataFrame, loss: Callable[[pl.DataFrame, pl.DataFrame], Loss], declared: BoostConfig
    ) -> Tuned | None:
        """The settings of one head; None where too few rows come before the last dates."""
        split = first_of_last(rows, self.config.tuning_dates)
        before, after = rows.filter(pl.col("game_date") < split), rows.filter(pl.col("game_date") >= split)
        if len(before) < FEWEST_TRAINING_ROWS:
            return None
        return tune(declared, loss(before, after), self.config.trials)

    def _play_loss(self, before: pl.DataFrame, after: pl.DataFrame) -> Loss:
        fitted = before[part(len(before), TUNING_ROWS)]
        matrix, happened = matrix_of(after, self.features), after["played"].cast(pl.Float64).to_numpy()
        weight = self._weights(fitted)

        def loss(config: BoostConfig) -> float:
            text = fit_play(fitted, weight, self.features, config)
            return float(log_losses(predict_booster(text, matrix, 1), happened).mean())

        return loss

    def _median_loss(self, before: pl.DataFrame, after: pl.DataFrame) -> Loss:
        fitted = before[part(len(before), TUNING_ROWS)]
        matrix, actual = matrix_of(after, self.features), after["minutes"].to_numpy()

        def loss(config: BoostConfig) -> float:
            data = self._rows(fitted, self.features, fitted["minutes"].to_numpy(), config)
            return float(pinball_losses(predict_booster(data.fit("quantile", 0.5), matrix, 1), actual, 0.5).mean())

        return loss


class _Steps:
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._count = progress, total, 0

    def done(self, what: str) -> None:
        self._count += 1
        self._progress(what, min(self._count / self._total, 1.0))


def measure_rows(model: MinutesModel, rows: pl.DataFrame, threads: int = 2) -> dict[str, float]:
    """Scores of a model's boosters, before anything that was learned on such rows, on rows they have not seen.

    No proxy is in them: a proxy is read off the box score, and no reported figure may rest on one.
    """
    rows = _without_proxies(rows)
    raw = model.without_touches().raw(rows, threads)
    happened, minutes = rows["played"].cast(pl.Float64).to_numpy(), rows["minutes"].to_numpy()
    decided = np.zeros(len(rows), dtype=np.bool_)
    decided[rows.with_row_index("at").pipe(play_rows)["at"].to_numpy()] = True
    played = rows["played"].fill_null(False).to_numpy()
    metrics = {"play_rows": float(decided.sum()), "played_rows": float(played.sum())}
    if decided.any():
        prob = raw.play["play_prob"].to_numpy()[decided]
        metrics["brier"] = float(squared_errors(prob, happened[decided]).mean())
        metrics["log_loss"] = float(log_losses(prob, happened[decided]).mean())
        metrics["play_share"], metrics["mean_play_prob"] = float(happened[decided].mean()), float(prob.mean())
    if played.any():
        low, middle, high = (raw.quantiles[played, LEVELS.index(level)] for level in (0.10, 0.50, 0.90))
        metrics["mae_minutes_played"] = float(absolute_errors(middle, minutes[played]).mean())
        metrics["coverage_p10_p90"] = float(inside(low, high, minutes[played]).mean())
    return metrics


def _without_proxies(rows: pl.DataFrame) -> pl.DataFrame:
    """The sides of which no row rests on a proxy; the first model needs a side whole."""
    if "is_proxy" not in rows.columns:
        return rows
    return rows.filter(~pl.col("is_proxy").any().over(SIDE))


def first_of_last(rows: pl.DataFrame, dates: int) -> date:
    """The first of the last so many game dates of some rows."""
    known = rows["game_date"].unique().sort()
    first = known[-min(dates, len(known))] if len(known) else date.max
    assert isinstance(first, date)
    return first


def last_date(rows: pl.DataFrame) -> date:
    """The last game date of some rows."""
    last = rows["game_date"].max()
    assert isinstance(last, date)
    return last


def _days(rows: pl.DataFrame) -> np.ndarray:
    return rows["game_date"].to_physical().to_numpy()


def _span(rows: pl.DataFrame) -> dict[str, str]:
    return {"from": str(rows["game_date"].min()), "to": str(rows["game_date"].max())} if len(rows) else {}
