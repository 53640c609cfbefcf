"""What drove a prediction: TreeSHAP contributions of each feature to the play classifier and to the median booster.

Both are the second model's, so what the first says of his team is among the features.

The contributions of a row and its `base` sum to what the booster itself says of it: log-odds of playing before
calibration and priors, and the median of minutes given that he plays before widths and reconciliation (Lundberg et al.,
"Consistent Individualized Feature Attribution for Tree Ensembles", 2018; LightGBM's `pred_contrib`).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from models.boosting import parse_booster
from models.guards import KEY, FeatureSet, matrix_of
from models.minutes import MinutesModel
from models.mixture import MIDDLE

PLAY, MINUTES = "play", "minutes"
# What contributions of a head are counted in.
UNITS = {PLAY: "log-odds", MINUTES: "min"}


def find_drivers(model: MinutesModel, rows: pl.DataFrame, threads: int = 2) -> pl.DataFrame:
    """A row for each row of a feature frame of whole teams, head and feature: KEY, head, feature, value, contribution, base.

    `head` is play or minutes, `value` the feature's (null where unknown), `base` what the head says of nobody in
    particular; contribution and base are in UNITS. Sorted by KEY, head, and size of the contribution, largest first.
    Raises BadInput where a feature is missing.
    """
    texts = {PLAY: model.play, MINUTES: model.quantiles[MIDDLE]}
    wide = model.expand(rows, threads)
    parts = [_contributions(text, head, wide, model.inputs, threads) for head, text in texts.items()]
    size = pl.col("contribution").abs()
    return pl.concat(parts).sort(*KEY, "head", size, "feature", descending=[False] * 5 + [True, False])


def _contributions(text: str, head: str, rows: pl.DataFrame, features: FeatureSet, threads: int) -> pl.DataFrame:
    matrix = matrix_of(rows, features)
    shape = (len(rows), len(features.names) + 1)
    found = np.zeros(shape)
    if len(rows):
        said = parse_booster(text).predict(matrix, pred_contrib=True, num_threads=threads)
        found = np.asarray(said, dtype=np.float64)
    count = len(features.names)
    at = np.repeat(np.arange(len(rows)), count)
    made = {
        "head": pl.repeat(head, len(at), dtype=pl.String, eager=True),
        "feature": pl.Series(list(features.names) * len(rows), dtype=pl.String),
        "value": pl.Series(matrix.ravel(), dtype=pl.Float64).fill_nan(None),
        "contribution": pl.Series(found[:, :count].ravel(), dtype=pl.Float64),
        "base": pl.Series(np.repeat(found[:, count], count), dtype=pl.Float64),
    }
    return rows.select(KEY)[at].with_columns(**made)
