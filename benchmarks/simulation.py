"""Time of the kernel for one full slate, against its plain twin and a vectorised NumPy model, in one run.

The NumPy model draws the same number of counts from the same laws with NumPy's own generators, world by world in
arrays, without turns and shared pulls: what one would write without numba. The twin runs few worlds and is scaled.
Run it as `python -m benchmarks.simulation`: as a plain script its name would hide the room it measures.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import click
import numpy as np
import numpy.typing as npt
import polars as pl

from simulation import SimConfig, simulate
from simulation.inputs import MAKE_PROBS, MINUTES_CAP, QUANTILES, RATES, GameInput, prepare
from simulation.kernel import LEVELS, P_COEF, P_MAKE, P_PLAYS
from simulation.twin import play_world

Floats = npt.NDArray[np.float64]

_RATES = (0.25, 0.17, 0.11, 0.04, 0.14, 0.12, 0.03, 0.02, 0.06)
_SPREAD = np.array([-9.0, -6.5, -3.0, 0.0, 2.5, 5.0, 6.5])
_SIZES = np.array([64, 64, 4, 16, 64, 32, 64, 16, 64])


def make_slate(games: int, listed: int, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A made-up slate: two teams a game, `listed` men a team, ten of them likely, minutes near 240 expected."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for game in range(games):
        for side in range(2):
            medians = np.maximum(33.0 - 2.4 * np.arange(listed), 4.0) + rng.normal(0, 1, listed)
            probs = np.where(np.arange(listed) < 10, 0.97, 0.25)
            knots = np.clip(medians[:, None] + _SPREAD, 0.0, 46.0)
            top = probs.sum() * _means(np.zeros((1, 7)))[0]  # the stretch up to the cap does not scale with the knots
            knots = np.minimum(knots * (240.0 - top) / (float(probs @ _means(knots)) - top), 48.0)
            rates = np.array(_RATES) * rng.uniform(0.5, 1.8, (listed, 9))
            rows.extend(
                {"game_id": f"00225{game:05d}", "team_id": 2 * game + side, "player_id": 1000 * game + 50 * side + slot}
                | {"is_home": side == 0, "play_prob": float(probs[slot]), MINUTES_CAP: 48.0}
                | dict(zip(QUANTILES, knots[slot].tolist(), strict=True))
                | dict(zip(RATES, rates[slot].tolist(), strict=True))
                | dict(zip(MAKE_PROBS, (0.54, 0.36, 0.78), strict=True))
                for slot in range(listed)
            )
    players = pl.DataFrame(rows)
    odds = {"spread_home": pl.lit(-3.5), "total": pl.lit(None, pl.Float64)}
    return players, players.select(pl.col("game_id").unique().sort()).with_columns(**odds)


def vectorised_numpy(game: GameInput, quantiles: Floats, worlds: int, rng: np.random.Generator) -> Floats:
    """DraftKings points f64[player, world] of one game out of NumPy's own generators."""
    table, n = game.players, len(game.players)
    pace = 1.0 + 0.04 * rng.standard_normal(worlds)
    plays = rng.random((n, worlds)) < table[:, P_PLAYS, None]
    levels = rng.random((n, worlds))
    minutes = np.stack([np.interp(levels[i], LEVELS, quantiles[i]) for i in range(n)]) * plays
    for lo, hi, _ in game.teams:
        minutes[lo:hi] *= 240.0 / np.maximum(minutes[lo:hi].sum(axis=0), 1.0)
    counts = []
    for head in range(9):
        mean = table[:, P_COEF + head, None] * 60.0 * minutes * pace
        size = _SIZES[head]
        counts.append(rng.negative_binomial(size, size / (size + mean)))
    makes = [rng.binomial(counts[i], table[:, P_MAKE + i, None]) for i in range(3)]
    pts, reb = 2 * makes[0] + 3 * makes[1] + makes[2], counts[3] + counts[4]
    tens = sum((values >= 10).astype(np.int64) for values in (pts, reb, *counts[5:8]))
    bonus = 1.5 * (tens >= 2) + 3.0 * (tens >= 3)
    points: Floats = (
        pts + 0.5 * makes[1] + 1.25 * reb + 1.5 * counts[5] + 2 * counts[6] + 2 * counts[7] - 0.5 * counts[8] + bonus
    )
    return points


def measure(worlds: int, games: int, listed: int, repeats: int) -> dict[str, float]:
    """Seconds (best of `repeats`), ratios, and how far simulated minutes lie from the ones asked for."""
    players, odds = make_slate(games, listed)
    config = SimConfig(worlds=worlds)
    first = _seconds(lambda: simulate(players, odds, SimConfig(worlds=1)), 1)
    slate = prepare(players, odds, config)
    ordered = players.sort("game_id", "team_id", "player_id")
    quantiles = ordered.select(pl.lit(0.0), *QUANTILES, MINUTES_CAP).to_numpy()
    rng = np.random.default_rng(0)

    def run_numpy() -> None:
        for game in slate.games:
            rows = slice(game.first_player, game.first_player + len(game.players))
            vectorised_numpy(game, quantiles[rows], worlds, rng)

    one = _seconds(lambda: simulate(players, odds, SimConfig(worlds=worlds, threads=1)), repeats)
    every = _seconds(lambda: simulate(players, odds, config), repeats)
    plain = _seconds(run_numpy, repeats)
    twin_worlds = 20
    twin = _seconds(lambda: [play_world(slate.games[0], world) for world in range(twin_worlds)], 1)
    twin = twin / twin_worlds * worlds * len(players) / len(slate.games[0].players)
    result = simulate(players, odds, config)
    asked = ordered["play_prob"].to_numpy() * _means(quantiles[:, 1:-1])
    summary_s = _seconds(result.summary, repeats)
    drift = np.abs(result.summary()["minutes_sim_mean"].to_numpy() - asked)
    return {
        "players": len(players),
        "worlds": worlds,
        "first_call_s": first,
        "kernel_1_thread_s": one,
        "kernel_all_threads_s": every,
        "ns_per_player_world_1_thread": one / worlds / len(players) * 1e9,
        "numpy_s": plain,
        "twin_s_scaled": twin,
        "numpy_over_kernel_1_thread": plain / one,
        "numpy_over_kernel_all_threads": plain / every,
        "twin_over_kernel_1_thread": twin / one,
        "summary_s": summary_s,
        "minutes_mean_abs_difference": float(drift.mean()),
    }


def _means(knots: Floats) -> Floats:
    full = np.column_stack([np.zeros(len(knots)), knots, np.full(len(knots), 48.0)])
    means: Floats = ((full[:, 1:] + full[:, :-1]) / 2.0) @ np.diff(np.array(LEVELS))
    return means


def _seconds(work: Callable[[], object], repeats: int) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


@click.command()
@click.option("--worlds", default=10_000, show_default=True, help="Worlds a game.")
@click.option("--games", default=15, show_default=True, help="Games of the slate.")
@click.option("--listed", default=13, show_default=True, help="Players a team.")
@click.option("--repeats", default=3, show_default=True, help="Runs of each; the best counts.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(worlds: int, games: int, listed: int, repeats: int, as_json: bool) -> None:
    """Time the simulation kernel against NumPy and plain Python."""
    figures = measure(worlds, games, listed, repeats)
    if as_json:
        click.echo(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        click.echo(f"{name:32} {value:12.4g}")


if __name__ == "__main__":
    main()
