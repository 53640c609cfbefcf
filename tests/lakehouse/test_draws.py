"""Drawn numbers: fixed by their key, even, and of one purpose apart from another."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.draws import SEED, draw, uniforms

GAMES = pl.DataFrame({"game_id": [f"002240{n:04d}" for n in range(5000)], "team_id": range(5000), "x": 0.5})


def test_the_numbers_are_those_of_every_machine_and_every_day() -> None:
    assert uniforms(["0022400001", "0022400002", ""]).to_list() == pytest.approx(
        [0.03125726043323063, 0.23081682973082174, 0.21294223256435707], abs=1e-15
    )
    assert SEED == 20221018


@given(st.lists(st.text(max_size=8), max_size=20), st.randoms(use_true_random=False))
def test_a_number_hangs_on_its_key_alone(keys: list[str], order: object) -> None:
    mixed = keys.copy()
    order.shuffle(mixed)  # type: ignore[attr-defined]
    alone = {key: uniforms([key])[0] for key in keys}
    assert uniforms(mixed).to_list() == [alone[key] for key in mixed]
    assert all(0.0 < number < 1.0 for number in alone.values())


def test_the_numbers_are_even_and_another_purpose_or_seed_has_others() -> None:
    first, second = (draw(GAMES, ["game_id"], purpose).to_numpy() for purpose in ("masks", "horizon"))
    for numbers in (first, second):
        counts = np.bincount((numbers * 20).astype(int), minlength=20)
        # 250 are expected in each; their standard deviation is 15.
        assert counts.min() > 185
        assert counts.max() < 315
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05
    # How they fall together is even too: 200 are expected in each of 25 squares, give or take 14.
    squares = np.bincount((first * 5).astype(int) * 5 + (second * 5).astype(int), minlength=25)
    assert squares.min() > 140
    assert squares.max() < 260
    keys = GAMES["game_id"].to_list()
    assert abs(np.corrcoef(uniforms(keys).to_numpy(), uniforms(keys, seed=1).to_numpy())[0, 1]) < 0.05


def test_only_the_columns_asked_for_count() -> None:
    other = GAMES.with_columns(team_id=pl.col("team_id") + 1, x=0.7)
    assert draw(other, ["game_id"], "a").equals(draw(GAMES, ["game_id"], "a"))
    assert not draw(other, ["game_id", "team_id"], "a").equals(draw(GAMES, ["game_id", "team_id"], "a"))
    # 1 and 23 are not 12 and 3.
    pairs = pl.DataFrame({"a": [1, 12], "b": [23, 3]})
    assert draw(pairs, ["a", "b"], "a").n_unique() == 2
    assert draw(GAMES.clear(), ["game_id"], "a").is_empty()
