"""The schedule as known at a cut: which games, when they tip, who plays whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from lakehouse.gate import known_by, newest
from transforms.facts import CUT, HISTORIC_KINDS, Facts

_STATED = (
    "season", "season_type", "game_date", "tip_ts", "home_team_id", "away_team_id", "home_team", "away_team", "status",
)  # fmt: skip


def games_known(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """Each (game_id, cut_id) with the newest version of its schedule known at the cut.

    Columns: game_id, cut_id, cut_ts, season, season_type, game_date, tip_ts, home and away team ids and tricodes,
    status, schedule_as_of_ts. A game not yet announced at its cut has no row.
    """
    known = known_by(view.rows("silver.schedule"), cuts.select("game_id", "cut_id", "cut_ts"), ["game_id"])
    return newest(known, CUT).select(*CUT, "cut_ts", *_STATED, schedule_as_of_ts="as_of_ts").sort(CUT)


def slate_games(view: Facts, day: date) -> pl.LazyFrame:
    """Games that, in their newest version known to the view, are scheduled on the Eastern date `day`; by tip."""
    current = newest(view.rows("silver.schedule"), ["game_id"])
    return (
        current.filter((pl.col("game_date") == day) & (pl.col("status") == "scheduled"))
        .select("game_id", *_STATED, schedule_as_of_ts="as_of_ts")
        .sort("tip_ts", "game_id")
    )


def run_cuts(view: Facts, games: Sequence[str]) -> pl.LazyFrame:
    """The cuts of a run: for each game the earlier of the view's instant and its tip as known then; cut_id is 0."""
    current = newest(view.rows("silver.schedule").filter(pl.col("game_id").is_in(list(games))), ["game_id"])
    return current.select(
        "game_id", cut_id=pl.lit(0, pl.Int32), cut_ts=pl.min_horizontal("tip_ts", pl.lit(view.run_ts))
    ).sort("game_id")


def cuts_before_tip(games: pl.LazyFrame, horizons: Sequence[int]) -> pl.LazyFrame:
    """Cuts `horizons` minutes before the tip of each of `games` [game_id, tip_ts]; cut_id is the horizon."""
    minutes = pl.LazyFrame({"cut_id": sorted(horizons)}, schema={"cut_id": pl.Int32})
    return (
        games.select("game_id", "tip_ts")
        .join(minutes, how="cross")
        .select("game_id", "cut_id", cut_ts=pl.col("tip_ts") - pl.duration(minutes=pl.col("cut_id")))
        .sort(CUT)
    )


def team_sides(games: pl.LazyFrame) -> pl.LazyFrame:
    """Two rows a game of `games_known`, one a team: adds team_id, opponent_team_id, is_home."""
    sides = [
        games.with_columns(
            team_id=pl.col(f"{own}_team_id"), opponent_team_id=pl.col(f"{other}_team_id"), is_home=pl.lit(own == "home")
        )
        for own, other in (("home", "away"), ("away", "home"))
    ]
    return pl.concat(sides).sort(*CUT, "team_id")


def team_schedules(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """For each team side every other game of its season, as known at the cut, of the kinds that enter histories.

    Columns: game_id, cut_id, team_id, game_date, tip_ts (of the side's game), other_date, other_tip_ts, other_is_home.
    """
    rows = view.rows("silver.schedule").with_columns(versions=pl.len().over("game_id"))
    # Whoever was ever to play in a game: that a team no longer is, only a version without it says.
    teams = pl.concat([rows.select("game_id", team_id=f"{side}_team_id") for side in ("home", "away")]).unique()
    is_home, is_away = (pl.col(f"{side}_team_id") == pl.col("team_id") for side in ("home", "away"))
    versions = rows.join(teams, on="game_id", maintain_order="left").select(
        "season",
        "season_type",
        "status",
        "as_of_ts",
        "as_of_quality",
        "ingested_ts",
        "available_ts",
        "team_id",
        "versions",
        other_game_id="game_id",
        other_date="game_date",
        other_tip_ts="tip_ts",
        other_is_home=is_home,
        plays=is_home | is_away,
    )
    wanted = sides.select(*CUT, "cut_ts", "team_id", "season", "game_date", "tip_ts")
    pairs = known_by(versions, wanted, ["team_id", "season"]).filter(pl.col("other_game_id") != pl.col("game_id"))
    settled = pl.concat(
        [
            pairs.filter(pl.col("versions") == 1),
            newest(pairs.filter(pl.col("versions") > 1), [*CUT, "team_id", "other_game_id"]).select(
                pairs.collect_schema().names()
            ),
        ]
    )
    counts = pl.col("season_type").is_in(HISTORIC_KINDS) & (pl.col("status") == "scheduled")
    return settled.filter(counts & pl.col("plays")).select(
        *CUT, "team_id", "game_date", "tip_ts", "other_date", "other_tip_ts", "other_is_home"
    )
