"""Instants relative to tip: T-15 is fifteen minutes before each game's own tip, as known then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from lakehouse.errors import BadInput
from lakehouse.gate import View
from lakehouse.schemas.columns import QUALITIES

_FORM = re.compile(r"T-(\d{1,4})")
INSTANT_COLUMNS = ("at", "game_date", "game_id", "run_ts")


@dataclass(frozen=True)
class Offset:
    """A number of minutes before tip."""

    minutes: int

    def __str__(self) -> str:
        return f"T-{self.minutes}"


def parse_offset(text: str) -> Offset:
    """The offset that 'T-15' names; raises BadInput for anything else."""
    match = _FORM.fullmatch(text.strip().upper())
    if match is None:
        raise BadInput(f"{text!r} is not an offset before tip; write T-15 for fifteen minutes before each game's tip.")
    return Offset(int(match[1]))


def run_instants(view: View, first: date, last: date, offset: Offset) -> pl.DataFrame:
    """When a timer that knew each schedule version as it came out would have run for each game, newest last.

    Columns `INSTANT_COLUMNS`. A version holds from its availability until the next one's. While it holds, the timer
    goes off at its tip less the offset, or at once where the version came out later than that but before its tip; a
    postponed or cancelled game sets no timer. A game whose tip moved may so have two instants on one date.
    """
    in_force = _in_force(view.rows("silver.schedule"))
    versions = in_force.with_columns(
        until_ts=pl.col("available_ts").shift(-1).over("game_id"),
        run_ts=pl.max_horizontal(pl.col("tip_ts") - timedelta(minutes=offset.minutes), "available_ts"),
    )
    due = versions.filter(
        (pl.col("status") == "scheduled")
        & pl.col("game_date").is_between(first, last)
        & (pl.col("run_ts") <= pl.col("tip_ts"))
        & (pl.col("until_ts").is_null() | (pl.col("run_ts") < pl.col("until_ts")))
        & (pl.col("run_ts") <= view.run_ts)
    )
    wanted = due.select(pl.lit(str(offset)).alias("at"), "game_date", "game_id", "run_ts")
    return wanted.unique().sort("run_ts", "game_id").collect()


def last_instants(instants: pl.DataFrame) -> pl.DataFrame:
    """For each game the instant of the run that was made for it: the last one before its tip."""
    return instants.sort("run_ts", "game_id").unique("game_id", keep="last", maintain_order=True)


def _in_force(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The versions of each game that were the newest known at some instant, in that order, as `newest` would choose."""
    worst_first = pl.col("as_of_quality").replace_strict(list(QUALITIES), range(len(QUALITIES), 0, -1))
    order = ["game_id", "as_of_ts", worst_first, "ingested_ts", "announcement"]
    ranked = rows.sort(order, descending=[False, False, False, True, True], maintain_order=True).with_row_index(
        "newness"
    )
    # A version that came in late, after a newer one, never was the newest.
    arrived = ranked.sort("game_id", "available_ts", "newness")
    return arrived.filter(pl.col("newness") == pl.col("newness").cum_max().over("game_id"))
