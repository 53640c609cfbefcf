"""Expected overtimes: their shape, base rates learned from the rows alone, and the archive's own likelihood."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from models.overtime import USUAL_FURTHER, USUAL_RATE, OvertimeCurve, curve_of, fit_overtimes

HISTORY = Path(__file__).parents[3] / "shared" / "data" / "history"
NAN = float("nan")


def test_overtime_is_likelier_in_close_games_and_an_unknown_spread_is_an_average_one() -> None:
    curve = curve_of(np.array([0.0, 3.0, 6.0, 9.0, 14.0] * 200), np.array([1.0, 0.0, 0.0, 0.0, 0.0] * 200))
    minutes = curve.team_minutes(np.array([0.0, -4.0, 4.0, 20.0, NAN]))
    assert minutes[0] > minutes[1] == minutes[2] > minutes[3] > 240.0
    assert minutes[3] < minutes[4] < minutes[0]
    assert OvertimeCurve(level=-50.0).team_minutes(np.array([3.0]))[0] == pytest.approx(240.0)
    # One overtime in two games, and every other one leads to another: a game has one on average.
    assert OvertimeCurve(level=0.0, slope=0.0, further=0.5).overtimes(np.zeros(1))[0] == pytest.approx(1.0)


@given(
    games=st.lists(st.tuples(st.one_of(st.just(NAN), st.floats(-20.0, 20.0)), st.integers(0, 4)), max_size=60),
    seed=st.integers(0, 100),
)
def test_known_games_go_to_overtime_as_often_as_all_do(games: list[tuple[float, int]], seed: int) -> None:
    spread = np.array([size for size, _ in games])
    overtimes = np.array([float(count) for _, count in games])
    curve = curve_of(spread, overtimes)
    known = spread[~np.isnan(spread)]
    if len(known):
        assert curve.first(known).mean() == pytest.approx(curve.unknown, abs=1e-9)
    order = np.random.default_rng(seed).permutation(len(games))
    assert curve_of(spread[order], overtimes[order]) == curve


def test_without_games_what_everybody_says_beforehand_is_left() -> None:
    curve = curve_of(np.zeros(0), np.zeros(0))
    assert (curve.unknown, curve.further) == (pytest.approx(USUAL_RATE), pytest.approx(USUAL_FURTHER))
    assert curve.first(np.zeros(1))[0] == pytest.approx(USUAL_RATE)
    many = curve_of(np.full(100_000, NAN), np.tile([2.0, 0.0, 0.0, 0.0], 25_000))
    assert (many.unknown, many.further) == (pytest.approx(0.25, abs=1e-3), pytest.approx(0.5, abs=1e-3))


def test_overtimes_are_read_off_the_minutes_of_the_team_that_has_more_of_them() -> None:
    def side(game: str, team: int, minutes: list[float | None], *, complete: bool = True) -> pl.DataFrame:
        return pl.DataFrame(
            {"game_id": game, "cut_id": 0, "team_id": team, "minutes": minutes, "label_complete": complete,
             "abs_spread": 2.0}, schema_overrides={"minutes": pl.Float64},
        )  # fmt: skip

    rows = pl.concat([
        side("one", 1, [40.0] * 6), side("one", 2, [40.0] * 5 + [None]),
        side("two", 1, [53.0] * 5), side("two", 2, [29.0] * 10),
        side("three", 1, [80.0] * 5, complete=False),
    ])  # fmt: skip
    assert fit_overtimes(rows) == curve_of(np.array([2.0, 2.0]), np.array([0.0, 2.0]))
    assert fit_overtimes(rows.reverse()) == fit_overtimes(rows)


@pytest.mark.skipif(not HISTORY.exists(), reason="the real archive is not here")
def test_the_curve_of_the_archive_is_near_the_likeliest_one() -> None:
    played = ~pl.col("season_type").is_in(["Preseason", "All-Star"]) & (pl.col("game_date") <= pl.date(2025, 6, 30))
    games = pl.read_parquet(HISTORY / "games.parquet").filter(played, pl.col("ot_periods").is_not_null())
    odds = pl.read_parquet(HISTORY / "odds_closing.parquet").select(
        "close_home_spread", game_date="game_date_et", home_team="home_tri", away_team="away_tri"
    )
    both = games.join(odds, on=["game_date", "home_team", "away_team"]).drop_nulls("close_home_spread")
    spread, overtimes = both["close_home_spread"].to_numpy(), both["ot_periods"].cast(pl.Float64).to_numpy()
    went = overtimes > 0

    def unlikely(numbers: np.ndarray) -> float:
        prob = OvertimeCurve(numbers[0], numbers[1]).first(spread)
        return -float(np.where(went, np.log(prob), np.log(1.0 - prob)).mean())

    curve = curve_of(spread, overtimes)
    likeliest = minimize(unlikely, np.array([curve.level, curve.slope]), method="Nelder-Mead")
    # The slope is declared, of the standard deviation of a margin; a game's likelihood gives it away by next to nothing.
    assert unlikely(np.array([curve.level, curve.slope])) - likeliest.fun < 2e-5
    assert curve.unknown == pytest.approx(went.mean(), abs=1e-3)
