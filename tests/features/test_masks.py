"""Blanks in training rows: as many as runs find, of whole sides and games, and of nothing else."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.masks import Masks

STATUS = ("status_text", "report_state", "reason", "on_list")
FIVE = ("projected", "confirmed", "five_known", "five_confirmed")
GAMES, PLAYERS = 2000, 3
ROWS = pl.DataFrame(
    [
        {
            "row": (game * 2 + team) * PLAYERS + player,
            "game_id": f"002240{game:04d}",
            "team_id": team,
            "player_id": player,
        }
        for game in range(GAMES)
        for team in (0, 1)
        for player in range(PLAYERS)
    ]
)
SAID = ROWS.select(
    "row", status_text=pl.lit("Questionable"), reason=pl.lit("ankle"), report_state=pl.lit("submitted"),
    projected=pl.lit(True), confirmed=pl.lit(False), five_known=pl.lit(5), five_confirmed=pl.lit(True),
    on_list=pl.lit(True), said_as_of_ts=pl.lit(7),
)  # fmt: skip
LINES = ROWS.select("game_id", cut_id=15, total=220.0).unique(maintain_order=True)


def sides(blanked: pl.Series) -> pl.DataFrame:
    return ROWS.with_columns(blanked=blanked).group_by("game_id", "team_id").agg(pl.col("blanked"))


def test_as_many_sides_and_games_are_blank_as_runs_find() -> None:
    masks = Masks()
    made = masks.blank_said(SAID, ROWS)
    for blanked, share in ((made["on_list"].is_null(), masks.status), (made["five_known"].is_null(), masks.five)):
        found = sides(blanked)
        # A side is blank whole or not at all. Of 4,000 sides one standard error is .0045.
        assert found["blanked"].list.n_unique().max() == 1
        assert found["blanked"].list.first().mean() == pytest.approx(share, abs=0.018)
    assert 1 - masks.blank_lines(LINES).height / GAMES == pytest.approx(masks.odds, abs=0.024)


def test_status_and_five_are_blanked_apart() -> None:
    made = Masks(status=0.5, five=0.5).blank_said(SAID, ROWS)
    both = made.select(status=pl.col("on_list").is_null(), five=pl.col("five_known").is_null())
    assert abs(both.select(pl.corr(pl.col("status").cast(float), pl.col("five").cast(float))).item()) < 0.05


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_only_what_is_masked_changes(status: float, five: float, odds: float) -> None:
    masks = Masks(status, five, odds)
    rows, said = ROWS.head(60), SAID.head(60)
    made = masks.blank_said(said, rows)
    assert made.columns == said.columns
    assert made.select("row", "said_as_of_ts").equals(said.select("row", "said_as_of_ts"))
    no_status, no_five = made["on_list"].is_null(), made["five_known"].is_null()
    assert set(made.filter(no_status).select(STATUS).rows()) <= {("Unknown", "unknown", None, None)}
    assert set(made.filter(no_five).select(FIVE).rows()) <= {(None,) * 4}
    assert made.filter(~no_status).select(STATUS).equals(said.filter(~no_status).select(STATUS))
    assert made.filter(~no_five).select(FIVE).equals(said.filter(~no_five).select(FIVE))
    kept = masks.blank_lines(LINES)
    assert kept.equals(LINES.join(kept, on="game_id", how="semi", maintain_order="left"))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_none_and_all(share: float) -> None:
    masks = Masks(share, share, share)
    made = masks.blank_said(SAID, ROWS)
    assert made.equals(SAID) == (share == 0.0)
    assert made["on_list"].is_null().all() == (share == 1.0)
    assert masks.blank_lines(LINES).height == (1.0 - share) * GAMES


@given(st.sets(st.integers(0, GAMES - 1), min_size=1, max_size=20))
def test_a_blank_stays_where_it_is_as_history_grows(games: set[int]) -> None:
    masks = Masks(0.5, 0.5, 0.5)
    chosen = pl.col("game_id").is_in([f"002240{game:04d}" for game in games])
    rows = ROWS.filter(chosen)
    said = SAID.filter(ROWS.select(chosen).to_series())
    whole = masks.blank_said(SAID, ROWS).filter(ROWS.select(chosen).to_series())
    assert masks.blank_said(said, rows).equals(whole)
    assert masks.blank_lines(LINES.filter(chosen)).equals(masks.blank_lines(LINES).filter(chosen))
