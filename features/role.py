"""His place in the team: against the teammates who may play tonight, and the minutes of those who may not.

What he may expect of his role tonight, and what that leaves of the team's 240 minutes, is in `tonight.py`.
"""

from __future__ import annotations

import polars as pl

from features.availability import SILENT
from features.declared import Feature
from features.units import MINUTES_PER_MS, MS_PER_MINUTE
from transforms.facts import CUT

_BOX = ("boxscores",)
_ALL = ("boxscores", "injury_reports", "status_events", "lineups", "players")
_NO_REPORTS = "official reports and listings survive for a few dates only"
_SILENT = "nothing was known of the team's status"
_SIDE = [*CUT, "team_id"]
# Games missed in a row after which a player's minutes are no longer up for grabs: others have them already.
ABSENT_GAMES = 15

FEATURES = (
    Feature("rank_all", "rank in the team by minutes over its last 10 games, missed ones as 0", "rank", _BOX),
    Feature("rank_present", "rank by mean minutes of the last 10 played, among those who played in the last game", "rank", _BOX),
    Feature(
        "rank_position", "rank by mean minutes of the last 10 played at his position, among those who played in the last game",
        "rank", (*_BOX, "players"),
    ),
    Feature("share_present", "his share of recent minutes, of those in the last game", "share", _BOX, "nobody of the team has any"),
    Feature("absent_minutes", "recent minutes of teammates who missed the last game and not more than 15", "min", _BOX),
    Feature(
        "absent_minutes_position", "recent minutes of teammates at his position who missed the last game and not more than 15",
        "min", (*_BOX, "players"),
    ),
    Feature("absent_starters", "teammates who usually start and missed the last game and not more than 15", "players", _BOX),
    Feature("new_absent_minutes", "recent minutes of teammates who missed exactly the last game", "min", _BOX),
    Feature("spine_size", "players of his team who may play", "players", _BOX),
    Feature("out_count", "teammates ruled out, doubtful or off the list", "players", _ALL, _SILENT, _NO_REPORTS),
    Feature(
        "vacated_minutes", "recent minutes of teammates ruled out, doubtful or off the list who played lately",
        "min", _ALL, _SILENT, _NO_REPORTS,
    ),
    Feature(
        "vacated_minutes_position", "recent minutes of teammates at his position out, doubtful or off the list who played lately",
        "min", _ALL, _SILENT, _NO_REPORTS,
    ),
    Feature("questionable_minutes", "recent minutes of questionable teammates", "min", _ALL, _SILENT, _NO_REPORTS),
    Feature("rank_tonight", "rank by recent minutes among teammates not ruled out", "rank", _ALL, _SILENT, _NO_REPORTS),
)  # fmt: skip


def is_gone() -> pl.Expr:
    """He will not play tonight, or hardly: of a row [delisted, status_text]."""
    return pl.col("delisted") | pl.col("status_text").is_in(["Out", "Doubtful", "Off List"])


def is_said() -> pl.Expr:
    """Something is said of whether he plays tonight: of a row [delisted, status_text]."""
    return pl.col("delisted") | ~pl.col("status_text").is_in(SILENT)


def build_role(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Features from the other families' columns of the same rows.

    `frame`: row, game_id, cut_id, team_id, player_id, delisted, bucket, status_text, min_mean10, min_all10,
    missed_streak, played_last_game, start_share20. Sums are over integer milliseconds.
    """
    position = [*_SIDE, "bucket"]
    recent = (pl.col("min_mean10").fill_null(0.0) * MS_PER_MINUTE).round(0).cast(pl.Int64)
    all_ms = (pl.col("min_all10").fill_null(0.0) * MS_PER_MINUTE).round(0).cast(pl.Int64)
    missed = pl.col("missed_streak").fill_null(ABSENT_GAMES + 1)
    absent = (missed >= 1) & (missed <= ABSENT_GAMES)
    marked = frame.with_columns(
        recent=recent,
        all_ms=all_ms,
        gone=is_gone(),
        present_ms=pl.when(missed == 0).then(recent).otherwise(0),
        absent_ms=pl.when(absent).then(recent).otherwise(0),
        new_ms=pl.when(missed == 1).then(recent).otherwise(0),
        starter_gone=(absent & (pl.col("start_share20") >= 0.5)).fill_null(False).cast(pl.Int64),
        vacated_ms=pl.when(is_gone() & (missed <= ABSENT_GAMES)).then(recent).otherwise(0),
        doubt_ms=pl.when(pl.col("status_text") == "Questionable").then(recent).otherwise(0),
        tonight_ms=pl.when(is_gone()).then(-1).otherwise(recent),
        said=is_said().any().over(_SIDE),
    )

    def rank(column: str, by: list[str]) -> pl.Expr:
        return pl.col(column).rank("min", descending=True).over(by).cast(pl.Float64)

    def others(column: str, by: list[str]) -> pl.Expr:
        return (pl.col(column).sum().over(by) - pl.col(column)) * MINUTES_PER_MS

    def when_said(value: pl.Expr) -> pl.Expr:
        return pl.when("said").then(value)

    present = pl.col("present_ms").sum().over(_SIDE)
    return marked.select(
        "row",
        rank_all=rank("all_ms", _SIDE),
        rank_present=rank("present_ms", _SIDE),
        rank_position=rank("present_ms", position),
        share_present=pl.when(present > 0).then(pl.col("present_ms") / present),
        absent_minutes=others("absent_ms", _SIDE),
        absent_minutes_position=others("absent_ms", position),
        absent_starters=(pl.col("starter_gone").sum().over(_SIDE) - pl.col("starter_gone")).cast(pl.Float64),
        new_absent_minutes=others("new_ms", _SIDE),
        spine_size=pl.len().over(_SIDE).cast(pl.Float64),
        out_count=when_said(
            (pl.col("gone").sum().over(_SIDE).cast(pl.Int64) - pl.col("gone").cast(pl.Int64)).cast(pl.Float64)
        ),
        vacated_minutes=when_said(others("vacated_ms", _SIDE)),
        vacated_minutes_position=when_said(others("vacated_ms", position)),
        questionable_minutes=when_said(others("doubt_ms", _SIDE)),
        rank_tonight=when_said(rank("tonight_ms", _SIDE)),
    )
