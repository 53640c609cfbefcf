"""Small made-up slates for the tests of the simulation."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import strategies as st

from simulation.inputs import MAKE_PROBS, MINUTES_CAP, QUANTILES, RATES

_RATES = (0.25, 0.17, 0.11, 0.04, 0.14, 0.12, 0.03, 0.02, 0.06)


def make_slate(games: int, listed: int = 12, seed: int = 0, play_prob: float | None = None) -> pl.DataFrame:
    """Players of `games` games whose teams list `listed` men each, regulars first."""
    rng = np.random.default_rng(seed)
    rows = []
    for game in range(games):
        for side in range(2):
            for slot in range(listed):
                median = max(34.0 - 2.7 * slot + rng.normal(0, 1.5), 1.0)
                spread = np.array([-9.0, -6.5, -3.0, 0.0, 2.5, 5.0, 6.5])
                quantiles = np.sort(np.clip(median + spread, 0.0, 47.0))
                rates = np.array(_RATES) * rng.uniform(0.5, 1.8, 9)
                prob = play_prob if play_prob is not None else float(rng.choice([1.0, 0.95, 0.7, 0.3, 0.0]))
                rows.append(
                    {
                        "game_id": f"00225{game:05d}",
                        "team_id": 1_610_612_737 + 2 * game + side,
                        "player_id": 1000 * game + 100 * side + slot + 1,
                        "is_home": side == 0,
                        "play_prob": prob,
                        **dict(zip(QUANTILES, quantiles.tolist(), strict=True)),
                        MINUTES_CAP: 48.0,
                        **dict(zip(RATES, rates.tolist(), strict=True)),
                        **dict(zip(MAKE_PROBS, (0.54, 0.36, 0.78), strict=True)),
                    }
                )
    return pl.DataFrame(rows)


def make_games(players: pl.DataFrame, spread: float | None = -3.5, total: float | None = 226.5) -> pl.DataFrame:
    """One row of odds for each game of `players`."""
    return players.select(pl.col("game_id").unique().sort()).with_columns(
        spread_home=pl.lit(spread, dtype=pl.Float64), total=pl.lit(total, dtype=pl.Float64)
    )


@st.composite
def slates(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Slates of one or two games with odd teams: short benches, men who never play, flat and wild quantiles."""
    parts = []
    for game in range(draw(st.integers(1, 2))):
        listed = draw(st.integers(5, 11))
        players = make_slate(1, listed, seed=draw(st.integers(0, 10_000)))
        flat = draw(st.booleans())
        level = draw(st.floats(0.0, 48.0))
        changes = [pl.lit(f"00225{game:05d}").alias("game_id"), pl.col("player_id") + 1000 * game]
        changes += [pl.lit(level).alias(name) for name in QUANTILES] if flat else []
        changes.append(pl.col("play_prob") * draw(st.sampled_from([0.0, 0.5, 1.0])))
        changes += [pl.col(name) * draw(st.sampled_from([0.0, 0.3, 1.0, 3.0])) for name in RATES]
        changes += [pl.lit(draw(st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]))).alias(name) for name in MAKE_PROBS]
        parts.append(players.with_columns(changes))
    players = pl.concat(parts)
    spread = draw(st.none() | st.floats(-20.0, 20.0))
    total = draw(st.none() | st.floats(180.0, 260.0))
    return players, make_games(players, spread, total)
