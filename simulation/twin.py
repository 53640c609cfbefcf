"""The kernel said again in plain Python, one world at a time: the oracle it is held equal to, integer for integer."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import polars as pl

from simulation import kernel as k
from simulation.config import SimConfig
from simulation.inputs import GameInput, Words, prepare
from simulation.worlds import Counts, Worlds, game_ids

_WORD = 0xFFFFFFFF


def simulate_slowly(players: pl.DataFrame, games: pl.DataFrame, config: SimConfig) -> Worlds:
    """What `simulate` returns, thousands of times slower."""
    slate = prepare(players, games, config)
    counts = np.zeros((slate.players.height, len(k.FIELDS), config.worlds), dtype=np.int16)
    game_counts = np.zeros((len(slate.games), 2, config.worlds), dtype=np.int16)
    for index, game in enumerate(slate.games):
        rows = slice(game.first_player, game.first_player + len(game.players))
        for world in range(config.worlds):
            counts[rows, :, world], game_counts[index, :, world] = play_world(game, world)
    return Worlds(slate.players, game_ids(slate), counts, game_counts)


def play_world(game: GameInput, world: int) -> tuple[Counts, tuple[int, int]]:
    """i16[player, field] of one world of one game, and its latent margin and overtimes."""
    table, facts = game.players.tolist(), game.game.tolist()
    home_level = _level(game.game_keys[k.GAME_MARGIN], world)
    margin = facts[k.G_MARGIN_MEAN] + facts[k.G_MARGIN_SD] * _tukey(home_level)
    pace = 1.0 + facts[k.G_PACE_SD] * _tukey(_level(game.game_keys[k.GAME_PACE], world))
    pace = min(max(pace, k.PACE_FLOOR), k.PACE_CEILING)
    overtimes = _overtimes(margin, _level(game.game_keys[k.GAME_OVERTIME], world), facts)
    close = _closeness(margin, facts)

    out = np.zeros((len(table), len(k.FIELDS)), dtype=np.int16)
    for lo, hi, home in game.teams.tolist():
        keys, team = game.keys[lo:hi], table[lo:hi]
        plays = _available(team, keys, game.orders[lo:hi].tolist(), int(facts[k.G_MIN_PLAYERS]), world)
        seconds = _seconds(team, keys, plays, close, overtimes, world)
        counts = []
        for h in range(len(k.HEADS)):
            levels = _team_levels(keys, k.DRAW_HEAD + h, k.DRAW_HEAD_TURN + h, k.HEAD_TURNS[h], plays, world)
            means = [row[k.P_COEF + h] * (s * pace) for row, s in zip(team, seconds, strict=True)]
            size = int(game.sizes[h])
            counts.append([negative_binomial(u, mean, size) for u, mean in zip(levels, means, strict=True)])
        pull = home_level if home else 1.0 - home_level
        makes = []
        for h in range(len(k.MAKES)):
            levels = _team_levels(keys, k.DRAW_MAKE + h, k.DRAW_MAKE_TURN + h, k.MAKE_TURNS[h], plays, world)
            bent = [_bend(u, pull, facts[k.G_MAKE_SCRIPT]) for u in levels]
            makes.append([binomial(u, counts[h][i], team[i][k.P_MAKE + h]) for i, u in enumerate(bent)])
        for i in range(hi - lo):
            fg2m, fg3m, ftm = (column[i] for column in makes)
            oreb, dreb, ast, stl, blk, tov = (column[i] for column in counts[3:])
            pts, reb = 2 * fg2m + 3 * fg3m + ftm, oreb + dreb
            quarters = k.dk_quarters.py_func(pts, fg3m, reb, ast, stl, blk, tov)
            out[lo + i] = (seconds[i], pts, reb, ast, stl, blk, tov, fg3m, quarters)
    return out, (math.floor(margin + 0.5), overtimes)


def negative_binomial(u: float, mean: float, log2_size: int) -> int:
    """The count at level u: its law has this mean and variance mean + mean^2 / 2^log2_size."""
    size = float(2**log2_size)
    share = 1.0 / (size + mean)
    p, s = size * share, mean * share
    for _ in range(log2_size):
        p = p * p
    cdf, count = p, 0
    while count < k.COUNT_CAP and u >= cdf:
        p = p * ((size + count) / (count + 1.0) * s)
        cdf = cdf + p
        count += 1
    return count


def binomial(u: float, n: int, prob: float) -> int:
    """The makes at level u out of n attempts."""
    misses = prob > 0.5
    rare = 1.0 - prob if misses else prob
    base, level = 1.0 - rare, 1.0 - u if misses else u
    odds, p, square = rare / base, 1.0, base
    for bit in range(n.bit_length()):
        if n >> bit & 1:
            p = p * square
        square = square * square
    cdf, count = p, 0
    while count < n and level >= cdf:
        p = p * (odds / (count + 1.0) * float(n - count))
        cdf = cdf + p
        count += 1
    return n - count if misses else count


def _mix(x: int) -> int:
    x ^= x >> 16
    x = x * 0x21F0AAAD & _WORD
    x ^= x >> 15
    x = x * 0x735A2D97 & _WORD
    return x ^ (x >> 15)


def _hash(key: Words, world: int) -> int:
    return _mix((_mix((world ^ int(key[0])) & _WORD) + int(key[1])) & _WORD)


def _level(key: Words, world: int) -> float:
    return (_hash(key, world) + 0.5) / 2**32


def _tukey(u: float) -> float:
    rise, fall = math.sqrt(math.sqrt(math.sqrt(u))), math.sqrt(math.sqrt(math.sqrt(1.0 - u)))
    return (rise - fall) * 8.0 * k.TUKEY_SCALE


def _bend(u: float, pull: float, strength: float) -> float:
    half = abs(strength) * 0.5
    if half < 0.005:
        return u
    x, scale = u + strength * (pull - 0.5), 1.0 / (4.0 * half)
    if x > 1.0 - half:
        high = 1.0 + half - x
        return 1.0 - high * high * scale
    if x < half:
        low = x + half
        return low * low * scale
    return x


def _overtimes(margin: float, level: float, facts: list[float]) -> int:
    if abs(margin) >= facts[k.G_OT_WIDTH]:
        return 0
    extra, again = 1, facts[k.G_OT_AGAIN]
    while extra < k.MAX_OVERTIMES and level < again:
        extra, again = extra + 1, again * facts[k.G_OT_AGAIN]
    return extra


def _closeness(margin: float, facts: list[float]) -> float:
    apart = min(abs(margin), k.BLOWOUT_POINTS - 0.5)
    cell = int(apart)
    low, high = facts[k.G_BLOWOUT + cell], facts[k.G_BLOWOUT + cell + 1]
    return 1.0 - (low + (high - low) * (apart - cell))


def _available(team: list[list[float]], keys: Words, order: list[int], at_least: int, world: int) -> list[bool]:
    plays = [_level(key[k.DRAW_PLAYS], world) < row[k.P_PLAYS] for row, key in zip(team, keys, strict=True)]
    for i in order:
        if sum(plays) < min(at_least, len(team)):
            plays[i] = True
    return plays


def _seconds(
    team: list[list[float]],
    keys: Words,
    plays: list[bool],
    close: float,
    overtimes: int,
    world: int,
) -> list[int]:
    total = float(k.REGULATION + k.OVERTIME * overtimes)
    cap = float(k.REGULATION_CAP + k.OVERTIME_CAP * overtimes)
    m = []
    for row, key, active in zip(team, keys, plays, strict=True):
        level = _bend(_level(key[k.DRAW_MINUTES], world), close, row[k.P_SCRIPT])
        x = row[k.P_QUANTILE]
        for part in range(8):
            low, high = k.LEVELS[part], k.LEVELS[part + 1]
            x += row[k.P_SLOPE + part] * min(max(level - low, 0.0), high - low)
        m.append(min(max(x * (total / k.REGULATION), 1.0), cap) if active else 0.0)
    return project(m, plays, total, cap)


def project(m: list[float], plays: list[bool], total: float, cap: float) -> list[int]:
    """Whole seconds near m that sum to `total`: nobody over `cap`, one second at least for those who play."""
    for _ in range(2):
        room = _sum(x * (cap - x) for x in m)
        share = (total - _sum(m)) / room if room > 0.0 else 0.0
        m = [min(max(x + share * (x * (cap - x)), 0.0), cap) for x in m]
    held = _sum(m)
    short = total - held
    grow = short / (sum(plays) * cap - held) if short > 0.0 else 0.0
    shrink = total / held if short < 0.0 else 1.0
    out = [
        int(min(max((x + (cap - x) * grow) * shrink, 1.0), cap)) * active for x, active in zip(m, plays, strict=True)
    ]
    left = int(total) - sum(out)
    while left:
        for i, sec in enumerate(out):
            step = int(left > 0 and 0 < sec < int(cap)) - int(left < 0 and sec > 1)
            out[i] += step
            left -= step
    return out


def _sum(values: Iterable[float]) -> float:
    # The built-in sum compensates from Python 3.12 on; the kernel adds one by one.
    total = 0.0
    for value in values:
        total += value
    return total


def _team_levels(keys: Words, draw: int, turn: int, turns: int, plays: list[bool], world: int) -> list[float]:
    levels = [_level(key[draw], world) for key in keys]
    if not turns:
        return levels
    share, active = 1.0 / sum(plays), [i for i, there in enumerate(plays) if there]
    order = sorted(active, key=lambda i: (_hash(keys[i][turn], world) >> 1, i))
    return [(order.index(i) + u) * share if plays[i] else 0.5 for i, u in enumerate(levels)]
