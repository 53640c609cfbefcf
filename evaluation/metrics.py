"""Scores with their uncertainty: means over rows, intervals by resampling whole games."""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.mixture import Floats, cdf

SEED = 20221018
RESAMPLES = 1000
PIT_BINS = 10


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


def bootstrap_mean(values: Floats, games: npt.NDArray[Any], seed: int = SEED, resamples: int = RESAMPLES) -> Figure:
    """The mean of the values and its 95% interval: percentile bootstrap over games, the same for the same seed.

    The rows of a game share its surprises (a rout, an overtime), so games are drawn, not rows.
    """
    names, place = np.unique(games, return_inverse=True)
    if not len(values):
        return Figure(float("nan"), float("nan"), float("nan"), 0, 0)
    sums = np.bincount(place, weights=values, minlength=len(names))
    counts = np.bincount(place, minlength=len(names)).astype(np.float64)
    drawn = np.random.Generator(np.random.PCG64(seed)).integers(0, len(names), size=(resamples, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Figure(float(sums.sum() / counts.sum()), float(low), float(high), len(values), len(names))


def uniforms(keys: list[str], seed: int = SEED) -> Floats:
    """A number in (0, 1) for each key, fixed by the key and the seed alone, so that the order of rows is nothing."""
    return np.array([(zlib.crc32(f"{seed}:{key}".encode()) + 0.5) / 2.0**32 for key in keys], dtype=np.float64)


def pit_values(play_prob: Floats, quantiles: Floats, minutes: Floats, uniform: Floats, cap: float) -> Floats:
    """Randomised probability integral transform of each row: uniform on 0..1 where the predictions are calibrated.

    The predicted distribution has mass at 0, so the transform is drawn between P(below) and P(at most) the outcome
    (Czado, Gneiting and Held 2009).
    """
    left, right = cdf(play_prob, quantiles, minutes, cap)
    return left + uniform * (right - left)


def pit_shares(pit: Floats) -> list[float]:
    """Share of the rows in each tenth of 0..1; .1 each where calibrated."""
    if not len(pit):
        return []
    counts = np.bincount(np.minimum((pit * PIT_BINS).astype(np.int64), PIT_BINS - 1), minlength=PIT_BINS)
    return [float(count) / len(pit) for count in counts]


def reliability(prob: Floats, happened: Floats, bins: int = 10) -> list[dict[str, float]]:
    """Per bin of predicted probability that has rows: its edges, mean prediction, observed share and rows."""
    place = np.minimum((prob * bins).astype(np.int64), bins - 1)
    table = []
    for at in range(bins):
        chosen = place == at
        if chosen.any():
            table.append(
                {
                    "low": at / bins,
                    "high": (at + 1) / bins,
                    "predicted": float(prob[chosen].mean()),
                    "observed": float(happened[chosen].mean()),
                    "n": int(chosen.sum()),
                }
            )
    return table
