"""Conformal widths: mapie's correction on the same rows, kept only where they help, and the same bytes in any order."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, RegressorMixin

from lakehouse.digest import canonical_json
from lakehouse.errors import LakeDamaged
from models.conformal import (
    BUCKETS,
    FEWEST_ROWS,
    HALF_ROWS,
    Widths,
    bucket_of,
    choose_widths,
    fit_widths,
    level_shifts,
    score_widths,
)
from models.mixture import CAP_MINUTES, LEVELS, Floats, monotone

# Standard normal quantiles at LEVELS.
NORMAL = np.array([-1.6449, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.6449])
SEEDS = st.integers(0, 10_000)


def sample(rows: int, width: Floats | float, seed: int = 3, skew: float = 0.0) -> tuple[Floats, Floats]:
    """Quantiles that say a spread of 4 minutes, and results whose spread is `width` times that."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(12.0, 30.0, rows)
    noise = rng.normal(size=rows)
    actual = middle + 4.0 * width * noise + skew * np.maximum(noise, 0.0)
    return monotone(middle[:, None] + 4.0 * NORMAL), np.clip(actual, 0.1, CAP_MINUTES)


class Said(RegressorMixin, BaseEstimator):
    """A fitted regressor that says the number it is shown in one column."""

    def __init__(self, column: int = 0) -> None:
        self.column = column
        self.fitted_ = True

    def fit(self, rows: Floats, actual: Floats) -> Said:
        return self

    def predict(self, rows: Floats) -> Floats:
        return rows[:, self.column]


@given(n=st.integers(60, 400), seed=SEEDS, pair=st.sampled_from([(0, 6), (1, 5), (2, 4)]))
def test_one_bucket_is_mapies_asymmetric_correction(n: int, seed: int, pair: tuple[int, int]) -> None:
    from mapie.regression import ConformalizedQuantileRegressor

    # At a whole rank mapie takes the next one up wherever 1 - (1 - t) is not t in binary.
    assume((n + 1) % 20 != 0)
    quantiles, actual = sample(n, 1.3, seed, skew=3.0)
    low, high = pair
    theirs = ConformalizedQuantileRegressor(
        [Said(low), Said(high), Said(3)], confidence_level=LEVELS[high] - LEVELS[low], prefit=True
    ).conformalize(quantiles, actual)
    _, interval = theirs.predict_interval(quantiles, symmetric_correction=False)
    ours = level_shifts(actual[:, None] - quantiles)
    assert np.allclose(quantiles[:, low] + ours[low], interval[:, 0, 0], atol=1e-9)
    assert np.allclose(quantiles[:, high] + ours[high], interval[:, 1, 0], atol=1e-9)


def test_one_full_bucket_takes_that_correction_whole() -> None:
    quantiles, actual = sample(500, 1.3)
    bucket = np.full(500, 3)
    widths = fit_widths(quantiles, actual, bucket)
    assert np.allclose(widths.shifts, level_shifts(actual[:, None] - quantiles))
    assert widths.rows[3] == 500


@given(seed=SEEDS, n=st.integers(FEWEST_ROWS, 400))
def test_the_calibration_rows_are_covered_at_each_level(seed: int, n: int) -> None:
    quantiles, actual = sample(n, 1.7, seed)
    shifts = level_shifts(actual[:, None] - quantiles)
    moved = quantiles + shifts
    below = (actual[:, None] < moved - 1e-9).mean(axis=0)
    at_most = (actual[:, None] <= moved + 1e-9).mean(axis=0)
    for at, level in enumerate(LEVELS):
        if level == 0.5:
            assert shifts[at] == 0.0
            continue
        # The rank is of n + 1, so a level may be exceeded by one row in n.
        assert below[at] - 1.0 / n <= level <= at_most[at] + 1.0 / n


@given(seed=SEEDS)
def test_the_order_of_rows_changes_no_bit(seed: int) -> None:
    quantiles, actual = sample(300, 1.5)
    bucket = np.random.default_rng(1).integers(0, 4, 300)
    order = np.random.default_rng(seed).permutation(300)
    assert fit_widths(quantiles, actual, bucket) == fit_widths(quantiles[order], actual[order], bucket[order])


def test_a_bucket_is_drawn_to_all_rows_by_its_count_and_a_thin_one_takes_theirs() -> None:
    quantiles, actual = sample(1000, np.repeat([1.0, 3.0, 2.0], [749, FEWEST_ROWS - 1, 202]))
    bucket = np.repeat([0, 5, 7], [749, FEWEST_ROWS - 1, 202])
    widths = fit_widths(quantiles, actual, bucket)
    common = level_shifts(actual[:, None] - quantiles)
    own = level_shifts((actual[:, None] - quantiles)[bucket == 7])
    trust = 202 / (202 + HALF_ROWS)
    assert np.allclose(widths.shifts[7], trust * own + (1 - trust) * common)
    assert np.allclose(widths.shifts[5], common)
    assert np.allclose(widths.shifts[1], common)


