"""Simulated worlds and their summary, the rows of `gold.sim_players`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import polars as pl

from simulation import kernel as k
from simulation.config import SimConfig
from simulation.inputs import GameInput, SlateInput, prepare
from simulation.scoring import QUARTERS_A_POINT

Counts = npt.NDArray[np.int16]
Task = tuple[GameInput, Counts, Counts, int]

_BLOCKS_A_TASK = 8
_MEANS = ("pts", "reb", "ast", "stl", "blk", "tov", "fg3m")
_TENS = ("pts", "reb", "ast", "stl", "blk")
_SECONDS = 60


@dataclass(frozen=True)
class Worlds:
    """Every world of a slate, player-major; a player who does not play in a world has zeros there.

    players: game_id, team_id, player_id, in the order of `counts`. counts: i16[player, field, world], the fields in
    the order of `kernel.FIELDS` (seconds played; box-score counts; DraftKings points in quarters). games: game_id, in
    the order of `game_counts`: i16[game, 2, world], the home side's latent regulation margin and the overtimes.
    """

    players: pl.DataFrame
    games: pl.DataFrame
    counts: Counts
    game_counts: Counts

    @property
    def worlds(self) -> int:
        """Number of worlds."""
        return int(self.counts.shape[2])

    def field(self, name: str) -> Counts:
        """i16[player, world] of one of `kernel.FIELDS`, a view."""
        return self.counts[:, k.FIELDS.index(name), :]

    def summary(self) -> pl.DataFrame:
        """One row a player, in the order of `players`: moments, probabilities and quantiles over all worlds.

        A world in which he does not play counts as 0. minutes_* in minutes, dk_fpts_* in DraftKings points. Sums are of
        integers and quantiles interpolate between two order statistics, so the values are exact.
        """
        seconds = self.field("seconds")
        tens = np.add.reduce([(self.field(name) >= 10).astype(np.int8) for name in _TENS])
        columns: dict[str, npt.NDArray[Any]] = {
            "worlds": np.full(self.players.height, self.worlds, dtype=np.int64),
            "sim_play_prob": _share(seconds > 0),
            **_distribution("minutes_sim", seconds, (10, 50, 90), _SECONDS),
            **{f"{name}_mean": _mean(self.field(name)) for name in _MEANS},
            "double_double_prob": _share(tens >= 2),
            "triple_double_prob": _share(tens >= 3),
            **_distribution("dk_fpts", self.field("dk_quarters"), (5, 10, 25, 50, 75, 90, 95), QUARTERS_A_POINT),
        }
        return self.players.with_columns(**{name: pl.Series(name, values) for name, values in columns.items()})


def simulate(players: pl.DataFrame, games: pl.DataFrame, config: SimConfig) -> Worlds:
    """All worlds of a slate; the same for any row order and any number of threads.

    players: game_id, team_id, player_id, is_home, play_prob, minutes_p05_cond ... minutes_p95_cond, minutes_cap (48
    where absent), nine `<head>_rate` per minute and three `<make>_prob`. games: game_id, spread_home, total (null where
    there are no odds). Raises `BadInput`. A world of one game depends on nothing outside that game, and world w does
    not depend on how many worlds there are.
    """
    slate = prepare(players, games, config)
    counts = np.empty((slate.players.height, len(k.FIELDS), config.worlds), dtype=np.int16)
    game_counts = np.empty((len(slate.games), 2, config.worlds), dtype=np.int16)
    step = k.LANES * _BLOCKS_A_TASK
    tasks = [
        (game, counts[game.first_player : game.first_player + len(game.players)], game_counts[index], first)
        for index, game in enumerate(slate.games)
        for first in range(0, config.worlds, step)
    ]

    def work(task: Task) -> None:
        game, out, out_game, first = task
        last = min(first + step, config.worlds)
        k.simulate_game(
            first, last, game.game, game.game_keys, game.players, game.keys, game.orders, game.sizes, game.teams,
            out, out_game,
        )  # fmt: skip

    _run(work, tasks, config.threads or numba.get_num_threads())
    return Worlds(slate.players, game_ids(slate), counts, game_counts)


def _run(work: Callable[[Task], None], tasks: list[Task], threads: int) -> None:
    if threads == 1 or len(tasks) < 2:
        for task in tasks:
            work(task)
        return
    # The kernel releases the GIL and each task writes its own slice: no order of the tasks can be seen in the result.
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, tasks):
            pass


def game_ids(slate: SlateInput) -> pl.DataFrame:
    """game_id of each game, in the order of `Worlds.game_counts`."""
    return pl.DataFrame({"game_id": [game.game_id for game in slate.games]}, schema={"game_id": pl.String})


def _mean(values: Counts) -> npt.NDArray[np.float64]:
    mean: npt.NDArray[np.float64] = values.sum(axis=1, dtype=np.int64) / values.shape[1]
    return mean


def _share(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    share: npt.NDArray[np.float64] = np.count_nonzero(flags, axis=1) / flags.shape[1]
    return share


def _distribution(
    name: str, values: Counts, percents: tuple[int, ...], unit: int
) -> dict[str, npt.NDArray[np.float64]]:
    """Mean, standard deviation (of all worlds) and interpolated quantiles, out of exact histograms."""
    n = values.shape[1]
    ranks = [divmod((n - 1) * percent, 100) for percent in percents]
    wanted = np.array([rank for below, _ in ranks for rank in (below, min(below + 1, n - 1))])
    sums, squares = np.empty(len(values)), np.empty(len(values))
    found = np.empty((len(values), len(wanted)))
    for i, row in enumerate(values):
        lowest = int(row.min())
        tally = np.bincount(row.astype(np.int64) - lowest)
        value = np.arange(lowest, lowest + len(tally))
        total = int(value @ tally)
        sums[i] = total
        squares[i] = n * int((value * value) @ tally) - total * total
        found[i] = value[np.searchsorted(np.cumsum(tally), wanted, side="right")]
    out = {f"{name}_mean": sums / (n * unit), f"{name}_std": np.sqrt(squares) / (n * unit)}
    for q, (percent, (_, rest)) in enumerate(zip(percents, ranks, strict=True)):
        low, high = found[:, 2 * q], found[:, 2 * q + 1]
        out[f"{name}_p{percent:02d}"] = (low + (high - low) * (rest / 100.0)) / unit
    return out
