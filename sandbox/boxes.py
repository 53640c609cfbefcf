"""Box-score lines: integers that agree with each other and with the score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sandbox.people import RATES
from sandbox.rotation import Bools, Floats, Ints

STATS = (
    "pts", "reb", "oreb", "dreb", "ast", "stl", "blk", "tov", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "pf",
    "plus_minus",
)  # fmt: skip
_FREE_THROWS, _THREES = 17.2 / 114.3, 3 * 12.9 / 114.3
_TEAM = {"ast": 26.2, "oreb": 10.8, "dreb": 32.9, "stl": 7.8, "blk": 4.9, "tov": 13.4, "pf": 19.4}
_FOUL_LIMIT = 6
_HOT_SHAPE = 9.0


def box(rng: np.random.Generator, points: int, margin: int, seconds: Ints, rates: Floats, troubled: Bools) -> Ints:
    """One team's statistics: a row for each of `STATS`, a column for each player; its points are exactly `points`.

    `rates` has a column for each of `RATES`: how often, by the minute, beside other players.
    """
    length = seconds.sum() / 14_400
    made3, made1 = _split(rng, points)
    made2 = (points - 3 * made3 - made1) // 2
    weight = rates * seconds[:, None] * rng.gamma(_HOT_SHAPE, 1 / _HOT_SHAPE, rates.shape)
    column = {name: weight[:, k] for k, name in enumerate(RATES)}

    def share(total: int, name: str) -> Ints:
        return _share(rng, total, column[name])

    def poisson(name: str) -> int:
        return int(rng.poisson(_TEAM[name] * length))

    fg2, fg3, ftm = share(made2, "fg2"), share(made3, "fg3"), share(made1, "ft")
    fg3a = fg3 + share(int(rng.normal(22.8, 4.2) * length), "miss3")
    fg2a = fg2 + share(int(rng.normal(24.0, 4.2) * length), "miss2")
    fta = ftm + share(int(rng.binomial(max(1, round(5.4 * length * 2)), 0.45)), "ft")
    assists = share(min(int(rng.binomial(made2 + made3, 0.63)), made2 + made3), "ast")
    oreb, dreb = share(poisson("oreb"), "oreb"), share(poisson("dreb"), "dreb")
    fouls = _share(rng, poisson("pf"), column["pf"] * np.where(troubled, 2.4, 1.0))
    return np.array(
        [
            2 * fg2 + 3 * fg3 + ftm,
            oreb + dreb,
            oreb,
            dreb,
            assists,
            share(poisson("stl"), "stl"),
            share(poisson("blk"), "blk"),
            share(poisson("tov"), "tov"),
            fg2 + fg3,
            fg2a + fg3a,
            fg3,
            fg3a,
            ftm,
            fta,
            np.minimum(fouls, _FOUL_LIMIT),
            _plus_minus(rng, margin, seconds),
        ],
        dtype=np.int64,
    )


def _split(rng: np.random.Generator, points: int) -> tuple[int, int]:
    """Made threes and made free throws of a team that scores `points`, leaving an even number for twos."""
    threes = int(np.clip(rng.normal(points * _THREES / 3, 3.3), 2, points // 5))
    free = int(np.clip(rng.normal(points * _FREE_THROWS, 4.6), 2, points // 3))
    return threes, free + (points - threes - free) % 2


def _share(rng: np.random.Generator, total: int, weight: NDArray[np.float64]) -> Ints:
    return np.asarray(rng.multinomial(max(total, 0), weight / weight.sum()), dtype=np.int64)


def _plus_minus(rng: np.random.Generator, margin: int, seconds: Ints) -> Ints:
    """Plus-minus that sums to five times the margin, as five are always on the floor."""
    share = seconds / seconds.sum() * 5
    raw = margin * share + rng.normal(0, 7.5, len(seconds)) * np.sqrt(share)
    raw += (5 * margin - raw.sum()) * share / 5
    whole = np.floor(raw).astype(np.int64)
    rest = 5 * margin - int(whole.sum())
    order = np.argsort(-(raw - whole), kind="stable")
    whole[order[:rest]] += 1
    return np.asarray(whole, dtype=np.int64)
