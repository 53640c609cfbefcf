"""The compiled core: one game, a range of worlds, integers out.

Worlds lie in the lanes of blocks of `LANES`, so that every inner loop is straight arithmetic over 128 neighbours.
Only + - * / sqrt, comparisons and integer operations are used: IEEE 754 fixes the bits of each, so no maths library
and no choice of vector width can change them. The laws that usually need exp and log are chosen so that they do not:
negative binomials have a size that is a power of two (p0 by repeated squaring), and the normal is Tukey's lambda
distribution with lambda = 1/8, whose quantile is three square roots.

Everything compiled lives in this one file on purpose: numba's cache looks at the changes of one file only.
`twin.py` says the same in plain Python and is held equal to it, integer for integer.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

LANES = 128
COUNT_CAP = 160

HEADS = ("fga2", "fga3", "fta", "oreb", "dreb", "ast", "stl", "blk", "tov")
MAKES = ("fg2", "fg3", "ft")
FIELDS = ("seconds", "pts", "reb", "ast", "stl", "blk", "tov", "fg3m", "dk_quarters")

# Draw ids: never renumber, a digest of the past depends on them.
GAME_MARGIN, GAME_PACE, GAME_OVERTIME, GAME_DRAWS = 0, 1, 2, 3
DRAW_PLAYS, DRAW_MINUTES, DRAW_HEAD, DRAW_MAKE, DRAW_HEAD_TURN, DRAW_MAKE_TURN, PLAYER_DRAWS = 0, 1, 2, 11, 14, 23, 26

# Columns of the per-player table of floats that `inputs.py` fills.
P_PLAYS, P_SCRIPT, P_QUANTILE, P_SLOPE, P_COEF, P_MAKE, PLAYER_FLOATS = 0, 1, 2, 3, 11, 20, 23
# Entries of the vector of floats that hold for one game.
G_MARGIN_MEAN, G_MARGIN_SD, G_PACE_SD, G_OT_WIDTH, G_OT_AGAIN, G_MAKE_SCRIPT, G_MIN_PLAYERS = 0, 1, 2, 3, 4, 5, 6
# From here on: the chance of |margin| <= a, for a = 0 ... BLOWOUT_POINTS.
G_BLOWOUT, GAME_FLOATS = 7, 68
BLOWOUT_POINTS = 60

LEVELS = (0.0, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 1.0)
REGULATION, OVERTIME = 14_400, 1_500
REGULATION_CAP, OVERTIME_CAP, MAX_OVERTIMES = 2_880, 300, 4
TUKEY_SCALE = 0.6733416185079591  # 1 / standard deviation of 8 (u^(1/8) - (1-u)^(1/8))
PACE_FLOOR, PACE_CEILING = 0.75, 1.25
# Team-mates take turns at these heads: one's shot, rebound or assist is not another's.
HEAD_TURNS = (1, 1, 1, 1, 1, 1, 0, 0, 0)
MAKE_TURNS = (1, 1, 0)


def _jit(function: Any) -> Any:
    return njit(cache=True, nogil=True, error_model="numpy", fastmath=False)(function)


@_jit
def dk_quarters(pts: int, fg3m: int, reb: int, ast: int, stl: int, blk: int, tov: int) -> int:
    """DraftKings NBA classic points in quarter points, exactly; a triple-double collects both bonuses."""
    tens = (pts >= 10) + (reb >= 10) + (ast >= 10) + (stl >= 10) + (blk >= 10)
    bonus = 6 * (tens >= 2) + 12 * (tens >= 3)
    return 4 * pts + 2 * fg3m + 5 * reb + 6 * ast + 8 * stl + 8 * blk - 2 * tov + bonus


@_jit
def _mix(x: Any) -> Any:
    x = np.uint32(x ^ (x >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x21F0AAAD))
    x = np.uint32(x ^ (x >> np.uint32(15)))
    x = np.uint32(x * np.uint32(0x735A2D97))
    return np.uint32(x ^ (x >> np.uint32(15)))


@_jit
def hash_words(key: Any, first: int, out: Any) -> None:
    """One 32-bit word a world: two rounds of an avalanche mix of the world's number, each with half of the key."""
    low, high = key[0], key[1]
    for j in range(LANES):
        out[j] = _mix(np.uint32(_mix(np.uint32(np.uint32(first + j) ^ low)) + high))


