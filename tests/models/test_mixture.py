"""The mixture is exact: its quantiles, its mean and its distribution function agree with one another."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from models.mixture import (
    CAP_MINUTES,
    COND_NAMES,
    LEVELS,
    NAMES,
    cdf,
    cond_matrix,
    conditional_mean,
    conditional_quantile,
    mixture_columns,
    monotone,
    quantile,
)

minutes = st.floats(0.0, CAP_MINUTES).map(lambda value: round(value, 3))
rows = st.lists(minutes, min_size=len(LEVELS), max_size=len(LEVELS)).map(lambda values: monotone(np.array([values])))
probs = st.floats(0.0, 1.0)
likely = st.floats(0.01, 1.0)


@given(rows, st.floats(0.0, 1.0))
def test_a_certain_player_has_his_conditional_quantiles(row: np.ndarray, level: float) -> None:
    certain = quantile(np.ones(1), row, level)
    assert certain == conditional_quantile(row, np.array([level]))


@given(rows)
def test_the_conditional_quantiles_pass_through_their_knots(row: np.ndarray) -> None:
    for at, level in enumerate(LEVELS):
        assert quantile(np.ones(1), row, level)[0] == row[0, at]


@given(rows, st.floats(0.0, 1.0))
def test_one_who_cannot_play_has_zeros(row: np.ndarray, level: float) -> None:
    assert quantile(np.zeros(1), row, level)[0] == 0.0


@given(rows, probs, st.lists(st.floats(0.0, 1.0), min_size=2, max_size=10))
def test_quantiles_rise_with_the_level(row: np.ndarray, prob: float, levels: list[float]) -> None:
    values = [quantile(np.array([prob]), row, level)[0] for level in sorted(levels)]
    assert all(low <= high + 1e-9 for low, high in pairwise(values))


@given(rows, st.lists(probs, min_size=2, max_size=2), st.floats(0.0, 1.0))
def test_quantiles_rise_with_the_probability_of_playing(row: np.ndarray, pair: list[float], level: float) -> None:
    low, high = sorted(pair)
    assert quantile(np.array([low]), row, level)[0] <= quantile(np.array([high]), row, level)[0] + 1e-6


@given(rows, probs)
def test_the_mean_is_the_integral_of_the_quantile_function(row: np.ndarray, prob: float) -> None:
    steps = 20_000
    levels = (np.arange(steps) + 0.5) / steps
    inner = (levels - (1.0 - prob)) / max(prob, 1e-12)
    positive = levels > 1.0 - prob
    values = np.where(positive, conditional_quantile(np.repeat(row, steps, axis=0), inner), 0.0)
    assert abs(values.mean() - prob * conditional_mean(row)[0]) < 0.01


@given(rows, likely, st.floats(0.001, 0.999))
def test_the_distribution_function_undoes_the_quantiles(row: np.ndarray, prob: float, level: float) -> None:
    value = quantile(np.array([prob]), row, level)
    left, right = cdf(np.array([prob]), row, value)
    # Where quantiles all but coincide the distribution is so steep that rounding moves the level.
    slack = 1e-6 if np.diff(row[0]).min() > 1e-3 or value[0] == 0.0 else 1e-2
    assert left[0] - slack <= level <= right[0] + slack


@given(rows, probs, minutes)
def test_the_distribution_function_stays_in_bounds(row: np.ndarray, prob: float, value: float) -> None:
    left, right = cdf(np.array([prob]), row, np.array([value]))
    assert 0.0 <= left[0] <= right[0] <= 1.0 + 1e-12


def test_the_mass_at_zero_is_the_probability_of_sitting() -> None:
    row = np.linspace(5.0, 35.0, len(LEVELS))[None, :]
    left, right = cdf(np.array([0.7]), row, np.zeros(1))
    assert left[0] == 0.0
    assert abs(right[0] - 0.3) < 1e-12


@given(st.lists(st.tuples(rows, probs), min_size=1, max_size=5))
def test_the_columns_are_the_functions_row_by_row(cases: list[tuple[np.ndarray, float]]) -> None:
    made = np.vstack([row for row, _ in cases])
    prob = np.array([prob for _, prob in cases])
    frame = pl.DataFrame({name: made[:, at] for at, name in enumerate(COND_NAMES)}).with_columns(
        play_prob=pl.Series(prob)
    )
    out = mixture_columns(frame)
    assert np.array_equal(cond_matrix(out), made)
    for at in range(len(cases)):
        assert out["minutes_mean"][at] == prob[at] * conditional_mean(made[at : at + 1])[0]
        for name, level in zip(NAMES, LEVELS, strict=True):
            assert out[name][at] == quantile(prob[at : at + 1], made[at : at + 1], level)[0]


def test_no_rows_give_no_rows() -> None:
    empty = pl.DataFrame(schema=dict.fromkeys(("play_prob", *COND_NAMES), pl.Float64))
    assert mixture_columns(empty).height == 0
