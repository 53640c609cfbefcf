"""Queries of gold about games: their place in the schedule, what the market and the box scores said of them."""

from __future__ import annotations

import polars as pl

from lakehouse.gate import known_by, newest
from lakehouse.tables import get_table
from transforms.books import VELOCITY_HOURS, books_known, odds_known
from transforms.boxscores import STATS
from transforms.facts import CUT, HISTORIC_KINDS, Facts, attach_report, report_steps
from transforms.movement import line_moves
from transforms.query import Query
from transforms.schedule import games_known
from transforms.tips import tips_known

_ORIGIN = ("source", "bronze_batch", "body_sha256", "parser_version", "as_of_ts", "ingested_ts", "as_of_quality")


def final_lines(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """The final line of each player of a game known at its cut, in its newest version; sorted by team and player.

    Columns: game_id, cut_id, team_id, player_id, player_name, is_home, starter, played, minutes, reb, the counts of
    `transforms.boxscores.STATS`, plus_minus, roster_status, season_type, enters_histories, boxscore_as_of_ts.
    """
    known = known_by(view.rows("silver.boxscores"), cuts.select(*CUT, "cut_ts"), ["game_id"])
    return (
        newest(known, [*CUT, "player_id"])
        .select(
            *CUT, "team_id", "player_id", "player_name", "is_home", "starter", "played", "minutes", "reb", *STATS,
            "plus_minus", "roster_status", "season_type",
            enters_histories=pl.col("season_type").is_in(HISTORIC_KINDS), boxscore_as_of_ts="as_of_ts",
        )
        .sort(*CUT, "team_id", "player_id")
    )  # fmt: skip


def live_lines(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """The lines of the newest live box score of each game known at its cut; sorted by team and player.

    Columns: game_id, cut_id, report_ts (when it was fetched) and those of silver.live_boxscores; until game_status is 3
    they may still change. They are no final lines, and stand beside those.
    """
    rows = view.rows("silver.live_boxscores")
    by = ["game_id"]
    wanted = attach_report(cuts.select(*CUT, "cut_ts"), report_steps(rows, by), by)
    known = known_by(rows, wanted, [*by, "report_ts"])
    first = (*CUT, "report_ts", "team_id", "player_id")
    told = [name for name in get_table("silver.live_boxscores").columns if name not in (*first, *_ORIGIN)]
    return newest(known, [*CUT, "player_id"]).select(*first, *told).sort(*CUT, "team_id", "player_id")


def results_known(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """The final score of each game known at its cut, in its newest version; sorted by (game_id, cut_id).

    Columns: game_id, cut_id, game_date, away_team, home_team, away_score, home_score, ot_periods (overtimes played),
    home_margin, total_points, season_type, enters_histories, result_as_of_ts.
    """
    instants = cuts.select(*CUT, "cut_ts")
    games = games_known(view, instants).select(*CUT, "game_date", "away_team", "home_team", "season_type")
    home, away = pl.col("home_score"), pl.col("away_score")
    return (
        newest(known_by(view.rows("silver.results"), instants, ["game_id"]), CUT)
        .join(games, on=list(CUT), how="left")
        .select(
            *CUT, "game_date", "away_team", "home_team", "away_score", "home_score", "ot_periods", "season_type",
            home_margin=home - away, total_points=home + away,
            enters_histories=pl.col("season_type").is_in(HISTORIC_KINDS), result_as_of_ts="as_of_ts",
        )
        .sort(CUT)
    )  # fmt: skip


_ALL = (
    Query("schedule", "each game as scheduled, and what had become of its tip: moves and postponements", tips_known),
    Query("odds", "consensus lines, implied team totals and win probability: open, last, move, velocity", odds_known),
    Query(
        "odds_books",
        f"each book's lines: open, last, move and velocity (per hour, over {VELOCITY_HOURS} hours), with their age",
        books_known,
    ),
    Query("line_movement", "every line each book opened at and moved to, with its stamps and its bytes", line_moves),
    Query("boxscores", "final lines of the players, newest versions", final_lines, after_tip=True),
    Query("live_boxscores", "lines of the newest box score that may still change", live_lines, after_tip=True),
    Query("results", "final scores and overtimes", results_known, after_tip=True),
)

QUERIES = {query.name: query for query in _ALL}
