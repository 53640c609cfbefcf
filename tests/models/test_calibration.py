"""Recalibration mends what is off and leaves alone what is not."""

from __future__ import annotations

import numpy as np

from models.calibration import LogitShift, choose_shift, fit_shift


def sample(slope: float, shift: float, rows: int = 20_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    prob = rng.uniform(0.03, 0.97, rows)
    truth = LogitShift(slope, shift).apply(prob)
    return prob, (rng.random(rows) < truth).astype(float), np.arange(rows) // 500


def test_a_known_distortion_is_recovered() -> None:
    prob, happened, _ = sample(0.7, 0.4)
    found = fit_shift(prob, happened)
    assert abs(found.slope - 0.7) < 0.05
    assert abs(found.shift - 0.4) < 0.05


def test_a_distortion_seen_early_is_mended_when_it_lasts() -> None:
    assert choose_shift(*sample(0.6, 0.5)) != LogitShift()


def test_a_distortion_that_reverses_is_left_alone() -> None:
    prob, happened, day = sample(1.0, 0.8)
    turned = np.where(
        day <= day.max() // 2, happened, (np.random.default_rng(4).random(len(prob)) < prob).astype(float)
    )
    assert choose_shift(prob, turned, day) == LogitShift()


def test_nothing_to_learn_from_changes_nothing() -> None:
    empty = np.zeros(0)
    assert choose_shift(empty, empty, empty) == LogitShift()
    one_day = np.zeros(10)
    assert choose_shift(np.full(10, 0.5), np.ones(10), one_day) == LogitShift()
