"""What a payload says that the lake does not hold yet: states row by row, reports whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from ingest.provenance import Provenance, attribute
from lakehouse.schemas.columns import Fact
from lakehouse.tables import Table

Known = Callable[[str], pl.LazyFrame]
# Tables whose rows belong together: the columns that say what a report is about. Each is told again and again.
REPORTS = {
    "silver.rosters": ("team_id",),
    "silver.lineups": ("game_id", "team_id"),
    "silver.live_boxscores": ("game_id",),
    "silver.espn_injuries": (),
    "silver.dk_standings": ("contest_id",),
    "silver.dk_ownership": ("contest_id",),
    "silver.dk_entries": ("contest_id",),
}
# What identifies a state, where that is not the whole fact: a game's versions are announced one after the other.
STATES = {"silver.schedule": ("game_id",)}
# Columns that say when a report was told, not what.
_TOLD = ("report_ts",)
# A day's roster that says what the last one said is the same roster.
_TOLD_OF = {"silver.rosters": ("report_ts", "game_date")}


@dataclass(frozen=True)
class News:
    """Rows to append to a table; how many are facts not known before and how many later versions of known ones."""

    rows: pl.DataFrame
    new: int
    later: int
    unchanged: int
    stale: int = 0


def find_news(table: Table, parsed: pl.DataFrame, known: Known, provenance: Provenance) -> News:
    """The rows of `parsed` to append, with their provenance, in the table's columns and order.

    Of a report table whole reports that differ from the one before (A, B, A is three reports); one older than the
    newest held is stale and left out. Of any other table rows that differ from the fact's last ingested version; what
    a payload does not say (a null) stays as it was known. A later version is public from its own stamp where it has
    one that is newer, and no mere rule's; else from when it was fetched.
    """
    if table.name in REPORTS:
        return _reports(table, parsed, known(table.name), provenance)
    return _states(table, parsed, known(table.name), provenance)


def _states(table: Table, parsed: pl.DataFrame, known: pl.LazyFrame, provenance: Provenance) -> News:
    state = list(STATES.get(table.name, table.fact))
    values = [name for name in table.columns if name not in Fact.columns() and name not in table.fact]
    latest = (
        known.join(parsed.lazy().select(state).unique(), on=state, how="semi", nulls_equal=True)
        .select(*state, *values, "ingested_ts", "as_of_ts")
        .sort("ingested_ts", "as_of_ts", maintain_order=True)
        .unique(state, keep="last", maintain_order=True)
        .select(*state, *(pl.col(name).alias(f"{name}:known") for name in (*values, "as_of_ts")))
        .collect()
    )
    is_known = pl.col("as_of_ts:known").is_not_null()
    differs = pl.any_horizontal(pl.lit(False), *(pl.col(name).ne_missing(pl.col(f"{name}:known")) for name in values))
    compared = parsed.join(latest, on=state, how="left", nulls_equal=True, maintain_order="left")
    compared = compared.with_columns(pl.coalesce(name, f"{name}:known") for name in values)
    compared = compared.with_columns((~is_known).alias(":new"), (is_known & differs).alias(":later"))
    by_rule = pl.col("as_of_quality").is_in(["assumed", "proxy"])
    old_stamp = pl.col(":later") & (by_rule | (pl.col("as_of_ts") <= pl.col("as_of_ts:known")))
    rows = compared.filter(pl.col(":new") | pl.col(":later")).with_columns(
        pl.when(old_stamp).then(pl.lit(provenance.ingested_ts)).otherwise("as_of_ts").alias("as_of_ts"),
        pl.when(old_stamp).then(pl.lit("exact")).otherwise("as_of_quality").alias("as_of_quality"),
    )
    new, later = int(compared[":new"].sum()), int(compared[":later"].sum())
    return News(attribute(table, rows, provenance), new, later, len(compared) - new - later)


def _reports(table: Table, parsed: pl.DataFrame, known: pl.LazyFrame, provenance: Provenance) -> News:
    scope = list(REPORTS[table.name])
    told = _TOLD_OF.get(table.name, _TOLD)
    content = [name for name in table.columns if name not in Fact.columns() and name not in told]
    frame = parsed.with_columns(pl.lit(0).alias(":all"))
    by = [*scope, ":all"]
    held = known.with_columns(pl.lit(0).alias(":all")).join(frame.lazy().select(by).unique(), on=by, how="semi")
    previous = held.filter(pl.col("report_ts") == pl.col("report_ts").max().over(by)).collect()
    # Two versions of one report: the last that came in is what stands.
    previous = previous.filter(pl.col("ingested_ts") == pl.col("ingested_ts").max().over(by))
    newest = previous.group_by(by).agg(pl.col("report_ts").max().alias(":held_ts"))
    dated = frame.join(newest, on=by, how="left", maintain_order="left")
    stale = dated.filter(pl.col("report_ts") < pl.col(":held_ts"))
    current = dated.filter((pl.col("report_ts") >= pl.col(":held_ts")).fill_null(True))
    added = current.join(previous, on=[*content, ":all"], how="anti", nulls_equal=True).select(by)
    gone = previous.join(current, on=[*content, ":all"], how="anti", nulls_equal=True).select(by)
    changed = pl.concat([added, gone.join(current.select(by).unique(), on=by, how="semi")]).unique()
    rows = current.join(changed, on=by, how="semi", maintain_order="left")
    new = len(rows.join(newest, on=by, how="anti"))
    return News(attribute(table, rows, provenance), new, len(rows) - new, len(current) - len(rows), len(stale))
