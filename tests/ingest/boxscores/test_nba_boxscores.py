"""Box scores: what adds up becomes final, the rest is live; the strings "0" and "1"; ISO minutes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.boxscores import GAME_LOG, LIVE, TRADITIONAL
from ingest.boxscores.lines import read_iso_minutes
from ingest.payload import PayloadKind
from lakehouse.errors import ShapeChanged, StalePayload, Unreadable
from tests.ingest.nba_samples import (
    BOS,
    FETCHED,
    TIP,
    box,
    box_player,
    broken_bytes,
    broken_json,
    encode,
    history,
    read_or_refuse,
    require_complete,
    result_set,
    stamp,
    utc,
    wire,
)

FINALS = ("cdn_liveData_boxscore_0022500775.final.json", "cdn_liveData_boxscore_0022500776.final.json")
PREGAMES = ("cdn_liveData_boxscore_0022500775.pregame.json", "cdn_liveData_boxscore_0022500776.pregame.json")
TRADITIONALS = {"0022401188": "2025-04-13T17:00:00Z", "0022500165": "2025-11-05T00:30:00Z"}
LOG = "stats_leaguegamelog_P_2025-03-15.json"
_STATISTICS = {
    "pts": "points", "reb": "reboundsTotal", "ast": "assists", "stl": "steals", "blk": "blocks",
    "fgm": "fieldGoalsMade", "fga": "fieldGoalsAttempted", "fg3m": "threePointersMade", "ftm": "freeThrowsMade",
    "oreb": "reboundsOffensive", "dreb": "reboundsDefensive", "pf": "foulsPersonal", "tov": "turnovers",
}  # fmt: skip


def require_totals(rows: pl.DataFrame, sides: list[dict[str, Any]], team_counts: tuple[str, ...]) -> None:
    """The lines add up to each team's own totals, and its minutes to 240."""
    for side in sides:
        lines, totals = rows.filter(pl.col("team_id") == side["teamId"]), side["statistics"]
        assert len(lines) == len(side["players"])
        assert lines["pts"].sum() == totals["points"] == side.get("score", totals["points"])
        assert lines["minutes"].sum() == pytest.approx(240, abs=0.25)
        for column in team_counts:
            assert lines[column].sum() == totals[_STATISTICS[column]], column


@pytest.mark.parametrize("name", FINALS)
def test_a_final_as_served_adds_up(name: str) -> None:
    body = wire(name)
    game = json.loads(body)["game"]
    parsed = LIVE.parse(body, stamp(game_id=game["gameId"]))
    require_complete(parsed)
    assert not parsed.rejected
    assert not parsed.doubts
    rows = parsed.frames["silver.boxscores"]
    # Rebounds and turnovers of a team are also its own, of no player.
    counts = ("pts", "ast", "stl", "blk", "fgm", "fga", "fg3m", "ftm", "pf", "tov")
    require_totals(rows, [game["homeTeam"], game["awayTeam"]], counts)
    assert rows.group_by("team_id").agg(pl.col("starter").sum())["starter"].to_list() == [5, 5]
    assert parsed.frames["silver.results"].select("home_score", "away_score", "ot_periods").row(0) == (
        game["homeTeam"]["score"], game["awayTeam"]["score"], 0,
    )  # fmt: skip
    live = parsed.frames["silver.live_boxscores"]
    assert len(live) == len(rows)
    told = [p for side in ("homeTeam", "awayTeam") for p in game[side]["players"] if p.get("notPlayingReason")]
    assert live["not_playing_reason"].is_not_null().sum() == len(told)
    assert rows["game_date"].unique().to_list() == [datetime(2026, 2, 11).date()]
    # The head is New York's wall time: 23:40 after a game that ended at 9:25 pm.
    assert parsed.published_ts is not None
    assert parsed.published_ts > utc(game["gameTimeUTC"]) + timedelta(hours=4)


@pytest.mark.parametrize("name", PREGAMES)
def test_before_the_tip_as_served(name: str) -> None:
    parsed = LIVE.parse(wire(name), stamp())
    live = parsed.frames["silver.live_boxscores"]
    assert parsed.frames["silver.boxscores"].is_empty()
    assert parsed.frames["silver.results"].is_empty()
    assert live.filter("starter").group_by("team_id").len()["len"].to_list() == [5, 5]
    assert not live["played"].any()
    assert live["game_clock_seconds"].null_count() == len(live)
    assert live.filter(pl.col("roster_status") == "INACTIVE").height >= 4


