"""Lines and schedules at the very instant they become known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from tests.transforms.edges import AROUND, AT, SCHEDULE, TIP, by_cut, view_of
from tests.transforms.league import ATL, BOS, CLE, HOUR, OPENING, MemoryView, Row, eastern_day, fact, game_key, game_row
from transforms.odds import lines_known
from transforms.schedule import games_known, team_schedules, team_sides


def quote(at: datetime, line: float, **values: Any) -> Row:
    stated = {
        "feed": "oddstrader", "event_key": "e", "book": "fd", "market": "spread", "line_key": at.isoformat(),
        "game_id": game_key(1), "game_date": eastern_day(TIP), "home_team": "BOS", "away_team": "ATL", "line": line,
    }  # fmt: skip
    return fact("odds_lines", at, **{**stated, **values})


def test_a_line_is_known_from_its_instant_on_and_the_newest_dates_the_consensus() -> None:
    early = [quote(AT - 3 * HOUR, -1.0), quote(AT - 2 * HOUR, -1.0, book="dk"), quote(AT - HOUR, 210.0, market="total")]
    for named in ({}, {"game_id": None}):
        lines = [*early, quote(AT, -5.0, book="br", **named), quote(AT, 220.0, market="total", **named)]
        known = lines_known(view_of(odds_lines=lines), games_known(view_of(), AROUND))
        assert by_cut(known, "spread_home", "total", "odds_as_of_ts") == {
            0: [(-1.0, 210.0, AT - HOUR)], 1: [(-1.0, 220.0, AT)], 2: [(-1.0, 220.0, AT)],
        }  # fmt: skip
    # The stamp of a consensus is that of its newest book, and of both markets the newer.
    spreads = [
        quote(AT - HOUR, -2.0),
        quote(AT - 2 * HOUR, -2.0, book="dk"),
        quote(AT - 3 * HOUR, 200.0, market="total"),
    ]
    known = lines_known(view_of(odds_lines=spreads), games_known(view_of(), AROUND))
    assert set(known.collect()["odds_as_of_ts"]) == {AT - HOUR}


def test_a_name_that_a_game_has_later_finds_no_line_before() -> None:
    moved = game_row(1, BOS, ATL, TIP + 24 * HOUR, AT)
    view = MemoryView(
        {
            "schedule": [*SCHEDULE, moved],
            "odds_lines": [quote(AT - HOUR, -4.0, game_id=None, game_date=moved["game_date"])],
        },
        TIP,
    )
    assert by_cut(lines_known(view, games_known(view, AROUND)), "spread_home") == {1: [-4.0], 2: [-4.0]}


def test_the_other_games_of_a_team_are_those_known_at_the_cut() -> None:
    other = game_row(2, ATL, CLE, TIP + 48 * HOUR, OPENING)
    off = game_row(2, ATL, CLE, TIP + 48 * HOUR, AT, status="postponed")
    added = game_row(3, CLE, ATL, TIP + 72 * HOUR, AT)
    view = view_of(schedule=[*SCHEDULE, other, off, added])
    sides = team_sides(games_known(view, AROUND)).filter(pl.col("team_id") == ATL)
    assert by_cut(team_schedules(view, sides), "other_date") == {
        0: [other["game_date"]], 1: [added["game_date"]], 2: [added["game_date"]],
    }  # fmt: skip
