"""Team reconciliation: expected minutes of a team's players made to sum to 240 + 25 x expected overtimes.

For each team a small convex problem: the least expected change of the players' mean minutes (given that they play), such
that the sum of play_prob x mean is the team's target and each mean stays where its quantiles can put it. A change is
squared and divided by the square of the width of his p10-p90, so that uncertain players move most.

A team's sum is off for two reasons: its players' minutes, which can be mended here, and who of them plays, which
cannot. `slack` says how much the second counts: of the gap the share room / (room + slack x doubt) is closed, where room
is the sum of play_prob x width^2 and doubt that of play_prob x (1 - play_prob) x mean^2. Without slack it is closed whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.mixture import CAP_MINUTES, KNOT_LEVELS, LEVELS, MIDDLE, Floats, conditional_mean, monotone
from models.scores import absolute_errors

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

LOW_WIDTH, HIGH_WIDTH = LEVELS.index(0.10), LEVELS.index(0.90)
# An interval of no width would never move at all, though the team's sum may need it to.
NARROWEST = 1.0
# What is tried of slack: at 5 the error of 7,918 player-games of 2024-11-15 to 2025-01-08 was least.
SLACKS = (20.0, 10.0, 5.0, 2.5, 1.0, 0.0)
# Who is this sure to sit moves nothing in the sum, and is not moved.
SMALLEST_PROB = 1e-6
# Halvings of 0..2 caps: below the last bit of a minute.
HALVINGS = 60


@dataclass(frozen=True)
class Reconciled:
    """Conditional quantiles after reconciliation, shape (rows, levels), and whether each row's team met its target."""

    quantiles: Floats
    feasible: Flags


def reconcile_minutes(
    play_prob: Floats,
    quantiles: Floats,
    team: Ints,
    target: Floats,
    slack: float | None = 0.0,
    cap: float = CAP_MINUTES,
) -> Reconciled:
    """Shifts each player's conditional quantiles so that play_prob x mean minutes sums to his team's target.

    `team` numbers the team and game of each row, `target` is in minutes and the same on all rows of a team. With slack
    the gap is closed in part, with None not at all. A team that cannot reach what is asked gets as near as its players'
    bounds allow, and is not feasible. All levels of a player move by one number, are kept within 0..cap, and stay
    monotone.
    """
    if slack is None or not len(team):
        return Reconciled(quantiles, np.ones(len(team), dtype=np.bool_))
    width = np.maximum(quantiles[:, HIGH_WIDTH] - quantiles[:, LOW_WIDTH], NARROWEST)
    mean = conditional_mean(quantiles, cap)
    if slack > 0.0:
        total, room = _team_sums(play_prob * mean, team), _team_sums(play_prob * width**2, team)
        doubt = slack * _team_sums(play_prob * (1.0 - play_prob) * mean**2, team)
        target = total + np.where(doubt > 0.0, room / np.where(doubt > 0.0, room + doubt, 1.0), 1.0) * (target - total)
    # With every quantile at 0 the last stretch up to the cap is left, and at the cap the first one up from 0.
    lowest = cap * 0.5 * (1.0 - KNOT_LEVELS[-2])
    highest = cap - cap * 0.5 * KNOT_LEVELS[1]
    weight = np.maximum(play_prob, SMALLEST_PROB) * width**-2.0
    means, feasible = solve_teams(mean, play_prob, weight, team, target, lowest, highest)
    return Reconciled(monotone(quantiles + _shifts(quantiles, means, cap)[:, None], cap), feasible)


def choose_slack(
    play_prob: Floats,
    quantiles: Floats,
    team: Ints,
    target: Floats,
    actual: Floats,
    played: Flags,
    cap: float = CAP_MINUTES,
) -> float | None:
    """The slack whose conditional medians have the least mean absolute error on the rows that played.

    None, no reconciliation, unless one of SLACKS does better than the medians as they are. The rows are whole teams.
    """
    if not played.any():
        return None

    def error(slack: float | None) -> float:
        moved = reconcile_minutes(play_prob, quantiles, team, target, slack, cap).quantiles
        return float(absolute_errors(moved[played, MIDDLE], actual[played]).mean())

    return min((None, *SLACKS), key=error)


def solve_teams(
    mean: Floats,
    prob: Floats,
    weight: Floats,
    team: Ints,
    target: Floats,
    low: float,
    high: float,
) -> tuple[Floats, Flags]:
    """The x within low..high of least sum of weight x (x - mean)^2 whose sum of prob x x is each team's target.

    Also, for each row, whether its team can reach the target; where it cannot, x is the nearest it can do. Exact: the
    solution is clip(mean + multiplier x prob / weight), and the sum is piecewise linear in the multiplier, so it is
    found between two neighbours of the places where a player meets a bound.
    """
    # Sorted by value within a team, so that the order of the rows changes no bit of a sum.
    order = np.lexsort((weight, prob, mean, team))
    _, first, counts = np.unique(team[order], return_index=True, return_counts=True)
    row = np.repeat(np.arange(len(counts)), counts)
    column = np.arange(len(order)) - first[row]

    def grid(values: Floats, filler: float) -> Floats:
        made = np.full((len(counts), int(counts.max())), filler)
        made[row, column] = values[order]
        return made

    p, m = grid(prob, 0.0), grid(mean, low)
    pull = np.where(p > SMALLEST_PROB, p / grid(weight, 1.0), 0.0)
    wanted = grid(target, 0.0)[:, 0]

    def moved(multiplier: Floats) -> Floats:
        return np.asarray(np.clip(m[..., None] + pull[..., None] * multiplier[:, None, :], low, high), dtype=np.float64)

    moves = pull > 0.0
    safe = np.where(moves, pull, 1.0)
    bounds = [np.where(moves, (bound - m) / safe, 0.0) for bound in (low, high)]
    # Teams smaller than the largest are filled up with knots at 0: with one for all, no team's neighbours hang on others.
    knots = np.sort(np.hstack([*bounds, np.zeros((len(counts), 1))]), axis=1)
    sums = (p[..., None] * moved(knots)).sum(axis=1)
    feasible = (sums[:, 0] <= wanted) & (wanted <= sums[:, -1])
    right = np.clip((sums < wanted[:, None]).sum(axis=1), 1, knots.shape[1] - 1)
    teams = np.arange(len(counts))
    below, above = sums[teams, right - 1], sums[teams, right]
    rise = np.where(above > below, above - below, 1.0)
    share = np.clip((wanted - below) / rise, 0.0, 1.0)
    multiplier = knots[teams, right - 1] + share * (knots[teams, right] - knots[teams, right - 1])
    solved = moved(multiplier[:, None])[..., 0]
    x, reached = np.empty(len(order)), np.empty(len(order), dtype=np.bool_)
    x[order], reached[order] = solved[row, column], feasible[row]
    return x, reached


def _team_sums(values: Floats, team: Ints) -> Floats:
    """For each row the sum over its team, added up by size, so that the order of the rows changes no bit."""
    _, place = np.unique(team, return_inverse=True)
    order = np.lexsort((values, place))
    return np.asarray(np.bincount(place[order], values[order])[place], dtype=np.float64)


def _shifts(quantiles: Floats, means: Floats, cap: float) -> Floats:
    """By how much all of a row's quantiles must move for its conditional mean to be the one asked for."""
    low, high = np.full(len(means), -cap), np.full(len(means), cap)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        reached = conditional_mean(monotone(quantiles + middle[:, None], cap), cap) >= means
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.asarray(0.5 * (low + high), dtype=np.float64)
