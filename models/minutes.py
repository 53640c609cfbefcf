"""The minutes model: P(plays), and quantiles of minutes given that he plays, each of a player among his team."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from features.availability import SILENT
from models.boosting import BoostConfig, predict_booster
from models.calibration import LogitShift
from models.conformal import Widths, bucket_of
from models.guards import FeatureSet, matrix_of
from models.listing import ListingFactors
from models.mixture import CAP_MINUTES, LEVELS, MIDDLE, Floats, monotone
from models.overtime import OvertimeCurve
from models.play import PlayPriors, apply_priors
from models.reconcile import Flags, Ints, reconcile_minutes
from models.teams import SIDE, TEAM_NAMES, with_teams

Progress = Callable[[str, float], None]


def silent(_what: str, _share: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class MinutesConfig:
    """Everything the fit depends on besides its rows and the number of threads, which changes no byte.

    `first_*` grow the first model, which looks at each player by himself, `folds` is into how many parts games are put
    so that none is predicted by a first model that has seen it. `quantile` is tuned on the median; the other levels grow
    `tail_slowness` times as slowly, because few rows of a leaf lie beyond them: at the median's rate p10-p90 covered .02
    less of unseen days. `trials` are optuna's for each of `play` and `quantile`, on the last `tuning_dates` game dates
    before the `validation_dates`, which calibrate and judge.
    """

    first_play: BoostConfig = field(default_factory=lambda: BoostConfig(rounds=90))
    first_minutes: BoostConfig = field(default_factory=lambda: BoostConfig(rounds=90))
    play: BoostConfig = field(default_factory=lambda: BoostConfig(rounds=150, learning_rate=0.06, leaves=15))
    quantile: BoostConfig = field(default_factory=lambda: BoostConfig(rounds=150, min_rows_leaf=300, feature_share=0.4))
    tail_slowness: float = 2.0
    folds: int = 3
    half_life_days: float = 1500.0
    validation_dates: int = 30
    tuning_dates: int = 40
    trials: int = 6
    cap: float = CAP_MINUTES
    priors: PlayPriors = field(default_factory=PlayPriors)

    def to_dict(self) -> dict[str, Any]:
        """The configuration as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Predicted:
    """What a model says of the rows of a frame: `play` [play_prob, play_prob_rule], `quantiles` (rows, levels)."""

    play: pl.DataFrame
    quantiles: Floats


@dataclass(frozen=True)
class MinutesModel:
    """A fitted model: the texts of its boosters and all it needs to use them.

    `first_play` and `first_minutes` are the first model's, `play` and `quantiles` the second's, which reads also what
    the first says of the whole team: `team_features`. `overtime` says how many minutes a team has to share out, and
    `slack` is that of `models.reconcile`, None for no reconciliation. `calibration` is for rows of whose status
    something is known, `calibration_unknown` for the others. `knowledge_until` is the latest stamp of anything it was
    fitted, calibrated or judged on; None before it is known.
    """

    features: FeatureSet
    first_play: str
    first_minutes: str
    play: str
    quantiles: tuple[str, ...]
    team_features: tuple[str, ...] = TEAM_NAMES
    levels: tuple[float, ...] = LEVELS
    cap: float = CAP_MINUTES
    priors: PlayPriors = field(default_factory=PlayPriors)
    calibration: LogitShift = field(default_factory=LogitShift)
    calibration_unknown: LogitShift = field(default_factory=LogitShift)
    factors: ListingFactors = field(default_factory=ListingFactors)
    widths: Widths = field(default_factory=Widths)
    overtime: OvertimeCurve = field(default_factory=OvertimeCurve)
    slack: float | None = None
    knowledge_until: datetime | None = None

    @property
    def inputs(self) -> FeatureSet:
        """What the second model reads: the declared features, then those of the team."""
        return replace(self.features, names=(*self.features.names, *self.team_features))

    def expand(self, frame: pl.DataFrame, threads: int = 2) -> pl.DataFrame:
        """The frame, of whole teams, with the columns of `models.teams.TEAM_FEATURES`."""
        return first_word(frame, self.features, self.first_play, self.first_minutes, self.priors, threads)

    def predict(self, frame: pl.DataFrame, threads: int = 2) -> Predicted:
        """P(plays) and the conditional quantiles of the rows of whole teams; raises BadInput for a missing feature."""
        raw = self.raw(frame, threads)
        return Predicted(raw.play, self.reconcile(frame, raw.play, self.widen(frame, raw.quantiles)))

    def raw(self, frame: pl.DataFrame, threads: int = 2) -> Predicted:
        """The same before widths and reconciliation."""
        matrix = matrix_of(self.expand(frame, threads), self.inputs)
        prob = predict_booster(self.play, matrix, threads)
        said = np.where(status_known(frame), self.calibration.apply(prob), self.calibration_unknown.apply(prob))
        play = apply_priors(self.factors.apply(said, frame["status_text"]), frame, self.priors)
        made = np.column_stack([predict_booster(text, matrix, threads) for text in self.quantiles])
        return Predicted(play, monotone(made.reshape(len(frame), len(self.quantiles)), self.cap))

    def widen(self, frame: pl.DataFrame, quantiles: Floats) -> Floats:
        """Quantiles with the shifts of their buckets."""
        return self.widths.apply(quantiles, buckets(frame, quantiles), self.cap)

    def reconcile(self, frame: pl.DataFrame, play: pl.DataFrame, quantiles: Floats) -> Floats:
        """Quantiles moved so that teams' expected minutes come nearer to what they have to share out."""
        prob = play["play_prob"].to_numpy()
        target = self.overtime.team_minutes(spreads(frame))
        return reconcile_minutes(prob, quantiles, team_numbers(frame), target, self.slack, self.cap).quantiles

    def without_touches(self) -> MinutesModel:
        """The model as its boosters are, uncalibrated."""
        factors, widths = ListingFactors(1.0, 1.0, 1.0), Widths()
        plain = replace(self, calibration=LogitShift(), calibration_unknown=LogitShift())
        return replace(plain, factors=factors, widths=widths, slack=None)


def first_word(
    frame: pl.DataFrame, features: FeatureSet, play: str, minutes: str, priors: PlayPriors, threads: int
) -> pl.DataFrame:
    """The frame with what a first model says of the teams in it."""
    matrix = matrix_of(frame, features)
    prob = apply_priors(predict_booster(play, matrix, threads), frame, priors)["play_prob"].to_numpy()
    return with_teams(frame, prob, predict_booster(minutes, matrix, threads))


def buckets(frame: pl.DataFrame, quantiles: Floats) -> Ints:
    """The bucket of `models.conformal` of each row."""
    starts = frame["starts_tonight"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return bucket_of(starts, quantiles[:, MIDDLE], status_known(frame))


def status_known(frame: pl.DataFrame) -> Flags:
    """Whether anything was known of each row's status."""
    return ~frame["status_text"].fill_null("Unknown").is_in(SILENT).to_numpy()


def team_numbers(frame: pl.DataFrame) -> Ints:
    """A number for each row's team and game."""
    return frame.select(pl.struct(SIDE).rank("dense").cast(pl.Int64)).to_series().to_numpy()


def spreads(frame: pl.DataFrame) -> Floats:
    """The size of the spread of each row's game, points; NaN where none is known."""
    return frame["abs_spread"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
