"""The minutes model: fitted on one frame, judged on its last weeks, then fitted again on all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from lakehouse.errors import BadInput
from models.boosting import BoostConfig, BoostRows, predict_booster
from models.calibration import LogitShift, choose_shift
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
from models.mixture import CAP_MINUTES, LEVELS, Floats, monotone
from models.play import PlayPriors, fit_play, play_rows
from models.scores import absolute_errors, inside, log_losses, squared_errors

Progress = Callable[[str, float], None]
FEWEST_TRAINING_ROWS = 500
# The levels the validation window is judged at: the middle, and an interval.
JUDGED_LEVELS = (0.10, 0.50, 0.90)


def silent(_what: str, _share: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class MinutesConfig:
    """Everything the fit depends on besides its rows and the number of threads, which changes no byte."""

    play: BoostConfig = field(default_factory=lambda: BoostConfig(rounds=140, learning_rate=0.06, leaves=31))
    quantile: BoostConfig = field(default_factory=BoostConfig)
    half_life_days: float = 1500.0
    validation_days: int = 45
    cap: float = CAP_MINUTES
    priors: PlayPriors = field(default_factory=PlayPriors)

    def to_dict(self) -> dict[str, Any]:
        """The configuration as plain data."""
        priors = {"out": self.priors.out, "delisted": self.priors.delisted}
        return {
            "play": self.play.to_dict(),
            "quantile": self.quantile.to_dict(),
            "half_life_days": self.half_life_days,
            "validation_days": self.validation_days,
            "cap": self.cap,
            "priors": priors,
        }


@dataclass(frozen=True)
class MinutesModel:
    """A fitted model: the texts of its boosters and all it needs to use them.

    `knowledge_until` is the latest stamp of anything it was fitted, calibrated or judged on; None before it is known.
    """

    features: FeatureSet
    play: str
    quantiles: tuple[str, ...]
    levels: tuple[float, ...] = LEVELS
    cap: float = CAP_MINUTES
    priors: PlayPriors = field(default_factory=PlayPriors)
    calibration: LogitShift = field(default_factory=LogitShift)
    knowledge_until: datetime | None = None

    def play_prob(self, frame: pl.DataFrame, threads: int = 2) -> Floats:
        """The classifier's calibrated probability for each row, before any prior."""
        return self.calibration.apply(predict_booster(self.play, matrix_of(frame, self.features), threads))

    def cond_quantiles(self, frame: pl.DataFrame, threads: int = 2) -> Floats:
        """Minutes given that he plays, at `levels`; monotone, within 0..cap. Shape (rows, levels)."""
        matrix = matrix_of(frame, self.features)
        raw = np.column_stack([predict_booster(text, matrix, threads) for text in self.quantiles])
        return monotone(raw.reshape(len(frame), len(self.quantiles)), self.cap)


@dataclass(frozen=True)
class Fit:
    """A model, and what its making showed."""

    model: MinutesModel
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
    """The minutes model of a training frame.

    Needs the key, label and context columns named in `guards` and every feature. Raises BadInput for too few rows, an
    undeclared feature, or one that is the label in disguise.
    """
    config = config or MinutesConfig()
    require_columns(training, [*KEY, *LABELS, *CONTEXT, *features.names], "The training frame")
    require_declared(training, features, [*KEY, *LABELS])
    rows = one_cut_per_game(training.sort(KEY))
    if len(rows) < FEWEST_TRAINING_ROWS:
        raise BadInput(f"There are {len(rows)} rows to train on; import more history, {FEWEST_TRAINING_ROWS} at least.")
    require_no_leak(rows, features)
    split = _window_start(rows, config.validation_days)
    early, late = (
        rows.filter(pl.col("game_date") < split),
        rows.filter(pl.col("game_date") >= split).pipe(_without_proxies),
    )
    steps = _Steps(progress, len(JUDGED_LEVELS) + len(LEVELS) + 2)
    metrics: dict[str, float] = {}
    calibration = LogitShift()
    if len(play_rows(early)) >= FEWEST_TRAINING_ROWS // 2:
        judged = _fit_once(early, features, config, threads, steps, levels=JUDGED_LEVELS)
        calibration = _calibrate(judged, late, threads)
        metrics = _measure(judged, late, threads)
    final = _fit_once(rows, features, config, threads, steps, calibration)
    windows = {"train": _span(rows), "validation": _span(late)}
    return Fit(final, len(rows), windows, metrics)


