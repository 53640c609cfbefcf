"""Printed names to ids at a cut: only decisions known by then name anybody."""

from __future__ import annotations

import polars as pl

from lakehouse.identity import normalise_name
from lakehouse.teams import FRANCHISES
from transforms.facts import Facts


def name_keys(view: Facts) -> pl.LazyFrame:
    """When a player's key means one person: [key, player_id, from_ts, until_ts (null: for good)].

    From the first decision on the key names him; from a second person's decision on it names nobody.
    """
    return (
        view.rows("silver.identity")
        .filter(pl.col("kind") == "player")
        .group_by("source_key", "nba_id")
        .agg(pl.col("available_ts").min())
        .sort("source_key", "available_ts", "nba_id")
        .group_by("source_key", maintain_order=True)
        .agg(
            pl.col("nba_id").first().alias("player_id"),
            pl.col("available_ts").first().alias("from_ts"),
            pl.col("available_ts").get(1, null_on_oob=True).alias("until_ts"),
        )
        .rename({"source_key": "key"})
    )


def resolve_players(frame: pl.LazyFrame, keys: pl.LazyFrame, column: str, stamp: str) -> pl.LazyFrame:
    """`frame` with `player_id` of the name in `column` as decided by `stamp`; null when unknown or ambiguous then."""
    decided = pl.col("from_ts").is_not_null() & (pl.col("from_ts") <= pl.col(stamp))
    unique = pl.col("until_ts").is_null() | (pl.col("until_ts") > pl.col(stamp))
    return (
        frame.with_columns(key=normalise_name(pl.col(column)))
        .join(keys, on="key", how="left")
        .with_columns(player_id=pl.when(decided & unique).then("player_id"))
        .drop("key", "from_ts", "until_ts")
    )


def team_names() -> pl.LazyFrame:
    """The franchises as reports print them: [key (normalised full name), team_id]."""
    names = pl.LazyFrame(
        {"name": [team.name for team in FRANCHISES], "team_id": [team.team_id for team in FRANCHISES]},
        schema={"name": pl.String, "team_id": pl.Int64},
    )
    return names.select(key=normalise_name(pl.col("name")), team_id="team_id")
