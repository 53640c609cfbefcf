"""How the generated league must resemble the real one: measures, the bands they must fall in, and the real figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Band:
    """The least and the greatest value allowed, and the real league's own, of the 2023-24 regular season."""

    low: float
    high: float
    real: float

    def holds(self, value: float) -> bool:
        """Whether a value lies within."""
        return self.low <= value <= self.high


BANDS: Mapping[str, Band] = {
    "overtime_share": Band(0.03, 0.085, 0.048),
    "home_win_share": Band(0.50, 0.62, 0.543),
    "margin_sd": Band(13.0, 16.8, 15.64),
    "total_mean": Band(222.0, 235.0, 228.4),
    "total_sd": Band(17.5, 21.5, 20.27),
    "spread_error_mean_abs": Band(9.7, 11.4, 10.54),
    "spread_error_sd": Band(12.2, 14.3, 13.58),
    "spread_error_mean": Band(-1.2, 1.2, 0.06),
    "spread_sd": Band(5.5, 9.5, 7.47),
    "total_error_mean_abs": Band(13.0, 15.6, 14.23),
    "rows_per_team_game": Band(16.0, 18.2, 17.64),
    "played_per_team_game": Band(10.2, 11.3, 10.73),
    "dnp_share": Band(0.33, 0.42, 0.392),
    "inactive_share": Band(0.21, 0.29, 0.253),
    "plays_after_playing": Band(0.84, 0.91, 0.860),
    "plays_after_not": Band(0.16, 0.26, 0.217),
    "starts_after_starting": Band(0.91, 0.975, 0.932),
    "minutes_sd": Band(10.3, 11.6, 11.10),
    "minutes_lag1": Band(0.71, 0.80, 0.759),
    "minutes_mae_last": Band(5.4, 6.3, 5.78),
    "minutes_mae_mean3": Band(4.7, 5.5, 5.09),
    "minutes_own_sd": Band(5.8, 7.2, 6.73),
    "minutes_q10": Band(4.5, 7.5, 5.5),
    "minutes_q50": Band(21.5, 24.5, 23.5),
    "minutes_q99": Band(41.0, 43.8, 42.2),
    "starter_minutes": Band(29.5, 31.8, 30.89),
    "starter_minutes_sd": Band(6.2, 7.8, 6.77),
    "starter_share": Band(0.61, 0.66, 0.640),
    "starter_minutes_close": Band(30.8, 33.2, 32.5),
    "starter_minutes_rout": Band(25.5, 28.5, 26.7),
    "team_minutes_gap": Band(0.0, 1e-3, 0.0),
    "team_points_sd": Band(11.2, 13.6, 12.85),
    "player_points_sd": Band(8.1, 9.6, 8.98),
    "team_pts": Band(111.0, 118.0, 114.2),
    "team_reb": Band(41.5, 46.0, 43.5),
    "team_oreb": Band(9.6, 11.8, 10.55),
    "team_ast": Band(24.5, 28.5, 26.7),
    "team_stl": Band(6.8, 8.6, 7.47),
    "team_blk": Band(4.3, 5.6, 5.14),
    "team_tov": Band(12.2, 14.6, 12.9),
    "team_fga": Band(86.0, 91.5, 88.9),
    "team_fg3a": Band(32.5, 37.5, 35.1),
    "team_fta": Band(20.0, 24.5, 21.7),
    "team_pf": Band(17.5, 20.8, 18.7),
}


def measure(games: pl.DataFrame, boxscores: pl.DataFrame, closing: pl.DataFrame) -> dict[str, float]:
    """The measures of `BANDS` over finished regular-season games of archive frames with complete box scores."""
    games = games.filter(pl.col("season_type") == "Regular Season", pl.col("game_status") == 3)
    rows = boxscores.join(games.select("game_id", "ot_periods", "home_score", "away_score"), on="game_id")
    rows = rows.sort("player_id", "tip_ts", "game_id")
    played = rows.filter(pl.col("played"), pl.col("minutes") > 0)
    return {**_scores(games, closing), **_rows(rows, played), **_minutes(played), **_teams(played)}