@_jit
def levels(key: Any, first: int, words: Any, out: Any) -> None:
    """Uniform levels strictly inside (0, 1), on the midpoints of 2^32 cells."""
    hash_words(key, first, words)
    for j in range(LANES):
        out[j] = (np.float64(words[j]) + 0.5) * 2.3283064365386963e-10


@_jit
def _tukey(u: float) -> float:
    rise = math.sqrt(math.sqrt(math.sqrt(u)))
    fall = math.sqrt(math.sqrt(math.sqrt(1.0 - u)))
    return (rise - fall) * 8.0 * TUKEY_SCALE


@_jit
def _bend(u: Any, pull: Any, strength: float, out: Any) -> None:
    """Level u pulled by a shared level; the exact law of the sum is undone, so the result is uniform again."""
    half = abs(strength) * 0.5
    if half < 0.005:
        for j in range(LANES):
            out[j] = u[j]
        return
    scale = 1.0 / (4.0 * half)
    for j in range(LANES):
        x = u[j] + strength * (pull[j] - 0.5)
        low = x + half
        high = 1.0 + half - x
        v = x
        if x < half:
            v = low * low * scale
        if x > 1.0 - half:
            v = 1.0 - high * high * scale
        out[j] = v


@_jit
def _sweep(u: Any, factor: Any, steps: Any, p: Any, cdf: Any, count: Any) -> int:
    """Four steps of inversion in all lanes; 0 when every lane had arrived before the last."""
    step_0, step_1, step_2, step_3 = steps
    alive = 0
    for j in range(LANES):
        level, f, mass, below = u[j], factor[j], p[j], cdf[j]
        more = 1 if level >= below else 0
        mass = mass * (step_0 * f)
        below = below + mass
        more += 1 if level >= below else 0
        mass = mass * (step_1 * f)
        below = below + mass
        more += 1 if level >= below else 0
        mass = mass * (step_2 * f)
        below = below + mass
        last = 1 if level >= below else 0
        p[j] = mass * (step_3 * f)
        cdf[j] = below + p[j]
        count[j] += more + last
        alive |= last
    return alive


@_jit
def negative_binomials(u: Any, mean: Any, log2_size: int, p: Any, s: Any, cdf: Any, count: Any) -> None:
    """Counts of mean `mean` and variance mean + mean^2 / 2^log2_size, by inversion, all lanes in step."""
    size = float(1 << log2_size)
    for j in range(LANES):
        share = 1.0 / (size + mean[j])
        p[j] = size * share
        s[j] = mean[j] * share
        count[j] = 0
    for _ in range(log2_size):
        for j in range(LANES):
            p[j] = p[j] * p[j]
    for j in range(LANES):
        cdf[j] = p[j]
    for k in range(0, COUNT_CAP, 4):
        steps = (
            (size + k) / (k + 1.0),
            (size + (k + 1.0)) / (k + 2.0),
            (size + (k + 2.0)) / (k + 3.0),
            (size + (k + 3.0)) / (k + 4.0),
        )
        if _sweep(u, s, steps, p, cdf, count) == 0:
            break


