"""Tonight's roles and what they leave of the team's minutes, against a plain loop over the team."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.tonight import FEATURES, build_tonight
from tests.transforms.league import ATL, BOS

NUMBERS = {
    "min_ewm6": 40, "min_mean10": 40, "min_as_starter": 40, "min_as_reserve": 30, "start_share5": 1, "missed_streak": 30,
    "played_share5": 1, "played_share10": 1,
}  # fmt: skip
COUNTS = ("starts20", "reserves20")
SCHEMA = {
    "row": pl.UInt32, "game_id": pl.String, "cut_id": pl.Int32, "team_id": pl.Int64, "bucket": pl.String,
    "delisted": pl.Boolean, "status_text": pl.String, "starts_tonight": pl.Float64, "games_career": pl.Float64,
    **dict.fromkeys(NUMBERS, pl.Float64), **dict.fromkeys(COUNTS, pl.Int64),
}  # fmt: skip

Row = dict[str, Any]


@st.composite
def players(draw: st.DrawFn) -> Row:
    """A row's columns; starts_tonight and the keys are set by team."""
    row: Row = {name: draw(st.none() | st.integers(0, top).map(float)) for name, top in NUMBERS.items()}
    row |= {name: draw(st.none() | st.integers(0, 20)) for name in COUNTS}
    return row | {
        "bucket": draw(st.sampled_from("GFC")),
        "delisted": draw(st.integers(0, 9)) == 0,
        "status_text": draw(st.sampled_from(("Unknown", "Out", "Off List", "Questionable", "Probable", "Clear"))),
        "games_career": draw(st.sampled_from((0.0, 30.0))),
    }


@st.composite
def frames(draw: st.DrawFn) -> list[Row]:
    """Rows of one or two teams, with or without their fives, keyed and numbered."""
    rows: list[Row] = []
    for team in draw(st.sampled_from(((ATL,), (ATL, BOS)))):
        knows_five = draw(st.booleans())
        for number, row in enumerate(draw(st.lists(players(), min_size=1, max_size=12))):
            starts = float(number % 2) if knows_five else None
            keys = {"row": len(rows), "game_id": "0022400001", "cut_id": 15, "team_id": team}
            rows.append({**row, **keys, "starts_tonight": starts})
    return rows


def role(row: Row) -> float | None:
    """Minutes of his role, by the rule in words."""
    recent, starts = row["min_ewm6"], row["starts_tonight"]
    if starts == 1:
        prior, mean, games = max(recent or 0.0, 28.0), row["min_as_starter"], row["starts20"]
    elif starts == 0 and recent is not None:
        prior, mean, games = min(recent, 22.0), row["min_as_reserve"], row["reserves20"]
    else:
        return recent
    return float(((mean or 0.0) * (games or 0) + 3 * prior) / ((games or 0) + 3))


