"""`pretip show`."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import rich_click as click

from cli.options import INSTANT, as_json, knowledge_option
from cli.output import console, emit, frame_table
from cli.settings import Settings, pass_settings
from cli.slate_table import slate_tables
from lakehouse.gate import Knowledge
from pipeline.show import find_run, find_table, read_table

ROWS = 20
# Bodies and model texts are for programs that ask for the table itself.
HIDDEN = ("body", "artifact")


@click.command()
@click.argument("name", metavar="projections|TABLE")
@click.option("--as-of", type=INSTANT, metavar="TS", help="Instant to read at; the lake's last entry, where left out.")
@knowledge_option("observed")
@click.option("--run", "run_id", metavar="ID", help="Run whose output to show; the last one, where left out.")
@click.option("--limit", type=click.IntRange(min=1), help=f"Rows to show: {ROWS}, or all projections, where left out.")
@as_json
@pass_settings
def show(
    settings: Settings,
    name: str,
    as_of: datetime | None,
    knowledge: Knowledge,
    run_id: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Show the rows of a table, or a run's projections, as of an instant."""
    lake = settings.open_lake()
    table = find_table(name)
    record = find_run(lake, table, run_id, as_of, knowledge)
    rows = read_table(lake, table, as_of, knowledge).drop(HIDDEN, strict=False)
    if record is not None:
        rows = rows.filter(pl.col("run_id") == record.run_id)
    is_slate = table.name == "gold.projections"
    if not is_slate:
        found = rows.head(limit or ROWS).collect()
    else:
        found = rows.sort("dk_fpts_mean", "player_id", descending=[True, False]).collect()
    if as_json:
        run = {} if record is None else {"run_id": record.run_id}
        emit({"table": table.name, **run, "rows": found.head(limit or len(found)).to_dicts()})
    elif is_slate:
        for shown in slate_tables(found, limit):
            console().print(shown)
    else:
        count = rows.select(pl.len()).collect().item()
        console().print(frame_table(found, f"{table.name}: {len(found)} of {count:,} rows"))
