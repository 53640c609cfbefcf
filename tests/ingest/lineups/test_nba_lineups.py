"""Daily lineups: roles, Eastern stamps, reports that are wrong as a whole, and silence that is unknown."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.lineups import LINEUPS
from lakehouse.errors import ShapeChanged, StalePayload
from tests.ingest.nba_samples import (
    BOS,
    FETCHED,
    NYK,
    broken_bytes,
    broken_json,
    encode,
    history,
    lineup_player,
    lineups,
    read_or_refuse,
    require_complete,
    stamp,
    utc,
    wire,
)

SERVED = "stats_00_daily_lineups_20250405.json"
FIVE = [lineup_player(100 + k) for k in range(5)]


def rows_of(body: bytes, fetched: datetime = FETCHED, **asked: str) -> pl.DataFrame:
    return LINEUPS.parse(body, stamp(fetched, **asked)).frames["silver.lineups"]


def test_a_day_as_served() -> None:
    body = wire(SERVED)
    games = json.loads(body)["games"]
    asked = {"date": "2025-04-05", "games": ",".join(game["gameId"] for game in games)}
    parsed = LINEUPS.parse(body, stamp(**asked))
    require_complete(parsed)
    rows = parsed.frames["silver.lineups"]
    told = [player for game in games for side in ("homeTeam", "awayTeam") for player in game[side]["players"]]
    assert len(rows) == len(told) == 76
    assert not parsed.rejected
    assert not parsed.doubts
    assert Counter(rows["role"]) == {"projected_starter": 40, "confirmed_starter": 10, "bench": 18, "out": 8}
    starters = rows.filter(pl.col("role").str.ends_with("starter")).group_by("game_id", "team_id").len()
    assert starters["len"].to_list() == [5] * 10
    # Confirmed 26 minutes before the tip, when teams must name their five: the stamps are New York's, not UTC's.
    tips = history("games").select("game_id", "tip_ts")
    confirmed = rows.filter(pl.col("role") == "confirmed_starter").join(tips, on="game_id")
    assert (confirmed["tip_ts"] - confirmed["report_ts"]).unique().to_list() == [timedelta(minutes=26)]


@pytest.mark.parametrize(
    ("changes", "role"),
    [
        ({}, "projected_starter"),
        ({"lineupStatus": "Projected"}, "projected_starter"),
        ({"lineupStatus": "Confirmed"}, "confirmed_starter"),
        ({"lineupStatus": "Confirmed", "position": ""}, "bench"),
        ({"lineupStatus": "Expected", "position": None}, "bench"),
        ({"rosterStatus": "Inactive"}, "out"),
        ({"lineupStatus": "Out", "position": ""}, "out"),
        ({"rosterStatus": "OUT", "lineupStatus": "Confirmed"}, "out"),
    ],
)
def test_roles(changes: dict[str, Any], role: str) -> None:
    rows = rows_of(lineups([*FIVE[:4], lineup_player(7, **changes)], []))
    assert rows.filter(pl.col("player_id") == 7)["role"].to_list() == [role]


@given(st.integers(0, 5), st.integers(0, 9), st.integers(0, 3), st.booleans())
def test_more_than_five_starters_are_rejected_whole(confirmed: int, projected: int, out: int, elsewhere: bool) -> None:
    home = [lineup_player(k, lineupStatus="Confirmed") for k in range(1, confirmed + 1)]
    home += [lineup_player(20 + k) for k in range(projected)]
    home += [lineup_player(40 + k, rosterStatus="Inactive", position="") for k in range(out)]
    home += [lineup_player(60, position="")]
    parsed = LINEUPS.parse(lineups(home, FIVE if elsewhere else []), stamp())
    rows = parsed.frames["silver.lineups"]
    told = rows.filter(pl.col("team_id") == BOS)
    too_many, nothing = confirmed + projected > 5, confirmed + projected + out == 0
    assert len(told) == (0 if too_many or nothing else len(home))
    assert len(parsed.rejected) == (len(home) if too_many else 0)
    assert bool(parsed.doubts) == too_many
    # The other team's report stands by itself.
    assert len(rows.filter(pl.col("team_id") == NYK)) == (5 if elsewhere else 0)


def test_a_word_that_is_not_known_is_not_guessed() -> None:
    parsed = LINEUPS.parse(lineups([*FIVE[:4], lineup_player(9, lineupStatus="Rumoured")], []), stamp())
    assert parsed.frames["silver.lineups"].is_empty()
    assert len(parsed.rejected) == 5
    assert "Rumoured" in parsed.doubts[0]


def test_stamps_are_the_newest_of_the_team_and_the_fetch_where_there_is_none() -> None:
    five = [lineup_player(k, timestamp=f"2025-11-25T1{k}:00:00") for k in range(1, 6)]
    none = [lineup_player(200 + k, timestamp="0001-01-01T00:00:00" if k else None) for k in range(5)]
    rows = rows_of(lineups(five, none))
    stamps = dict(rows.select("team_id", "report_ts").unique().iter_rows())
    assert stamps == {BOS: utc("2025-11-25T20:00:00Z"), NYK: FETCHED}
    assert rows["report_ts"].equals(rows["as_of_ts"])
    # One that would lie ahead of the fetch is no stamp.
    early = utc("2025-11-25T19:00:00Z")
    assert set(rows_of(lineups(five, []), early)["report_ts"]) == {early}


def test_stamps_on_the_nights_clocks_change() -> None:
    twice = [lineup_player(k, timestamp="2025-11-02T01:30:00") for k in range(1, 6)]
    never = [lineup_player(k, timestamp="2026-03-08T02:30:00") for k in range(1, 6)]
    fetched = datetime(2026, 4, 1, tzinfo=UTC)
    told = rows_of(lineups(twice, []), fetched).select("report_ts", "as_of_quality").unique().rows()
    assert told == [(utc("2025-11-02T06:30:00Z"), "bounded")]
    assert set(rows_of(lineups(never, []), fetched)["report_ts"]) == {fetched}


def test_a_player_told_twice_is_kept_once() -> None:
    parsed = LINEUPS.parse(lineups([*FIVE[:4], lineup_player(100, position="")], []), stamp())
    assert len(parsed.frames["silver.lineups"]) == 4
    assert [rejection.reason for rejection in parsed.rejected] == ["the player comes twice"]


def test_another_days_lineups_are_stale() -> None:
    body = lineups(FIVE, [])
    assert len(rows_of(body, date="2025-11-25", games="0022500001,0022500002")) == 5
    with pytest.raises(StalePayload, match="none of the games"):
        LINEUPS.parse(body, stamp(date="2025-11-26", games="0022500003"))
    with pytest.raises(StalePayload, match="2025-26"):
        LINEUPS.parse(body, stamp(date="2024-11-26"))
    empty = LINEUPS.parse(encode({"games": []}), stamp(date="2025-11-25", games="0022500001"))
    assert "no game, though 1" in empty.doubts[0]
    assert empty.frames["silver.lineups"].is_empty()


def test_a_renamed_field_names_its_place() -> None:
    player = lineup_player(1)
    del player["lineupStatus"]
    with pytest.raises(ShapeChanged) as caught:
        LINEUPS.parse(lineups([player], []), stamp())
    assert caught.value.path == "$.games[0].homeTeam.players[0].lineupStatus"


@given(st.data())
def test_broken_payloads_are_refused_or_read_whole(data: st.DataObject) -> None:
    body = lineups(FIVE, [lineup_player(300, rosterStatus="Inactive")])
    read_or_refuse(LINEUPS, data.draw(broken_bytes(body)), stamp())
    read_or_refuse(LINEUPS, data.draw(broken_json(json.loads(body))), stamp())


@given(st.data())
def test_broken_payloads_as_served(data: st.DataObject) -> None:
    body = wire(SERVED)
    read_or_refuse(LINEUPS, data.draw(broken_bytes(body)), stamp())
    read_or_refuse(LINEUPS, data.draw(broken_json(json.loads(body))), stamp())
