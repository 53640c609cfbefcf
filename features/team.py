"""How the two teams have played: pace, margin, and how they spread their minutes."""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from transforms.boxscores import Histories
from transforms.epochs import look_up
from transforms.facts import CUT

_BOX = ("boxscores",)
_NO_GAMES = "the team has no game in the histories"
_NO_MARGIN = "plus-minus is not known in them"

FEATURES = (
    Feature("team_margin10", "mean point margin of the team's last 10 games", "points", _BOX, _NO_MARGIN),
    Feature("opponent_margin10", "the same of the opponent", "points", _BOX, _NO_MARGIN),
    Feature("team_blowouts10", "share of the team's last 10 games decided by 15 or more", "share", _BOX, _NO_MARGIN),
    Feature("team_pace10", "possessions of the team in its last 10 games, per game", "poss.", _BOX, _NO_GAMES),
    Feature("opponent_pace10", "the same of the opponent", "poss.", _BOX, _NO_GAMES),
    Feature("team_rotation10", "players above 10 minutes, mean of its last 10 games", "players", _BOX, _NO_GAMES),
    Feature("team_top_share10", "share of minutes of its five most used, last 10 games", "share", _BOX, _NO_GAMES),
)


def team_form(histories: Histories, sides: pl.LazyFrame) -> pl.LazyFrame:
    """Form of each side [game_id, cut_id, team_id, cut_ts] over its last 10 known games, with form_as_of_ts."""
    by = ["team_id", "epoch"]
    sums = ("margin5", "possessions100", "rotation", "top_ms", "team_ms", "known_margin", "blowout")
    table = (
        histories.games.lazy()
        .with_columns(
            known_margin=pl.col("margin5").is_not_null().cast(pl.Int64),
            blowout=(pl.col("margin5").abs() >= 75).fill_null(False).cast(pl.Int64),
            margin5=pl.col("margin5").fill_null(0),
        )
        .with_columns(
            **{
                name: pl.col(name).cum_sum().over(by) - pl.col(name).cum_sum().shift(10, fill_value=0).over(by)
                for name in sums
            },
            games=pl.min_horizontal(pl.lit(10), "game_no"),
        )
        .select(*by, "effective_ts", "tip_ts", "game_id", *sums, "games", form_as_of_ts="as_of_ts")
    )
    placed = histories.teams.place(sides.select(*CUT, "team_id", "opponent_team_id", "cut_ts"))
    margin = pl.col("known_margin") > 0
    return look_up(placed, table, by).select(
        *CUT,
        "team_id",
        "opponent_team_id",
        "form_as_of_ts",
        margin10=pl.when(margin).then(pl.col("margin5") / (5 * pl.col("known_margin"))),
        blowouts10=pl.when(margin).then(pl.col("blowout") / pl.col("known_margin")),
        pace10=pl.col("possessions100") / (100 * pl.col("games")),
        rotation10=pl.col("rotation") / pl.col("games"),
        top_share10=pl.col("top_ms") / pl.col("team_ms"),
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
            form_as_of_ts=pl.max_horizontal("form_as_of_ts", "opponent_as_of_ts"),
        )
    )
