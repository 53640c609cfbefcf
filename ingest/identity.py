"""Identity decisions: which names and tricodes stand for which NBA id, as the facts that print both teach them."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from lakehouse.identity import normalise_name
from lakehouse.schemas.columns import QUALITIES
from lakehouse.teams import FRANCHISES

RULE = "exact-name"
_TEACHES = {
    "silver.schedule": (("team", "home_team", "home_team_id"), ("team", "away_team", "away_team_id")),
    "silver.players": (("player", "player_name", "player_id"),),
    "silver.boxscores": (("player", "player_name", "player_id"),),
    "silver.status_events": (("player", "player_name", "player_id"),),
    "silver.rosters": (("player", "player_name", "player_id"),),
    "silver.lineups": (("player", "player_name", "player_id"),),
}
_COLUMNS = ("kind", "source_key", "nba_id", "as_of_ts", "as_of_quality")


def identity_rows(facts: Iterable[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    """Decisions that facts of silver tables, given as (table, rows), teach.

    Columns kind, source_key, nba_id, rule, as_of_ts and as_of_quality; one row a pair of key and id, stamped as the
    earliest fact that taught it, the better known of two at one instant. A team's tricode teaches its full name too,
    which no source prints beside an id.
    """
    lessons = [
        _lesson(rows, kind, name, nba_id) for table, rows in facts for kind, name, nba_id in _TEACHES.get(table, ())
    ]
    taught = pl.concat([*lessons, *(_full_names(lesson) for lesson in lessons)]) if lessons else _nothing()
    return (
        taught.filter(pl.col("source_key").is_not_null() & (pl.col("nba_id") > 0))
        .sort("kind", "source_key", "nba_id", "as_of_ts", _rank())
        .unique(["kind", "source_key", "nba_id"], keep="first", maintain_order=True)
        .with_columns(pl.lit(RULE).alias("rule"))
    )


def _lesson(rows: pl.DataFrame, kind: str, name: str, nba_id: str) -> pl.DataFrame:
    # Few names, many rows: each name is normalised once.
    first = (
        rows.select(name, nba_id, "as_of_ts", "as_of_quality")
        .sort(name, nba_id, "as_of_ts", _rank(), nulls_last=True)
        .unique([name, nba_id], keep="first", maintain_order=True)
    )
    return first.select(
        pl.lit(kind).alias("kind"),
        normalise_name(pl.col(name)).alias("source_key"),
        pl.col(nba_id).alias("nba_id"),
        "as_of_ts",
        "as_of_quality",
    )


def _rank() -> pl.Expr:
    """0 for the best quality."""
    return pl.col("as_of_quality").replace_strict({name: at for at, name in enumerate(QUALITIES)}, return_dtype=pl.Int8)


def _full_names(lesson: pl.DataFrame) -> pl.DataFrame:
    franchises = pl.DataFrame(
        {"nba_id": [team.team_id for team in FRANCHISES], "name": [team.name for team in FRANCHISES]},
        schema={"nba_id": pl.Int64(), "name": pl.String()},
    )
    teams = lesson.filter(pl.col("kind") == "team").join(franchises, on="nba_id", how="inner", maintain_order="left")
    return teams.with_columns(normalise_name(pl.col("name")).alias("source_key")).select(_COLUMNS)


def _nothing() -> pl.DataFrame:
    kinds: dict[str, pl.DataType] = {
        "kind": pl.String(),
        "source_key": pl.String(),
        "nba_id": pl.Int64(),
        "as_of_ts": pl.Datetime("us", "UTC"),
        "as_of_quality": pl.String(),
    }
    return pl.DataFrame(schema=kinds)
