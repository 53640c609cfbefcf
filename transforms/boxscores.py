"""Final box scores of the games that count, as histories by player and by team."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from transforms.epochs import Epochs, split_epochs
from transforms.facts import HISTORIC_KINDS, Facts

STATS = ("pts", "oreb", "dreb", "ast", "stl", "blk", "tov", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "pf")
_COLUMNS = (
    "game_id", "player_id", "season", "season_type", "game_date", "tip_ts", "team_id", "opponent_team_id", "is_home",
    "starter",
    "played", "minutes", "minutes_is_seconds", "reb", *STATS, "plus_minus", "as_of_ts",
    "as_of_quality", "ingested_ts", "available_ts",
)  # fmt: skip


@dataclass(frozen=True)
class Histories:
    """Box scores by player (`players`: every listed row) and by team (`teams`), each split into epochs.

    `games` is `team_games` of the teams.
    """

    players: Epochs
    teams: Epochs
    games: pl.DataFrame


def boxscore_versions(view: Facts) -> pl.LazyFrame:
    """Every version of every player's line in the games that enter histories; never pre-season or All-Star.

    Adds `played_ms`: milliseconds on the floor as an integer (0 where he did not play), so that sums are exact.
    """
    return (
        view.rows("silver.boxscores")
        .select(_COLUMNS)
        .filter(pl.col("season_type").is_in(HISTORIC_KINDS))
        .with_columns(
            season_start=pl.col("season").str.head(4).cast(pl.Int32),
            played_ms=pl.when("played").then((pl.col("minutes") * 60_000).round(0)).otherwise(0).cast(pl.Int64),
        )
    )


def load_histories(view: Facts, team_ids: Collection[int] | None = None) -> Histories:
    """Histories as the view knows them; with `team_ids`, only of those teams and of players who can be theirs.

    Those are players with a line for, a place on a roster of, or a status event with one of the teams; each keeps his
    whole history.
    """
    versions = boxscore_versions(view)
    of_teams = versions
    if team_ids is not None:
        wanted = pl.col("team_id").is_in(sorted(team_ids))
        theirs = pl.concat(
            [
                view.rows(f"silver.{table}").filter(wanted).select("player_id")
                for table in ("boxscores", "rosters", "lineups", "status_events")
            ]
        ).unique()
        of_teams = versions.filter(wanted)
        versions = versions.join(theirs, on="player_id", how="semi")
    players = split_epochs(versions, "player_id")
    teams = split_epochs(of_teams, "team_id")
    return Histories(players, teams, team_games(teams).collect())


def team_games(teams: Epochs) -> pl.LazyFrame:
    """One row a team's game and epoch: [team_id, epoch, effective_ts, tip_ts, game_id, season_start, game_no, ...].

    `game_no` counts the team's known games from 1. Sums are integers: `margin5` (five times the point margin; null
    where plus-minus is missing), `possessions100` (a hundred times field-goal attempts + .44 free throws + turnovers),
    `rotation` (players above 10 minutes), `top_ms` (time of the five most used), `team_ms`.
    """
    keys = ["team_id", "epoch", "tip_ts", "game_id"]
    top = pl.col("played_ms").sort(descending=True).head(5).sum()
    margin5 = pl.when(pl.col("plus_minus").is_not_null().any()).then(pl.col("plus_minus").sum()).cast(pl.Int64)
    possessions100 = (100 * pl.col("fga") + 44 * pl.col("fta") + 100 * pl.col("tov")).sum().cast(pl.Int64)
    return (
        teams.rows.lazy()
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("effective_ts").first(),  # one instant for all lines of a game in an epoch
            pl.col("as_of_ts").max(),
            pl.col("season_start").last(),
            pl.col("game_date").last(),
            (~pl.col("played")).any().alias("has_dnp"),
            margin5.alias("margin5"),
            possessions100.alias("possessions100"),
            (pl.col("played_ms") >= 600_000).sum().cast(pl.Int64).alias("rotation"),
            top.alias("top_ms"),
            pl.col("played_ms").sum().alias("team_ms"),
        )
        .sort(keys)
        .with_columns(
            game_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("team_id", "epoch"),
            as_of_ts=pl.col("as_of_ts").cum_max().over("team_id", "epoch"),
        )
    )
