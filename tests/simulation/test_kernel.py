"""The compiled kernel: equal to its twin, on any threads, in any order, and to the exact laws it claims."""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import SimConfig, Worlds, simulate
from simulation import kernel as k
from simulation.twin import simulate_slowly
from tests.simulation.slates import make_games, make_slate, slates


def same(left: Worlds, right: Worlds) -> bool:
    return np.array_equal(left.counts, right.counts) and np.array_equal(left.game_counts, right.game_counts)


def rows_of(worlds: Worlds, game_id: str) -> npt.NDArray[np.int16]:
    rows: npt.NDArray[np.int16] = worlds.counts[(worlds.players["game_id"] == game_id).to_numpy()]
    return rows


@settings(max_examples=15, deadline=None)
@given(
    slates(),
    st.integers(0, 2**63),
    st.integers(1, 140),
    st.sampled_from([0.0, 0.05, 0.8]),
    st.sampled_from([0.3, 6.0]),
)
def test_equals_its_twin(
    slate: tuple[pl.DataFrame, pl.DataFrame], seed: int, worlds: int, script: float, width: float
) -> None:
    config = SimConfig(worlds=worlds, seed=seed, make_script=script, overtime_width=width, overtime_again=0.5)
    assert same(simulate(*slate, config), simulate_slowly(*slate, config))


@settings(max_examples=30, deadline=None)
@given(slates(), st.integers(0, 2**32), st.sampled_from([0.5, 10.0]))
def test_team_minutes_and_men(slate: tuple[pl.DataFrame, pl.DataFrame], seed: int, width: float) -> None:
    config = SimConfig(worlds=300, seed=seed, overtime_width=width, overtime_again=0.5)
    worlds = simulate(*slate, config)
    seconds = worlds.field("seconds").astype(np.int64)
    for g, game_id in enumerate(worlds.games["game_id"]):
        overtimes = worlds.game_counts[g, 1].astype(np.int64)
        assert overtimes.min() >= 0
        assert overtimes.max() <= k.MAX_OVERTIMES
        teams = worlds.players.filter(pl.col("game_id") == game_id)["team_id"].unique().sort()
        for team_id in teams:
            mine = worlds.players.select(
                own=(pl.col("team_id") == team_id) & (pl.col("game_id") == game_id)
            )["own"].to_numpy()  # fmt: skip
            team = seconds[mine]
            assert (team.sum(axis=0) == 240 * 60 + 25 * 60 * overtimes).all()
            assert ((team > 0).sum(axis=0) >= min(8, len(team))).all()
            assert (team <= 48 * 60 + 5 * 60 * overtimes).all()
    idle = worlds.field("seconds") == 0
    assert (worlds.counts.transpose(0, 2, 1)[idle] == 0).all()


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_row_order_is_irrelevant(random: object) -> None:
    players = make_slate(2)
    games = make_games(players)
    seed = random.randrange(2**32)  # type: ignore[attr-defined]
    config = SimConfig(worlds=256)
    plain = simulate(players, games, config)
    shuffled = simulate(players.sample(fraction=1.0, shuffle=True, seed=seed), games.reverse(), config)
    assert shuffled.players.equals(plain.players)
    assert same(shuffled, plain)


@pytest.mark.parametrize("how", ["removed", "ruled out"])
def test_a_scratch_moves_only_his_game(how: str) -> None:
    players = make_slate(3, play_prob=1.0)
    games, config = make_games(players), SimConfig(worlds=256)
    his_game, player = players.select("game_id", "player_id").row(30)
    is_he = pl.col("player_id") == player
    changed = (
        players.filter(~is_he)
        if how == "removed"
        else players.with_columns(play_prob=pl.when(is_he).then(0.0).otherwise("play_prob"))
    )
    before, after = simulate(players, games, config), simulate(changed, games, config)
    for game_id in games["game_id"]:
        equal = np.array_equal(rows_of(before, game_id), rows_of(after, game_id))
        assert equal == (game_id != his_game)


def test_another_game_changes_no_game() -> None:
    players = make_slate(3)
    games, config = make_games(players), SimConfig(worlds=256)
    middle = games["game_id"][1]
    alone = simulate(players.filter(pl.col("game_id") == middle), games, config)
    assert np.array_equal(alone.counts, rows_of(simulate(players, games, config), middle))


def test_threads_and_number_of_worlds_are_not_in_the_bytes() -> None:
    players = make_slate(2)
    games = make_games(players)
    one = simulate(players, games, SimConfig(worlds=5000, threads=1))
    assert same(simulate(players, games, SimConfig(worlds=5000, threads=4)), one)
    allowed = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        assert same(simulate(players, games, SimConfig(worlds=5000)), one)
    finally:
        numba.set_num_threads(allowed)
    fewer = simulate(players, games, SimConfig(worlds=777))
    assert np.array_equal(fewer.counts, one.counts[:, :, :777])


def test_seed_and_names_are_in_the_bytes() -> None:
    players = make_slate(1)
    games = make_games(players)
    base = simulate(players, games, SimConfig(worlds=128))
    assert not same(simulate(players, games, SimConfig(worlds=128, seed=1)), base)
    renamed = players.with_columns(game_id=pl.lit("0022599999"))
    assert not same(simulate(renamed, make_games(renamed), SimConfig(worlds=128)), base)


def negative_binomial_pmf(count: int, mean: float, size: float) -> float:
    log = math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
    return math.exp(log + size * math.log(size / (size + mean)) + count * math.log(mean / (size + mean)))


