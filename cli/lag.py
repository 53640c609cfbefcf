"""`pretip lag`: how long a source's facts take to be fetchable."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import rich_click as click

from cli.options import INSTANT, as_json
from cli.output import console, emit, frame_table
from cli.settings import Settings, pass_settings
from lakehouse.clock import iso
from lakehouse.commit import Batch
from lakehouse.errors import BadInput, UnknownName
from lakehouse.tables import TABLES, get_table

SOURCES = tuple(sorted({table.source for table in TABLES.values() if table.audience}))


@click.group()
def lag() -> None:
    """How long a source's facts take to be fetchable after they are published."""


@lag.command("set")
@click.argument("source")
@click.argument("seconds", type=click.IntRange(min=0))
@click.option(
    "--from", "from_ts", type=INSTANT, required=True, metavar="TS", help="Facts published from then on have it."
)
@click.option("--reason", required=True, help="Why, for those who read it later.")
@as_json
@pass_settings
def set_lag(settings: Settings, source: str, seconds: int, from_ts: datetime, reason: str, as_json: bool) -> None:
    """Change the lag of a source, from an instant on; runs made before keep theirs."""
    if source not in SOURCES:
        raise UnknownName(f"There is no source {source!r}; the sources are {', '.join(SOURCES)}.")
    lake = settings.open_lake()
    said = lake.scan("ops.lags").filter((pl.col("lag_source") == source) & (pl.col("from_ts") == from_ts)).collect()
    if len(said):
        raise BadInput(
            f"The lag of {source} from {iso(from_ts)} on is set already; set the new one from a later instant."
        )
    row = {"lag_source": source, "from_ts": from_ts, "lag_seconds": seconds, "reason": reason}
    frame = pl.DataFrame([row], schema=get_table("ops.lags").columns)
    lake.commit(Batch(f"lag:{source}:{iso(lake.clock.now())}", "configuration", {"ops.lags": frame}))
    if as_json:
        emit(row)
    else:
        console().print(f"the lag of {source} is {seconds} s for facts published from {iso(from_ts)} on")


@lag.command("list")
@as_json
@pass_settings
def list_lags(settings: Settings, as_json: bool) -> None:
    """List the lags: those the tables declare, then those that were set."""
    lake = settings.open_lake()
    declared = {table.name: int(table.lag.total_seconds()) for table in TABLES.values() if table.audience}
    changed = lake.scan("ops.lags").sort("lag_source", "from_ts").collect()
    if as_json:
        emit({"declared_seconds": declared, "set": changed.to_dicts()})
        return
    tables = pl.DataFrame({"table": list(declared), "seconds": list(declared.values())})
    console().print(frame_table(tables.filter(pl.col("seconds") > 0), "Declared lags; of all other tables 0"))
    console().print(frame_table(changed, "Lags that were set"))
