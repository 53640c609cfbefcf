"""`odds_lines`, `odds_observed` and `odds_closing`: three feeds of one table; ids are attached at read."""

from __future__ import annotations

import polars as pl

from ingest.history.context import Context
from ingest.history.stamps import day_end, iso_text, stamp

TABLE = "silver.odds_lines"
CONSENSUS = "consensus"
MARKETS = {"h2h": "moneyline", "spreads": "spread", "totals": "total"}
_NO_TEXT = pl.lit(None, dtype=pl.String)
_NO_PRICE = pl.lit(None, dtype=pl.Float64)


def parse_lines(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.odds_lines of the morning feed, one row a book and market, public at `as_of`.

    Lines taken after the game began stay: they are facts, and the cut keeps them from a projection.
    """
    is_total = pl.col("market") == "totals"
    lines = raw.with_columns(
        pl.lit("morning").alias("feed"),
        pl.col("event_id").alias("event_key"),
        iso_text(pl.col("as_of")).alias("line_key"),
        _NO_TEXT.alias("game_id"),
        pl.col("game_date_et").alias("game_date"),
        pl.col("commence_time").alias("commence_ts"),
        pl.col("home_tri").alias("home_team"),
        pl.col("away_tri").alias("away_team"),
        pl.col("market").replace_strict(MARKETS),
        pl.when(is_total).then("line").when(pl.col("market") == "spreads").then("home_point").alias("line"),
        pl.when(is_total).then("over_price").otherwise("home_price").alias("home_price"),
        pl.when(is_total).then("under_price").otherwise("away_price").alias("away_price"),
    )
    return {TABLE: stamp(lines, TABLE, pl.col("as_of"), "exact")}


def parse_observed(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.odds_lines of the observed feed, a spread and a total a change, public at `observed_ts`.

    The file's tip is not kept: it may be a later one than was known when the line was seen.
    """
    seen = raw.with_columns(
        pl.lit("observed").alias("feed"),
        pl.col("game_id").alias("event_key"),
        iso_text(pl.col("observed_ts")).alias("line_key"),
        pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("commence_ts"),
        _NO_TEXT.alias("home_team"),
        _NO_TEXT.alias("away_team"),
    )
    spread = _market(seen, "spread", pl.col("spread_home"))
    total = _market(seen, "total", pl.col("total"))
    return {TABLE: stamp(pl.concat([spread, total]), TABLE, pl.col("observed_ts"), "exact")}


def parse_closing(raw: pl.DataFrame, context: Context) -> dict[str, pl.DataFrame]:
    """silver.odds_lines of the closing feed: spread, total and moneyline where the file has them.

    Public at the tip of the game of that date and those teams; with no such game, at the end of the Eastern date.
    """
    keyed = raw.rename({"game_date_et": "game_date", "home_tri": "home_team", "away_tri": "away_team"})
    tips = context.tips()
    closing = keyed.join(tips, on=["game_date", "home_team", "away_team"], how="left", maintain_order="left")
    closing = closing.with_columns(
        pl.lit("closing").alias("feed"),
        pl.format("{}:{}@{}", pl.col("game_date").dt.to_string(), "away_team", "home_team").alias("event_key"),
        pl.lit("closing").alias("line_key"),
        _NO_TEXT.alias("game_id"),
        pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("commence_ts"),
    )
    home, away = pl.col("moneyline_home"), pl.col("moneyline_away")
    lines = [
        _market(closing, "spread", pl.col("close_home_spread")),
        _market(closing, "total", pl.col("close_total")),
        _market(closing.filter(home.is_not_null() | away.is_not_null()), "moneyline", None, home, away),
    ]
    as_of = pl.coalesce("tip_ts", day_end(pl.col("game_date")))
    return {TABLE: stamp(pl.concat(lines), TABLE, as_of, "assumed")}


def _market(
    rows: pl.DataFrame, market: str, line: pl.Expr | None, home: pl.Expr = _NO_PRICE, away: pl.Expr = _NO_PRICE
) -> pl.DataFrame:
    """One market's rows; a row without a line is no statement of a spread or total."""
    stated = rows if line is None else rows.filter(line.is_not_null())
    return stated.with_columns(
        pl.lit(CONSENSUS).alias("book"),
        pl.lit(market).alias("market"),
        (_NO_PRICE if line is None else line).alias("line"),
        home.alias("home_price"),
        away.alias("away_price"),
    )
