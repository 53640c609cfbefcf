"""Histories with corrections, exactly as known at each of thousands of cuts, without a loop over cuts.

Box scores mostly become known in tip order, so that what was known at a cut is a prefix of the history and one as-of
join finds it. A correction or a late game breaks the prefix. Such rows start a new *epoch* of their player (or team):
his history is written out once more, as known from that instant on, and a cut reads the epoch it falls into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from lakehouse.gate import newest

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Epochs:
    """Histories by epoch.

    `rows`: the facts of each (group, epoch) in their versions of that epoch, sorted by (group, epoch, tip_ts, game_id,
    player_id), with `effective_ts` (never decreasing along the history; a row is known from it on) and `epoch_end`.
    `starts`: [group, epoch_start, epoch] of every epoch but the first (epoch 0).
    """

    rows: pl.DataFrame
    starts: pl.DataFrame
    group: str

    def of_groups(self, ids: pl.Series) -> Epochs:
        """The histories of these groups only."""
        return Epochs(
            self.rows.filter(pl.col(self.group).is_in(ids.implode())),
            self.starts.filter(pl.col(self.group).is_in(ids.implode())),
            self.group,
        )

    def place(self, frame: pl.LazyFrame, stamp: str = "cut_ts") -> pl.LazyFrame:
        """`frame` with the `epoch` of its group at `stamp`; the order of rows is not kept."""
        if self.starts.is_empty():
            return frame.with_columns(epoch=pl.lit(0, pl.Int32))
        starts = self.starts.lazy().sort("epoch_start", self.group)
        return (
            frame.sort(stamp)
            .join_asof(starts, left_on=stamp, right_on="epoch_start", by=self.group, check_sortedness=False)
            .with_columns(pl.col("epoch").fill_null(0))
            .drop("epoch_start", strict=False)
        )


def split_epochs(versions: pl.LazyFrame, group: str) -> Epochs:
    """Epochs of the box-score versions by player or by team.

    A row is irregular when it is not the first version of its fact, when a later game was known before it, or when it
    came after other rows of its game. What is left is known in the order of tips.
    """
    fact = ["game", "player_id"]
    game = pl.col("game_id").cast(pl.Int64)  # an integer sorts several times faster
    order = [group, "tip_ts", "game", "available_ts", "player_id", "as_of_ts", "ingested_ts"]
    later = pl.col("available_ts").reverse().cum_min().reverse().shift(-1).over(group)
    of_game = pl.col("available_ts").min().over(group, "game")
    marked = (
        versions.with_columns(game=game)
        .sort(order)
        .with_columns(
            irregular=(pl.col("available_ts") > later).fill_null(False)
            | (pl.col("available_ts") > of_game)
            | (pl.len().over(fact) > 1).and_(pl.struct(fact).is_first_distinct().not_())
        )
        .collect()
    )
    starts = (
        marked.lazy()
        .filter("irregular")
        .select(group, epoch_start="available_ts")
        .unique()
        .sort(group, "epoch_start")
        .with_columns(epoch=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over(group))
        .collect()
    )
    if starts.is_empty():
        # One epoch, and in order as it is: the rows of a game became known together.
        one = marked.drop("irregular", "game").with_columns(epoch=pl.lit(0, pl.Int32), epoch_end=pl.lit(None, INSTANT))
        return Epochs(one.with_columns(effective_ts="available_ts"), starts, group)
    base = (
        marked.lazy()
        .filter(~pl.col("irregular"))
        .with_columns(epoch=pl.lit(0, pl.Int32), epoch_start=pl.lit(BEGINNING, INSTANT))
    )
    again = (
        starts.lazy()
        .join(marked.lazy(), on=group)
        .filter(~pl.col("irregular") | (pl.col("available_ts") <= pl.col("epoch_start")))
    )
    settled = newest(again.select(base.collect_schema().names()), [group, "epoch", "game_id", "player_id"])
    every = pl.concat([base, settled], how="vertical").join(
        _ends(starts, group).lazy(), on=[group, "epoch"], how="left"
    )
    known = pl.max_horizontal("available_ts", "epoch_start")
    rows = (
        every.with_columns(effective_ts=known)
        .filter(pl.col("epoch_end").is_null() | (pl.col("effective_ts") < pl.col("epoch_end")))
        .drop("irregular", "epoch_start")
        .sort(group, "epoch", "tip_ts", "game", "player_id")
        .drop("game")
        .collect()
    )
    return Epochs(rows, starts, group)


def _ends(starts: pl.DataFrame, group: str) -> pl.DataFrame:
    first = starts.select(group, epoch=pl.lit(0, pl.Int32), epoch_start=pl.lit(BEGINNING, INSTANT)).unique()
    return (
        pl.concat([first, starts.select(group, "epoch", "epoch_start")])
        .sort(group, "epoch")
        .select(group, "epoch", epoch_end=pl.col("epoch_start").shift(-1).over(group))
    )


def look_up(
    frame: pl.LazyFrame,
    table: pl.LazyFrame,
    by: Sequence[str],
    *,
    left_on: str = "cut_ts",
    right_on: str = "effective_ts",
    strictly: bool = False,
) -> pl.LazyFrame:
    """`frame` with the columns of the last row of `table` (per `by`) at or before `left_on`; `strictly`: before it.

    The table comes in the order of its histories; of rows with equal `right_on` the last is taken. The table's
    `tip_ts`, `game_id` and `right_on` are not among the columns added. The order of rows is not kept.
    """
    names = table.collect_schema().names()
    unwanted = [name for name in ("tip_ts", "game_id") if name in names and name != right_on]
    ordered = table.drop(unwanted).rename({right_on: "_at_ts"}).sort("_at_ts", maintain_order=True)
    return (
        frame.sort(left_on)
        .join_asof(
            ordered,
            left_on=left_on,
            right_on="_at_ts",
            by=list(by),
            strategy="backward",
            allow_exact_matches=not strictly,
            check_sortedness=False,
        )
        .drop("_at_ts", strict=False)
    )