@pytest.mark.parametrize(("game_id", "tip"), TRADITIONALS.items())
def test_the_traditional_format_as_served_is_the_archives(game_id: str, tip: str) -> None:
    body = wire(f"stats_boxscoretraditionalv3_{game_id}.json")
    told = json.loads(body)["boxScoreTraditional"]
    untipped = TRADITIONAL.parse(body, stamp(game_id=game_id))
    assert untipped.frames["silver.boxscores"].is_empty()
    parsed = TRADITIONAL.parse(body, stamp(game_id=game_id, tip_ts=tip))
    require_complete(parsed)
    rows = parsed.frames["silver.boxscores"]
    counts = ("pts", "ast", "stl", "blk", "fgm", "fga", "fg3m", "ftm", "pf", "tov", "oreb", "dreb", "reb")
    require_totals(rows, [told["homeTeam"], told["awayTeam"]], counts)
    known = history("player_boxscores").filter((pl.col("game_id") == game_id) & pl.col("played"))
    both = rows.filter("played").join(known, on="player_id", suffix="_known")
    assert len(both) == len(known) == rows["played"].sum()
    for column in ("tip_ts", "pts", "reb", "ast", "fg3m", "tov", "is_home", "opponent_team_id"):
        assert both[column].equals(both[f"{column}_known"]), column
    assert both.filter("starter")["team_id"].value_counts()["count"].to_list() == [5, 5]
    assert both.select((pl.col("starter") == pl.col("starter_known").fill_null(pl.col("starter"))).all()).item()
    assert (both["minutes"] - both["minutes_known"]).abs().max() < 0.02


def test_the_game_log_as_served_is_the_archives() -> None:
    parsed = GAME_LOG.parse(wire(LOG), stamp(date="2025-03-15"))
    require_complete(parsed)
    rows = parsed.frames["silver.live_boxscores"]
    assert len(rows) == 157
    assert rows["game_id"].n_unique() == 8
    minutes = rows.group_by("game_id", "team_id").agg(pl.col("minutes").sum())["minutes"]
    assert minutes.is_between(234, 246).all()
    games = rows.unique("game_id").join(history("games"), on="game_id", suffix="_known")
    assert games.select((pl.col("home_score") == pl.col("home_score_known")).all()).item()
    assert games.select((pl.col("away_score") == pl.col("away_score_known")).all()).item()
    assert set(rows["game_status"]) == {3}


@given(st.integers(4, 8), st.integers(1, 20), st.integers(1, 20))
def test_what_adds_up_is_final(period: int, home: int, away: int) -> None:
    parsed = LIVE.parse(encode(box(period=period, home_threes=home, away_threes=away)), stamp())
    is_won = home != away
    assert len(parsed.frames["silver.results"]) == is_won
    assert len(parsed.frames["silver.boxscores"]) == 12 * is_won
    assert bool(parsed.doubts) != is_won
    if is_won:
        assert parsed.frames["silver.results"]["ot_periods"].item() == period - 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"gameStatus": 3, "homeTeam": {"teamId": BOS, "score": 9, "players": [box_player(100, 240, 3)]}},
        {"homeTeam": {"teamId": BOS, "score": 121, "players": [box_player(100 + k, 48, 8) for k in range(5)]}},
        {"homeTeam": {"teamId": BOS, "score": 120, "players": [box_player(100 + k, 47, 8) for k in range(5)]}},
        {"homeTeam": {"teamId": BOS, "score": 120, "players": [box_player(100, 48, 8) for _ in range(5)]}},
    ],
)
def test_a_final_that_does_not_add_up_stays_live(wrong: dict[str, Any]) -> None:
    parsed = LIVE.parse(encode(box(**wrong)), stamp())
    assert parsed.frames["silver.boxscores"].is_empty()
    assert parsed.frames["silver.results"].is_empty()
    assert len(parsed.frames["silver.live_boxscores"]) > 0
    assert "is not taken as final" in parsed.doubts[0]


def test_overtimes_must_be_those_of_the_minutes() -> None:
    payload = box(period=4)
    payload["game"]["period"] = 5
    parsed = LIVE.parse(encode(payload), stamp())
    assert parsed.frames["silver.boxscores"].is_empty()
    assert "240.00 with 1 overtimes" in parsed.doubts[0]


def test_an_all_star_game_is_never_final_and_never_a_doubt() -> None:
    parsed = LIVE.parse(encode(box(gameId="0032500001", period=2)), stamp())
    assert parsed.frames["silver.boxscores"].is_empty()
    assert not parsed.doubts


def test_a_final_is_public_three_hours_after_the_tip_or_from_the_fetch() -> None:
    for fetched, expected in (
        (FETCHED, (utc(TIP) + timedelta(hours=3), "assumed")),
        (utc(TIP) + timedelta(hours=2.5), (utc(TIP) + timedelta(hours=2.5), "exact")),
    ):
        frames = LIVE.parse(encode(box()), stamp(fetched)).frames
        for name in ("silver.boxscores", "silver.results"):
            assert frames[name].select("as_of_ts", "as_of_quality").unique().rows() == [expected]
        live = frames["silver.live_boxscores"].select("report_ts", "as_of_ts", "as_of_quality").unique().rows()
        assert live == [(fetched, fetched, "exact")]


