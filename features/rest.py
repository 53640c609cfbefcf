"""Rest and season phase, from the schedule as known at the cut."""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from transforms.facts import CUT, Facts
from transforms.schedule import team_schedules

_SCHEDULE = ("schedule",)
_FIRST = "the team's first game of the season"
REST_CAP = 10

FEATURES = (
    Feature("team_rest_days", "days since the team's last scheduled game, at most 10", "days", _SCHEDULE, _FIRST),
    Feature(
        "opponent_rest_days", "days since the opponent's last scheduled game, at most 10", "days", _SCHEDULE,
        "the opponent's first game of the season",
    ),
    Feature("is_b2b", "the team had a game the day before", "0/1", _SCHEDULE),
    Feature("is_3in4", "the third game in four days or more", "0/1", _SCHEDULE),
    Feature("is_4in6", "the fourth game in six days or more", "0/1", _SCHEDULE),
    Feature("games_7d", "games of the team in the seven days before", "games", _SCHEDULE),
    Feature("plays_tomorrow", "the team has a game the day after", "0/1", _SCHEDULE),
    Feature("last_game_home", "its last scheduled game was at home", "0/1", _SCHEDULE, _FIRST),
    Feature("road_trip_no", "number of the game in a run of away games, 0 at home", "games", _SCHEDULE),
    Feature("is_home_game", "plays at home", "0/1", _SCHEDULE),
    Feature("season_game_no", "number of the game in the team's season", "games", _SCHEDULE),
    Feature("is_playoffs", "a play-in or play-off game", "0/1", _SCHEDULE),
)  # fmt: skip


def team_rest(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """Rest of each side [game_id, cut_id, team_id]: one row a side with the columns of `FEATURES` that are its own."""
    pairs = team_schedules(view, sides)
    gap = (pl.col("game_date") - pl.col("other_date")).dt.total_days()
    before = pl.col("other_tip_ts") < pl.col("tip_ts")
    counted = (
        pairs.with_columns(gap=gap, before=before)
        .sort(*CUT, "team_id", "other_tip_ts")
        .group_by(*CUT, "team_id", maintain_order=True)
        .agg(
            pl.col("gap").filter("before").min().alias("rest"),
            *((pl.col("before") & (pl.col("gap") <= days)).sum().alias(f"within{days}") for days in (1, 3, 5, 7)),
            (~pl.col("before") & (pl.col("gap") == -1)).any().alias("tomorrow"),
            pl.col("other_is_home").filter("before").last().alias("last_home"),
            pl.col("before").sum().alias("earlier"),
            # Away games since the last at home.
            (~pl.col("other_is_home").filter("before").reverse().cum_max()).sum().alias("away"),
        )
    )
    flag = {
        "is_b2b": pl.col("within1") >= 1,
        "is_3in4": pl.col("within3") >= 2,
        "is_4in6": pl.col("within5") >= 3,
        "plays_tomorrow": pl.col("tomorrow"),
        "is_playoffs": pl.col("season_type").is_in(["Play-In", "Playoffs"]),
    }
    return (
        sides.select(*CUT, "team_id", "opponent_team_id", "is_home", "season_type")
        .join(counted, on=[*CUT, "team_id"], how="left")
        .select(
            *CUT,
            "team_id",
            "opponent_team_id",
            team_rest_days=pl.col("rest").clip(upper_bound=REST_CAP).cast(pl.Float64),
            **{name: value.fill_null(False).cast(pl.Float64) for name, value in flag.items()},
            games_7d=pl.col("within7").fill_null(0).cast(pl.Float64),
            last_game_home=pl.col("last_home").cast(pl.Float64),
            road_trip_no=pl.when("is_home").then(0).otherwise(pl.col("away").fill_null(0) + 1).cast(pl.Float64),
            is_home_game=pl.col("is_home").cast(pl.Float64),
            season_game_no=(pl.col("earlier").fill_null(0) + 1).cast(pl.Float64),
        )
    )


def build_rest(spine: pl.LazyFrame, rest: pl.LazyFrame) -> pl.LazyFrame:
    """Features for rows [row, game_id, cut_id, team_id] from `team_rest`."""
    opponents = rest.select(*CUT, team_id="opponent_team_id", opponent_rest_days="team_rest_days")
    both = rest.drop("opponent_team_id").join(opponents, on=[*CUT, "team_id"], how="left")
    return spine.select("row", *CUT, "team_id").join(both, on=[*CUT, "team_id"], how="left").drop(*CUT, "team_id")
