"""From frames to the kernel's arrays: checked, rounded to 1e-4, sorted by (game_id, team_id, player_id)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from lakehouse.errors import BadInput
from simulation import kernel as k
from simulation.config import SimConfig
from simulation.keys import GAME_ENTITY, draw_keys

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]

QUANTILES = tuple(f"minutes_p{level:02d}_cond" for level in (5, 10, 25, 50, 75, 90, 95))
RATES = tuple(f"{head}_rate" for head in k.HEADS)
MAKE_PROBS = tuple(f"{make}_prob" for make in k.MAKES)
MINUTES_CAP = "minutes_cap"
DEFAULT_MINUTES_CAP = 48.0
KEY = ("game_id", "team_id", "player_id")
_PROBS = ("play_prob", *MAKE_PROBS)
_NUMBERS = ("play_prob", *QUANTILES, MINUTES_CAP, *RATES, *MAKE_PROBS)
_MOST_PER_MINUTE = 3.0
_MARKET_MOST = 0.15


@dataclass(frozen=True)
class GameInput:
    """One game as `kernel.simulate_game` takes it; see there for the shapes."""

    game_id: str
    first_player: int
    game: Floats
    game_keys: Words
    players: Floats
    keys: Words
    orders: Ints
    sizes: Ints
    teams: Ints


@dataclass(frozen=True)
class SlateInput:
    """All games in order of game_id, and the key columns of their players in the order of the arrays."""

    players: pl.DataFrame
    games: tuple[GameInput, ...]


def prepare(players: pl.DataFrame, games: pl.DataFrame, config: SimConfig) -> SlateInput:
    """Kernel inputs of a slate; input order does not matter. Raises `BadInput` naming the row that cannot be used."""
    players, games = _check_players(players), _check_games(games)
    unknown = players.join(games, on="game_id", how="anti")
    if unknown.height:
        raise BadInput(f"games has no row for game {unknown['game_id'][0]}: give one for each game with players.")
    odds = {game_id: (spread, total) for game_id, spread, total in games.iter_rows()}
    prepared, first = [], 0
    for part in players.partition_by("game_id", maintain_order=True):
        prepared.append(_prepare_game(part, first, *odds[part["game_id"][0]], config))
        first += part.height
    return SlateInput(players.select(KEY), tuple(prepared))


def _check_players(players: pl.DataFrame) -> pl.DataFrame:
    if MINUTES_CAP not in players.columns:
        players = players.with_columns(pl.lit(DEFAULT_MINUTES_CAP).alias(MINUTES_CAP))
    players = _typed(players, "players", {"game_id": pl.String, "team_id": pl.Int64, "player_id": pl.Int64})
    players = _typed(players, "players", {"is_home": pl.Boolean}).select(*KEY, "is_home", *_NUMBERS).sort(KEY)
    rounded = [_round(pl.col(name).cast(pl.Float64)).alias(name) for name in _NUMBERS]
    players = players.with_columns(rounded)
    _refuse(players, pl.any_horizontal(pl.all().is_null()), "has a null")
    _refuse(players, pl.any_horizontal(~pl.col(_NUMBERS).is_finite()), "has a number that is not finite")
    _refuse(players, pl.struct("game_id", "player_id").is_duplicated(), "is there twice")
    _refuse(players, pl.any_horizontal(~pl.col(_PROBS).is_between(0.0, 1.0)), "has a probability outside 0 to 1")
    rates = pl.any_horizontal(~pl.col(RATES).is_between(0.0, _MOST_PER_MINUTE))
    _refuse(players, rates, f"has a rate outside 0 to {_MOST_PER_MINUTE:g} per minute")
    steps = (pl.lit(0.0), *(pl.col(name) for name in (*QUANTILES, MINUTES_CAP)))
    falls = pl.any_horizontal(*(high < low for low, high in pairwise(steps)))
    _refuse(players, falls, "has minutes quantiles that fall, are negative or pass minutes_cap")
    _refuse(players, pl.col(MINUTES_CAP) > 48.0, "has a minutes_cap over 48, the length of a game")
    _refuse(players, pl.col("is_home").n_unique().over("game_id", "team_id") > 1, "is home where a team-mate is not")
    _refuse(players, pl.len().over("game_id", "team_id") < 5, "is on a team that lists fewer than 5 players")
    sides = pl.struct("team_id", "is_home").n_unique().over("game_id") != pl.col("is_home").n_unique().over("game_id")
    _refuse(players, sides, "is in a game with two teams on one side")
    return players


def _check_games(games: pl.DataFrame) -> pl.DataFrame:
    games = _typed(games, "games", {"game_id": pl.String, "spread_home": None, "total": None})
    games = games.select("game_id", _round(pl.col("spread_home", "total").cast(pl.Float64))).sort("game_id")
    wrong = games.filter(
        pl.col("game_id").is_null()
        | pl.col("game_id").is_duplicated()
        | ~pl.col("spread_home").is_between(-60.0, 60.0)
        | ~pl.col("total").is_between(100.0, 400.0)
    )
    if wrong.height:
        raise BadInput(
            f"games: game {wrong['game_id'][0]} is there twice, has no id, a spread beyond 60 or a total outside "
            "100 to 400; give one row a game, with null where there are no odds."
        )
    return games


def _typed(frame: pl.DataFrame, what: str, types: dict[str, type[pl.DataType] | None]) -> pl.DataFrame:
    wanted = (*types, *(_NUMBERS if what == "players" else ()))
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise BadInput(f"{what} lacks the column {missing[0]}: add it (see simulation/README.md).")
    for name in wanted:
        have, want = frame.schema[name], types.get(name)
        good = have == want if want else have.is_numeric() or have == pl.Null
        if not good:
            raise BadInput(f"{what}.{name} is {have}: it must be {want.__name__ if want else 'a number'}.")
    return frame


def _refuse(players: pl.DataFrame, wrong: pl.Expr, why: str) -> None:
    bad = players.filter(wrong)
    if bad.height:
        game_id, team_id, player_id = bad.select(KEY).row(0)
        raise BadInput(f"players: player {player_id} of team {team_id} in game {game_id} {why}; correct the row.")


def _round(number: pl.Expr) -> pl.Expr:
    return (number * 10_000.0 + 0.5).floor() / 10_000.0


def _prepare_game(
    part: pl.DataFrame, first: int, spread: float | None, total: float | None, config: SimConfig
) -> GameInput:
    game_id = str(part["game_id"][0])
    teams, orders = _teams(part)
    quantiles = part.select(pl.lit(0.0), *QUANTILES, MINUTES_CAP).to_numpy() * 60.0
    widths = np.diff(np.array(k.LEVELS))
    table = np.empty((part.height, k.PLAYER_FLOATS))
    table[:, k.P_PLAYS] = part["play_prob"].to_numpy()
    table[:, k.P_SCRIPT] = _scripts(part)
    table[:, k.P_QUANTILE] = quantiles[:, 0]
    table[:, k.P_SLOPE : k.P_SLOPE + 8] = np.diff(quantiles, axis=1) / widths
    table[:, k.P_COEF : k.P_COEF + 9] = part.select(RATES).to_numpy() / 60.0
    table[:, k.P_MAKE : k.P_MAKE + 3] = part.select(MAKE_PROBS).to_numpy()
    if spread is not None and total is not None:
        for lo, hi, home in teams:
            implied = (total - spread) / 2.0 if home else (total + spread) / 2.0
            level = _market_level(table[lo:hi], quantiles[lo:hi], widths, implied, config.market_weight)
            for head in ("fga2", "fga3", "fta", "ast"):
                table[lo:hi, k.P_COEF + k.HEADS.index(head)] *= level
    ids = part["player_id"].to_list()
    return GameInput(
        game_id=game_id,
        first_player=first,
        game=_game_floats(spread or 0.0, config),
        game_keys=draw_keys(config.seed, game_id, GAME_ENTITY, k.GAME_DRAWS),
        players=table,
        keys=np.stack([draw_keys(config.seed, game_id, player, k.PLAYER_DRAWS) for player in ids]),
        orders=orders,
        sizes=np.array(config.log2_sizes, dtype=np.int64),
        teams=teams,
    )


def _teams(part: pl.DataFrame) -> tuple[Ints, Ints]:
    teams, orders, lo = [], [], 0
    for team in part.partition_by("team_id", maintain_order=True):
        teams.append((lo, lo + team.height, int(team["is_home"][0])))
        ranked = team.select("play_prob", row=pl.int_range(pl.len())).sort("play_prob", "row", descending=[True, False])
        orders.append(ranked["row"].to_numpy().astype(np.int64))
        lo += team.height
    return np.array(teams, dtype=np.int64), np.concatenate(orders)


def _scripts(part: pl.DataFrame) -> Floats:
    """How strongly a close game means more minutes: regulars sit out the end of blow-outs, the bench's end plays it.

    The line was fitted to rank correlations of minutes with |margin| in 2022-25: -.41 over 30 minutes, -.18 at 24 to
    30, none in the middle, +.33 under 6.
    """
    median = part["minutes_p50_cond"].to_numpy()
    scripts: Floats = np.minimum(np.maximum((median - 20.0) / 25.0, -0.30), 0.40)
    return scripts


def _market_level(table: Floats, quantiles: Floats, widths: Floats, implied: float, weight: float) -> float:
    minutes, points = [], []
    for row, knots in zip(table, quantiles, strict=True):
        mean = math.fsum((knots[i] + knots[i + 1]) * 0.5 * widths[i] for i in range(8)) * row[k.P_PLAYS]
        rate = math.fsum(
            worth * row[k.P_COEF + i] * row[k.P_MAKE + i] for i, worth in enumerate((2.0, 3.0, 1.0))
        )  # the first three heads are the three kinds of attempts, in the order of the makes
        minutes.append(mean)
        points.append(mean * rate)
    played, scored = math.fsum(minutes), math.fsum(points)
    if played <= 0.0 or scored <= 0.0:
        return 1.0
    expected = scored * (k.REGULATION / played)
    move = weight * (implied / expected - 1.0)
    return 1.0 + min(max(move, -_MARKET_MOST), _MARKET_MOST)


def _game_floats(spread: float, config: SimConfig) -> Floats:
    game = np.empty(k.GAME_FLOATS)
    game[: k.G_BLOWOUT] = (
        -spread,
        config.margin_sd,
        config.pace_sd,
        config.overtime_width,
        config.overtime_again,
        config.make_script,
        config.min_players,
    )
    points = np.arange(k.BLOWOUT_POINTS + 1, dtype=np.float64)
    upper = _tukey_level((points + spread) / config.margin_sd)
    game[k.G_BLOWOUT :] = upper - _tukey_level((-points + spread) / config.margin_sd)
    return game


def _tukey_level(z: Floats) -> Floats:
    """The level of each z under the kernel's margin law, by bisection of its quantile: square roots only."""
    low, high = np.zeros_like(z), np.ones_like(z)
    for _ in range(54):
        middle = (low + high) * 0.5
        quantile = np.sqrt(np.sqrt(np.sqrt(middle))) - np.sqrt(np.sqrt(np.sqrt(1.0 - middle)))
        below = quantile * 8.0 * k.TUKEY_SCALE < z
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low
