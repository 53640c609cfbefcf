"""Labels day by day: how many games of each were due, and the days that have none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from lakehouse.errors import LabelsMissing
from lakehouse.holes import Hole, declared_reason
from transforms.due import games_due
from transforms.facts import Facts
from transforms.labels import TABLE

# A declared hole of one of these is a hole of the labels.
BASIS = (TABLE, "silver.boxscores", "silver.results")
_NAMED = 8


def label_days(
    view: Facts, first: date | None = None, last: date | None = None, holes: Iterable[Hole] = ()
) -> pl.DataFrame:
    """Each Eastern date with games due by the view's instant, of all or from `first` to `last`, in order.

    Columns: game_date, due, frozen, corrected (counts of games), declared (reason of a hole that covers it, or null).
    The view must be for training or evaluation.
    """
    versions = view.rows(TABLE).group_by("game_id").agg(frozen=pl.lit(True), corrected=pl.col("version").max() > 1)
    day = pl.col("game_date")
    asked = (day >= first if first is not None else pl.lit(True)) & (day <= last if last is not None else pl.lit(True))
    return (
        games_due(view)
        .filter(asked)
        .select("game_id", "game_date")
        .join(versions, on="game_id", how="left")
        .group_by("game_date")
        .agg(pl.len().cast(pl.Int64).alias("due"), pl.col("frozen", "corrected").fill_null(False).sum().cast(pl.Int64))
        .sort("game_date")
        .with_columns(declared=declared_reason(holes, BASIS))
        .collect()
    )


def require_labels(
    view: Facts, first: date | None = None, last: date | None = None, holes: Iterable[Hole] = ()
) -> None:
    """Raises LabelsMissing, naming the days, where games were due on a day and not one of them has labels.

    Days of declared holes are exempt. A game that does not sum right is no failure of its day while another game of it
    has labels. The view must be for training or evaluation.
    """
    refuse_missing(label_days(view, first, last, holes))


def refuse_missing(days: pl.DataFrame) -> None:
    """Raises LabelsMissing where a day of `label_days` has none and no hole covers it."""
    empty = days.filter((pl.col("frozen") == 0) & pl.col("declared").is_null())["game_date"].to_list()
    if empty:
        one = len(empty) == 1
        named = ", ".join(map(str, empty[:_NAMED])) + (", ..." if len(empty) > _NAMED else "")
        raise LabelsMissing(
            f"{len(empty)} {'day' if one else 'days'} with games {'has' if one else 'have'} no labels ({named}); bring in "
            "the box scores and run `pretip labels --freeze`, or declare each hole: "
            "`pretip holes add silver.boxscores --from DATE --to DATE --reason WHY`."
        )
