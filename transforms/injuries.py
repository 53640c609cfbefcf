"""Official injury reports at a cut: the newest whole report that covers the game's date, then its rows."""

from __future__ import annotations

import polars as pl

from lakehouse.gate import known_by, newest
from lakehouse.identity import normalise_name
from transforms.facts import CUT, Facts, attach_report, report_steps
from transforms.names import name_keys, resolve_players, team_names

SUBMITTED, NOT_SUBMITTED, UNKNOWN = "submitted", "not_submitted", "unknown"


def team_reports(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """What the newest covering report says of each team: [game_id, cut_id, team_id, report_state, injury_as_of_ts].

    `sides` is transforms.schedule.team_sides. A report covers every game of each game date it prints: a team of a
    covered game without a NOT YET SUBMITTED line has submitted. `report_state` is submitted, not_submitted, or unknown
    where no covering report was known.
    """
    covered = _covered(view, sides)
    unsubmitted = (
        _lines(view, covered)
        .filter(pl.col("row_kind") == "team_not_yet_submitted")
        .select(*CUT, "team_id", unsubmitted=pl.lit(True))
        .unique()
    )
    state = (
        pl.when(pl.col("report_ts").is_null())
        .then(pl.lit(UNKNOWN))
        .when(pl.col("unsubmitted").is_not_null())
        .then(pl.lit(NOT_SUBMITTED))
        .otherwise(pl.lit(SUBMITTED))
    )
    return (
        covered.join(unsubmitted, on=[*CUT, "team_id"], how="left")
        .select(*CUT, "team_id", report_state=state, injury_as_of_ts="report_as_of_ts")
        .sort(*CUT, "team_id")
    )


def player_reports(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """The players the newest covering report lists: [game_id, cut_id, team_id, player_id, injury_status, reason].

    Names that no decision resolves, or that two players share, are left out.
    """
    lines = _lines(view, _covered(view, sides)).filter(pl.col("row_kind") == "player")
    return (
        resolve_players(lines, name_keys(view), "entry", "cut_ts")
        .filter(pl.col("player_id").is_not_null())
        .sort(*CUT, "team_id", "player_id", "entry", "matchup")
        .unique([*CUT, "team_id", "player_id"], keep="last", maintain_order=True)
        .select(*CUT, "team_id", "player_id", injury_status="current_status", reason="reason")
    )


def _covered(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    rows = view.rows("silver.injury_reports")
    stamps = rows.group_by("game_date", "report_ts").agg(pl.col("as_of_ts").min().alias("report_as_of_ts"))
    return attach_report(sides, report_steps(rows, ["game_date"]), ["game_date"]).join(
        stamps, on=["game_date", "report_ts"], how="left"
    )


def _lines(view: Facts, covered: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of each side's report for its own game: both the matchup and the team must be its own."""
    rows = view.rows("silver.injury_reports")
    entries = rows.with_columns(key=normalise_name(pl.col("team"))).join(team_names(), on="key").drop("key")
    wanted = covered.filter(pl.col("report_ts").is_not_null()).select(
        *CUT, "cut_ts", "team_id", "game_date", "report_ts", matchup=pl.format("{}@{}", "away_team", "home_team")
    )
    known = known_by(entries, wanted, ["report_ts", "game_date", "matchup", "team_id"])
    return newest(known, [*CUT, "team_id", "entry"])
