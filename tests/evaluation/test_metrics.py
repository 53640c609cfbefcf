"""The scores are what their definitions say, and their intervals know that rows of a game go together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics import bootstrap_mean, reliability
from models.measures import pit_values, tenths
from models.mixture import CAP_MINUTES, LEVELS, Floats, conditional_quantile, monotone
from models.scores import inside, log_losses, pinball_losses, squared_errors

values = st.lists(st.tuples(st.integers(0, 5), st.floats(-10.0, 10.0)), min_size=1, max_size=40)


@given(values)
def test_the_figure_is_the_mean_and_lies_in_its_interval_range(rows: list[tuple[int, float]]) -> None:
    games, numbers = np.array([game for game, _ in rows]), np.array([value for _, value in rows])
    figure = bootstrap_mean(numbers, games, resamples=200)
    assert figure.value == pytest.approx(numbers.mean(), abs=1e-9)
    assert figure.low <= figure.high
    assert (figure.n, figure.games) == (len(rows), len(set(games.tolist())))
    again = bootstrap_mean(numbers, games, resamples=200)
    assert again == figure


def test_rows_of_one_game_count_as_one_surprise() -> None:
    rng = np.random.default_rng(1)
    shocks = np.repeat(rng.normal(size=50), 20)
    clustered = bootstrap_mean(shocks, np.repeat(np.arange(50), 20))
    apart = bootstrap_mean(shocks, np.arange(1000))
    assert clustered.high - clustered.low > 3.0 * (apart.high - apart.low)


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.0, 1.0), st.floats(0.1, 1.0)), min_size=1, max_size=30))
def test_a_weighted_figure_is_one_sum_over_the_other(rows: list[tuple[int, float, float]]) -> None:
    games, above, below = (np.array(part) for part in zip(*rows, strict=True))
    figure = bootstrap_mean(above, games, below, resamples=100)
    assert figure.value == pytest.approx(above.sum() / below.sum())
    assert figure.n == len(rows)


def test_nothing_gives_an_unknown_figure_that_json_can_hold() -> None:
    figure = bootstrap_mean(np.zeros(0), np.zeros(0))
    assert figure.n == 0
    assert figure.to_dict()["value"] is None


def test_pit_is_flat_for_the_true_distribution_and_not_for_another() -> None:
    rng = np.random.default_rng(7)
    rows = 20_000
    quantiles = monotone(np.tile(np.array([[4.0, 8.0, 14.0, 22.0, 28.0, 34.0, 38.0]]), (rows, 1)))
    prob = rng.uniform(0.2, 1.0, rows)
    drawn = conditional_quantile(quantiles, rng.random(rows))
    actual = np.where(rng.random(rows) < prob, drawn, 0.0)
    uniform = rng.random(rows)

    def shares(play_prob: Floats) -> Floats:
        return np.bincount(tenths(pit_values(play_prob, quantiles, actual, uniform, CAP_MINUTES)), minlength=10) / rows

    assert np.abs(shares(prob) - 0.1).max() < 0.01
    assert np.abs(shares(np.ones(rows)) - 0.1).max() > 0.05


@given(st.floats(0.0, 48.0), st.sampled_from(LEVELS))
def test_no_point_beats_the_quantile_at_its_own_loss(point: float, level: float) -> None:
    actual = np.arange(49, dtype=float)
    best = pinball_losses(np.full(49, np.quantile(actual, level)), actual, level).mean()
    assert pinball_losses(np.full(49, point), actual, level).mean() >= best - 1e-9


@given(st.floats(0.0, 1.0), st.integers(0, 20))
def test_no_probability_beats_the_share_at_the_proper_scores(prob: float, yes: int) -> None:
    happened = np.array([1.0] * yes + [0.0] * (20 - yes))
    share = np.full(20, yes / 20)
    for score in (squared_errors, log_losses):
        assert score(np.full(20, prob), happened).mean() >= score(share, happened).mean() - 1e-9


def test_intervals_hold_their_ends() -> None:
    assert inside(np.zeros(3), np.full(3, 2.0), np.array([0.0, 2.0, 2.1])).tolist() == [1.0, 1.0, 0.0]


def test_reliability_counts_every_row_once() -> None:
    prob = np.array([0.0, 0.05, 0.5, 0.55, 1.0])
    happened = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    table = reliability(prob, happened)
    assert sum(row["n"] for row in table) == 5
    assert [row["observed"] for row in table] == [0.5, 0.5, 1.0]
