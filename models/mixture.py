"""Minutes as a mixture: 0 with probability 1 - p, else the conditional quantile function.

The conditional quantile function Qc is piecewise linear through 0 at level 0, the fitted quantiles at LEVELS, and
CAP_MINUTES at level 1. The unconditional one is Q(t) = 0 for t <= 1 - p, else Qc((t - (1 - p)) / p).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
MIDDLE = LEVELS.index(0.50)
CAP_MINUTES = 48.0
NAMES = tuple(f"minutes_p{round(level * 100):02d}" for level in LEVELS)
COND_NAMES = tuple(f"{name}_cond" for name in NAMES)
KNOT_LEVELS = np.array((0.0, *LEVELS, 1.0))


def monotone(quantiles: Floats, cap: float = CAP_MINUTES) -> Floats:
    """Quantiles made usable: rows sorted, so that they do not cross, and clipped to 0..cap. Shape (rows, levels)."""
    return np.clip(np.sort(quantiles, axis=1), 0.0, cap)


def knots(quantiles: Floats, cap: float = CAP_MINUTES) -> Floats:
    """Values of Qc at KNOT_LEVELS. Shape (rows, levels + 2)."""
    rows = len(quantiles)
    return np.hstack([np.zeros((rows, 1)), quantiles, np.full((rows, 1), cap)])


def conditional_quantile(quantiles: Floats, level: Floats, cap: float = CAP_MINUTES) -> Floats:
    """Qc of each row at that row's level, minutes. Levels outside 0..1 are taken as the nearer end."""
    values = knots(quantiles, cap)
    rows = np.arange(len(values))
    level = np.clip(level, 0.0, 1.0)
    right = np.clip(np.searchsorted(KNOT_LEVELS, level, side="left"), 1, len(KNOT_LEVELS) - 1)
    low, high = values[rows, right - 1], values[rows, right]
    share = (level - KNOT_LEVELS[right - 1]) / (KNOT_LEVELS[right] - KNOT_LEVELS[right - 1])
    # Written so that share 1 gives the knot itself, not the knot up to rounding.
    return np.where(share >= 1.0, high, low + share * (high - low))


def quantile(play_prob: Floats, quantiles: Floats, level: float, cap: float = CAP_MINUTES) -> Floats:
    """The unconditional quantile of each row at one level, minutes."""
    missing = 1.0 - play_prob
    positive = level > missing
    inner = np.where(positive, level - missing, 0.0) / np.where(positive, play_prob, 1.0)
    certain = play_prob >= 1.0
    value = conditional_quantile(quantiles, np.where(certain, level, inner), cap)
    return np.where(positive, value, 0.0)


def conditional_mean(quantiles: Floats, cap: float = CAP_MINUTES) -> Floats:
    """The integral of Qc over 0..1: mean minutes given that he plays."""
    values = knots(quantiles, cap)
    widths = np.diff(KNOT_LEVELS)
    total = np.zeros(len(values))
    for at, width in enumerate(widths):
        total = total + width * 0.5 * (values[:, at] + values[:, at + 1])
    return total


def cdf(play_prob: Floats, quantiles: Floats, minutes: Floats, cap: float = CAP_MINUTES) -> tuple[Floats, Floats]:
    """P(below) and P(at or below) each row's minutes; they differ at 0 and where quantiles coincide."""
    values = knots(quantiles, cap)
    below, at_most = _cond_cdf(values, minutes, strict=True), _cond_cdf(values, minutes, strict=False)
    missing = 1.0 - play_prob
    left = np.where(minutes > 0.0, missing + play_prob * below, 0.0)
    right = np.where(minutes >= 0.0, missing + play_prob * at_most, 0.0)
    return left, right


def _cond_cdf(values: Floats, minutes: Floats, strict: bool) -> Floats:
    """The level at which Qc first reaches (strict) or last is at each row's minutes."""
    x = minutes[:, None]
    counted = (values < x).sum(axis=1) if strict else (values <= x).sum(axis=1)
    last = len(KNOT_LEVELS) - 1
    left = np.clip(counted - 1, 0, last - 1)
    rows = np.arange(len(values))
    low, high = values[rows, left], values[rows, left + 1]
    width = np.where(high > low, high - low, 1.0)
    share = np.clip(np.where(high > low, (minutes - low) / width, 0.0), 0.0, 1.0)
    level = KNOT_LEVELS[left] + share * (KNOT_LEVELS[left + 1] - KNOT_LEVELS[left])
    return np.where(counted == 0, 0.0, np.where(counted > last, 1.0, level))


def mixture_columns(frame: pl.DataFrame, cap: float = CAP_MINUTES) -> pl.DataFrame:
    """The frame with minutes_mean, minutes_mean_cond and the unconditional quantiles, minutes.

    Needs play_prob and the conditional quantiles `minutes_pNN_cond`; columns of these names are replaced.
    """
    play_prob, quantiles = frame["play_prob"].to_numpy(), cond_matrix(frame)
    mean_cond = conditional_mean(quantiles, cap)
    made = {"minutes_mean": play_prob * mean_cond, "minutes_mean_cond": mean_cond}
    for name, level in zip(NAMES, LEVELS, strict=True):
        made[name] = quantile(play_prob, quantiles, level, cap)
    return frame.with_columns(pl.Series(name, values, dtype=pl.Float64) for name, values in made.items())


def cond_matrix(frame: pl.DataFrame, names: Sequence[str] = COND_NAMES) -> Floats:
    """The conditional quantiles of a frame, shape (rows, levels)."""
    return (
        np.column_stack([frame[name].to_numpy() for name in names]).astype(np.float64).reshape(len(frame), len(names))
    )
