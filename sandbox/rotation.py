"""A coach's evening: who starts, who plays, and how long, in seconds that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REGULATION_S, OVERTIME_S = 4 * 60 * 60, 25 * 60
LADDER = (35.2, 34.2, 32.6, 30.8, 28.6, 22.2, 19.2, 16.2, 12.8, 9.2, 6.0, 4.2, 3.2, 2.6, 2.2)
TWO_WAY_ROLE = 2.4
_STARTERS, _FEWEST, _MOST = 5, 8, 11
_NOISE, _NOISE_POWER, _TOUCH_MIN = 0.203, 0.8, 2.0
_FOUL_TROUBLE_PROB, _FOUL_TROUBLE_SHARE = 0.075, 0.70
_WISH_SD, _ROTATION_FROM_MIN = 2.4, 8.0
_CAMEO_PROB = 0.08

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Bench:
    """Who is dressed for one team: expected minutes when everyone is well, positions, and what limits them tonight.

    `role` holds the dressed players, `missing_role` the rotation players who are out; `cap` is minutes allowed
    (infinite for most) and `exit_share` the part of his night after which a player leaves hurt (1 for most).
    """

    role: Floats
    position: Ints
    cap: Floats
    exit_share: Floats
    missing_role: Floats
    missing_position: Ints


@dataclass(frozen=True)
class Night:
    """What happened: seconds played, and who was in foul trouble."""

    seconds: Ints
    in_foul_trouble: Bools


def starters(score: Sequence[float], position: Sequence[int]) -> list[int]:
    """The five with the best scores that make a line-up (guards, forwards, a centre), from point guard to centre."""
    room = {0: 2, 1: 2, 2: 2, 3: 2, 4: 1}
    guards = 3
    chosen: list[int] = []
    left: list[int] = []
    for k in sorted(range(len(score)), key=lambda k: (-score[k], k)):
        is_guard = position[k] <= 1
        if len(chosen) < _STARTERS and room[position[k]] and (not is_guard or guards):
            room[position[k]] -= 1
            guards -= is_guard
            chosen.append(k)
        else:
            left.append(k)
    chosen += left[: _STARTERS - len(chosen)]
    return sorted(chosen, key=lambda k: (position[k], -score[k], k))


def play(rng: np.random.Generator, bench: Bench, first_five: Sequence[int], margin: int, overtimes: int) -> Night:
    """Seconds that sum to exactly four hours and 25 minutes an overtime, all told."""
    count = len(bench.role)
    starting = np.zeros(count, dtype=np.bool_)
    starting[list(first_five)] = True
    expected = np.minimum(bench.role + _lift(bench), np.minimum(38.5, bench.cap * 1.05))
    target = np.where(_rotation(rng, expected, starting), expected, 0.0)
    noise = np.exp(rng.normal(0, _NOISE, count) * (20.0 / np.maximum(target, 6.0)) ** _NOISE_POWER)
    minutes = target * noise + np.where(target > 0, rng.normal(0, _TOUCH_MIN, count), 0.0)
    troubled = (rng.random(count) < _FOUL_TROUBLE_PROB) & (target > 8)
    minutes = np.minimum(minutes, bench.cap) * np.where(troubled, _FOUL_TROUBLE_SHARE, 1.0) * bench.exit_share
    minutes = np.where(target > 0, np.maximum(minutes, 1.5 * bench.exit_share), 0.0)
    minutes = _garbage_time(rng, minutes, starting, abs(margin))
    ceiling = np.minimum(42.6 + 4.4 * overtimes, np.where(bench.exit_share < 1, np.maximum(minutes, 0.5), 60.0))
    ceiling = np.minimum(ceiling, np.where(np.isfinite(bench.cap), np.maximum(minutes * 1.1, 1.0), 60.0))
    return Night(_to_seconds(minutes, ceiling, REGULATION_S + OVERTIME_S * overtimes), troubled)


def _lift(bench: Bench) -> Floats:
    """Minutes that those who are out leave behind: half to their own positions, half to everyone with room."""
    room = np.clip(37.0 - bench.role, 0.0, None) * (bench.role + 5.0)
    lift = np.zeros(len(bench.role))
    for minutes, position in zip(bench.missing_role, bench.missing_position, strict=True):
        near = room * np.where(np.abs(bench.position - position) <= 1, 1.0, 0.0)
        for share, weight in ((0.6, near), (0.4, room)):
            if (total := float(weight.sum())) > 0:
                lift += share * float(minutes) * weight / total
    return lift


def _rotation(rng: np.random.Generator, expected: Floats, starting: Bools) -> Bools:
    wish = expected + rng.normal(0, _WISH_SD, len(expected)) + np.where(starting, 100.0, 0.0)
    order = np.argsort(-wish, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return (rank < _FEWEST) | ((wish > _ROTATION_FROM_MIN) & (rank < _MOST))


def _garbage_time(rng: np.random.Generator, minutes: Floats, starting: Bools, margin: int) -> Floats:
    """A lead beyond ten sits the starters down and empties the bench."""
    excess = float(np.clip(margin - 10, 0, 30))
    idle = minutes == 0
    called = idle & (rng.random(len(minutes)) < max(_CAMEO_PROB, min(0.95, excess / 11)))
    spell = rng.uniform(0.4, 1.4, len(minutes)) * (1.8 + 0.24 * excess)
    rested = np.where(starting, np.maximum(minutes - 0.28 * excess * np.minimum(minutes / 32, 1.15), 0.2), minutes)
    return np.where(called, spell, rested)


def _to_seconds(minutes: Floats, ceiling: Floats, total: int) -> Ints:
    """Whole seconds in proportion to `minutes`, under `ceiling` minutes as far as that can be, that sum to `total`."""
    seconds = minutes * 60.0
    roof = np.maximum(ceiling * 60.0, seconds * 0.2)
    for _ in range(12):
        free = (seconds > 0) & (seconds < roof)
        gap = total - float(seconds.sum())
        if abs(gap) < 1 or not free.any():
            break
        seconds[free] *= 1 + gap / float(seconds[free].sum())
        seconds = np.minimum(seconds, roof)
    if seconds.sum() < total - 1:
        seconds *= total / float(seconds.sum())
    whole = np.maximum(np.floor(seconds), np.where(seconds > 0, 5.0, 0.0)).astype(np.int64)
    order = np.argsort(-whole, kind="stable")
    rest = total - int(whole.sum())
    regulars = order[:_STARTERS]
    whole[regulars] += rest // _STARTERS
    whole[regulars[: rest % _STARTERS]] += 1
    return whole
