"""Line-ups of a field: valid by construction, drawn by a softmax of value, slot by slot for all entries at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakehouse.errors import BadInput
from sandbox.rotation import Bools, Floats, Ints

_DOLLARS_A_POINT = 3.1 / 1_000
_TASTE = (0.22, 0.75)
_FIRST_WIDTH, _LAST_WIDTH = 4_200.0, 700.0
_MOST_ROUNDS, _SPARE = 40, 1.3
_NEVER = -np.inf


@dataclass(frozen=True, eq=False)
class Board:
    """What line-ups are drawn from: one row a player.

    `points` expected; `price` his salary in each slot and `fits` whether he may fill it (players, slots); `team` and
    `game` group the rows. A line-up costs at most `cap` and spans `games` games and `teams` teams at least.
    """

    points: Floats
    price: Ints
    fits: Bools
    team: Ints
    game: Ints
    cap: int
    games: int
    teams: int


def draw(rng: np.random.Generator, board: Board, count: int) -> Ints:
    """`count` line-ups, as rows of the board by slot (count, slots); nobody twice in one.

    Each slot takes the softmax of the points a player is expected to score over what his salary should bring, by the
    entry's own taste, among those whose price leaves the rest affordable; what is left over pulls towards the dearer.
    Raises `BadInput` where the board holds no valid line-up.
    """
    found: list[Ints] = []
    short = count
    for turn in range(_MOST_ROUNDS):
        tried = _try(rng, board, max(16, int(short * _SPARE)), 1 / (1 + turn))
        good = tried[_valid(board, tried)][:short]
        found.append(good)
        short -= len(good)
        if not short:
            return np.concatenate(found)
    raise BadInput(
        f"A pool of {len(board.points)} players holds too few line-ups under {board.cap}: give it more games."
    )


def _try(rng: np.random.Generator, board: Board, count: int, care: float) -> Ints:
    """Line-ups, -1 where a slot could not be filled; the less `care` for value and cost, the wider the search."""
    slots = board.fits.shape[1]
    order = _narrowest_first(board.fits)
    cheapest = [int(board.price[board.fits[:, slot], slot].min(initial=board.cap)) for slot in range(slots)]
    left = np.full(count, board.cap, dtype=np.int64)
    taken = np.zeros((count, len(board.points)), dtype=np.bool_)
    lineups = np.full((count, slots), -1, dtype=np.int64)
    taste = rng.uniform(*_TASTE, count)[:, None]
    edge = board.points - _DOLLARS_A_POINT * board.price.min(axis=1)
    entries = np.arange(count)
    for turn, slot in enumerate(order):
        able = np.flatnonzero(board.fits[:, slot])
        price = board.price[able, slot]
        after = sum(cheapest[other] for other in order[turn + 1 :])
        share = left / (slots - turn)
        width = _FIRST_WIDTH + (_LAST_WIDTH - _FIRST_WIDTH) * turn / max(1, slots - 1)
        pull = ((price[None, :] - share[:, None]) / width) ** 2
        worth = care * (taste * edge[able] - pull) + rng.gumbel(size=(count, len(able)))
        closed = taken[:, able] | (price[None, :] + after > left[:, None])
        worth[closed] = _NEVER
        pick = worth.argmax(axis=1)
        possible = ~closed[entries, pick]
        chosen = able[pick]
        lineups[possible, slot] = chosen[possible]
        taken[entries[possible], chosen[possible]] = True
        left -= np.where(possible, price[pick], 0)
    return lineups


def _narrowest_first(fits: Bools) -> Sequence[int]:
    """Slots that few can fill come first, so that the wide ones never starve them; equals keep their order."""
    return [int(slot) for slot in np.argsort(fits.sum(axis=0), kind="stable")]


def _valid(board: Board, lineups: Ints) -> Bools:
    whole = (lineups >= 0).all(axis=1)
    rows = np.maximum(lineups, 0)
    cost = np.take_along_axis(board.price, rows, axis=0).sum(axis=1) if len(rows) else np.zeros(0, dtype=np.int64)
    fine = whole & (cost <= board.cap)
    fine &= _distinct(board.game[rows]) >= board.games
    return np.asarray(fine & (_distinct(board.team[rows]) >= board.teams), dtype=np.bool_)


def _distinct(groups: Ints) -> Ints:
    ranked = np.sort(groups, axis=1)
    return np.asarray(1 + (ranked[:, 1:] != ranked[:, :-1]).sum(axis=1), dtype=np.int64)
