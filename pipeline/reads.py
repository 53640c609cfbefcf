"""The tables of silver that a run reads: a later version of one of them can move a projection, of no other."""

from __future__ import annotations

from lakehouse.tables import TABLES

READ_BY_RUNS = (
    "silver.schedule", "silver.boxscores", "silver.players", "silver.injury_reports",
    "silver.espn_injuries", "silver.status_events", "silver.rosters", "silver.lineups", "silver.odds_lines",
    "silver.identity",
)  # fmt: skip
# The sources they come from, each a cause that a comparison of two runs can name.
CAUSES = tuple(dict.fromkeys(TABLES[name].source for name in READ_BY_RUNS))
