"""The season file: every game of a season, as the league's site and its statistics service give it."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from ingest.nba import AnyGameId, Headed, Instant, TeamId, Text, Told, Wall, Whole, Yes, published_at
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.schedule.games import FINAL, Game, as_parsed, read_overtimes, read_status, read_tip
from ingest.shapes import check, read_json
from lakehouse.errors import StalePayload

WHAT = "The season file"


class TeamTold(Told):
    """A side of a game; id 0 and no tricode while it is not known who plays."""

    team_id: TeamId
    team_tricode: Text | None = None
    score: Whole | None = None


class GameTold(Told):
    """A game of the file."""

    game_id: AnyGameId
    game_status: Whole
    game_status_text: Text
    game_date_time_utc: Instant = Field(alias="gameDateTimeUTC")
    game_date_est: Wall = None
    postponed_status: Text | None = None
    game_subtype: Text | None = None
    arena_name: Text | None = None
    is_neutral: Yes | None = None
    if_necessary: Yes | None = None
    home_team: TeamTold
    away_team: TeamTold


class _Day(Told):
    games: list[GameTold]


class _League(Told):
    season_year: Text
    game_dates: list[_Day]


class _SeasonFile(Headed):
    league_schedule: _League


def parse_season_file(body: bytes, stamp: Stamp) -> Parsed:
    """silver.schedule and, of final games, silver.results; as of the rules in `ingest.schedule.games`.

    Raises StalePayload where `asked` names another season.
    """
    payload = check(_SeasonFile, read_json(body, WHAT), WHAT)
    season = payload.league_schedule.season_year
    wanted = stamp.asked.get("season", season)
    if season != wanted:
        raise StalePayload(f"{WHAT} is of {season}, not of {wanted}; ask again when the new season is out.")
    games = [as_game(game) for day in payload.league_schedule.game_dates for game in day.games]
    doubts = () if games else (f"The season file of {season} has no game at all.",)
    published = published_at(payload.meta, stamp.fetched_ts)
    return as_parsed(games, season, stamp.fetched_ts, published, doubts=doubts)


def as_game(told: GameTold) -> Game:
    """The game as the file tells it."""
    is_final = told.game_status == FINAL
    return Game(
        game_id=told.game_id,
        tip_ts=read_tip(told.game_date_time_utc, told.game_status_text, is_final),
        day=_day(told.game_date_est),
        home_team_id=told.home_team.team_id,
        away_team_id=told.away_team.team_id,
        home_team=told.home_team.team_tricode or None,
        away_team=told.away_team.team_tricode or None,
        status=read_status(told.game_status_text, told.postponed_status),
        arena_name=told.arena_name or None,
        is_neutral=told.is_neutral,
        game_subtype=told.game_subtype or None,
        home_score=told.home_team.score,
        away_score=told.away_team.score,
        ot_periods=read_overtimes(told.game_status_text),
        is_final=is_final,
        if_necessary=bool(told.if_necessary),
    )


def _day(wall: datetime | None) -> date | None:
    return wall.date() if wall is not None else None


SEASON_FILE = PayloadKind("season schedule", 1, parse_season_file, lambda body: b'"leagueSchedule"' in body[:4096])
