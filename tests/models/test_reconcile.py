"""Reconciled minutes: SciPy's solution, exact sums, and the order of rows plays no part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize

from models.mixture import CAP_MINUTES, LEVELS, Floats, conditional_mean
from models.reconcile import SLACKS, choose_slack, reconcile_minutes, solve_teams

SEEDS = st.integers(0, 10_000)
LOW, HIGH = 1.2, 46.8
# Standard normal quantiles at LEVELS.
NORMAL = np.array([-1.6449, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.6449])


def team_of(players: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Means, play probabilities and weights of made-up players."""
    rng = np.random.default_rng(seed)
    return rng.uniform(2.0, 40.0, players), rng.uniform(0.01, 1.0, players), rng.uniform(2.0, 25.0, players) ** -2.0


def slate(teams: int, seed: int) -> tuple[Floats, Floats, np.ndarray, Floats]:
    """play_prob, quantiles, team and target of some teams of 8 to 17 players."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(teams), rng.integers(8, 18, teams))
    rows = len(team)
    quantiles = np.sort(rng.uniform(0.0, 44.0, (rows, 1)) + rng.normal(0.0, 6.0, (rows, len(LEVELS))), axis=1)
    prob = np.where(rng.random(rows) < 0.1, 0.0, rng.uniform(0.3, 1.0, rows))
    return prob, np.clip(quantiles, 0.0, CAP_MINUTES), team, rng.uniform(238.0, 246.0, teams)[team]


@given(players=st.integers(2, 12), seed=SEEDS, share=st.floats(0.02, 0.98))
def test_it_is_scipys_solution(players: int, seed: int, share: float) -> None:
    mean, prob, weight = team_of(players, seed)
    target = float(prob.sum() * (LOW + share * (HIGH - LOW)))
    team = np.zeros(players, dtype=np.int64)
    ours, feasible = solve_teams(mean, prob, weight, team, np.full(players, target), LOW, HIGH)
    assert feasible.all()
    scale = weight / weight.max()
    theirs = minimize(
        lambda x: float((scale * (x - mean) ** 2).sum()),
        np.full(players, LOW + share * (HIGH - LOW)),
        jac=lambda x: 2.0 * scale * (x - mean),
        bounds=[(LOW, HIGH)] * players,
        constraints=[{"type": "eq", "fun": lambda x: prob @ x - target, "jac": lambda x: prob}],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    cost, best = float((scale * (ours - mean) ** 2).sum()), float(theirs.fun)
    # SLSQP may stop a little short or break the sum a little; it may never do better by more than that.
    assert cost <= best + 1e-6 * (1.0 + best)
    if theirs.success:
        assert np.allclose(ours, theirs.x, atol=2e-2)


@given(seed=SEEDS, players=st.integers(2, 12), share=st.floats(0.02, 0.98))
def test_no_move_that_keeps_the_sum_costs_less(seed: int, players: int, share: float) -> None:
    mean, prob, weight = team_of(players, seed)
    target = float(prob.sum() * (LOW + share * (HIGH - LOW)))
    x, _ = solve_teams(mean, prob, weight, np.zeros(players, dtype=np.int64), np.full(players, target), LOW, HIGH)
    # The price of a minute of the team's sum is the same for everybody who is at no bound, and no bargain is left.
    price = weight * (x - mean) / prob
    free = (x > LOW + 1e-9) & (x < HIGH - 1e-9)
    assume(free.any())
    common = price[free].mean()
    scale = 1e-7 * (1.0 + abs(common))
    assert np.allclose(price[free], common, atol=scale)
    assert (price[x >= HIGH - 1e-9] <= common + scale).all()
    assert (price[x <= LOW + 1e-9] >= common - scale).all()


@given(seed=SEEDS, teams=st.integers(1, 6))
def test_each_team_sums_to_its_target_and_rows_stay_quantiles(seed: int, teams: int) -> None:
    prob, quantiles, team, target = slate(teams, seed)
    found = reconcile_minutes(prob, quantiles, team, target)
    sums = np.bincount(team, prob * conditional_mean(found.quantiles), minlength=teams)
    wanted = np.array([target[team == one][0] for one in range(teams)])
    feasible = np.array([found.feasible[team == one].all() for one in range(teams)])
    assert np.allclose(sums[feasible], wanted[feasible], rtol=0.0, atol=1e-9)
    most = np.bincount(team, prob * HIGH, minlength=teams)
    assert (feasible == (wanted <= most)).all()
    assert np.allclose(sums[~feasible], most[~feasible])
    assert (np.diff(found.quantiles, axis=1) >= 0.0).all()
    assert found.quantiles.min() >= 0.0
    assert found.quantiles.max() <= CAP_MINUTES
    inner = (found.quantiles > 0.0) & (found.quantiles < CAP_MINUTES)
    change = np.where(inner, found.quantiles - quantiles, np.nan)
    changed = inner.any(axis=1)
    spread = np.nanmax(change[changed], axis=1) - np.nanmin(change[changed], axis=1)
    assert (spread < 1e-9).all()


@given(seed=SEEDS, teams=st.integers(1, 4))
def test_the_order_of_rows_changes_no_bit(seed: int, teams: int) -> None:
    prob, quantiles, team, target = slate(teams, seed)
    order = np.random.default_rng(seed + 1).permutation(len(team))
    found = reconcile_minutes(prob, quantiles, team, target)
    again = reconcile_minutes(prob[order], quantiles[order], 7 - team[order], target[order])
    assert (again.quantiles == found.quantiles[order]).all()
    assert (again.feasible == found.feasible[order]).all()


@given(seed=SEEDS, teams=st.integers(2, 4), slack=st.sampled_from(SLACKS))
def test_the_teams_beside_it_change_no_bit_of_a_team(seed: int, teams: int, slack: float) -> None:
    """Teams differ in size, and who is sure to sit is not the only one whose move may be nothing."""
    prob, quantiles, team, target = slate(teams, seed)
    prob = np.maximum(prob, 0.05)
    whole = reconcile_minutes(prob, quantiles, team, target, slack)
    for number in range(teams):
        its = team == number
        alone = reconcile_minutes(prob[its], quantiles[its], team[its], target[its], slack)
        assert (alone.quantiles == whole.quantiles[its]).all()
        assert (alone.feasible == whole.feasible[its]).all()


@given(seed=SEEDS, slack=st.sampled_from(SLACKS))
def test_slack_closes_a_part_of_the_gap_and_the_order_of_rows_plays_no_part(seed: int, slack: float) -> None:
    prob, quantiles, team, _ = slate(3, seed)
    sums = np.bincount(team, prob * conditional_mean(quantiles))
    target = (sums + np.array([3.0, -3.0, 5.0]))[team]
    found = reconcile_minutes(prob, quantiles, team, target, slack)
    closed = (np.bincount(team, prob * conditional_mean(found.quantiles)) - sums) / (
        target[[np.argmax(team == one) for one in range(3)]] - sums
    )
    assert (closed > 0.0).all()
    assert (closed <= 1.0 + 1e-9).all()
    assert (closed < 1.0 - 1e-6).all() == (slack > 0.0)
    order = np.random.default_rng(seed).permutation(len(team))
    again = reconcile_minutes(prob[order], quantiles[order], team[order], target[order], slack)
    assert (again.quantiles == found.quantiles[order]).all()
    assert reconcile_minutes(prob, quantiles, team, target, None).quantiles is quantiles


def league(doubt: bool, off: float) -> tuple[Floats, Floats, np.ndarray, Floats, Floats, np.ndarray]:
    """Teams of ten whose minutes sum to 240 by truth, projected `off` minutes too high each or, doubtfully, too often."""
    rng = np.random.default_rng(7)
    team = np.repeat(np.arange(200), 10)
    truth = np.tile(np.linspace(10.0, 38.0, 10), 200)
    quantiles = truth[:, None] + off * rng.normal(size=200)[team][:, None] + 4.0 * NORMAL
    prob = np.clip(0.8 + 0.2 * rng.normal(size=200)[team], 0.3, 0.95) if doubt else np.ones(2000)
    played = rng.random(2000) < (0.8 if doubt else 1.0)
    target = np.full(2000, 240.0 * (0.8 if doubt else 1.0))
    return prob, quantiles, team, target, truth + rng.normal(0.0, 1.0, 2000), played


def test_reconciliation_is_chosen_where_it_helps_and_only_there() -> None:
    helps, harms = league(doubt=False, off=2.0), league(doubt=True, off=0.0)
    assert choose_slack(*helps) is not None
    # Every sum is off because of who plays alone: moving minutes for it can only do harm.
    assert choose_slack(*harms) is None
    nobody = np.zeros(2000, dtype=np.bool_)
    assert choose_slack(*helps[:-1], nobody) is None


@given(seed=SEEDS, more=st.floats(0.1, 20.0))
def test_a_larger_target_lowers_nobody(seed: int, more: float) -> None:
    prob, quantiles, team, target = slate(2, seed)
    less = reconcile_minutes(prob, quantiles, team, target).quantiles
    assert (reconcile_minutes(prob, quantiles, team, target + more).quantiles >= less - 1e-9).all()


def test_the_uncertain_move_most_and_who_cannot_play_not_at_all() -> None:
    base = np.array([-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0])
    quantiles = 20.0 + base * np.array([0.5] * 9 + [1.0, 1.0])[:, None]
    prob = np.array([1.0] * 10 + [0.0])
    found = reconcile_minutes(prob, quantiles, np.zeros(11, dtype=np.int64), np.full(11, 240.0))
    moved = found.quantiles[:, 3] - quantiles[:, 3]
    assert moved[9] == pytest.approx(4.0 * moved[0])
    assert moved[0] > 0.0
    assert moved[10] == pytest.approx(0.0, abs=1e-9)


def test_a_team_that_cannot_reach_its_target_gets_as_near_as_it_can() -> None:
    quantiles = np.full((3, 7), 20.0)
    found = reconcile_minutes(np.ones(3), quantiles, np.zeros(3, dtype=np.int64), np.full(3, 240.0))
    assert not found.feasible.any()
    assert np.allclose(found.quantiles, CAP_MINUTES)
    nobody = reconcile_minutes(np.zeros(3), quantiles, np.zeros(3, dtype=np.int64), np.full(3, 240.0))
    assert not nobody.feasible.any()
    assert np.allclose(nobody.quantiles, quantiles)
    empty = reconcile_minutes(np.zeros(0), np.zeros((0, 7)), np.zeros(0, dtype=np.int64), np.zeros(0))
    assert empty.quantiles.shape == (0, 7)
