"""The registry of tables: schema, what identifies a fact, source, lag and audience of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Literal

import dataframely as dy
import polars as pl

from lakehouse.errors import UnknownName
from lakehouse.schemas import bronze, contests, feeds, gold, ops, silver
from lakehouse.schemas.columns import Fact

Audience = Literal["run", "training", "evaluation"]

EVERYONE: tuple[Audience, ...] = ("run", "training", "evaluation")
TRAINING: tuple[Audience, ...] = ("training",)
EVALUATION: tuple[Audience, ...] = ("evaluation",)
REPORT_LAG = timedelta(minutes=5)
# Sources that are fetched; each has a table of its responses.
SOURCES = (
    "schedule", "players", "injuries", "espn", "lineups", "odds", "boxscores", "draftkings", "linestar",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table's declaration.

    `fact` names the columns that identify a fact; versions of the fact share them. `source` groups tables for lags and
    for attribution. `lag` is how long its exact stamps run ahead of what can be fetched. `audience` says who may
    read it through the gate; an empty audience is never read through the gate.
    """

    name: str
    schema: type[dy.Schema]
    fact: tuple[str, ...]
    source: str = ""
    audience: tuple[Audience, ...] = ()
    lag: timedelta = timedelta(0)

    @property
    def is_facts(self) -> bool:
        """Whether rows carry the stamps of silver and may be read as of an instant."""
        return issubclass(self.schema, Fact)

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that order the rows totally: the fact, then its versions."""
        return (*self.fact, "as_of_ts", "ingested_ts") if self.is_facts else self.fact

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Column names and types, in the declared order."""
        return {name: column.dtype for name, column in self.schema.columns().items()}


def _facts(
    name: str,
    schema: type[Fact],
    fact: tuple[str, ...],
    source: str,
    audience: tuple[Audience, ...] = EVERYONE,
    lag: timedelta = timedelta(0),
) -> Table:
    return Table(f"silver.{name}", schema, fact, source, audience, lag)


