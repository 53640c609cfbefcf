"""ESPN's injuries: both shapes, what is unknown rejected, a copy of an old answer refused."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.aliases import DRAFTKINGS_TEAMS, ESPN_TEAMS
from ingest.espn import INJURIES, SOURCE, STATUSES, SUMMARY, TABLE, parse_injuries, parse_summary
from ingest.payload import Parsed, Stamp
from lakehouse.clock import iso
from lakehouse.errors import PretipError, ShapeChanged, StalePayload, Unreadable
from lakehouse.tables import get_table
from lakehouse.teams import FRANCHISES
from tests.ingest.mutations import mutated

FETCHED = datetime(2026, 1, 14, 23, 0, tzinfo=UTC)
STAMP = Stamp(FETCHED, asked={"date": "2026-01-14"})


def injury(name: str = "Jo Vale", status: str = "Out", number: int | None = 4066421) -> dict[str, Any]:
    links = [{"href": f"https://www.espn.com/nba/player/_/id/{number}/a-name"}] if number else []
    return {
        "status": status, "date": "2026-01-14T21:05Z", "athlete": {"displayName": name, "links": links},
        "type": {"description": "out"}, "details": {"type": "Knee", "side": "Left"}, "shortComment": "He is out.",
    }  # fmt: skip


def league(*injuries: dict[str, Any], made: datetime = FETCHED) -> dict[str, Any]:
    team = {"id": "13", "displayName": "Los Angeles Lakers", "injuries": list(injuries)}
    return {"timestamp": iso(made), "status": "success", "injuries": [team]}


def read(value: Any) -> Parsed:
    return parse_injuries(json.dumps(value).encode(), STAMP)


def test_a_player_on_the_list_is_a_row() -> None:
    parsed = read(league(injury(), injury("Al Rest", "Day-To-Day", None)))
    rows = parsed.frames[TABLE].to_dicts()
    assert [(r["player_name"], r["status"], r["espn_player_id"], r["espn_team_id"]) for r in rows] == [
        ("Jo Vale", "Out", 4066421, 13), ("Al Rest", "Questionable", None, 13),
    ]  # fmt: skip
    assert rows[0]["updated_ts"] == datetime(2026, 1, 14, 21, 5, tzinfo=UTC)
    assert rows[0]["report_ts"] == rows[0]["as_of_ts"] == FETCHED
    assert (rows[0]["team"], rows[0]["detail"]) == ("Los Angeles Lakers", "Knee")
    assert not parsed.rejected
    assert not parsed.doubts
    columns = get_table(TABLE).columns
    assert dict(parsed.frames[TABLE].schema) == {name: columns[name] for name in parsed.frames[TABLE].columns}


def test_a_summary_names_its_teams_apart() -> None:
    value = {
        "header": {"id": "401809999"},
        "injuries": [{"team": {"id": "17", "abbreviation": "BKN"}, "injuries": [
            {"status": "Out", "athlete": {"id": "99", "displayName": "Jo Vale"}, "type": {"description": "out"}}
        ]}],
    }  # fmt: skip
    body = json.dumps(value).encode()
    assert SUMMARY.is_like(body)
    assert not INJURIES.is_like(body)
    row = parse_summary(body, Stamp(FETCHED, asked={"event": "401809999"})).frames[TABLE].row(0, named=True)
    assert (row["espn_player_id"], row["espn_team_id"], row["team"]) == (99, 17, "BKN")
    with pytest.raises(StalePayload):
        parse_summary(body, Stamp(FETCHED, asked={"event": "1"}))


def test_what_cannot_be_told_is_rejected() -> None:
    parsed = read(league(injury(), injury(), injury("Al Rest", "Vacationing")))
    assert len(parsed.frames[TABLE]) == 1
    assert [row.reason for row in parsed.rejected] == [
        "the player comes twice", "the status 'Vacationing' is none of those known",
    ]  # fmt: skip


def test_an_empty_list_is_doubted() -> None:
    parsed = read({"injuries": []})
    assert parsed.frames[TABLE].is_empty()
    assert parsed.doubts


def test_an_old_copy_is_refused() -> None:
    old = json.dumps(league(injury(), made=FETCHED - timedelta(days=2, minutes=1))).encode()
    with pytest.raises(StalePayload, match="2026-01-12"):
        parse_injuries(old, STAMP)
    # A file somebody kept is not asked for, and may be old.
    assert len(parse_injuries(old, Stamp(FETCHED)).frames[TABLE]) == 1


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("injuries", 0, "injuries", 0, "status"), None, "$.injuries[0].injuries[0].status"),
        (("injuries", 0, "injuries", 0, "athlete"), [], "$.injuries[0].injuries[0].athlete"),
        (("injuries", 0, "id"), "x", "$.injuries[0].id"),
        (("injuries", 0, "id"), None, "$.injuries[0].id"),
        (("injuries",), {"a": 1}, "$.injuries"),
        (("timestamp",), "soon", "$.timestamp"),
    ],
)
def test_a_changed_shape_names_its_place(path: tuple[Any, ...], value: Any, place: str) -> None:
    body = copy.deepcopy(league(injury()))
    where: Any = body
    for step in path[:-1]:
        where = where[step]
    where[path[-1]] = value
    with pytest.raises(ShapeChanged) as raised:
        read(body)
    assert raised.value.path == place


def test_what_is_no_json_is_said() -> None:
    for body in (b"", b"<html>", b"[1]", json.dumps(league(injury())).encode()[:-9]):
        with pytest.raises(Unreadable):
            parse_injuries(body, STAMP)


@given(mutated(json.dumps(league(injury(), injury("Al Rest", "Day-To-Day", None))).encode()))
def test_mutated_bytes_are_an_error_or_a_whole_list(body: bytes) -> None:
    for kind in SOURCE.kinds:
        kind.is_like(body)
        try:
            parsed = kind.parse(body, STAMP)
        except PretipError:
            continue
        assert parsed.frames[TABLE]["status"].null_count() == 0
        teams = json.loads(body)["injuries"]
        assert len(parsed.frames[TABLE]) + len(parsed.rejected) == sum(len(team["injuries"]) for team in teams)


@given(st.text(max_size=20))
def test_statuses_are_read_whatever_their_case(text: str) -> None:
    parsed = read(league(injury(status=text)))
    assert len(parsed.frames[TABLE]) == (text.strip().lower() in STATUSES)


def test_the_team_numbers_are_a_table_of_all_thirty() -> None:
    tricodes = sorted(team.tricode for team in FRANCHISES)
    assert sorted(ESPN_TEAMS.values()) == sorted(DRAFTKINGS_TEAMS.values()) == tricodes
    assert sorted(ESPN_TEAMS) == list(range(1, 31))
    # Not alphabetical: these were once wrong.
    assert (ESPN_TEAMS[17], ESPN_TEAMS[3], DRAFTKINGS_TEAMS[5312]) == ("BKN", "NOP", "CHA")
