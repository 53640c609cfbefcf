"""The live box score of a game: before the tip who is active, then the score as it goes, then the final line."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ingest.boxscores.counts import Counts
from ingest.boxscores.lines import (
    FINAL,
    SCHEDULED,
    Box,
    Flag,
    IsoMinutes,
    Line,
    empty_rows,
    final_rows,
    find_flaw,
    live_rows,
    read_iso_minutes,
    set_apart,
)
from ingest.nba import GameId, Headed, Instant, PersonId, TeamId, Text, Told, Whole, published_at, season_type
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.shapes import check, read_json
from lakehouse.errors import ShapeChanged, StalePayload, Unreadable

WHAT = "The box score"
_SECONDS = 60


class _Statistics(Counts):
    minutes: IsoMinutes


class _Player(Told):
    person_id: PersonId
    name: Text | None = None
    status: Literal["ACTIVE", "INACTIVE"]
    not_playing_reason: Text | None = None
    not_playing_description: Text | None = None
    position: Text | None = None
    starter: Flag
    on_court: Flag = Field(alias="oncourt")
    played: Flag
    statistics: _Statistics


class _Team(Told):
    team_id: TeamId
    score: Whole
    players: list[_Player]


class _Game(Told):
    game_id: GameId
    game_status: Annotated[int, Field(strict=True, ge=1, le=3)]
    period: Annotated[int, Field(strict=True, ge=0, le=100)]
    game_clock: Text
    game_time_utc: Instant = Field(alias="gameTimeUTC")
    home_team: _Team
    away_team: _Team


class _Boxscore(Headed):
    game: _Game


def parse_live(body: bytes, stamp: Stamp) -> Parsed:
    """silver.live_boxscores; of a final game that adds up also silver.boxscores and silver.results.

    A final that does not add up is a doubt and stays live only, as do All-Star games, which are played otherwise.
    Raises StalePayload where the game is not the one of `asked`.
    """
    payload = check(_Boxscore, read_json(body, WHAT), WHAT)
    if payload.meta.code not in (None, 200):
        raise Unreadable(f"{WHAT} says code {payload.meta.code}, which is not an answer; ask again later.")
    told = payload.game
    wanted = stamp.asked.get("game_id", told.game_id)
    if told.game_id != wanted:
        raise StalePayload(f"{WHAT} is of game {told.game_id}, not of {wanted}; ask again.")
    if told.game_time_utc is None:
        raise ShapeChanged(WHAT, "$.game.gameTimeUTC", "no time")
    boxes, rejected = set_apart([_as_box(told)])
    box = boxes[0]
    frames = {
        "silver.live_boxscores": live_rows(boxes, stamp.fetched_ts),
        "silver.boxscores": empty_rows("silver.boxscores"),
        "silver.results": empty_rows("silver.results"),
    }
    doubts: tuple[str, ...] = ()
    if not box.lines:
        doubts = (f"The box score of {box.game_id} lists nobody.",)
    if box.game_status == FINAL and season_type(box.game_id) != "All-Star":
        flaw = find_flaw(box)
        if flaw is None and not rejected:
            frames |= final_rows(box, told.game_time_utc, stamp.fetched_ts)
        else:
            doubts = (f"The final box score of {box.game_id} is not taken as final: {flaw or 'lines were rejected'}.",)
    return Parsed(frames, rejected, published_at(payload.meta, stamp.fetched_ts), doubts)


def _as_box(game: _Game) -> Box:
    sides = (game.home_team, game.away_team)
    return Box(
        game_id=game.game_id,
        tip_ts=game.game_time_utc,
        game_status=game.game_status,
        period=game.period,
        # Before the tip the clock counts down to it.
        game_clock_seconds=None if game.game_status == SCHEDULED else _read_clock(game.game_clock),
        home_team_id=game.home_team.team_id,
        away_team_id=game.away_team.team_id,
        home_score=game.home_team.score,
        away_score=game.away_team.score,
        lines=tuple(_as_line(player, side.team_id) for side in sides for player in side.players),
    )


def _as_line(player: _Player, team_id: int) -> Line:
    told = player.statistics
    reasons = [text for text in (player.not_playing_reason, player.not_playing_description) if text]
    return Line(
        player_id=player.person_id,
        player_name=player.name,
        team_id=team_id,
        starter=player.starter,
        on_court=player.on_court,
        played=player.played,
        roster_status=player.status,
        not_playing_reason=": ".join(reasons) or None,
        position=player.position or None,
        minutes=told.minutes,
        **told.as_counts(),
    )


def _read_clock(clock: str) -> float | None:
    try:
        return read_iso_minutes(clock) * _SECONDS
    except ValueError:
        return None


LIVE = PayloadKind(
    "live box score", 1, parse_live, lambda body: b'"game"' in body[:4096] and b'"gameTimeUTC"' in body[:8192]
)
