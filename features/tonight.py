"""What he may expect of his role tonight, and what the roles of his teammates leave of the team's minutes."""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from features.role import ABSENT_GAMES, is_gone, is_said
from features.units import MINUTES_PER_MS, MS_PER_MINUTE
from transforms.facts import CUT
from transforms.finals import REGULATION_MS

_SIDE = [*CUT, "team_id"]
_POSITION = [*_SIDE, "bucket"]
_ROLE = ("boxscores", "status_events", "lineups")
_ALL = ("boxscores", "injury_reports", "status_events", "lineups", "players")
_FIVE = ("status_events", "lineups", "players")
_NO_FIVE = "his team's five are not known"
_NO_CHANGE = "his team's five are not known, or the box scores do not say who started"
_LAST = "nobody in play has less, or he has not played and does not start"
_FEW = "fewer than eight are in play, or he has not played and does not start"
_NO_LISTS = "official reports and listings survive for a few dates only"
_NO_LINEUPS = "lineups survive for a few dates only"
_NEVER = "he has not played in a game of the histories, and is not named a starter"
_EARLIEST = "after the last game; with tonight's five and who is out when they are public"
# Minutes a starter, and at most a reserve, is taken to play before his own games in that role are seen, and their worth.
STARTER_MINUTES, RESERVE_MINUTES, ROLE_GAMES = 28.0, 22.0, 3
# How often players of these statuses play.
_PLAYS = {"Questionable": 0.55, "Probable": 0.9}
TEAM_MINUTES = REGULATION_MS / MS_PER_MINUTE
ROTATION = 8

# A player in play is not gone, and starts tonight or has played in one of the team's last 5 games.
FEATURES = (
    Feature(
        "min_role_tonight",
        "mean minutes of his last starts, or games off the bench, whichever is tonight's role, drawn to what the role is "
        "worth; of recent games where the five are not known",
        "min", _ROLE, _NEVER, earliest=_EARLIEST,
    ),
    Feature(
        "expected_sum", "recent minutes of his team's players, each times the chance that he plays", "min", _ALL,
        earliest=_EARLIEST,
    ),
    Feature(
        "share_tonight", "his part of 240 minutes, by the recent minutes of the players in play", "min", _ALL, _NEVER,
        earliest=_EARLIEST,
    ),
    Feature("slack_minutes", "240 less the minutes of the roles of those in play", "min", _ALL, earliest=_EARLIEST),
    Feature(
        "slack_position",
        "recent minutes of the gone at his position, less what the roles there of those in play exceed their recent minutes by",
        "min", _ALL, "nothing was known of the team's status", _NO_LISTS,
    ),
    Feature("rank_role", "rank by minutes of tonight's role among those in play", "rank", _ALL, earliest=_EARLIEST),
    Feature(
        "rank_role_position", "rank by minutes of tonight's role at his position, among those in play",
        "rank", _ALL, earliest=_EARLIEST,
    ),
    Feature("next_best_gap", "minutes of his role less those of the next in play", "min", _ALL, _LAST, earliest=_EARLIEST),
    Feature("rotation_gap", "minutes of his role less those of the eighth in play", "min", _ALL, _FEW, earliest=_EARLIEST),
    Feature("starters_position", "teammates at his position who start tonight", "players", _FIVE, _NO_FIVE, _NO_LINEUPS),
    Feature(
        "is_new_starter", "starts tonight, but in fewer than half of the last 5 games he played", "0/1", _ROLE, _NO_CHANGE,
        _NO_LINEUPS,
    ),
    Feature(
        "is_new_reserve", "does not start tonight, but did in more than half of the last 5 games he played",
        "0/1", _ROLE, _NO_CHANGE, _NO_LINEUPS,
    ),
)  # fmt: skip


