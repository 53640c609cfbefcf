"""Summaries against plain NumPy, and the refusals of inputs that cannot be simulated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.errors import BadInput
from simulation import SimConfig, simulate
from simulation.warm import compile_kernel
from tests.simulation.slates import make_games, make_slate


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 500), st.integers(0, 1000))
def test_summary_equals_numpy(worlds: int, seed: int) -> None:
    players = make_slate(1, seed=seed)
    sim = simulate(players, make_games(players), SimConfig(worlds=worlds))
    out = sim.summary()
    points, minutes = sim.field("dk_quarters") / 4.0, sim.field("seconds") / 60.0
    for name, values, percents in (
        ("dk_fpts", points, (5, 10, 25, 50, 75, 90, 95)),
        ("minutes_sim", minutes, (10, 50, 90)),
    ):
        np.testing.assert_allclose(out[f"{name}_mean"], values.mean(axis=1), rtol=1e-12)
        np.testing.assert_allclose(out[f"{name}_std"], values.std(axis=1), rtol=1e-9, atol=1e-12)
        for percent in percents:
            expected = np.percentile(values, percent, axis=1)
            np.testing.assert_allclose(out[f"{name}_p{percent:02d}"], expected, rtol=1e-9, atol=1e-9)
    tens = np.sum([sim.field(name) >= 10 for name in ("pts", "reb", "ast", "stl", "blk")], axis=0)
    np.testing.assert_allclose(out["double_double_prob"], (tens >= 2).mean(axis=1))
    np.testing.assert_allclose(out["triple_double_prob"], (tens >= 3).mean(axis=1))
    np.testing.assert_allclose(out["pts_mean"], sim.field("pts").mean(axis=1))
    assert out.null_count().sum_horizontal().item() == 0
    assert out["worlds"].to_list() == [worlds] * players.height


def test_points_follow_from_the_counts() -> None:
    players = make_slate(1)
    sim = simulate(players, make_games(players), SimConfig(worlds=200))
    pts, fg3m = sim.field("pts"), sim.field("fg3m")
    assert (pts >= 3 * fg3m).all()
    tens = np.sum([sim.field(name) >= 10 for name in ("pts", "reb", "ast", "stl", "blk")], axis=0)
    weights = {"pts": 4, "fg3m": 2, "reb": 5, "ast": 6, "stl": 8, "blk": 8, "tov": -2}
    plain = sum(weight * sim.field(name).astype(int) for name, weight in weights.items())
    assert (sim.field("dk_quarters") == plain + 6 * (tens >= 2) + 12 * (tens >= 3)).all()


def test_no_players_is_no_rows() -> None:
    players = make_slate(1)
    out = simulate(players.clear(), make_games(players), SimConfig(worlds=10)).summary()
    assert out.height == 0
    assert "dk_fpts_p95" in out.columns


def test_differences_under_the_rounding_do_not_count() -> None:
    players = make_slate(1)
    games, config = make_games(players), SimConfig(worlds=100)
    nudged = players.with_columns((pl.col("ast_rate").round(4) + 0.00003).alias("ast_rate"))
    base = players.with_columns(pl.col("ast_rate").round(4))
    assert np.array_equal(simulate(base, games, config).counts, simulate(nudged, games, config).counts)


REFUSALS: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], str]] = {
    "missing column": (lambda p: p.drop("stl_rate"), "lacks the column stl_rate"),
    "text for a number": (lambda p: p.with_columns(pl.col("stl_rate").cast(pl.String)), "stl_rate is String"),
    "null": (lambda p: p.with_columns(pl.lit(None, pl.Float64).alias("play_prob")), "has a null"),
    "NaN": (lambda p: p.with_columns(ft_prob=float("nan")), "not finite"),
    "probability": (lambda p: p.with_columns(play_prob=1.2), "probability outside"),
    "rate": (lambda p: p.with_columns(ast_rate=-0.1), "rate outside"),
    "falling quantiles": (lambda p: p.with_columns(minutes_p25_cond=47.5), "quantiles that fall"),
    "over the cap": (lambda p: p.with_columns(minutes_cap=20.0), "quantiles that fall"),
    "twice": (lambda p: pl.concat([p, p.head(1)]), "is there twice"),
    "four men": (lambda p: p.group_by("team_id", maintain_order=True).head(4), "fewer than 5"),
    "two home teams": (lambda p: p.with_columns(is_home=True), "two teams on one side"),
    "split team": (lambda p: p.with_columns(is_home=pl.int_range(pl.len()) % 2 == 0), "team-mate is not"),
    "unknown game": (lambda p: p.with_columns(game_id=pl.lit("0022500099")), "games has no row"),
}


@pytest.mark.parametrize("case", sorted(REFUSALS))
def test_refusals_of_players(case: str) -> None:
    players = make_slate(1)
    change, message = REFUSALS[case]
    with pytest.raises(BadInput, match=message):
        simulate(change(players), make_games(players), SimConfig(worlds=1))


def test_refusals_of_games_and_config() -> None:
    players = make_slate(1)
    with pytest.raises(BadInput, match="spread beyond 60"):
        simulate(players, make_games(players, spread=99.0), SimConfig(worlds=1))
    with pytest.raises(BadInput, match="there twice"):
        simulate(players, pl.concat([make_games(players)] * 2), SimConfig(worlds=1))
    for wrong in ({"worlds": 0}, {"threads": 0}, {"min_players": 3}, {"pace_sd": 2.0}, {"log2_sizes": (1,)}):
        with pytest.raises(BadInput):
            SimConfig(**wrong)


def test_the_made_up_slate_that_compiles_the_kernel_plays_a_whole_game() -> None:
    overtime = int(compile_kernel().field("seconds").sum()) - 2 * 14_400
    assert overtime >= 0
    assert overtime % (2 * 1_500) == 0
