"""The spine against a plain loop, on seasons with trades, late lines and corrections; and its other sources."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given

from tests.transforms.league import (
    ATL,
    BOS,
    CLE,
    HOUR,
    OPENING,
    Line,
    MemoryView,
    Row,
    Season,
    fact,
    game_key,
    one_game,
    seasons,
)
from transforms.boxscores import load_histories
from transforms.spine import RECENT_GAMES, spine


def expected_spine(season: Season, cut: datetime) -> set[tuple[int, int]]:
    lines = season.known(cut)
    latest: dict[int, Line] = {line.player: line for line in lines}
    found = set()
    for team in (ATL, BOS):
        tips = sorted({season.games[line.game][2] for line in lines if line.team == team})[-RECENT_GAMES:]
        found |= {
            (team, p) for p, line in latest.items() if line.team == team and season.games[line.game][2] >= tips[0]
        }
    return found


@given(seasons())
def test_box_score_spine_is_each_players_last_known_team(season: Season) -> None:
    view = MemoryView(season.rows(), season.cuts[0] + HOUR)
    rows = spine(view, season.cut_frame()).collect()
    for number, cut in enumerate(season.cuts):
        mine = rows.filter(pl.col("cut_id") == number)
        assert mine.height == mine.select("player_id").n_unique()
        assert set(mine.select("team_id", "player_id").rows()) == expected_spine(season, cut)


@given(seasons())
def test_histories_of_the_slates_teams_give_the_same_spine(season: Season) -> None:
    view = MemoryView(season.rows(), season.cuts[0] + HOUR)
    every = spine(view, season.cut_frame()).collect()
    assert every.equals(spine(view, season.cut_frame(), load_histories(view, (ATL, BOS))).collect())


def roster(team: int, at: datetime, *players: int) -> list[Row]:
    return [
        fact("rosters", at, report_ts=at, game_date=at.date(), team_id=team, player_id=player, role="active")
        for player in players
    ]


def members(rows: pl.DataFrame, cut: int) -> list[tuple[int, int, str, bool]]:
    return rows.filter(pl.col("cut_id") == cut).select("team_id", "player_id", "spine_source", "delisted").rows()


def test_newest_roster_report_stands_whole_and_a_later_team_takes_the_player() -> None:
    schedule, cuts, tip = one_game(1, 30)
    early, late = tip - 40 * HOUR, tip - 2 * HOUR
    rosters = [*roster(ATL, early, 1, 2, 3), *roster(ATL, late, 1, 2), *roster(BOS, early, 4), *roster(CLE, late, 4)]
    rows = spine(MemoryView({"schedule": schedule, "rosters": rosters}, tip), cuts).collect()
    assert members(rows, 0) == [(ATL, 1, "roster", False), (ATL, 2, "roster", False)]
    assert [player for _, player, _, _ in members(rows, 1)] == [1, 2, 3, 4]


def test_a_line_with_another_team_after_the_roster_takes_the_player() -> None:
    schedule, cuts, tip = one_game(1)
    season = Season(((CLE, BOS, OPENING),), (Line(0, 1, CLE, 20, OPENING + 3 * HOUR),), ())
    lines = season.rows()["boxscores"]
    before, after = roster(ATL, OPENING, 1, 2), roster(ATL, OPENING + 4 * HOUR, 1, 2)
    for rosters, players in ((before, [2]), (after, [1, 2])):
        view = MemoryView({"schedule": schedule, "rosters": rosters, "boxscores": lines}, tip)
        assert [player for _, player, _, _ in members(spine(view, cuts).collect(), 0)] == players


def test_lineups_and_status_add_players_and_delisting_only_marks() -> None:
    schedule, cuts, tip = one_game(1, 3)
    at = tip - 2 * HOUR
    keys = {"game_id": game_key(1), "team_id": ATL}
    tables = {
        "schedule": schedule,
        "rosters": roster(ATL, tip - 50 * HOUR, 1, 2),
        "lineups": [fact("lineups", at, report_ts=at, player_id=3, role="bench", **keys)],
        "status_events": [
            fact("status_events", at, observed_ts=at, player_id=player, listed=listed, **keys)
            for player, listed in ((1, False), (4, True))
        ],
    }
    rows = spine(MemoryView(tables, tip), cuts).collect()
    assert members(rows, 0) == [
        (ATL, 1, "roster", True),
        (ATL, 2, "roster", False),
        (ATL, 3, "lineup", False),
        (ATL, 4, "status", False),
    ]
    assert members(rows, 1) == [(ATL, 1, "roster", False), (ATL, 2, "roster", False)]


def test_a_game_not_announced_at_its_cut_has_no_rows() -> None:
    schedule, cuts, tip = one_game(1, 24 * 20)
    rosters = roster(ATL, OPENING - timedelta(days=20), 1)
    rows = spine(MemoryView({"schedule": schedule, "rosters": rosters}, tip), cuts).collect()
    assert rows["cut_id"].to_list() == [0]
