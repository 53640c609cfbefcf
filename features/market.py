"""What the betting market said of the game."""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from transforms.facts import CUT

_ODDS = ("odds_lines", "schedule")
_NO_LINE = "no line for the game was known"

FEATURES = (
    Feature("team_spread", "his team's handicap: negative when favoured", "points", _ODDS, _NO_LINE),
    Feature("abs_spread", "size of the handicap", "points", _ODDS, _NO_LINE),
    Feature("total", "total points of the game", "points", _ODDS, _NO_LINE),
    Feature("implied_team_total", "points the market expects of his team", "points", _ODDS, _NO_LINE),
    Feature("odds_age_minutes", "age of the lines at the cut", "min", _ODDS, _NO_LINE),
)


def build_market(spine: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """Features for rows [row, game_id, cut_id, is_home] from `transforms.odds.lines_known`, with odds_as_of_ts."""
    team_spread = pl.when("is_home").then(pl.col("spread_home")).otherwise(-pl.col("spread_home"))
    return (
        spine.select("row", *CUT, "is_home")
        .join(lines, on=list(CUT), how="left")
        .select(
            "row",
            "odds_as_of_ts",
            "total",
            "odds_age_minutes",
            team_spread=team_spread,
            abs_spread=pl.col("spread_home").abs(),
            implied_team_total=(pl.col("total") - team_spread) * 0.5,
        )
    )
