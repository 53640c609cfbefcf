"""Using a minutes model on the feature frame of a run."""

from __future__ import annotations

import polars as pl

from models.guards import KEY
from models.minutes import MinutesModel, Predicted
from models.mixture import COND_NAMES, NAMES, mixture_columns

MODEL_COLUMNS = ("play_prob", "minutes_mean", *NAMES, "minutes_mean_cond", *COND_NAMES, "play_prob_rule")


def predict_minutes(model: MinutesModel, features: pl.DataFrame, threads: int = 2) -> pl.DataFrame:
    """A row for each row of the feature frame: its key, the model columns of `gold.minutes`, feature_as_of_ts.

    Rows come out sorted by game_id, cut_id, team_id, player_id. Minutes are minutes; the unconditional quantiles are
    those of the exact mixture. The frame holds whole teams. Raises BadInput where a feature is missing.
    """
    rows = features.sort(KEY)
    return predicted_columns(rows, model.predict(rows, threads), model.cap)


def predicted_columns(rows: pl.DataFrame, said: Predicted, cap: float) -> pl.DataFrame:
    """The frame of `predict_minutes` of what was said of each of the rows, which are sorted by their key."""
    made = [pl.Series(name, said.quantiles[:, at], dtype=pl.Float64) for at, name in enumerate(COND_NAMES)]
    frame = pl.concat([rows.select(*KEY, "feature_as_of_ts"), said.play], how="horizontal").with_columns(made)
    return mixture_columns(frame, cap).select(*KEY, *MODEL_COLUMNS, "feature_as_of_ts")
