"""Today's scoreboard: the games of one Eastern date, with tips moved late and games called off."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from ingest.nba import REGULATION_PERIODS, AnyGameId, Day, Headed, Instant, TeamId, Text, Told, Whole, Yes, published_at
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.schedule.games import FINAL, Game, as_parsed, read_status, read_tip
from ingest.shapes import check, read_json
from lakehouse.errors import StalePayload

WHAT = "The scoreboard"
TEAMLESS = "the scoreboard does not say who plays"


class _Team(Told):
    team_id: TeamId
    team_tricode: Text | None = None
    score: Whole | None = None


class _Game(Told):
    game_id: AnyGameId
    game_status: Whole
    game_status_text: Text
    period: Whole
    game_time_utc: Instant = Field(alias="gameTimeUTC")
    game_subtype: Text | None = None
    is_neutral: Yes | None = None
    if_necessary: Yes | None = None
    home_team: _Team
    away_team: _Team


class _Board(Told):
    game_date: Day
    games: list[_Game]


class _Scoreboard(Headed):
    scoreboard: _Board


def parse_scoreboard(body: bytes, stamp: Stamp) -> Parsed:
    """silver.schedule, public from the fetch, and silver.results of final games.

    The board names no arena: what is known of it comes with `asked`, so that silence is not told as a change.

    A game whose teams are not known is left out with a doubt: the season file knows better. Raises StalePayload where
    the board is of another date than `asked`: it turns about noon Eastern.
    """
    payload = check(_Scoreboard, read_json(body, WHAT), WHAT)
    board = payload.scoreboard
    wanted = stamp.asked.get("date", board.game_date.isoformat())
    if board.game_date.isoformat() != wanted:
        raise StalePayload(f"{WHAT} is of {board.game_date}, not of {wanted}; it turns about noon Eastern.")
    games = [_as_game(game, board.game_date, stamp.asked.get(arena_key(game.game_id))) for game in board.games]
    teamless = [game.game_id for game in games if game.problem is not None]
    doubts = (f"The scoreboard does not say who plays {', '.join(teamless)}.",) if teamless else ()
    published = published_at(payload.meta, stamp.fetched_ts)
    return as_parsed(games, None, stamp.fetched_ts, published, is_whole=False, doubts=doubts)


def arena_key(game_id: str) -> str:
    """The name under which `asked` says where a game is played."""
    return f"arena {game_id}"


def _as_game(told: _Game, day: date, arena: str | None) -> Game:
    is_final = told.game_status == FINAL
    return Game(
        game_id=told.game_id,
        tip_ts=read_tip(told.game_time_utc, told.game_status_text, is_final),
        day=day,
        home_team_id=told.home_team.team_id,
        away_team_id=told.away_team.team_id,
        home_team=told.home_team.team_tricode or None,
        away_team=told.away_team.team_tricode or None,
        status=read_status(told.game_status_text, None),
        arena_name=arena,
        is_neutral=told.is_neutral,
        game_subtype=told.game_subtype or None,
        home_score=told.home_team.score,
        away_score=told.away_team.score,
        ot_periods=told.period - REGULATION_PERIODS if told.period >= REGULATION_PERIODS else None,
        is_final=is_final,
        if_necessary=bool(told.if_necessary),
        problem=TEAMLESS if 0 in (told.home_team.team_id, told.away_team.team_id) else None,
    )


SCOREBOARD = PayloadKind("scoreboard", 1, parse_scoreboard, lambda body: b'"scoreboard"' in body[:4096])
