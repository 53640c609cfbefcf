"""What every selection shares: rows known by a cut, the newest of them, and whole reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import polars as pl

from lakehouse.gate import newest

CUT = ("game_id", "cut_id")
HISTORIC_KINDS = ("Regular Season", "NBA Cup Final", "Play-In", "Playoffs")


class Facts(Protocol):
    """What a view of the lake offers: rows available by `run_ts`, with their `available_ts`."""

    @property
    def run_ts(self) -> datetime:
        """Instant the view knows the world at."""
        ...

    def rows(self, table_name: str, /) -> pl.LazyFrame:
        """Rows of a silver table available by `run_ts`, sorted by the table's key, with `available_ts`."""
        ...


def latest_of(rows: pl.LazyFrame, by: Sequence[str], stamp: str) -> pl.LazyFrame:
    """Per `by` the row of the greatest `stamp` (a fact's own time), in its newest version.

    A correction is stamped when it was made, so versions are settled before stamps are compared.
    """
    settled = newest(rows, [*by, stamp])
    return settled.filter(pl.col(stamp) == pl.col(stamp).max().over(list(by)))


def report_steps(rows: pl.LazyFrame, by: Sequence[str]) -> pl.LazyFrame:
    """The newest `report_ts` known from each instant on: [by..., known_ts, report_ts], sorted by known_ts.

    A report fetched late never replaces a newer one.
    """
    keys = list(by)
    return (
        rows.group_by([*keys, "available_ts"])
        .agg(pl.col("report_ts").max())
        .sort([*keys, "available_ts"])
        .with_columns(pl.col("report_ts").cum_max().over(keys))
        .rename({"available_ts": "known_ts"})
        .sort(["known_ts", *keys])
    )


def attach_report(cuts: pl.LazyFrame, steps: pl.LazyFrame, by: Sequence[str]) -> pl.LazyFrame:
    """`cuts` with the `report_ts` of the newest report known at each, null where none was."""
    return (
        cuts.sort("cut_ts")
        .join_asof(
            steps, left_on="cut_ts", right_on="known_ts", by=list(by), strategy="backward", check_sortedness=False
        )
        .drop("known_ts", strict=False)
    )
