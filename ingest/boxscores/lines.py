"""A box score as any payload tells it, as rows of silver.live_boxscores, silver.boxscores and silver.results."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import polars as pl
from pydantic import BeforeValidator

from ingest.history.stamps import value_columns
from ingest.nba import OVERTIME_MINUTES, REGULATION_MINUTES, REGULATION_PERIODS, season_label, season_type
from ingest.payload import Rejection
from lakehouse.clock import eastern_date
from lakehouse.tables import get_table

SCHEDULED, LIVE, FINAL = 1, 2, 3
RESULT_KNOWN_AFTER = timedelta(hours=3)
# Whole seconds, rounded, of some fifteen players.
_MINUTES_OFF = 0.25
_LONGEST_STAY = 120.0
_MOST = 300
_INSTANT = pl.Datetime("us", "UTC")
_ISO = re.compile(r"PT(?:([0-9]{1,4})H)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4}(?:\.[0-9]{1,6})?)S)?")
_COLON = re.compile(r"([0-9]{1,4}):([0-5][0-9])")
COUNTS = (
    "pts", "reb", "oreb", "dreb", "ast", "stl", "blk", "tov", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "pf",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A player's line; None is what the payload does not say. `plus_minus` may be below 0, nothing else."""

    player_id: int
    player_name: str | None
    team_id: int
    starter: bool | None
    on_court: bool | None
    played: bool
    roster_status: str | None
    not_playing_reason: str | None
    position: str | None
    minutes: float
    pts: int
    reb: int
    oreb: int
    dreb: int
    ast: int
    stl: int
    blk: int
    tov: int
    fgm: int
    fga: int
    fg3m: int
    fg3a: int
    ftm: int
    fta: int
    pf: int
    plus_minus: int | None


@dataclass(frozen=True)
class Box:
    """A box score of a game at some instant; `tip_ts` None where the payload does not say when it tips."""

    game_id: str
    tip_ts: datetime | None
    game_status: int
    period: int | None
    game_clock_seconds: float | None
    home_team_id: int
    away_team_id: int
    home_score: int | None
    away_score: int | None
    lines: tuple[Line, ...]

    @property
    def overtimes(self) -> int:
        """Overtime periods, begun or played."""
        return max(0, (self.period or 0) - REGULATION_PERIODS)


def read_iso_minutes(value: Any) -> float:
    """Minutes of 'PT34M12.00S', hours, minutes and seconds optional; raises ValueError."""
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    if found is None or value == "PT":
        raise ValueError("Input should be a duration such as PT34M12.00S")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 60 + minutes + seconds / 60


def read_colon_minutes(value: Any) -> float:
    """Minutes of '34:12'; empty is none. Raises ValueError."""
    if value in ("", None):
        return 0.0
    found = _COLON.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("Input should be minutes and seconds such as 34:12")
    return int(found[1]) + int(found[2]) / 60


def read_flag(value: Any) -> bool:
    """The strings "0" and "1"; raises ValueError."""
    if value not in ("0", "1") or not isinstance(value, str):
        raise ValueError('Input should be "0" or "1"')
    return value == "1"


IsoMinutes = Annotated[float, BeforeValidator(read_iso_minutes)]
ColonMinutes = Annotated[float, BeforeValidator(read_colon_minutes)]
Flag = Annotated[bool, BeforeValidator(read_flag)]


def sum_minutes(lines: Sequence[Line], team_id: int) -> float:
    """Minutes of a team's players."""
    return sum(line.minutes for line in lines if line.team_id == team_id)


def overtimes_of_minutes(minutes: float, off: float = _MINUTES_OFF) -> int | None:
    """Overtime periods of a game in which a team's players were on the floor so long; None where it cannot be."""
    overtimes = round((minutes - REGULATION_MINUTES) / OVERTIME_MINUTES)
    right = abs(minutes - REGULATION_MINUTES - OVERTIME_MINUTES * overtimes) <= off
    return overtimes if overtimes >= 0 and right else None


def find_flaw(box: Box) -> str | None:
    """Why a final box score does not add up, if it does not: points to the score, minutes to 240 + 25 an overtime."""
    for team_id, score in ((box.home_team_id, box.home_score), (box.away_team_id, box.away_score)):
        points = sum(line.pts for line in box.lines if line.team_id == team_id)
        if points != score:
            return f"the points of team {team_id} add up to {points}, not to its score of {score}"
        minutes = sum_minutes(box.lines, team_id)
        if overtimes_of_minutes(minutes) != box.overtimes:
            return f"the minutes of team {team_id} add up to {minutes:.2f} with {box.overtimes} overtimes"
    if box.home_score == box.away_score:
        return "nobody has won"
    return None


