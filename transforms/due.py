"""Which games must have ended and been told by now, and how many box-score lines each team of them is due."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from lakehouse.gate import newest
from transforms.boxscores import boxscore_versions
from transforms.facts import HISTORIC_KINDS, Facts

# A game is over in three hours; its final box score may be fetched only the next morning.
TOLD_AFTER = timedelta(hours=12)
# Where no game of the lake is complete: nobody can play with fewer.
FEWEST = 5
# Of the lines that teams are used to: a box score with fewer is cut short, not merely wrong.
FULL = 0.8
_SIDE = ["game_id", "team_id"]
_STATED = ("game_id", "game_date", "tip_ts", "season", "season_type")
_COUNTS = ("lines", "played")


def games_due(view: Facts) -> pl.LazyFrame:
    """Games of the kinds that enter histories whose results are due at the view's instant: by tip.

    Columns: game_id, game_date, tip_ts, season, season_type, home and away team ids and tricodes, all of the newest
    version of the schedule. A postponed or cancelled game is not due.
    """
    over = pl.col("tip_ts") <= view.run_ts - TOLD_AFTER
    return (
        newest(view.rows("silver.schedule"), ["game_id"])
        .filter(over & pl.col("season_type").is_in(HISTORIC_KINDS) & (pl.col("status") == "scheduled"))
        .select(*_STATED, "home_team_id", "away_team_id", "home_team", "away_team")
        .sort("tip_ts", "game_id")
    )


def team_games_due(view: Facts, complete: pl.LazyFrame) -> pl.DataFrame:
    """Two rows a game of `games_due`, one a team, sorted by (tip_ts, game_id, team_id).

    `complete` has the game_id of every game whose box score is final and adds up, as a frozen one's does. Columns:
    game_id, team_id, game_date, tip_ts, season, lines, played (what the newest box score holds; 0 where there is none),
    complete, lines_due, played_due, is_flawed (both teams have lines enough, and yet it does not add up), is_first (the
    team's first game of the schedule). A complete game is due its own lines. Any other is due what complete games of
    its season have in the median (of all seasons where that has none), and no fewer than it holds.
    """
    games = games_due(view)
    sides = pl.concat(
        [games.select(*_STATED, team_id=pl.col(f"{side}_team_id")) for side in ("home", "away")]
    ).with_columns(is_first=pl.col("tip_ts") == pl.col("tip_ts").min().over("team_id"))
    held = (
        newest(boxscore_versions(view), ["game_id", "player_id"])
        .group_by(_SIDE)
        .agg(lines=pl.len().cast(pl.Int64), played=pl.col("played").sum().cast(pl.Int64))
    )
    sound = complete.select("game_id", complete=pl.lit(True)).unique()
    full = pl.all_horizontal(pl.col(what) >= FULL * pl.col(f"{what}_habit") for what in _COUNTS)
    return (
        sides.join(held, on=_SIDE, how="left")
        .join(sound, on="game_id", how="left")
        .with_columns(pl.col(_COUNTS).fill_null(0), pl.col("complete").fill_null(False))
        .with_columns(_habit(what).alias(f"{what}_habit") for what in _COUNTS)
        .with_columns(*(_due(what) for what in _COUNTS), is_flawed=~pl.col("complete") & full.all().over("game_id"))
        .sort("tip_ts", *_SIDE)
        .select(
            *_SIDE, "game_date", "tip_ts", "season", *_COUNTS, "complete", "lines_due", "played_due", "is_flawed",
            "is_first",
        )
        .collect()
    )  # fmt: skip


def _habit(what: str) -> pl.Expr:
    whole = pl.when("complete").then(what)
    return pl.coalesce(whole.median().over("season"), whole.median(), pl.lit(float(FEWEST)))


def _due(what: str) -> pl.Expr:
    expected = pl.max_horizontal(what, pl.col(f"{what}_habit").ceil().cast(pl.Int64))
    return pl.when("complete").then(what).otherwise(expected).alias(f"{what}_due")