def test_an_impossible_line_is_set_apart() -> None:
    payload = box(status=2)
    payload["game"]["homeTeam"]["players"][0]["statistics"]["points"] = -3
    payload["game"]["homeTeam"]["players"][1]["personId"] = 102
    parsed = LIVE.parse(encode(payload), stamp())
    assert [rejection.reason for rejection in parsed.rejected] == [
        "game 0022500001: pts is -3", "game 0022500001: the player comes twice",
    ]  # fmt: skip
    assert len(parsed.frames["silver.live_boxscores"]) == 10


def test_flags_are_the_strings_0_and_1_and_nothing_else() -> None:
    for odd in (1, 0, True, "true", "2", None):
        payload = box()
        payload["game"]["awayTeam"]["players"][2]["starter"] = odd
        with pytest.raises(ShapeChanged) as caught:
            LIVE.parse(encode(payload), stamp())
        assert caught.value.path == "$.game.awayTeam.players[2].starter"


@given(st.integers(0, 3), st.integers(0, 59), st.integers(0, 5999))
def test_iso_minutes(hours: int, minutes: int, hundredths: int) -> None:
    whole = hours * 60 + minutes + hundredths / 6000
    seconds = f"{hundredths // 100:02d}.{hundredths % 100:02d}S"
    assert read_iso_minutes(f"PT{hours}H{minutes}M{seconds}") == pytest.approx(whole)
    assert read_iso_minutes(f"PT{hours * 60 + minutes}M{seconds}") == pytest.approx(whole)
    assert read_iso_minutes(f"PT{minutes}M") == minutes
    assert read_iso_minutes("PT12S") == pytest.approx(0.2)


def test_another_game_is_stale_and_an_error_page_unreadable() -> None:
    with pytest.raises(StalePayload):
        LIVE.parse(encode(box()), stamp(game_id="0022500002"))
    with pytest.raises(Unreadable, match="code 403"):
        LIVE.parse(encode({**box(), "meta": {"code": 403}}), stamp())


def test_why_a_player_does_not_play() -> None:
    live = LIVE.parse(encode(box(status=1)), stamp()).frames["silver.live_boxscores"]
    out = live.filter(pl.col("roster_status") == "INACTIVE")
    assert set(out["not_playing_reason"]) == {"INACTIVE_INJURY: Left Knee; Soreness"}


def log_row(game_id: str = "0022500001", **changes: Any) -> dict[str, Any]:
    counts = [
        "PTS",
        "REB",
        "OREB",
        "DREB",
        "AST",
        "STL",
        "BLK",
        "TOV",
        "FGM",
        "FGA",
        "FG3M",
        "FG3A",
        "FTM",
        "FTA",
        "PF",
    ]
    row = {
        "PLAYER_ID": 1, "PLAYER_NAME": "A", "TEAM_ID": BOS, "TEAM_ABBREVIATION": "BOS", "GAME_ID": game_id,
        "GAME_DATE": "2025-11-25", "MATCHUP": "BOS vs. NYK", "WL": "W", "MIN": 30, "PLUS_MINUS": 3,
    }  # fmt: skip
    return {**row, **dict.fromkeys(counts, 0), **changes}


def test_a_game_log_of_another_day_or_of_one_side() -> None:
    with pytest.raises(StalePayload):
        GAME_LOG.parse(result_set("LeagueGameLog", [log_row()]), stamp(date="2025-11-26"))
    parsed = GAME_LOG.parse(result_set("LeagueGameLog", [log_row()]), stamp())
    assert parsed.frames["silver.live_boxscores"].is_empty()
    assert len(parsed.rejected) == 1


MADE = [
    (LIVE, encode(box())),
    (LIVE, encode(box(status=1))),
    (GAME_LOG, result_set("LeagueGameLog", [log_row(), log_row(PLAYER_ID=2, TEAM_ID=1, MATCHUP="NYK @ BOS", WL="L")])),
]


@given(st.data())
@pytest.mark.parametrize(("kind", "body"), MADE, ids=lambda value: getattr(value, "name", ""))
def test_broken_payloads_are_refused_or_read_whole(kind: PayloadKind, body: bytes, data: st.DataObject) -> None:
    read_or_refuse(kind, data.draw(broken_bytes(body)), stamp())
    read_or_refuse(kind, data.draw(broken_json(json.loads(body))), stamp())


@given(st.data())
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (LIVE, FINALS[0]),
        (LIVE, PREGAMES[1]),
        (TRADITIONAL, "stats_boxscoretraditionalv3_0022500165.json"),
        (GAME_LOG, LOG),
    ],
)
def test_broken_payloads_as_served(kind: PayloadKind, name: str, data: st.DataObject) -> None:
    body, told = wire(name), stamp(datetime(2026, 3, 1, tzinfo=UTC), tip_ts=TIP)
    read_or_refuse(kind, data.draw(broken_bytes(body)), told)
    read_or_refuse(kind, data.draw(broken_json(json.loads(body))), told)
