"""What a training frame must be before anything is fitted on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from lakehouse.errors import BadInput

KEY = ("game_id", "cut_id", "team_id", "player_id")
LABELS = ("minutes", "played", "label_complete", "dnp_complete")
CONTEXT = ("status_text", "delisted", "game_date", "cut_ts")
LEAK_CORRELATION = 0.999
# Fewer rows than this say nothing about a correlation.
FEWEST_ROWS = 50


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
    """Raises BadInput for a feature that all but equals a label: correlation above .999 with minutes or played."""
    for label in ("minutes", "played"):
        target = frame[label].cast(pl.Float64).to_numpy()
        for name in features.names:
            values = frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            known = np.isfinite(values) & np.isfinite(target)
            if known.sum() >= FEWEST_ROWS and _correlation(values[known], target[known]) > LEAK_CORRELATION:
                raise BadInput(
                    f"The feature {name} is the label {label} in disguise; it cannot be known before the tip."
                )


def _correlation(left: np.ndarray, right: np.ndarray) -> float:
    left, right = left - left.mean(), right - right.mean()
    scale = float(np.sqrt((left**2).sum() * (right**2).sum()))
    return abs(float((left * right).sum())) / scale if scale > 0.0 else 0.0


def matrix_of(frame: pl.DataFrame, features: FeatureSet) -> np.ndarray:
    """The model matrix: declared features in declared order, unknown as NaN. Shape (rows, features)."""
    require_columns(frame, features.names, "The feature frame")
    columns = [frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in features.names]
    return np.column_stack(columns).reshape(len(frame), len(features.names))
