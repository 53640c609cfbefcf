"""What the first model says of a team: against a plain loop, the same in any order and beside any other teams."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.teams import LOW_MINUTES, ROTATION_MINUTES, ROTATION_PROB, TEAM_MINUTES, TEAM_NAMES, with_teams

KEY = ["game_id", "cut_id", "team_id", "player_id"]


@st.composite
def leagues(draw: st.DrawFn) -> pl.DataFrame:
    """Sides of one to twelve players with a first model's word on each, out of order."""
    rows = []
    for number in range(draw(st.integers(1, 4))):
        for player in range(draw(st.integers(1, 12))):
            position = draw(st.sampled_from([(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (None, None)]))
            rows.append(
                {
                    "game_id": f"{number // 2:010d}", "cut_id": 15, "team_id": number, "player_id": player,
                    "plays_center": position[0], "plays_forward": position[1],
                    "p": draw(st.floats(0.0, 1.0)), "m": draw(st.floats(-3.0, 60.0)),
                }
            )  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"plays_center": pl.Float64, "plays_forward": pl.Float64})
    return frame[draw(st.permutations(range(len(rows))))]


def made(frame: pl.DataFrame) -> pl.DataFrame:
    return with_teams(frame, frame["p"].to_numpy(), frame["m"].to_numpy())


def thousandths(value: float) -> int:
    return int(np.round(value * 1000))


@given(leagues())
def test_every_column_is_what_a_loop_over_his_team_gives(frame: pl.DataFrame) -> None:
    rows = made(frame).to_dicts()
    for row in rows:
        assert row["first_minutes"] == min(max(row["m"], 0.0), 48.0)
        side = [other for other in rows if other["team_id"] == row["team_id"]]
        others = [other for other in side if other["player_id"] != row["player_id"]]

        def expected(other: dict[str, float]) -> int:
            return thousandths(other["first_play_prob"] * other["first_minutes"])

        def place(other: dict[str, float | None]) -> str:
            return "center" if other["plays_center"] == 1 else "forward" if other["plays_forward"] == 1 else "guard"

        alike = [other for other in others if place(other) == place(row)]
        his, summed = row["first_minutes"], sum(map(expected, others)) / 1000
        loop = {
            "team_expected": summed,
            "team_left": TEAM_MINUTES - summed - his,
            "team_share": his / max(summed + his, 1.0) * TEAM_MINUTES,
            "team_rank": 1.0 + sum(expected(other) > expected(row) for other in others),
            "team_rank_position": 1.0 + sum(expected(other) > expected(row) for other in alike),
            "position_expected": sum(map(expected, alike)) / 1000,
            "team_players": sum(thousandths(other["first_play_prob"]) for other in others) / 1000,
            "team_doubt": sum(
                thousandths(other["p"] * (1.0 - other["p"]) * other["first_minutes"]) for other in side
            ) / 1000,
            "team_depth": sum(thousandths((other["p"] * other["first_minutes"]) ** 2) for other in others) / 1000,
            "team_low": sum(expected(other) for other in side if other["first_minutes"] < LOW_MINUTES) / 1000,
            "team_rotation": float(
                sum(other["p"] > ROTATION_PROB and other["first_minutes"] > ROTATION_MINUTES for other in side)
            ),
        }  # fmt: skip
        assert {name: row[name] for name in loop} == pytest.approx(loop, abs=5e-3)


@given(leagues())
def test_neither_order_nor_other_teams_move_a_bit(frame: pl.DataFrame) -> None:
    whole = made(frame).sort(KEY).select(*KEY, *TEAM_NAMES)
    assert made(frame.sort(KEY)).select(*KEY, *TEAM_NAMES).equals(whole)
    for team in frame["team_id"].unique():
        alone = made(frame.filter(pl.col("team_id") == team)).sort(KEY)
        assert alone.select(*KEY, *TEAM_NAMES).equals(whole.filter(pl.col("team_id") == team))
