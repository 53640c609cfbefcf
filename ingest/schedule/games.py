"""Games as any of the schedule's payloads tell them, as rows of silver.schedule and silver.results."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from ingest.history.games import ANNOUNCED_EARLY, KNOCKOUT, SEASON_FILE, in_cup_weeks
from ingest.history.stamps import eastern_day, first_of_august, season_start, value_columns
from ingest.nba import season_label, season_type
from ingest.payload import Parsed, Rejection
from lakehouse.clock import EASTERN
from lakehouse.tables import get_table

FINAL = 3
# A game that is further away than this, with no time yet, is not announced rather than wrong.
ANNOUNCED_AHEAD = timedelta(days=3)
# The last games of a series are held back until then: they may never be needed.
NEEDED_AHEAD = timedelta(hours=48)
# From the first quarter-final to the Cup final, where a payload marks neither.
_CUP_DAYS = 8
_OVERTIMES = re.compile(r"Final(?:/OT([0-9]?))?")
_INSTANT = pl.Datetime("us", "UTC")
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "game_id": pl.String,
    "tip_ts": _INSTANT,
    "day": pl.Date,
    "home_team_id": pl.Int64,
    "away_team_id": pl.Int64,
    "home_team": pl.String,
    "away_team": pl.String,
    "status": pl.String,
    "arena_name": pl.String,
    "is_neutral": pl.Boolean,
    "game_subtype": pl.String,
    "home_score": pl.Int32,
    "away_score": pl.Int32,
    "ot_periods": pl.Int32,
    "is_final": pl.Boolean,
    "if_necessary": pl.Boolean,
    "problem": pl.String,
    "row_number": pl.Int64,
    "season": pl.String,
    "season_type": pl.String,
}


@dataclass(frozen=True)
class Game:
    """A game as told. `tip_ts` is None where no time is known; `day` the Eastern date printed; ids may be 0.

    `season` is the payload's own, where it names one; `ot_periods` None where a final game's are not told.
    """

    game_id: str
    tip_ts: datetime | None
    day: date | None
    home_team_id: int
    away_team_id: int
    home_team: str | None
    away_team: str | None
    status: str
    arena_name: str | None
    is_neutral: bool | None
    game_subtype: str | None
    home_score: int | None
    away_score: int | None
    ot_periods: int | None
    is_final: bool
    if_necessary: bool = False
    problem: str | None = None


def read_status(text: str, postponed_status: str | None) -> str:
    """`scheduled`, `postponed` or `cancelled`, of the words beside a game and its flag."""
    words = text.strip().upper()
    if words.startswith(("CNCL", "CANC")):
        return "cancelled"
    if words.startswith(("PPD", "POSTP")) or (postponed_status or "N").strip().upper() in ("Y", "P"):
        return "postponed"
    return "scheduled"


def read_tip(tip_ts: datetime | None, text: str, is_final: bool) -> datetime | None:
    """The tip, unless it is a placeholder: 'TBD' or midnight Eastern."""
    if tip_ts is None or "TBD" in text.upper():
        return None
    # Stated as a whole hour that no game starts at; a live or final game has started.
    return None if _is_midnight(tip_ts) and not is_final else tip_ts


def read_overtimes(text: str) -> int | None:
    """Overtime periods of 'Final', 'Final/OT', 'Final/OT2'; None for other words."""
    found = _OVERTIMES.fullmatch(text.strip())
    if found is None:
        return None
    return 0 if found[0] == "Final" else int(found[1] or 1)


def as_parsed(
    games: Iterable[Game],
    season: str | None,
    fetched_ts: datetime,
    published_ts: datetime | None = None,
    is_whole: bool = True,
    doubts: tuple[str, ...] = (),
) -> Parsed:
    """Rows of silver.schedule, public by the archive's rules where those lie before the fetch, and silver.results.

    Of what is not a whole season (`is_whole` false) games are public from the fetch, and so is a game that is off:
    nobody knew it on 1 August. A row is rejected that has no time and is within three days, has an id of another
    league or season, comes twice, or is final without a winner. A game further away without a time is not announced
    yet, nor is one more than 48 hours away that may not be needed: those are left out.
    """
    told = list(games)
    known = [season_type(game.game_id) for game in told]
    rows = [
        {**vars(game), "row_number": number, "season": season_label(game.game_id), "season_type": kind}
        for number, (game, kind) in enumerate(zip(told, known, strict=True), start=1)
    ]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row") if rows else pl.DataFrame(schema=_SCHEMA)
    marked = _mark_cup_weeks(frame.with_columns(game_date=pl.coalesce(eastern_day(pl.col("tip_ts")), "day")))
    now = pl.lit(fetched_ts, dtype=_INSTANT)
    far = pl.col("tip_ts").is_null() & (pl.col("game_date") > fetched_ts.date() + ANNOUNCED_AHEAD)
    unsure = pl.col("if_necessary") & ~pl.col("is_final") & (pl.col("tip_ts") - NEEDED_AHEAD > now)
    present = marked.filter(~(far | unsure).fill_null(False)).sort(
        # Of a game told twice, the one that stands comes first.
        "game_id", pl.col("status") != "scheduled", "row_number"
    )  # fmt: skip
    judged = present.with_columns(reason=_reasons(season)).sort("row_number")
    sound = judged.filter(pl.col("reason").is_null())
    results = sound.filter("is_final")
    return Parsed(
        frames={
            "silver.schedule": _schedule(sound, now, is_whole),
            "silver.results": _results(results.filter(pl.col("ot_periods").is_not_null()), now),
        },
        rejected=tuple(_rejection(row) for row in judged.filter(pl.col("reason").is_not_null()).iter_rows(named=True)),
        published_ts=published_ts,
        doubts=doubts,
    )


def _reasons(season: str | None) -> pl.Expr:
    named = pl.lit(season, dtype=pl.String)
    unscored = pl.any_horizontal(
        pl.col("home_score").fill_null(0) <= 0,
        pl.col("away_score").fill_null(0) <= 0,
        (pl.col("home_score") == pl.col("away_score")).fill_null(True),
    )
    return (
        pl.when(pl.col("problem").is_not_null())
        .then("problem")
        .when(pl.col("season_type").is_null())
        .then(pl.lit("the id is not of a game of this league"))
        .when((pl.col("season") != named).fill_null(False))
        .then(pl.format("the id is of season {}", "season"))
        .when(pl.col("tip_ts").is_null())
        .then(pl.lit("no time is known for the game"))
        .when(~pl.col("game_id").is_first_distinct())
        .then(pl.lit("the game comes twice"))
        .when(pl.col("is_final") & unscored)
        .then(pl.lit("final without a winner"))
    )


def _mark_cup_weeks(games: pl.DataFrame) -> pl.DataFrame:
    """Adds `in_cup_weeks`; where no knock-out is marked, they begin eight days before the Cup final."""
    final_date = pl.col("game_date").filter(pl.col("season_type") == "NBA Cup Final").min().over("season")
    any_marked = pl.col("game_subtype").is_not_null().any().over("season")
    near = pl.col("game_date").is_between(final_date - timedelta(days=_CUP_DAYS), final_date).fill_null(False)
    subtype = pl.when(~any_marked & near).then(pl.lit(KNOCKOUT)).otherwise("game_subtype")
    filled = games.with_columns(game_subtype=subtype)
    return filled.with_columns(in_cup_weeks(filled))


def _schedule(games: pl.DataFrame, now: pl.Expr, is_whole: bool) -> pl.DataFrame:
    late = ~pl.col("season_type").is_in(ANNOUNCED_EARLY) | pl.col("in_cup_weeks")
    assumed = (
        pl.when(late)
        .then(pl.col("tip_ts") - pl.duration(hours=48))
        .otherwise(first_of_august(season_start(pl.col("season"))))
    )
    by_rule = pl.lit(is_whole) & (assumed < now) & (pl.col("status") == "scheduled")
    return _stamped(games.with_columns(announcement=pl.lit(SEASON_FILE)), "silver.schedule", assumed, by_rule, now)


def _results(games: pl.DataFrame, now: pl.Expr) -> pl.DataFrame:
    assumed = pl.col("tip_ts") + pl.duration(hours=3)
    return _stamped(games, "silver.results", assumed, assumed < now, now)


def _stamped(rows: pl.DataFrame, table: str, assumed: pl.Expr, by_rule: pl.Expr, now: pl.Expr) -> pl.DataFrame:
    types = get_table(table).columns
    return rows.select(
        *(pl.col(name).cast(types[name]) for name in value_columns(table)),
        as_of_ts=pl.when(by_rule).then(assumed).otherwise(now),
        as_of_quality=pl.when(by_rule).then(pl.lit("assumed")).otherwise(pl.lit("exact")),
    )


def _rejection(row: dict[str, object]) -> Rejection:
    number, reason = row.pop("row_number"), row.pop("reason")
    return Rejection(
        "silver.schedule", int(str(number)), f"game {row['game_id']}: {reason}", json.dumps(row, default=str)
    )


def _is_midnight(instant: datetime) -> bool:
    local = instant.astimezone(EASTERN)
    return local.hour == local.minute == 0
