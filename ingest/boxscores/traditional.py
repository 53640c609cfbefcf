"""The box score of one game in the statistics service's third format."""

from __future__ import annotations

from datetime import datetime

from ingest.boxscores.counts import Counts
from ingest.boxscores.lines import (
    FINAL,
    LIVE,
    SCHEDULED,
    Box,
    ColonMinutes,
    Line,
    empty_rows,
    final_rows,
    find_flaw,
    live_rows,
    overtimes_of_minutes,
    set_apart,
    sum_minutes,
)
from ingest.nba import (
    REGULATION_PERIODS,
    GameId,
    Headed,
    PersonId,
    TeamId,
    Text,
    Told,
    Whole,
    published_at,
    read_instant,
)
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.shapes import check, read_json
from lakehouse.errors import BadInput, StalePayload

WHAT = "The traditional box score"


class _Statistics(Counts):
    minutes: ColonMinutes


class _Player(Told):
    person_id: PersonId
    first_name: Text
    family_name: Text
    position: Text
    comment: Text
    statistics: _Statistics


class _Totals(Told):
    points: Whole


class _Team(Told):
    team_id: TeamId
    players: list[_Player]
    statistics: _Totals


class _Game(Told):
    game_id: GameId
    home_team: _Team
    away_team: _Team


class _Traditional(Headed):
    box_score_traditional: _Game


def parse_traditional(body: bytes, stamp: Stamp) -> Parsed:
    """silver.live_boxscores; of a game that is over also silver.boxscores and silver.results, where `asked` has the tip.

    The payload says neither when the game tips nor whether it is over: it is over once minutes add up to a whole game
    and somebody leads. Inactive players are not in it. Raises StalePayload where the game is not the one of `asked`.
    """
    payload = check(_Traditional, read_json(body, WHAT), WHAT)
    told = payload.box_score_traditional
    wanted = stamp.asked.get("game_id", told.game_id)
    if told.game_id != wanted:
        raise StalePayload(f"{WHAT} is of game {told.game_id}, not of {wanted}; ask again.")
    boxes, rejected = set_apart([_as_box(told)])
    frames = {
        "silver.live_boxscores": live_rows(boxes, stamp.fetched_ts),
        "silver.boxscores": empty_rows("silver.boxscores"),
        "silver.results": empty_rows("silver.results"),
    }
    tip_ts = _asked_tip(stamp)
    flaw = find_flaw(boxes[0])
    doubts: tuple[str, ...] = ()
    if tip_ts is not None and flaw is None and not rejected:
        frames |= final_rows(boxes[0], tip_ts, stamp.fetched_ts)
    elif tip_ts is not None:
        doubts = (f"The box score of {told.game_id} is not taken as final: {flaw or 'lines were rejected'}.",)
    return Parsed(frames, rejected, published_at(payload.meta, stamp.fetched_ts), doubts)


def _as_box(game: _Game) -> Box:
    sides = (game.home_team, game.away_team)
    lines = tuple(_as_line(player, side.team_id) for side in sides for player in side.players)
    periods = [overtimes_of_minutes(sum_minutes(lines, side.team_id)) for side in sides]
    home_score, away_score = (side.statistics.points for side in sides)
    is_over = periods[0] is not None and periods[0] == periods[1] and home_score != away_score
    has_begun = any(line.minutes > 0 for line in lines)
    return Box(
        game_id=game.game_id,
        tip_ts=None,
        game_status=FINAL if is_over else LIVE if has_begun else SCHEDULED,
        period=REGULATION_PERIODS + (periods[0] or 0) if is_over else None,
        game_clock_seconds=0.0 if is_over else None,
        home_team_id=game.home_team.team_id,
        away_team_id=game.away_team.team_id,
        home_score=home_score,
        away_score=away_score,
        lines=lines,
    )


def _as_line(player: _Player, team_id: int) -> Line:
    told = player.statistics
    return Line(
        player_id=player.person_id,
        player_name=f"{player.first_name} {player.family_name}".strip(),
        team_id=team_id,
        starter=player.position != "",
        on_court=None,
        played=told.minutes > 0,
        roster_status=None,
        not_playing_reason=player.comment.strip() or None,
        position=player.position or None,
        minutes=told.minutes,
        **told.as_counts(),
    )


def _asked_tip(stamp: Stamp) -> datetime | None:
    try:
        return read_instant(stamp.asked.get("tip_ts"))
    except ValueError:
        raise BadInput(f"{stamp.asked['tip_ts']!r} is not a tip; write it like 2025-11-25T23:45:00Z.") from None


TRADITIONAL = PayloadKind(
    "traditional box score", 1, parse_traditional, lambda body: b'"boxScoreTraditional"' in body[:4096]
)