def one_cut_per_game(rows: pl.DataFrame) -> pl.DataFrame:
    """One cut of each game, its cuts taken in turn: every horizon is learned from, no player-game counts twice."""
    games = rows.select("game_id", "cut_id").unique().sort("game_id", "cut_id")
    cuts, turn = pl.len().over("game_id"), pl.col("game_id").rank("dense")
    place = pl.int_range(pl.len()).over("game_id")
    chosen = games.filter(place == (turn % cuts)).select("game_id", "cut_id")
    return rows.join(chosen, on=["game_id", "cut_id"], how="semi", maintain_order="left")


def _fit_once(
    rows: pl.DataFrame,
    features: FeatureSet,
    config: MinutesConfig,
    threads: int,
    steps: _Steps,
    calibration: LogitShift | None = None,
    levels: tuple[float, ...] = LEVELS,
) -> MinutesModel:
    newest = _last_date(rows)
    decided = play_rows(rows)
    play = fit_play(decided, _weights(decided, newest, config.half_life_days), features, config.play, threads)
    steps.done("P(plays)")
    played = rows.filter(pl.col("played"))
    weight = _weights(played, newest, config.half_life_days)
    data = BoostRows(matrix_of(played, features), played["minutes"].to_numpy(), weight, features.names)
    texts: list[str] = []
    for level in levels:
        texts.append(data.fit(config.quantile.parameters("quantile", threads, level), config.quantile.rounds))
        steps.done(f"{level:.0%} quantile")
    shift = calibration or LogitShift()
    return MinutesModel(features, play, tuple(texts), levels, config.cap, config.priors, shift)


class _Steps:
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._count = progress, total, 0

    def done(self, what: str) -> None:
        self._count += 1
        self._progress(what, self._count / self._total)


def _weights(rows: pl.DataFrame, newest: date, half_life_days: float) -> Floats:
    age = rows.select((pl.lit(newest) - pl.col("game_date")).dt.total_days()).to_series().to_numpy()
    return np.asarray(0.5 ** (age.astype(np.float64) / half_life_days), dtype=np.float64)


def _calibrate(model: MinutesModel, late: pl.DataFrame, threads: int) -> LogitShift:
    rows = play_rows(late)
    day = rows["game_date"].to_physical().to_numpy()
    return choose_shift(model.play_prob(rows, threads), rows["played"].cast(pl.Float64).to_numpy(), day)


def _measure(model: MinutesModel, late: pl.DataFrame, threads: int) -> dict[str, float]:
    """Scores on rows the model has not seen; the calibration, learned on the same rows, is left out."""
    decided, played = play_rows(late), late.filter("played")
    metrics = {"play_rows": float(len(decided)), "played_rows": float(len(played))}
    if len(decided):
        prob, happened = model.play_prob(decided, threads), decided["played"].cast(pl.Float64).to_numpy()
        metrics["brier"] = float(squared_errors(prob, happened).mean())
        metrics["log_loss"] = float(log_losses(prob, happened).mean())
        metrics["play_share"], metrics["mean_play_prob"] = float(happened.mean()), float(prob.mean())
    if len(played):
        low, middle, high = model.cond_quantiles(played, threads).T
        actual = played["minutes"].to_numpy()
        metrics["mae_minutes_played"] = float(absolute_errors(middle, actual).mean())
        metrics["coverage_p10_p90"] = float(inside(low, high, actual).mean())
    return metrics


def _without_proxies(rows: pl.DataFrame) -> pl.DataFrame:
    # A proxy is read off the box score: no reported figure, and no calibration, may rest on one.
    return rows.filter(~pl.col("is_proxy")) if "is_proxy" in rows.columns else rows


def _last_date(rows: pl.DataFrame) -> date:
    last = rows["game_date"].max()
    assert isinstance(last, date)
    return last


def _window_start(rows: pl.DataFrame, days: int) -> date:
    return _last_date(rows) - timedelta(days=days - 1)


def _span(rows: pl.DataFrame) -> dict[str, str]:
    return {"from": str(rows["game_date"].min()), "to": str(rows["game_date"].max())} if len(rows) else {}
