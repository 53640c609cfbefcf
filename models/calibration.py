"""Recalibration of P(plays): two numbers on the logit, learned on rows later than the fit's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.mixture import Floats
from models.scores import log_losses

# Keeps the logit finite, and the slope near 1 where there is little to learn from.
EDGE = 1e-6
RIDGE = 200.0
STEPS = 25


@dataclass(frozen=True)
class LogitShift:
    """p -> sigmoid(slope * logit(p) + shift)."""

    slope: float = 1.0
    shift: float = 0.0

    def apply(self, prob: Floats) -> Floats:
        """Recalibrated probabilities."""
        if self.slope == 1.0 and self.shift == 0.0:
            return prob
        return 1.0 / (1.0 + np.exp(-(self.slope * _logit(prob) + self.shift)))


def fit_shift(prob: Floats, happened: Floats) -> LogitShift:
    """The shift of greatest likelihood, drawn towards no change by a ridge of RIDGE rows."""
    x = _logit(prob)
    slope, shift = 1.0, 0.0
    for _ in range(STEPS):
        fitted = 1.0 / (1.0 + np.exp(-(slope * x + shift)))
        error, spread = fitted - happened, fitted * (1.0 - fitted)
        gradient = np.array([(error * x).sum() + RIDGE * (slope - 1.0), error.sum() + RIDGE * shift])
        cross = (spread * x).sum()
        curve = np.array([[(spread * x * x).sum() + RIDGE, cross], [cross, spread.sum() + RIDGE]])
        step = np.linalg.solve(curve, gradient)
        slope, shift = slope - float(step[0]), shift - float(step[1])
        if float(np.abs(step).max()) < 1e-10:
            break
    return LogitShift(slope, shift)


def choose_shift(prob: Floats, happened: Floats, day: np.ndarray) -> LogitShift:
    """A shift learned on all rows if one learned on the earlier half of the days scores better on the later half."""
    if not len(prob):
        return LogitShift()
    early = earlier_half(day)
    late = ~early
    if not late.any() or happened[early].min() == happened[early].max():
        return LogitShift()
    tried = fit_shift(prob[early], happened[early]).apply(prob[late])
    if log_losses(tried, happened[late]).mean() < log_losses(prob[late], happened[late]).mean():
        return fit_shift(prob, happened)
    return LogitShift()


def earlier_half(day: np.ndarray) -> np.ndarray:
    """Whether each row is of the earlier half of the days, the middle one among them."""
    days = np.unique(day)
    return np.asarray(day <= days[(len(days) - 1) // 2], dtype=np.bool_)


def _logit(prob: Floats) -> Floats:
    safe = np.clip(prob, EDGE, 1.0 - EDGE)
    return np.asarray(np.log(safe) - np.log1p(-safe), dtype=np.float64)