@_jit
def binomials(u: Any, n: Any, prob: float, p: Any, tries: Any, cdf: Any, count: Any) -> None:
    """Makes of n attempts, by inversion from the rarer side, monotone in u."""
    misses = prob > 0.5
    rare = 1.0 - prob if misses else prob
    base = 1.0 - rare
    odds = rare / base
    most = 0
    for j in range(LANES):
        p[j] = 1.0
        tries[j] = np.float64(n[j])
        count[j] = 0
        most |= n[j]
    bit = 0
    while (most >> bit) > 0:
        for j in range(LANES):
            p[j] = p[j] * (base if (n[j] >> bit) & 1 else 1.0)
        base = base * base
        bit += 1
    for j in range(LANES):
        cdf[j] = p[j]
    for k in range(COUNT_CAP):
        step, done = odds / (k + 1.0), float(k)
        alive = 0
        for j in range(LANES):
            level = 1.0 - u[j] if misses else u[j]
            more = 1 if (level >= cdf[j]) and (tries[j] > done) else 0
            count[j] += more
            alive |= more
            p[j] = p[j] * (step * (tries[j] - done))
            cdf[j] = cdf[j] + p[j]
        if alive == 0:
            break
    if misses:
        for j in range(LANES):
            count[j] = n[j] - count[j]


@_jit
def _take_turns(
    keys: Any, turn: int, draw: int, first: int, plays: Any, share: Any, words: Any, rank: Any, u: Any
) -> None:
    """Levels of one team for one head: each uniform, and together spread over (0, 1) with one in each n-th part."""
    players = plays.shape[0]
    for i in range(players):
        row, active, place = words[i], plays[i], rank[i]
        levels(keys[i, draw], first, row, u[i])
        hash_words(keys[i, turn], first, row)
        for j in range(LANES):
            # All ones where he does not play: behind everybody who does.
            row[j] = np.uint32((row[j] >> np.uint32(1)) | np.uint32(active[j] - np.uint32(1)))
            place[j] = 0
    for i in range(players):
        for other in range(i + 1, players):
            for j in range(LANES):
                before = np.int32(words[i, j] <= words[other, j])
                rank[other, j] = np.int32(rank[other, j] + before)
                rank[i, j] = np.int32(rank[i, j] + np.int32(1) - before)
    for i in range(players):
        level, active, place = u[i], plays[i], rank[i]
        for j in range(LANES):
            spread = (np.float64(place[j]) + level[j]) * share[j]
            level[j] = spread if active[j] != 0 else 0.5


@_jit
def _fill_team(plays: Any, count: Any, order: Any, at_least: int) -> None:
    for o in range(order.shape[0]):
        row = plays[order[o]]
        for j in range(LANES):
            if count[j] < at_least and row[j] == 0:
                row[j] = 1
                count[j] += 1


@_jit
def _project_minutes(m: Any, plays: Any, count: Any, total: Any, cap: Any, a: Any, b: Any, left: Any, out: Any) -> None:
    """Seconds of one team that sum exactly to `total`, nobody over `cap`, everybody who plays at least one second.

    Two passes move each player in proportion to m (cap - m), the room he has both ways; a last one is always feasible.
    """
    players = m.shape[0]
    for _ in range(2):
        for j in range(LANES):
            a[j] = 0.0
            b[j] = 0.0
        for i in range(players):
            row = m[i]
            for j in range(LANES):
                a[j] += row[j]
                b[j] += row[j] * (cap[j] - row[j])
        for j in range(LANES):
            b[j] = (total[j] - a[j]) / b[j] if b[j] > 0.0 else 0.0
        for i in range(players):
            row = m[i]
            for j in range(LANES):
                x = row[j] + b[j] * (row[j] * (cap[j] - row[j]))
                x = 0.0 if x < 0.0 else x
                row[j] = cap[j] if x > cap[j] else x
    for j in range(LANES):
        a[j] = 0.0
    for i in range(players):
        row = m[i]
        for j in range(LANES):
            a[j] += row[j]
    for j in range(LANES):
        short = total[j] - a[j]
        b[j] = short / (count[j] * cap[j] - a[j]) if short > 0.0 else 0.0
        a[j] = total[j] / a[j] if short < 0.0 else 1.0
        left[j] = np.int64(total[j])
    for i in range(players):
        row, active, sec = m[i], plays[i], out[i]
        for j in range(LANES):
            x = (row[j] + (cap[j] - row[j]) * b[j]) * a[j]
            x = 1.0 if x < 1.0 else x
            x = cap[j] if x > cap[j] else x
            sec[j] = np.int64(x) * np.int64(active[j])
            left[j] -= sec[j]
    alive = 1
    while alive != 0:
        alive = 0
        for i in range(players):
            sec = out[i]
            for j in range(LANES):
                step = 0
                if left[j] > 0 and sec[j] > 0 and sec[j] < np.int64(cap[j]):
                    step = 1
                if left[j] < 0 and sec[j] > 1:
                    step = -1
                sec[j] += step
                left[j] -= step
        for j in range(LANES):
            alive |= left[j]