def _scores(games: pl.DataFrame, closing: pl.DataFrame) -> dict[str, float]:
    margin, total = pl.col("home_score") - pl.col("away_score"), pl.col("home_score") + pl.col("away_score")
    keys = {"left_on": ["game_date", "home_team", "away_team"], "right_on": ["game_date_et", "home_tri", "away_tri"]}
    lined = games.join(closing, **keys)  # type: ignore[arg-type]
    error, total_error = margin + pl.col("close_home_spread"), total - pl.col("close_total")
    return {
        "overtime_share": _value(games, (pl.col("ot_periods") > 0).mean()),
        "home_win_share": _value(games, (margin > 0).mean()),
        "margin_sd": _value(games, margin.std()),
        "total_mean": _value(games, total.mean()),
        "total_sd": _value(games, total.std()),
        "spread_error_mean_abs": _value(lined, error.abs().mean()),
        "spread_error_sd": _value(lined, error.std()),
        "spread_error_mean": _value(lined, error.mean()),
        "spread_sd": _value(lined, pl.col("close_home_spread").std()),
        "total_error_mean_abs": _value(lined, total_error.abs().mean()),
    }


def _rows(rows: pl.DataFrame, played: pl.DataFrame) -> dict[str, float]:
    sides = rows.group_by("game_id", "team_id", maintain_order=True).agg(pl.len(), pl.col("played").sum().alias("in"))
    before = pl.col("played").shift(1).over("player_id")
    return {
        "rows_per_team_game": _value(sides, pl.col("len").mean()),
        "played_per_team_game": _value(sides, pl.col("in").mean()),
        "dnp_share": _value(rows, (~pl.col("played")).mean()),
        "inactive_share": _value(rows, (pl.col("roster_status") == "INACTIVE").mean()),
        "plays_after_playing": _value(rows.with_columns(b=before).filter("b"), pl.col("played").mean()),
        "plays_after_not": _value(rows.with_columns(b=before).filter(~pl.col("b")), pl.col("played").mean()),
        "starts_after_starting": _value(
            played.with_columns(b=pl.col("starter").shift(1).over("player_id")).filter("b"), pl.col("starter").mean()
        ),
    }


def _minutes(played: pl.DataFrame) -> dict[str, float]:
    last = pl.col("minutes").shift(1).over("player_id")
    mean3 = pl.col("minutes").shift(1).rolling_mean(3, min_samples=1).over("player_id")
    pairs = played.with_columns(last=last, mean3=mean3).drop_nulls("last")
    starters = played.filter(pl.col("starter"))
    own = played.group_by("player_id", maintain_order=True).agg(n=pl.len(), sd=pl.col("minutes").std())
    margin = (pl.col("home_score") - pl.col("away_score")).abs()
    return {
        "minutes_sd": _value(played, pl.col("minutes").std()),
        "minutes_lag1": _value(pairs, pl.corr("minutes", "last")),
        "minutes_mae_last": _value(pairs, (pl.col("minutes") - pl.col("last")).abs().mean()),
        "minutes_mae_mean3": _value(pairs, (pl.col("minutes") - pl.col("mean3")).abs().mean()),
        "minutes_own_sd": _value(own.filter(pl.col("n") > 20), pl.col("sd").mean()),
        "minutes_q10": _value(played, pl.col("minutes").quantile(0.1)),
        "minutes_q50": _value(played, pl.col("minutes").quantile(0.5)),
        "minutes_q99": _value(played, pl.col("minutes").quantile(0.99)),
        "starter_minutes": _value(starters, pl.col("minutes").mean()),
        "starter_minutes_sd": _value(starters, pl.col("minutes").std()),
        "starter_share": _value(starters, pl.col("minutes").sum()) / _value(played, pl.col("minutes").sum()),
        "starter_minutes_close": _value(starters.filter(margin < 8), pl.col("minutes").mean()),
        "starter_minutes_rout": _value(starters.filter(margin >= 24), pl.col("minutes").mean()),
    }


def _teams(played: pl.DataFrame) -> dict[str, float]:
    counts = ("pts", "reb", "oreb", "ast", "stl", "blk", "tov", "fga", "fg3a", "fta", "pf")
    teams = played.group_by("game_id", "team_id", maintain_order=True).agg(pl.col(counts).sum())
    whole = played.group_by("game_id", "team_id", maintain_order=True).agg(
        gap=pl.col("minutes").sum() - 240 - 25 * pl.col("ot_periods").first()
    )
    return {
        "team_minutes_gap": _value(whole, pl.col("gap").abs().mean()),
        "team_points_sd": _value(teams, pl.col("pts").std()),
        "player_points_sd": _value(played, pl.col("pts").std()),
        **{f"team_{name}": _value(teams, pl.col(name).mean()) for name in counts},
    }


def _value(table: pl.DataFrame, expression: pl.Expr) -> float:
    value = table.select(expression).item()
    return float("nan") if value is None else float(value)