def expected(row: Row, team: list[Row]) -> dict[str, float | None]:
    """Features of a row by loops over its team."""

    def gone(mate: Row) -> bool:
        return mate["delisted"] or mate["status_text"] in ("Out", "Off List")

    def minutes(mate: Row) -> float:
        return role(mate) or 0.0

    here = [
        mate for mate in team if not gone(mate) and ((mate["played_share5"] or 0) > 0 or mate["starts_tonight"] == 1)
    ]
    own, at = role(row), [mate for mate in team if mate["bucket"] == row["bucket"]]
    ranked = sorted(team, key=lambda mate: (-round(60_000 * minutes(mate)), mate["row"]))
    place = ranked.index(row)
    below = [mate for mate in ranked[place + 1 :] if mate in here]
    order = [mate for mate in ranked if mate in here]
    field = sum(mate["min_ewm6"] or 0.0 for mate in [*here, *([] if row in here else [row])])
    plays = {"Questionable": 0.55, "Probable": 0.9}
    said = any(mate["delisted"] or mate["status_text"] != "Unknown" for mate in team)
    late = [mate for mate in at if gone(mate) and mate["missed_streak"] is not None and mate["missed_streak"] <= 15]
    vacated = sum(mate["min_mean10"] or 0.0 for mate in late)
    filled = sum(minutes(mate) - (mate["min_mean10"] or 0.0) for mate in at if mate in here)
    share = 0.0 if row["games_career"] == 0 and row["start_share5"] is None else row["start_share5"]
    starts = row["starts_tonight"]
    judged = starts is not None and share is not None
    return {
        "row": row["row"],
        "min_role_tonight": own,
        "expected_sum": sum(
            0.0 if gone(mate) else (mate["min_ewm6"] or 0.0) * (mate["played_share10"] or 0.0) * plays.get(mate["status_text"], 1.0)
            for mate in team
        ),
        "share_tonight": None if own is None or not field else (row["min_ewm6"] or 0.0) / field * 240,
        "slack_minutes": 240 - sum(minutes(mate) for mate in here),
        "slack_position": vacated - filled if said else None,
        "rank_role": 1.0 + sum(mate in here for mate in ranked[:place]),
        "rank_role_position": 1.0 + sum(mate in here and mate in at for mate in ranked[:place]),
        "next_best_gap": None if own is None or not below else own - minutes(below[0]),
        "rotation_gap": None if own is None or len(order) < 8 else own - minutes(order[7]),
        "starters_position": None if starts is None else sum(mate["starts_tonight"] for mate in at if mate is not row),
        "is_new_starter": float(starts == 1 and share < 0.5) if judged else None,
        "is_new_reserve": float(starts == 0 and share > 0.5) if judged else None,
    }  # fmt: skip


@given(frames())
def test_roles_are_what_a_loop_over_the_team_gives(rows: list[Row]) -> None:
    found = build_tonight(pl.LazyFrame(rows, schema=SCHEMA)).collect()
    assert set(found.columns) == {"row", *(feature.name for feature in FEATURES)}
    for row, values in zip(rows, found.to_dicts(), strict=True):
        team = [mate for mate in rows if mate["team_id"] == row["team_id"]]
        assert values == pytest.approx(expected(row, team), abs=1e-4)


def test_a_reserve_who_starts_for_one_who_is_out_is_given_a_starters_minutes() -> None:
    """Five starters of 34 minutes and five reserves of 14; starter 0 is out and reserve 9 takes his place."""
    usual = [
        {
            "row": n, "game_id": "0022400001", "cut_id": 15, "team_id": ATL, "bucket": "GFC"[n % 3], "delisted": False,
            "status_text": "Out" if n == 0 else "Clear", "starts_tonight": float(1 <= n < 5 or n == 9),
            "games_career": 30.0, "min_ewm6": 34.0 if n < 5 else 14.0, "min_mean10": 34.0 if n < 5 else 14.0,
            "min_as_starter": 34.0 if n < 5 else None, "min_as_reserve": None if n < 5 else 14.0,
            "start_share5": float(n < 5), "missed_streak": 0.0, "played_share5": 1.0, "played_share10": 1.0,
            "starts20": 20 if n < 5 else 0, "reserves20": 0 if n < 5 else 20,
        }
        for n in range(10)
    ]  # fmt: skip
    found = build_tonight(pl.LazyFrame(usual, schema=SCHEMA)).collect()
    new = found.to_dicts()[9]
    assert (new["min_role_tonight"], new["is_new_starter"], new["rank_role"], new["next_best_gap"]) == (28, 1, 5, 14)
    assert found["slack_minutes"].to_list() == [pytest.approx(240 - 4 * 34 - 28 - 4 * 14)] * 10
    # He and the man he replaces play one position: 34 minutes are vacated there, and 14 are filled by his new role.
    assert new["slack_position"] == pytest.approx(34 - 14)
    assert new["expected_sum"] == pytest.approx(4 * 34 + 5 * 14)
