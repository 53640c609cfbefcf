"""DraftKings pools at a cut: who has a salary for a day, and which, as draft groups and Linestar's copies of them say.

Not for features. Linestar's lists of the history archive were pulled after the games and leave out those who sat: of
regulars who played in their team's last game and for more than 28 minutes of late, 99% of those who then played have a
salary there and 20% of those who did not (2023-24 to 2025-01-08). To be in such a list is the outcome in disguise.
"""

from __future__ import annotations

import polars as pl

from lakehouse.clock import EASTERN
from lakehouse.gate import newest
from transforms.facts import Facts
from transforms.names import name_keys, resolve_players

# Salaries of other formats are of one game, or of captains.
CLASSIC = "classic"
_INSTANT = ["game_date", "cut_ts"]


def pools_known(view: Facts, instants: pl.LazyFrame) -> pl.LazyFrame:
    """The players in a pool of the day of each of `instants` [game_date, cut_ts], known at the cut.

    Columns: game_date, cut_ts, player_id, salary (dollars; the least of the day's classic slates), pool_as_of_ts; one
    row a player, sorted. His game is on that Eastern date. Names are resolved as they were at the cut; who has none
    then is left out.
    """
    asked = instants.select(_INSTANT).unique().sort(_INSTANT)
    pools = pl.concat(
        [
            _rows(view, "silver.linestar_salaries", "tip_ts", ["salary_id"]),
            _rows(view, "silver.dk_draftables", "lock_ts", ["draft_group", "draftable_id"]),
        ]
    )
    known = (
        asked.join(pools, on="game_date")
        .filter(pl.col("available_ts") <= pl.col("cut_ts"))
        .sort(*_INSTANT, "source_table", "fact", "available_ts", "salary")
        .unique([*_INSTANT, "source_table", "fact"], keep="last", maintain_order=True)
    )
    return (
        resolve_players(known, name_keys(view), "player_name", "cut_ts")
        .filter(pl.col("player_id").is_not_null())
        .group_by(*_INSTANT, "player_id")
        .agg(pl.col("salary").min(), pl.col("as_of_ts").max().alias("pool_as_of_ts"))
        .sort(*_INSTANT, "player_id")
    )


def _rows(view: Facts, table: str, tip: str, fact: list[str]) -> pl.LazyFrame:
    rows = view.rows(table).filter(pl.col("salary").is_not_null())
    if "slate_type" in rows.collect_schema():
        rows = rows.filter(pl.col("slate_type") == CLASSIC)
    return newest(rows, [*fact, "available_ts"]).select(
        "player_name",
        "available_ts",
        "as_of_ts",
        pl.col("salary").cast(pl.Float64),
        source_table=pl.lit(table),
        fact=pl.concat_str([pl.col(name).cast(pl.String) for name in fact], separator=":"),
        game_date=pl.col(tip).dt.convert_time_zone(EASTERN.key).dt.date(),
    )