@given(
    seed=SEEDS,
    shifts=st.lists(st.floats(-60.0, 60.0), min_size=7 * len(BUCKETS), max_size=7 * len(BUCKETS)),
)
def test_moved_quantiles_are_monotone_and_within_the_game(seed: int, shifts: list[float]) -> None:
    quantiles, _ = sample(50, 1.0, seed)
    table = tuple(tuple(row) for row in np.array(shifts).reshape(-1, 7).tolist())
    bucket = np.random.default_rng(seed).integers(0, len(BUCKETS), 50)
    moved = Widths(table, (50,) * len(BUCKETS)).apply(quantiles, bucket)
    assert (np.diff(moved, axis=1) >= 0.0).all()
    assert moved.min() >= 0.0
    assert moved.max() <= CAP_MINUTES


def test_buckets_are_named_by_role_minutes_and_status() -> None:
    starts = np.array([1.0, 1.0, 0.0, 0.0, np.nan, np.nan])
    p50 = np.array([11.9, 12.0, 24.0, 24.1, 5.0, 30.0])
    known = np.array([True, False, True, False, True, False])
    assert [BUCKETS[place] for place in bucket_of(starts, p50, known)] == [
        "starter under 12 min status known",
        "starter 12 to 24 min status unknown",
        "bench 12 to 24 min status known",
        "bench over 24 min status unknown",
        "role unknown under 12 min status known",
        "role unknown over 24 min status unknown",
    ]


def test_widths_that_are_off_by_bucket_are_mended_when_it_lasts() -> None:
    bucket = np.random.default_rng(8).integers(0, 2, 4000)
    quantiles, actual = sample(4000, np.where(bucket == 0, 0.5, 1.6))
    widths = choose_widths(quantiles, actual, bucket, np.arange(4000) // 100)
    assert widths == fit_widths(quantiles, actual, bucket)
    fresh, truth = sample(4000, np.where(bucket == 0, 0.5, 1.6), seed=99)
    before, after = score_widths(fresh, truth, bucket), score_widths(widths.apply(fresh, bucket), truth, bucket)
    assert after.pinball < before.pinball
    assert after.distance < 0.25 * before.distance


def test_widths_that_are_off_only_early_are_left_alone() -> None:
    day = np.arange(4000) // 100
    quantiles, actual = sample(4000, np.where(day < 20, 1.8, 1.0))
    assert choose_widths(quantiles, actual, np.zeros(4000, dtype=np.int64), day) == Widths()


def test_a_shift_that_betters_coverage_but_not_the_loss_is_left_alone() -> None:
    # Early rows are too low and spread right, later ones too wide about the right place: their coverage gains from a
    # narrower interval, but their loss suffers from the moved middle.
    day = np.arange(4000) // 100
    quantiles, actual = sample(4000, 0.4)
    early = day < 20
    actual = np.where(early, np.clip(actual + 2.5, 0.1, CAP_MINUTES), actual)
    bucket = np.zeros(4000, dtype=np.int64)
    tried = fit_widths(quantiles[early], actual[early], bucket[early]).apply(quantiles[~early], bucket[~early])
    before = score_widths(quantiles[~early], actual[~early], bucket[~early])
    after = score_widths(tried, actual[~early], bucket[~early])
    assert (after.pinball > before.pinball) or (after.distance > before.distance)
    assert choose_widths(quantiles, actual, bucket, day) == Widths()


def test_nothing_to_learn_from_changes_nothing() -> None:
    quantiles, actual = sample(FEWEST_ROWS - 1, 1.5)
    bucket = np.zeros(FEWEST_ROWS - 1, dtype=np.int64)
    assert fit_widths(quantiles, actual, bucket) == Widths()
    assert choose_widths(quantiles, actual, bucket, bucket) == Widths()
    assert choose_widths(quantiles[:0], actual[:0], bucket[:0], bucket[:0]) == Widths()
    assert Widths().apply(quantiles, bucket) is quantiles
    many, truth = sample(500, 1.5)
    assert choose_widths(many, truth, np.zeros(500, dtype=np.int64), np.zeros(500)) == Widths()


def test_widths_travel_as_plain_data() -> None:
    quantiles, actual = sample(400, 1.4)
    widths = fit_widths(quantiles, actual, np.arange(400) % 6)
    assert Widths.from_dict(json.loads(canonical_json(widths.to_dict()))) == widths
    assert Widths.from_dict(Widths().to_dict()) == Widths()
    with pytest.raises(LakeDamaged, match="buckets"):
        Widths.from_dict({"starter": {"rows": 3, "shifts": [0.0] * 7}})
