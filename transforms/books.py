"""Where each book and their consensus stand at a cut, where they opened, and how fast they move."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from transforms.facts import CUT, Facts
from transforms.movement import SERIES, lines_in_order
from transforms.odds import best_feed

# Hours before the cut that velocity looks back over.
VELOCITY_HOURS = 3
# What the consensus of each market is called.
NAMES = {"spread": "spread_home", "total": "total", "moneyline": "home_win_prob"}
_LEAST_PRICE = 100.0


def books_known(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """Each book's standing in each market of `games` [game_id, cut_id, cut_ts], one row a `SERIES`, sorted by it.

    Columns: game_id, cut_id, feed, book, market; open (the line the book calls its opening one, else its first), last,
    move (last - open) and velocity (the change in the last `VELOCITY_HOURS` hours, or since the first line where that
    came later, divided by those hours), in points, or for a moneyline in the home side's probability of winning, which
    is null unless both prices are known; n_moves (changes of line or price after the first); odds_age_minutes (cut -
    last_ts); home_price and away_price (American, of last); first_ts, moved_ts (null where nothing moved), last_ts
    (newest stamp, of a line told again too).
    """
    return _standing(view, games).with_columns(*_changes()).select(
        *SERIES, "open", "last", "move", "velocity", "n_moves", "odds_age_minutes", "home_price", "away_price",
        "moved_ts", "first_ts", "last_ts",
    )  # fmt: skip


def consensus_known(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """The median over the books of each market's best feed, as `transforms.odds.lines_known` takes it.

    Columns: game_id, cut_id, market, feed, n_books and those of `books_known` but prices. Open, last and what velocity
    looks back at are medians over the same books; n_moves is their sum, first_ts their first, moved_ts and last_ts
    their last. A book without a probability is not counted. Sorted by (game_id, cut_id, market).
    """
    by = [*CUT, "market", "feed"]
    return (
        best_feed(_standing(view, games).filter(pl.col("last").is_not_null()))
        .sort(*by, "book")
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("cut_ts").first(),
            pl.len().cast(pl.Int32).alias("n_books"),
            pl.col("open", "last", "before").median(),
            pl.col("n_moves").sum(),
            pl.col("first_ts").min(),
            pl.col("moved_ts", "last_ts").max(),
        )
        .with_columns(*_changes())
        .select(
            *by, "n_books", "open", "last", "move", "velocity", "n_moves", "odds_age_minutes", "moved_ts", "first_ts",
            "last_ts",
        )
    )  # fmt: skip


def odds_known(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """The consensus of `games` [game_id, cut_id, cut_ts] in one row a game, sorted by (game_id, cut_id).

    Columns: game_id, cut_id; spread_home (home handicap, negative: home favoured), total, home_points and away_points
    (implied team totals), home_win_prob; of each of the three its `_open`, `_move` and `_velocity` (see
    `consensus_known`); `_moves` (their number) and `_feed` of spread, total and moneyline; n_books, odds_as_of_ts and
    odds_age_minutes of spread and total, as `transforms.odds.lines_known` has them; moneyline_age_minutes. What no
    book has said is null; a game without any known line has no row.
    """
    priced = pl.col("market") != "moneyline"
    half_margin = pl.col("spread_home") * 0.5
    return (
        consensus_known(view, games)
        .group_by(CUT, maintain_order=True)
        .agg(
            *(_of(market, name).alias(alias) for market, prefix in NAMES.items() for name, alias in _aliases(prefix)),
            *(_of(market, "n_moves").alias(f"{market}_moves") for market in NAMES),
            *(_of(market, "feed").alias(f"{market}_feed") for market in NAMES),
            pl.col("n_books").filter(priced).max(),
            pl.col("last_ts").filter(priced).max().alias("odds_as_of_ts"),
            pl.col("odds_age_minutes").filter(priced).min(),
            _of("moneyline", "odds_age_minutes").alias("moneyline_age_minutes"),
        )
        .with_columns(
            home_points=pl.col("total") * 0.5 - half_margin,
            away_points=pl.col("total") * 0.5 + half_margin,
        )
        .select(
            *CUT, *NAMES.values(), "home_points", "away_points", "n_books", "odds_age_minutes",
            "moneyline_age_minutes",
            *(alias for prefix in NAMES.values() for _, alias in _aliases(prefix)[1:]),
            *(f"{market}_{name}" for name in ("moves", "feed") for market in NAMES),
            "odds_as_of_ts",
        )
    )  # fmt: skip


def home_prob() -> pl.Expr:
    """The home side's probability of winning in home_price and away_price, without the book's margin.

    An American price of -150 asks 150 to win 100, one of 130 pays 130 for 100; a price nearer to 0 than 100 is none.
    The two implied probabilities are scaled to sum to 1; null unless both prices are known.
    """
    home, away = (_implied(pl.col(price)) for price in ("home_price", "away_price"))
    return home / (home + away)


def _implied(price: pl.Expr) -> pl.Expr:
    asks, pays = -price, price
    return (
        pl.when(pays >= _LEAST_PRICE)
        .then(_LEAST_PRICE / (pays + _LEAST_PRICE))
        .when(asks >= _LEAST_PRICE)
        .then(asks / (asks + _LEAST_PRICE))
    )


def _standing(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """Open, last, `before` (what velocity looks back at) and stamps of each series, and its cut_ts."""
    stamp, value = pl.col("as_of_ts"), pl.col("value")
    is_opening = pl.col("line_key").str.starts_with("open:")
    is_old = stamp <= pl.col("cut_ts") - timedelta(hours=VELOCITY_HOURS)
    known = value.is_not_null()
    first = value.filter(known).first()
    return (
        lines_in_order(view, games)
        .with_columns(value=pl.when(pl.col("market") == "moneyline").then(home_prob()).otherwise("line"))
        .group_by(SERIES, maintain_order=True)
        .agg(
            pl.coalesce(value.filter(known & is_opening).first(), first).alias("open"),
            value.last().alias("last"),
            pl.coalesce(value.filter(known & is_old).last(), first).alias("before"),
            (pl.col("is_move").sum().cast(pl.Int32) - 1).alias("n_moves"),
            pl.col("home_price", "away_price").last(),
            stamp.first().alias("first_ts"),
            pl.when(pl.col("is_move").sum() > 1).then(stamp.filter(pl.col("is_move")).last()).alias("moved_ts"),
            stamp.last().alias("last_ts"),
            pl.col("cut_ts").first(),
        )
    )


def _of(market: str, name: str) -> pl.Expr:
    return pl.col(name).filter(pl.col("market") == market).first()


def _aliases(prefix: str) -> list[tuple[str, str]]:
    return [("last", prefix), *((name, f"{prefix}_{name}") for name in ("open", "move", "velocity"))]


def _changes() -> tuple[pl.Expr, ...]:
    return (
        (pl.col("last") - pl.col("open")).alias("move"),
        ((pl.col("last") - pl.col("before")) / VELOCITY_HOURS).alias("velocity"),
        ((pl.col("cut_ts") - pl.col("last_ts")).dt.total_seconds() * (1 / 60)).alias("odds_age_minutes"),
    )
