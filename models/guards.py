"""What a training frame must be before anything is fitted on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.minutes import KEYS
from lakehouse.errors import BadInput

KEY = KEYS
LABELS = ("minutes", "played", "label_complete", "dnp_complete")
CONTEXT = ("status_text", "delisted", "game_date", "cut_ts")
# On four real seasons no feature comes nearer to a label than .84, and a label in disguise is at 1.
LEAK_CORRELATION = 0.99
# Fewer rows than this say nothing about a correlation.
FEWEST_ROWS = 50
# More of them, evenly spread, say nothing more.
MOST_ROWS = 10_000


@dataclass(frozen=True)
class FeatureSet:
    """The features a model uses, in order, and the digest of their declaration."""

    names: tuple[str, ...]
    digest: str


def require_columns(frame: pl.DataFrame, names: Sequence[str], what: str) -> None:
    """Raises BadInput naming the columns a frame lacks."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise BadInput(f"{what} lacks the column {missing[0]}; build it with the features of this version.")


def require_declared(frame: pl.DataFrame, features: FeatureSet, known: Sequence[str]) -> None:
    """Raises BadInput for a numeric column that is neither a declared feature nor a known key, label or context.

    An undeclared column is how a result slips into a model matrix, so training stops rather than leave it out.
    """
    allowed = {*features.names, *known}
    for name, dtype in frame.schema.items():
        if name not in allowed and dtype.is_float():
            raise BadInput(f"The training frame has a feature {name} that is not declared; declare it or leave it out.")


def require_no_leak(frame: pl.DataFrame, features: FeatureSet) -> None:
    """Raises BadInput for a feature that goes with a label as only the label does: above LEAK_CORRELATION.

    Asked of the values and of their ranks, so that no monotone change hides it; of minutes also among those who played,
    so that it need not be told of the others. What is known of fewer than FEWEST_ROWS rows is not asked.
    """
    for rows, label in ((frame, "minutes"), (frame.filter("played"), "minutes"), (frame, "played")):
        target = _numbers(rows, label)
        for name in features.names:
            if _closeness(_numbers(rows, name), target) > LEAK_CORRELATION:
                raise BadInput(
                    f"The feature {name} is the label {label} in disguise; it cannot be known before the tip."
                )


def _closeness(values: np.ndarray, target: np.ndarray) -> float:
    """The larger of the correlation of two columns and that of their ranks, on a part of the rows that know both."""
    known = np.flatnonzero(np.isfinite(values) & np.isfinite(target))
    if len(known) < FEWEST_ROWS:
        return 0.0
    some = known[:: -(-len(known) // MOST_ROWS)]
    left, right = values[some], target[some]
    return max(_correlation(left, right), _correlation(_ranks(left), _ranks(right)))


def _numbers(rows: pl.DataFrame, name: str) -> np.ndarray:
    return rows[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _ranks(values: np.ndarray) -> np.ndarray:
    return pl.Series(values).rank().to_numpy()


def _correlation(left: np.ndarray, right: np.ndarray) -> float:
    left, right = left - left.mean(), right - right.mean()
    scale = float(np.sqrt((left**2).sum() * (right**2).sum()))
    return abs(float((left * right).sum())) / scale if scale > 0.0 else 0.0


def matrix_of(frame: pl.DataFrame, features: FeatureSet) -> np.ndarray:
    """The model matrix: declared features in declared order, unknown as NaN. Shape (rows, features)."""
    require_columns(frame, features.names, "The feature frame")
    return frame.select(pl.col(features.names).cast(pl.Float64).fill_null(float("nan"))).to_numpy(order="c")
