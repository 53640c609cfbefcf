"""How a game's lines moved, as known at a cut: what each book opened at, and every change with its own stamps."""

from __future__ import annotations

import polars as pl

from lakehouse.schemas.columns import QUALITIES
from transforms.facts import CUT, Facts
from transforms.odds import lines_told

OPENING, FIRST_SEEN, MOVE, CLOSING = "opening", "first seen", "move", "closing"
SERIES = (*CUT, "feed", "book", "market")
_SAID = ("line", "home_price", "away_price")


def line_moves(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """The moves of each book's spread, total and moneyline of `games` [game_id, cut_id, cut_ts], in order of stamps.

    Columns: game_id, cut_id, feed, book, market, move (from 0), kind (opening as the book says; first seen where it
    does not; move; closing), line_ts (the line's own stamp), available_ts (when it could be used), line, home_price,
    away_price, line_change (against the move before), line_per_hour (line_change over the hours between the two
    stamps; null where they are the same), as_of_quality, source, body_sha256. A line told again is no move; the last
    move of a book is what `transforms.odds.lines_known` takes of it.
    """
    hours = (pl.col("as_of_ts") - pl.col("as_of_ts").shift(1).over(SERIES)).dt.total_seconds() / 3600
    return (
        lines_in_order(view, games)
        .filter("is_move")
        .with_columns(
            move=pl.int_range(pl.len(), dtype=pl.Int32).over(SERIES),
            line_change=pl.col("line") - pl.col("line").shift(1).over(SERIES),
        )
        .with_columns(kind=_kind(), line_per_hour=pl.when(hours > 0).then(pl.col("line_change") / hours))
        .select(
            *SERIES,
            "move",
            "kind",
            "available_ts",
            *_SAID,
            "line_change",
            "line_per_hour",
            "as_of_quality",
            "source",
            "body_sha256",
            line_ts="as_of_ts",
        )
        .select(*SERIES, "move", "kind", "line_ts", pl.exclude(*SERIES, "move", "kind", "line_ts"))
    )


def lines_in_order(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """Every line of `games` [game_id, cut_id, cut_ts] known at its cut, by `SERIES`, then in the order of their stamps.

    Columns: those of silver.odds_lines with cut_id and cut_ts, and is_move: whether the line or a price is not what
    the same book said before, true of its first. The last of a series is what stands at the cut.
    """
    priced = pl.col("line").is_not_null() | (
        (pl.col("market") == "moneyline") & pl.any_horizontal(pl.col("home_price", "away_price").is_not_null())
    )
    worst_first = pl.col("as_of_quality").replace_strict(list(QUALITIES), range(len(QUALITIES), 0, -1))
    order = [*SERIES, "as_of_ts", worst_first, "ingested_ts", "event_key", "line_key"]
    oldest_first = [*(False for _ in SERIES), False, False, True, True, True]
    first = pl.int_range(pl.len()).over(SERIES) == 0
    says_else = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1).over(SERIES)) for name in _SAID)
    return (
        lines_told(view, games.select(*CUT, "cut_ts"), priced)
        .sort(order, descending=oldest_first, maintain_order=True)
        .with_columns(is_move=first | says_else)
    )


def _kind() -> pl.Expr:
    key = pl.col("line_key")
    return (
        pl.when(key.str.starts_with("open:"))
        .then(pl.lit(OPENING))
        .when(key == "closing")
        .then(pl.lit(CLOSING))
        .when(pl.col("move") == 0)
        .then(pl.lit(FIRST_SEEN))
        .otherwise(pl.lit(MOVE))
    )
