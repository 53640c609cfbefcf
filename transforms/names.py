"""Printed names to ids at a cut: only decisions known by then name anybody."""

from __future__ import annotations

import polars as pl

from lakehouse.identity import WITHDRAWN, normalise_name
from lakehouse.teams import FRANCHISES
from transforms.facts import Facts


def name_keys(view: Facts, kind: str = "player") -> pl.LazyFrame:
    """Whom a key of a kind names from an instant on: [key, from_ts, player_id], sorted by from_ts.

    `player_id` is null where nobody is named: from a second person's decision on, until one of the two is taken back.
    """
    decision = ["source_key", "nba_id"]
    stands = ~pl.col("rule").str.starts_with(WITHDRAWN)
    return (
        view.rows("silver.identity")
        .filter(pl.col("kind") == kind)
        .sort(*decision, "available_ts", "ingested_ts", "as_of_ts")
        .unique([*decision, "available_ts"], keep="last", maintain_order=True)
        .with_columns(stands=stands.cast(pl.Int64))
        .with_columns(change=pl.col("stands") - pl.col("stands").shift(1, fill_value=0).over(decision))
        .filter(pl.col("change") != 0)
        .group_by("source_key", "available_ts")
        .agg(pl.col("change").sum(), (pl.col("change") * pl.col("nba_id")).sum().alias("ids"))
        .sort("source_key", "available_ts")
        # Of the ids that stand only the sum is kept, which is the id where one stands.
        .with_columns(pl.col("change", "ids").cum_sum().over("source_key"))
        .select(
            key="source_key",
            from_ts="available_ts",
            player_id=pl.when(pl.col("change") == 1).then("ids"),
        )
        .sort("from_ts", "key")
    )


def resolve_players(frame: pl.LazyFrame, keys: pl.LazyFrame, column: str, stamp: str) -> pl.LazyFrame:
    """`frame` with `player_id` of the name in `column` as decided by `stamp`; null when unknown or ambiguous then."""
    return look_up_players(frame.with_columns(key=normalise_name(pl.col(column))), keys, stamp).drop("key")


def look_up_players(frame: pl.LazyFrame, keys: pl.LazyFrame, stamp: str) -> pl.LazyFrame:
    """`frame`, in its order, with `player_id` of what its column `key` names by `stamp`."""
    return (
        frame.with_row_index("_row")
        .sort(stamp, maintain_order=True)
        .join_asof(keys, left_on=stamp, right_on="from_ts", by="key", strategy="backward", check_sortedness=False)
        .sort("_row")
        .drop("_row", "from_ts", strict=False)
    )


def team_names() -> pl.LazyFrame:
    """The franchises as reports print them: [key (normalised full name), team_id]."""
    names = pl.LazyFrame(
        {"name": [team.name for team in FRANCHISES], "team_id": [team.team_id for team in FRANCHISES]},
        schema={"name": pl.String, "team_id": pl.Int64},
    )
    return names.select(key=normalise_name(pl.col("name")), team_id="team_id")
