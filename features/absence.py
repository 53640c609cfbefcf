"""Games missed and how long he has been back; and what the report says holds his time down."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.declared import Feature
from features.units import MINUTES_PER_MS
from features.window import GAMES, Floats, Window
from transforms.absences import read_absences
from transforms.boxscores import Histories
from transforms.injuries import SUBMITTED
from transforms.reasons import read_reasons

_BOX = ("boxscores",)
_REPORTS = ("injury_reports",)
_WHOLE = "he has missed no game of his team, or the histories do not hold him"
_AWAY = "he is absent, has missed no game of his team, or the histories do not hold him"
_NO_LINE = "he has no line in the histories"
_NO_WINDOW = "he has no line in the team's last 40 games"
_SOME = "many are absent, or have been there for every game"
_NO_REPORT = "no covering report of his team was known"
_NO_REPORTS = "official reports survive for a few dates only"
GAMES_CAP, DAYS_CAP = 82, 365
# A game counts half as much as one three games after it.
HALF_LIFE = 3

FEATURES = (
    Feature("games_missed", "games of his team in a row he has missed, up to the last, at most 82", "games", _BOX, _NO_LINE),
    Feature("games_since_return", "games he has played since his newest absence, at most 82", "games", _BOX, _WHOLE),
    Feature(
        "days_since_return", "days since the first game he played after his newest absence, at most 365",
        "days", _BOX, _AWAY, _SOME,
    ),
    Feature("last_absence_games", "games of his newest absence, or of the present one, at most 82", "games", _BOX, _WHOLE),
    Feature("min_ewm3_all", "mean minutes in his team's games, missed ones as 0, half-life 3 games", "min", _BOX, _NO_WINDOW),
    Feature("restricted", "reported to be reconditioning or held to fewer minutes", "0/1", _REPORTS, _NO_REPORT, _NO_REPORTS),
    Feature("injury_managed", "reported to rest, or to be managed", "0/1", _REPORTS, _NO_REPORT, _NO_REPORTS),
    Feature("two_way", "reported with the G League, on a two-way contract or assigned", "0/1", _REPORTS, _NO_REPORT, _NO_REPORTS),
)  # fmt: skip


def build_absence(frame: pl.LazyFrame, histories: Histories, window: Window) -> pl.LazyFrame:
    """The box-score features for rows [row, player_id, team_id, cut_ts, game_date]; adds `absence_as_of_ts`."""
    people = frame.select("row", "player_id", "team_id", "cut_ts", "game_date")
    games = [
        pl.col(name).clip(0, GAMES_CAP).cast(pl.Float64)
        for name in ("games_missed", "games_since_return", "last_absence_games")
    ]
    return (
        read_absences(histories, people)
        .select("row", *games, pl.col("days_since_return").clip(0, DAYS_CAP).cast(pl.Float64), "absence_as_of_ts")
        .sort("row")
        .with_columns(pl.Series("min_ewm3_all", _recent_minutes(window), nan_to_null=True))
    )


def build_reasons(said: pl.LazyFrame) -> pl.LazyFrame:
    """What the reasons of rows [row, reason, report_state] of `availability.status_table` say."""
    kind = pl.col("reason_kind")
    flags = {
        "restricted": pl.col("is_restricted") & (kind != "injury_management"),
        "injury_managed": kind.is_in(["rest", "injury_management"]),
        "two_way": kind.is_in(["g_league_two_way", "g_league_assignment"]),
    }
    told = (pl.col("report_state") == SUBMITTED) | pl.col("reason").is_not_null()
    return read_reasons(said.select("row", "reason", "report_state")).select(
        "row", **{name: pl.when(told).then(flag.fill_null(False)).cast(pl.Float64) for name, flag in flags.items()}
    )


def _recent_minutes(window: Window) -> Floats:
    """Weighted mean minutes of the games that are his, NaN where none is; summed from the newest on, in order."""
    total, weights = np.zeros(len(window.ms)), np.zeros(len(window.ms))
    for back in range(GAMES):
        weight = 0.5 ** (back / HALF_LIFE)
        total += np.where(window.his[:, back], window.ms[:, back] * weight, 0.0)
        weights += np.where(window.his[:, back], weight, 0.0)
    return np.where(weights > 0, total * MINUTES_PER_MS / np.where(weights > 0, weights, 1.0), np.nan)
