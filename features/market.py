"""What the betting market said of the game."""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from transforms.facts import CUT

_ODDS = ("odds_lines", "schedule")
_NO_LINE = "no line for the game was known"
# Standard deviation of the margin about the spread, and the margin from which on a game is decided early.
MARGIN_SD, BLOWOUT = 13.0, 15.0

FEATURES = (
    Feature("team_spread", "his team's handicap: negative when favoured", "points", _ODDS, _NO_LINE),
    Feature("abs_spread", "size of the handicap", "points", _ODDS, _NO_LINE),
    Feature("total", "total points of the game", "points", _ODDS, _NO_LINE),
    Feature("implied_team_total", "points the market expects of his team", "points", _ODDS, _NO_LINE),
    Feature("p_blowout", "chance of a margin of 15 or more, normal about the spread with deviation 13", "prob.", _ODDS, _NO_LINE),
    Feature("odds_age_minutes", "age of the lines at the cut", "min", _ODDS, _NO_LINE),
)  # fmt: skip


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
            p_blowout=_beyond((BLOWOUT - pl.col("spread_home").abs()) * (1 / MARGIN_SD))
            + _beyond((BLOWOUT + pl.col("spread_home").abs()) * (1 / MARGIN_SD)),
            implied_team_total=(pl.col("total") - team_spread) * 0.5,
        )
    )


def _beyond(deviations: pl.Expr) -> pl.Expr:
    """Chance that a standard normal exceeds `deviations`, within 1e-7: Abramowitz and Stegun, 26.2.17."""
    size = deviations.abs()
    t = 1 / (1 + 0.2316419 * size)
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = (size * size * -0.5).exp() * series * 0.3989422804014327
    return pl.when(deviations >= 0).then(tail).otherwise(1 - tail)
