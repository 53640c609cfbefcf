"""Rates: a loop over known versions, and one cut against many."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings

from features.rates import HEADS, build_rates
from tests.transforms.league import HOUR, MemoryView, Season, seasons


def expected_assists(season: Season, cut: datetime, player: int) -> float:
    """One assist a game played in the drawn seasons, everybody an unlisted forward, one season."""
    head = next(head for head in HEADS if head.name == "ast_rate")
    known = [line for line in season.known(cut) if line.minutes is not None]
    minutes = sum(line.minutes or 0 for line in known)
    league = len(known) / minutes if minutes else head.start[1]
    mine = [line.minutes or 0 for line in known if line.player == player]
    return (len(mine) + head.prior * league) / (sum(mine) + head.prior)


@given(seasons())
def test_rates_are_shrunken_counts_of_what_was_known(season: Season) -> None:
    view = MemoryView(season.rows(), season.cuts[0] + HOUR)
    for row in build_rates(view, season.cut_frame()).to_dicts():
        assert row["ast_rate"] == pytest.approx(expected_assists(season, season.cuts[row["cut_id"]], row["player_id"]))
        assert row["rates_as_of_ts"] <= season.cuts[row["cut_id"]]
        assert all(row[head.name] is not None for head in HEADS)


@settings(max_examples=10)
@given(seasons())
def test_many_cuts_of_a_later_view_give_the_bits_of_one(season: Season) -> None:
    later = MemoryView(season.rows(), season.games[-1][2] + timedelta(days=9), shuffled=True)
    every = build_rates(later, season.cut_frame())
    for number, cut in enumerate(season.cuts):
        alone = build_rates(MemoryView(season.rows(), cut), season.cut_frame(number))
        assert alone.equals(every.filter(pl.col("cut_id") == number), null_equal=True)