def draw_levels(draw: int, blocks: int) -> npt.NDArray[np.float64]:
    key, words, out = np.array([17, draw], np.uint32), np.empty(k.LANES, np.uint32), np.empty(k.LANES)
    levels = np.empty((blocks, k.LANES))
    for block in range(blocks):
        k.levels(key, block * k.LANES, words, out)
        levels[block] = out
    return levels


@pytest.mark.parametrize(("mean", "log2_size"), [(0.02, 4), (0.7, 6), (6.0, 2), (18.0, 6), (45.0, 5)])
def test_counts_follow_the_exact_law(mean: float, log2_size: int) -> None:
    blocks = 2000
    p, s, cdf, count = np.empty(k.LANES), np.empty(k.LANES), np.empty(k.LANES), np.empty(k.LANES, np.int64)
    tally = np.zeros(k.COUNT_CAP + 1, np.int64)
    for u in draw_levels(round(mean * 100), blocks):
        k.negative_binomials(u, np.full(k.LANES, mean), log2_size, p, s, cdf, count)
        tally += np.bincount(count, minlength=k.COUNT_CAP + 1)
    assert_follows(tally, [negative_binomial_pmf(c, mean, 2.0**log2_size) for c in range(k.COUNT_CAP + 1)])


@pytest.mark.parametrize(("n", "prob"), [(1, 0.5), (7, 0.36), (12, 0.9), (30, 0.55), (60, 0.01)])
def test_makes_follow_the_exact_law(n: int, prob: float) -> None:
    p, s, cdf, count = np.empty(k.LANES), np.empty(k.LANES), np.empty(k.LANES), np.empty(k.LANES, np.int64)
    tally = np.zeros(n + 1, np.int64)
    for u in draw_levels(n, 2000):
        k.binomials(u, np.full(k.LANES, n, np.int64), prob, p, s, cdf, count)
        tally += np.bincount(count, minlength=n + 1)
    assert_follows(tally, [math.comb(n, c) * prob**c * (1 - prob) ** (n - c) for c in range(n + 1)])


def assert_follows(tally: npt.NDArray[np.int64], pmf: list[float]) -> None:
    """Every cell, and the tail of rare ones together, within five standard errors of its exact chance."""
    total, exact = tally.sum(), np.array(pmf)
    assert exact.sum() == pytest.approx(1.0, abs=1e-6)
    common = exact * total >= 20
    observed = np.append(tally[common], tally[~common].sum())
    expected = np.append(exact[common], exact[~common].sum())
    error = np.sqrt(np.maximum(expected * (1 - expected) * total, 4.0))
    assert (np.abs(observed - expected * total) <= 5 * error).all()


def test_turns_and_pulls_keep_each_level_uniform() -> None:
    """Spreading team-mates' levels, or bending them towards a shared one, must not change one man's own law."""
    players, blocks = 9, 1500
    rng = np.random.default_rng(3)
    keys = rng.integers(0, 2**32, (players, k.PLAYER_DRAWS, 2), dtype=np.uint32)
    plays = np.ones((players, k.LANES), np.uint32)
    words, rank = np.empty((players, k.LANES), np.uint32), np.empty((players, k.LANES), np.int32)
    u, share, bent = np.empty((players, k.LANES)), np.full(k.LANES, 1 / players), np.empty(k.LANES)
    pulls, turned, pulled = draw_levels(1, blocks), [], []
    for block in range(blocks):
        k._take_turns(keys, k.DRAW_HEAD_TURN, k.DRAW_HEAD, block * k.LANES, plays, share, words, rank, u)
        assert (np.sort(np.floor(u * players), axis=0) == np.arange(players)[:, None]).all()
        turned.append(u[2].copy())
        k._bend(u[2].copy(), pulls[block], -0.4, bent)
        pulled.append(bent.copy())
    for levels in (np.concatenate(turned), np.concatenate(pulled)):
        assert_follows(np.bincount((levels * 40).astype(np.int64), minlength=40), [1 / 40] * 40)
    assert np.corrcoef(np.concatenate(pulled), pulls.ravel())[0, 1] < -0.3


def test_availability_and_means_are_what_was_asked() -> None:
    players = make_slate(2, listed=13, play_prob=0.9)
    worlds = simulate(players, make_games(players, None, None), SimConfig(worlds=20_000))
    out = worlds.summary().join(players, on=["game_id", "team_id", "player_id"])
    assert np.abs(out["sim_play_prob"].to_numpy() - 0.9).max() < 0.012
    expected = out.select((pl.col("stl_rate") * pl.col("minutes_sim_mean")).alias("x"))["x"]
    assert np.abs(out["stl_mean"].to_numpy() / expected.to_numpy() - 1).max() < 0.05


def test_shared_shocks() -> None:
    players = make_slate(1, listed=10, play_prob=1.0)
    worlds = simulate(players, make_games(players, 0.0, None), SimConfig(worlds=20_000, make_script=0.2))
    home = worlds.players.join(players.filter("is_home"), on="player_id", how="semi")["team_id"][0]
    is_home = (worlds.players["team_id"] == home).to_numpy()
    pts = worlds.field("pts").astype(np.int64)
    difference = pts[is_home].sum(axis=0) - pts[~is_home].sum(axis=0)
    assert np.corrcoef(difference, worlds.game_counts[0, 0])[0, 1] > 0.5
    assert (worlds.game_counts[0, 1] > 0).mean() == pytest.approx(0.063, abs=0.01)
    regular = worlds.field("seconds")[np.flatnonzero(is_home)[0]]
    regulation = worlds.game_counts[0, 1] == 0
    apart = np.abs(worlds.game_counts[0, 0])
    assert np.corrcoef(regular[regulation], apart[regulation])[0, 1] < -0.15
