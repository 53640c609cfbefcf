"""Numbers that look random and are fixed by a name: the same in every process, on every machine, in any order."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import polars as pl

SEED = 20221018
# Whole bytes that a float holds to the last bit.
_BYTES = 6


def uniforms(keys: Iterable[str], seed: int = SEED) -> pl.Series:
    """A number in (0, 1) for each key, fixed by the key and the seed alone, so that the order of rows is nothing.

    Numbers of different keys tell nothing of each other. A checksum would not do: those of two purposes differ by one
    pattern of bits on every row.
    """
    return pl.Series([_whole(f"{seed}:{key}") / 2.0 ** (8 * _BYTES) for key in keys], dtype=pl.Float64)


def draw(frame: pl.DataFrame, by: list[str], purpose: str) -> pl.Series:
    """A number in (0, 1) for each row, fixed by its values of `by` and the purpose."""
    keys = frame.select(pl.concat_str([pl.lit(purpose), *(pl.col(name).cast(pl.String) for name in by)], separator=":"))
    return uniforms(keys.to_series())


def _whole(name: str) -> float:
    return int.from_bytes(blake2b(name.encode(), digest_size=_BYTES).digest(), "big") + 0.5