_ALL = (
    Table("bronze.imports", bronze.ImportedFile, ("batch_id", "request")),
    *(Table(f"bronze.{source}", bronze.Response, ("batch_id",)) for source in SOURCES),
    _facts("schedule", silver.Schedule, ("game_id", "announcement"), "schedule"),
    _facts("results", silver.Results, ("game_id",), "boxscores"),
    _facts("boxscores", silver.Boxscores, ("game_id", "player_id"), "boxscores"),
    _facts("players", silver.Players, ("player_id",), "players"),
    _facts(
        "injury_reports",
        silver.InjuryReports,
        ("report_ts", "game_date", "matchup", "team", "entry"),
        "injuries",
        lag=REPORT_LAG,
    ),
    _facts("status_events", silver.StatusEvents, ("game_id", "player_id", "observed_ts"), "status"),
    _facts("rosters", silver.Rosters, ("team_id", "report_ts", "player_id"), "rosters"),
    _facts("lineups", silver.Lineups, ("game_id", "team_id", "report_ts", "player_id"), "lineups"),
    _facts("odds_lines", silver.OddsLines, ("feed", "event_key", "line_key", "book", "market"), "odds"),
    _facts("live_boxscores", feeds.LiveBoxscores, ("game_id", "report_ts", "player_id"), "boxscores"),
    _facts("espn_injuries", feeds.EspnInjuries, ("report_ts", "espn_team_id", "player_name"), "espn"),
    _facts("dk_draft_groups", contests.DkDraftGroups, ("draft_group",), "draftkings"),
    _facts("dk_contests", contests.DkContests, ("contest_id",), "draftkings"),
    _facts("dk_draftables", contests.DkDraftables, ("draft_group", "draftable_id"), "draftkings"),
    _facts("dk_payouts", contests.DkPayouts, ("contest_id", "min_position"), "draftkings"),
    _facts("dk_standings", contests.DkStandings, ("contest_id", "report_ts", "entry_id"), "draftkings"),
    _facts(
        "dk_ownership",
        contests.DkOwnership,
        ("contest_id", "report_ts", "player_name", "roster_position"),
        "draftkings",
    ),
    _facts("dk_entries", contests.DkEntries, ("contest_id", "report_ts", "entry_id", "slot_number"), "draftkings"),
    _facts("linestar_slates", contests.LinestarSlates, ("slate_id",), "linestar"),
    _facts("linestar_ownership", contests.LinestarOwnership, ("slate_id", "salary_id"), "linestar"),
    _facts("linestar_contest_ids", contests.LinestarContestIds, ("contest_id",), "linestar"),
    _facts("linestar_salaries", silver.LinestarSalaries, ("salary_id",), "linestar"),
    _facts("linestar_contests", silver.LinestarContests, ("contest_id",), "linestar"),
    _facts("linestar_actual_ownership", silver.LinestarActualOwnership, ("contest_id", "salary_id"), "linestar"),
    _facts("linestar_scored", silver.LinestarScored, ("salary_id",), "linestar"),
    _facts("linestar_projections", silver.LinestarProjections, ("salary_id",), "linestar", EVALUATION),
    _facts("anchor_minutes", silver.AnchorMinutes, ("game_id", "player_id", "generated_ts"), "anchor", EVALUATION),
    _facts("proxy_status", silver.ProxyStatus, ("game_id", "player_id"), "boxscores", TRAINING),
    _facts("proxy_starters", silver.ProxyStarters, ("game_id", "player_id"), "boxscores", TRAINING),
    _facts("identity", silver.Identity, ("kind", "source_key", "nba_id"), "identity"),
    _facts("unresolved", feeds.Unresolved, ("kind", "source_key"), "identity", ()),
    _facts("rejected", silver.Rejected, ("table", "body_sha256", "row_number"), "rejected", ()),
    # What happened is of the box scores' source, so that it is known no sooner than they are.
    Table("gold.labels", gold.Labels, ("game_id", "player_id"), "boxscores", ("training", "evaluation")),
    Table("gold.minutes", gold.Minutes, ("run_id", "game_id", "player_id")),
    Table("gold.rates", gold.Rates, ("run_id", "game_id", "player_id")),
    Table("gold.sim_players", gold.SimPlayers, ("run_id", "game_id", "player_id")),
    Table("gold.projections", gold.Projections, ("run_id", "game_id", "player_id")),
    Table("gold.prediction_log", gold.PredictionLog, ("run_id", "game_id", "player_id")),
    Table("gold.accuracy", gold.Accuracy, ("evaluation_id", "tier", "at", "population", "metric", "bucket", "method")),
    Table("gold.pretip_snapshots", gold.PretipSnapshots, ("snapshot_id", "part")),
    Table("ops.log", ops.Log, ("seq",)),
    Table("ops.runs", ops.Runs, ("run_id",)),
    Table("ops.code", ops.Code, ("code_version",)),
    Table("ops.models", ops.Models, ("model_id",)),
    Table("ops.promotions", ops.Promotions, ("promoted_ts", "head")),
    Table("ops.lags", ops.Lags, ("lag_source", "from_ts")),
    Table("ops.holes", ops.Holes, ("table_name", "first_day", "last_day", "declared_ts")),
    Table("ops.scrapes", ops.Scrapes, ("scrape_id", "attempt")),
    Table("ops.alerts", ops.Alerts, ("alert_ts", "kind")),
)

TABLES: dict[str, Table] = {table.name: table for table in _ALL}


def get_table(name: str) -> Table:
    """The table of that name; raises UnknownName with the nearest ones."""
    if name in TABLES:
        return TABLES[name]
    short = {known.split(".")[-1]: known for known in TABLES}
    near = get_close_matches(name.split(".")[-1], short, 1)
    hint = f"did you mean {short[near[0]]}?" if near else "`pretip schema` lists the tables."
    raise UnknownName(f"There is no table {name!r}; {hint}")
