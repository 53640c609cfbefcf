"""The earlier system's rows: those of each game's last run before the tip, with the median its mixture has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.anchor import last_predictions
from lakehouse.tables import get_table

INSTANT = pl.Datetime("us", "UTC")
DAY = date(2025, 11, 21)
TIP = datetime(2025, 11, 22, 0, 30, tzinfo=UTC)
Said = tuple[int, int, float, float, float]


class AnchorView:
    """A view of one game and what was said of its players: (player, minutes before the tip, play_prob, p10, p50)."""

    def __init__(self, said: list[Said]) -> None:
        known = TIP - timedelta(days=30)
        game = {
            "game_id": "0022500001", "announcement": "season file", "tip_ts": TIP, "game_date": DAY, "as_of_ts": known,
            "ingested_ts": known, "as_of_quality": "exact",
        }  # fmt: skip
        rows = [
            {
                "game_id": "0022500001", "team_id": 7, "player_id": player, "play_prob": prob, "minutes_p10": low,
                "minutes_p50": middle, "minutes_p90": middle + 5.0, "generated_ts": TIP - timedelta(minutes=minutes),
            }
            for player, minutes, prob, low, middle in said
        ]  # fmt: skip
        self.tables = {"silver.schedule": [game], "silver.anchor_minutes": rows}

    def rows(self, name: str) -> pl.LazyFrame:
        columns = {**get_table(name).columns, "available_ts": INSTANT}
        return pl.DataFrame(self.tables[name], schema=columns, orient="row").lazy()


def predictions(said: list[Said], first: date = DAY, last: date = DAY) -> pl.DataFrame:
    return last_predictions(AnchorView(said), first, last)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(-3, 3)), min_size=1, unique=True))
def test_nothing_said_after_the_tip_counts_and_the_last_word_before_it_does(said: list[tuple[int, int]]) -> None:
    made = predictions([(player, minutes, 1.0, 1.0, float(minutes + 9)) for player, minutes in said])
    before = [(player, minutes) for player, minutes in said if minutes >= 0]
    newest = {player: min(m for other, m in before if other == player) for player, _ in before}
    found = {row["player_id"]: round(row["anchor_minutes"] - 9) for row in made.to_dicts()}
    assert found == newest
    last_run = min(newest.values(), default=0)
    assert set(made.filter("is_last")["player_id"]) == {
        player for player, minutes in newest.items() if minutes == last_run
    }


@given(st.floats(0.0, 1.0), st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_the_median_of_the_mixture_is_where_half_of_it_lies(prob: float, low: float, more: float) -> None:
    row = predictions([(1, 20, prob, low, low + more)]).row(0, named=True)
    level = max(0.5 - (1.0 - prob), 0.0) / prob if prob > 0.0 else 0.0
    expected = np.interp(level, [0.0, 0.1, 0.5], [0.0, low, low + more]) if prob > 0.5 else 0.0
    assert row["anchor_mixture_minutes"] == pytest.approx(float(expected), abs=1e-6)
    assert row["anchor_minutes"] == row["anchor_minutes_cond"] == low + more


def test_games_of_other_dates_are_left_out() -> None:
    said: list[Said] = [(1, 20, 1.0, 3.0, 9.0)]
    for first, last, rows in ((DAY, DAY, 1), (DAY + timedelta(days=1), DAY + timedelta(days=2), 0)):
        assert len(predictions(said, first, last)) == rows
