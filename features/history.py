"""Minutes of earlier games: means over games in which he played, in several windows, and around his starts.

Sums are integers (milliseconds), so that a window's mean is the same however long the history before it is.
"""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from features.units import MINUTES_PER_MS, MINUTES_PER_SECOND, MS_PER_MINUTE
from transforms.boxscores import Histories
from transforms.epochs import look_up

_BY = ["player_id", "epoch"]
WINDOWS = (3, 5, 10, 20)
HALF_LIVES = (2, 6, 15)
# Games and minutes of the prior that season means are drawn to: the season before, else a bench role.
PRIOR_GAMES, PRIOR_MINUTES = 6.0, 14.0
# Games' worth of recent minutes that those of a stay with a team are drawn to.
STAY_GAMES = 5
# Fouls from which on a coach takes a player off.
FOUL_TROUBLE = 5
# Days without a game that make the next one a return.
LAYOFF_DAYS = 10
_BOX = ("boxscores",)
_NO_FOULS = "fouls are not known in them"
_NO_MARGIN = "plus-minus is not known in them"
_NEVER = "he has not played in a game of the histories"

FEATURES = (
    Feature("min_last1", "minutes in the last game he played", "min", _BOX, _NEVER),
    Feature("min_before_last", "minutes in the game he played before that", "min", _BOX, "he has played fewer than two games"),
    *(
        Feature(f"min_mean{size}", f"mean minutes of the last {size} games he played", "min", _BOX, _NEVER)
        for size in WINDOWS
    ),
    *(
        Feature(f"min_ewm{life}", f"mean minutes of games played, half-life {life} games", "min", _BOX, _NEVER)
        for life in HALF_LIVES
    ),
    Feature("min_season", "mean minutes of games played this season, drawn to last season's mean", "min", _BOX, _NEVER),
    Feature(
        "min_prior_season", "mean minutes of games played in his season before", "min", _BOX,
        "he has not played in an earlier season",
    ),
    Feature("min_std10", "standard deviation of minutes over the last 10 games he played", "min", _BOX, "fewer than three games"),
    Feature("min_max5", "most minutes in the last 5 games he played", "min", _BOX, _NEVER),
    Feature("min_min5", "fewest minutes in the last 5 games he played", "min", _BOX, _NEVER),
    Feature("min_trend", "mean of the last 3 less mean of the last 10 games he played", "min", _BOX, _NEVER),
    Feature("start_last1", "started the last game he played", "0/1", _BOX, "the box score does not say who started"),
    Feature("start_share5", "share of starts in the last 5 games he played", "share", _BOX, "starters are not known in them"),
    Feature("start_share20", "share of starts in the last 20 games he played", "share", _BOX, "starters are not known in them"),
    Feature("min_as_starter", "mean minutes over his last starts (20 games back)", "min", _BOX, "no such game in 20"),
    Feature("min_as_reserve", "mean minutes over his last games off the bench (20 games back)", "min", _BOX, "no such game in 20"),
    Feature("games_season", "games he has played this season", "games", _BOX),
    Feature("games_career", "games he has played in the histories", "games", _BOX),
    Feature("days_since_played", "days since the last game he played", "days", _BOX, _NEVER),
    Feature("games_since_layoff", "games played since his last gap of ten days or more", "games", _BOX, _NEVER),
    Feature(
        "layoff_days", "length of his last gap of ten days or more, at most 120",
        "days", _BOX, "no earlier gap is in the histories",
    ),
    Feature("min_stay", "mean minutes of games played since he came to the team, drawn to recent ones", "min", _BOX, _NEVER),
    Feature("foul_trouble10", "share of his last 10 games played with five fouls or more", "share", _BOX, _NO_FOULS),
    Feature("fouls_per_36", "personal fouls per 36 minutes, last 20 games he played", "fouls", _BOX, _NO_FOULS),
    Feature("shots_per_36", "field-goal attempts per 36 minutes, last 20 games he played", "shots", _BOX, _NEVER),
    Feature("plus_minus_per_36", "point margin on the floor per 36 minutes, last 20 games he played", "points", _BOX, _NO_MARGIN),
)  # fmt: skip


