"""`players`: physical facts, which do not change; never team or career, which the file tells with hindsight."""

from __future__ import annotations

import polars as pl

from ingest.history.context import Context
from ingest.history.stamps import first_of_august, season_of, stamp

_COUNTS = ("height_in", "weight_lbs", "draft_year", "draft_round", "draft_number")
_POSITIONS = ("guard", "forward", "center")


def parse_players(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.players, public from 1 August of the first season that draft year, from_year or first game names.

    Where none of them is known: of the earliest season the archive knows, else at the import's own instant.
    """
    named = pl.min_horizontal(
        pl.col("draft_year").cast(pl.Int32),
        pl.col("from_year").cast(pl.Int32),
        season_of(pl.col("first_game_in_pack")),
    )
    fallback = pl.lit(context.first_season(), dtype=pl.Int32)
    year = pl.coalesce(named, fallback, named.min())
    as_of = first_of_august(year).fill_null(pl.lit(context.now, dtype=pl.Datetime("us", "UTC")))
    facts = raw.with_columns(
        pl.col("birth_date").str.to_date("%Y-%m-%d"),
        pl.col(_COUNTS).cast(pl.Int32),
        pl.col(_POSITIONS).cast(pl.Boolean),
    )
    return {"silver.players": stamp(facts, "silver.players", as_of, "assumed")}
