"""Figures with their uncertainty: means over rows, intervals by resampling whole games."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.measures import TENTHS, tenths
from models.mixture import Floats

SEED = 20221018
RESAMPLES = 1000


@dataclass(frozen=True)
class Figure:
    """A mean over rows, with the 95% interval that resampling its games gives."""

    value: float
    low: float
    high: float
    n: int
    games: int

    def to_dict(self) -> dict[str, Any]:
        """The figure as plain data; what is unknown, as of no rows, is null."""
        return {name: None if isinstance(v, float) and not np.isfinite(v) else v for name, v in asdict(self).items()}


def bootstrap_mean(
    values: Floats,
    games: npt.NDArray[Any],
    weights: Floats | None = None,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Figure:
    """The mean of the values and its 95% interval: percentile bootstrap over games, the same for the same seed.

    The rows of a game share its surprises (a rout, an overtime), so games are drawn, not rows. With `weights` the
    figure is the sum of the values over that of the weights, such as one loss over another.
    """
    if not len(values):
        return Figure(float("nan"), float("nan"), float("nan"), 0, 0)
    names, place = np.unique(games, return_inverse=True)
    sums = np.bincount(place, weights=values, minlength=len(names))
    counts = np.bincount(place, weights=weights, minlength=len(names)).astype(np.float64)
    drawn = np.random.Generator(np.random.PCG64(seed)).integers(0, len(names), size=(resamples, len(names)))
    with np.errstate(divide="ignore", invalid="ignore"):
        value = sums.sum() / counts.sum()
        means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Figure(float(value), float(low), float(high), len(values), len(names))


def reliability(prob: Floats, happened: Floats) -> list[dict[str, float]]:
    """Per tenth of predicted probability that has rows: its edges, mean prediction, observed share and rows."""
    place = tenths(prob)
    table = []
    for at in range(TENTHS):
        chosen = place == at
        if chosen.any():
            table.append(
                {
                    "low": at / TENTHS,
                    "high": (at + 1) / TENTHS,
                    "predicted": float(prob[chosen].mean()),
                    "observed": float(happened[chosen].mean()),
                    "n": int(chosen.sum()),
                }
            )
    return table
