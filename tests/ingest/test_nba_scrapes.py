"""The league's sources scraped into a lake: what is asked and when, and that nothing is told twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lakehouse.clock import FixedClock
from tests.ingest.nba_desk import Desk
from tests.ingest.nba_samples import (
    TIP,
    box,
    encode,
    league_rows,
    lineup_player,
    lineups,
    mobile_file,
    mobile_game,
    page_player,
    players_page,
    result_set,
    scoreboard,
    season_file,
    season_game,
    utc,
)

DAY = date(2025, 11, 25)
NOON, EVENING = utc("2025-11-25T17:30:00Z"), utc("2025-11-25T23:55:00Z")
SEASON, BOARD, PAST = "scheduleLeagueV2", "todaysScoreboard", "mobile_teams"
GAME = season_game("0022500001")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "lake", FixedClock(NOON), {SEASON: season_file(GAME)})


def five(first: int, **changes: Any) -> list[dict[str, Any]]:
    return [lineup_player(first + k, **changes) for k in range(5)]


def test_a_schedule_again_is_nothing_new(desk: Desk) -> None:
    assert desk.scrape("schedule", date(2025, 11, 26)).outcome == "ok"
    again = desk.scrape("schedule", date(2025, 11, 26), NOON + timedelta(hours=1))
    assert (again.outcome, again.facts, desk.asked) == ("ok", {}, ["season 2025-26"])
    desk.answers[SEASON] = season_file(season_game("0022500001", "2025-11-26T01:00:00Z"))
    moved_at = NOON + timedelta(hours=2)
    desk.scrape("schedule", date(2025, 11, 26), moved_at)
    tips = desk.rows("silver.schedule").sort("as_of_ts").select("tip_ts", "as_of_ts", "as_of_quality").rows()
    assert tips[0][::2] == (utc(TIP), "assumed")
    assert tips[1] == (utc("2025-11-26T01:00:00Z"), moved_at, "exact")


def test_the_board_and_the_file_do_not_take_turns(desk: Desk) -> None:
    desk.answers[BOARD] = scoreboard(GAME)
    for hours in range(3):
        # Other bytes every time, the same game.
        changed = {"gameSequence": hours}
        desk.answers[SEASON] = season_file({**GAME, **changed})
        desk.answers[BOARD] = scoreboard({**GAME, **changed})
        assert desk.scrape("schedule", DAY, NOON + timedelta(hours=hours)).outcome == "ok"
    assert desk.rows("silver.schedule").select("arena_name", "as_of_quality").rows() == [("Old Barn", "assumed")]


@pytest.mark.parametrize(("at", "is_asked"), [(NOON, True), (NOON - timedelta(hours=1), False)])
def test_the_scoreboard_is_asked_from_noon_of_its_day(desk: Desk, at: datetime, is_asked: bool) -> None:
    desk.answers[BOARD] = scoreboard(GAME)
    desk.scrape("schedule", DAY, at)
    assert ("scoreboard 2025-11-25" in desk.asked) == is_asked


def test_yesterdays_scoreboard_is_not_used(desk: Desk) -> None:
    desk.answers[BOARD] = scoreboard(season_game("0022500001", text="PPD"), day="2025-11-24")
    report = desk.scrape("schedule", DAY)
    assert report.outcome == "degraded"
    assert desk.rows("silver.schedule")["status"].to_list() == ["scheduled"]
    desk.answers[BOARD] = scoreboard(season_game("0022500001", text="PPD"))
    desk.scrape("schedule", DAY, NOON + timedelta(hours=1))
    assert desk.rows("silver.schedule").sort("as_of_ts")["status"].to_list() == ["scheduled", "postponed"]


def test_a_past_season_comes_from_the_past_seasons_file(desk: Desk) -> None:
    desk.answers[PAST] = mobile_file(mobile_game("0022300001", gdte="2023-11-25", gdtutc="2023-11-26"))
    assert desk.scrape("schedule", date(2023, 11, 25)).outcome == "ok"
    assert desk.asked == ["past season 2023-24"]
    assert desk.rows("silver.results").select("home_score", "ot_periods").rows() == [(120, 1)]
    desk.answers[SEASON] = 500
    report = desk.scrape("schedule", date(2025, 11, 26))
    assert desk.asked == ["season 2025-26", "past season 2025-26"]
    assert report.outcome == "failed"


def test_rosters_again_and_after_a_trade(desk: Desk) -> None:
    desk.answers["nba.com/players"] = players_page(league_rows())
    assert desk.scrape("players", DAY).outcome == "ok"
    assert len(desk.rows("silver.rosters")) == 450
    # Somebody without a team changes the page, but nobody's roster.
    desk.answers["nba.com/players"] = players_page([*league_rows(), page_player(9000, 0)])
    again = desk.scrape("players", DAY, EVENING)
    assert "silver.rosters" not in again.facts
    traded = league_rows()
    traded[0]["TEAM_ID"] = traded[-1]["TEAM_ID"]
    desk.answers["nba.com/players"] = players_page(traded)
    desk.scrape("players", DAY, EVENING + timedelta(hours=1))
    newest = desk.rows("silver.rosters").filter(pl.col("report_ts") == EVENING + timedelta(hours=1))
    assert sorted(newest["team_id"].value_counts()["count"].to_list()) == [14, 16]


def test_a_page_cut_short_drops_nobody_and_the_index_steps_in(desk: Desk) -> None:
    desk.answers["nba.com/players"] = players_page(league_rows(19))
    report = desk.scrape("players", DAY)
    assert report.outcome == "failed"
    assert desk.rows("silver.rosters").is_empty()
    desk.answers["playerindex"] = result_set("PlayerIndex", league_rows())
    report = desk.scrape("players", DAY, EVENING)
    assert report.outcome == "degraded"
    assert len(desk.rows("silver.rosters")) == 450


def test_lineups_are_told_as_reports(desk: Desk) -> None:
    desk.scrape("schedule", DAY, NOON)
    assert desk.scrape("lineups", DAY).absent == 1
    first, second, third = (NOON + timedelta(hours=hours) for hours in (2, 3, 4))
    projected = five(1, timestamp="2025-11-25T13:00:00")
    desk.answers["daily_lineups_20251125"] = lineups(projected, [])
    assert desk.scrape("lineups", DAY, first).outcome == "ok"
    assert desk.scrape("lineups", DAY, second).facts == {}
    scratched = [*projected[1:], lineup_player(9, timestamp="2025-11-25T16:00:00")]
    desk.answers["daily_lineups_20251125"] = lineups(scratched, [])
    desk.scrape("lineups", DAY, third)
    reports = desk.rows("silver.lineups").group_by("report_ts").agg(pl.col("player_id").sort()).sort("report_ts")
    assert reports["player_id"].to_list() == [[1, 2, 3, 4, 5], [2, 3, 4, 5, 9]]
    assert reports["report_ts"].to_list() == [utc("2025-11-25T18:00:00Z"), utc("2025-11-25T21:00:00Z")]


def test_another_days_lineups_are_not_stored(desk: Desk) -> None:
    desk.scrape("schedule", DAY, NOON)
    desk.answers["daily_lineups_20251125"] = lineups(five(1), [], "0022500999")
    assert desk.scrape("lineups", DAY).outcome == "failed"
    assert desk.rows("silver.lineups").is_empty()
    desk.answers["daily_lineups_20251125"] = lineups(five(1), [])
    assert desk.scrape("lineups", DAY, EVENING).outcome == "ok"
    assert len(desk.rows("silver.lineups")) == 5


def test_box_scores_are_asked_for_from_before_the_tip_until_the_final_is_stored(desk: Desk) -> None:
    tip = utc(TIP)
    desk.scrape("schedule", DAY, NOON)
    assert desk.scrape("boxscores", DAY, tip - timedelta(minutes=41)).outcome == "ok"
    assert desk.asked == []
    desk.answers["boxscore_0022500001"] = encode(box(status=1))
    assert desk.scrape("boxscores", DAY, tip - timedelta(minutes=35)).outcome == "ok"
    assert desk.asked == ["live 0022500001"]
    off = box()
    off["game"]["homeTeam"]["score"] = 1
    desk.answers["boxscore_0022500001"] = encode(off)
    assert desk.scrape("boxscores", DAY, tip + timedelta(hours=2.5)).outcome == "degraded"
    assert desk.rows("silver.boxscores").is_empty()
    desk.answers["boxscore_0022500001"] = encode(box())
    assert desk.scrape("boxscores", DAY, tip + timedelta(hours=2.6)).outcome == "ok"
    assert len(desk.rows("silver.boxscores")) == 12
    assert desk.rows("silver.results").select("home_score", "away_score").rows() == [(120, 105)]
    assert desk.scrape("boxscores", DAY, tip + timedelta(hours=3)).outcome == "ok"
    assert desk.asked == []
    # What the league corrects overnight is asked for once.
    assert desk.scrape("boxscores", DAY, tip + timedelta(hours=17)).outcome == "ok"
    assert desk.asked == ["live 0022500001"]
    assert desk.scrape("boxscores", DAY, tip + timedelta(hours=18)).outcome == "ok"
    assert desk.asked == []


def test_a_box_score_that_is_missing_is_asked_for_elsewhere(desk: Desk) -> None:
    desk.scrape("schedule", DAY, NOON)
    report = desk.scrape("boxscores", DAY, utc(TIP) + timedelta(hours=4))
    assert desk.asked == ["live 0022500001", "traditional 0022500001"]
    assert report.outcome == "degraded"
    assert "No box score of 0022500001" in report.doubts[0]
