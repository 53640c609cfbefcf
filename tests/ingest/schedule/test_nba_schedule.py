"""The schedule's payloads: what they say, when it was public, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.payload import PayloadKind
from ingest.schedule import MOBILE, SCOREBOARD, SEASON_FILE
from lakehouse.errors import ShapeChanged, StalePayload, Unreadable
from tests.ingest.nba_samples import (
    TIP,
    broken_bytes,
    broken_json,
    final_sides,
    history,
    mobile_file,
    mobile_game,
    read_or_refuse,
    require_complete,
    scoreboard,
    season_file,
    season_game,
    stamp,
    utc,
    wire,
)

FULL, TRIMMED = "stats_scheduleleaguev2_2024-25_full.json.gz", "cdn_scheduleLeagueV2_2025-26_trimmed.json"
BOARD = "cdn_liveData_todaysScoreboard_00.final.json"
TEAMLESS = {"homeTeam": {"teamId": 0, "teamTricode": None, "score": 0}}
HOUR = timedelta(hours=1)


def schedule_of(body: bytes, kind: PayloadKind = SEASON_FILE, **options: Any) -> list[dict[str, Any]]:
    return kind.parse(body, stamp(**options)).frames["silver.schedule"].to_dicts()


def test_a_full_season_as_served_is_the_archives() -> None:
    parsed = SEASON_FILE.parse(wire(FULL), stamp())
    require_complete(parsed)
    told, results = parsed.frames["silver.schedule"], parsed.frames["silver.results"]
    file = json.loads(wire(FULL))["leagueSchedule"]["gameDates"]
    assert len(told) == sum(len(day["games"]) for day in file) == len(results) == 1400
    assert not parsed.rejected
    games = history("games").filter(pl.col("season") == "2024-25")
    both = told.join(results.drop("as_of_ts", "as_of_quality"), on="game_id").join(games, on="game_id", suffix="_known")
    assert len(both) == len(games) == 1400
    for column in ("tip_ts", "game_date", "season_type", "home_team_id", "home_score", "away_score", "arena_name"):
        assert both[column].equals(both[f"{column}_known"], null_equal=True), column
    # Overtimes are nowhere but in the words beside the game: 66 of one, 4 of two.
    assert both["ot_periods"].value_counts(sort=True)["count"].to_list() == [1330, 66, 4]


def test_a_season_as_served_before_it_began() -> None:
    parsed = SEASON_FILE.parse(wire(TRIMMED), stamp(datetime(2025, 7, 18, tzinfo=UTC), season="2025-26"))
    told = parsed.frames["silver.schedule"]
    assert len(told) == 13
    assert parsed.frames["silver.results"].is_empty()
    # 1 August had not come: the fetch is when it was known.
    assert set(told["as_of_quality"]) == {"exact"}
    assert parsed.published_ts == datetime(2025, 7, 17, 18, 11, 2, 112000, tzinfo=UTC)


def test_the_scoreboard_as_served() -> None:
    parsed = SCOREBOARD.parse(wire(BOARD), stamp(date="2026-02-11"))
    require_complete(parsed)
    board = json.loads(wire(BOARD))["scoreboard"]["games"]
    told, results = parsed.frames["silver.schedule"], parsed.frames["silver.results"]
    assert told["game_id"].to_list() == [game["gameId"] for game in board]
    assert results["home_score"].to_list() == [game["homeTeam"]["score"] for game in board]
    assert results["ot_periods"].to_list() == [game["period"] - 4 for game in board]
    assert told["game_date"].unique().to_list() == [date(2026, 2, 11)]
    assert set(told["as_of_quality"]) == {"exact"}


def test_first_announcements_are_public_by_the_archives_rules() -> None:
    week = [season_game(f"00225000{day}", f"2025-12-{day}T00:30:00Z") for day in (10, 14, 17)]
    week[0]["gameSubtype"] = "in-season-knockout"
    cup = season_game("0062500001", "2025-12-17T01:30:00Z", gameSubtype="in-season-knockout")
    rows = schedule_of(season_file(season_game("0022500001"), *week, cup, season_game("0042500101")))
    ahead = {row["game_id"]: (row["tip_ts"] - row["as_of_ts"], row["as_of_quality"]) for row in rows}
    august = datetime(2025, 8, 1, 4, tzinfo=UTC)
    assert ahead["0022500001"] == (utc(TIP) - august, "assumed")
    assert {ahead[name] for name in ("0022500010", "0022500014", "0062500001", "0042500101")} == {
        (48 * HOUR, "assumed")
    }
    kinds = {row["game_id"]: row["season_type"] for row in rows}
    assert (kinds["0062500001"], kinds["0042500101"]) == ("NBA Cup Final", "Playoffs")


def test_a_postponement_is_public_when_it_is_seen() -> None:
    fetched = utc("2025-11-25T20:00:00Z")
    for changes in ({"text": "PPD"}, {"postponedStatus": "Y"}):
        rows = schedule_of(season_file(season_game("0022500001", **changes)), fetched=fetched)
        assert [(row["status"], row["as_of_ts"], row["as_of_quality"]) for row in rows] == [
            ("postponed", fetched, "exact")
        ]
    assert schedule_of(season_file(season_game("0022500001", text="Canceled")))[0]["status"] == "cancelled"


@pytest.mark.parametrize(
    "untimed",
    [
        season_game("0022500001", text="TBD"),
        season_game("0022500001", tip="1900-01-01T00:00:00Z"),
        season_game("0022500001", tip="2025-11-25T05:00:00Z"),
        season_game("0022500001", gameDateTimeUTC=None),
    ],
)
def test_a_placeholder_is_never_a_tip(untimed: dict[str, Any]) -> None:
    near = SEASON_FILE.parse(season_file(untimed), stamp(utc("2025-11-24T12:00:00Z")))
    assert near.frames["silver.schedule"].is_empty()
    assert [rejection.reason for rejection in near.rejected] == ["game 0022500001: no time is known for the game"]
    # Months ahead it is not wrong but not announced.
    far = SEASON_FILE.parse(season_file(untimed), stamp(utc("2025-08-24T12:00:00Z")))
    assert far.frames["silver.schedule"].is_empty()
    assert not far.rejected


def test_games_that_may_not_be_needed_are_held_back_until_two_days_before() -> None:
    body = season_file(season_game("0042500105", ifNecessary=True))
    tip = utc(TIP)
    assert schedule_of(body, fetched=tip - 49 * HOUR) == []
    assert len(schedule_of(body, fetched=tip - 47 * HOUR)) == 1


def test_unknown_teams_are_kept_as_unknown_and_left_to_the_season_file() -> None:
    game = season_game("0022501201", **TEAMLESS)
    assert [(row["home_team_id"], row["home_team"]) for row in schedule_of(season_file(game))] == [(0, None)]
    parsed = SCOREBOARD.parse(scoreboard(game, season_game("0022500002")), stamp())
    assert parsed.frames["silver.schedule"]["game_id"].to_list() == ["0022500002"]
    assert parsed.doubts == ("The scoreboard does not say who plays 0022501201.",)


def test_results_are_of_final_games_only() -> None:
    games = [
        season_game("0022500001", text="Final/OT2", **final_sides(120, 117)),
        season_game("0022500002", gameStatus=2, text="Q3 4:10"),
        season_game("0022500003", text="Final", **final_sides(0, 0)),
        season_game("0022500004", text="Fin", **final_sides(99, 98)),
    ]
    parsed = SEASON_FILE.parse(season_file(*games), stamp())
    assert parsed.frames["silver.results"].select("game_id", "home_score", "away_score", "ot_periods").rows() == [
        ("0022500001", 120, 117, 2)
    ]
    assert [rejection.reason for rejection in parsed.rejected] == ["game 0022500003: final without a winner"]
    assert parsed.frames["silver.results"]["as_of_ts"].item() == utc(TIP) + 3 * HOUR
    early = SEASON_FILE.parse(season_file(games[0]), stamp(utc(TIP) + 2 * HOUR)).frames["silver.results"]
    assert early.select("as_of_ts", "as_of_quality").row(0) == (utc(TIP) + 2 * HOUR, "exact")


def test_a_game_told_twice_is_the_one_that_stands() -> None:
    off = season_game("0022500001", text="PPD")
    parsed = SEASON_FILE.parse(season_file(off, season_game("0022500001", "2026-01-10T00:30:00Z")), stamp())
    assert parsed.frames["silver.schedule"].select("status", "game_date").rows() == [("scheduled", date(2026, 1, 9))]
    assert len(parsed.rejected) == 1


def test_another_day_or_season_is_stale() -> None:
    with pytest.raises(StalePayload, match=r"2025-11-25, not of 2025-11-26"):
        SCOREBOARD.parse(scoreboard(season_game("0022500001")), stamp(date="2025-11-26"))
    with pytest.raises(StalePayload, match=r"2025-26, not of 2026-27"):
        SEASON_FILE.parse(season_file(season_game("0022500001")), stamp(season="2026-27"))
    with pytest.raises(StalePayload, match=r"2025-26, not of 2024-25"):
        MOBILE.parse(mobile_file(mobile_game("0022500001")), stamp(season="2024-25"))
    strange = SEASON_FILE.parse(season_file(season_game("0022400001")), stamp())
    assert [rejection.reason for rejection in strange.rejected] == ["game 0022400001: the id is of season 2024-25"]


def test_a_past_season_to_its_documented_shape() -> None:
    body = mobile_file(
        mobile_game("0022500001"),
        mobile_game("0022500002", st="1", stt="TBD", utctm="TBD", h={"tid": "0", "ta": "", "s": ""}),
        mobile_game("0022500003", gdtutc="2025-12-12", gdte="2025-12-11"),
        mobile_game("0062500001", gdtutc="2025-12-17", gdte="2025-12-16"),
    )
    parsed = MOBILE.parse(body, stamp(season="2025-26"))
    require_complete(parsed)
    told = parsed.frames["silver.schedule"]
    assert told["game_id"].to_list() == ["0022500001", "0022500003", "0062500001"]
    assert told["tip_ts"][0] == utc(TIP)
    # It marks no knock-outs: the week before the Cup final counts as theirs.
    assert (told["tip_ts"] - told["as_of_ts"]).to_list()[1:] == [48 * HOUR, 48 * HOUR]
    assert parsed.frames["silver.results"]["ot_periods"].to_list() == [1, 1, 1]
    assert len(parsed.rejected) == 1


@pytest.mark.parametrize(("kind", "body"), [(SEASON_FILE, season_file()), (MOBILE, mobile_file())])
def test_a_file_without_games_is_a_doubt(kind: PayloadKind, body: bytes) -> None:
    assert "no game at all" in kind.parse(body, stamp()).doubts[0]


def test_a_renamed_field_names_its_place() -> None:
    game = season_game("0022500001")
    game["homeTeam"] = {"teamID": 1}
    with pytest.raises(ShapeChanged) as caught:
        SEASON_FILE.parse(season_file(season_game("0022500002"), game), stamp())
    assert caught.value.path == "$.leagueSchedule.gameDates[0].games[1].homeTeam.teamId"
    with pytest.raises(Unreadable, match="an HTML page"):
        SEASON_FILE.parse(b"<html>Access Denied</html>", stamp())


MADE = [
    (SEASON_FILE, season_file(season_game("0022500001"), season_game("0022500002", text="Final", **final_sides(9, 8)))),
    (SCOREBOARD, scoreboard(season_game("0022500001", text="Final", period=5, **final_sides(99, 98)))),
    (MOBILE, mobile_file(mobile_game("0022500001"), mobile_game("0022500002", stt="TBD"))),
]


@given(st.data())
@pytest.mark.parametrize(("kind", "body"), MADE, ids=lambda value: getattr(value, "name", ""))
def test_broken_payloads_are_refused_or_read_whole(kind: PayloadKind, body: bytes, data: st.DataObject) -> None:
    read_or_refuse(kind, data.draw(broken_bytes(body)), stamp())
    read_or_refuse(kind, data.draw(broken_json(json.loads(body))), stamp())


@given(st.data())
@pytest.mark.parametrize(("kind", "name"), [(SEASON_FILE, TRIMMED), (SCOREBOARD, BOARD)])
def test_broken_payloads_as_served(kind: PayloadKind, name: str, data: st.DataObject) -> None:
    body = wire(name)
    read_or_refuse(kind, data.draw(broken_bytes(body)), stamp())
    read_or_refuse(kind, data.draw(broken_json(json.loads(body))), stamp())