def build_tonight(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Features from the other families' columns of the same rows.

    `frame`: row, game_id, cut_id, team_id, delisted, bucket, status_text, starts_tonight, min_ewm6, min_mean10,
    min_as_starter, min_as_reserve, starts20, reserves20, start_share5, games_career, missed_streak, played_share5,
    played_share10. Sums are over integer milliseconds.
    """
    starts = pl.col("starts_tonight")
    missed = pl.col("missed_streak").fill_null(ABSENT_GAMES + 1)
    role_ms, recent_ms = _ms(_role_minutes()), _ms(pl.col("min_mean10"))
    plays = pl.col("status_text").replace_strict(_PLAYS, default=1.0, return_dtype=pl.Float64)
    chance = pl.when(is_gone()).then(0.0).otherwise(pl.col("played_share10").fill_null(0.0) * plays)
    of_five = pl.col("start_share5").fill_null(pl.when(pl.col("games_career") == 0).then(0.0))
    marked = frame.select(
        "row",
        *_POSITION,
        role=_role_minutes(),
        role_ms=role_ms,
        ewm_ms=_ms(pl.col("min_ewm6")),
        expected_ms=_ms(pl.col("min_ewm6") * chance),
        in_play=~is_gone() & ((pl.col("played_share5").fill_null(0.0) > 0) | (starts.fill_null(0.0) == 1)),
        vacated_ms=pl.when(is_gone() & (missed <= ABSENT_GAMES)).then(recent_ms).otherwise(0),
        over_ms=role_ms - recent_ms,
        said=is_said().any().over(_SIDE),
        starts_tonight=starts,
        is_new_starter=pl.when(starts.is_not_null() & of_five.is_not_null()).then((starts == 1) & (of_five < 0.5)),
        is_new_reserve=pl.when(starts.is_not_null() & of_five.is_not_null()).then((starts == 0) & (of_five > 0.5)),
    )
    ewm = pl.col("ewm_ms")
    # Whoever is not in play is measured against those who are, as if he were.
    field_ms = _in_play("ewm_ms").sum().over(_SIDE) + pl.when("in_play").then(0).otherwise(ewm)
    starters = starts.sum().over(_POSITION) - starts
    left_ms = (pl.col("vacated_ms") - _in_play("over_ms")).sum().over(_POSITION)
    ordered = marked.sort(*_SIDE, "role_ms", "row", descending=[*[False] * 3, True, False])
    below = _in_play("role_ms", None).shift(-1).backward_fill().over(_SIDE)
    eighth = pl.col("role_ms").filter("in_play").get(ROTATION - 1, null_on_oob=True).over(_SIDE)
    has_role = pl.col("role").is_not_null()
    return ordered.select(
        "row",
        min_role_tonight="role",
        expected_sum=pl.col("expected_ms").sum().over(_SIDE) * MINUTES_PER_MS,
        share_tonight=pl.when(has_role & (field_ms > 0)).then(ewm / field_ms * TEAM_MINUTES),
        slack_minutes=TEAM_MINUTES - _in_play("role_ms").sum().over(_SIDE) * MINUTES_PER_MS,
        slack_position=pl.when("said").then(left_ms * MINUTES_PER_MS),
        rank_role=_rank(_SIDE),
        rank_role_position=_rank(_POSITION),
        next_best_gap=pl.when(has_role).then((pl.col("role_ms") - below) * MINUTES_PER_MS),
        rotation_gap=pl.when(has_role).then((pl.col("role_ms") - eighth) * MINUTES_PER_MS),
        starters_position=starters,
        is_new_starter=pl.col("is_new_starter").cast(pl.Float64),
        is_new_reserve=pl.col("is_new_reserve").cast(pl.Float64),
    ).sort("row")


def _role_minutes() -> pl.Expr:
    """Minutes of the role he has tonight; of his recent games where it is not known."""
    recent = pl.col("min_ewm6")
    as_starter = _drawn("min_as_starter", "starts20", pl.max_horizontal(recent, pl.lit(STARTER_MINUTES)))
    as_reserve = _drawn("min_as_reserve", "reserves20", pl.min_horizontal(recent, pl.lit(RESERVE_MINUTES)))
    starts = pl.col("starts_tonight")
    return (
        pl.when(starts == 1)
        .then(as_starter)
        .when((starts == 0) & recent.is_not_null())
        .then(as_reserve)
        .otherwise(recent)
    )


def _drawn(mean: str, games: str, prior: pl.Expr) -> pl.Expr:
    count = pl.col(games).fill_null(0)
    return (pl.col(mean).fill_null(0.0) * count + prior * ROLE_GAMES) / (count + ROLE_GAMES)


def _rank(by: list[str]) -> pl.Expr:
    """One more than the players in play above him, in rows by falling minutes of their roles."""
    return (pl.col("in_play").cast(pl.Int64).cum_sum() - pl.col("in_play").cast(pl.Int64) + 1).over(by).cast(pl.Float64)


def _in_play(column: str, otherwise: int | None = 0) -> pl.Expr:
    return pl.when("in_play").then(column).otherwise(otherwise)


def _ms(minutes: pl.Expr) -> pl.Expr:
    return (minutes.fill_null(0.0) * MS_PER_MINUTE).round(0).cast(pl.Int64)
