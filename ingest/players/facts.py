"""Players as any payload tells them, as rows of silver.players and silver.rosters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from ingest.history.stamps import first_of_august, value_columns
from ingest.payload import Rejection, Stamp
from lakehouse.clock import eastern_date
from lakehouse.errors import Unreadable
from lakehouse.tables import get_table

ACTIVE = 1
# The league has 30 teams, and a team at least 13 players under contract.
TEAMS, FEWEST_PLAYERS = 30, 8
_HEIGHTS, _WEIGHTS = (48, 108), (100, 450)
_HEIGHT = r"^([4-8])-([0-9]|1[01])$"
_INSTANT = pl.Datetime("us", "UTC")
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "row_number": pl.Int64,
    "player_id": pl.Int64,
    "player_name": pl.String,
    "first_name": pl.String,
    "last_name": pl.String,
    "team_id": pl.Int64,
    "roster_status": pl.Float64,
    "position": pl.String,
    "height": pl.String,
    "weight": pl.String,
    "birth_date": pl.Date,
    "draft_year": pl.Int32,
    "draft_round": pl.Int32,
    "draft_number": pl.Int32,
    "from_year": pl.Int32,
}


@dataclass(frozen=True)
class Player:
    """A player as told: height as '6-7', weight in pounds as text, `team_id` 0 for none; None is not said.

    `roster_status` is 1 for active; `from_year` the start year of his first season.
    """

    player_id: int
    player_name: str
    team_id: int
    roster_status: float | None
    first_name: str | None = None
    last_name: str | None = None
    position: str | None = None
    height: str | None = None
    weight: str | None = None
    birth_date: date | None = None
    draft_year: int | None = None
    draft_round: int | None = None
    draft_number: int | None = None
    from_year: int | None = None


def read_players(players: Sequence[Player], fetched_ts: datetime) -> tuple[pl.DataFrame, tuple[Rejection, ...]]:
    """silver.players, and the rows whose height or weight cannot be a person's, or that come twice.

    Public from 1 August of the draft or the first season, the earlier; from the fetch where neither is told or that
    lies ahead.
    """
    told = _frame(players)
    height = pl.col("height").str.strip_chars().replace("", None)
    weight = pl.col("weight").str.strip_chars().replace("", None)
    parts = [height.str.extract(_HEIGHT, group).cast(pl.Int32) for group in (1, 2)]
    letters = pl.col("position").replace("", None)
    measured = told.with_columns(
        height_in=parts[0] * 12 + parts[1],
        weight_lbs=weight.cast(pl.Int32, strict=False),
        guard=letters.str.contains("G", literal=True),
        forward=letters.str.contains("F", literal=True),
        center=letters.str.contains("C", literal=True),
    ).with_columns(
        reason=pl.when(~pl.col("player_id").is_first_distinct())
        .then(pl.lit("the player comes twice"))
        .when(height.is_not_null() & ~pl.col("height_in").is_between(*_HEIGHTS).fill_null(False))
        .then(pl.format("a height of {}", "height"))
        .when(weight.is_not_null() & ~pl.col("weight_lbs").is_between(*_WEIGHTS).fill_null(False))
        .then(pl.format("a weight of {}", "weight"))
    )
    sound = measured.filter(pl.col("reason").is_null())
    now = pl.lit(fetched_ts, dtype=_INSTANT)
    assumed = first_of_august(pl.min_horizontal("draft_year", "from_year"))
    by_rule = (assumed < now).fill_null(False)
    types = get_table("silver.players").columns
    rows = sound.select(
        *(pl.col(name).cast(types[name]) for name in value_columns("silver.players")),
        as_of_ts=pl.when(by_rule).then(assumed).otherwise(now),
        as_of_quality=pl.when(by_rule).then(pl.lit("assumed")).otherwise(pl.lit("exact")),
    )
    return rows, _rejections(measured.filter(pl.col("reason").is_not_null()), "silver.players")


def fewest_teams(stamp: Stamp) -> int:
    """Of how many teams a list of the whole league must have players: two thirds of those that play this season.

    `asked` may say, as `teams`, how many those are.
    """
    return -(-2 * int(stamp.asked.get("teams", TEAMS)) // 3)


def read_rosters(
    players: Sequence[Player], fetched_ts: datetime, what: str, fewest_teams: int
) -> tuple[pl.DataFrame, tuple[Rejection, ...], tuple[str, ...]]:
    """silver.rosters, a report a team told at the fetch, the rows left out, and doubts.

    Of a `roster_status` of 0 or none, or with no team, a player is on no roster. A team with fewer than eight players
    is left out whole, and a list of fewer than `fewest_teams` teams is Unreadable: nobody must be dropped for a list that is
    cut short.
    """
    told = _frame(players).filter((pl.col("team_id") > 0) & (pl.col("roster_status") > 0))
    listed = told.unique("player_id", keep="first", maintain_order=True)
    teams = listed["team_id"].n_unique()
    if teams < fewest_teams:
        raise Unreadable(f"{what} has players of {teams} teams, which is not the league; no roster was taken from it.")
    size = pl.len().over("team_id")
    counted = listed.with_columns(
        reason=pl.when(size < FEWEST_PLAYERS).then(pl.format("team {} has {} players only", "team_id", size))
    )
    short = counted.filter(pl.col("reason").is_not_null())
    doubts = tuple(f"{what}: {reason}; its roster is not taken." for reason in short["reason"].unique().sort())
    rows = counted.filter(pl.col("reason").is_null()).select(
        report_ts=pl.lit(fetched_ts, dtype=_INSTANT),
        game_date=pl.lit(eastern_date(fetched_ts)),
        team_id="team_id",
        player_id="player_id",
        player_name="player_name",
        role=pl.when(pl.col("roster_status") == ACTIVE).then(pl.lit("active")),
        as_of_ts=pl.lit(fetched_ts, dtype=_INSTANT),
        as_of_quality=pl.lit("exact"),
    )
    return rows.sort("team_id", "player_id"), _rejections(short, "silver.rosters"), doubts


def _frame(players: Sequence[Player]) -> pl.DataFrame:
    rows = [{"row_number": number, **vars(player)} for number, player in enumerate(players, start=1)]
    return pl.DataFrame(rows, schema=_SCHEMA) if rows else pl.DataFrame(schema=_SCHEMA)


def _rejections(rows: pl.DataFrame, table: str) -> tuple[Rejection, ...]:
    return tuple(
        Rejection(table, row.pop("row_number"), row.pop("reason"), json.dumps(row, default=str))
        for row in rows.iter_rows(named=True)
    )
