"""What one file of an archive needs of the others: games with their tips, and the last tip of each slate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from ingest.history.stamps import season_start

GAME_COLUMNS = (
    "game_id",
    "season",
    "season_type",
    "game_date",
    "tip_ts",
    "home_team_id",
    "away_team_id",
    "home_team",
    "away_team",
    "arena_name",
    "is_neutral",
)


Scan = Callable[[str], pl.LazyFrame]


@dataclass(frozen=True)
class Context:
    """Facts of the whole archive.

    `games` has GAME_COLUMNS, one row a game; `slates` has period_id and last_tip; `now` is the import's instant;
    `followed` names the games whose announcements are known one by one, from a file of schedule changes.
    """

    now: datetime
    games: pl.DataFrame
    slates: pl.DataFrame
    followed: pl.DataFrame

    def first_season(self) -> int | None:
        """Start year of the earliest season with a game, if there is any."""
        if self.games.is_empty():
            return None
        year = self.games.select(season_start(pl.col("season")).min()).item()
        return int(year)

    def tips(self) -> pl.DataFrame:
        """Tip by game_date, home_team and away_team (tricodes)."""
        named = self.games.drop_nulls(["home_team", "away_team"]).sort("game_id")
        key = ["game_date", "home_team", "away_team"]
        return named.unique(key, keep="first", maintain_order=True).select(*key, "tip_ts")


def gather_context(
    now: datetime,
    games: pl.DataFrame | None,
    salaries: pl.DataFrame | None,
    changes: pl.DataFrame | None,
    scan: Scan,
) -> Context:
    """The context of an archive whose validated `games`, `linestar_salaries` and `schedule_changes` are given, if any.

    Games and slates that the archive does not name are taken from the lake, whose tables `scan` gives.
    """
    known_games = (
        scan("silver.schedule")
        .select(*GAME_COLUMNS, "ingested_ts", "as_of_ts")
        .sort("ingested_ts", "as_of_ts", maintain_order=True)
        .unique("game_id", keep="last", maintain_order=True)
        .select(GAME_COLUMNS)
        .collect()
    )
    exactly_known = scan("silver.schedule").filter(pl.col("as_of_quality") == "exact").select("game_id").collect()
    followed = [exactly_known, *([changes.select("game_id")] if changes is not None else [])]
    known_slates = scan("silver.linestar_salaries").select("period_id", "tip_ts").collect()
    return Context(
        now,
        _prefer(games.select(GAME_COLUMNS) if games is not None else None, known_games, "game_id"),
        _prefer(
            _last_tips(salaries.select("period_id", tip_ts="tip_utc")) if salaries is not None else None,
            _last_tips(known_slates),
            "period_id",
        ),
        pl.concat(followed).unique().sort("game_id"),
    )


def _last_tips(tips: pl.DataFrame) -> pl.DataFrame:
    return tips.group_by("period_id").agg(pl.col("tip_ts").max().alias("last_tip")).sort("period_id")


def _prefer(given: pl.DataFrame | None, known: pl.DataFrame, key: str) -> pl.DataFrame:
    if given is None:
        return known
    return pl.concat([given, known.join(given, on=key, how="anti")])
