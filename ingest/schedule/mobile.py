"""A past season's schedule, as the league's mobile service keeps it.

No payload as served is at hand: this is built to the documented shape. `lscd[].mscd.g[]` holds a month's games: gid, st
(1, 2, 3), stt (words), gdte (Eastern date), gdtutc and utctm (UTC date and HH:MM), an (arena), h and v (sides: tid,
ta, s). Numbers come as numbers or as text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from ingest.nba import AnyGameId, Day, TeamId, Text, Told, Whole, season_label
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.schedule.games import FINAL, Game, as_parsed, read_overtimes, read_status, read_tip
from ingest.shapes import check, read_json
from lakehouse.errors import StalePayload

WHAT = "The past season's schedule"


def _number(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else (None if text == "" else value)
    return value


_Id = Annotated[TeamId | None, BeforeValidator(_number)]
_Number = Annotated[Whole | None, BeforeValidator(_number)]


class _Side(Told):
    tid: _Id
    ta: Text | None = None
    s: _Number = None


class _Game(Told):
    gid: AnyGameId
    st: _Number
    stt: Text
    gdte: Day
    gdtutc: Text | None
    utctm: Text | None
    an: Text | None = None
    h: _Side
    v: _Side


class _Games(Told):
    g: list[_Game]


class _Month(Told):
    mscd: _Games


class _Schedule(Told):
    lscd: list[_Month]


def parse_mobile(body: bytes, stamp: Stamp) -> Parsed:
    """silver.schedule and, of final games, silver.results; as of the rules in `ingest.schedule.games`.

    It marks no Cup knock-outs: those are taken to begin eight days before the Cup final. Raises StalePayload where
    `asked` names another season than the games are of.
    """
    payload = check(_Schedule, read_json(body, WHAT), WHAT)
    games = [_as_game(game) for month in payload.lscd for game in month.mscd.g]
    season = season_label(games[0].game_id) if games else None
    wanted = stamp.asked.get("season")
    if wanted is not None and season is not None and season != wanted:
        raise StalePayload(f"{WHAT} is of {season}, not of {wanted}; check the address.")
    doubts = () if games else ("The past season's schedule has no game at all.",)
    return as_parsed(games, season, stamp.fetched_ts, doubts=doubts)


def _as_game(told: _Game) -> Game:
    is_final = told.st == FINAL
    return Game(
        game_id=told.gid,
        tip_ts=read_tip(_read_utc(told.gdtutc, told.utctm), told.stt, is_final),
        day=told.gdte,
        home_team_id=told.h.tid or 0,
        away_team_id=told.v.tid or 0,
        home_team=told.h.ta or None,
        away_team=told.v.ta or None,
        status=read_status(told.stt, None),
        arena_name=told.an or None,
        is_neutral=None,
        game_subtype=None,
        home_score=told.h.s,
        away_score=told.v.s,
        ot_periods=read_overtimes(told.stt),
        is_final=is_final,
    )


def _read_utc(day: str | None, time: str | None) -> datetime | None:
    """The instant of a date and HH:MM, both UTC; None where they are not that, such as 'TBD'."""
    try:
        return datetime.strptime(f"{day} {time}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    except ValueError:
        return None


MOBILE = PayloadKind("past season schedule", 1, parse_mobile, lambda body: b'"lscd"' in body[:4096])
