"""How often each feature is unknown: in what a model was trained on, and in what it was asked."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from features.minutes import MINUTES_FEATURES

TRAINING = "training"


def null_rates(windows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """A row a declared feature, in declared order: `feature`, and its share of nulls in each window."""
    names = [feature.name for feature in MINUTES_FEATURES]
    rates = {
        window: frame.select(pl.col(names).is_null().mean()).row(0) if len(frame) else [None] * len(names)
        for window, frame in windows.items()
    }
    return pl.DataFrame(
        {"feature": names, **{window: list(values) for window, values in rates.items()}},
        schema={"feature": pl.String, **dict.fromkeys(rates, pl.Float64)},
    )


def most_different(rates: pl.DataFrame, rows: int = 15) -> pl.DataFrame:
    """The features whose rates in some window are furthest from those in training, furthest first."""
    others = [name for name in rates.columns if name not in ("feature", TRAINING)]
    apart = pl.max_horizontal((pl.col(name) - pl.col(TRAINING)).abs() for name in others)
    return (
        rates.with_columns(apart=apart).sort("apart", "feature", descending=[True, False], nulls_last=True).head(rows)
    )
