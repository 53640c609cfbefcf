"""Scores of a prediction, each a mean over rows; used when a model is fitted and when it is evaluated."""

from __future__ import annotations

import numpy as np

from models.mixture import Floats

# A probability of exactly 0 or 1 that is wrong would cost infinity.
SMALLEST_PROB = 1e-4


def absolute_errors(predicted: Floats, actual: Floats) -> Floats:
    """Absolute error of each row, in the unit of the values."""
    return np.abs(predicted - actual)


def squared_errors(prob: Floats, happened: Floats) -> Floats:
    """Squared error of each probability; its mean is the Brier score."""
    return (prob - happened) ** 2


def log_losses(prob: Floats, happened: Floats) -> Floats:
    """Negative log likelihood of each row, natural logarithm, probabilities kept from 0 and 1 by SMALLEST_PROB."""
    safe = np.clip(prob, SMALLEST_PROB, 1.0 - SMALLEST_PROB)
    return -(happened * np.log(safe) + (1.0 - happened) * np.log1p(-safe))


def pinball_losses(predicted: Floats, actual: Floats, level: float) -> Floats:
    """Quantile loss of each row at a level."""
    over = actual - predicted
    return np.maximum(level * over, (level - 1.0) * over)


def inside(low: Floats, high: Floats, actual: Floats) -> Floats:
    """1 where the value lies in the closed interval, else 0; its mean is the coverage."""
    return ((actual >= low) & (actual <= high)).astype(np.float64)
