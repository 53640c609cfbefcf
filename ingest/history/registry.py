"""The files an archive may hold: one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from ingest.history import files
from ingest.history.anchor import parse_anchor
from ingest.history.boxscores import parse_boxscores
from ingest.history.context import Context
from ingest.history.games import parse_games, parse_schedule_changes
from ingest.history.injuries import parse_injuries
from ingest.history.linestar import (
    parse_contests,
    parse_ownership,
    parse_periods,
    parse_projections,
    parse_salaries,
    parse_scored,
)
from ingest.history.lineups import parse_lineups
from ingest.history.odds import parse_closing, parse_lines, parse_observed
from ingest.history.players import parse_players
from ingest.history.rosters import parse_rosters
from ingest.history.status import parse_status

Parser = Callable[[pl.DataFrame, Context], dict[str, pl.DataFrame]]


@dataclass(frozen=True)
class FileKind:
    """A file of the archive.

    `parse` turns its validated rows into rows of silver tables, with `row_number`, `as_of_ts` and `as_of_quality`;
    `stamped_by` names the column that says when they were public, for messages.
    """

    name: str
    schema: type[files.ArchiveRow]
    parse: Parser
    stamped_by: str


_ALL = (
    FileKind("games", files.Games, parse_games, "tip_ts"),
    FileKind("schedule_changes", files.ScheduleChanges, parse_schedule_changes, "as_of_ts"),
    FileKind("player_boxscores", files.PlayerBoxscores, parse_boxscores, "tip_ts"),
    FileKind("players", files.Players, parse_players, "from_year"),
    FileKind("injury_reports", files.InjuryReports, parse_injuries, "report_ts_upper"),
    FileKind("pregame_status", files.PregameStatus, parse_status, "observed_ts"),
    FileKind("rosters", files.Rosters, parse_rosters, "as_of_ts"),
    FileKind("lineups", files.Lineups, parse_lineups, "as_of_ts"),
    FileKind("odds_lines", files.OddsLines, parse_lines, "as_of"),
    FileKind("odds_observed", files.OddsObserved, parse_observed, "observed_ts"),
    FileKind("odds_closing", files.OddsClosing, parse_closing, "game_date_et"),
    FileKind("linestar_salaries", files.LinestarSalaries, parse_salaries, "slate_first_tip"),
    FileKind("linestar_contests", files.LinestarContests, parse_contests, "slate_date"),
    FileKind("linestar_actual_ownership", files.LinestarActualOwnership, parse_ownership, "slate_date"),
    FileKind("linestar_scored", files.LinestarScored, parse_scored, "slate_date"),
    FileKind("linestar_projections", files.LinestarProjections, parse_projections, "scraped_at"),
    FileKind("linestar_periods", files.LinestarPeriods, parse_periods, "period_id"),
    FileKind("anchor_minutes_predictions", files.AnchorMinutesPredictions, parse_anchor, "generated_at"),
)

FILES: dict[str, FileKind] = {kind.name: kind for kind in _ALL}