@_jit
def simulate_game(
    first_world: int,
    last_world: int,
    game: Any,
    game_keys: Any,
    players: Any,
    keys: Any,
    orders: Any,
    sizes: Any,
    teams: Any,
    out: Any,
    out_game: Any,
) -> None:
    """Fill `out[player, field, world]` and `out_game[margin | overtimes, world]` for the worlds of [first, last).

    game f64[GAME_FLOATS]; players f64[n, PLAYER_FLOATS]; keys u32[n, PLAYER_DRAWS, 2]; game_keys u32[GAME_DRAWS, 2];
    orders i64[n]: within each team, players by falling play_prob; sizes i64[9]: log2 of the heads' sizes;
    teams i64[teams, 3]: first player, one past the last, 1 where home.
    """
    n = players.shape[0]
    word = np.empty(LANES, np.uint32)
    margin, pace, close = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    home_pull, away_pull = np.empty(LANES), np.empty(LANES)
    total, cap, share = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    u, v, mean = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    p, s, cdf = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    overtimes, left, playing = np.empty(LANES, np.int64), np.empty(LANES, np.int64), np.empty(LANES, np.int64)
    plays, seconds = np.empty((n, LANES), np.uint32), np.empty((n, LANES), np.int64)
    minutes, turn = np.empty((n, LANES)), np.empty((n, LANES))
    words, rank = np.empty((n, LANES), np.uint32), np.empty((n, LANES), np.int32)
    counts, makes = np.empty((9, n, LANES), np.int64), np.empty((3, n, LANES), np.int64)

    for first in range(first_world, last_world, LANES):
        levels(game_keys[GAME_MARGIN], first, word, home_pull)
        levels(game_keys[GAME_PACE], first, word, u)
        levels(game_keys[GAME_OVERTIME], first, word, v)
        for j in range(LANES):
            away_pull[j] = 1.0 - home_pull[j]
            margin[j] = game[G_MARGIN_MEAN] + game[G_MARGIN_SD] * _tukey(home_pull[j])
            x = 1.0 + game[G_PACE_SD] * _tukey(u[j])
            x = PACE_FLOOR if x < PACE_FLOOR else x
            pace[j] = PACE_CEILING if x > PACE_CEILING else x
            apart = abs(margin[j])
            extra = 0
            if apart < game[G_OT_WIDTH]:
                extra = 1
                again = game[G_OT_AGAIN]
                while extra < MAX_OVERTIMES and v[j] < again:
                    extra += 1
                    again = again * game[G_OT_AGAIN]
            overtimes[j] = extra
            total[j] = float(REGULATION + OVERTIME * extra)
            cap[j] = float(REGULATION_CAP + OVERTIME_CAP * extra)
            apart = BLOWOUT_POINTS - 0.5 if apart > BLOWOUT_POINTS - 0.5 else apart
            cell = np.int64(apart)
            below = game[G_BLOWOUT + cell]
            close[j] = 1.0 - (below + (game[G_BLOWOUT + cell + 1] - below) * (apart - cell))

        for t in range(teams.shape[0]):
            lo, hi = teams[t, 0], teams[t, 1]
            pull = home_pull if teams[t, 2] == 1 else away_pull
            at_least = min(np.int64(game[G_MIN_PLAYERS]), hi - lo)
            for j in range(LANES):
                playing[j] = 0
            for i in range(lo, hi):
                levels(keys[i, DRAW_PLAYS], first, word, u)
                active, prob = plays[i], players[i, P_PLAYS]
                for j in range(LANES):
                    active[j] = 1 if u[j] < prob else 0
                    playing[j] += active[j]
            _fill_team(plays[lo:hi], playing, orders[lo:hi], at_least)

            for i in range(lo, hi):
                levels(keys[i, DRAW_MINUTES], first, word, u)
                _bend(u, close, players[i, P_SCRIPT], v)
                row, active = minutes[i], plays[i]
                for j in range(LANES):
                    row[j] = players[i, P_QUANTILE]
                for k in range(8):
                    start, width, slope = LEVELS[k], LEVELS[k + 1] - LEVELS[k], players[i, P_SLOPE + k]
                    for j in range(LANES):
                        x = v[j] - start
                        x = 0.0 if x < 0.0 else x
                        x = width if x > width else x
                        row[j] += slope * x
                for j in range(LANES):
                    x = row[j] * (total[j] / REGULATION)
                    x = 1.0 if x < 1.0 else x
                    x = cap[j] if x > cap[j] else x
                    row[j] = x * np.float64(active[j])
            _project_minutes(minutes[lo:hi], plays[lo:hi], playing, total, cap, p, s, left, seconds[lo:hi])

            for j in range(LANES):
                share[j] = 1.0 / playing[j]
            for h in range(9):
                if HEAD_TURNS[h] == 1:
                    _take_turns(
                        keys[lo:hi], DRAW_HEAD_TURN + h, DRAW_HEAD + h, first,
                        plays[lo:hi], share, words[lo:hi], rank[lo:hi], turn[lo:hi],
                    )  # fmt: skip
                for i in range(lo, hi):
                    if HEAD_TURNS[h] == 0:
                        levels(keys[i, DRAW_HEAD + h], first, word, turn[i])
                    coef, sec = players[i, P_COEF + h], seconds[i]
                    for j in range(LANES):
                        mean[j] = coef * (sec[j] * pace[j])
                    negative_binomials(turn[i], mean, sizes[h], p, s, cdf, counts[h, i])
            for h in range(3):
                if MAKE_TURNS[h] == 1:
                    _take_turns(
                        keys[lo:hi], DRAW_MAKE_TURN + h, DRAW_MAKE + h, first,
                        plays[lo:hi], share, words[lo:hi], rank[lo:hi], turn[lo:hi],
                    )  # fmt: skip
                for i in range(lo, hi):
                    if MAKE_TURNS[h] == 0:
                        levels(keys[i, DRAW_MAKE + h], first, word, turn[i])
                    _bend(turn[i], pull, game[G_MAKE_SCRIPT], v)
                    binomials(v, counts[h, i], players[i, P_MAKE + h], p, s, cdf, makes[h, i])

        width = min(LANES, last_world - first)
        for j in range(width):
            out_game[0, first + j] = np.int16(math.floor(margin[j] + 0.5))
            out_game[1, first + j] = np.int16(overtimes[j])
        for i in range(n):
            for j in range(width):
                w = first + j
                pts = 2 * makes[0, i, j] + 3 * makes[1, i, j] + makes[2, i, j]
                reb = counts[3, i, j] + counts[4, i, j]
                ast, stl, blk, tov = counts[5, i, j], counts[6, i, j], counts[7, i, j], counts[8, i, j]
                out[i, 0, w] = seconds[i, j]
                out[i, 1, w] = pts
                out[i, 2, w] = reb
                out[i, 3, w] = ast
                out[i, 4, w] = stl
                out[i, 5, w] = blk
                out[i, 6, w] = tov
                out[i, 7, w] = makes[1, i, j]
                out[i, 8, w] = dk_quarters(pts, makes[1, i, j], reb, ast, stl, blk, tov)