def played_table(histories: Histories) -> pl.LazyFrame:
    """One row a game played, epoch by epoch: running integer sums and the windows ending with that game.

    Columns begin with the keys player_id, epoch, effective_ts, tip_ts, game_id; `played_no` counts games played from 1
    and `played_sum` is the running sum of milliseconds.
    """
    starter = pl.col("starter").cast(pl.Int64)
    known_ms = {
        "start": starter.fill_null(0),
        "start_known": starter.is_not_null().cast(pl.Int64),
        "start_ms": pl.when("starter").then("played_ms").otherwise(0),
        "reserve": (1 - starter).fill_null(0),
        "reserve_ms": pl.when(~pl.col("starter")).then("played_ms").otherwise(0),
        "pf_ms": pl.when(pl.col("pf").is_not_null()).then("played_ms").otherwise(0),
        "pf": pl.col("pf").fill_null(0).cast(pl.Int64),
        "pf_known": pl.col("pf").is_not_null().cast(pl.Int64),
        "trouble": (pl.col("pf") >= FOUL_TROUBLE).fill_null(False).cast(pl.Int64),
        "fga": pl.col("fga").fill_null(0).cast(pl.Int64),
        "pm_ms": pl.when(pl.col("plus_minus").is_not_null()).then("played_ms").otherwise(0),
        "pm": pl.col("plus_minus").fill_null(0).cast(pl.Int64),
        "squares": (pl.col("played_ms") // 1000) ** 2,
        "ms": pl.col("played_ms"),
    }
    gap = (pl.col("game_date") - pl.col("game_date").shift(1).over(_BY)).dt.total_days()
    return (
        histories.players.rows.lazy()
        .filter("played")
        .select(
            *_BY,
            "effective_ts",
            "tip_ts",
            "game_id",
            "team_id",
            "season_start",
            "as_of_ts",
            last_game_date="game_date",
            last_starter="starter",
            minutes="minutes",
            gap=gap.fill_null(0),
            moved=(pl.col("team_id") != pl.col("team_id").shift(1)).fill_null(True).over(_BY),
            **known_ms,
        )
        .with_columns(
            stay=pl.col("moved").cast(pl.Int32).cum_sum().over(_BY),
            played_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(_BY),
            layoffs=(pl.col("gap") >= LAYOFF_DAYS).cum_sum().over(_BY),
            season_games=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over([*_BY, "season_start"]),
            season_ms=pl.col("ms").cum_sum().over([*_BY, "season_start"]),
            new_season=(pl.col("season_start") != pl.col("season_start").shift(1)).fill_null(True).over(_BY),
            played_as_of_ts=pl.col("as_of_ts").cum_max().over(_BY),
            **{f"{name}_sum": pl.col(name).cum_sum().over(_BY) for name in known_ms},
        )
        .with_columns(
            *_window_sums(("ms",), (3, 5, 10, 20)),
            *_window_sums(("start", "start_known"), (5,)),
            *_window_sums(
                ("start", "start_known", "start_ms", "reserve", "reserve_ms", "pf", "pf_ms", "fga", "pm", "pm_ms"),
                (20,),
            ),
            *_window_sums(("squares", "pf_known", "trouble"), (10,)),
            stay_games=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over([*_BY, "stay"]),
            stay_ms=pl.col("ms").cum_sum().over([*_BY, "stay"]),
            before_last=pl.col("minutes").shift(1).over(_BY),
            since_layoff=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over([*_BY, "layoffs"]),
            layoff_days=pl.when(pl.col("gap") >= LAYOFF_DAYS).then("gap").forward_fill().over(_BY),
            prior_games=pl.when("new_season").then(pl.col("season_games").shift(1)).forward_fill().over(_BY),
            prior_ms=pl.when("new_season").then(pl.col("season_ms").shift(1)).forward_fill().over(_BY),
            max5=pl.col("minutes").rolling_max(5, min_samples=1).over(_BY),
            min5=pl.col("minutes").rolling_min(5, min_samples=1).over(_BY),
            **{f"ewm{life}": pl.col("minutes").ewm_mean(half_life=life).over(_BY) for life in HALF_LIVES},
        )
    )


def build_history(frame: pl.LazyFrame, played: pl.LazyFrame) -> pl.LazyFrame:
    """Features of `FEATURES` for rows [row, player_id, epoch, team_id, cut_ts, game_date, season_start].

    Adds also `played_as_of_ts`, `last_played_tip_ts`, `played_no` and `played_sum`, which the availability features
    read, and `starts20` and `reserves20`: of his last 20 games played, those he started and did not.
    """
    wanted = frame.select("row", *_BY, "cut_ts", "game_date", season_now="season_start", team_now="team_id")
    at = look_up(wanted, played.with_columns(last_played_tip_ts="tip_ts"), _BY)
    here = pl.col("team_id") == pl.col("team_now")
    stay_games = pl.when(here).then("stay_games").otherwise(0)
    stay_minutes = pl.when(here).then("stay_ms").otherwise(0) * MINUTES_PER_MS
    size = {n: pl.min_horizontal(pl.lit(n), "played_no") for n in (3, 5, 10, 20)}
    mean = {n: pl.col(f"ms_{n}") / (MS_PER_MINUTE * size[n]) for n in (3, 5, 10, 20)}
    this = pl.col("season_start") == pl.col("season_now")
    games = pl.when(this).then("season_games").otherwise(0)
    season_minutes = pl.when(this).then("season_ms").otherwise(0) * MINUTES_PER_MS
    # On a first game of a season the season just ended is the prior.
    prior_games = pl.when(this).then("prior_games").otherwise("season_games")
    prior = pl.when(this).then("prior_ms").otherwise("season_ms") / (MS_PER_MINUTE * prior_games)
    seconds10 = pl.col("ms_10") / (1000 * size[10])
    variance = (pl.col("squares_10") / size[10] - seconds10**2).clip(0.0)
    return at.select(
        "row",
        "played_as_of_ts",
        "last_played_tip_ts",
        "played_no",
        played_sum="ms_sum",
        starts20="start_20",
        reserves20="reserve_20",
        min_last1="minutes",
        min_before_last="before_last",
        **{f"min_mean{n}": mean[n] for n in (3, 5, 10, 20)},
        **{f"min_ewm{life}": f"ewm{life}" for life in HALF_LIVES},
        min_season=pl.when(pl.col("played_no").is_not_null()).then(
            (season_minutes + PRIOR_GAMES * prior.fill_null(PRIOR_MINUTES)) / (games + PRIOR_GAMES)
        ),
        min_prior_season=prior,
        min_std10=pl.when(pl.col("played_no") >= 3).then(variance.sqrt() * MINUTES_PER_SECOND),
        min_max5="max5",
        min_min5="min5",
        min_trend=mean[3] - mean[10],
        start_last1=pl.col("last_starter").cast(pl.Float64),
        start_share5=_ratio("start_5", "start_known_5"),
        start_share20=_ratio("start_20", "start_known_20"),
        min_as_starter=_ratio("start_ms_20", "start_20") * MINUTES_PER_MS,
        min_as_reserve=_ratio("reserve_ms_20", "reserve_20") * MINUTES_PER_MS,
        games_season=games.fill_null(0).cast(pl.Float64),
        games_career=pl.col("played_no").fill_null(0).cast(pl.Float64),
        days_since_played=(pl.col("game_date") - pl.col("last_game_date")).dt.total_days().cast(pl.Float64),
        games_since_layoff=pl.col("since_layoff").cast(pl.Float64),
        layoff_days=pl.col("layoff_days").clip(upper_bound=120).cast(pl.Float64),
        min_stay=(stay_minutes + STAY_GAMES * pl.col("ewm15")) / (stay_games + STAY_GAMES),
        foul_trouble10=_ratio("trouble_10", "pf_known_10"),
        fouls_per_36=_ratio("pf_20", "pf_ms_20") * 36 * MS_PER_MINUTE,
        shots_per_36=_ratio("fga_20", "ms_20") * 36 * MS_PER_MINUTE,
        plus_minus_per_36=_ratio("pm_20", "pm_ms_20") * 36 * MS_PER_MINUTE,
    )


def _window_sums(names: tuple[str, ...], sizes: tuple[int, ...]) -> list[pl.Expr]:
    return [
        (pl.col(f"{name}_sum") - pl.col(f"{name}_sum").shift(size, fill_value=0).over(_BY)).alias(f"{name}_{size}")
        for name in names
        for size in sizes
    ]


def _ratio(sum_of: str, count: str) -> pl.Expr:
    return pl.when(pl.col(count) > 0).then(pl.col(sum_of) / pl.col(count))
