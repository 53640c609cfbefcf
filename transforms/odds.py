"""Lines at a cut: each book's newest, then the median over books of the best feed."""

from __future__ import annotations

import polars as pl

from lakehouse.gate import known_by, newest
from transforms.facts import CUT, Facts

# A feed seen live, best with the books' own stamps, beats the closing number (known at tip only), then the morning's.
FEEDS = ("oddstrader", "observed", "closing", "morning")


def lines_known(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """Consensus spread and total of each game at its cut.

    Columns: game_id, cut_id, spread_home (home handicap, negative: home favoured), total (points), n_books,
    odds_as_of_ts, odds_age_minutes. Games without any known line have no row.
    """
    cuts = games.select(*CUT, "cut_ts")
    priced = pl.col("market").is_in(["spread", "total"]) & pl.col("line").is_not_null()
    line = [*CUT, "feed", "book", "market"]
    newest_stamp = newest(lines_told(view, cuts, priced), line)
    consensus = (
        best_feed(newest_stamp.sort(*line))
        .group_by(*CUT, "market", "feed", maintain_order=True)
        .agg(pl.col("line").median(), pl.len().alias("n_books"), pl.col("as_of_ts").max())
    )
    spread, total = (consensus.filter(pl.col("market") == market) for market in ("spread", "total"))
    totals = total.select(*CUT, total="line", total_books="n_books", total_ts="as_of_ts")
    both = spread.select(*CUT, "n_books", spread_home="line", spread_ts="as_of_ts").join(
        totals, on=list(CUT), how="full", coalesce=True
    )
    return (
        both.join(cuts, on=list(CUT))
        .with_columns(odds_as_of_ts=pl.max_horizontal("spread_ts", "total_ts"))
        .select(
            *CUT,
            "spread_home",
            "total",
            pl.max_horizontal("n_books", "total_books").cast(pl.Int32).alias("n_books"),
            "odds_as_of_ts",
            odds_age_minutes=(pl.col("cut_ts") - pl.col("odds_as_of_ts")).dt.total_seconds() * (1 / 60),
        )
        .sort(CUT)
    )


def best_feed(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Of `lines` those of the best feed that each game's market has at its cut."""
    preference = pl.col("feed").replace_strict(list(FEEDS), range(len(FEEDS)), return_dtype=pl.Int8)
    return lines.filter(preference == preference.min().over(*CUT, "market"))


def lines_told(view: Facts, cuts: pl.LazyFrame, which: pl.Expr) -> pl.LazyFrame:
    """Every line of the games known at their cuts, of rows for which `which` holds, each in its newest version.

    `cuts` has CUT and cut_ts. A line without a game's id is its by date and tricodes, in any version of the schedule
    known then.
    """
    rows = view.rows("silver.odds_lines").filter(which)
    with_id = known_by(rows.filter(pl.col("game_id").is_not_null()), cuts, ["game_id"])
    columns = with_id.collect_schema().names()
    named = rows.filter(pl.col("game_id").is_null()).drop("game_id")
    without_id = known_by(named, _names(view, cuts), ["game_date", "home_team", "away_team"])
    return newest(
        pl.concat([with_id, without_id.select(columns)]),
        [*CUT, "feed", "book", "market", "event_key", "line_key"],
    )


def _names(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """Every (date, tricodes) a game has had in a version of the schedule known at its cut."""
    return (
        known_by(view.rows("silver.schedule"), cuts, ["game_id"])
        .select(*CUT, "cut_ts", "game_date", "home_team", "away_team")
        .unique()
        .sort(*CUT, "game_date")
    )
