"""Reading a table for a person: what it held at an instant."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from lakehouse.clock import require_instant
from lakehouse.errors import ClockError, UnknownName
from lakehouse.gate import Knowledge, Pins
from lakehouse.lake import Lake
from lakehouse.tables import TABLES, Table, get_table
from pipeline.record import RunRecord, list_records, read_record


def find_table(name: str) -> Table:
    """The table of a full name, or of a name without its layer; raises UnknownName.

    What bronze and silver both have, such as boxscores, is silver's.
    """
    short = {full.split(".", 1)[1]: table for full, table in TABLES.items() if not full.startswith("bronze.")}
    return short[name] if name in short else get_table(name)


def read_table(lake: Lake, table: Table, as_of: datetime | None, knowledge: Knowledge) -> pl.LazyFrame:
    """The rows of a table as of an instant, in key order; of the lake's last entry where no instant is given.

    Facts pass the gate and carry `available_ts`. Other tables have no publication: they are read as the lake held them
    at the instant (observed) or, of the newest version, as far as runs at or before the instant made them (published).
    """
    instant = require_instant(as_of, "The instant") if as_of is not None else _last_instant(lake)
    if table.is_facts and table.audience:
        return lake.as_of(instant, knowledge, table.audience[-1]).rows(table.name)
    if knowledge == "observed":
        return lake.scan(table.name, Pins.of(lake.log.at(instant))).sort(table.key)
    rows = lake.scan(table.name)
    return (rows.filter(pl.col("run_ts") <= instant) if "run_ts" in table.columns else rows).sort(table.key)


def find_run(
    lake: Lake, table: Table, run_id: str | None, as_of: datetime | None, knowledge: Knowledge
) -> RunRecord | None:
    """The run whose output a person means: the one named, else the last one made that was known at the instant.

    None for a table that no run writes. Raises UnknownName where there is no such run.
    """
    if "run_id" not in table.columns or table.name == "ops.runs":
        return None
    if run_id is not None:
        return read_record(lake, run_id)
    held = read_table(lake, get_table("ops.runs"), as_of, knowledge).select("run_id").collect()["run_id"].to_list()
    made = [record for record in list_records(lake) if record.run_id in held and record.status != "blocked"]
    if not made:
        raise UnknownName("No run had published anything by then; make one with `pretip run --date DATE`.")
    return made[-1]


def _last_instant(lake: Lake) -> datetime:
    newest = lake.log.newest()
    if newest is None:
        raise ClockError("This lake holds nothing yet; import history into it first.")
    return newest.instant
