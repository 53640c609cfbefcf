"""Keys of the random draws, made of names (seed, game_id, player_id, draw), never of row numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
GAME_ENTITY = -1


def split_mix(x: int) -> int:
    """The finaliser of splitmix64 after one step of its counter (Steele, Lea, Flood 2014)."""
    x = (x + _GAMMA) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def draw_keys(seed: int, game_id: str, entity: int, draws: int) -> npt.NDArray[np.uint32]:
    """u32[draws, 2]: the key of each draw of a player of a game, or of the game itself (`GAME_ENTITY`)."""
    key = split_mix(seed & _MASK)
    for byte in game_id.encode():
        key = split_mix(key ^ byte)
    key = split_mix(key ^ (entity & _MASK))
    words = [split_mix((key + draw * _GAMMA) & _MASK) for draw in range(draws)]
    return np.array([(word & 0xFFFFFFFF, word >> 32) for word in words], dtype=np.uint32)
