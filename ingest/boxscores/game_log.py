"""A day's game log of the statistics service: the lines of everybody who played, by game."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from ingest.boxscores.lines import (
    COUNTS,
    FINAL,
    LIVE,
    Box,
    Line,
    live_rows,
    overtimes_of_minutes,
    set_apart,
    sum_minutes,
)
from ingest.nba import REGULATION_PERIODS, GameId, PersonId, Real, TeamId, Text, Whole
from ingest.payload import Parsed, PayloadKind, Rejection, Stamp
from ingest.result_sets import TableRow, is_result_set, read_result_set
from lakehouse.errors import StalePayload

WHAT = "The game log"
# Whole minutes, rounded, of some ten players.
_WHOLE_MINUTES_OFF = 6.0


class _LogRow(TableRow):
    player_id: PersonId
    player_name: Text | None
    team_id: TeamId
    team_abbreviation: Text
    game_id: GameId
    matchup: Text
    wl: Text | None
    min: Whole
    pts: Whole
    reb: Whole
    oreb: Whole
    dreb: Whole
    ast: Whole
    stl: Whole
    blk: Whole
    tov: Whole
    fgm: Whole
    fga: Whole
    fg3m: Whole
    fg3a: Whole
    ftm: Whole
    fta: Whole
    pf: Whole
    plus_minus: Real | None
    game_date: Text = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_game_log(body: bytes, stamp: Stamp) -> Parsed:
    """silver.live_boxscores of every game in the log; final where a winner is named.

    It has whole minutes, no tips, no starters and only those who played, so that no final box score is made of it.
    Raises StalePayload where `asked` names a date and a row is of another.
    """
    rows = read_result_set(body, "LeagueGameLog", _LogRow, WHAT).rows
    wanted = stamp.asked.get("date")
    other = next((row.game_date for row in rows if wanted is not None and row.game_date[:10] != wanted), None)
    if other is not None:
        raise StalePayload(f"{WHAT} has a game of {other[:10]}, not of {wanted}; ask again.")
    games: dict[str, list[_LogRow]] = {}
    for row in rows:
        games.setdefault(row.game_id, []).append(row)
    told = [(game_id, _sides(lines)) for game_id, lines in sorted(games.items())]
    unsided = [game_id for game_id, sides in told if sides is None]
    boxes = [_log_box(game_id, games[game_id], sides) for game_id, sides in told if sides is not None]
    sound, rejected = set_apart(boxes)
    one_sided = tuple(
        Rejection("silver.live_boxscores", number, f"game {game_id}: not two teams, home and away", "{}")
        for number, game_id in enumerate(unsided, start=len(rows) + 1)
    )
    doubts = tuple(doubt for doubt in map(_log_doubt, sound) if doubt is not None)
    frames = {"silver.live_boxscores": live_rows(sound, stamp.fetched_ts)}
    return Parsed(frames, (*rejected, *one_sided), doubts=doubts)


def _sides(rows: Sequence[_LogRow]) -> tuple[int, int] | None:
    """The home team ('GSW vs. NYK') and the visitors ('NYK @ GSW'); None where it is not one of each."""
    home = sorted({row.team_id for row in rows if " vs. " in row.matchup})
    away = sorted({row.team_id for row in rows if " @ " in row.matchup})
    return (home[0], away[0]) if len(home) == len(away) == 1 and home != away else None


def _log_box(game_id: str, rows: Sequence[_LogRow], sides: tuple[int, int]) -> Box:
    lines = tuple(_log_line(row) for row in rows)
    is_over = all(row.wl in ("W", "L") for row in rows)
    overtimes = overtimes_of_minutes(sum_minutes(lines, sides[0]), _WHOLE_MINUTES_OFF)
    home_score, away_score = (sum(line.pts for line in lines if line.team_id == team) for team in sides)
    return Box(
        game_id=game_id,
        tip_ts=None,
        game_status=FINAL if is_over else LIVE,
        period=REGULATION_PERIODS + overtimes if is_over and overtimes is not None else None,
        game_clock_seconds=None,
        home_team_id=sides[0],
        away_team_id=sides[1],
        home_score=home_score,
        away_score=away_score,
        lines=lines,
    )


def _log_line(row: _LogRow) -> Line:
    shared = {name: getattr(row, name) for name in ("player_id", "player_name", "team_id")}
    return Line(
        **shared,
        **{name: getattr(row, name) for name in COUNTS},
        starter=None,
        on_court=None,
        played=True,
        roster_status=None,
        not_playing_reason=None,
        position=None,
        minutes=float(row.min),
        plus_minus=None if row.plus_minus is None else round(row.plus_minus),
    )


def _log_doubt(box: Box) -> str | None:
    if box.game_status != FINAL or box.home_score != box.away_score:
        return None
    return f"The game log calls {box.game_id} won at {box.home_score} each."


GAME_LOG = PayloadKind("game log", 1, parse_game_log, lambda body: is_result_set(body, "LeagueGameLog"))
