"""How the two teams have played: pace, margin, and how they spread their minutes."""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from transforms.boxscores import Histories
from transforms.epochs import look_up
from transforms.facts import CUT
from transforms.finals import OVERTIME_MS, REGULATION_MS

_BOX = ("boxscores",)
_NO_GAMES = "the team has no game in the histories"
_NO_MARGIN = "plus-minus is not known in them"
_NO_FIVES = "the box scores do not say who started"

FEATURES = (
    Feature("team_margin10", "mean point margin of the team's last 10 games", "points", _BOX, _NO_MARGIN),
    Feature("opponent_margin10", "mean point margin of the opponent's last 10 games", "points", _BOX, _NO_MARGIN),
    Feature("team_blowouts10", "share of the team's last 10 games decided by 15 or more", "share", _BOX, _NO_MARGIN),
    Feature("team_pace10", "possessions of the team in its last 10 games, per game", "poss.", _BOX, _NO_GAMES),
    Feature("opponent_pace10", "possessions of the opponent in its last 10 games, per game", "poss.", _BOX, _NO_GAMES),
    Feature("team_rotation10", "players above 10 minutes, mean of its last 10 games", "players", _BOX, _NO_GAMES),
    Feature("team_top_share10", "share of minutes of its five most used, last 10 games", "share", _BOX, _NO_GAMES),
    Feature("team_rotation_std10", "standard deviation of players above 10 minutes, last 10 games", "players", _BOX, _NO_GAMES),
    Feature("team_starters_stable", "share of its last 5 games begun by the five of the game before", "share", _BOX, _NO_FIVES),
    Feature("team_bench_minutes10", "share of minutes by players who did not start, last 10 games", "share", _BOX, _NO_FIVES),
    Feature("team_last_overtimes", "overtimes of the team's last game", "periods", _BOX, _NO_GAMES),
)  # fmt: skip


def team_form(histories: Histories, sides: pl.LazyFrame) -> pl.LazyFrame:
    """Form of each side [game_id, cut_id, team_id, cut_ts] over its last 10 known games, with form_as_of_ts."""
    by = ["team_id", "epoch"]
    sums = (
        "margin5", "possessions100", "rotation", "rotation2", "top_ms", "team_ms", "known_margin", "blowout", "bench_ms",
        "known_ms",
    )  # fmt: skip
    five_sums = ("same_five", "known_five")
    table = (
        histories.games.lazy()
        .join(_fives(histories), on=[*by, "tip_ts", "game_id"], maintain_order="left")
        .with_columns(
            rotation2=pl.col("rotation") ** 2,
            overtimes=((pl.col("team_ms") - REGULATION_MS + OVERTIME_MS // 2) // OVERTIME_MS).clip(lower_bound=0),
            known_margin=pl.col("margin5").is_not_null().cast(pl.Int64),
            blowout=(pl.col("margin5").abs() >= 75).fill_null(False).cast(pl.Int64),
            margin5=pl.col("margin5").fill_null(0),
        )
        .with_columns(
            **{
                name: pl.col(name).cum_sum().over(by) - pl.col(name).cum_sum().shift(size, fill_value=0).over(by)
                for names, size in ((sums, 10), (five_sums, 5))
                for name in names
            },
            games=pl.min_horizontal(pl.lit(10), "game_no"),
        )
        .select(
            *by, "effective_ts", "tip_ts", "game_id", *sums, *five_sums, "overtimes", "games", form_as_of_ts="as_of_ts"
        )
    )
    placed = histories.teams.place(sides.select(*CUT, "team_id", "opponent_team_id", "cut_ts"))
    margin = pl.col("known_margin") > 0
    rotation10 = pl.col("rotation") / pl.col("games")
    return look_up(placed, table, by).select(
        *CUT,
        "team_id",
        "opponent_team_id",
        "form_as_of_ts",
        margin10=pl.when(margin).then(pl.col("margin5") / (5 * pl.col("known_margin"))),
        blowouts10=pl.when(margin).then(pl.col("blowout") / pl.col("known_margin")),
        pace10=pl.col("possessions100") / (100 * pl.col("games")),
        rotation10=rotation10,
        rotation_std10=(pl.col("rotation2") / pl.col("games") - rotation10**2).clip(0.0).sqrt(),
        starters_stable=pl.when(pl.col("known_five") > 0).then(pl.col("same_five") / pl.col("known_five")),
        bench_minutes10=pl.when(pl.col("known_ms") > 0).then(pl.col("bench_ms") / pl.col("known_ms")),
        overtimes=pl.col("overtimes").cast(pl.Float64),
        top_share10=pl.col("top_ms") / pl.col("team_ms"),
    )


def _fives(histories: Histories) -> pl.LazyFrame:
    """Of each game in `histories.games` whether its five, and those of the game before, are known and the same.

    Columns beside the keys: known_five, same_five (0 or 1), known_ms (time of players of whom it is known whether they
    started) and bench_ms (of those who did not).
    """
    by = ["team_id", "epoch"]
    started = pl.col("starter").fill_null(False)
    five = pl.col("player_id").filter(started).sort().cast(pl.String).str.join(" ")
    ms = pl.col("played_ms")
    both = pl.col("five").is_not_null() & pl.col("five").shift(1).over(by).is_not_null()
    return (
        histories.teams.rows.lazy()
        .group_by(*by, "tip_ts", "game_id", maintain_order=True)
        .agg(
            five=pl.when(started.sum() == 5).then(five),
            known_ms=ms.filter(pl.col("starter").is_not_null()).sum(),
            bench_ms=ms.filter(~pl.col("starter")).sum(),
        )
        .with_columns(
            known_five=both.cast(pl.Int64),
            same_five=(both & (pl.col("five") == pl.col("five").shift(1).over(by))).fill_null(False).cast(pl.Int64),
        )
        .drop("five")
    )


def build_team(spine: pl.LazyFrame, form: pl.LazyFrame) -> pl.LazyFrame:
    """Features for rows [row, game_id, cut_id, team_id] from `team_form`, with form_as_of_ts of the two teams."""
    opponents = form.select(
        *CUT,
        team_id="opponent_team_id",
        opponent_margin10="margin10",
        opponent_pace10="pace10",
        opponent_as_of_ts="form_as_of_ts",
    )
    return (
        spine.select("row", *CUT, "team_id")
        .join(form, on=[*CUT, "team_id"], how="left")
        .join(opponents, on=[*CUT, "team_id"], how="left")
        .select(
            "row",
            "opponent_margin10",
            "opponent_pace10",
            team_margin10="margin10",
            team_blowouts10="blowouts10",
            team_pace10="pace10",
            team_rotation10="rotation10",
            team_top_share10="top_share10",
            team_rotation_std10="rotation_std10",
            team_starters_stable="starters_stable",
            team_bench_minutes10="bench_minutes10",
            team_last_overtimes="overtimes",
            form_as_of_ts=pl.max_horizontal("form_as_of_ts", "opponent_as_of_ts"),
        )
    )
