"""P(plays): a LightGBM classifier, and the declared priors that overrule it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.availability import OFF_LIST, OUT
from models.boosting import BoostConfig, BoostRows
from models.guards import FeatureSet, matrix_of
from models.mixture import Floats


@dataclass(frozen=True)
class PlayPriors:
    """Probability of playing that a listing sets by itself, until a model of status exists.

    Declared, not learned: a player the official report calls Out is all but certain to sit, and a few are upgraded
    after the last report; one taken off his team's list cannot play, and one it leaves out may yet be put on it
    (2025-11-19 to 11-26: none of 353 players).
    """

    out: float = 0.01
    off_list: float = 0.01
    delisted: float = 0.0


def rule_column() -> pl.Expr:
    """Which rule sets play_prob: delisted, off_list, out or model. Needs status_text and delisted."""
    return (
        pl.when(pl.col("delisted").fill_null(False))
        .then(pl.lit("delisted"))
        .when((pl.col("status_text") == OFF_LIST).fill_null(False))
        .then(pl.lit("off_list"))
        .when((pl.col("status_text") == OUT).fill_null(False))
        .then(pl.lit("out"))
        .otherwise(pl.lit("model"))
        .alias("play_prob_rule")
    )


def apply_priors(prob: Floats, frame: pl.DataFrame, priors: PlayPriors) -> pl.DataFrame:
    """Columns play_prob and play_prob_rule for the rows of a feature frame, whose model probabilities are given."""
    return frame.select(rule_column()).with_columns(
        pl.when(pl.col("play_prob_rule") == "delisted")
        .then(priors.delisted)
        .when(pl.col("play_prob_rule") == "off_list")
        .then(priors.off_list)
        .when(pl.col("play_prob_rule") == "out")
        .then(priors.out)
        .otherwise(pl.Series("model", prob, dtype=pl.Float64).clip(0.0, 1.0))
        .alias("play_prob")
    )


def play_rows(training: pl.DataFrame) -> pl.DataFrame:
    """The rows P(plays) may learn from: every sitting player has a row or its absence says so, and no prior rules."""
    return training.filter(
        pl.col("label_complete") & pl.col("dnp_complete") & (rule_column() == "model") & pl.col("played").is_not_null()
    )


def fit_play(rows: pl.DataFrame, weight: Floats, features: FeatureSet, config: BoostConfig) -> str:
    """The text of the classifier fitted on the rows."""
    target = rows["played"].cast(pl.Float64).to_numpy()
    return BoostRows(matrix_of(rows, features), target, weight, features.names, config).fit("binary")
