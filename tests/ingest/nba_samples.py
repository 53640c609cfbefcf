"""Payloads of the league: the ones as served, where they are at hand, and small ones of our own making."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st

from ingest.history.stamps import value_columns
from ingest.payload import Parsed, PayloadKind, Stamp
from lakehouse.errors import PretipError
from lakehouse.tables import get_table

SHARED = Path(__file__).parents[3] / "shared" / "data"
WIRE, HISTORY = SHARED / "wire" / "nba", SHARED / "history"
FETCHED = datetime(2026, 3, 1, tzinfo=UTC)
BOS, NYK = 1610612738, 1610612752
TIP = "2025-11-26T00:30:00Z"
_ODD = [
    None, "", "x", "0", "-1", -1, 0, 1, 0.5, 2**70, 1e308, float("nan"), float("-inf"), True, [], {}, [[]], "\ud800",
    "1900-01-01T00:00:00Z", "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "2025-03-09T02:30:00", "PT", "PT99999M",
    "0099999999", "٠٠٢٢٥٠٠٠٠١",
]  # fmt: skip


def wire(name: str) -> bytes:
    """A payload as served; skips where the samples are absent."""
    path = WIRE / name
    if not path.exists():
        pytest.skip("no payloads as served here: ../shared/data/wire/nba is absent")
    body = path.read_bytes()
    return gzip.decompress(body) if name.endswith(".gz") else body


def history(name: str) -> pl.DataFrame:
    """A file of the archive; skips where it is absent."""
    path = HISTORY / f"{name}.parquet"
    if not path.exists():
        pytest.skip("no archive here: ../shared/data/history is absent")
    return pl.read_parquet(path)


def stamp(fetched: datetime = FETCHED, **asked: str) -> Stamp:
    """A stamp of the fetch."""
    return Stamp(fetched, None, asked)


def utc(text: str) -> datetime:
    """An instant from ISO text."""
    return datetime.fromisoformat(text).astimezone(UTC)


def encode(value: Any) -> bytes:
    """The value as the bytes of a JSON payload."""
    return json.dumps(value).encode()


def season_game(game_id: str, tip: str = TIP, text: str = "7:30 pm ET", **changes: Any) -> dict[str, Any]:
    """A game of the season file."""
    return {
        "gameId": game_id,
        "gameStatus": 1,
        "gameStatusText": text,
        "gameDateTimeUTC": tip,
        "gameDateEst": "2025-11-25T00:00:00Z",
        "postponedStatus": "N",
        "gameSubtype": "",
        "arenaName": "Old Barn",
        "isNeutral": False,
        "ifNecessary": False,
        "homeTeam": {"teamId": BOS, "teamTricode": "BOS", "score": 0},
        "awayTeam": {"teamId": NYK, "teamTricode": "NYK", "score": 0},
        **changes,
    }


def final_sides(home: int, away: int) -> dict[str, Any]:
    """The sides of a final game."""
    return {
        "gameStatus": 3,
        "homeTeam": {"teamId": BOS, "teamTricode": "BOS", "score": home},
        "awayTeam": {"teamId": NYK, "teamTricode": "NYK", "score": away},
    }


def season_file(*games: Mapping[str, Any], season: str = "2025-26") -> bytes:
    """A season file of these games."""
    return encode({"meta": {}, "leagueSchedule": {"seasonYear": season, "gameDates": [{"games": list(games)}]}})


def scoreboard(*games: Mapping[str, Any], day: str = "2025-11-25") -> bytes:
    """A scoreboard of these games, which are written as in the season file."""
    told = [{**game, "gameTimeUTC": game["gameDateTimeUTC"], "period": game.get("period", 0)} for game in games]
    return encode({"meta": {"code": 200}, "scoreboard": {"gameDate": day, "games": told}})


def mobile_game(game_id: str, **changes: Any) -> dict[str, Any]:
    """A game of a past season's file, to the documented shape."""
    return {
        "gid": game_id,
        "gcode": "20251125/NYKBOS",
        "st": "3",
        "stt": "Final/OT",
        "gdte": "2025-11-25",
        "gdtutc": "2025-11-26",
        "utctm": "00:30",
        "an": "Old Barn",
        "h": {"tid": BOS, "ta": "BOS", "s": "120"},
        "v": {"tid": NYK, "ta": "NYK", "s": "117"},
        **changes,
    }


def mobile_file(*games: Mapping[str, Any]) -> bytes:
    """A past season's file of these games."""
    return encode({"lscd": [{"mscd": {"mon": "November", "g": list(games)}}]})


def lineup_player(person: int, **changes: Any) -> dict[str, Any]:
    """A projected starter."""
    return {
        "personId": person,
        "playerName": f"Player {person}",
        "position": "PG",
        "lineupStatus": "Expected",
        "rosterStatus": "Active",
        "timestamp": "2025-11-25T18:00:00",
        **changes,
    }


def lineups(home: list[dict[str, Any]], away: list[dict[str, Any]], game_id: str = "0022500001") -> bytes:
    """The lineups of one game."""
    sides = {"homeTeam": (BOS, "BOS", home), "awayTeam": (NYK, "NYK", away)}
    teams = {
        side: {"teamId": team, "teamAbbreviation": code, "players": players}
        for side, (team, code, players) in sides.items()
    }
    return encode({"games": [{"gameId": game_id, "gameStatus": 1, **teams}]})


