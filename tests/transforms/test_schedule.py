"""The schedule at a cut: moved and postponed games, and what rest counts."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from features.rest import team_rest
from tests.transforms.league import ATL, BOS, CLE, HOUR, OPENING, MemoryView, game_key, game_row, one_game
from transforms.schedule import games_known, run_cuts, slate_games, team_sides

DAY = timedelta(days=1)
EARLY = OPENING - 30 * DAY


def test_a_moved_tip_is_read_as_known_at_each_cut() -> None:
    schedule, cuts, tip = one_game(1, 48)
    moved = game_row(1, BOS, ATL, tip + HOUR, tip - 20 * HOUR)
    games = games_known(MemoryView({"schedule": [*schedule, moved]}, tip), cuts).collect()
    assert games.select("cut_id", "tip_ts", "schedule_as_of_ts").rows() == [
        (0, tip + HOUR, tip - 20 * HOUR),
        (1, tip, OPENING),
    ]


def test_a_slate_leaves_out_what_was_postponed_and_takes_what_was_moved_in() -> None:
    tip = OPENING + 5 * DAY
    rows = [game_row(n, BOS, ATL, tip + n * DAY, EARLY) for n in range(3)]
    rows.append(game_row(0, BOS, ATL, tip, tip - DAY, status="postponed"))
    rows.append(game_row(1, BOS, ATL, tip + HOUR, tip - DAY))
    before, after = (MemoryView({"schedule": rows}, tip - hours * HOUR) for hours in (30, 1))
    day = (tip - 5 * HOUR).date()
    assert slate_games(before, day).collect()["game_id"].to_list() == [game_key(0)]
    assert slate_games(after, day).collect()["game_id"].to_list() == [game_key(1)]


def test_the_cut_of_a_run_is_never_after_the_tip() -> None:
    rows = [game_row(n, BOS, ATL, OPENING + n * DAY, EARLY) for n in range(2)]
    view = MemoryView({"schedule": rows}, OPENING + HOUR)
    assert run_cuts(view, [game_key(0), game_key(1)]).collect()["cut_ts"].to_list() == [OPENING, OPENING + HOUR]


def test_rest_counts_scheduled_games_as_known() -> None:
    """ATL plays on days 0, 2, 3, 5 (moved from 4); the third in four days is the one on day 3 if day 1 stood."""
    days = {0: 0, 1: 2, 2: 3, 3: 5}
    rows = [game_row(n, ATL, BOS if n else CLE, OPENING + day * DAY, EARLY) for n, day in days.items()]
    rows.append(game_row(3, ATL, BOS, OPENING + 4 * DAY, EARLY - DAY))
    view = MemoryView({"schedule": rows}, OPENING + 9 * DAY)
    cuts = pl.LazyFrame(
        [{"game_id": game_key(n), "cut_id": 0, "cut_ts": OPENING + day * DAY} for n, day in days.items()],
        schema={"game_id": pl.String, "cut_id": pl.Int32, "cut_ts": pl.Datetime("us", "UTC")},
    )
    rest = (
        team_rest(view, team_sides(games_known(view, cuts))).filter(pl.col("team_id") == ATL).sort("game_id").collect()
    )
    assert rest["team_rest_days"].to_list() == [None, 2.0, 1.0, 2.0]
    assert rest["is_b2b"].to_list() == [0.0, 0.0, 1.0, 0.0]
    assert rest["is_3in4"].to_list() == [0.0, 0.0, 1.0, 1.0]
    assert rest["is_4in6"].to_list() == [0.0, 0.0, 0.0, 1.0]
    assert rest["plays_tomorrow"].to_list() == [0.0, 1.0, 0.0, 0.0]
    assert rest["season_game_no"].to_list() == [1.0, 2.0, 3.0, 4.0]
