"""Random streams, one for each subject of the league."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream decides; the number is part of its key, so a line may be added but never renumbered."""

    PERSON = 1
    MOVES = 2
    STRENGTH = 3
    ROLES = 4
    ROUNDS = 5
    TIPS = 6
    CHANGES = 7
    TRADES = 8
    SPELLS = 9
    ASSIGNMENT = 10
    LISTING = 11
    DRIFT = 12
    GAME = 13
    LINES = 14
    BOOKS = 15
    CONTESTS = 16


def stream(seed: int, purpose: Purpose, *key: int) -> np.random.Generator:
    """A generator that depends on nothing but `seed`, `purpose` and `key`.

    Draws of one subject therefore never move those of another.
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(int(purpose), *key))))