def box_player(person: int, minutes: float, threes: int = 0, **changes: Any) -> dict[str, Any]:
    """A line of the live box score: three points a three, and nothing else."""
    whole, seconds = divmod(round(minutes * 60), 60)
    statistics = {
        "minutes": f"PT{whole:02d}M{seconds:02d}.00S",
        **dict.fromkeys(("fieldGoalsMade", "fieldGoalsAttempted"), threes),
        **dict.fromkeys(("threePointersMade", "threePointersAttempted"), threes),
        **dict.fromkeys(("freeThrowsMade", "freeThrowsAttempted", "foulsPersonal", "turnovers"), 0),
        **dict.fromkeys(("reboundsTotal", "reboundsOffensive", "reboundsDefensive", "assists", "steals", "blocks"), 0),
        "points": 3 * threes,
        "plusMinusPoints": 1.0,
    }
    return {
        "personId": person,
        "name": f"Player {person}",
        "status": "ACTIVE",
        "starter": "1",
        "oncourt": "0",
        "played": "1" if minutes else "0",
        "statistics": {**statistics, **changes.pop("statistics", {})},
        **changes,
    }


def box(status: int = 3, period: int = 4, home_threes: int = 8, away_threes: int = 7, **changes: Any) -> dict[str, Any]:
    """A box score in which five men a side play a whole game of `period` periods; scores add up."""
    played = (240 + 25 * max(0, period - 4)) / 5 if status == 3 else 0.0

    def side(team: int, first: int, threes: int) -> dict[str, Any]:
        men = [box_player(first + k, played, threes) for k in range(5)]
        men.append(
            box_player(first + 5, 0, status="INACTIVE", starter="0", notPlayingReason="INACTIVE_INJURY",
                       notPlayingDescription="Left Knee; Soreness")
        )  # fmt: skip
        return {"teamId": team, "teamTricode": "X", "score": 15 * threes, "players": men}

    game = {
        "gameId": "0022500001",
        "gameStatus": status,
        "period": period,
        "gameClock": "PT00M00.00S",
        "gameTimeUTC": TIP,
        "homeTeam": side(BOS, 100, home_threes if status == 3 else 0),
        "awayTeam": side(NYK, 200, away_threes if status == 3 else 0),
    }
    return {"meta": {"code": 200, "time": "2025-11-25 23:00:00.1"}, "game": {**game, **changes}}


def page_player(person: int, team: int, **changes: Any) -> dict[str, Any]:
    """A row of the page of players."""
    return {
        "PERSON_ID": person,
        "PLAYER_FIRST_NAME": "Given",
        "PLAYER_LAST_NAME": f"Family {person}",
        "TEAM_ID": team,
        "POSITION": "G-F",
        "HEIGHT": "6-7",
        "WEIGHT": "215",
        "ROSTER_STATUS": 1,
        "DRAFT_YEAR": 2020,
        "DRAFT_ROUND": 1,
        "DRAFT_NUMBER": 20,
        "FROM_YEAR": "2021",
        **changes,
    }


def league_rows(teams: int = 30, men: int = 15) -> list[dict[str, Any]]:
    """A league of that many teams and men."""
    return [
        page_player(1000 + team * 100 + man, 1610612737 + team) for team in range(teams) for man in range(men)
    ]  # fmt: skip


def players_page(rows: list[dict[str, Any]]) -> bytes:
    """The page of players of these rows."""
    data = json.dumps({"props": {"pageProps": {"players": rows}}})
    head = '<!DOCTYPE html><html><head></head><body><script id="__NEXT_DATA__" type="application/json">'
    return f"{head}{data}</script></body></html>".encode()


def result_set(name: str, rows: list[dict[str, Any]], season: str = "2025-26") -> bytes:
    """A table of the statistics service."""
    headers = list(rows[0]) if rows else []
    table = {"name": name, "headers": headers, "rowSet": [list(row.values()) for row in rows]}
    return encode({"resource": "x", "parameters": {"Season": season}, "resultSets": [table]})


def require_complete(parsed: Parsed) -> None:
    """Every frame has exactly the columns and types a parser gives, and no fact without a stamp."""
    for name, frame in parsed.frames.items():
        types = get_table(name).columns
        wanted = {column: types[column] for column in (*value_columns(name), "as_of_ts", "as_of_quality")}
        assert dict(frame.schema) == wanted, name
        assert frame["as_of_ts"].null_count() == 0, name


def read_or_refuse(kind: PayloadKind, body: bytes, told: Stamp) -> None:
    """The law of every parser: a whole answer or a typed error."""
    kind.is_like(body)
    try:
        parsed = kind.parse(body, told)
    except PretipError:
        return
    require_complete(parsed)


@st.composite
def broken_bytes(draw: st.DrawFn, body: bytes) -> bytes:
    """The bytes, cut or with some of them changed."""
    if draw(st.booleans()):
        return body[: draw(st.integers(0, len(body) - 1))]
    changed = bytearray(body)
    for _ in range(draw(st.integers(1, 4))):
        changed[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(changed)


@st.composite
def broken_json(draw: st.DrawFn, value: Any) -> bytes:
    """The value with a few places deleted, repeated, or replaced by something odd."""
    copy = json.loads(json.dumps(value))
    for _ in range(draw(st.integers(1, 3))):
        _break(draw, copy)
    return json.dumps(copy).encode()


def _break(draw: st.DrawFn, value: Any) -> None:
    place = value
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        inner = place[key]
        if isinstance(inner, dict | list) and inner and draw(st.integers(0, 5)):
            place = inner
            continue
        action = draw(st.sampled_from(("replace", "replace", "delete", "repeat")))
        if action == "delete":
            del place[key]
        elif action == "repeat" and isinstance(place, list):
            place.append(inner)
        else:
            place[key] = draw(st.sampled_from(_ODD))
        return
