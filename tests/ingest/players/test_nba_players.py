"""Players and rosters: physical facts, and teams that nobody is dropped from for a list that is cut short."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.payload import PayloadKind
from ingest.players import ALL, INDEX, PAGE, TEAM
from lakehouse.errors import ShapeChanged, StalePayload, Unreadable
from tests.ingest.nba_samples import (
    FETCHED,
    broken_bytes,
    broken_json,
    encode,
    history,
    league_rows,
    page_player,
    players_page,
    read_or_refuse,
    require_complete,
    result_set,
    stamp,
    wire,
)

INDEX_FILE, ALL_FILE = "stats_playerindex_2025-26.json", "stats_commonallplayers.json.gz"
TEAM_FILE = "stats_commonteamroster.json"
CLE = 1610612739


def table_of(body: bytes, name: str) -> list[dict[str, Any]]:
    found = next(table for table in json.loads(body)["resultSets"] if table["name"] == name)
    return [dict(zip(found["headers"], row, strict=True)) for row in found["rowSet"]]


def test_the_index_as_served() -> None:
    body = wire(INDEX_FILE)
    parsed = INDEX.parse(body, stamp(season="2025-26"))
    require_complete(parsed)
    assert not parsed.rejected
    rows, players, rosters = (
        table_of(body, "PlayerIndex"),
        parsed.frames["silver.players"],
        parsed.frames["silver.rosters"],
    )
    assert len(players) == len(rosters) == len(rows) == 594
    assert rosters["team_id"].n_unique() == 30
    assert players["guard"].sum() == sum("G" in (row["POSITION"] or "") for row in rows)
    assert players["weight_lbs"].sum() == sum(int(row["WEIGHT"] or 0) for row in rows)
    known = players.join(history("players"), on="player_id", suffix="_known").drop_nulls("height_in")
    assert len(known) > 400
    assert known["draft_year"].equals(known["draft_year_known"])
    # The archive's heights are of other measurings.
    assert (known["height_in"] - known["height_in_known"]).abs().max() <= 3
    # An index of a season gone by is no roster of today.
    later = INDEX.parse(body, stamp(datetime(2026, 9, 1, tzinfo=UTC)))
    assert "silver.rosters" not in later.frames
    with pytest.raises(StalePayload):
        INDEX.parse(body, stamp(season="2026-27"))


def test_the_list_of_all_players_as_served() -> None:
    body = wire(ALL_FILE)
    parsed = ALL.parse(body, stamp())
    require_complete(parsed)
    current = [row for row in table_of(body, "CommonAllPlayers") if row["ROSTERSTATUS"] == 1]
    assert set(parsed.frames) == {"silver.rosters"}
    assert len(parsed.frames["silver.rosters"]) == len(current) == 526
    assert parsed.frames["silver.rosters"]["team_id"].n_unique() == 30


def test_a_team_roster_as_served() -> None:
    body = wire(TEAM_FILE)
    parsed = TEAM.parse(body, stamp(team_id=str(CLE)))
    require_complete(parsed)
    rows, players = table_of(body, "CommonTeamRoster"), parsed.frames["silver.players"]
    assert len(players) == len(parsed.frames["silver.rosters"]) == len(rows) == 19
    assert players["birth_date"].null_count() == 0
    harden = players.filter(pl.col("player_id") == 201935)
    assert harden["birth_date"].item() == date(1989, 8, 26)
    ages = [int(row["AGE"]) for row in rows]
    born = players["birth_date"].to_list()
    assert all(abs((date(2026, 2, 15) - day).days / 365.25 - age) < 1.1 for day, age in zip(born, ages, strict=True))
    with pytest.raises(StalePayload):
        TEAM.parse(body, stamp(team_id="1610612738"))


def test_the_page_to_its_documented_shape() -> None:
    rows = league_rows()
    free = [
        page_player(9001, 0, ROSTER_STATUS=0),
        page_player(9002, 0),
        page_player(9003, 1610612737, ROSTER_STATUS=None),
    ]
    parsed = PAGE.parse(players_page([*rows, *free]), stamp())
    require_complete(parsed)
    rosters, players = parsed.frames["silver.rosters"], parsed.frames["silver.players"]
    assert len(rosters) == 450
    assert set(rosters["role"]) == {"active"}
    assert not {9001, 9002, 9003} & set(rosters["player_id"])
    assert rosters["report_ts"].unique().to_list() == [FETCHED]
    # 1 March 00:00 UTC is the last evening of February there.
    assert rosters["game_date"].unique().to_list() == [date(2026, 2, 28)]
    assert len(players) == 453
    first = players.row(0, named=True)
    assert (first["height_in"], first["weight_lbs"], first["guard"], first["center"]) == (79, 215, True, False)
    assert (first["as_of_ts"], first["as_of_quality"]) == (datetime(2020, 8, 1, 4, tzinfo=UTC), "assumed")


def test_who_was_never_drafted_is_known_from_his_first_season_or_the_fetch() -> None:
    odd = [
        page_player(1, 0, DRAFT_YEAR=None, DRAFT_ROUND=None, DRAFT_NUMBER=None),
        page_player(2, 0, DRAFT_YEAR="Undrafted", FROM_YEAR=None),
        page_player(3, 0, DRAFT_YEAR=2026, FROM_YEAR=None),
    ]
    rows = PAGE.parse(players_page([*league_rows(), *odd]), stamp()).frames["silver.players"]
    found = {row["player_id"]: (row["as_of_ts"], row["as_of_quality"]) for row in rows.to_dicts()}
    assert found[1] == (datetime(2021, 8, 1, 4, tzinfo=UTC), "assumed")
    assert found[2] == found[3] == (FETCHED, "exact")


@given(st.integers(0, 19), st.integers(1, 20))
def test_fewer_than_twenty_teams_are_not_the_league(teams: int, men: int) -> None:
    with pytest.raises(Unreadable, match="not the league"):
        PAGE.parse(players_page(league_rows(teams, men)), stamp())
    rows = league_rows(teams, men)
    if rows:
        with pytest.raises(Unreadable, match="not the league"):
            INDEX.parse(result_set("PlayerIndex", rows), stamp())


@given(st.integers(1, 12))
def test_a_team_cut_short_is_left_out_whole(men: int) -> None:
    short = [row for row in league_rows() if row["TEAM_ID"] == 1610612737][:men]
    others = [row for row in league_rows() if row["TEAM_ID"] != 1610612737]
    parsed = PAGE.parse(players_page([*short, *others]), stamp())
    told = parsed.frames["silver.rosters"].filter(pl.col("team_id") == 1610612737)
    assert len(told) == (men if men >= 8 else 0)
    assert len(parsed.rejected) == (0 if men >= 8 else men)
    assert bool(parsed.doubts) == (men < 8)
    assert parsed.frames["silver.rosters"]["team_id"].n_unique() == 29 + (men >= 8)


def test_heights_and_weights_that_are_not_a_persons_are_rejected() -> None:
    odd = [page_player(1, 0, HEIGHT="7-13"), page_player(2, 0, WEIGHT="9"), page_player(3, 0, HEIGHT="", WEIGHT=None)]
    twice = [page_player(3, 0)]
    parsed = PAGE.parse(players_page([*league_rows(), *odd, *twice]), stamp())
    assert [(r.table, r.reason) for r in parsed.rejected] == [
        ("silver.players", "a height of 7-13"),
        ("silver.players", "a weight of 9"),
        ("silver.players", "the player comes twice"),
    ]
    third = parsed.frames["silver.players"].filter(pl.col("player_id") == 3)
    assert third.select("height_in", "weight_lbs").row(0) == (None, None)


def test_what_is_not_the_page_is_refused() -> None:
    with pytest.raises(Unreadable, match="an HTML page"):
        PAGE.parse(b"<html>Access Denied</html>", stamp())
    rows = league_rows()
    del rows[7]["PERSON_ID"]
    with pytest.raises(ShapeChanged) as caught:
        PAGE.parse(players_page(rows), stamp())
    assert caught.value.path == "$.props.pageProps.players[7].PERSON_ID"
    renamed = [{("TEAMID" if key == "TEAM_ID" else key): value for key, value in row.items()} for row in league_rows()]
    with pytest.raises(ShapeChanged, match="no column TEAM_ID"):
        INDEX.parse(result_set("PlayerIndex", renamed), stamp())


SMALL = league_rows(20, 8)


@given(st.data())
@pytest.mark.parametrize("kind", [PAGE, INDEX], ids=lambda kind: kind.name)
def test_broken_payloads_are_refused_or_read_whole(kind: PayloadKind, data: st.DataObject) -> None:
    body = players_page(SMALL) if kind is PAGE else result_set("PlayerIndex", SMALL)
    read_or_refuse(kind, data.draw(broken_bytes(body)), stamp())
    if kind is PAGE:
        rows = json.loads(data.draw(broken_json(SMALL)))
        read_or_refuse(kind, players_page(rows), stamp())
    else:
        read_or_refuse(kind, data.draw(broken_json(json.loads(body))), stamp())


@given(st.data())
@pytest.mark.parametrize(
    ("kind", "name", "table"),
    [(INDEX, INDEX_FILE, "PlayerIndex"), (ALL, ALL_FILE, "CommonAllPlayers"), (TEAM, TEAM_FILE, "CommonTeamRoster")],
)
def test_broken_payloads_as_served(kind: PayloadKind, name: str, table: str, data: st.DataObject) -> None:
    value = json.loads(wire(name))
    for told in value["resultSets"]:
        told["rowSet"] = told["rowSet"][:700]
    body = encode(value)
    read_or_refuse(kind, data.draw(broken_bytes(body)), stamp())
    read_or_refuse(kind, data.draw(broken_json(value)), stamp())