def set_apart(boxes: Sequence[Box]) -> tuple[list[Box], tuple[Rejection, ...]]:
    """The box scores without the lines that cannot be, or come twice, and those lines."""
    sound: list[Box] = []
    rejected: list[Rejection] = []
    number = 0
    for box in boxes:
        kept: dict[int, Line] = {}
        for line in box.lines:
            number += 1
            reason = "the player comes twice" if line.player_id in kept else _impossible(line)
            if reason is None:
                kept[line.player_id] = line
            else:
                told = json.dumps({"game_id": box.game_id, **vars(line)})
                rejected.append(Rejection("silver.live_boxscores", number, f"game {box.game_id}: {reason}", told))
        sound.append(Box(**{**vars(box), "lines": tuple(kept.values())}))
    return sound, tuple(rejected)


def live_rows(boxes: Sequence[Box], fetched_ts: datetime) -> pl.DataFrame:
    """silver.live_boxscores: a report a game, told and public when it was fetched."""
    rows = [
        {
            **vars(line),
            **{name: value for name, value in vars(box).items() if name != "lines"},
            "report_ts": fetched_ts,
        }
        for box in boxes
        for line in box.lines
    ]
    return _frame(rows, "silver.live_boxscores", fetched_ts, "exact")


def final_rows(box: Box, tip_ts: datetime, fetched_ts: datetime) -> dict[str, pl.DataFrame]:
    """silver.boxscores and silver.results of a final game, public 3 hours after the tip, or else from the fetch."""
    known_ts = tip_ts + RESULT_KNOWN_AFTER
    as_of_ts, quality = (known_ts, "assumed") if known_ts < fetched_ts else (fetched_ts, "exact")
    game = {
        "game_id": box.game_id,
        "season": season_label(box.game_id),
        "season_type": season_type(box.game_id),
        "game_date": eastern_date(tip_ts),
        "tip_ts": tip_ts,
        "minutes_is_seconds": True,
        "home_score": box.home_score,
        "away_score": box.away_score,
        "ot_periods": box.overtimes,
    }
    lines = [{**vars(line), **game, **_side(box, line.team_id)} for line in box.lines]
    return {
        "silver.boxscores": _frame(lines, "silver.boxscores", as_of_ts, quality),
        "silver.results": _frame([game], "silver.results", as_of_ts, quality),
    }


def empty_rows(table: str) -> pl.DataFrame:
    """No rows of a table, in the columns a parser gives."""
    return pl.DataFrame(schema=_types(table))


def _side(box: Box, team_id: int) -> dict[str, object]:
    is_home = team_id == box.home_team_id
    return {"is_home": is_home, "opponent_team_id": box.away_team_id if is_home else box.home_team_id}


def _impossible(line: Line) -> str | None:
    counts = {name: getattr(line, name) for name in COUNTS}
    wrong = next((name for name, value in counts.items() if not 0 <= value <= _MOST), None)
    if wrong is not None:
        return f"{wrong} is {counts[wrong]}"
    if line.minutes > _LONGEST_STAY:
        return f"{line.minutes:.0f} minutes on the floor"
    made = (("fgm", "fga"), ("fg3m", "fg3a"), ("ftm", "fta"), ("fg3m", "fgm"))
    more = next((pair for pair in made if counts[pair[0]] > counts[pair[1]]), None)
    return f"{more[0]} is more than {more[1]}" if more is not None else None


def _types(table: str) -> dict[str, pl.DataType]:
    types = {name: get_table(table).columns[name] for name in value_columns(table)}
    return {**types, "as_of_ts": _INSTANT, "as_of_quality": pl.String()}


def _frame(rows: Sequence[dict[str, Any]], table: str, as_of_ts: datetime, quality: str) -> pl.DataFrame:
    types = _types(table)
    stamped = [{**row, "as_of_ts": as_of_ts, "as_of_quality": quality} for row in rows]
    return pl.DataFrame([{name: row.get(name) for name in types} for row in stamped], schema=types)
