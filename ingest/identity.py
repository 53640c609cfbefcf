"""Identity decisions: which names and tricodes stand for which NBA id, as the facts that print both teach them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import polars as pl

from ingest.links import (
    DECISION,
    EXACT,
    MET,
    find_unresolved,
    link_players,
    link_teams,
    players_met,
    quality_rank,
    spell_otherwise,
    teams_met,
    unnamed,
)
from lakehouse.identity import in_force, normalise_name
from lakehouse.teams import FRANCHISES

__all__ = ["decide", "find_unresolved", "identity_rows"]

IDENTITY, UNRESOLVED = "silver.identity", "silver.unresolved"
_KEY = ["kind", "source_key"]
_TEACHES = {
    "silver.schedule": (("team", "home_team", "home_team_id"), ("team", "away_team", "away_team_id")),
    "silver.players": (("player", "player_name", "player_id"),),
    "silver.boxscores": (("player", "player_name", "player_id"),),
    "silver.status_events": (("player", "player_name", "player_id"),),
    "silver.rosters": (("player", "player_name", "player_id"),),
    "silver.lineups": (("player", "player_name", "player_id"),),
    "silver.live_boxscores": (("player", "player_name", "player_id"),),
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
        .sort("kind", "source_key", "nba_id", "as_of_ts", quality_rank())
        .unique(["kind", "source_key", "nba_id"], keep="first", maintain_order=True)
        .with_columns(pl.lit(EXACT).alias("rule"))
    )


def decide(
    lake_rows: Callable[[str], pl.LazyFrame], frames: Mapping[str, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What new facts decide, and whom they print that nothing names: rows for silver.identity and silver.unresolved.

    Both without provenance, and only what the lake, read with `lake_rows`, does not hold yet. `frames` are rows of
    silver tables by table. Exact keys first: names beside NBA ids teach, then the shipped spellings, then a source's
    number stands for whom its printed name names. What was unresolved before is looked at again. A key that ever had
    a decision gets no other one here: taking one back is a person's doing.
    """
    facts = list(frames.items())
    taught = identity_rows((name, rows) for name, rows in facts if name in _TEACHES).select(DECISION)
    players, teams = players_met(facts), teams_met(facts)
    if taught.is_empty() and players.is_empty() and teams.is_empty():
        return taught, players
    held = lake_rows(IDENTITY).collect()
    noted = lake_rows(UNRESOLVED).select(MET).collect()
    seen = pl.concat([players, noted.filter(pl.col("kind").str.starts_with("player"))])
    seen = seen.unique(_KEY, keep="first", maintain_order=True)
    new = taught.join(held, on=[*_KEY, "nba_id"], how="anti", maintain_order="left")
    # Whatever has a decision, also one taken back, is settled.
    spelled = spell_otherwise(seen, _standing(held, new))
    new = pl.concat([new, spelled.join(held, on=_KEY, how="anti", maintain_order="left")])
    undecided = seen.join(held, on=_KEY, how="anti", maintain_order="left")
    new = pl.concat([new, link_players(undecided, _standing(held, new))])
    new = pl.concat([new, link_teams(teams.join(held, on=_KEY, how="anti", maintain_order="left"))])
    missing = unnamed(pl.concat([players, teams]), _standing(held, new))
    return new.sort(*_KEY, "nba_id"), missing.join(noted, on=_KEY, how="anti", maintain_order="left").sort(_KEY)


def _standing(held: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Decisions of the lake that stand, and new ones."""
    standing = in_force(held.lazy()).select(DECISION).collect()
    return pl.concat([standing, new])


def _lesson(rows: pl.DataFrame, kind: str, name: str, nba_id: str) -> pl.DataFrame:
    # Few names, many rows: each name is normalised once.
    first = (
        rows.select(name, nba_id, "as_of_ts", "as_of_quality")
        .sort(name, nba_id, "as_of_ts", quality_rank(), nulls_last=True)
        .unique([name, nba_id], keep="first", maintain_order=True)
    )
    return first.select(
        pl.lit(kind).alias("kind"),
        normalise_name(pl.col(name)).alias("source_key"),
        pl.col(nba_id).alias("nba_id"),
        "as_of_ts",
        "as_of_quality",
    )


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
