"""Compiling the kernel ahead of time, so that no slate waits for it."""

from __future__ import annotations

import polars as pl

from simulation.config import SimConfig
from simulation.inputs import MAKE_PROBS, QUANTILES, RATES
from simulation.worlds import Worlds, simulate

_GAME = "0022500001"
_TEAM_SIZE = 8


def compile_kernel() -> Worlds:
    """Plays one world of two made-up teams: the kernel is compiled by that, or found in numba's cache."""
    alike = {
        "play_prob": 1.0,
        **{name: 5.0 * level for level, name in enumerate(QUANTILES, start=1)},
        **dict.fromkeys(RATES, 0.1),
        **dict.fromkeys(MAKE_PROBS, 0.5),
    }
    players = pl.DataFrame(
        [
            {"game_id": _GAME, "team_id": team, "player_id": 100 * team + man, "is_home": team == 1, **alike}
            for team in (1, 2)
            for man in range(_TEAM_SIZE)
        ]
    )
    games = pl.DataFrame({"game_id": [_GAME], "spread_home": [0.0], "total": [225.0]})
    return simulate(players, games, SimConfig(worlds=1))


if __name__ == "__main__":
    compile_kernel()
