"""A player's recent play as known at a cut: what the simple baselines look at."""

from __future__ import annotations

import polars as pl

from models.guards import KEY
from transforms.facts import HISTORIC_KINDS, Facts

LOOKBACK = 5
SHORT = 3
SIDE = list(KEY[:3])
ROW = list(KEY)


def recent_play(view: Facts, rows: pl.DataFrame) -> pl.DataFrame:
    """Recent play for each row of `rows` [game_id, cut_id, cut_ts, team_id, player_id], sorted by that key.

    last_minutes, mean3_minutes: in the team's last one and three games known at the cut, 0 where he did not play,
    minutes. share5, share3: share of the team's last five and three games he played. last_cond, mean3_cond, mean5_cond:
    over the last one, three and five games in which he played, minutes; null for one who never did. The first version
    of each line counts.
    """
    spine = rows.select(*ROW, "cut_ts").sort(ROW)
    lines = _first_lines(view)
    games = _team_games(lines)
    sides = spine.select(*SIDE, "cut_ts").unique(maintain_order=True)
    before = (
        sides.join(games, on="team_id", suffix="_past")
        .filter((pl.col("known_ts") <= pl.col("cut_ts")) & (pl.col("game_id_past") != pl.col("game_id")))
        .sort(*SIDE, "tip_ts", "game_id_past", descending=[False, False, False, True, True])
        .with_columns(back=pl.int_range(pl.len()).over(SIDE))
        .filter(pl.col("back") < LOOKBACK)
        .select(*SIDE, "game_id_past", "back")
    )
    played = lines.filter("played").select("player_id", pl.col("minutes"), game_id_past="game_id")
    short = pl.col("back") < SHORT
    team_view = (
        spine.select(ROW)
        .join(before, on=SIDE)
        .join(played, on=["game_id_past", "player_id"], how="left")
        .sort(*ROW, "back")
        .group_by(ROW, maintain_order=True)
        .agg(
            pl.col("minutes").fill_null(0.0).first().alias("last_minutes"),
            pl.col("minutes").fill_null(0.0).filter(short).mean().alias("mean3_minutes"),
            pl.col("minutes").is_not_null().filter(short).mean().alias("share3"),
            pl.col("minutes").is_not_null().mean().alias("share5"),
        )
    )
    zeros = [pl.col(name).fill_null(0.0) for name in ("last_minutes", "mean3_minutes", "share3", "share5")]
    return (
        spine.join(team_view, on=ROW, how="left", maintain_order="left")
        .with_columns(zeros)
        .pipe(_with_conditional, lines)
        .drop("cut_ts")
        .sort(ROW)
    )


def _first_lines(view: Facts) -> pl.DataFrame:
    return (
        view.rows("silver.boxscores")
        .filter(pl.col("season_type").is_in(HISTORIC_KINDS))
        .select("game_id", "team_id", "player_id", "tip_ts", "played", "minutes", "available_ts", "ingested_ts")
        .sort("game_id", "player_id", "available_ts", "ingested_ts")
        .unique(["game_id", "player_id"], keep="first", maintain_order=True)
        .collect()
    )


def _team_games(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.group_by("team_id", "game_id", maintain_order=True).agg(
        pl.col("tip_ts").first(), pl.col("available_ts").max().alias("known_ts")
    )


def _with_conditional(spine: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    by = "player_id"
    played = lines.filter("played").sort(by, "tip_ts", "game_id")

    def mean(size: int) -> pl.Expr:
        return pl.col("minutes").rolling_mean(size, min_samples=1).over(by)

    steps = played.select(
        by,
        "available_ts",
        last_cond="minutes",
        mean3_cond=mean(SHORT),
        mean5_cond=mean(LOOKBACK),
    ).sort("available_ts", maintain_order=True)
    return (
        spine.sort("cut_ts", maintain_order=True)
        .join_asof(steps, left_on="cut_ts", right_on="available_ts", by=by, strategy="backward", check_sortedness=False)
        .drop("available_ts")
    )
