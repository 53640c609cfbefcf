"""Who he is: physical facts and draft, as known at the cut."""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from features.units import YEARS_PER_DAY
from lakehouse.gate import known_by, newest
from transforms.facts import Facts

_PLAYERS = ("players", "schedule")
_UNKNOWN = "the player index does not say"

FEATURES = (
    Feature("age", "age on the day of the game", "years", _PLAYERS, _UNKNOWN),
    Feature("height_in", "height", "in", _PLAYERS, _UNKNOWN),
    Feature("weight_lbs", "weight", "lb", _PLAYERS, _UNKNOWN),
    Feature(
        "seasons_since_draft", "seasons since he was drafted", "seasons", _PLAYERS, "he was not drafted, or unknown"
    ),
    Feature("draft_pick", "overall pick; 61 when he was not drafted", "picks", _PLAYERS, _UNKNOWN),
    Feature("plays_guard", "plays guard", "0/1", _PLAYERS, _UNKNOWN),
    Feature("plays_forward", "plays forward", "0/1", _PLAYERS, _UNKNOWN),
    Feature("plays_center", "plays centre", "0/1", _PLAYERS, _UNKNOWN),
    Feature("b2b_age", "age over 28 on the second night of two, else 0", "years", _PLAYERS, _UNKNOWN),
)
UNDRAFTED = 61


def player_facts(view: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Facts of each row [row, player_id, cut_ts] known at its cut; `bucket` is G, F or C, F where unknown."""
    asked = rows.select("row", "player_id", "cut_ts")
    table = view.rows("silver.players")
    repeated = pl.len().over("player_id") > 1
    single = known_by(table.filter(~repeated), asked, ["player_id"])
    several = newest(known_by(table.filter(repeated), asked, ["player_id"]), ["row"])
    columns = [
        "birth_date", "height_in", "weight_lbs", "draft_year", "draft_number", "guard", "forward", "center",
    ]  # fmt: skip
    bucket = pl.when("center").then(pl.lit("C")).when("forward").then(pl.lit("F")).when("guard").then(pl.lit("G"))
    known = pl.concat([part.select("row", *columns, player_as_of_ts="as_of_ts") for part in (single, several)])
    return asked.select("row").join(known, on="row", how="left").with_columns(bucket=bucket.otherwise(pl.lit("F")))


def build_player(frame: pl.LazyFrame, facts: pl.LazyFrame, rest: pl.LazyFrame) -> pl.LazyFrame:
    """Features for rows [row, game_date, season_start]; `rest` gives is_b2b by row."""
    age = (pl.col("game_date") - pl.col("birth_date")).dt.total_days() * YEARS_PER_DAY
    named = pl.col("guard").is_not_null()
    return (
        frame.select("row", "game_date", "season_start")
        .join(facts, on="row")
        .join(rest.select("row", "is_b2b"), on="row")
        .select(
            "row",
            age=age,
            height_in=pl.col("height_in").cast(pl.Float64),
            weight_lbs=pl.col("weight_lbs").cast(pl.Float64),
            seasons_since_draft=(pl.col("season_start") - pl.col("draft_year")).cast(pl.Float64),
            draft_pick=pl.when(named).then(pl.col("draft_number").fill_null(UNDRAFTED)).cast(pl.Float64),
            plays_guard=pl.col("guard").cast(pl.Float64),
            plays_forward=pl.col("forward").cast(pl.Float64),
            plays_center=pl.col("center").cast(pl.Float64),
            b2b_age=pl.col("is_b2b") * (age - 28).clip(0.0),
        )
    )
